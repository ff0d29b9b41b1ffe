//! The words and signs of a text, without the types that look up names in the catalogue of a server.

use model::dialect::Dialect;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Refusal, refuse, system};

/// The words and signs of a text, each with its place.
///
/// # Errors
/// What [`sql_reader::tokens`] refuses, and the types of [`system`].
pub(super) fn tokens(sql: &str, dialect: Dialect) -> Result<Vec<TokenWithSpan>, Refusal> {
    let tokens = sql_reader::tokens(sql, dialect)?;
    for token in &tokens {
        if let Token::Word(word) = &token.token
            && system::is_catalogue_type(dialect, &word.value)
        {
            let message = format!("The type {word} looks up names in the catalogue of the server, which is not allowed. Remove it.");
            return Err(refuse(Some(token.span.start), &message));
        }
    }
    Ok(tokens)
}
