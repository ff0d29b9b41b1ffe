//! Running statements: described by preparing them, explained, and streamed as Arrow batches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use model::dialect::Dialect;
use model::source_types::sqlite;
use model::table::{Column, QueryPlan};
use model::{DataType, Value};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Column as _, Executor, Row, SqlSafeStr, Statement as _, TypeInfo, ValueRef};

use super::errors::read_error;
use super::times::{Times, as_time};
use crate::guard::Shape;
use crate::sql_types::bind_all;
use crate::stream::{Ended, Sender, caught, channel, send_batches, spawn};
use crate::{BatchStream, SESSION_TIMEOUT, SourceError, SourceErrorKind, Statement};

/// Virtual-machine steps between two looks at the clock.
const STEPS: i32 = 10_000;
/// Rows that are read to tell the type of a computed column.
const TYPE_ROWS: usize = 200;

/// A connection whose statements end once they are not wanted any more. The handler stays until the next statement sets
/// its own.
async fn until(pool: &SqlitePool, wanted: impl FnMut() -> bool + Send + 'static) -> Result<PoolConnection<Sqlite>, SourceError> {
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error))?;
    connection.lock_handle().await.map_err(|error| read_error(&error))?.set_progress_handler(STEPS, wanted);
    Ok(connection)
}

pub(super) async fn with_deadline(pool: &SqlitePool, limit: Duration) -> Result<PoolConnection<Sqlite>, SourceError> {
    let deadline = Instant::now() + limit;
    until(pool, move || Instant::now() < deadline).await
}

pub(super) async fn describe(pool: &SqlitePool, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
    let mut connection = with_deadline(pool, SESSION_TIMEOUT).await?;
    let text = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
    let prepared = connection.prepare(text).await.map_err(|error| read_error(&error))?;
    let mut columns: Vec<(Column, bool)> = prepared
        .columns()
        .iter()
        .map(|column| {
            let native = column.type_info().name().to_owned();
            let known = native != "NULL";
            (Column { name: column.name().to_owned(), data_type: sqlite(&native), nullable: true, native }, known)
        })
        .collect();
    drop(prepared);
    if columns.iter().any(|(_, known)| !known) {
        tell_by_rows(&mut connection, sql, binds, &mut columns).await?;
    }
    Ok(columns.into_iter().map(|(column, _)| column).collect())
}

/// A computed column has no declared type: its first filled cell says what it is.
async fn tell_by_rows(
    connection: &mut PoolConnection<Sqlite>,
    sql: &str,
    binds: &[(DataType, Value)],
    columns: &mut [(Column, bool)],
) -> Result<(), SourceError> {
    let query = bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())), binds);
    let mut rows = query.fetch(&mut **connection).take(TYPE_ROWS);
    while let Some(row) = rows.try_next().await.map_err(|error| read_error(&error))? {
        for (index, (column, known)) in columns.iter_mut().enumerate() {
            let cell = cell(&row, index);
            if *known && !(column.data_type == DataType::Int64 && matches!(cell, Value::Float(_))) {
                continue;
            }
            column.data_type = match cell {
                Value::Int(_) => DataType::Int64,
                Value::Float(_) => DataType::Float64,
                Value::Text(_) => DataType::String,
                Value::Bytes(_) => DataType::Bytes,
                _ => continue,
            };
            column.native = column.data_type.key().to_uppercase();
            *known = true;
        }
    }
    Ok(())
}

pub(super) async fn explain(pool: &SqlitePool, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
    let mut connection = with_deadline(pool, SESSION_TIMEOUT).await?;
    let text = format!("EXPLAIN QUERY PLAN {sql}");
    let query = bind_all!(sqlx::query(sqlx::AssertSqlSafe(text)), binds);
    let rows = query.fetch_all(&mut *connection).await.map_err(|error| read_error(&error))?;
    let lines: Vec<String> = rows.iter().filter_map(|row| row.try_get::<String, _>("detail").ok()).collect();
    let full_scans = full_scans(sql, &lines);
    Ok(QueryPlan { lines, full_scans })
}

/// What begins a line of a plan where every row is read: of the table, of an index of it, or into an index that is made for this one
/// statement.
fn scanned(line: &str) -> Option<String> {
    let made = line.contains(" USING AUTOMATIC ");
    let rest = line.strip_prefix("SCAN ").or_else(|| line.strip_prefix("SEARCH ").filter(|_| made))?;
    // Before 3.36 the word stands there, and the name behind AS where there is one.
    let rest = rest.strip_prefix("TABLE ").unwrap_or(rest);
    let is_table = !rest.starts_with('(') && !rest.contains("CONSTANT ROW") && !rest.contains(" VIRTUAL TABLE ");
    is_table.then(|| rest.to_owned())
}

fn full_scans(sql: &str, lines: &[String]) -> Vec<String> {
    let sorts = lines.iter().any(|line| line.starts_with("USE TEMP B-TREE"));
    let shape = Shape::of(sql, Dialect::Sqlite);
    shape.read_whole(lines.iter().filter_map(|line| scanned(line)).filter_map(|text| shape.table(&text)), sorts)
}

pub(super) async fn stream(pool: &SqlitePool, times: Arc<Times>, statement: Statement) -> Result<BatchStream, SourceError> {
    let (sender, stream) = channel();
    let (deadline, is_read) = (Instant::now() + statement.timeout, sender.wanted());
    // Ends when the reader is gone, too.
    let mut connection = until(pool, move || Instant::now() < deadline && is_read()).await?;
    spawn(async move {
        if let Err(error) = caught(&sender, send_rows(&mut connection, &times, &statement, &sender)).await {
            if error.kind == SourceErrorKind::Broken {
                // Nobody knows in which state it is.
                drop(connection.detach());
            }
            let _ = sender.send(Err(error)).await;
        }
        sender
    });
    Ok(stream)
}

async fn send_rows(
    connection: &mut PoolConnection<Sqlite>,
    times: &Times,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    let times = times.of(connection, &statement.sql, &statement.fields).await?;
    let read = |row: &SqliteRow, index: usize| match &times {
        None => Ok(cell(row, index)),
        Some(times) => Ok(as_time(cell(row, index), times.get(index).copied().flatten())),
    };
    let query = bind_all!(sqlx::query(sqlx::AssertSqlSafe(statement.sql.clone())), &statement.binds);
    // A cell is copied before its size is known.
    send_batches(connection.fetch_many(query), statement, sender, |_, _| 0, read, read_error).await
}

/// A cell as it is stored; SQLite types values, not columns.
pub(super) fn cell(row: &SqliteRow, index: usize) -> Value {
    let kind = match row.try_get_raw(index) {
        Ok(raw) if !raw.is_null() => raw.type_info().name().to_owned(),
        _ => return Value::Null,
    };
    // The stored class decides, not the declared type, so nothing is decoded that is not there.
    let read = match kind.as_str() {
        "INTEGER" | "BOOLEAN" => row.try_get_unchecked(index).map(Value::Int),
        "REAL" => row.try_get_unchecked(index).map(Value::Float),
        "BLOB" => row.try_get_unchecked(index).map(Value::Bytes),
        _ => row.try_get_unchecked(index).map(Value::Text),
    };
    // A text that is not UTF-8 is the bytes that it is: no column of texts takes them, and each says where they stand.
    read.unwrap_or_else(|_| Value::Bytes(row.try_get_unchecked(index).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::full_scans;

    /// Statements with the plans that SQLite 3.40 makes of them, and the tables that they read whole.
    #[test]
    fn a_scan_of_an_index_is_a_scan() {
        let join = "SELECT f.carrier, p.seats FROM flights AS f LEFT JOIN planes AS p ON f.tailnum = p.tailnum WHERE f.carrier = 'UA' AND f.month = 2";
        let cases: [(&str, &[&str], &[&str]); 14] = [
            ("SELECT carrier FROM flights AS f WHERE f.tailnum = 'N1'", &["SCAN f"], &["flights"]),
            (
                "SELECT carrier, month, avg(dep_delay) FROM flights GROUP BY carrier, month",
                &["SCAN flights USING INDEX flights_by_carrier_month"],
                &["flights"],
            ),
            (
                "SELECT carrier, count(*) FROM flights GROUP BY carrier LIMIT 9",
                &["SCAN flights USING COVERING INDEX flights_by_carrier_month"],
                &["flights"],
            ),
            ("SELECT tailnum FROM planes ORDER BY tailnum LIMIT 9", &["SCAN planes USING COVERING INDEX sqlite_autoindex_planes_1"], &[]),
            ("SELECT * FROM flights ORDER BY dep_delay LIMIT 9", &["SCAN flights", "USE TEMP B-TREE FOR ORDER BY"], &["flights"]),
            ("SELECT DISTINCT origin FROM flights", &["SCAN flights", "USE TEMP B-TREE FOR DISTINCT"], &["flights"]),
            (
                join,
                &[
                    "SEARCH f USING INDEX flights_by_carrier_month (carrier=? AND month=?)",
                    "SEARCH p USING INDEX sqlite_autoindex_planes_1 (tailnum=?) LEFT-JOIN",
                ],
                &[],
            ),
            (
                "SELECT a.name FROM flights AS f JOIN airports AS a ON a.lat = f.distance WHERE f.carrier = 'UA'",
                &["SEARCH f USING INDEX flights_by_carrier_month (carrier=?)", "SEARCH a USING AUTOMATIC COVERING INDEX (lat=?)"],
                &["airports"],
            ),
            (
                "WITH c AS (SELECT carrier, count(*) n FROM flights GROUP BY carrier) SELECT * FROM c WHERE n > 3",
                &["CO-ROUTINE c", "SCAN flights USING COVERING INDEX flights_by_carrier_month", "SCAN c"],
                &["flights"],
            ),
            (
                "SELECT faa FROM airports UNION SELECT dest FROM flights",
                &[
                    "COMPOUND QUERY",
                    "LEFT-MOST SUBQUERY",
                    "SCAN airports USING COVERING INDEX sqlite_autoindex_airports_1",
                    "UNION USING TEMP B-TREE",
                    "SCAN flights",
                ],
                &["airports", "flights"],
            ),
            ("SELECT max(year) FROM flights", &["SEARCH flights USING COVERING INDEX flights_key"], &[]),
            ("SELECT value FROM json_each('[1]')", &["SCAN json_each VIRTUAL TABLE INDEX 1:"], &[]),
            ("SELECT 1 AS one", &["SCAN CONSTANT ROW"], &[]),
            ("SELECT model FROM planes WHERE tailnum = ?1", &["SEARCH planes USING INDEX sqlite_autoindex_planes_1 (tailnum=?)"], &[]),
        ];
        for (sql, plan, whole) in cases {
            let lines: Vec<String> = plan.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(full_scans(sql, &lines), whole, "{sql}");
        }
    }
}
