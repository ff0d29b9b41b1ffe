//! One JSON array for each column: smaller than objects, and what charts take. It is whole before it is sent, so it is
//! bounded as a page is.

use arrow_array::RecordBatch;
use connect::json::write_cell;
use model::Field;
use model::json_text::write_text;

use super::write::{End, Write};

pub(super) struct Columns {
    fields: Vec<Field>,
    cells: Vec<Vec<u8>>,
}

impl Columns {
    pub(super) fn new(fields: Vec<Field>) -> Self {
        let cells = vec![Vec::new(); fields.len()];
        Self { fields, cells }
    }
}

impl Write for Columns {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        for ((index, field), cells) in self.fields.iter().enumerate().zip(&mut self.cells) {
            for row in 0..batch.num_rows() {
                if !cells.is_empty() {
                    cells.push(b',');
                }
                write_cell(cells, batch.column(index), row, field);
            }
        }
        Ok(Vec::new())
    }

    fn held(&self) -> usize {
        self.cells.iter().map(Vec::len).sum()
    }

    fn end(&mut self, end: &End) -> Result<Vec<u8>, String> {
        let mut out = Vec::with_capacity(self.cells.iter().map(|cells| cells.len() + 64).sum());
        out.extend_from_slice(b"{\"columns\":{");
        for (index, (field, cells)) in self.fields.iter().zip(&self.cells).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_text(&mut out, &field.name);
            out.extend_from_slice(b":[");
            out.extend_from_slice(cells);
            out.push(b']');
        }
        out.push(b'}');
        end.write(&mut out);
        Ok(out)
    }
}
