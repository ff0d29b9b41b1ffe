//! Rows that cannot be taken: each is kept with its reason and as it came, and too many stop what goes on.

use std::collections::HashSet;
use std::sync::Arc;

use connect::Spoiled;
use model::clock::Millis;
use model::number::grouped;
use model::rejected::RejectedLimit;
use store::{DataVersionRow, RejectedRow};
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::failed::Failed;
use crate::figures::Work;

/// Kept for people to look at, beyond those that may be left out.
const TO_LOOK_AT: i64 = 100;
/// Written at once.
const PORTION: usize = 200;
/// Examples that are named where there are too many.
const EXAMPLES: usize = 3;

pub(crate) struct RejectedRows {
    worker: Worker,
    version_id: String,
    limit: RejectedLimit,
    /// All that there are, of which as many are kept as make sense.
    pub(crate) count: i64,
    /// Where those that are new are counted.
    work: Arc<Work>,
    waiting: Vec<RejectedRow>,
    examples: Vec<String>,
    now: Millis,
    /// Ends its waiting for the metadata.
    stop: CancellationToken,
}

impl RejectedRows {
    /// Goes on from what a version has already.
    pub(crate) async fn of(
        worker: &Worker,
        version: &DataVersionRow,
        limit: RejectedLimit,
        stop: &CancellationToken,
    ) -> Result<Self, Failed> {
        let count = worker.ask_patiently(stop, || worker.store.rejected_count(&version.id)).await?;
        let (work, version_id, now) = (worker.figures.of(&version.dataset_id), version.id.clone(), worker.host.now());
        let (worker, stop) = (worker.clone(), stop.clone());
        Ok(Self { worker, version_id, limit, count, work, waiting: Vec::new(), examples: Vec::new(), now, stop })
    }

    /// One of a build.
    ///
    /// # Errors
    /// Where there are so many that nothing to come can make them few enough, or the metadata does not take it.
    pub(crate) async fn take(&mut self, spoiled: Spoiled) -> Result<(), Failed> {
        self.count += 1;
        self.work.rejected(1);
        self.put(spoiled);
        if self.waiting.len() >= PORTION {
            self.keep().await?;
        }
        if is_hopeless(self.limit, self.count) {
            self.keep().await?;
            return self.pass(i64::MAX / 1_000);
        }
        Ok(())
    }

    /// Those of one portion of changes, some of which may be kept already.
    ///
    /// # Errors
    /// Where the metadata does not take them.
    pub(crate) async fn take_again(&mut self, spoiled: Vec<Spoiled>) -> Result<(), Failed> {
        for spoiled in spoiled {
            self.put(spoiled);
        }
        self.keep().await?;
        // What was read before, and kept then, is one.
        let before = self.count;
        self.recount().await?;
        self.work.rejected(self.count - before);
        Ok(())
    }

    /// Of messages whose keys were ended, nothing that was told before is to come back.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(crate) async fn forget_keys(&mut self, ended: HashSet<&[u8]>) -> Result<(), Failed> {
        if ended.is_empty() {
            return Ok(());
        }
        let (worker, version) = (&self.worker, self.version_id.as_str());
        for key in worker.ask_patiently(&self.stop, || worker.store.rejected_keys(version)).await? {
            if ended.contains(key.as_slice()) {
                worker.ask_patiently(&self.stop, || worker.store.forget_rejected_key(version, &key)).await?;
            }
        }
        self.recount().await
    }

    async fn recount(&mut self) -> Result<(), Failed> {
        self.count = self.worker.ask_patiently(&self.stop, || self.worker.store.rejected_count(&self.version_id)).await?;
        Ok(())
    }

    fn put(&mut self, spoiled: Spoiled) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{}: {}", spoiled.place, spoiled.reason));
        }
        self.waiting.push(RejectedRow {
            version_id: self.version_id.clone(),
            place: spoiled.place,
            reason: spoiled.reason,
            message_key: spoiled.key,
            bytes: spoiled.bytes,
            at: self.now,
            again: 0,
        });
    }

    /// Writes what waits. What is kept stays so whatever becomes of what goes on.
    ///
    /// # Errors
    /// Where the metadata does not take it.
    pub(crate) async fn keep(&mut self) -> Result<(), Failed> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.worker.ask_patiently(&self.stop, || self.worker.store.keep_rejected_rows(&self.waiting)).await?;
        self.waiting.clear();
        Ok(())
    }

    /// # Errors
    /// Where there are more than there may be, of so many rows; with examples.
    pub(crate) fn pass(&self, of: i64) -> Result<(), Failed> {
        fault(self.limit, (self.count, of), &self.examples).map_or(Ok(()), |fault| Err(Failed::new(fault)))
    }
}

/// Whether there are so many that nothing to come can make them few enough.
fn is_hopeless(limit: RejectedLimit, count: i64) -> bool {
    count > limit.most() + TO_LOOK_AT
}

/// Why so many rejected rows of so many rows are too many, with examples; nothing where they are allowed.
fn fault(limit: RejectedLimit, (count, of): (i64, i64), examples: &[String]) -> Option<String> {
    if limit.allows(count, of) {
        return None;
    }
    let (may, examples) = (limit.words(), examples.join(" "));
    let rows = if count == 1 { "1 row is rejected".to_owned() } else { format!("{} rows are rejected", grouped(count)) };
    Some(format!("{rows}; allowed: {may}. {examples} Correct the rejected rows at the source, or allow more rejected rows."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rows: Option<u32>, percent: Option<u32>) -> RejectedLimit {
        RejectedLimit { rows, percent }
    }

    #[test]
    fn a_run_ends_early_only_where_nothing_to_come_can_help() {
        for (allowed, last) in [
            (limit(None, None), TO_LOOK_AT),
            (limit(Some(0), Some(50)), TO_LOOK_AT),
            (limit(Some(5), None), 5 + TO_LOOK_AT),
            (limit(Some(5), Some(50)), 5 + TO_LOOK_AT),
            // By hundredths alone, rows to come may make it few enough.
            (limit(None, Some(1)), 100_000 + TO_LOOK_AT),
        ] {
            assert!(!is_hopeless(allowed, last) && is_hopeless(allowed, last + 1), "{allowed:?}");
        }
    }

    #[test]
    fn too_many_are_told_with_the_limit_and_examples() {
        let examples = ["row 1: bad.".to_owned(), "row 2: worse.".to_owned()];
        let said = |allowed, count, of| fault(allowed, (count, of), &examples);
        assert_eq!(said(limit(None, None), 0, 0), None);
        assert_eq!(said(limit(Some(2), None), 2, 2), None);
        assert_eq!(said(limit(None, Some(10)), 1, 10), None);
        let one = said(limit(None, None), 1, 1_000).unwrap();
        assert!(one.starts_with("1 row is rejected; allowed: none. row 1: bad. row 2: worse. Correct"), "{one}");
        let many = said(limit(Some(2), None), 3, 1_000).unwrap();
        assert!(many.starts_with("3 rows are rejected; allowed: 2 rows."), "{many}");
        assert!(said(limit(None, Some(10)), 1, 9).is_some());
    }
}
