//! The text that is sent: written from the tree that was looked at, so that guard and server cannot read two different texts.

use std::ops::ControlFlow;

use model::dialect::Dialect;
use sqlparser::ast::{Statement, TableFactor, Value, ValueWithSpan, VisitMut, VisitorMut};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::{Refusal, reading, refuse};

/// How many words of the person's text may be passed over to find the next one that was written.
const LOOK_AHEAD: usize = 4;
/// Where lines and columns of the person's text are not kept: a place far to the right is no help, and costs bytes.
const MAX_COLUMN: u64 = 400;

/// Words behind the name of a table that ClickHouse takes for its own and the parser takes for another name of the table.
const CLICKHOUSE_WORDS: [&str; 4] = ["final", "any", "all", "paste"];

/// Writes AS before every other name of a table. Without it a server may read a word of its own where the parser reads a name: `FROM ONLY
/// secrets` is no table ONLY to PostgreSQL.
pub(super) fn explicit_aliases(statement: &mut Statement, dialect: Dialect) {
    let _ = VisitMut::visit(statement, &mut Aliases(dialect));
}

/// Makes every form of a text literal the plain one, whose value is the same.
pub(super) fn plain_literals(statement: &mut Statement) {
    let _ = VisitMut::visit(
        statement,
        &mut Literals(|value: &mut Value| {
            let text = match value {
                Value::DoubleQuotedString(text) | Value::EscapedStringLiteral(text) => std::mem::take(text),
                Value::DollarQuotedString(quoted) => std::mem::take(&mut quoted.value),
                _ => return,
            };
            *value = Value::SingleQuotedString(text);
        }),
    );
}

/// The text of a tree: no comments, literals escaped as the dialect wants it, and each word where the person wrote it as far as that
/// goes, so that the places in a server's errors are the person's own.
///
/// # Errors
/// Where what was written does not read as the same tree.
pub(super) fn write(statement: &Statement, written: &[TokenWithSpan], dialect: Dialect) -> Result<String, Refusal> {
    let unsure =
        || refuse(None, "A part of this statement cannot be sent exactly as it was checked. Write the statement in a simpler way.");
    let text = laid_out(&rendered(statement, dialect), written, dialect).map_err(|_| unsure())?;
    let mut again = reading::statement(reading::tokens(&text, dialect).map_err(|_| unsure())?, dialect).map_err(|_| unsure())?;
    plain_literals(&mut again);
    if again == *statement { Ok(text) } else { Err(unsure()) }
}

/// The tree in one line, by the parser's own rendering.
fn rendered(statement: &Statement, dialect: Dialect) -> String {
    let mut copy = statement.clone();
    let _ = VisitMut::visit(
        &mut copy,
        &mut Literals(|value: &mut Value| {
            let text = match value {
                // A placeholder is the one value that is rendered as it stands.
                Value::SingleQuotedString(text) => dialect.text(text),
                Value::Placeholder(mark) if dialect == Dialect::Mysql && mark.starts_with('?') => "?".to_owned(),
                _ => return,
            };
            *value = Value::Placeholder(text);
        }),
    );
    copy.to_string()
}

/// The words of a rendering at the lines and columns where the person wrote the same words.
fn laid_out(rendering: &str, written: &[TokenWithSpan], dialect: Dialect) -> Result<String, Refusal> {
    let letters: Vec<char> = rendering.chars().collect();
    let offset = offsets(&letters);
    let mut out = Sheet { text: String::with_capacity(rendering.len() * 2), line: 1, column: 1 };
    let mut wanted = written;
    let mut before: Option<TokenWithSpan> = None;
    for token in reading::tokens(rendering, dialect)? {
        let is_joined = before.as_ref().is_some_and(|before| joined(before, &token));
        if let Some(found) = wanted.iter().take(LOOK_AHEAD).position(|other| same(&other.token, &token.token)) {
            if !is_joined {
                out.go_to(wanted[found].span.start);
            }
            wanted = &wanted[found + 1..];
        }
        if !is_joined && !out.text.is_empty() && !out.text.ends_with(char::is_whitespace) {
            out.push(' ');
        }
        let word = letters.get(offset(token.span.start)..offset(token.span.end)).unwrap_or_default();
        word.iter().for_each(|letter| out.push(*letter));
        before = Some(token);
    }
    Ok(out.text)
}

/// What is written without a space, as it was rendered: to MySQL `count (` is no function of its own, and the `key` of `t . key` no name.
fn joined(before: &TokenWithSpan, token: &TokenWithSpan) -> bool {
    let pair = (&before.token, &token.token);
    before.span.end == token.span.start && matches!(pair, (Token::Word(_), Token::LParen | Token::Period) | (Token::Period, Token::Word(_)))
}

/// From a place in a text to how many letters stand before it.
fn offsets(letters: &[char]) -> impl Fn(Location) -> usize {
    let behind_breaks = letters.iter().enumerate().filter(|(_, letter)| **letter == '\n').map(|(at, _)| at + 1);
    let lines: Vec<usize> = std::iter::once(0).chain(behind_breaks).collect();
    move |at: Location| {
        let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
        lines.get(line).copied().unwrap_or(0) + usize::try_from(at.column).unwrap_or(1).saturating_sub(1)
    }
}

/// A text that is being written, and where its end is.
struct Sheet {
    text: String,
    line: u64,
    column: u64,
}

impl Sheet {
    fn push(&mut self, letter: char) {
        self.text.push(letter);
        (self.line, self.column) = if letter == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
    }

    /// White space up to a place, where it lies ahead.
    fn go_to(&mut self, place: Location) {
        while self.line < place.line {
            self.push('\n');
        }
        while self.line == place.line && self.column < place.column.min(MAX_COLUMN) {
            self.push(' ');
        }
    }
}

fn same(written: &Token, rendered: &Token) -> bool {
    match (written, rendered) {
        (Token::Word(left), Token::Word(right)) => left.value.eq_ignore_ascii_case(&right.value),
        _ => written == rendered,
    }
}

struct Literals<F: FnMut(&mut Value)>(F);

impl<F: FnMut(&mut Value)> VisitorMut for Literals<F> {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        (self.0)(&mut value.value);
        ControlFlow::Continue(())
    }
}

struct Aliases(Dialect);

impl VisitorMut for Aliases {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let (TableFactor::Table { alias, .. }
        | TableFactor::Derived { alias, .. }
        | TableFactor::Function { alias, .. }
        | TableFactor::UNNEST { alias, .. }
        | TableFactor::NestedJoin { alias, .. }) = factor
        else {
            return ControlFlow::Continue(());
        };
        let keeps = |name: &str| self.0 == Dialect::Clickhouse && CLICKHOUSE_WORDS.iter().any(|word| name.eq_ignore_ascii_case(word));
        if let Some(alias) = alias
            && !(alias.name.quote_style.is_none() && keeps(&alias.name.value))
        {
            alias.explicit = true;
        }
        ControlFlow::Continue(())
    }
}
