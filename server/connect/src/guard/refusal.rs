//! Why a statement is not let by.

use sqlparser::tokenizer::Location;

/// What is wrong and where, in the text that was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .place.map(|(line, column)| format!("Line {line}, column {column}: ")).unwrap_or_default())]
pub struct Refusal {
    pub place: Option<(u64, u64)>,
    pub message: String,
}

pub(super) fn refuse(at: Option<Location>, message: &str) -> Refusal {
    let place = at.filter(|at| at.line > 0).map(|at| (at.line, at.column));
    Refusal { place, message: message.to_owned() }
}
