//! A text as its server reads it: tokens, then one statement. What cannot be read with certainty is refused.

use model::dialect::Dialect;
use sqlparser::ast::{Spanned, Statement};
use sqlparser::dialect::{ClickHouseDialect, Dialect as Reader, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::budget::Budget;
use super::{Refusal, calls, clickhouse, refuse, system};

/// The longest text, in bytes.
pub(crate) const MAX_TEXT: usize = 64 << 10;
/// The most words and signs of a text. A tree has no more levels than that.
const MAX_TOKENS: usize = 5_000;
/// How deep brackets and the like may stand in one another.
pub(super) const MAX_NESTING: usize = 64;

/// The words and signs of a text without its white space and comments, each with its place.
///
/// # Errors
/// A text that is too long or not closed, and whatever servers read in more than one way.
pub(super) fn tokens(sql: &str, dialect: Dialect) -> Result<Vec<TokenWithSpan>, Refusal> {
    if sql.len() > MAX_TEXT {
        return Err(refuse(None, "The statement is longer than 64 KiB. Shorten the statement."));
    }
    let reader = reader(dialect);
    // ClickHouse's escapes are read by rules of their own.
    let mut tokenizer = Tokenizer::new(&*reader, sql).with_unescape(dialect != Dialect::Clickhouse);
    let all = tokenizer
        .tokenize_with_location()
        .map_err(|error| refuse(Some(error.location), &format!("The SQL cannot be parsed: {}.", error.message.trim_end_matches('.'))))?;
    if all.len() > MAX_TOKENS * 2 {
        return Err(refuse(None, "The statement has more than 5,000 words and signs. Shorten the statement."));
    }
    if let Some(odd) = all.iter().enumerate().find_map(|(at, token)| is_odd_number(token, all.get(at + 1)).then_some(token)) {
        let message = "Servers read this in different ways: as a number, as a name, or as both. Write the number in decimal digits followed by a space, or put the name in quotes.";
        return Err(refuse(Some(odd.span.start), message));
    }
    let mut kept = Vec::with_capacity(all.len());
    for mut token in all {
        check(&token, dialect)?;
        if dialect == Dialect::Clickhouse {
            unescape(&mut token)?;
        }
        if !matches!(token.token, Token::Whitespace(_)) || dialect == Dialect::Clickhouse {
            kept.push(token);
        }
    }
    if dialect == Dialect::Clickhouse {
        kept = with_placeholders(&kept);
    }
    if dialect == Dialect::Mysql {
        number_placeholders(&mut kept);
    }
    if kept.len() > MAX_TOKENS {
        return Err(refuse(None, "The statement has more than 5,000 words and signs. Shorten the statement."));
    }
    if calls::brackets_too_deep(&kept) {
        return Err(refuse(None, calls::TOO_DEEP));
    }
    Ok(kept)
}

/// Whether a number is more than digits, a point and an exponent, or a word touches it: `0b11`, `1_000`. One server or version reads a number
/// there, another one a number with a name behind it.
fn is_odd_number(token: &TokenWithSpan, next: Option<&TokenWithSpan>) -> bool {
    let is_word = |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.quote_style.is_none());
    match &token.token {
        Token::Number(digits, is_long) => *is_long || digits.contains('_') || next.is_some_and(is_word),
        Token::Word(word) => word.quote_style.is_none() && word.value.starts_with(|letter: char| letter.is_ascii_digit()),
        _ => false,
    }
}

/// The one statement of these words and signs.
///
/// # Errors
/// What is no SQL, no statement, or more than one.
pub(super) fn statement(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Result<Statement, Refusal> {
    let reader = Budget::new(reader(dialect), tokens.len());
    let mut parser = Parser::new(&reader).with_recursion_limit(MAX_NESTING).with_tokens_with_locations(tokens);
    let mut statements = parser.parse_statements().map_err(|error| parse_refusal(&error.to_string()))?;
    match (statements.pop(), statements.last()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(refuse(None, "Enter one SELECT statement.")),
        (Some(second), Some(_)) => Err(refuse(Some(second.span().start), "Only one statement is allowed. Remove the others.")),
    }
}

fn reader(dialect: Dialect) -> Box<dyn Reader> {
    match dialect {
        Dialect::Sqlite => Box::new(SQLiteDialect {}),
        Dialect::Postgres | Dialect::Datafusion => Box::new(PostgreSqlDialect {}),
        Dialect::Mysql => Box::new(super::mysql::SessionMySql),
        Dialect::Clickhouse => Box::new(ClickHouseDialect {}),
    }
}

/// Refuses what servers, or versions of a server, read in different ways.
fn check(token: &TokenWithSpan, dialect: Dialect) -> Result<(), Refusal> {
    let at = Some(token.span.start);
    match &token.token {
        Token::Whitespace(Whitespace::MultiLineComment(text)) if dialect == Dialect::Mysql && runs(text) => {
            Err(refuse(at, "The server would execute this comment. Remove it."))
        }
        // Also behind a keyword: a server reads `distinct@@datadir` as two words.
        Token::Word(word) if dialect == Dialect::Mysql && word.quote_style.is_none() && word.value.contains('@') => {
            Err(refuse(at, "Server variables (@ and @@) are not allowed. Remove them."))
        }
        // Some servers take some of these for white space, such as SQLite a byte order mark.
        Token::Word(word) if word.quote_style.is_none() && word.value.chars().any(|c| !c.is_ascii() && !c.is_alphanumeric()) => {
            Err(refuse(at, "This name has a character that is not a letter or digit. Put the name in quotes, or remove the character."))
        }
        Token::Word(word) if system::is_catalogue_type(dialect, &word.value) => {
            let message = format!("The type {word} looks up names in the catalogue of the server, which is not allowed. Remove it.");
            Err(refuse(at, &message))
        }
        Token::Placeholder(mark) if !is_ours(mark, dialect) => {
            Err(refuse(at, "A parameter is a colon and its name. Remove this sign, or put it in quotes."))
        }
        Token::AtSign | Token::AtAt if dialect == Dialect::Mysql => {
            Err(refuse(at, "Server variables (@ and @@) are not allowed. Remove them."))
        }
        Token::Word(word) if word.quote_style.is_some() && word.value.chars().any(|c| c == '\0' || (c == '\\' && escapes(dialect))) => {
            Err(refuse(at, "The name of a table or column has a character that is not supported. Use another name."))
        }
        Token::HexStringLiteral(digits) if is_hex(digits) && (dialect == Dialect::Mysql || is_quoted(token.span, digits)) => Ok(()),
        Token::DollarQuotedString(_) if matches!(dialect, Dialect::Postgres | Dialect::Clickhouse) => Ok(()),
        Token::DoubleQuotedString(_) if dialect == Dialect::Mysql => Ok(()),
        Token::EscapedStringLiteral(_) if dialect == Dialect::Postgres => Ok(()),
        Token::HexStringLiteral(_)
        | Token::DollarQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::TripleSingleQuotedString(_)
        | Token::TripleDoubleQuotedString(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::TripleSingleQuotedByteStringLiteral(_)
        | Token::TripleDoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_)
        | Token::TripleSingleQuotedRawStringLiteral(_)
        | Token::TripleDoubleQuotedRawStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_) => {
            Err(refuse(at, "This form of a literal is not supported. Write text in single quotes and numbers in decimal."))
        }
        _ => Ok(()),
    }
}

/// Whether a placeholder is one that we write. ClickHouse has its own form, of several signs, and takes `$a, $` for the beginning of a text
/// that ends at the next `$a, $`, wherever that stands.
fn is_ours(mark: &str, dialect: Dialect) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match dialect {
        Dialect::Sqlite => mark.strip_prefix('?').is_some_and(is_number),
        Dialect::Mysql => mark == "?",
        Dialect::Postgres | Dialect::Datafusion => mark.strip_prefix('$').is_some_and(|number| !number.is_empty() && is_number(number)),
        Dialect::Clickhouse => false,
    }
}

/// Puts the value of a text or name of ClickHouse in the place of what stands between its quotes.
fn unescape(token: &mut TokenWithSpan) -> Result<(), Refusal> {
    let at = Some(token.span.start);
    match &mut token.token {
        Token::SingleQuotedString(text) => {
            let value = clickhouse::text(text);
            *text = value.ok_or_else(|| refuse(at, r"\\x, \\0 and \\N in a text are not supported. Write the characters themselves."))?;
        }
        Token::Word(word) => {
            if let Some(quote) = word.quote_style {
                word.value = clickhouse::name(&word.value, quote);
            }
        }
        _ => {}
    }
    Ok(())
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether it is `X'1F'`. A number, `0x1F`, would be written as one too, and means something else but on MySQL.
fn is_quoted(span: Span, digits: &str) -> bool {
    span.start.line == span.end.line && span.end.column - span.start.column == digits.len() as u64 + 3
}

/// Whether MySQL or MariaDB would run what stands in a comment, or take it for a setting of the optimizer.
fn runs(comment: &str) -> bool {
    comment.starts_with('!') || comment.starts_with("M!") || comment.starts_with("m!") || comment.starts_with('+')
}

/// Whether a backslash inside quotes escapes the character behind it.
fn escapes(dialect: Dialect) -> bool {
    dialect == Dialect::Clickhouse
}

/// `{p1:Int64}` outside texts and comments as one placeholder, where the type is one that we write.
fn with_placeholders(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [first, behind @ ..] = rest {
        let placeholder = (first.token == Token::LBrace).then(|| placeholder(rest)).flatten();
        let length = match placeholder {
            Some((text, length)) => {
                let span = Span::new(first.span.start, rest[length - 1].span.end);
                out.push(TokenWithSpan { token: Token::Placeholder(text), span });
                length
            }
            None => {
                if !matches!(first.token, Token::Whitespace(_)) {
                    out.push(first.clone());
                }
                1
            }
        };
        rest = if length == 1 { behind } else { &rest[length..] };
    }
    out
}

/// The text of a placeholder that begins here, and how many tokens it is.
fn placeholder(tokens: &[TokenWithSpan]) -> Option<(String, usize)> {
    let length = tokens.iter().take(16).position(|token| token.token == Token::RBrace)? + 1;
    let text: String = tokens[..length].iter().map(|token| token.token.to_string()).collect();
    model::clickhouse::is_placeholder(&text).then_some((text, length))
}

/// Placeholders that are told apart by their order alone get numbers, so that a text that changed their order is another text.
fn number_placeholders(tokens: &mut [TokenWithSpan]) {
    let marks = tokens.iter_mut().filter_map(|token| match &mut token.token {
        Token::Placeholder(mark) if mark == "?" => Some(mark),
        _ => None,
    });
    for (index, mark) in marks.enumerate() {
        *mark = format!("?{}", index + 1);
    }
}

/// The parser's message with its place taken out of the text; it is about the builder's own SQL, not about data.
fn parse_refusal(said: &str) -> Refusal {
    if said.contains("recursion limit") {
        return refuse(None, "The statement is nested too deeply. Remove some brackets or subqueries.");
    }
    let said = said.trim_start_matches("sql parser error: ");
    let (message, place) = match said.rsplit_once(" at Line: ") {
        Some((message, place)) => {
            let mut numbers = place.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
            (message, numbers.next().zip(numbers.next()))
        }
        None => (said, None),
    };
    let found_parameter = ["found: $", "found: ?", "found: {p"].iter().any(|found| message.contains(found));
    let message = if found_parameter {
        "A parameter is a value and cannot stand for the name of a table or column.".to_owned()
    } else {
        format!("The SQL cannot be parsed: {}.", message.trim_end_matches('.'))
    };
    Refusal { place, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_touches_a_word_is_refused() {
        let all = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion];
        for odd in ["0b11", "0o17", "1_000", "1L", "1.5x", "1e5e", "1and"] {
            for dialect in all {
                let refusal = tokens(&format!("select {odd} from t"), dialect).expect_err(odd);
                assert!(refusal.message.contains("different ways") && refusal.place == Some((1, 8)), "{dialect:?} {odd}: {refusal}");
            }
        }
        for plain in ["1", "1.50", "1e5", "1.5E-7", ".5", "a1", "1 as b", "1+a", "(1)"] {
            assert!(all.iter().all(|dialect| tokens(&format!("select {plain} from t"), *dialect).is_ok()), "{plain}");
        }
    }
}
