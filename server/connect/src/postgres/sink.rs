//! Writing tables into PostgreSQL: rows are copied in, changes are one transaction.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use model::dialect::Dialect;
use model::{DataType, Field, Value};
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

use super::errors::read_error;
use crate::own_servers::{self, ServerAddress};
use crate::proto::value_of;
use crate::sink::{Change, Rows, Sink};
use crate::sql_types::bind_all;
use crate::{CONNECT_TIMEOUT, SourceError, SourceErrorKind};

/// Connections of one build.
const CONNECTIONS: u32 = 2;
/// A view that somebody reads is not waited for longer than this: whoever asks after us would wait too.
const LOCK_TIMEOUT: &str = "10s";

pub(super) struct PgSink {
    pool: PgPool,
}

impl PgSink {
    pub(super) fn new(options: PgConnectOptions, address: ServerAddress) -> Self {
        let options = options.options([("lock_timeout", LOCK_TIMEOUT)]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .after_connect(move |_, _| {
                let dialled = address.clone();
                Box::pin(async move { own_servers::check(&dialled).await.map_err(|error| sqlx::Error::Configuration(error.into())) })
            })
            .connect_lazy_with(options);
        Self { pool }
    }
}

#[async_trait]
impl Sink for PgSink {
    async fn run(&self, statements: &[String]) -> Result<(), SourceError> {
        let mut all = self.pool.begin().await.map_err(|error| write_error(&error))?;
        for statement in statements {
            all.execute(sqlx::AssertSqlSafe(statement.clone())).await.map_err(|error| made_by_others(&error))?;
        }
        all.commit().await.map_err(|error| write_error(&error))
    }

    async fn append(&self, rows: &Rows<'_>) -> Result<(), SourceError> {
        let mut connection = self.pool.acquire().await.map_err(|error| write_error(&error))?;
        copy(&mut connection, rows).await
    }

    async fn change(&self, change: &Change<'_>) -> Result<bool, SourceError> {
        let mut all = self.pool.begin().await.map_err(|error| write_error(&error))?;
        let marked = all.execute(sqlx::AssertSqlSafe(change.mark.clone())).await.map_err(|error| write_error(&error))?;
        if marked.rows_affected() != 1 {
            return Ok(false);
        }
        for (sql, binds) in change.deletes(Dialect::Postgres) {
            let delete = bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql)), &binds);
            delete.execute(&mut *all).await.map_err(|error| write_error(&error))?;
        }
        copy(&mut all, &change.put).await?;
        all.commit().await.map_err(|error| write_error(&error))?;
        Ok(true)
    }
}

async fn copy(connection: &mut PgConnection, rows: &Rows<'_>) -> Result<(), SourceError> {
    if rows.batch.num_rows() == 0 {
        return Ok(());
    }
    let columns: Vec<String> = rows.fields.iter().map(|field| Dialect::Postgres.quote(&field.name)).collect();
    let sql = format!("COPY {} ({}) FROM STDIN", Dialect::Postgres.table(rows.table), columns.join(", "));
    let mut copy = connection.copy_in_raw(&sql).await.map_err(|error| write_error(&error))?;
    match copy.send(text_of(rows.batch, rows.fields)).await {
        Ok(_) => {}
        Err(error) => {
            drop(copy.abort("the rows could not be sent").await);
            return Err(write_error(&error));
        }
    }
    copy.finish().await.map(drop).map_err(|error| write_error(&error))
}

/// The rows as `COPY` reads them: a line for each, tabs between the cells.
fn text_of(batch: &RecordBatch, fields: &[Field]) -> Vec<u8> {
    let mut text = Vec::with_capacity(batch.num_rows() * 128);
    for row in 0..batch.num_rows() {
        for (column, field) in fields.iter().enumerate() {
            if column > 0 {
                text.push(b'\t');
            }
            cell(&mut text, value_of(batch, column, row, field.data_type), field.data_type);
        }
        text.push(b'\n');
    }
    text
}

fn cell(text: &mut Vec<u8>, value: Value, data_type: DataType) {
    match value {
        Value::Null | Value::List(_) => text.extend_from_slice(b"\\N"),
        Value::Bool(yes) => text.push(if yes { b't' } else { b'f' }),
        Value::Int(number) => text.extend_from_slice(number.to_string().as_bytes()),
        Value::Float(number) => text.extend_from_slice(number.to_string().as_bytes()),
        Value::Bytes(bytes) => {
            debug_assert_eq!(data_type, DataType::Bytes);
            text.extend_from_slice(b"\\\\x");
            bytes.iter().for_each(|byte| text.extend_from_slice(format!("{byte:02x}").as_bytes()));
        }
        Value::Text(cell) => {
            for byte in cell.bytes() {
                match byte {
                    b'\\' => text.extend_from_slice(b"\\\\"),
                    b'\t' => text.extend_from_slice(b"\\t"),
                    b'\n' => text.extend_from_slice(b"\\n"),
                    b'\r' => text.extend_from_slice(b"\\r"),
                    other => text.push(other),
                }
            }
        }
    }
}

/// What is made where it is not there may be made by somebody else just then.
fn made_by_others(error: &sqlx::Error) -> SourceError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
    if matches!(&*code, "23505" | "42P07") {
        return SourceError::new(SourceErrorKind::Busy, "Another process created the same object at the same time. Sluice tries again.")
            .because(error);
    }
    write_error(error)
}

/// What cannot be written, by what it means for a person.
fn write_error(error: &sqlx::Error) -> SourceError {
    let state = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default().into_owned();
    let (kind, sentence) = match state.as_str() {
        "42501" | "3F000" => (
            SourceErrorKind::Refused,
            "The user of the source has no permission to create tables and views. Ask the owner of the database to grant CREATE and USAGE on an existing schema.",
        ),
        "42809" | "42P16" => (
            SourceErrorKind::Config,
            "The view has other columns, or its name belongs to an object that is not a view. Choose another name.",
        ),
        "2BP01" => (
            SourceErrorKind::Statement,
            "Other objects of the database depend on the view, so it cannot be changed. Drop them, or choose another name.",
        ),
        "55P03" | "40P01" => (SourceErrorKind::Busy, "The table or view is locked. Sluice tries again."),
        "22021" | "22P05" => (
            SourceErrorKind::Mismatch,
            "A text has a character that the database cannot store, such as a zero byte. Remove it in the mapping.",
        ),
        "23505" => (SourceErrorKind::Mismatch, "The database treats two keys as equal. Choose another key."),
        "54000" => (SourceErrorKind::Mismatch, "A key is longer than the database allows. Choose another key."),
        "22003" => (SourceErrorKind::Mismatch, "A number is larger than the database can store. Remove it in the mapping."),
        "25006" => (SourceErrorKind::Busy, "The database is a read-only standby. Sluice tries again."),
        "53100" => (SourceErrorKind::Busy, "The disk of the database is full. Free some space; Sluice tries again."),
        _ => return read_error(error, ""),
    };
    SourceError::new(kind, sentence).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_so_that_they_end_where_they_end() {
        let of = |value, data_type| {
            let mut text = Vec::new();
            cell(&mut text, value, data_type);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(of(Value::Text("a\tb\\N\n".into()), DataType::String), "a\\tb\\\\N\\n");
        assert_eq!(of(Value::Bytes(vec![0, 0xff]), DataType::Bytes), "\\\\x00ff");
        assert_eq!(of(Value::Null, DataType::String), "\\N");
    }
}
