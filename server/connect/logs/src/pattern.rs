//! How the lines of a log are written, and what of a line becomes a row.

use std::sync::Arc;

use engine::cells::CellRows;
use engine::evidence::{Row, json_row};
use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

/// Of a pattern, as it is compiled: enough for any that a person writes.
const PATTERN_BYTES: usize = 1 << 20;

/// One log: its name as a table, its file, and how its lines are written.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) lines: Lines,
}

#[derive(Debug, Clone)]
pub(crate) enum Lines {
    /// Each is a JSON object.
    Json,
    /// Each is one text.
    Text,
    /// Named groups are its columns.
    Pattern(Arc<Regex>),
}

impl Log {
    /// `name = /path/of.log json`, `… text` or `… line <pattern>`.
    ///
    /// # Errors
    /// What cannot be read of it, in a sentence.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let bad = || format!("“{line}” is not written like: access = /var/log/access.log json, text, or line (?<ip>\\S+) …");
        let (name, rest) = line.split_once('=').ok_or_else(bad)?;
        let (path, how) = rest.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
        let (name, how) = (name.trim().to_owned(), how.trim());
        if name.is_empty() || !path.starts_with('/') {
            return Err(bad());
        }
        let lines = match how.split_once(char::is_whitespace) {
            None if how == "json" => Lines::Json,
            None if how == "text" => Lines::Text,
            Some(("line", pattern)) => Lines::Pattern(Arc::new(pattern_of(&name, pattern.trim())?)),
            _ => return Err(bad()),
        };
        Ok(Self { name, path: path.to_owned(), lines })
    }
}

fn pattern_of(name: &str, pattern: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
    let regex = regex.map_err(|_| format!("{name}: its pattern is not a regular expression that can be read."))?;
    match regex.capture_names().flatten().next() {
        Some(_) => Ok(regex),
        None => Err(format!("{name}: its pattern has no named groups, as (?<ip>\\S+), and so no columns.")),
    }
}

impl Lines {
    /// Whether texts may be numbers.
    pub(crate) fn texts_speak(&self) -> bool {
        matches!(self, Self::Pattern(_))
    }

    /// Puts what is wanted of a line into the row that was begun last.
    ///
    /// # Errors
    /// As [`Lines::row`].
    pub(crate) fn put<'v>(&self, cells: &mut CellRows<'_, 'v>, line: &'v [u8]) -> Result<(), String> {
        match self {
            Self::Json => cells.put_json(line),
            Self::Text | Self::Pattern(_) => {
                cells.put_row(self.row(line)?);
                Ok(())
            }
        }
    }

    /// # Errors
    /// Why the line is no row, as a sentence.
    pub(crate) fn row(&self, line: &[u8]) -> Result<Row, String> {
        let text = String::from_utf8_lossy(line);
        match self {
            Self::Text => Ok(Row::from_iter([("line".to_owned(), Json::String(text.into_owned()))])),
            Self::Json => json_row(line),
            Self::Pattern(pattern) => {
                let found = pattern.captures(&text).ok_or("It is not written as the pattern says.")?;
                let cell = |name: &str| found.name(name).map_or(Json::Null, |part| Json::String(part.as_str().to_owned()));
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
        assert_eq!((&row["ip"], &row["path"], &row["ms"]), (&Json::from("::1"), &Json::from("/a b"), &Json::from("12")));
        assert_eq!(log.lines.row(br#"::1 "/""#).unwrap()["ms"], Json::Null);
        assert!(log.lines.row(b"nothing like it").is_err());
        assert_eq!(Log::read("a = /x json").unwrap().lines.row(br#"{"n": 1}"#).unwrap()["n"], 1);
        for line in ["a", "a = x json", "a = /x", "a = /x xml", "a = /x line (", "a = /x line \\d+", " = /x json"] {
            assert!(Log::read(line).is_err(), "{line}");
        }
    }
}
