//! Which tables belong to a server itself and are no data: its catalogue, its users, its settings.

use model::dialect::Dialect;
use model::table::TableRef;

/// Schemas and databases of servers, of every kind: a name that means nothing to one of them is not missed there.
const SCHEMAS: [&str; 7] = ["information_schema", "mysql", "performance_schema", "sys", "system", "pg_catalog", "pg_toast"];

/// Whether a table belongs to the server, by all the parts of its name, in small letters.
pub(super) fn belongs_to_server(dialect: Dialect, parts: &[&str]) -> bool {
    let Some((table, schemas)) = parts.split_last() else { return false };
    let reserved = |name: &str| name.starts_with("pg_") || name.starts_with("sqlite_");
    let alone = dialect == Dialect::Datafusion && schemas.is_empty() && *table == "information_schema";
    alone || reserved(table) || schemas.iter().any(|schema| SCHEMAS.contains(schema) || reserved(schema))
}

/// Whether a table that a form or a document names belongs to the server itself.
#[must_use]
pub fn is_system_table(dialect: Dialect, table: &TableRef) -> bool {
    let (schema, name) = (table.schema.to_ascii_lowercase(), table.name.to_ascii_lowercase());
    let parts: Vec<&str> = if schema.is_empty() { vec![&name] } else { vec![&schema, &name] };
    belongs_to_server(dialect, &parts)
}
