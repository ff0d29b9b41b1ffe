//! Rows as text: a JSON object a line, or CSV.

use arrow_array::RecordBatch;
use connect::json::write_row;
use connect::text::{is_text, write_text_cell};
use model::Field;

use super::write::{End, Write};

/// A row a line.
pub(super) struct Ndjson {
    fields: Vec<Field>,
}

impl Ndjson {
    pub(super) fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }
}

impl Write for Ndjson {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        let places: Vec<(usize, &Field)> = self.fields.iter().enumerate().collect();
        let mut out = Vec::with_capacity(batch.num_rows() * 96);
        for row in 0..batch.num_rows() {
            write_row(&mut out, batch, row, &places);
            out.push(b'\n');
        }
        Ok(out)
    }

    fn end(&mut self, _: &End) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

/// RFC 4180, with a line of names first.
pub(super) struct Csv {
    fields: Vec<Field>,
    /// A spreadsheet runs what begins as a formula; an apostrophe before it keeps it a text.
    guarded: bool,
    begun: bool,
}

impl Csv {
    pub(super) fn new(fields: Vec<Field>, guarded: bool) -> Self {
        Self { fields, guarded, begun: false }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        if self.guarded {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_cell(out, field.name.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

impl Write for Csv {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        let mut out = Vec::with_capacity(batch.num_rows() * 64 + 256);
        self.begin(&mut out);
        let mut cell = Vec::new();
        for row in 0..batch.num_rows() {
            for (index, field) in self.fields.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                cell.clear();
                let column = batch.column(index);
                if column.is_null(row) {
                    continue;
                }
                write_text_cell(&mut cell, column, row, field.data_type);
                if self.guarded && is_text(field.data_type) && has_formula(&cell) {
                    write_cell(&mut out, &without_formulas(&cell));
                } else {
                    write_cell(&mut out, &cell);
                }
            }
            out.extend_from_slice(b"\r\n");
        }
        Ok(out)
    }

    fn end(&mut self, _: &End) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        self.begin(&mut out);
        Ok(out)
    }
}

/// Whether a spreadsheet may take a line for a formula. Some look past white space, and for wide signs as for usual ones.
fn is_formula(line: &[u8]) -> bool {
    let begins = |line: &[u8]| {
        line.first().is_some_and(|first| b"=+-@".contains(first)) || WIDE_SIGNS.iter().any(|sign| line.starts_with(sign.as_bytes()))
    };
    line.first() == Some(&b'\t') || begins(line.trim_ascii_start())
}

/// The signs of formulas as East Asian keyboards write them.
const WIDE_SIGNS: [&str; 4] = ["\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"];

/// The lines of a cell: a reader that does not know its quotes begins a new cell behind each line feed.
fn lines(cell: &[u8]) -> impl Iterator<Item = &[u8]> {
    cell.split_inclusive(|byte| matches!(byte, b'\n' | b'\r'))
}

fn has_formula(cell: &[u8]) -> bool {
    cell.first().is_some_and(|first| b"\r\n".contains(first)) || lines(cell).any(is_formula)
}

/// An apostrophe before each line that is a formula, and before a cell whose first line is empty.
fn without_formulas(cell: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cell.len() + 8);
    for (index, line) in lines(cell).enumerate() {
        if is_formula(line) || (index == 0 && line.trim_ascii().is_empty()) {
            out.push(b'\'');
        }
        out.extend_from_slice(line);
    }
    out
}

/// A cell that is there: quoted where it must be, and where it is empty, so that it is not taken for NULL.
fn write_cell(out: &mut Vec<u8>, cell: &[u8]) {
    let plain = !cell.is_empty()
        && !cell.iter().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'))
        && cell.first() != Some(&b' ')
        && cell.last() != Some(&b' ');
    if plain {
        return out.extend_from_slice(cell);
    }
    out.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_kept_texts_also_behind_line_feeds() {
        for (cell, kept) in [
            ("=1+1", "'=1+1"),
            ("  =1+1", "'  =1+1"),
            ("\t=1", "'\t=1"),
            ("\n=1+1", "'\n'=1+1"),
            ("a\n=1+1\r\n@b", "a\n'=1+1\r\n'@b"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\nplain", "'\nplain"),
        ] {
            assert!(has_formula(cell.as_bytes()), "{cell:?}");
            assert_eq!(without_formulas(cell.as_bytes()), kept.as_bytes(), "{cell:?}");
        }
        for cell in ["", "a=1", "a\nb", "1-2"] {
            assert!(!has_formula(cell.as_bytes()), "{cell:?}");
        }
    }

    #[test]
    fn cells_are_quoted_where_a_reader_would_be_misled() {
        let of = |text: &str| {
            let mut out = Vec::new();
            write_cell(&mut out, text.as_bytes());
            String::from_utf8(out).unwrap()
        };
        for (cell, written) in
            [("a", "a"), ("", "\"\""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), (" a", "\" a\""), ("a\nb", "\"a\nb\"")]
        {
            assert_eq!(of(cell), written);
        }
    }
}
