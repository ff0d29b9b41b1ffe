//! SQL as its source reads it: from a text to the tree of one statement, within bounds of length, depth and work.
//!
//! The parser is called here, or with the [`Budget`] of here. What of a tree may be sent to a source is up to the guard (`connect/guard/`).

mod budget;
mod clickhouse;
mod depth;
mod mysql;
mod reading;
mod refusal;

use sqlparser::ast::Statement;

pub use budget::Budget;
pub use depth::{MAX_CALLS, TOO_DEEP, brackets_too_deep};
pub use reading::{MAX_NESTING, MAX_TEXT, statement, tokens};
pub use refusal::{Refusal, refuse};

/// The stack that reading may need, in bytes: trees are walked by recursion, within the bounds of this crate.
const STACK: usize = 16 << 20;
/// Below this the stack is grown before anything is read.
const STACK_LEFT: usize = 4 << 20;

/// Runs what reads or walks a tree with a stack that is large enough for every tree of this crate.
pub fn with_stack<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_LEFT, STACK, run)
}

/// The tree of the one statement that a text is.
///
/// # Errors
/// A text that is too long, too deep, not SQL, or more than one statement.
pub fn tree(sql: &str, dialect: model::dialect::Dialect) -> Result<Statement, Refusal> {
    with_stack(|| statement(tokens(sql, dialect)?, dialect))
}
