//! Times in SQLite, which has no types for them: how a column holds them is learned from its rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::dialect::Dialect;
use model::scalar::{date_text, timestamp_text};
use model::table::{Column, TableRef};
use model::time_form::TimeForm;
use model::{DataType, Field, Value};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{Column as _, ColumnOrigin, Executor, SqlSafeStr, Statement as _};

use super::errors::read_error;
use super::query::{cell, with_deadline};
use crate::SourceError;

/// How long the look at a table's rows may take. A view may have to make all of them first.
const LEARN_TIMEOUT: Duration = Duration::from_secs(2);
/// Rows that tell what the numbers of a column count.
const NUMBER_ROWS: usize = 1_000;
/// The most statements of which it is remembered how their columns hold times.
const MAX_KNOWN: usize = 256;
const DAY: i64 = 86_400_000_000;

fn is_time(data_type: DataType) -> bool {
    matches!(data_type, DataType::Date | DataType::Timestamp)
}

/// Puts the form of each column of times behind its declared type. What cannot be learned in time is left as it is declared.
pub(super) async fn describe(pool: &SqlitePool, table: &TableRef, columns: &mut [Column], rows: usize) {
    let mut times: Vec<&mut Column> = columns.iter_mut().filter(|column| is_time(column.data_type)).collect();
    if times.is_empty() {
        return;
    }
    let names: Vec<&str> = times.iter().map(|column| column.name.as_str()).collect();
    let Ok(mut connection) = with_deadline(pool, LEARN_TIMEOUT).await else { return };
    let found = values(&mut connection, table, &names, rows).await;
    // What reads the catalogue next sets no time of its own.
    if let Ok(mut handle) = connection.lock_handle().await {
        handle.remove_progress_handler();
    }
    let Ok(found) = found else { return };
    for (column, values) in times.iter_mut().zip(found) {
        if let Some(form) = TimeForm::of_values(&values, column.data_type).filter(|form| !form.is_usual(column.data_type)) {
            column.native = format!("{} ({})", column.native, form.words());
        }
    }
}

/// The first values of some columns of a table, column by column.
async fn values(
    connection: &mut PoolConnection<Sqlite>,
    table: &TableRef,
    names: &[&str],
    rows: usize,
) -> Result<Vec<Vec<Value>>, SourceError> {
    let columns: Vec<String> = names.iter().map(|name| Dialect::Sqlite.quote(name)).collect();
    let sql = format!("SELECT {} FROM {} LIMIT {rows}", columns.join(", "), Dialect::Sqlite.table(table));
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut **connection).await.map_err(|error| read_error(&error))?;
    Ok((0..names.len()).map(|index| found.iter().map(|row| cell(row, index)).collect()).collect())
}

/// How one column of a statement is read: as a type of times, and by what its numbers count where that is known.
type Read = Option<(DataType, Option<TimeForm>)>;

/// How the columns of statements hold times, by the statements' texts; learned once for each.
#[derive(Default)]
pub(super) struct Times(Mutex<HashMap<String, Arc<[Read]>>>);

impl Times {
    /// How each column of a statement is read; nothing where none is of times.
    pub(super) async fn of(
        &self,
        connection: &mut PoolConnection<Sqlite>,
        sql: &str,
        fields: &[Field],
    ) -> Result<Option<Arc<[Read]>>, SourceError> {
        if !fields.iter().any(|field| is_time(field.data_type)) {
            return Ok(None);
        }
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(sql) {
            return Ok(Some(known.clone()));
        }
        let learned: Arc<[Read]> = learn(connection, sql, fields).await?.into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(sql.to_owned(), learned.clone());
        Ok(Some(learned))
    }
}

async fn learn(connection: &mut PoolConnection<Sqlite>, sql: &str, fields: &[Field]) -> Result<Vec<Read>, SourceError> {
    let text = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
    let prepared = connection.prepare(text).await.map_err(|error| read_error(&error))?;
    let columns: Vec<(Option<DataType>, ColumnOrigin)> = prepared
        .columns()
        .iter()
        .map(|column| {
            let field = fields.iter().find(|field| field.name == column.name() && is_time(field.data_type));
            (field.map(|field| field.data_type), column.origin())
        })
        .collect();
    drop(prepared);
    let mut read = Vec::with_capacity(columns.len());
    for (data_type, origin) in columns {
        read.push(match (data_type, origin) {
            (None, _) => None,
            (Some(data_type), ColumnOrigin::Table(of)) => {
                let table = TableRef::new(&*of.table);
                let found = values(connection, &table, &[&*of.name], NUMBER_ROWS).await.unwrap_or_default();
                let numbers: Vec<Value> =
                    found.into_iter().flatten().filter(|value| matches!(value, Value::Int(_) | Value::Float(_))).collect();
                Some((data_type, TimeForm::of_values(&numbers, data_type).filter(|form| *form != TimeForm::Mixed)))
            }
            (Some(data_type), _) => Some((data_type, None)),
        });
    }
    Ok(read)
}

/// A stored number as the text of the time that it counts. What counts none is told by whoever puts it into a column of times.
pub(super) fn as_time(value: Value, read: Read) -> Value {
    let Some((data_type, form)) = read.filter(|_| matches!(value, Value::Int(_) | Value::Float(_))) else { return value };
    let micros = form.unwrap_or_else(|| TimeForm::of_number(&value, data_type)).micros_of(&value);
    let text = micros.and_then(|micros| match data_type {
        DataType::Date => Some(date_text(i32::try_from(micros.div_euclid(DAY)).ok()?)),
        _ => Some(timestamp_text(micros)),
    });
    match (text, value) {
        (Some(text), _) => Value::Text(text),
        (None, Value::Int(number)) => Value::Text(number.to_string()),
        (None, Value::Float(number)) => Value::Text(number.to_string()),
        (None, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_the_times_that_they_count() {
        let at = |value, form| as_time(value, Some((DataType::Timestamp, form)));
        let ten = Value::Text("2024-01-05T10:00:00Z".into());
        assert_eq!(at(Value::Int(1_704_448_800), None), ten);
        assert_eq!(at(Value::Int(1_704_448_800_000), None), ten);
        assert_eq!(at(Value::Float(2_460_314.916_666_666_5), None), ten);
        // The first days of 1970, in a column of milliseconds.
        assert_eq!(at(Value::Int(1_000), Some(TimeForm::Millis)), Value::Text("1970-01-01T00:00:01Z".into()));
        assert_eq!(as_time(Value::Int(19_727), Some((DataType::Date, None))), Value::Text("2024-01-05".into()));
        assert_eq!(at(Value::Int(i64::MAX), None), Value::Text(i64::MAX.to_string()), "no time at all");
        assert_eq!(as_time(Value::Int(7), None), Value::Int(7));
    }
}
