//! The pieces of a script in their order, and whether two scripts have the same ones.

use super::ScriptError;
use super::lexer::{Piece, PieceKind};
use super::reader::Reader;
use crate::dialect::Dialect;

/// Signs that mean the same with and without white space between them and a word.
const OPERATORS: &str = "+-*/%=<>!|&^~[]";

/// The pieces of a script, by the rules of its dialect.
///
/// # Errors
/// Where brackets, quotes or comments do not close.
pub fn pieces(script: &str, dialect: Dialect) -> Result<Vec<Piece>, ScriptError> {
    Reader::new(script, dialect).pieces()
}

/// Whether two scripts differ in white space alone, and only where it says nothing: `a <= 1` is no `a < = 1`, and `x'0a'` is no `x '0a'`.
#[must_use]
pub fn are_same(one: &str, other: &str, dialect: Dialect) -> bool {
    let (Ok(left), Ok(right)) = (pieces(one, dialect), pieces(other, dialect)) else { return false };
    let same_piece = |(a, b): (&Piece, &Piece)| a.kind == b.kind && a.of(one) == b.of(other);
    let same_gap = |(a, b): (&[Piece], &[Piece])| match (a, b) {
        ([a, next_a], [b, next_b]) => a.touches(next_a) == b.touches(next_b) || may_part((a, a.of(one)), (next_a, next_a.of(one))),
        _ => false,
    };
    left.len() == right.len() && left.iter().zip(&right).all(same_piece) && left.windows(2).zip(right.windows(2)).all(same_gap)
}

/// Whether white space between two pieces says nothing.
fn may_part((piece, text): (&Piece, &str), (next, next_text): (&Piece, &str)) -> bool {
    let is_comment = |piece: &Piece| piece.kind == PieceKind::Comment;
    let is_apart = |piece: &Piece, text: &str| {
        matches!(piece.kind, PieceKind::OptionalBegin | PieceKind::OptionalEnd) || matches!(text, "(" | ")" | "," | ";")
    };
    if is_comment(piece) || is_comment(next) || is_apart(piece, text) || is_apart(next, next_text) {
        return true;
    }
    match (is_operator(text), is_operator(next_text)) {
        (true, false) => is_word(next, next_text),
        // `1e-5` is one number.
        (false, true) => is_word(piece, text) && !(is_exponent(text) && matches!(next_text, "+" | "-")),
        _ => false,
    }
}

fn is_operator(text: &str) -> bool {
    text == "::" || (text.len() == 1 && OPERATORS.contains(text))
}

/// Whether it is a word, a parameter, or a quoted text or name.
fn is_word(piece: &Piece, text: &str) -> bool {
    let begins = |letter: char| letter.is_alphanumeric() || "_$'\"`".contains(letter) || !letter.is_ascii();
    piece.kind == PieceKind::Parameter || text.starts_with(begins)
}

fn is_exponent(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit()) && text.ends_with(['e', 'E'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_that_says_nothing_may_change() {
        for (dialect, one, other) in [
            (Dialect::Postgres, "select a,b from t where a=:a", "select\n  a,\n  b\nfrom\n  t\nwhere\n  a = :a"),
            (Dialect::Postgres, "select a from t [[ where a <= :a ]]", "select a\nfrom t\n[[ where\n  a<=:a ]]"),
            (Dialect::Postgres, "select x :: int, a [1] from t", "select x::int, a[1] from t"),
            (Dialect::Postgres, "select 1 -- one\nfrom t /* it's */", "select\n  1 -- one\nfrom\n  t\n  /* it's */"),
            (Dialect::Mysql, "select `a b`+1 from t # it's", "select `a b` + 1\nfrom t # it's"),
            (Dialect::Sqlite, "select 1 where (a = -1 )", "select 1\nwhere (\n  a = - 1\n)"),
        ] {
            assert!(are_same(one, other, dialect), "{dialect:?}: {one}");
        }
    }

    #[test]
    fn white_space_that_says_something_stays() {
        for (dialect, one, other) in [
            (Dialect::Postgres, "select a <= 1", "select a < = 1"),
            (Dialect::Postgres, "select 5 - -1", "select 5 --1"),
            (Dialect::Postgres, "select 1e-5", "select 1e - 5"),
            (Dialect::Postgres, "select 1.5", "select 1. 5"),
            (Dialect::Sqlite, "select x'0a'", "select x '0a'"),
            (Dialect::Postgres, "select 'a  b'", "select 'a b'"),
            (Dialect::Postgres, "select 1 -- one\n, 2", "select 1 -- one , 2"),
            (Dialect::Clickhouse, "select [ [a, :b] ] as n", "select [[a, :b]] as n"),
            (Dialect::Postgres, "select A", "select a"),
            (Dialect::Postgres, "select a", "select a, b"),
            (Dialect::Postgres, "select 'a", "select 'a"),
        ] {
            assert!(!are_same(one, other, dialect), "{dialect:?}: {one}");
        }
    }

    #[test]
    fn pieces_have_their_kinds_and_places() {
        let text = "a [[ = :b ]] -- c";
        let found: Vec<(PieceKind, &str)> =
            pieces(text, Dialect::Postgres).unwrap().iter().map(|piece| (piece.kind, piece.of(text))).collect();
        assert_eq!(
            found,
            [
                (PieceKind::Part, "a"),
                (PieceKind::OptionalBegin, "[["),
                (PieceKind::Part, "="),
                (PieceKind::Parameter, ":b"),
                (PieceKind::OptionalEnd, "]]"),
                (PieceKind::Comment, "-- c"),
            ]
        );
    }
}
