//! The pieces of a text that hold no parameter: comments, quoted texts, names, white space. Each dialect has its own rules for them.

use crate::dialect::Dialect;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// Everything else: a word, a quoted text or name, a sign.
    Part,
}

/// A piece of a script that is more than white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    Comment,
    /// `:name`.
    Parameter,
    /// `[[`.
    OptionalBegin,
    /// `]]`.
    OptionalEnd,
    /// A word, a quoted text or name, a sign.
    Part,
}

/// A piece with its place: the bytes of the script from its first one up to, and without, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub kind: PieceKind,
    pub from: usize,
    pub to: usize,
}

impl Piece {
    /// Its text in its script.
    #[must_use]
    pub fn of<'a>(&self, script: &'a str) -> &'a str {
        script.get(self.from..self.to).unwrap_or_default()
    }

    /// Whether nothing stands between it and the next one.
    #[must_use]
    pub fn touches(&self, next: &Self) -> bool {
        self.to == next.from
    }
}

/// The piece at the start of a text, and how many bytes it has.
///
/// # Errors
/// What a piece is that is never closed.
pub(super) fn piece(rest: &str, dialect: Dialect) -> Result<(Kind, usize), &'static str> {
    if let Some(length) = line_comment(rest, dialect) {
        return Ok((Kind::Comment, length));
    }
    if rest.starts_with("/*") {
        return block_comment(rest, nests(dialect)).map(|length| (Kind::Comment, length)).ok_or("comment");
    }
    if let Some((what, length)) = quoted_piece(rest, dialect) {
        return length.map(|length| (Kind::Part, length)).ok_or(what);
    }
    let Some(first) = rest.chars().next() else { return Ok((Kind::Space, 0)) };
    if first.is_whitespace() {
        return Ok((Kind::Space, first.len_utf8()));
    }
    let length = if rest.starts_with("::") { 2 } else { word(rest).max(first.len_utf8()) };
    Ok((Kind::Part, length))
}

/// How many bytes a word at the start has. A quote behind it begins another piece, and a `$` inside it begins nothing.
fn word(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii())).unwrap_or(rest.len())
}

/// A comment up to the end of its line.
fn line_comment(rest: &str, dialect: Dialect) -> Option<usize> {
    let dashes = rest.strip_prefix("--").is_some_and(|behind| {
        // MySQL reads `5--3` as a difference.
        dialect != Dialect::Mysql || behind.chars().next().is_none_or(|next| next.is_whitespace() || next.is_control())
    });
    let hash = match dialect {
        Dialect::Mysql => rest.starts_with('#'),
        Dialect::Clickhouse => {
            rest.starts_with("#!") || rest.strip_prefix('#').is_some_and(|behind| behind.starts_with(char::is_whitespace))
        }
        Dialect::Sqlite | Dialect::Postgres | Dialect::Datafusion => false,
        #[cfg(test)]
        Dialect::Brackets => false,
    };
    let ends = |c: char| c == '\n' || (c == '\r' && matches!(dialect, Dialect::Postgres | Dialect::Datafusion));
    (dashes || hash).then(|| rest.find(ends).unwrap_or(rest.len()))
}

/// Whether a comment may hold others.
fn nests(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Postgres | Dialect::Datafusion | Dialect::Clickhouse)
}

fn block_comment(rest: &str, nests: bool) -> Option<usize> {
    let (bytes, mut depth, mut at) = (rest.as_bytes(), 0_usize, 0);
    while let Some(pair) = bytes.get(at..at + 2) {
        at += match pair {
            b"/*" if nests || depth == 0 => {
                depth += 1;
                2
            }
            b"*/" if depth == 1 => return Some(at + 2),
            b"*/" => {
                depth = depth.saturating_sub(1);
                2
            }
            _ => 1,
        };
    }
    None
}

/// A quoted text or name: what it is, and its length where it is closed.
fn quoted_piece(rest: &str, dialect: Dialect) -> Option<(&'static str, Option<usize>)> {
    let escapes = dialect == Dialect::Clickhouse;
    let first = rest.chars().next()?;
    let found = match first {
        '\'' => ("text", quoted(rest, '\'', escapes)),
        '"' if dialect == Dialect::Mysql => ("text", quoted(rest, '"', false)),
        '"' => ("name", quoted(rest, '"', escapes)),
        '`' if matches!(dialect, Dialect::Mysql | Dialect::Clickhouse | Dialect::Sqlite) => ("name", quoted(rest, '`', escapes)),
        '[' if dialect.reads_brackets() => ("name", rest.find(']').map(|at| at + 1)),
        'e' | 'E' if dialect == Dialect::Postgres && rest[1..].starts_with('\'') => {
            ("text", quoted(&rest[1..], '\'', true).map(|length| length + 1))
        }
        '$' if matches!(dialect, Dialect::Postgres | Dialect::Datafusion | Dialect::Clickhouse) => {
            let tag = dollar_tag(rest)?;
            ("text", rest[tag.len()..].find(tag).map(|at| tag.len() + at + tag.len()))
        }
        _ => return None,
    };
    Some(found)
}

/// How long a quoted text is. A doubled quote does not end it, nor does one behind a backslash where that escapes.
fn quoted(rest: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && escapes {
            letters.next();
        } else if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + quote.len_utf8());
        }
    }
    None
}

/// `$$` or `$tag$` at the start of the text.
fn dollar_tag(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('$')?;
    let end = inner.find('$')?;
    let tag = &inner[..end];
    (tag.is_empty() || crate::name::is_identifier(tag)).then(|| &rest[..end + 2])
}
