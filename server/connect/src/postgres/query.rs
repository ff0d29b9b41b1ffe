//! Running statements: prepared, explained, and streamed as Arrow batches.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use model::dialect::Dialect;
use model::own_type::own_type;
use model::table::{Column, QueryPlan};
use model::{DataType, Value};
use sqlx::pool::PoolConnection;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArguments, PgDatabaseError, PgPool, PgRow, PgTypeInfo, Postgres};
use sqlx::{Connection as _, Either, Executor, Row, SqlSafeStr, Statement as _, TypeInfo, ValueRef};

use super::binds::bind_types;
use super::cells::{Kind, unreadable};
use super::errors::read_error;
use super::plans;
use super::readable::{Readable, column_of};
use crate::reconnect::{acquire, close_idle, say};
use crate::sql_types::bind_all;
use crate::stream::{Ended, Sender, channel, send_batches, send_while_wanted, spawn};
use crate::{BatchStream, Purpose, SESSION_TIMEOUT, SourceError, SourceErrorKind, Statement};

pub(super) async fn describe(pool: &PgPool, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error, sql))?;
    let text = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
    let prepared = connection.prepare_with(text, &bind_types(binds)).await.map_err(|error| read_error(&error, sql))?;
    Ok(prepared.columns().iter().map(column_of).collect())
}

/// PostgreSQL's type of what has no type yet: the server tells it by what stands beside it.
const UNKNOWN: Oid = Oid(705);
/// The names of types, in the order of their numbers.
const TYPE_NAMES: &str =
    "SELECT coalesce(format_type(given.oid, NULL), '') FROM unnest($1::oid[]) WITH ORDINALITY AS given(oid, place) ORDER BY given.place";

/// The types that the statement's own context gives to the texts that are bound.
pub(super) async fn parameter_types(pool: &PgPool, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<String>, SourceError> {
    let mut types = bind_types(binds);
    for (known, (data_type, _)) in types.iter_mut().zip(binds) {
        if *data_type == DataType::String {
            *known = PgTypeInfo::with_oid(UNKNOWN);
        }
    }
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error, sql))?;
    // A text of its own: prepared statements are kept by their texts, and this one is not to run.
    let text = sqlx::AssertSqlSafe(format!("/* types */ {sql}")).into_sql_str();
    let prepared = match connection.prepare_with(text, &types).await {
        Ok(prepared) => prepared,
        Err(error) => {
            // A text whose type nothing tells stays a text.
            tracing::debug!(cause = %error, "the types of a statement's parameters are not known");
            return Ok(Vec::new());
        }
    };
    let Some(Either::Left(found)) = prepared.parameters() else { return Ok(Vec::new()) };
    let numbers: Vec<Oid> = found.iter().map(|known| known.oid().unwrap_or(UNKNOWN)).collect();
    let names: Vec<String> =
        sqlx::query_scalar(TYPE_NAMES).bind(numbers).fetch_all(&mut *connection).await.map_err(|error| read_error(&error, ""))?;
    let own = |(name, (data_type, _)): (String, &(DataType, Value))| match data_type {
        DataType::String => own_type(Dialect::Postgres, &name, *data_type),
        _ => String::new(),
    };
    Ok(names.into_iter().zip(binds).map(own).collect())
}

pub(super) async fn explain(pool: &PgPool, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
    let text = format!("EXPLAIN {sql}");
    let query = bind_all!(sqlx::query(sqlx::AssertSqlSafe(text)), binds);
    let rows = query.fetch_all(pool).await.map_err(|error| read_error(&error, sql))?;
    let lines: Vec<String> = rows.iter().filter_map(|row| row.try_get::<String, _>(0).ok()).collect();
    let narrow = narrow_indexes(pool, plans::indexes_read_whole(&lines)).await;
    let full_scans = plans::full_scans(sql, &lines, &narrow);
    Ok(QueryPlan { lines, full_scans })
}

/// Those of some indexes that have a predicate. The server reads such an index only where the statement asks for the rows of its predicate.
/// One that holds nearly all rows of its table is as long as the table.
const NARROW_INDEXES: &str = "SELECT own.relname::text FROM pg_index AS known JOIN pg_class AS own ON own.oid = known.indexrelid \
    JOIN pg_class AS held ON held.oid = known.indrelid WHERE own.relname = ANY($1::text[]) GROUP BY own.relname \
    HAVING bool_and(known.indpred IS NOT NULL AND (held.reltuples <= 0 OR own.reltuples < 0.9 * held.reltuples))";

async fn narrow_indexes(pool: &PgPool, names: Vec<String>) -> Vec<String> {
    if names.is_empty() {
        return Vec::new();
    }
    let found = sqlx::query_scalar(NARROW_INDEXES).bind(names).fetch_all(pool).await;
    found.unwrap_or_else(|error: sqlx::Error| {
        // Without them the statement is told to read more than it does.
        tracing::debug!(cause = %error, "the predicates of indexes are not known");
        Vec::new()
    })
}

pub(super) async fn stream(pool: &PgPool, readable: &Readable, statement: Statement) -> Result<BatchStream, SourceError> {
    let mut held = Some(acquire(pool, |error| read_error(error, &statement.sql)).await?);
    let (sender, stream) = channel();
    let (pool, readable) = (pool.clone(), readable.clone());
    spawn(async move {
        let sending = send_once_more((&pool, &readable), &mut held, &statement, &sender);
        if send_while_wanted(&sender, statement.timeout, pin!(sending)).await == Ended::Abandoned {
            // The server looks whether its client is there, and ends the statement: see `SESSION`.
            drop(held.map(PoolConnection::detach));
        }
        sender
    });
    Ok(stream)
}

/// Sends, and once more over another connection where the server had closed this one before a row was sent.
async fn send_once_more(
    (pool, readable): (&PgPool, &Readable),
    held: &mut Option<PoolConnection<Postgres>>,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    if let Some(connection) = held {
        match send_rows(connection, readable, statement, sender).await {
            Err(error) if error.kind == SourceErrorKind::Dropped && sender.rows() == 0 => say(&error),
            sent => return sent,
        }
    }
    // Rare ways are apart on the heap, here and below: what is spawned for each statement is as large as its largest way, and is moved.
    Box::pin(send_again((pool, readable), held, statement, sender)).await
}

async fn send_again(
    (pool, readable): (&PgPool, &Readable),
    held: &mut Option<PoolConnection<Postgres>>,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    // Its place in the pool is free first: where all connections are closed, each waits for a place.
    drop(held.take().map(PoolConnection::detach));
    close_idle(pool);
    let connection = held.insert(acquire(pool, |error| read_error(error, &statement.sql)).await?);
    send_rows(connection, readable, statement, sender).await
}

async fn send_rows(
    connection: &mut PoolConnection<Postgres>,
    readable: &Readable,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    let longer = statement.timeout > SESSION_TIMEOUT;
    if longer {
        // A build reads for longer than any call may; the session goes back to its own bound afterwards.
        let set = format!("SET statement_timeout = {}", statement.timeout.as_millis());
        Box::pin(sqlx::query(sqlx::AssertSqlSafe(set)).execute(&mut **connection)).await.map_err(|error| read_error(&error, ""))?;
    }
    if is_whole(statement) {
        return Ok(match Box::pin(super::copy::send_rows(connection, statement, sender)).await {
            Ok(Ended::Done) => {
                drop(Box::pin(sqlx::query("RESET statement_timeout").execute(&mut **connection)).await);
                Ended::Done
            }
            Ok(Ended::Abandoned) => Ended::Abandoned,
            Err(error) if error.kind == SourceErrorKind::Dropped => return Err(error),
            // In the middle of a copy nobody knows what the server says next: nobody gets this connection again.
            Err(error) => {
                let _ = sender.send(Err(error)).await;
                Ended::Abandoned
            }
        });
    }
    let cast = readable.of(connection, &statement.sql, &statement.binds).await;
    let sql = cast.as_deref().unwrap_or(&statement.sql);
    let stale = AtomicBool::new(false);
    let failed = |error: &sqlx::Error| {
        stale.store(is_stale(error), Ordering::Relaxed);
        read_error(error, &statement.sql)
    };
    let query = || -> sqlx::query::Query<'_, Postgres, PgArguments> {
        bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())), &statement.binds)
    };
    let mut sent = send_batches(connection.fetch_many(query()), statement, sender, size, cell, failed).await;
    if stale.load(Ordering::Relaxed) {
        // No row was sent: the server says so before the first one.
        connection.clear_cached_statements().await.map_err(|error| read_error(&error, ""))?;
        sent = Box::pin(send_batches(connection.fetch_many(query()), statement, sender, size, cell, failed)).await;
    }
    if matches!(&sent, Err(error) if error.kind == SourceErrorKind::Mismatch) {
        // Its columns may have other types by now: the next one looks at them again.
        readable.forget(&statement.sql);
    }
    if longer && !matches!(sent, Ok(Ended::Abandoned)) {
        drop(Box::pin(sqlx::query("RESET statement_timeout").execute(&mut **connection)).await);
    }
    sent
}

/// All rows of something, for a build: they come as a copy, which costs both sides the least.
fn is_whole(statement: &Statement) -> bool {
    statement.purpose == Purpose::Build
        && statement.binds.is_empty()
        && statement.max_rows == usize::MAX
        && statement.timeout > SESSION_TIMEOUT
}

/// A table has changed since this connection prepared the statement. It would say so for ever.
fn is_stale(error: &sqlx::Error) -> bool {
    let database = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    database.is_some_and(|error| error.code() == "0A000" && error.routine() == Some("RevalidateCachedQuery"))
}

/// Bytes of a cell as they came.
fn size(row: &PgRow, index: usize) -> usize {
    row.try_get_raw(index).ok().and_then(|raw| raw.as_bytes().ok()).map_or(0, <[u8]>::len)
}

/// A cell by the type that the server says it has.
fn cell(row: &PgRow, index: usize) -> Result<Value, SourceError> {
    let raw = row.try_get_raw(index).map_err(|error| read_error(&error, ""))?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let info = raw.type_info();
    let bytes = raw.as_bytes().map_err(|error| unreadable(info.name()).because(error))?;
    Kind::of(&info).and_then(|kind| kind.value(bytes)).ok_or_else(|| unreadable(info.name()))
}
