//! Running statements: described by preparing them, explained, and streamed as Arrow batches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use model::source_types::sqlite;
use model::table::{Column, QueryPlan};
use model::{DataType, Value};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Column as _, Executor, Row, SqlSafeStr, Statement as _, TypeInfo, ValueRef};

use super::errors::read_error;
use super::times::{Times, as_time};
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
    let full_scans = lines
        .iter()
        .filter(|line| !line.contains("INDEX") && !line.contains("PRIMARY KEY"))
        .filter_map(|line| line.strip_prefix("SCAN "))
        .filter_map(|rest| rest.split_whitespace().next())
        .filter(|name| !name.starts_with('('))
        .map(str::to_owned)
        .collect();
    Ok(QueryPlan { lines, full_scans })
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
