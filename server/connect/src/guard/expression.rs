//! One expression over the columns of a table, in the engine's words: read within the same bounds as a statement.

use sqlparser::ast::Expr;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::budget::Budget;
use super::calls::{brackets_too_deep, calls_too_deep};
use super::reading::MAX_NESTING;
use super::{STACK, STACK_LEFT};

/// Why a text is not read as an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It has more words and signs than it may.
    Long,
    /// Calls or brackets stand too deep in one another.
    Deep,
    /// It is no expression; with the word or sign where it ends to be one, if that is known.
    Other(Option<String>),
}

/// Reads the whole of a text as one expression of at most so many words and signs.
///
/// # Errors
/// As [`Unread`] says.
pub fn expression(sql: &str, most: usize) -> Result<Expr, Unread> {
    stacker::maybe_grow(STACK_LEFT, STACK, || {
        let all = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().map_err(|_| Unread::Other(None))?;
        let tokens: Vec<_> = all.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
        if tokens.len() > most {
            return Err(Unread::Long);
        }
        // Before anything is parsed: the parser reads what stands in a call twice, and so again at each level.
        if brackets_too_deep(&tokens) {
            return Err(Unread::Deep);
        }
        let dialect = Budget::new(Box::new(PostgreSqlDialect {}), tokens.len());
        let mut parser = Parser::new(&dialect).with_recursion_limit(MAX_NESTING).with_tokens_with_locations(tokens);
        let expr = parser.parse_expr().map_err(|error| match error {
            ParserError::RecursionLimitExceeded => Unread::Deep,
            _ => Unread::Other(None),
        })?;
        let rest = parser.peek_token().token;
        if rest != Token::EOF {
            return Err(Unread::Other(Some(rest.to_string())));
        }
        if calls_too_deep(&expr) { Err(Unread::Deep) } else { Ok(expr) }
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use testkit::Chance;

    use super::*;

    const MOST: usize = 300;

    #[test]
    fn an_expression_is_read_whole() {
        assert!(expression("upper(state) || '-' || CAST(parts AS VARCHAR)", MOST).is_ok());
        assert_eq!(expression("parts; DROP TABLE orders", MOST), Err(Unread::Other(Some(";".into()))));
        assert_eq!(expression("upper(", MOST), Err(Unread::Other(None)));
        assert_eq!(expression(&format!("0{}", " + parts".repeat(200)), MOST), Err(Unread::Long));
        assert_eq!(expression(&format!("{}x{}", "abs(".repeat(45), ")".repeat(45)), MOST), Err(Unread::Deep));
    }

    /// Whatever stands in one another, closed or not: a verdict comes soon.
    #[test]
    fn nests_by_chance_are_judged_soon() {
        const OPEN: [&str; 16] = [
            "abs(",
            "(",
            "not ",
            "not - ",
            "- ",
            "case ",
            "case - ",
            "case when x then ",
            "interval ",
            "array[",
            "x[",
            "cast(",
            "x in (",
            "x.",
            "f(a => ",
            "position(",
        ];
        const CLOSE: [&str; 8] = [")", "]", " end", " as int)", " then 1 end", "", " from", " in x)"];
        let mut chance = Chance::new(20_240_611);
        for _ in 0..24 {
            let depth = 10 + chance.below(60);
            let mut sql = String::new();
            for _ in 0..depth {
                sql.push_str(OPEN[chance.below(16) as usize]);
            }
            sql.push('x');
            for _ in 0..depth {
                sql.push_str(CLOSE[chance.below(8) as usize]);
            }
            let began = Instant::now();
            let _ = expression(&sql, MOST);
            assert!(began.elapsed() < Duration::from_secs(20), "{sql} took {:?}", began.elapsed());
        }
    }
}
