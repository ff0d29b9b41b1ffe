//! The table that a name behind FROM is.

use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Ident, ObjectName};

use crate::edges::{Reason, TableName};
use crate::names::{idents, place};
use crate::scope::{Env, Queries};
use crate::table::Table;
use crate::with;

/// A table and its names.
pub(crate) struct NamedTable {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) table: Rc<Table>,
}

/// The part of WITH or the table of the source of this name.
pub(crate) fn table(queries: &dyn Queries, name: &ObjectName, env: Env<'_>) -> NamedTable {
    match idents(name) {
        Some(parts) => of_parts(queries, &parts, env),
        None => unknown("The name of a table that is no plain name", None),
    }
}

fn of_parts(queries: &dyn Queries, parts: &[&Ident], env: Env<'_>) -> NamedTable {
    let work = queries.work();
    let (schema, last) = match (parts, work.dialect()) {
        ([last], _) => (None, last),
        // The first part can only be the database of the connection.
        ([schema, last], _) | ([_, schema, last], Dialect::Postgres) => (Some(work.names.looked_up(schema)), last),
        _ => return unknown("A table of another database", parts.first().copied()),
    };
    let name = work.names.looked_up(last);
    if schema.is_none() {
        if let Some(table) = with::part(queries, env, &name) {
            return NamedTable { schema: String::new(), name, table };
        }
        if last.quote_style.is_none() && is_no_table(work.dialect(), &name) {
            return match work.dialect() {
                Dialect::Mysql => NamedTable { schema: String::new(), name, table: Rc::default() },
                _ => unknown("A word before the name of a table", Some(last)),
            };
        }
    }
    let schema = schema.unwrap_or_default();
    let id = work.table(TableName { schema: schema.clone(), name: name.clone() });
    NamedTable { schema, name, table: Rc::new(Table::base(id, work)) }
}

/// A part of WITH, or a table whose columns are known.
pub(crate) fn known(queries: &dyn Queries, parts: &[&Ident], env: Env<'_>) -> Option<Rc<Table>> {
    let work = queries.work();
    let names: Vec<String> = parts.iter().map(|part| work.names.looked_up(part)).collect();
    let table = match &names[..] {
        [name] => match with::part(queries, env, name) {
            Some(table) => return Some(table),
            None => TableName::new(name),
        },
        [schema, name] => TableName { schema: schema.clone(), name: name.clone() },
        _ => return None,
    };
    work.is_known(&table).then(|| Rc::new(Table::base(work.table(table), work)))
}

/// What the parser reads as a table and the server does not: MySQL's table of nothing, and PostgreSQL's `ONLY`.
fn is_no_table(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::Mysql => name.eq_ignore_ascii_case("dual"),
        Dialect::Postgres => name == "only",
        Dialect::Sqlite | Dialect::Clickhouse | Dialect::Datafusion => false,
    }
}

fn unknown(what: &'static str, at: Option<&Ident>) -> NamedTable {
    let table = Table::unknown(Reason::NotFollowed(what), at.and_then(place));
    NamedTable { schema: String::new(), name: String::new(), table: Rc::new(table) }
}
