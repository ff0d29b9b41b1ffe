//! What writes a response in any form, and what it is told at the end.

use arrow_array::RecordBatch;
use model::json_text::write_text;

/// What is known of a response once its last row is out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct End {
    pub(crate) truncated: bool,
    pub(crate) next: Option<String>,
    pub(crate) count: Option<u64>,
}

impl End {
    /// The members of a JSON object that follow its rows, and the end of the object.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"next\":");
        match &self.next {
            Some(next) => write_text(out, next),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(if self.truncated { b",\"truncated\":true" } else { b",\"truncated\":false" });
        if let Some(count) = self.count {
            out.extend_from_slice(b",\"count\":");
            out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
        }
        out.push(b'}');
    }
}

/// Writes a response in one form. What it gives back goes out in order; it may be empty.
pub(crate) trait Write: Send {
    /// # Errors
    /// For the log: the batch cannot be written.
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String>;
    /// Bytes that it holds and that go out at the end.
    fn held(&self) -> usize {
        0
    }
    /// # Errors
    /// As above.
    fn end(&mut self, end: &End) -> Result<Vec<u8>, String>;
}
