//! What is said to a database of the tables of dataset versions, their views, and what is known of them.

use std::fmt::Write as _;

use model::dialect::Dialect;
use model::table::TableRef;
use model::{DataType, Field, Value};

use super::types::column_type;
use crate::{SourceError, SourceErrorKind};

/// What is known of the versions in a database.
pub const LEDGER: &str = "sluice_versions";

fn engine(dialect: Dialect, order: &str) -> String {
    match dialect {
        Dialect::Clickhouse => format!(" ENGINE = MergeTree ORDER BY ({order})"),
        // Whatever the server's own default is: others have no transactions.
        Dialect::Mysql => " ENGINE = InnoDB".to_owned(),
        _ => String::new(),
    }
}

/// Makes an empty table, in place of whatever was begun under its name before.
///
/// # Errors
/// A column that the database has no type for.
pub fn create(dialect: Dialect, table: &TableRef, fields: &[Field], key: &[String]) -> Result<Vec<String>, SourceError> {
    let key_sql = key.iter().map(|column| dialect.quote(column)).collect::<Vec<_>>().join(", ");
    let mut columns = Vec::new();
    for field in fields {
        let in_key = key.contains(&field.name);
        let unknown = || {
            let sentence = format!("The database cannot store {}, which is {}. Remove this column.", field.name, field.data_type.word());
            SourceError::new(SourceErrorKind::Config, sentence)
        };
        let kind = column_type(dialect, field.data_type, in_key).ok_or_else(unknown)?;
        let must = if in_key && dialect != Dialect::Clickhouse { " NOT NULL" } else { "" };
        columns.push(format!("{} {kind}{must}", dialect.quote(&field.name)));
    }
    if dialect != Dialect::Clickhouse {
        columns.push(format!("PRIMARY KEY ({key_sql})"));
    }
    let name = dialect.table(table);
    let engine = engine(dialect, &key_sql);
    Ok(vec![ledger_sql(dialect, table), drop_table(dialect, table), format!("CREATE TABLE {name} ({}){engine}", columns.join(", "))])
}

/// Drops a version's table, where it is there.
#[must_use]
pub fn drop_table(dialect: Dialect, table: &TableRef) -> String {
    format!("DROP TABLE IF EXISTS {}", dialect.table(table))
}

fn ledger(dialect: Dialect, beside: &TableRef) -> String {
    dialect.table(&TableRef { schema: beside.schema.clone(), ..TableRef::new(LEDGER) })
}

fn ledger_sql(dialect: Dialect, beside: &TableRef) -> String {
    let (id, text, number) = match dialect {
        Dialect::Mysql => ("VARCHAR(64) NOT NULL PRIMARY KEY", "LONGTEXT CHARACTER SET utf8mb4 NOT NULL", "BIGINT NOT NULL"),
        Dialect::Clickhouse => ("String", "String", "Int64"),
        _ => ("text NOT NULL PRIMARY KEY", "text NOT NULL", "bigint NOT NULL"),
    };
    let (name, engine) = (ledger(dialect, beside), engine(dialect, "version"));
    format!("CREATE TABLE IF NOT EXISTS {name} (version {id}, sealed {text}, position {text}, turn {number}){engine}")
}

/// Says that a version is all there.
#[must_use]
pub fn seal(dialect: Dialect, beside: &TableRef, version: &str, sealed: &str) -> Vec<String> {
    let (name, version, sealed) = (ledger(dialect, beside), dialect.text(version), dialect.text(sealed));
    vec![
        format!("DELETE FROM {name} WHERE version = {version}"),
        format!("INSERT INTO {name} (version, sealed, position, turn) VALUES ({version}, {sealed}, '', 0)"),
    ]
}

/// Forgets a version.
#[must_use]
pub fn forget(dialect: Dialect, beside: &TableRef, version: &str) -> String {
    format!("DELETE FROM {} WHERE version = {}", ledger(dialect, beside), dialect.text(version))
}

/// Asks what is known of a version: `sealed`, `position` and `turn`.
#[must_use]
pub fn known(dialect: Dialect, beside: &TableRef, version: &str) -> String {
    format!("SELECT sealed, position, turn FROM {} WHERE version = {}", ledger(dialect, beside), dialect.text(version))
}

/// Takes a version for a turn, where no higher one has it.
#[must_use]
pub fn take(dialect: Dialect, beside: &TableRef, version: &str, turn: i64) -> String {
    format!("UPDATE {} SET turn = {turn} WHERE version = {} AND turn <= {turn}", ledger(dialect, beside), dialect.text(version))
}

/// Moves on how far a version follows its source, where it is still of this turn.
#[must_use]
pub fn mark(dialect: Dialect, beside: &TableRef, (version, turn): (&str, i64), position: &str) -> String {
    let (name, position, version) = (ledger(dialect, beside), dialect.text(position), dialect.text(version));
    format!("UPDATE {name} SET position = {position} WHERE version = {version} AND turn = {turn}")
}

/// What a view that shows a table must not wait for longer: whoever asks it after us waits as long.
#[must_use]
pub fn patience(dialect: Dialect) -> Option<String> {
    match dialect {
        Dialect::Postgres => Some("SET LOCAL lock_timeout = '1s'".to_owned()),
        Dialect::Mysql => Some("SET SESSION lock_wait_timeout = 1".to_owned()),
        _ => None,
    }
}

/// Lets a view show a table, in one statement; where the columns are others than before, a database may want [`show_anew`].
#[must_use]
pub fn show(dialect: Dialect, view: &TableRef, table: &TableRef, fields: &[Field]) -> String {
    let columns: Vec<String> = fields.iter().map(|field| dialect.quote(&field.name)).collect();
    let (view, table) = (dialect.table(view), dialect.table(table));
    format!("CREATE OR REPLACE VIEW {view} AS SELECT {} FROM {table}", columns.join(", "))
}

/// The same as a new view: what was granted on the one before goes with it.
#[must_use]
pub fn show_anew(dialect: Dialect, view: &TableRef, table: &TableRef, fields: &[Field]) -> Vec<String> {
    vec![format!("DROP VIEW IF EXISTS {}", dialect.table(view)), show(dialect, view, table, fields)]
}

/// The `definition` of a view that its user may not see.
pub const HIDDEN: &str = "?";

/// Asks for the `definition` of a view: no row where nothing has its name, an empty text where that is no view; see [`HIDDEN`].
#[must_use]
pub fn shown(dialect: Dialect, view: &TableRef) -> String {
    let (schema, name) = (dialect.text(&view.schema), dialect.text(&view.name));
    match dialect {
        Dialect::Mysql => format!(
            "SELECT CASE WHEN v.table_name IS NULL THEN '' WHEN v.view_definition = '' THEN '{HIDDEN}' ELSE v.view_definition END AS definition \
             FROM information_schema.tables t \
             LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema AND v.table_name = t.table_name \
             WHERE t.table_schema = coalesce(nullif({schema}, ''), database()) AND t.table_name = {name}"
        ),
        Dialect::Clickhouse => format!(
            "SELECT if(engine = 'View', as_select, '') AS definition FROM system.tables \
             WHERE database = if({schema} = '', currentDatabase(), {schema}) AND name = {name}"
        ),
        _ => format!(
            "SELECT CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) ELSE '' END AS definition FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = coalesce(nullif({schema}, ''), current_schema()) AND c.relname = {name}"
        ),
    }
}

/// The condition that rows of some keys meet. MySQL takes texts for the same that differ in blanks at their end, so there they are held
/// against one another byte by byte as well.
#[must_use]
pub fn of_keys(key: &[Field], keys: &[Vec<Value>], dialect: Dialect) -> (String, Vec<(DataType, Value)>) {
    let mut binds = Vec::with_capacity(keys.len() * key.len());
    let names = |as_bytes: &dyn Fn(&Field) -> bool| {
        let name = |field: &Field| format!("{}{}", if as_bytes(field) { "BINARY " } else { "" }, dialect.quote(&field.name));
        key.iter().map(name).collect::<Vec<_>>()
    };
    let mut condition = any_of(&names(&|_| false), (key, keys, dialect), &mut binds);
    if dialect == Dialect::Mysql && key.iter().any(|field| field.data_type == DataType::String) {
        let bytes = names(&|field| field.data_type == DataType::String);
        condition = format!("{condition} AND {}", any_of(&bytes, (key, keys, dialect), &mut binds));
    }
    (condition, binds)
}

fn any_of(names: &[String], (key, keys, dialect): (&[Field], &[Vec<Value>], Dialect), binds: &mut Vec<(DataType, Value)>) -> String {
    let mut condition = format!("({}) IN (", names.join(", "));
    for (index, values) in keys.iter().enumerate() {
        condition.push_str(if index == 0 { "(" } else { ", (" });
        for (column, (field, value)) in key.iter().zip(values).enumerate() {
            binds.push((field.data_type, value.clone()));
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(condition, "{comma}{}", dialect.placeholder(binds.len(), field.data_type));
        }
        condition.push(')');
    }
    condition.push(')');
    condition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_in_one_condition() {
        let key = [Field::plain("carrier", DataType::String), Field::plain("day", DataType::Date)];
        let keys = [vec![Value::Text("UA".into()), Value::Text("2013-01-01".into())], vec![Value::Text("AA".into()), Value::Null]];
        let (condition, binds) = of_keys(&key, &keys, Dialect::Postgres);
        assert_eq!(condition, r#"("carrier", "day") IN (($1, CAST($2 AS date)), ($3, CAST($4 AS date)))"#);
        assert_eq!(binds.len(), 4);
    }

    #[test]
    fn a_column_that_cannot_be_kept_is_named() {
        let fields = [Field::plain("id", DataType::Int64), Field::plain("photo", DataType::Bytes)];
        let error = create(Dialect::Clickhouse, &TableRef::new("t"), &fields, &["id".into()]).unwrap_err();
        assert!(error.sentence.contains("photo"), "{error}");
        assert!(create(Dialect::Mysql, &TableRef::new("t"), &fields, &["id".into()]).unwrap()[2].contains("LONGBLOB"));
    }
}
