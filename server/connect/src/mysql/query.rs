//! Running statements: prepared, explained, streamed as Arrow batches, and ended on the server when nobody waits any more.

use model::dialect::Dialect;
use model::table::{Column, QueryPlan};
use model::{DataType, Value, source_types};
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlPool, MySqlRow};
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
        steps.push([table.clone(), kind.clone(), rows_of(row), extra.clone()]);
        let parts = [("table", table), ("type", kind), ("key", key), ("extra", extra)];
        let words: Vec<String> =
            parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect();
        lines.push(words.join(", "));
    }
    Ok(QueryPlan { lines, full_scans: full_scans(sql, &steps) })
}

/// How a table is joined that is read from end to end: itself, one of its indexes, or either of them into a table in memory.
const WHOLE: [&str; 4] = ["ALL", "index", "hash_ALL", "hash_index"];

/// How many rows a step reads: a number of MySQL, and a text of MariaDB, with a part in percent behind it where an index filters.
fn rows_of(row: &MySqlRow) -> String {
    let number = row.try_get::<Option<u64>, _>("rows").map(|rows| rows.map(|rows| rows.to_string()));
    let number = number.or_else(|_| row.try_get::<Option<i64>, _>("rows").map(|rows| rows.map(|rows| rows.to_string())));
    number.or_else(|_| row.try_get_unchecked::<Option<String>, _>("rows")).ok().flatten().unwrap_or_default()
}

/// Whether a step goes along an index for the first rows alone.
fn takes_first(shape: &Shape, [table, kind, rows, extra]: &[String; 4]) -> bool {
    let ends_early = kind == "index" && !["Using where", "Using filesort", "Using temporary"].iter().any(|all| extra.contains(all));
    ends_early && rows.parse().is_ok_and(|rows| shape.takes_first(table, rows))
}

/// The steps of a plan are what it calls the table, how it is joined, how many rows it is expected to read, and what else is said.
fn full_scans(sql: &str, steps: &[[String; 4]]) -> Vec<String> {
    let sorts = steps.iter().any(|[_, _, _, extra]| extra.contains("Using filesort") || extra.contains("Using temporary"));
    let shape = Shape::of(sql, Dialect::Mysql);
    // In angle brackets stands what is made of other steps.
    let scanned = steps.iter().filter(|[table, kind, ..]| WHOLE.contains(&kind.as_str()) && !table.starts_with('<'));
    let scanned = scanned.filter(|step| !takes_first(&shape, step));
    shape.read_whole(scanned.filter_map(|[table, ..]| shape.table(table)), sorts)
}

pub(super) async fn stream(pool: &MySqlPool, statement: Statement) -> Result<BatchStream, SourceError> {
    let mut held = Some(Numbered::open(pool).await?);
    let (sender, stream) = channel();
    let pool = pool.clone();
    spawn(async move {
        let sending = send_once_more(&pool, &mut held, &statement, &sender);
        if let Ended::Abandoned = send_while_wanted(&sender, statement.timeout, sending).await
            && let Some(Numbered { connection, id }) = held
        {
            // It is ended on the server, and its connection is not given to anybody else. Its place in the pool is free
            // first: where all places are abandoned at once, none could be had to end them.
            let connection = connection.detach();
            if let Err(error) = pool.execute(sqlx::AssertSqlSafe(format!("KILL QUERY {id}"))).await {
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

    /// A statement, the table, type, rows and Extra of each line that MariaDB 10.11 explains it with, and the tables that it reads whole.
    type Case = (&'static str, &'static [[&'static str; 4]], &'static [&'static str]);

    #[test]
    fn an_index_without_a_range_is_read_whole() {
        let cases: [Case; 12] = [
            ("SELECT model FROM planes WHERE seats > ?", &[["planes", "ALL", "3322", "Using where"]], &["planes"]),
            ("SELECT carrier, count(*) FROM flights f GROUP BY carrier", &[["f", "index", "336776", "Using index"]], &["flights"]),
            ("SELECT model FROM planes WHERE tailnum = ?", &[["planes", "const", "1", ""]], &[]),
            ("SELECT model FROM planes WHERE tailnum > ?", &[["planes", "range", "50", "Using index condition"]], &[]),
            ("SELECT tailnum FROM planes ORDER BY tailnum LIMIT 9", &[["planes", "index", "9", "Using index"]], &[]),
            ("SELECT model FROM planes ORDER BY seats LIMIT 9", &[["planes", "ALL", "3322", "Using filesort"]], &["planes"]),
            (
                "SELECT f.flight, p.model FROM flights f JOIN planes p ON p.engine = f.dest WHERE f.carrier = ?",
                &[
                    ["f", "ref", "32686", "Using index condition"],
                    ["p", "hash_ALL", "3322", "Using where; Using join buffer (flat, BNLH join)"],
                ],
                &["planes"],
            ),
            (
                "SELECT * FROM (SELECT carrier, count(*) AS n FROM flights GROUP BY carrier) AS page WHERE n > 3",
                &[["<derived2>", "ALL", "3322", "Using where"], ["flights", "index", "336776", "Using index"]],
                &["flights"],
            ),
            (
                "SELECT * FROM flights WHERE id = (SELECT id FROM flights ORDER BY time_hour DESC LIMIT 1)",
                &[["flights", "const", "1", ""], ["flights", "index", "1", "Using index"]],
                &[],
            ),
            (
                "SELECT (SELECT id FROM flights ORDER BY time_hour DESC LIMIT 2, 1) AS id, count(*) AS n FROM flights",
                &[["flights", "index", "336776", "Using index"], ["flights", "index", "3", "Using index"]],
                &["flights"],
            ),
            (
                "SELECT * FROM planes WHERE tailnum = (SELECT tailnum FROM flights WHERE dest = 'X' ORDER BY time_hour DESC LIMIT 1)",
                &[["planes", "const", "1", ""], ["flights", "index", "1", "Using where"]],
                &["flights"],
            ),
            ("SELECT max(tailnum) FROM planes", &[["", "", "", "Select tables optimized away"]], &[]),
        ];
        for (sql, plan, whole) in cases {
            let steps: Vec<[String; 4]> = plan.iter().map(|step| step.map(str::to_owned)).collect();
            assert_eq!(full_scans(sql, &steps), whole, "{sql}");
        }
    }
}
