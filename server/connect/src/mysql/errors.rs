//! What MySQL and MariaDB say of what went wrong, for a person.

use crate::error::of_pool;
use crate::{SourceError, SourceErrorKind};

/// The server's error number, by what it means for a person.
pub(super) fn read_error(error: &sqlx::Error) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let other = "The query failed. The log has the cause under the id of this request.";
    let number = error
        .as_database_error()
        .and_then(|database| database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number));
    let (kind, sentence) = match number {
        Some(1044 | 1045 | 1698) => (SourceErrorKind::Refused, "The server refused the user or the password. Check both."),
        Some(1049) => (SourceErrorKind::Refused, "The server has no database of this name. Check the name."),
        Some(1040 | 1203 | 1226) => (SourceErrorKind::Busy, "The server has reached its limit of connections. Try again in a moment."),
        Some(1317 | 1969 | 3024) => (SourceErrorKind::Timeout, "The query timed out. Narrow the query, or raise the time-out of the API."),
        Some(1146 | 1109) => (SourceErrorKind::Missing, "The table does not exist. It may have been renamed or dropped."),
        Some(1054) => (SourceErrorKind::Missing, "The column does not exist. It may have been renamed or dropped."),
        Some(1142 | 1143) => {
            (SourceErrorKind::Refused, "The user of the source has no permission to read this table. Ask its owner to grant SELECT.")
        }
        Some(1792) => (SourceErrorKind::Statement, "Sources are read-only. Use SELECT."),
        Some(1052) => (SourceErrorKind::Statement, "Several tables have this column. Write the table name before the column."),
        Some(1055 | 1140) => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        Some(1305) => (SourceErrorKind::Statement, "The function does not exist."),
        Some(1064 | 1149 | 1111 | 1248) => (SourceErrorKind::Statement, "The server cannot parse the statement."),
        // Its stack, or a bound on tables, columns or parameters, is less than the statement needs.
        Some(1116 | 1117 | 1119 | 1390 | 1436 | 1473) => return SourceError::too_complex().because(error),
        // Of these, the state says less than the number: letters that a character set does not have, values that do not
        // fit their type, more digits than a decimal has, a pattern that cannot be read.
        Some(1139 | 1267 | 1292 | 1300 | 1366 | 1411 | 1425 | 1426 | 1525 | 3692) => return SourceError::value().because(error),
        // It is shut down, has ended this session, or lets idle ones go.
        Some(1053 | 1077 | 1080 | 1184 | 1927 | 4031) => return SourceError::dropped().because(error),
        // Class 22, data exception.
        _ if error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|state| state.starts_with("22")) => {
            return SourceError::value().because(error);
        }
        _ => (SourceErrorKind::Other, other),
    };
    SourceError::new(kind, sentence).because(error)
}
