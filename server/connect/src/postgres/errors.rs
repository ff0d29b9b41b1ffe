//! What PostgreSQL says of what went wrong, for a person.

use crate::error::of_pool;
use crate::{SourceError, SourceErrorKind};

/// PostgreSQL's SQLSTATE, by what it means for a person. `sql` is the statement that its position points into.
pub(super) fn read_error(error: &sqlx::Error, sql: &str) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let sqlx::Error::Database(database) = error else {
        return SourceError::new(SourceErrorKind::Other, "The query failed. The log has the cause under the id of this request.")
            .because(error);
    };
    let state = database.code().unwrap_or_default().into_owned();
    let place = place_of(database.as_ref(), sql);
    let (kind, sentence) = match state.as_str() {
        "28P01" | "28000" => (SourceErrorKind::Refused, "The server refused the user or the password. Check both.".to_owned()),
        "3D000" => (SourceErrorKind::Refused, "The server has no database of this name. Check the name.".to_owned()),
        "53300" | "57P03" => (SourceErrorKind::Busy, "The server has reached its limit of connections. Try again in a moment.".to_owned()),
        "57014" => (SourceErrorKind::Timeout, "The query timed out. Narrow the query, or raise the time-out of the API.".to_owned()),
        "42P01" => (SourceErrorKind::Missing, format!("The table does not exist{place}. It may have been renamed or dropped.")),
        "42703" => (SourceErrorKind::Missing, format!("The column does not exist{place}. It may have been renamed or dropped.")),
        "42501" => (
            SourceErrorKind::Refused,
            "The user of the source has no permission to read this table. Ask its owner to grant SELECT.".to_owned(),
        ),
        "25006" => (SourceErrorKind::Statement, "Sources are read-only. Use SELECT.".to_owned()),
        "42883" => (
            SourceErrorKind::Statement,
            format!("No such function or comparison of these types{place}. Check the types of the parameters."),
        ),
        "42702" => (SourceErrorKind::Statement, format!("Several tables have this column{place}. Write the table name before the column.")),
        "42803" => (SourceErrorKind::Statement, format!("A column must be in GROUP BY or inside an aggregate{place}.")),
        // Class 22, data exception: what a value of the statement, or of a parameter, led to.
        code if code.starts_with("22") => return SourceError::value().because(error),
        // Class 54, program limit exceeded: the stack, columns, arguments.
        code if code.starts_with("54") => return SourceError::too_complex().because(error),
        code if code.starts_with("42") => (SourceErrorKind::Statement, format!("PostgreSQL cannot parse the statement{place}.")),
        // It is shut down, ends this session, or lost it.
        code if code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P05") => return SourceError::dropped().because(error),
        code if code.starts_with("57") => (SourceErrorKind::Unreachable, "The connection to the source was lost. Try again.".to_owned()),
        _ => (SourceErrorKind::Other, "The query failed. The log has the cause under the id of this request.".to_owned()),
    };
    SourceError::new(kind, sentence).because(error)
}

/// ` near line 2, column 8 (carier)`, out of the position that the server names.
fn place_of(database: &dyn sqlx::error::DatabaseError, sql: &str) -> String {
    let Some(error) = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() else { return String::new() };
    let Some(sqlx::postgres::PgErrorPosition::Original(position)) = error.position() else { return String::new() };
    let before: String = sql.chars().take(position.saturating_sub(1)).collect();
    let word: String =
        sql.chars().skip(position.saturating_sub(1)).take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"')).take(63).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let word = if word.is_empty() { String::new() } else { format!(" ({word})") };
    format!(" at line {line}, column {column}{word}")
}
