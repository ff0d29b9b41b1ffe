//! The flights as a SQLite file, loaded once from the compact copy inside the binary.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

struct Table {
    name: &'static str,
    csv: &'static [u8],
    columns: &'static str,
}

const TABLES: [Table; 5] = [
    Table {
        name: "airlines",
        csv: include_bytes!("../../../assets/demo/airlines.csv.zst"),
        columns: "carrier TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL",
    },
    Table {
        name: "airports",
        csv: include_bytes!("../../../assets/demo/airports.csv.zst"),
        columns: "faa TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, lat REAL, lon REAL, alt INTEGER, tz INTEGER, dst TEXT, tzone TEXT",
    },
    Table {
        name: "planes",
        csv: include_bytes!("../../../assets/demo/planes.csv.zst"),
        columns: "tailnum TEXT NOT NULL PRIMARY KEY, year INTEGER, type TEXT, manufacturer TEXT, model TEXT, engines INTEGER,
                  seats INTEGER, speed INTEGER, engine TEXT",
    },
    Table {
        name: "weather",
        csv: include_bytes!("../../../assets/demo/weather.csv.zst"),
        columns: "origin TEXT NOT NULL, year INTEGER NOT NULL, month INTEGER NOT NULL, day INTEGER NOT NULL, hour INTEGER NOT NULL,
                  temp REAL, dewp REAL, humid REAL, wind_dir INTEGER, wind_speed REAL, wind_gust REAL, precip REAL,
                  pressure REAL, visib REAL, time_hour TIMESTAMP NOT NULL",
    },
    Table {
        name: "flights",
        csv: include_bytes!("../../../assets/demo/flights.csv.zst"),
        columns: "year INTEGER NOT NULL, month INTEGER NOT NULL, day INTEGER NOT NULL, dep_time INTEGER,
                  sched_dep_time INTEGER NOT NULL, dep_delay INTEGER, arr_time INTEGER, sched_arr_time INTEGER NOT NULL,
                  arr_delay INTEGER, carrier TEXT NOT NULL, flight INTEGER NOT NULL, tailnum TEXT, origin TEXT NOT NULL,
                  dest TEXT NOT NULL, air_time INTEGER, distance INTEGER NOT NULL, hour INTEGER NOT NULL,
                  minute INTEGER NOT NULL, time_hour TIMESTAMP NOT NULL",
    },
];
const INDEXES: &str = "
    CREATE UNIQUE INDEX flights_key ON flights (year, month, day, carrier, flight, sched_dep_time);
    CREATE INDEX flights_by_carrier_month ON flights (carrier, month);
    CREATE INDEX weather_by_hour ON weather (origin, time_hour);";
/// SQLite's bound values in one statement.
const MAX_BINDS: usize = 30_000;

/// Makes the file where it is missing; whole or not at all.
///
/// # Errors
/// What kept it from being made.
pub(super) async fn load(file: &Path) -> Result<(), String> {
    if file.exists() {
        return Ok(());
    }
    tracing::info!("loading the flights of the demo into {}", file.display());
    let part = file.with_extension("part");
    let _ = std::fs::remove_file(&part);
    write(&part).await.map_err(|error| format!("the flights of the demo could not be loaded: {error}"))?;
    std::fs::rename(&part, file).map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

async fn write(file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let options =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).pragma("journal_mode", "OFF").pragma("synchronous", "OFF");
    let mut connection = SqliteConnection::connect_with(&options).await?;
    for table in &TABLES {
        let create = format!("CREATE TABLE {} ({})", table.name, table.columns);
        connection.execute(sqlx::AssertSqlSafe(create)).await?;
        connection.execute("BEGIN").await?;
        fill(&mut connection, table).await?;
        connection.execute("COMMIT").await?;
    }
    connection.execute(INDEXES).await?;
    connection.execute("ANALYZE").await?;
    connection.close().await?;
    Ok(())
}

async fn fill(connection: &mut SqliteConnection, table: &Table) -> Result<(), Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(table.csv)?);
    let width = reader.headers()?.len();
    let most = MAX_BINDS / width;
    let mut rows: Vec<csv::StringRecord> = Vec::with_capacity(most);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        rows.push(record.clone());
        if rows.len() == most {
            insert(connection, table.name, width, &rows).await?;
            rows.clear();
        }
    }
    insert(connection, table.name, width, &rows).await
}

async fn insert(
    connection: &mut SqliteConnection,
    table: &str,
    width: usize,
    rows: &[csv::StringRecord],
) -> Result<(), Box<dyn std::error::Error>> {
    if rows.is_empty() {
        return Ok(());
    }
    let one = format!("({})", vec!["?"; width].join(","));
    let sql = format!("INSERT INTO {table} VALUES {}", vec![one; rows.len()].join(","));
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for cell in rows.iter().flatten() {
        // A column's affinity makes numbers of the texts; NA is what the data calls a missing value.
        query = if cell == "NA" { query.bind(None::<String>) } else { query.bind(cell.to_owned()) };
    }
    query.execute(connection).await?;
    Ok(())
}
