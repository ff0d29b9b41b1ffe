//! Rows that cannot be taken: each is kept with its reason and as it came, and too many stop what goes on.

use connect::Spoiled;
use model::clock::Millis;
use model::dirty::DirtyLimit;
use store::DirtyRow;

use crate::Worker;
use crate::failed::Failed;

/// Kept for people to look at, beyond those that may be left out.
const TO_LOOK_AT: i64 = 100;
/// Written at once.
const PORTION: usize = 200;
/// Examples that are named where there are too many.
const EXAMPLES: usize = 3;

pub(crate) struct Dirty<'a> {
    worker: &'a Worker,
    version_id: &'a str,
    limit: DirtyLimit,
    /// All that there are, of which as many are kept as make sense.
    pub(crate) count: i64,
    waiting: Vec<DirtyRow>,
    examples: Vec<String>,
    now: Millis,
}

impl<'a> Dirty<'a> {
    /// Goes on from what a version has already.
    pub(crate) async fn of(worker: &'a Worker, version_id: &'a str, limit: DirtyLimit) -> Result<Self, Failed> {
        let count = worker.store.dirty_count(version_id).await?;
        Ok(Self { worker, version_id, limit, count, waiting: Vec::new(), examples: Vec::new(), now: worker.host.now() })
    }

    /// Whether rows may be left out at all.
    pub(crate) fn is_allowed(&self) -> bool {
        !self.limit.is_none()
    }

    /// # Errors
    /// Where the metadata does not take it.
    pub(crate) async fn take(&mut self, spoiled: Spoiled) -> Result<(), Failed> {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{}: {}", spoiled.place, spoiled.reason));
        }
        if self.count <= TO_LOOK_AT || self.limit.allows(self.count, i64::MAX / 100) {
            self.waiting.push(DirtyRow {
                version_id: self.version_id.to_owned(),
                place: spoiled.place,
                reason: spoiled.reason,
                message_key: spoiled.key,
                bytes: spoiled.bytes,
                at: self.now,
                again: 0,
            });
        }
        if self.waiting.len() >= PORTION { self.keep().await } else { Ok(()) }
    }

    /// Writes what waits. What is kept stays so whatever becomes of what goes on.
    ///
    /// # Errors
    /// Where the metadata does not take it.
    pub(crate) async fn keep(&mut self) -> Result<(), Failed> {
        Ok(self.worker.store.keep_dirty_rows(&std::mem::take(&mut self.waiting)).await?)
    }

    /// Counts what is kept.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(crate) async fn recount(&mut self) -> Result<(), Failed> {
        self.count = self.worker.store.dirty_count(self.version_id).await?;
        Ok(())
    }

    /// # Errors
    /// Where there are more than there may be, of so many rows; with examples.
    pub(crate) fn pass(&self, of: i64) -> Result<(), Failed> {
        if self.limit.allows(self.count, of) {
            return Ok(());
        }
        let (count, may, examples) = (self.count, self.limit.words(), self.examples.join(" "));
        let rows = if count == 1 { "One row cannot be taken".to_owned() } else { format!("{count} rows cannot be taken") };
        Err(Failed::new(format!(
            "{rows}, and {may} may be left out. {examples} See them below; mend them at the source, or let more be left out."
        )))
    }
}
