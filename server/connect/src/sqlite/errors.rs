//! What SQLite says of what went wrong, for a person.

use crate::error::of_pool;
use crate::{SourceError, SourceErrorKind};

/// What SQLite says of values that a function or a comparison cannot use.
const VALUE_FAULTS: [&str; 6] = [
    "integer overflow",
    "datatype mismatch",
    "malformed JSON",
    "JSON path",
    "LIKE or GLOB pattern too complex",
    "ESCAPE expression must be a single character",
];

/// What SQLite says of a statement that is beyond its bounds.
const TOO_COMPLEX: [&str; 4] = ["Expression tree is too large", "parser stack overflow", "too many ", "tables in a join"];

/// SQLite's number for what is wrong with a statement, and never with the file.
const SQLITE_ERROR: &str = "1";

/// SQLite's own words, by what they mean for a person.
pub(super) fn read_error(error: &sqlx::Error) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let said = error.to_string();
    let of_statement = || error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == SQLITE_ERROR);
    let named = |what: &str| said.split(what).nth(1).map(|rest| rest.trim().trim_end_matches('"').to_owned());
    let (kind, sentence) = if let Some(name) = named("no such column:") {
        (SourceErrorKind::Missing, format!("Column {name} does not exist. It may have been renamed or dropped."))
    } else if let Some(name) = named("no such table:") {
        (SourceErrorKind::Missing, format!("Table {name} does not exist. It may have been renamed or dropped."))
    } else if let Some(name) = named("no such function:") {
        (SourceErrorKind::Statement, format!("SQLite has no function {name}."))
    } else if let Some(name) = named("ambiguous column name:") {
        (SourceErrorKind::Statement, format!("Several tables have a column {name}. Write the table name before the column."))
    } else if said.contains("string or blob too big") {
        (SourceErrorKind::TooLarge, "A value or a row is larger than 64 MiB. Remove it, or shorten it in the statement.".to_owned())
    } else if VALUE_FAULTS.iter().any(|fault| said.contains(fault)) {
        return SourceError::value().because(said);
    } else if TOO_COMPLEX.iter().any(|bound| said.contains(bound)) {
        return SourceError::too_complex().because(said);
    } else if said.contains("interrupted") {
        (SourceErrorKind::Timeout, "The query timed out. Narrow the query, or raise the time-out of the API.".to_owned())
    } else if said.contains("unable to open database file") {
        (
            SourceErrorKind::Unreachable,
            "No file exists at this path, or Sluice has no permission to read it. Check the path and the permissions.".to_owned(),
        )
    } else if said.contains("not a database") {
        (SourceErrorKind::Config, "The file at this path is not a SQLite database.".to_owned())
    } else if said.contains("locked") || said.contains("busy") {
        (SourceErrorKind::Busy, "The file is locked by a writer. Try again in a moment.".to_owned())
    } else if said.contains("readonly") || said.contains("query_only") {
        (SourceErrorKind::Statement, "Sources are read-only. Use SELECT.".to_owned())
    } else if of_statement() {
        (SourceErrorKind::Statement, "SQLite cannot parse the statement. Check the part that was changed last.".to_owned())
    } else {
        (SourceErrorKind::Other, "The query failed. The log has the cause under the id of this request.".to_owned())
    };
    SourceError::new(kind, sentence).because(said)
}
