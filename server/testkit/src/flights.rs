//! The flights, read another way than the program reads them: straight out of the compact copy.

use std::collections::HashMap;

/// What the tests compare with.
#[derive(Debug, Clone)]
pub struct Flight {
    pub carrier: String,
    pub month: i64,
    /// `None` where the flight never left.
    pub dep_time: Option<i64>,
    pub dep_delay: Option<f64>,
    pub arr_delay: Option<f64>,
}

fn rows(csv: &'static [u8]) -> Vec<HashMap<String, Option<String>>> {
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(csv).unwrap());
    let names = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            // A record of another length than the header is refused by the reader.
            let record = record.unwrap();
            names.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), (cell != "NA").then(|| cell.to_owned()))).collect()
        })
        .collect()
}

#[must_use]
pub fn flights() -> Vec<Flight> {
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(&include_bytes!("../../../assets/demo/flights.csv.zst")[..]).unwrap());
    let names = reader.headers().unwrap().clone();
    let place = |name: &str| names.iter().position(|known| known == name).unwrap();
    let (carrier, month, dep_time, dep_delay, arr_delay) =
        (place("carrier"), place("month"), place("dep_time"), place("dep_delay"), place("arr_delay"));
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            Flight {
                carrier: record[carrier].to_owned(),
                month: record[month].parse().unwrap(),
                dep_time: record[dep_time].parse().ok(),
                dep_delay: record[dep_delay].parse().ok(),
                arr_delay: record[arr_delay].parse().ok(),
            }
        })
        .collect()
}

/// All flights as text, cells in the order of `columns`; a missing value is `None`.
#[must_use]
pub fn flight_cells(columns: &[&str]) -> Vec<Vec<Option<String>>> {
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(&include_bytes!("../../../assets/demo/flights.csv.zst")[..]).unwrap());
    let names = reader.headers().unwrap().clone();
    let places: Vec<usize> = columns.iter().map(|column| names.iter().position(|name| name == *column).unwrap()).collect();
    let cells =
        |record: csv::StringRecord| places.iter().map(|place| (&record[*place] != "NA").then(|| record[*place].to_owned())).collect();
    reader.records().map(|record| cells(record.unwrap())).collect()
}

/// The planes by tail number, a missing value as `None`.
#[must_use]
pub fn planes() -> HashMap<String, HashMap<String, Option<String>>> {
    rows(include_bytes!("../../../assets/demo/planes.csv.zst")).into_iter().map(|row| (row["tailnum"].clone().unwrap(), row)).collect()
}
