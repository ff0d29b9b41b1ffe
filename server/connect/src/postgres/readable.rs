//! Statements whose every column can be read: columns of types that we do not read are cast by the server that knows them, to the text that
//! `psql` shows, and arrays to JSON. Whether a statement has such columns is found out once, by preparing it; statements that have none
//! are sent as they are.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use model::dialect::Dialect;
use model::table::Column;
use model::{DataType, Value};
use sqlx::postgres::{PgColumn, PgConnection, PgTypeKind};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Executor, SqlSafeStr, Statement as _, TypeInfo};

use super::binds::bind_types;
use super::cells::Kind;

/// The most statements that are remembered: those of all APIs of a source, with and without their optional parts.
const MAX_KNOWN: usize = 4_096;

/// What is sent for a statement, where that is not the statement itself. Copied to be changed, which is seldom, so that calls share no lock.
type Known = HashMap<String, Option<Arc<str>>>;

#[derive(Clone, Default)]
pub(super) struct Readable(Arc<ArcSwap<Known>>);

impl Readable {
    /// What is sent for a statement. One that cannot be prepared is sent as it is, and its server says why.
    pub(super) async fn of(&self, connection: &mut PgConnection, sql: &str, binds: &[(DataType, Value)]) -> Option<Arc<str>> {
        if let Some(known) = self.0.load().get(sql) {
            return known.clone();
        }
        Box::pin(self.look_at(connection, sql, binds)).await
    }

    async fn look_at(&self, connection: &mut PgConnection, sql: &str, binds: &[(DataType, Value)]) -> Option<Arc<str>> {
        // What this connection prepared before a table changed would tell old types.
        connection.clear_cached_statements().await.ok()?;
        // Under a text of its own: how the statement itself is prepared is for whoever binds its values.
        let text = AssertSqlSafe(format!("{sql} ")).into_sql_str();
        let prepared = connection.prepare_with(text, &bind_types(binds)).await.ok()?;
        let sent: Option<Arc<str>> = readable(sql, prepared.columns()).map(Into::into);
        self.0.rcu(|known| {
            let mut more = if known.len() < MAX_KNOWN { Known::clone(known) } else { Known::new() };
            more.insert(sql.to_owned(), sent.clone());
            more
        });
        sent
    }

    /// The types of its columns are not what they were.
    pub(super) fn forget(&self, sql: &str) {
        self.0.rcu(|known| {
            let mut fewer = Known::clone(known);
            fewer.remove(sql);
            fewer
        });
    }
}

/// A statement around another that casts what we do not read; nothing where all of it is read. Columns are named by their places, because
/// two may have one name. The order of the rows is that of the statement inside.
pub(super) fn readable(sql: &str, columns: &[PgColumn]) -> Option<String> {
    if columns.iter().all(|column| Kind::of(column.type_info()).is_some()) {
        return None;
    }
    let item = |(place, column): (usize, &PgColumn)| {
        let name = Dialect::Postgres.quote(column.name());
        match Kind::of(column.type_info()) {
            Some(_) => format!("c{place} AS {name}"),
            None if is_array(column) => format!("to_json(c{place}) AS {name}"),
            None => format!("CAST(c{place} AS text) AS {name}"),
        }
    };
    let items: Vec<String> = columns.iter().enumerate().map(item).collect();
    let places: Vec<String> = (0..columns.len()).map(|place| format!("c{place}")).collect();
    Some(format!("SELECT {} FROM (\n{sql}\n) AS readable ({})", items.join(", "), places.join(", ")))
}

fn is_array(column: &PgColumn) -> bool {
    // A type that was not looked up has no name, and no kind either.
    column.type_info().name() != "?" && matches!(column.type_info().kind(), PgTypeKind::Array(_))
}

/// A column of a statement by the type that it is read as.
pub(super) fn column_of(column: &PgColumn) -> Column {
    let native = column.type_info().name().to_lowercase();
    let data_type = if is_array(column) { DataType::Json } else { model::source_types::postgres(&native, &native) };
    Column { name: column.name().to_owned(), data_type, nullable: true, native }
}
