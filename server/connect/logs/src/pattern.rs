//! How the lines of a log are written, and what of a line becomes a row.

use std::borrow::Cow;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};
use engine::cells::{Cell, CellRows};
use engine::evidence::{Row, json_row};
use regex::{Regex, RegexBuilder};

/// Of a pattern, as it is compiled: enough for any that a person writes.
const PATTERN_BYTES: usize = 1 << 20;

/// One log: its name as a table, its file, and how its lines are written.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) lines: Lines,
}

/// How the lines of a log are written.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    encoding: &'static Encoding,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    /// Each is a JSON object.
    Json,
    /// Each is one text.
    Text,
    /// Named groups are its columns.
    Pattern(Arc<Regex>),
}

impl Log {
    /// `name = /path/of.log json`, `… text` or `… line <pattern>`, each also behind `encoding=<name>`.
    ///
    /// # Errors
    /// What cannot be read of it, in a sentence.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let bad = || format!("\"{line}\" does not have the form: access = /var/log/access.log json, text, or line (?<ip>\\S+) …");
        let (name, rest) = line.split_once('=').ok_or_else(bad)?;
        let (path, how) = rest.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
        let (name, how) = (name.trim().to_owned(), how.trim());
        if name.is_empty() || !path.starts_with('/') {
            return Err(bad());
        }
        let (encoding, how) = match how.strip_prefix("encoding=") {
            Some(rest) => {
                let (label, how) = rest.split_once(char::is_whitespace).ok_or_else(bad)?;
                (encoding_of(&name, label)?, how.trim())
            }
            None => (UTF_8, how),
        };
        let form = match how.split_once(char::is_whitespace) {
            None if how == "json" => Form::Json,
            None if how == "text" => Form::Text,
            Some(("line", pattern)) => Form::Pattern(Arc::new(pattern_of(&name, pattern.trim())?)),
            _ => return Err(bad()),
        };
        Ok(Self { name, path: path.to_owned(), lines: Lines { encoding, form } })
    }
}

/// An encoding in which the break of a line is the byte that it is in ASCII.
fn encoding_of(name: &str, label: &str) -> Result<&'static Encoding, String> {
    let known = Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
    known.ok_or_else(|| format!("{name}: {label} is not a supported encoding. Examples are utf-8, windows-1252 and shift_jis."))
}

fn pattern_of(name: &str, pattern: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
    let regex = regex.map_err(|_| format!("{name}: the pattern is not a valid regular expression."))?;
    match regex.capture_names().flatten().next() {
        Some(_) => Ok(regex),
        None => Err(format!("{name}: the pattern has no named groups, such as (?<ip>\\S+), and so no columns.")),
    }
}

impl Lines {
    /// Whether texts may be numbers.
    pub(crate) fn texts_speak(&self) -> bool {
        matches!(self.form, Form::Pattern(_))
    }

    /// Puts what is wanted of a line into the row that was begun last.
    ///
    /// # Errors
    /// As [`Lines::row`].
    pub(crate) fn put<'v>(&self, cells: &mut CellRows<'_, 'v>, line: &'v [u8]) -> Result<(), String> {
        match self.form {
            Form::Json if self.encoding == UTF_8 => cells.put_json(line),
            Form::Json | Form::Text | Form::Pattern(_) => {
                cells.put_row(self.row(line)?);
                Ok(())
            }
        }
    }

    /// # Errors
    /// Why the line is no row, as a sentence.
    pub(crate) fn row(&self, line: &[u8]) -> Result<Row, String> {
        let text = self.encoding.decode_without_bom_handling_and_without_replacement(line).ok_or_else(|| {
            let name = self.encoding.name();
            format!("The line is not text in {name}. Set the encoding of the log, such as encoding=windows-1252.")
        })?;
        let cell = |text: Cow<'_, str>| Cell::Text(Cow::Owned(text.into_owned()));
        match &self.form {
            Form::Text => Ok(Row::from_iter([("line".to_owned(), cell(text))])),
            Form::Json => json_row(text.as_bytes()),
            Form::Pattern(pattern) => {
                let found = pattern.captures(&text).ok_or("The line does not match the pattern.")?;
                let cell = |name: &str| found.name(name).map_or(Cell::Null, |part| cell(Cow::Borrowed(part.as_str())));
                Ok(pattern.capture_names().flatten().map(|name| (name.to_owned(), cell(name))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let log = Log::read(r#"access = /var/log/a.log line ^(?<ip>\S+) "(?<path>[^"]*)"(?: (?<ms>\d+))?$"#).unwrap();
        assert_eq!((log.name.as_str(), log.path.as_str()), ("access", "/var/log/a.log"));
        let row = log.lines.row(br#"::1 "/a b" 12"#).unwrap();
        let text = |text: &'static str| Cell::Text(text.into());
        assert_eq!((&row["ip"], &row["path"], &row["ms"]), (&text("::1"), &text("/a b"), &text("12")));
        assert_eq!(log.lines.row(br#"::1 "/""#).unwrap()["ms"], Cell::Null);
        assert!(log.lines.row(b"nothing like it").is_err());
        assert_eq!(Log::read("a = /x json").unwrap().lines.row(br#"{"n": 1}"#).unwrap()["n"], Cell::from(1_i64));
        // Bytes that are no text are told, and are one where their encoding is.
        for how in ["text", "json", "line (?<at>.*)"] {
            let told = Log::read(&format!("a = /x {how}")).unwrap().lines.row(b"{\"a\": \"caf\xe9\"}").unwrap_err();
            assert!(told.starts_with("The line is not text in UTF-8."), "{told}");
        }
        let latin = |how: &str| Log::read(&format!("a = /x encoding=latin1 {how}")).unwrap().lines.row(b"{\"line\": \"caf\xe9\"}").unwrap();
        assert_eq!((&latin("json")["line"], &latin("text")["line"]), (&text("caf\u{e9}"), &text("{\"line\": \"caf\u{e9}\"}")));
        for how in ["encoding=utf-16le text", "encoding=klingon text", "encoding=latin1"] {
            assert!(Log::read(&format!("a = /x {how}")).is_err(), "{how}");
        }
        for line in ["a", "a = x json", "a = /x", "a = /x xml", "a = /x line (", "a = /x line \\d+", " = /x json"] {
            assert!(Log::read(line).is_err(), "{line}");
        }
    }
}
