//! Batches of the engine on their way to whoever asked: bounded before anything is made of them, as the columns that were asked for.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connect::batch::schema_of;
use connect::stream::{Ended, Sender};
use connect::{Rejected, SourceError, SourceErrorKind, Spoiled, Statement};

use crate::asked::as_asked;
use crate::row_sizes::{Next, RowSizes};

pub(crate) struct Sending<'s> {
    statement: &'s Statement,
    schema: SchemaRef,
    sender: &'s Sender,
    rejected: Option<Rejected>,
    /// Rows that may still be sent.
    left: usize,
    /// Rows of the batches before.
    read: usize,
}

impl<'s> Sending<'s> {
    pub(crate) fn new(statement: &'s Statement, sender: &'s Sender, rejected: Option<Rejected>) -> Self {
        Self { statement, schema: schema_of(&statement.fields), sender, rejected, left: statement.max_rows, read: 0 }
    }

    /// Sends the rows of a batch, a part at a time. Why nothing more is wanted behind it, where that is so.
    ///
    /// # Errors
    /// A row that cannot be taken, where nobody keeps such rows.
    pub(crate) async fn take(&mut self, batch: &RecordBatch) -> Result<Option<Ended>, SourceError> {
        let sizes = RowSizes::of(batch, &self.statement.fields);
        if batch.num_rows() == 0 && !self.send(batch, self.read + 1).await? {
            return Ok(Some(Ended::Abandoned));
        }
        let mut start = 0;
        while self.left > 0 && start < batch.num_rows() {
            let number = self.read + start + 1;
            let rows = match sizes.next(start, number, self.statement.purpose) {
                Next::TooLarge(reason) => {
                    self.reject(number, reason, SourceErrorKind::TooLarge)?;
                    1
                }
                Next::Rows(rows) => {
                    if !self.send(&batch.slice(start, rows), number).await? {
                        return Ok(Some(Ended::Abandoned));
                    }
                    rows
                }
            };
            start += rows;
        }
        self.read += batch.num_rows();
        Ok((self.left == 0).then_some(Ended::Done))
    }

    /// Whether somebody takes them.
    async fn send(&mut self, rows: &RecordBatch, number: usize) -> Result<bool, SourceError> {
        let (rows, bad) = as_asked(rows, &self.statement.fields, &self.schema)?;
        for (row, reason) in bad {
            self.reject(number + row, reason, SourceErrorKind::Mismatch)?;
        }
        let rows = rows.slice(0, rows.num_rows().min(self.left));
        self.left -= rows.num_rows();
        // Whoever keeps what cannot be read looks for it with each batch.
        let is_wanted = rows.num_rows() > 0 || self.rejected.is_some();
        Ok(!is_wanted || self.sender.send(Ok(rows)).await.is_ok())
    }

    /// Hands a row to whoever keeps those that cannot be taken; to others it is an error, which names it.
    fn reject(&self, row: usize, reason: String, kind: SourceErrorKind) -> Result<(), SourceError> {
        let place = format!("row {row}");
        if let Some(rejected) = &self.rejected {
            let _ = rejected.send(Spoiled { place, reason, key: None, bytes: None });
            return Ok(());
        }
        let sentence = match kind {
            SourceErrorKind::TooLarge => reason,
            _ => format!("In {place}, {reason} Correct the row, or release a version that fits."),
        };
        Err(SourceError::new(kind, sentence))
    }
}
