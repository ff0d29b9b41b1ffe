//! What ClickHouse says of what went wrong, for a person.

use crate::{SourceError, SourceErrorKind};

/// The server's error number, by what it means for a person.
pub(super) fn of_code(code: u32, said: &str) -> SourceError {
    let (kind, sentence) = match code {
        60 => (SourceErrorKind::Missing, "There is no such table. It may have been renamed or dropped."),
        16 | 47 | 36 if said.contains("identifier") || said.contains("column") => {
            (SourceErrorKind::Missing, "There is no such column. It may have been renamed or dropped.")
        }
        81 => (SourceErrorKind::Refused, "It has no database of this name. Check the name."),
        192 | 193 | 194 | 516 => (SourceErrorKind::Refused, "It refuses the user or the password. Check both."),
        497 => (
            SourceErrorKind::Refused,
            "Its user may not do this. Ask its owner for SELECT, or to write for the right to make tables and views.",
        ),
        202 | 203 => (SourceErrorKind::Busy, "It takes no more questions just now. Try again in a moment."),
        159 | 160 | 209 => (SourceErrorKind::Timeout, "It took longer than this API allows. Narrow the question, or raise the time-out."),
        164 => (SourceErrorKind::Statement, "Only reading is allowed."),
        46 => (SourceErrorKind::Statement, "There is no such function."),
        215 => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        42 | 43 | 62 | 184 | 386 => (SourceErrorKind::Statement, "It cannot read this statement. Check the types of the parameters."),
        // Too many columns, too deep subqueries, and a tree or a recursion that is too deep or too large.
        161 | 162 | 165..=168 | 306 => return SourceError::too_complex().because(said),
        // Values that cannot be parsed, converted or calculated with, and patterns that cannot be read.
        6 | 25 | 26 | 27 | 38 | 41 | 69 | 70 | 72 | 117 | 131 | 153 | 376 | 407 | 427 | 457 | 467 | 675 | 676 => {
            return SourceError::value().because(said);
        }
        53 => (SourceErrorKind::Mismatch, "A value does not fit the type that it is compared with."),
        241 => (SourceErrorKind::Other, "The question needs more memory than the server gives it. Narrow it."),
        _ => (SourceErrorKind::Other, "It could not answer. The log has the reason under this request's id."),
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
