//! Rows as text: a JSON object a line, or CSV.

use arrow_array::RecordBatch;
use connect::json::write_row;
use connect::text::{is_text, write_text_cell};
use model::Field;

use super::{End, Write};

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
    /// A spreadsheet runs a cell that begins so; an apostrophe before it keeps it a text.
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
                if self.guarded && is_text(field.data_type) && cell.first().is_some_and(|first| b"=+-@\t\r".contains(first)) {
                    cell.insert(0, b'\'');
                }
                write_cell(&mut out, &cell);
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
