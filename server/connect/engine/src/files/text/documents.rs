//! A file of JSON as its values: one after another, or the elements of an array in one document; each with its line.

use std::io::{BufRead, BufReader, Read};

use connect::SourceError;
use object_store::ObjectMeta;
use serde_json::value::RawValue;

use super::super::discover::TableFiles;
use super::bytes::{Files, TOO_LONG, Text, encoding_of, unreadable};
use super::settings::Given;
use crate::errors::mismatch;
use crate::json_cells::Fields;

/// Where an object is the row, and no array in it.
const ITSELF: &str = ".";

/// The values of a file as they come.
pub(super) struct ValueFile {
    shown: String,
    packing: Option<&'static str>,
    values: Values,
    line: u64,
    /// The array of a document whose elements are the rows, where it was not set by hand.
    pub(super) chosen: Option<String>,
}

enum Values {
    /// Each line holds values.
    Lines(BufReader<Text>, std::vec::IntoIter<Vec<u8>>),
    /// A document that was read whole.
    Document(std::vec::IntoIter<(u64, Vec<u8>)>),
}

impl ValueFile {
    /// # Errors
    /// Where it cannot be read, named.
    pub(super) fn open(files: &Files, (table, file): (&TableFiles, &ObjectMeta), given: &Given) -> Result<Self, SourceError> {
        let shown = table.shown(file);
        let named = |error: SourceError| SourceError { sentence: format!("{shown}: {}", error.sentence), ..error };
        let opened = files.open(file).map_err(named)?;
        let packing = opened.packing();
        let (found, length) = encoding_of(&opened.head);
        let encoding = given.encoding.unwrap_or(found);
        let mark = if encoding == found { length } else { 0 };
        let (head, _) = encoding.decode_without_bom_handling(&opened.head[mark.min(opened.head.len())..]);
        let is_document = given.path.is_some() || is_document(&head);
        let mut text = opened.text(encoding, mark);
        if !is_document {
            let values = Values::Lines(BufReader::with_capacity(64 << 10, text), Vec::new().into_iter());
            return Ok(Self { shown, packing, values, line: 0, chosen: None });
        }
        let mut whole = String::new();
        text.read_to_string(&mut whole).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => named(mismatch("the file is not UTF-8 text. Set the encoding.")),
            _ if error.to_string().contains(TOO_LONG) => {
                named(mismatch("the file is one JSON document of more than 64 MiB. Save it as JSON lines."))
            }
            _ => named(unreadable(&error, packing)),
        })?;
        let (rows, chosen) = rows_of(&whole, given.path.as_deref()).map_err(|why| named(mismatch(why)))?;
        let rows: Vec<(u64, Vec<u8>)> = numbered(&whole, &rows);
        Ok(Self { shown, packing, values: Values::Document(rows.into_iter()), line: 0, chosen })
    }

    /// The next value with its line.
    ///
    /// # Errors
    /// Where the file cannot be read on.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, SourceError> {
        let (reader, left) = match &mut self.values {
            Values::Document(rows) => return Ok(rows.next()),
            Values::Lines(reader, left) => (reader, left),
        };
        loop {
            if let Some(value) = left.next() {
                return Ok(Some((self.line, value)));
            }
            let mut line = Vec::new();
            let read = reader.read_until(b'\n', &mut line).map_err(|error| {
                let error = unreadable(&error, self.packing);
                SourceError { sentence: format!("{}: {}", self.shown, error.sentence), ..error }
            })?;
            reader.get_mut().record_ended();
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !line.iter().all(u8::is_ascii_whitespace) {
                *left = split(line).into_iter();
            }
        }
    }

    /// A line as a person finds it.
    pub(super) fn place(&self, line: u64) -> String {
        format!("{}, line {line}", self.shown)
    }
}

/// Values that stand in one line, one behind the other.
fn split(line: Vec<u8>) -> Vec<Vec<u8>> {
    // A line break within a line of values is rare, and two of them are too.
    if !line.windows(2).any(|pair| pair == b"}{") && !line.windows(3).any(|three| three == b"} {") {
        return vec![line];
    }
    let values: Result<Vec<&RawValue>, _> = serde_json::Deserializer::from_slice(&line).into_iter().collect();
    match values {
        Ok(values) => values.into_iter().map(|value| value.get().as_bytes().to_vec()).collect(),
        Err(_) => vec![line],
    }
}

/// Whether a text is one document and not lines of values: it begins with an array, or an object that its first line does not end.
fn is_document(head: &str) -> bool {
    let text = head.trim_start();
    if text.starts_with('[') {
        return true;
    }
    let first = text.lines().next().unwrap_or_default();
    text.starts_with('{')
        && text.contains('\n')
        && serde_json::from_str::<&RawValue>(first).is_err()
        && first.trim_end().ends_with(['{', ',', '['])
}

/// The rows of a document, and which array of it they are of, where that was chosen here.
fn rows_of<'t>(text: &'t str, path: Option<&str>) -> Result<(Vec<&'t RawValue>, Option<String>), String> {
    let read: Result<Vec<&RawValue>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    let tops = read.map_err(|error| format!("the file is not valid JSON at line {}, column {}.", error.line(), error.column()))?;
    let mut rows = Vec::new();
    let mut chosen = None;
    let is_alone = tops.len() == 1;
    for top in tops {
        match path {
            Some(ITSELF) => rows.push(top),
            Some(path) => rows.extend(elements(at(top, path)?)),
            None if is_alone && is_object(top) => match only_array(top) {
                Some((name, array)) => {
                    rows.extend(elements(array));
                    chosen = Some(name);
                }
                None => rows.push(top),
            },
            None => rows.extend(elements(top)),
        }
    }
    Ok((rows, chosen))
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

/// The elements of an array; of anything else, itself.
fn elements(value: &RawValue) -> Vec<&RawValue> {
    if value.get().starts_with('[') { serde_json::from_str(value.get()).unwrap_or_default() } else { vec![value] }
}

fn at<'t>(value: &'t RawValue, path: &str) -> Result<&'t RawValue, String> {
    let mut found = value;
    for name in path.split('.') {
        let fields: Fields<'t> = serde_json::from_str(found.get()).unwrap_or_default();
        let field = fields.0.into_iter().find(|(known, _)| known == name);
        found = field.map(|(_, value)| value).ok_or_else(|| format!("the document has no {name} at {path}. Check the setting path=."))?;
    }
    Ok(found)
}

/// The one array of objects in an object, where there is one alone.
fn only_array(value: &RawValue) -> Option<(String, &RawValue)> {
    let fields: Fields<'_> = serde_json::from_str(value.get()).ok()?;
    let is_of_objects = |value: &RawValue| {
        let all = elements(value);
        value.get().starts_with('[') && !all.is_empty() && all.into_iter().all(is_object)
    };
    let mut arrays = fields.0.into_iter().filter(|(_, value)| is_of_objects(value));
    let first = arrays.next()?;
    arrays.next().is_none().then_some(first)
}

/// Values of a text with the lines that they begin at.
fn numbered(text: &str, values: &[&RawValue]) -> Vec<(u64, Vec<u8>)> {
    let begin = text.as_ptr() as usize;
    let (mut at, mut line) = (0, 1);
    let mut rows = Vec::with_capacity(values.len());
    for value in values {
        let next = (value.get().as_ptr() as usize).saturating_sub(begin).min(text.len());
        if next >= at {
            line += text.as_bytes()[at..next].iter().filter(|byte| **byte == b'\n').count() as u64;
            at = next;
        }
        rows.push((line, value.get().as_bytes().to_vec()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, path: Option<&str>) -> Vec<String> {
        rows_of(text, path).unwrap().0.into_iter().map(|row| row.get().to_owned()).collect()
    }

    #[test]
    fn a_document_has_the_rows_of_its_array() {
        assert_eq!(rows(r#"[{"id":1}, {"id":2}]"#, None), [r#"{"id":1}"#, r#"{"id":2}"#]);
        assert_eq!(rows(r#"{"id":1,"tags":["a"]}"#, None), [r#"{"id":1,"tags":["a"]}"#]);
        let wrapped = r#"{"type":"list","data":[{"id":1}],"n":{"deep":[{"id":7},{"id":8}]}}"#;
        assert_eq!(rows_of(wrapped, None).unwrap().1.as_deref(), Some("data"));
        assert_eq!(rows(wrapped, None), [r#"{"id":1}"#]);
        assert_eq!(rows(wrapped, Some("n.deep")), [r#"{"id":7}"#, r#"{"id":8}"#]);
        assert_eq!(rows(wrapped, Some(".")), [wrapped]);
        assert_eq!(rows("{\n\"id\": 1\n}\n{\n\"id\": 2\n}", None).len(), 2);
        assert!(rows_of(wrapped, Some("n.gone")).unwrap_err().contains("gone"));
        assert!(rows_of("[\n1,", None).unwrap_err().contains("line 2"));
        let text = "[\n{\"id\":1},\n{\"id\":2}]";
        let found = rows_of(text, None).unwrap().0;
        assert_eq!(numbered(text, &found).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn lines_of_values_are_no_document() {
        for (text, is) in [
            ("{\"id\":1}\n{\"id\":2}\n", false),
            ("[{\"id\":1}]", true),
            ("{\n  \"id\": 1\n}", true),
            ("{\"id\":1}", false),
            ("not json\n{\"id\":1}\n", false),
            ("{\"id\":NaN}\n{\"id\":2}\n", false),
            ("", false),
        ] {
            assert_eq!(is_document(text), is, "{text}");
        }
        assert_eq!(split(Vec::from(br#"{"id":1}{"id":2}"#)).len(), 2);
        assert_eq!(split(Vec::from(br#"{"id":"}{"}"#)).len(), 1);
    }
}
