//! From a text to its parts: where `:name` stands and where `[[ … ]]` begins and ends, by the rules of the dialect.
//!
//! `[[` begins an optional part, except where the brackets of an array stand:
//! - directly behind the word `ARRAY`: `ARRAY[[1, 2], [3, 4]]`;
//! - inside other brackets, at their beginning or behind a comma: `ARRAY[[[1], [2]], [[3], [4]]]`;
//! - in ClickHouse and DataFusion, which have arrays without that word, with a value directly behind it: `[[1, 2], [3, 4]]`. An array
//!   that begins with a name and holds a parameter is written with a space between its brackets: `[ [a, :b] ]`.
//!
//! `]]` ends an optional part once every bracket that was opened inside it is closed: in `[[ and a = (b)[:i] ]]` the first `]` closes `[:i`.

use super::lexer::{Kind, Piece, PieceKind, piece};
use super::{Part, Script, ScriptError};
use crate::dialect::Dialect;

/// A part that is open: the script itself, or an optional part.
#[derive(Default)]
struct Open {
    start: usize,
    parts: Vec<Part>,
    /// How many plain brackets inside it are not closed yet.
    brackets: usize,
}

pub(super) struct Reader<'a> {
    text: &'a str,
    dialect: Dialect,
    at: usize,
    /// Where the text begins that is in no part yet.
    text_from: usize,
    /// Where the text ends that is to be kept: white space at the very end is not.
    kept_to: usize,
    /// The last piece that is neither white space nor a comment.
    last: &'a str,
    /// The semicolons behind which no other piece has come.
    ends: Vec<usize>,
    /// The parts of the script, and the optional parts that are open, from the outermost to the innermost.
    script: Open,
    optional: Vec<Open>,
    /// All that has been read but white space.
    pieces: Vec<Piece>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        let (script, optional, ends, pieces) = (Open::default(), Vec::new(), Vec::new(), Vec::new());
        Self { text, dialect, at: 0, text_from: 0, kept_to: 0, last: "", ends, script, optional, pieces }
    }

    pub(super) fn parts(mut self) -> Result<Script, ScriptError> {
        self.read()?;
        let (from, to) = (self.text_from, self.kept_to.max(self.text_from));
        let kept = self.text[from..to].char_indices().filter(|(at, _)| !self.ends.contains(&(from + at)));
        let tail: String = kept.map(|(_, letter)| letter).collect();
        let mut parts = self.script.parts;
        push_text(&mut parts, &tail);
        Ok(Script { parts })
    }

    pub(super) fn pieces(mut self) -> Result<Vec<Piece>, ScriptError> {
        self.read()?;
        Ok(self.pieces)
    }

    fn read(&mut self) -> Result<(), ScriptError> {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if let Some(name) = parameter_name(rest, self.text[..self.at].chars().next_back()) {
                self.take_text();
                self.innermost().parts.push(Part::Parameter(name.to_owned()));
                self.step_over(PieceKind::Parameter, 1 + name.len());
            } else if rest.starts_with("[[") && self.begins_optional(&rest[2..]) {
                self.take_text();
                self.optional.push(Open { start: self.at, ..Open::default() });
                self.step_over(PieceKind::OptionalBegin, 2);
            } else if rest.starts_with("]]") && self.optional.last().is_some_and(|open| open.brackets == 0) {
                self.close_optional();
            } else {
                self.pass(rest)?;
            }
        }
        match self.optional.first() {
            Some(open) => Err(self.error(open.start, self.unclosed())),
            None => Ok(()),
        }
    }

    /// Puts the text up to here into the innermost part that is open.
    fn take_text(&mut self) {
        let text = &self.text[self.text_from..self.at];
        push_text(&mut self.innermost().parts, text);
    }

    /// Goes on behind a parameter, or behind the brackets of an optional part.
    fn step_over(&mut self, kind: PieceKind, length: usize) {
        self.pieces.push(Piece { kind, from: self.at, to: self.at + length });
        self.last = &self.text[self.at..self.at + length];
        self.at += length;
        self.text_from = self.at;
        self.kept_to = self.at;
        self.ends.clear();
    }

    fn close_optional(&mut self) {
        self.take_text();
        if let Some(closed) = self.optional.pop() {
            let arrays = has_bare_arrays(self.dialect);
            match closed.parts.as_slice() {
                // Without a parameter it could never vanish: it is an array.
                [Part::Text(text)] if arrays => push_text(&mut self.innermost().parts, &format!("[[{text}]]")),
                _ => self.innermost().parts.push(Part::Optional(closed.parts)),
            }
        }
        self.step_over(PieceKind::OptionalEnd, 2);
    }

    fn innermost(&mut self) -> &mut Open {
        self.optional.last_mut().unwrap_or(&mut self.script)
    }

    /// Whether `[[`, with `behind` behind it, begins an optional part; see the top of this file.
    fn begins_optional(&self, behind: &str) -> bool {
        if matches!(self.dialect, Dialect::Sqlite | Dialect::Mysql) {
            return true;
        }
        let brackets = self.optional.last().unwrap_or(&self.script).brackets;
        let in_array = self.last.eq_ignore_ascii_case("array") || (brackets > 0 && matches!(self.last, "[" | ","));
        let value = |c: char| c.is_ascii_digit() || matches!(c, '\'' | ':' | '-' | '[');
        !(in_array || has_bare_arrays(self.dialect) && behind.starts_with(value))
    }

    /// Passes over one piece that holds no parameter.
    fn pass(&mut self, rest: &'a str) -> Result<(), ScriptError> {
        let start = self.at;
        let (kind, length) =
            piece(rest, self.dialect).map_err(|what| self.error(start, &format!("This {what} is never closed. Add its end.")))?;
        self.at += length;
        match kind {
            Kind::Space => return Ok(()),
            Kind::Comment => {
                self.pieces.push(Piece { kind: PieceKind::Comment, from: start, to: self.at });
                self.kept_to = self.at;
                return Ok(());
            }
            Kind::Part => self.pieces.push(Piece { kind: PieceKind::Part, from: start, to: self.at }),
        }
        if rest.starts_with(';') {
            self.ends.push(start);
            return Ok(());
        }
        self.last = &rest[..length];
        self.kept_to = self.at;
        self.ends.clear();
        let brackets = &mut self.innermost().brackets;
        match &rest[..length] {
            "[" => *brackets += 1,
            "]" => *brackets = brackets.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    fn unclosed(&self) -> &'static str {
        if has_bare_arrays(self.dialect) {
            "This optional part is never closed. Add ]] at its end. Write an array of arrays with a space between its brackets: [ [."
        } else {
            "This optional part is never closed. Add ]] at its end."
        }
    }

    fn error(&self, at: usize, message: &str) -> ScriptError {
        let before = &self.text[..at];
        ScriptError {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or(before).chars().count() + 1,
            message: message.to_owned(),
        }
    }
}

/// Whether arrays are written without the word `ARRAY` in front.
fn has_bare_arrays(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Clickhouse | Dialect::Datafusion)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// The name after a `:` that begins a parameter (and is no `::` cast and no `a:b` slice).
fn parameter_name(rest: &str, before: Option<char>) -> Option<&str> {
    let name = rest.strip_prefix(':')?;
    if before.is_some_and(|c| c == ':' || c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    let name = &name[..end];
    crate::name::is_identifier(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    const ALL: [Dialect; 5] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion];

    fn parameters(text: &str, dialect: Dialect) -> Vec<(String, bool)> {
        Script::parse(text, dialect).unwrap_or_else(|error| panic!("{dialect:?}: {text}: {error}")).parameters()
    }

    /// The text of a script whose parameters are all absent.
    fn bare(text: &str, dialect: Dialect) -> String {
        Script::parse(text, dialect).unwrap().render(dialect, &[], |_| None::<&Value>).sql
    }

    #[test]
    fn texts_names_and_comments_are_those_of_the_dialect() {
        let id = || vec![("id".to_owned(), false)];
        for (dialect, text) in [
            (Dialect::Postgres, r"select E'it\'s' as a, id from words where id = :id"),
            (Dialect::Postgres, r"select e'it''\':no' as a, id from words where id = :id"),
            (Dialect::Postgres, r"select '\' || 'a' as a, id from words where id = :id"),
            (Dialect::Postgres, "select /* a /* b */ it's :no */ id from words where id = :id"),
            (Dialect::Postgres, "select id as a$$ from words where id = :id -- $$"),
            (Dialect::Postgres, "select $$it's :no$$, $a$ $$ :no $a$ from words where id = :id"),
            (Dialect::Postgres, "select a # b from words where id = :id"),
            (Dialect::Mysql, "SELECT id # it's a comment :no\nfrom m_bool where id = :id"),
            (Dialect::Mysql, "SELECT `order` as `a :b` from t where id = :id"),
            (Dialect::Mysql, r#"SELECT '\' as a, "it's :no" as b from t where id = :id"#),
            (Dialect::Mysql, "SELECT 5--:id as a -- it's :no"),
            (Dialect::Mysql, "SELECT /* a /* b */ id from t where id = :id"),
            (Dialect::Clickhouse, r"select id, 'it\'s :x' as a from t1 where id = :id"),
            (Dialect::Clickhouse, r#"select `a\` :x` as a, "b"" :x" from t1 where id = :id"#),
            (Dialect::Clickhouse, "select $a$it's :no$a$ # it's :no\nfrom t1 where id = :id /* a /* */ :no */"),
            (Dialect::Sqlite, "select [it's :no], `a :no` from t where id = :id"),
            (Dialect::Sqlite, "select '$$' as a from t where id = :id and b <> '$$'"),
        ] {
            assert_eq!(parameters(text, dialect), id(), "{dialect:?}: {text}");
        }
        assert_eq!(parameters("select $$ :a $$", Dialect::Sqlite).len(), 1, "no quotes there");
    }

    #[test]
    fn brackets_of_arrays_are_no_optional_parts() {
        for (dialect, text) in [
            (Dialect::Postgres, "select (ARRAY[[1,2],[3,4]])[2][1] as n"),
            (Dialect::Postgres, "select array [[[1],[2]], [[3],[4]]] as n"),
            (Dialect::Postgres, "select a[b[c[1]]] as n from t"),
            (Dialect::Clickhouse, "select [[1,2],[3,4]] as n, [['a'],[]] as m"),
            (Dialect::Clickhouse, "select [[a, b]] as n from t"),
            (Dialect::Clickhouse, "select [ [a], [b] ] as n from t"),
        ] {
            assert_eq!(bare(text, dialect), text, "{dialect:?}");
        }
        let text = "select id from words where true [[ and id = (ARRAY[1,2,3])[(ARRAY[2,3])[:i]] ]]";
        assert_eq!(parameters(text, Dialect::Postgres), [("i".to_owned(), true)]);
        assert_eq!(bare(text, Dialect::Postgres), "select id from words where true ");
        assert_eq!(bare("select ARRAY[1 [[, :a]] ]", Dialect::Postgres), "select ARRAY[1  ]");
        let told = Script::parse("select [[a], [b]] as n", Dialect::Clickhouse).unwrap_err().message;
        assert!(told.contains("[ ["), "{told}");
        assert!(Script::parse("select 1 [[ and a = b ]]", Dialect::Postgres).unwrap().has_constant_optional());
    }

    #[test]
    fn what_closes_a_statement_is_taken_off_and_comments_stay() {
        for dialect in ALL {
            for (text, kept) in [
                ("select 1 ; ", "select 1"),
                ("select 1;;\n;", "select 1"),
                ("select id, w from words order by id; -- newest", "select id, w from words order by id -- newest"),
                ("select 1; /* ; */ ;", "select 1 /* ; */"),
                ("select ';' ", "select ';'"),
                ("select 1; select 2;", "select 1; select 2"),
                ("select 1 -- one;  ", "select 1 -- one;  "),
            ] {
                assert_eq!(bare(text, dialect), kept, "{dialect:?}");
            }
        }
    }
}
