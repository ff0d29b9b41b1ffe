//! What MySQL and MariaDB say of what went wrong, for a person.

use crate::error::of_pool;
use crate::{SourceError, SourceErrorKind};

/// The server's error number, by what it means for a person.
pub(super) fn read_error(error: &sqlx::Error) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let other = "It could not answer. The log has the reason under this request's id.";
    let number = error
        .as_database_error()
        .and_then(|database| database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number));
    let (kind, sentence) = match number {
        Some(1044 | 1045 | 1698) => (SourceErrorKind::Refused, "It refuses the user or the password. Check both."),
        Some(1049) => (SourceErrorKind::Refused, "It has no database of this name. Check the name."),
        Some(1040 | 1203 | 1226) => (SourceErrorKind::Busy, "It takes no more connections just now. Try again in a moment."),
        Some(1317 | 1969 | 3024) => {
            (SourceErrorKind::Timeout, "It took longer than this API allows. Narrow the question, or raise the time-out.")
        }
        Some(1146 | 1109) => (SourceErrorKind::Missing, "There is no such table. It may have been renamed or dropped."),
        Some(1054) => (SourceErrorKind::Missing, "There is no such column. It may have been renamed or dropped."),
        Some(1142 | 1143) => (SourceErrorKind::Refused, "Its user may not read this table. Ask its owner for SELECT."),
        Some(1792) => (SourceErrorKind::Statement, "Only reading is allowed."),
        Some(1052) => (SourceErrorKind::Statement, "More than one table has this column. Write the table before it."),
        Some(1055 | 1140) => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        Some(1305) => (SourceErrorKind::Statement, "There is no such function."),
        Some(1064 | 1149 | 1111 | 1248) => (SourceErrorKind::Statement, "It cannot read this statement."),
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
