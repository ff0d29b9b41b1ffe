//! Table functions whose columns come from their arguments alone.

use model::dialect::Dialect;

/// The names of columns, one each. Nothing of a name where it is the one that the function has in FROM.
type Names = &'static [Option<&'static str>];

const ITS_NAME: Names = &[None];
const VALUE: Names = &[Some("value")];
const PAIR: Names = &[Some("key"), Some("value")];
/// The parts of a JSON text, of SQLite.
const TREE: Names = &[Some("key"), Some("value"), Some("type"), Some("atom"), Some("id"), Some("parent"), Some("fullkey"), Some("path")];
const NUMBER: Names = &[Some("number")];
const ZERO: Names = &[Some("zero")];
const SERIES: Names = &[Some("generate_series")];

/// The columns of a table function, where they come from its arguments and from nothing else.
pub(crate) fn columns(dialect: Dialect, name: &str) -> Option<Names> {
    let name = name.to_ascii_lowercase();
    let found = match dialect {
        Dialect::Postgres => match name.as_str() {
            "generate_series"
            | "generate_subscripts"
            | "json_object_keys"
            | "jsonb_object_keys"
            | "regexp_matches"
            | "regexp_split_to_table"
            | "string_to_table"
            | "unnest" => ITS_NAME,
            "json_array_elements" | "json_array_elements_text" | "jsonb_array_elements" | "jsonb_array_elements_text" => VALUE,
            "json_each" | "json_each_text" | "jsonb_each" | "jsonb_each_text" => PAIR,
            _ => return None,
        },
        Dialect::Sqlite => match name.as_str() {
            "json_each" | "json_tree" | "jsonb_each" | "jsonb_tree" => TREE,
            "generate_series" => VALUE,
            _ => return None,
        },
        Dialect::Datafusion => match name.as_str() {
            "generate_series" | "range" => VALUE,
            _ => return None,
        },
        Dialect::Clickhouse => match name.as_str() {
            "numbers" | "numbers_mt" => NUMBER,
            "zeros" | "zeros_mt" => ZERO,
            "generateseries" | "generate_series" => SERIES,
            _ => return None,
        },
        Dialect::Mysql => return None,
    };
    Some(found)
}
