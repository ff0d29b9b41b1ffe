//! The flights and the planes out of the data's own text, and cells as both sides are compared.

use std::collections::HashMap;

use model::DataType;

pub const FLIGHTS: [(&str, DataType, bool); 11] = [
    ("month", DataType::Int64, false),
    ("day", DataType::Int64, false),
    ("carrier", DataType::String, false),
    ("flight", DataType::Int64, false),
    ("tailnum", DataType::String, true),
    ("origin", DataType::String, false),
    ("dest", DataType::String, false),
    ("dep_delay", DataType::Float64, true),
    ("air_time", DataType::Float64, true),
    ("distance", DataType::Int64, false),
    ("time_hour", DataType::Timestamp, false),
];
pub const PLANES: [(&str, DataType, bool); 4] = [
    ("tailnum", DataType::String, false),
    ("manufacturer", DataType::String, true),
    ("year", DataType::Int64, true),
    ("seats", DataType::Int64, true),
];

/// A cell as both sides are compared: numbers as numbers, what is empty greatest.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

pub type Row = Vec<Cell>;

fn cell(text: Option<String>, data_type: DataType) -> Cell {
    match (text, data_type) {
        (None, _) => Cell::Empty,
        (Some(text), DataType::String | DataType::Timestamp) => Cell::Text(text),
        (Some(text), _) => Cell::Number(text.parse().unwrap()),
    }
}

/// Each flight with its plane beside it, or with empty cells where it has none.
pub fn rows() -> Vec<Row> {
    let names: Vec<&str> = FLIGHTS.iter().map(|(name, ..)| *name).collect();
    let planes: HashMap<String, Row> = testkit::planes()
        .into_iter()
        .map(|(tailnum, plane)| (tailnum, PLANES.iter().map(|(name, kind, _)| cell(plane[*name].clone(), *kind)).collect()))
        .collect();
    let tailnum = place("tailnum");
    let beside = |row: Vec<Option<String>>| {
        assert_eq!(row.len(), FLIGHTS.len());
        let plane = row[tailnum].as_ref().and_then(|tailnum| planes.get(tailnum)).cloned();
        let mut row: Row = row.into_iter().zip(&FLIGHTS).map(|(text, (_, kind, _))| cell(text, *kind)).collect();
        row.extend(plane.unwrap_or_else(|| vec![Cell::Empty; PLANES.len()]));
        row
    };
    testkit::flight_cells(&names).into_iter().map(beside).collect()
}

/// Where a column stands in a row: `seats` of the planes is `planes.seats`.
pub fn place(name: &str) -> usize {
    match name.strip_prefix("planes.") {
        Some(name) => FLIGHTS.len() + PLANES.iter().position(|(known, ..)| *known == name).unwrap(),
        None => FLIGHTS.iter().position(|(known, ..)| *known == name).unwrap(),
    }
}

/// What a column is; a column of the planes may be empty in every row.
pub fn column(name: &str) -> (DataType, bool) {
    match name.strip_prefix("planes.") {
        Some(name) => PLANES.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| (*kind, true)).unwrap(),
        None => {
            FLIGHTS.iter().find(|(known, ..)| *known == name).map_or((DataType::Int64, false), |(_, kind, nullable)| (*kind, *nullable))
        }
    }
}
