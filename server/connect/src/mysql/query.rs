//! Running statements: prepared, explained, streamed as Arrow batches, and ended on the server when nobody waits any more.

use std::pin::pin;

use model::dialect::Dialect;
use model::table::{Column, QueryPlan};
use model::{DataType, Value, source_types};
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlPool};
use sqlx::pool::PoolConnection;
use sqlx::{Column as _, Executor, Row, SqlSafeStr, Statement as _, TypeInfo};

use super::errors::read_error;
use super::types::{as_bound, cell, is_text, size};
use crate::guard::Shape;
use crate::reconnect::{acquire, close_idle, once_more, say};
use crate::sql_types::bind_all;
use crate::stream::{Ended, Sender, channel, send_batches, send_while_wanted, spawn};
use crate::{BatchStream, SourceError, SourceErrorKind, Statement};

pub(super) async fn describe(pool: &MySqlPool, sql: &str) -> Result<Vec<Column>, SourceError> {
    let mut connection = pool.acquire().await.map_err(|error| read_error(&error))?;
    let text = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
    let prepared = connection.prepare(text).await.map_err(|error| read_error(&error))?;
    Ok(prepared
        .columns()
        .iter()
        .map(|column| {
            let native = column.type_info().name().to_lowercase();
            let data_type = match source_types::mysql(&native) {
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
    let (mut lines, mut steps) = (Vec::new(), Vec::new());
    for row in &rows {
        let of = |name: &str| row.try_get_unchecked::<Option<String>, _>(name).ok().flatten().unwrap_or_default();
        let (table, kind, key, extra) = (of("table"), of("type"), of("key"), of("Extra"));
        steps.push([table.clone(), kind.clone(), extra.clone()]);
        let parts = [("table", table), ("type", kind), ("key", key), ("extra", extra)];
        let words: Vec<String> =
            parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect();
        lines.push(words.join(", "));
    }
    Ok(QueryPlan { lines, full_scans: full_scans(sql, &steps) })
}

/// How a table is joined that is read from end to end: itself, one of its indexes, or either of them into a table in memory.
const WHOLE: [&str; 4] = ["ALL", "index", "hash_ALL", "hash_index"];

/// Whether a step can go along an index for the first rows alone.
fn can_end_early([_, kind, extra]: &[String; 3]) -> bool {
    kind == "index" && !["Using where", "Using filesort", "Using temporary"].iter().any(|all| extra.contains(all))
}

/// The steps of a plan are what it calls the table, how it is joined, and what else is said.
fn full_scans(sql: &str, steps: &[[String; 3]]) -> Vec<String> {
    let sorts = steps.iter().any(|[_, _, extra]| extra.contains("Using filesort") || extra.contains("Using temporary"));
    let shape = Shape::of(sql, Dialect::Mysql);
    // In angle brackets stands what is made of other steps.
    let scanned: Vec<_> = steps.iter().filter(|[table, kind, _]| WHOLE.contains(&kind.as_str()) && !table.starts_with('<')).collect();
    // MariaDB tells all rows of the table also where a query takes the first one: each such query stands for one step.
    let of = |called: &str| scanned.iter().filter(|[table, ..]| table == called).count();
    let whole = scanned.iter().filter(|step| !can_end_early(step) || of(&step[0]) > shape.takes_first(&step[0]));
    shape.read_whole(whole.filter_map(|[table, ..]| shape.table(table)), sorts)
}

pub(super) async fn stream(pool: &MySqlPool, statement: Statement) -> Result<BatchStream, SourceError> {
    let mut held = Some(Numbered::open(pool).await?);
    let (sender, stream) = channel();
    let pool = pool.clone();
    spawn(async move {
        let sending = send_once_more(&pool, &mut held, &statement, &sender);
        if send_while_wanted(&sender, statement.timeout, pin!(sending)).await == Ended::Abandoned
            && let Some(Numbered { connection, id }) = held
        {
            // It is ended on the server, and its connection is not given to anybody else. Its place in the pool is free
            // first: where all places are abandoned at once, none could be had to end them.
            let connection = connection.detach();
            if let Err(error) = Box::pin(pool.execute(sqlx::AssertSqlSafe(format!("KILL QUERY {id}")))).await {
                tracing::debug!(cause = %error, "a statement could not be ended on its server");
            }
            drop(connection);
        }
        sender
    });
    Ok(stream)
}

/// A connection, and its number at the server.
struct Numbered {
    connection: PoolConnection<MySql>,
    id: u64,
}

impl Numbered {
    async fn open(pool: &MySqlPool) -> Result<Self, SourceError> {
        once_more(|| close_idle(pool), move || Self::of(pool)).await
    }

    async fn of(pool: &MySqlPool) -> Result<Self, SourceError> {
        let mut connection = acquire(pool, read_error).await?;
        let id = sqlx::query_scalar("SELECT CONNECTION_ID()").fetch_one(&mut *connection).await.map_err(|error| read_error(&error))?;
        Ok(Self { connection, id })
    }
}

/// Sends, and once more over another connection where the server had closed this one before a row was sent.
async fn send_once_more(
    pool: &MySqlPool,
    held: &mut Option<Numbered>,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    if let Some(Numbered { connection, .. }) = held {
        match send_rows(connection, statement, sender).await {
            Err(error) if error.kind == SourceErrorKind::Dropped && sender.rows() == 0 => say(&error),
            sent => return sent,
        }
    }
    // Rare, and so apart on the heap: what is spawned for each statement is as large as its largest way, and is moved.
    Box::pin(send_again(pool, held, statement, sender)).await
}

async fn send_again(pool: &MySqlPool, held: &mut Option<Numbered>, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    // Its place in the pool is free first: where all connections are closed, each waits for a place.
    drop(held.take().map(|closed| closed.connection.detach()));
    close_idle(pool);
    let Numbered { connection, .. } = held.insert(Numbered::open(pool).await?);
    send_rows(connection, statement, sender).await
}

pub(super) async fn send_rows(connection: &mut MySqlConnection, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let binds = as_bound(&statement.binds);
    let query: sqlx::query::Query<'_, MySql, MySqlArguments> = bind_all!(sqlx::query(sqlx::AssertSqlSafe(statement.sql.clone())), &binds);
    send_batches(connection.fetch_many(query), statement, sender, size, cell, read_error).await
}

#[cfg(test)]
mod tests {
    use super::full_scans;

    /// A statement, the table, type and Extra of each line that MariaDB 10.11 explains it with, and the tables that it reads whole.
    type Case = (&'static str, &'static [[&'static str; 3]], &'static [&'static str]);

    #[test]
    fn an_index_without_a_range_is_read_whole() {
        let cases: [Case; 13] = [
            ("SELECT model FROM planes WHERE seats > ?", &[["planes", "ALL", "Using where"]], &["planes"]),
            ("SELECT carrier, count(*) FROM flights f GROUP BY carrier", &[["f", "index", "Using index"]], &["flights"]),
            ("SELECT model FROM planes WHERE tailnum = ?", &[["planes", "const", ""]], &[]),
            ("SELECT model FROM planes WHERE tailnum > ?", &[["planes", "range", "Using index condition"]], &[]),
            ("SELECT tailnum FROM planes ORDER BY tailnum LIMIT 9", &[["planes", "index", "Using index"]], &[]),
            ("SELECT model FROM planes ORDER BY seats LIMIT 9", &[["planes", "ALL", "Using filesort"]], &["planes"]),
            (
                "SELECT f.flight, p.model FROM flights f JOIN planes p ON p.engine = f.dest WHERE f.carrier = ?",
                &[["f", "ref", "Using index condition"], ["p", "hash_ALL", "Using where; Using join buffer (flat, BNLH join)"]],
                &["planes"],
            ),
            (
                "SELECT * FROM (SELECT carrier, count(*) AS n FROM flights GROUP BY carrier) AS page WHERE n > 3",
                &[["<derived2>", "ALL", "Using where"], ["flights", "index", "Using index"]],
                &["flights"],
            ),
            (
                "SELECT * FROM flights WHERE id = (SELECT id FROM flights ORDER BY time_hour DESC LIMIT 1)",
                &[["flights", "const", ""], ["flights", "index", "Using index"]],
                &[],
            ),
            (
                "SELECT (SELECT id FROM flights ORDER BY time_hour DESC LIMIT 2, 1) AS id, count(*) AS n FROM flights",
                &[["flights", "index", "Using index"], ["flights", "index", "Using index"]],
                &["flights"],
            ),
            (
                "SELECT * FROM planes WHERE tailnum = (SELECT tailnum FROM flights WHERE dest = 'X' ORDER BY time_hour DESC LIMIT 1)",
                &[["planes", "const", ""], ["flights", "index", "Using where"]],
                &["flights"],
            ),
            (
                "SELECT id FROM flights WHERE id > (SELECT id FROM flights ORDER BY time_hour LIMIT 1 OFFSET 300000)",
                &[["flights", "range", "Using where"], ["flights", "index", "Using index"]],
                &["flights"],
            ),
            ("SELECT max(tailnum) FROM planes", &[["", "", "Select tables optimized away"]], &[]),
        ];
        for (sql, plan, whole) in cases {
            let steps: Vec<[String; 3]> = plan.iter().map(|step| step.map(str::to_owned)).collect();
            assert_eq!(full_scans(sql, &steps), whole, "{sql}");
        }
    }
}
