//! How deep brackets may stand in one another before there is a tree. The parser goes through what stands in them again at each level, so
//! that its time doubles with each.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Twelve levels of calls take a reader that begins again at each level milliseconds, thirty of them hours.
pub const MAX_CALLS: usize = 12;

/// What is said of a statement that is deeper.
pub const TOO_DEEP: &str = "The function calls or queries are nested too deeply. Simplify the statement.";

/// Whether brackets behind a word, or around a query, stand too deep in one another for the parser. Those of types (`array<array<int>>`)
/// it counts nowhere, so there may be few of them in all.
#[must_use]
pub fn brackets_too_deep(tokens: &[TokenWithSpan]) -> bool {
    let mut open: Vec<bool> = Vec::new();
    let (mut calls, mut types) = (0_usize, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => {
                let behind_word = at > 0 && matches!(tokens[at - 1].token, Token::Word(_));
                let around_query = matches!(tokens.get(at + 1).map(|next| &next.token), Some(Token::Word(word)) if matches!(word.keyword, Keyword::SELECT | Keyword::WITH));
                open.push(behind_word || around_query);
                calls += usize::from(behind_word || around_query);
                if calls > MAX_CALLS {
                    return true;
                }
            }
            Token::RParen => calls -= usize::from(open.pop().unwrap_or(false)),
            Token::Lt if at > 0 && is_type(&tokens[at - 1].token) => {
                types += 1;
                if types > MAX_CALLS {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

fn is_type(token: &Token) -> bool {
    matches!(token, Token::Word(word) if matches!(word.keyword, Keyword::ARRAY | Keyword::STRUCT | Keyword::MAP))
}
