//! Running statements: prepared, explained, streamed as Arrow batches, and ended on the server when nobody waits any more.

use model::table::{Column, QueryPlan};
use model::{DataType, Value};
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlPool};
use sqlx::{Column as _, Executor, Row, SqlSafeStr, Statement as _, TypeInfo};

use super::read_error;
use super::types::{as_bound, cell, is_text, size, type_of};
use crate::sql_types::bind_all;
use crate::stream::{Ended, Sender, channel, send_batches, send_while_wanted};
use crate::{BatchStream, SourceError, Statement};

pub(super) async fn describe(pool: &MySqlPool, sql: &str) -> Result<Vec<Column>, SourceError> {
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error))?;
    let text = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
    let prepared = connection.prepare(text).await.map_err(|error| read_error(&error))?;
    Ok(prepared
        .columns()
        .iter()
        .map(|column| {
            let native = column.type_info().name().to_lowercase();
            let data_type = match type_of(&native) {
                DataType::Bytes if is_text(column.type_info()) => DataType::String,
                known => known,
            };
            Column { name: column.name().to_owned(), data_type, nullable: true, native }
        })
        .collect())
}

pub(super) async fn explain(pool: &MySqlPool, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
    let text = format!("EXPLAIN {sql}");
    let binds = as_bound(binds);
    let query = bind_all!(sqlx::query(sqlx::AssertSqlSafe(text)), &binds);
    let rows = query.fetch_all(pool).await.map_err(|error| read_error(&error))?;
    let (mut lines, mut full_scans) = (Vec::new(), Vec::new());
    for row in &rows {
        let of = |name: &str| row.try_get_unchecked::<Option<String>, _>(name).ok().flatten().unwrap_or_default();
        let (table, kind, key, extra) = (of("table"), of("type"), of("key"), of("Extra"));
        if kind == "ALL" && !table.starts_with('<') {
            full_scans.push(table.clone());
        }
        let parts = [("table", table), ("type", kind), ("key", key), ("extra", extra)];
        let words: Vec<String> =
            parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect();
        lines.push(words.join(", "));
    }
    Ok(QueryPlan { lines, full_scans })
}

pub(super) async fn stream(pool: &MySqlPool, statement: Statement) -> Result<BatchStream, SourceError> {
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error))?;
    let id: u64 = sqlx::query_scalar("SELECT CONNECTION_ID()").fetch_one(&mut *connection).await.map_err(|error| read_error(&error))?;
    let (sender, stream) = channel();
    let pool = pool.clone();
    tokio::spawn(async move {
        let sending = send_rows(&mut connection, &statement, &sender);
        if let Ended::Abandoned = send_while_wanted(&sender, statement.timeout, sending).await {
            // It is ended on the server, and its connection is not given to anybody else. Its place in the pool is free
            // first: where all places are abandoned at once, none could be had to end them.
            let connection = connection.detach();
            if let Err(error) = pool.execute(sqlx::AssertSqlSafe(format!("KILL QUERY {id}"))).await {
                tracing::debug!(cause = %error, "a statement could not be ended on its server");
            }
            drop(connection);
        }
    });
    Ok(stream)
}

pub(super) async fn send_rows(connection: &mut MySqlConnection, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let binds = as_bound(&statement.binds);
    let query: sqlx::query::Query<'_, MySql, MySqlArguments> = bind_all!(sqlx::query(sqlx::AssertSqlSafe(statement.sql.clone())), &binds);
    send_batches(query.fetch(connection), statement, sender, size, cell, read_error).await
}
