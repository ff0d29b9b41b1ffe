//! The records that are looked up: a million of about 200 bytes, the same in SQLite, PostgreSQL and Redis.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor, PgConnection};

pub(crate) const RECORDS: u32 = 1_000_000;

/// `r0000042`
#[must_use]
pub(crate) fn id(number: u32) -> String {
    format!("r{number:07}")
}

fn text(number: u32) -> String {
    format!("record {number} has this text so that it is as long as a row of this kind tends to be: {:064x}", u64::from(number) * 7_919)
}

/// The JSON that the API answers with.
#[must_use]
pub(crate) fn json(number: u32) -> String {
    format!(
        "{{\"id\":\"{}\",\"number\":{},\"ratio\":{},\"text\":\"{}\"}}",
        id(number),
        i64::from(number) * 31,
        f64::from(number) / 8.0 + 0.5,
        text(number)
    )
}

/// # Errors
/// Where the file cannot be written.
pub(crate) async fn sqlite(file: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    connection.execute("CREATE TABLE records (id TEXT NOT NULL PRIMARY KEY, number BIGINT, ratio DOUBLE, text TEXT)").await?;
    connection.execute("BEGIN").await?;
    for number in 0..RECORDS {
        sqlx::query("INSERT INTO records VALUES ($1, $2, $3, $4)")
            .bind(id(number))
            .bind(i64::from(number) * 31)
            .bind(f64::from(number) / 8.0 + 0.5)
            .bind(text(number))
            .execute(&mut connection)
            .await?;
    }
    connection.execute("COMMIT").await?;
    connection.close().await
}

/// # Errors
/// Where PostgreSQL does not take them.
pub(crate) async fn postgres(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute("CREATE TABLE records (id text PRIMARY KEY, number bigint, ratio double precision, text text)").await?;
    let mut copy = connection.copy_in_raw("COPY records FROM STDIN").await?;
    let mut chunk = String::new();
    for number in 0..RECORDS {
        chunk.push_str(&format!("{}\t{}\t{}\t{}\n", id(number), i64::from(number) * 31, f64::from(number) / 8.0 + 0.5, text(number)));
        if chunk.len() > 1 << 20 {
            copy.send(chunk.as_bytes()).await?;
            chunk.clear();
        }
    }
    copy.send(chunk.as_bytes()).await?;
    copy.finish().await?;
    connection.execute("VACUUM ANALYZE records").await?;
    connection.close().await
}

/// The JSON of each under its id, by the stock client.
///
/// # Errors
/// Where the client cannot be written to.
pub(crate) fn redis(port: u16) -> std::io::Result<()> {
    let mut client =
        Command::new("redis-cli").args(["-p", &port.to_string(), "--pipe"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(input) = client.stdin.take() {
        let mut out = BufWriter::new(input);
        for number in 0..RECORDS {
            let (key, value) = (id(number), json(number));
            write!(out, "*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${}\r\n{value}\r\n", key.len(), value.len())?;
        }
        out.flush()?;
    }
    client.wait()?;
    Ok(())
}
