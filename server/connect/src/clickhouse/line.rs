//! One line of an answer: the cells of a row, each as it stands there. A text of ClickHouse may hold any bytes, and it sends them as they are:
//! then the line is no JSON, and only the cells that hold them are bytes.

use model::{DataType, Value};
use serde_json::value::RawValue;

use super::types::cell;

/// The cells of a row.
#[derive(Debug, Default)]
pub(super) struct Line {
    cells: Vec<Box<RawValue>>,
    /// Those that are no text, by their place; in [`Self::cells`] there is nothing in theirs.
    bytes: Vec<(usize, Vec<u8>)>,
}

impl Line {
    /// # Errors
    /// Where it is no row.
    pub(super) fn read(line: &[u8]) -> serde_json::Result<Self> {
        match serde_json::from_slice(line) {
            Ok(cells) => Ok(Self { cells, bytes: Vec::new() }),
            Err(error) if std::str::from_utf8(line).is_ok() => Err(error),
            Err(error) => Self::of_bytes(line).ok_or(error),
        }
    }

    fn of_bytes(line: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        for (at, cell) in parts(line.trim_ascii())?.into_iter().enumerate() {
            match std::str::from_utf8(cell) {
                Ok(text) => read.cells.push(serde_json::from_str(text).ok()?),
                Err(_) => {
                    read.cells.push(serde_json::from_str("null").ok()?);
                    read.bytes.push((at, held(cell)?));
                }
            }
        }
        Some(read)
    }

    /// A cell as a value of a column.
    pub(super) fn value(&self, at: usize, data_type: DataType) -> Value {
        match self.bytes.iter().find(|(known, _)| *known == at) {
            Some((_, bytes)) => Value::Bytes(bytes.clone()),
            None => self.cells.get(at).map_or(Value::Null, |json| cell(json, data_type)),
        }
    }

    /// The cells of an answer about the server itself.
    pub(super) fn json(&self) -> Vec<serde_json::Value> {
        self.cells.iter().map(|cell| serde_json::from_str(cell.get()).unwrap_or_default()).collect()
    }
}

/// What stands between the commas of an array.
fn parts(line: &[u8]) -> Option<Vec<&[u8]>> {
    let inside = line.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut in_text, mut is_escaped) = (false, false);
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                parts.push(inside[begin..at].trim_ascii());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inside[begin..].trim_ascii());
    (depth == 0 && !in_text).then_some(parts)
}

/// The bytes of a text; an array or an object that holds some stays as it is written.
fn held(cell: &[u8]) -> Option<Vec<u8>> {
    let Some(inside) = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else { return Some(cell.to_vec()) };
    let mut bytes = Vec::with_capacity(inside.len());
    // What escapes a character is of ASCII, and stands on one side of what is no text.
    for chunk in inside.utf8_chunks() {
        let text: String = serde_json::from_str(&format!("\"{}\"", chunk.valid())).ok()?;
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(chunk.invalid());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cell_that_is_no_text_is_bytes() {
        let line = Line::read(b"[1, \"a\\\"\xff,]\\u0000\\n\xc3\xa9\", [\"x, y\", 2], \"caf\xc3\xa9\", {\"k\": \"\xfe\"}, null]").unwrap();
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(line.value(0, DataType::Int64), Value::Int(1));
        assert_eq!(line.value(1, DataType::String), Value::Bytes(b"a\"\xff,]\0\n\xc3\xa9".to_vec()));
        assert_eq!((line.value(2, DataType::Json), line.value(3, DataType::String)), (text("[\"x, y\", 2]"), text("caf\u{e9}")));
        assert_eq!(line.value(4, DataType::Json), Value::Bytes(b"{\"k\": \"\xfe\"}".to_vec()));
        assert_eq!((line.value(5, DataType::String), line.value(6, DataType::String)), (Value::Null, Value::Null));
        assert_eq!(Line::read(b"[\"\xff\"]").unwrap().value(0, DataType::Bytes), Value::Bytes(vec![0xff]));
        for bad in [&b"Code: 241. \xff"[..], b"[\"\xff\"", b"[\"\xff]", b"[1", b"{}", b"[1 2, \"\xff\"]"] {
            assert!(Line::read(bad).is_err(), "{:?}", bad.escape_ascii().to_string());
        }
    }
}
