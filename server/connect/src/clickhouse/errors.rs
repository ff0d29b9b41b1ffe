//! What ClickHouse says of what went wrong, for a person.

use crate::{SourceError, SourceErrorKind};

/// The server's error number, by what it means for a person.
pub(super) fn of_code(code: u32, said: &str) -> SourceError {
    let (kind, sentence) = match code {
        60 => (SourceErrorKind::Missing, "The table does not exist. It may have been renamed or dropped."),
        16 | 47 | 36 if said.contains("identifier") || said.contains("column") => {
            (SourceErrorKind::Missing, "The column does not exist. It may have been renamed or dropped.")
        }
        81 => (SourceErrorKind::Refused, "The server has no database of this name. Check the name."),
        192 | 193 | 194 | 516 => (SourceErrorKind::Refused, "The server refused the user or the password. Check both."),
        497 => (
            SourceErrorKind::Refused,
            "The user of the source has no permission for this. Ask the owner of the server to grant SELECT, or for writing the right to create tables and views.",
        ),
        202 | 203 => (SourceErrorKind::Busy, "The server has reached its limit of concurrent queries. Try again in a moment."),
        159 | 160 | 209 => (SourceErrorKind::Timeout, "The query timed out. Narrow the query, or raise the time-out of the API."),
        164 => (SourceErrorKind::Statement, "Sources are read-only. Use SELECT."),
        46 => (SourceErrorKind::Statement, "The function does not exist."),
        215 => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        42 | 43 | 62 | 184 | 386 => {
            (SourceErrorKind::Statement, "The server cannot parse the statement. Check the types of the parameters.")
        }
        // Too many columns, too deep subqueries, and a tree or a recursion that is too deep or too large.
        161 | 162 | 165..=168 | 306 => return SourceError::too_complex().because(said),
        // Values that cannot be parsed, converted or calculated with, and patterns that cannot be read.
        6 | 25 | 26 | 27 | 38 | 41 | 69 | 70 | 72 | 117 | 131 | 153 | 376 | 407 | 427 | 457 | 467 | 675 | 676 => {
            return SourceError::value().because(said);
        }
        53 => (SourceErrorKind::Mismatch, "A value does not have the type that it is compared with."),
        241 => (SourceErrorKind::Other, "The query needs more memory than the server allows. Narrow the query."),
        _ => (SourceErrorKind::Other, "The query failed. The log has the cause under the id of this request."),
    };
    SourceError::new(kind, sentence).because(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_used_are_told_from_faults_of_the_source() {
        for code in [6, 38, 41, 69, 72, 376, 407, 427, 457] {
            assert_eq!(of_code(code, "Code: …").kind, SourceErrorKind::Value, "{code}");
        }
        assert_eq!(of_code(241, "").kind, SourceErrorKind::Other);
        for code in [167, 168, 306] {
            let error = of_code(code, "Code: …");
            assert!(error.code() == model::ErrorCode::Invalid && error.sentence.contains("nested too deeply"), "{code}: {error}");
        }
    }
}
