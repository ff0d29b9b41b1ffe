//! Which tables and types belong to a server itself and are no data: its catalogue, its users, its settings.

use model::dialect::Dialect;
use model::table::TableRef;

/// Schemas and databases of servers, of every kind: a name that means nothing to one of them is not missed there.
const SCHEMAS: [&str; 7] = ["information_schema", "mysql", "performance_schema", "sys", "system", "pg_catalog", "pg_toast"];

/// Types of PostgreSQL that find a number by a name in the server's catalogue, and a name by a number: its tables, functions, users and
/// more, whoever may read them.
const CATALOGUE_TYPES: [&str; 13] = [
    "aclitem",
    "regclass",
    "regcollation",
    "regconfig",
    "regdatabase",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
];

/// Whether a word is a type that looks up names in the server's catalogue. A type can stand in many places (`::`, CAST, before a text, as
/// a call, behind the columns of a table that is a function's), so that a column of this name is refused too.
pub(super) fn is_catalogue_type(dialect: Dialect, word: &str) -> bool {
    dialect == Dialect::Postgres && CATALOGUE_TYPES.iter().any(|name| word.trim_start_matches('_').eq_ignore_ascii_case(name))
}

/// Whether a table belongs to the server, by all the parts of its name, in small letters.
pub(super) fn belongs_to_server(dialect: Dialect, parts: &[&str]) -> bool {
    let parts: Vec<String> = parts.iter().map(|part| folded(part)).collect();
    let Some((table, schemas)) = parts.split_last() else { return false };
    // SQLite's pragmas can be asked as tables, and so can the pages of its file.
    let of_sqlite = dialect == Dialect::Sqlite && (table.starts_with("pragma_") || table == "dbstat");
    let reserved = |name: &str| name.starts_with("pg_") || name.starts_with("sqlite_");
    let alone = dialect == Dialect::Datafusion && schemas.is_empty() && table == "information_schema";
    alone || of_sqlite || reserved(table) || schemas.iter().any(|schema| SCHEMAS.contains(&schema.as_str()) || reserved(schema))
}

/// A name in small letters, as the most generous server compares: MySQL takes `İ` for an `i`, and others might take `ſ` for an `s`.
fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).filter(|letter| *letter != '\u{307}').collect()
}

/// Whether a table that a form or a document names belongs to the server itself.
#[must_use]
pub fn is_system_table(dialect: Dialect, table: &TableRef) -> bool {
    let (schema, name) = (table.schema.to_ascii_lowercase(), table.name.to_ascii_lowercase());
    let parts: Vec<&str> = if schema.is_empty() { vec![&name] } else { vec![&schema, &name] };
    belongs_to_server(dialect, &parts)
}
