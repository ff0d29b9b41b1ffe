//! Rows that are gone from a table that does not say so: all its keys are compared with those of what is live, now and then. Nothing is
//! taken over meanwhile, so a key that the table does not have any more was deleted; one that came back since is taken by the next look.

use fail::fail_point;
use model::clock::{MINUTE, Millis};
use model::dataset::DatasetSpec;
use model::gates::Gates;
use model::incremental::Incremental;
use tokio_util::sync::CancellationToken;

use super::progress::IncrementalProgress;
use super::target::Target;
use crate::Worker;
use crate::failed::Failed;
use crate::incremental::merge_join::{MergeJoin, OURS, THEIRS};
use crate::incremental::table_rows::TableRows;
use crate::source::Asked;
use crate::source::throttle::Throttle;

/// Rows that are deleted at once.
const PORTION: usize = 1_000;

/// Whether so many minutes have gone by since it was last done; never, where nothing is said.
fn is_due_at(every_minutes: Option<u32>, last: Millis, now: Millis) -> bool {
    every_minutes.is_some_and(|minutes| last + Millis::from(minutes) * MINUTE <= now)
}

/// Why nothing is deleted by a table with so many keys, beside so many that are live; nothing where it may be.
fn fault(gates: &Gates, theirs: i64, ours: i64) -> Option<String> {
    let fault = match theirs {
        0 if ours > 0 => Some(format!("The table has no rows, the live version has {ours}.")),
        rows => gates.size_fault(rows, Some(ours)),
    };
    fault.map(|fault| {
        format!(
            "No rows were deleted, because the table differs too much from the live version. {fault} Check the table, change the quality check, or build the dataset again."
        )
    })
}

/// Looks for them as often as it is asked to.
pub(super) struct DeleteDetection<'a> {
    worker: &'a Worker,
    spec: &'a DatasetSpec,
    incremental: &'a Incremental,
    asked: Asked<'a>,
}

impl<'a> DeleteDetection<'a> {
    pub(super) fn new(worker: &'a Worker, (spec, incremental): (&'a DatasetSpec, &'a Incremental), asked: Asked<'a>) -> Self {
        Self { worker, spec, incremental, asked }
    }

    /// Whether it is time, by when it was last done.
    pub(super) fn is_due(&self, progress: &mut IncrementalProgress<'_>) -> bool {
        let now = self.worker.host.now();
        let last = *progress.figures.gone_looked_at.get_or_insert(now);
        is_due_at(self.incremental.gone_every_minutes, last, now)
    }

    /// Deletes what is gone; `position` is how far it was followed, and stays so.
    ///
    /// # Errors
    /// Where the source or the store fails, more is gone than its gates let go, or it is to stop.
    pub(super) async fn look(
        &self,
        (target, position): (&mut Target, &str),
        (progress, throttle): (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        // One that fails is not begun again at once: it would read everything each time.
        progress.figures.gone_looked_at = Some(self.worker.host.now());
        let mut beside = MergeJoin::new(&self.worker.stores.scratch())?;
        let (mut ours, mut theirs) = (0_i64, 0_i64);
        target
            .visit(&mut |key| {
                ours += 1;
                beside.put(key, OURS, &[]);
            })
            .await?;
        let keys = TableRows::keys(self.worker, (self.spec, Some(self.incremental)), self.asked)?;
        let visit = |key: &[u8], _: &[u8]| {
            theirs += 1;
            beside.put(key, THEIRS, &[]);
        };
        keys.visit((throttle, progress), stop, visit).await?;
        if let Some(fault) = fault(&self.spec.gates, theirs, ours) {
            return Err(Failed::new(fault));
        }
        let mut pairs = beside.pairs()?;
        let mut portion = Vec::new();
        loop {
            let pair = pairs.next()?;
            let at_end = pair.is_none();
            portion.extend(pair.filter(|pair| pair.theirs.is_none()).map(|pair| pair.key));
            if stop.is_cancelled() {
                return Err(Failed::broke_off());
            }
            if portion.len() >= PORTION || (at_end && !portion.is_empty()) {
                let applied = target.delete(std::mem::take(&mut portion), position).await?;
                progress.taken(applied).await?;
                fail_point!("follow.after-gone");
            }
            if at_end {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_when_its_minutes_are_over() {
        for (every, last, now, due) in [
            (None, 0, Millis::MAX, false),
            (Some(5), 0, 5 * MINUTE - 1, false),
            (Some(5), 0, 5 * MINUTE, true),
            // By a clock that went back it waits.
            (Some(5), 9 * MINUTE, 0, false),
            (Some(u32::MAX), 0, Millis::from(u32::MAX) * MINUTE, true),
        ] {
            assert_eq!(is_due_at(every, last, now), due, "{every:?} {last} {now}");
        }
    }

    #[test]
    fn a_table_that_is_too_different_deletes_nothing() {
        let none = Gates::default();
        let shrinks = Gates { shrink_percent: Some(50), ..Gates::default() };
        assert_eq!([fault(&none, 0, 0), fault(&none, 1, 0), fault(&none, 1, 1_000)], [None, None, None]);
        let said = fault(&none, 0, 1).unwrap();
        assert!(said.contains("The table has no rows, the live version has 1.") && said.starts_with("No rows were deleted"), "{said}");
        assert!(fault(&shrinks, 49, 100).is_some() && fault(&shrinks, 50, 100).is_none());
    }
}
