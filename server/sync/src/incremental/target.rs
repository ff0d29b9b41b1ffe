//! Where changes go: the delta of a live version, past the same rules as its build, with rows rejected that cannot be applied.

use std::collections::HashSet;

use accel::{Change, Changes, Dataset};
use arrow_array::RecordBatch;
use bytes::Bytes;
use connect::{Origin, Spoiled};
use fail::fail_point;
use model::dataset::{BuildFigures, DatasetSpec};
use model::rejected::RejectedLimit;
use store::DataVersionRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::rejected::RejectedRows;
use crate::build::row_validation::{RowOutcome, RowValidator};
use crate::failed::Failed;

pub(super) struct Target {
    look: RowValidator,
    rejected: RejectedRows,
    dataset: Dataset,
    changes: Changes,
    /// Rows that were read when it was built.
    built_of: i64,
}

/// What came of some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Applied {
    pub(crate) changed: i64,
    pub(crate) deleted: i64,
    pub(crate) bytes: i64,
    /// All that were rejected since the version was built.
    pub(crate) rejected: i64,
}

/// Some rows, and where what follows them begins.
pub(super) struct Told<'r> {
    pub(super) rows: &'r RecordBatch,
    pub(super) deleted: Vec<bool>,
    /// What each was made of, of a feed.
    pub(super) origins: Vec<Origin>,
    pub(super) spoiled: Vec<Spoiled>,
    pub(super) position: &'r str,
}

/// What rows change, each with its place among them, and what cannot be taken.
struct Changed {
    changes: Vec<(Change, usize)>,
    bytes: i64,
    spoiled: Vec<Spoiled>,
    /// The rows of keys that end, and of those the ones that nobody wants.
    ended: Vec<usize>,
    out: Vec<usize>,
}

impl Target {
    pub(super) async fn new(
        worker: &Worker,
        (version, spec): (&DataVersionRow, &DatasetSpec),
        (dataset, changes): (Dataset, Changes),
        limit: RejectedLimit,
        stop: &CancellationToken,
    ) -> Result<Self, Failed> {
        let rejected = RejectedRows::of(worker, version, limit, stop).await?;
        let figures = format_args!("the figures of dataset version {}", version.number);
        let built_of = store::decode::<BuildFigures>(&version.figures, &figures)?.read_rows;
        Ok(Self { look: RowValidator::new(worker, spec, None)?, rejected, dataset, changes, built_of })
    }

    /// Takes rows over, with how far that is, or none of them; `of` is how many there were since it was built. With `same_again`, rows may be
    /// among them that were taken before, and those that are as they were change nothing.
    ///
    /// # Errors
    /// Where more cannot be taken than may be left out, or a store does not answer.
    pub(super) async fn apply(&mut self, told: Told<'_>, of: i64, same_again: bool) -> Result<Applied, Failed> {
        let mut applied = Applied::default();
        let Changed { mut changes, bytes, spoiled, ended, out } = self.changes(&told)?;
        applied.bytes = bytes;
        if !same_again && !out.is_empty() {
            self.drop_unknown(&mut changes, &out).await?;
        }
        let read: Vec<Change> = changes.into_iter().map(|(change, _)| change).collect();
        let all = self.built_of + of + i64::try_from(read.len() + spoiled.len()).unwrap_or(0);
        self.put_aside(spoiled, all).await?;
        self.forget_ended(&told, &ended).await?;
        let changes = if same_again { self.that_change(read).await? } else { read };
        let deleted = changes.iter().filter(|change| matches!(change, Change::Delete(_))).count();
        applied.deleted = i64::try_from(deleted).unwrap_or(0);
        applied.changed = i64::try_from(changes.len() - deleted).unwrap_or(0);
        applied.rejected = self.rejected.count;
        fail_point!("follow.before-apply");
        self.changes.apply(changes, told.position).await?;
        fail_point!("follow.after-apply");
        Ok(applied)
    }

    /// Rows that could not be taken before and can be now, where nothing newer has taken their place. Gives those that still
    /// cannot, with why.
    ///
    /// # Errors
    /// Where a store does not answer.
    pub(super) async fn late(&mut self, told: Told<'_>) -> Result<(Applied, Vec<Spoiled>), Failed> {
        let Changed { changes: puts, spoiled: mut still, .. } = self.changes(&told)?;
        let keys: Vec<Vec<u8>> = puts.iter().map(|(change, _)| change.key().to_vec()).collect();
        let there = self.dataset.read(&keys).await?;
        let mut new = Vec::new();
        for ((change, row), there) in puts.into_iter().zip(there) {
            match told.origins.get(row) {
                Some(origin) if there.is_some() => {
                    still.push(origin.spoiled("The dataset already has a row with this key, which may be newer.".into()));
                }
                _ => new.push(change),
            }
        }
        let applied = Applied { changed: i64::try_from(new.len()).unwrap_or(0), ..Applied::default() };
        if !new.is_empty() {
            self.changes.apply(new, told.position).await?;
        }
        Ok((applied, still))
    }

    /// Every key of what is live, as it is followed so far.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub(super) async fn visit(&self, see: &mut (dyn FnMut(&[u8]) + Send)) -> Result<(), Failed> {
        Ok(self.dataset.visit(&mut |key, _| see(key)).await.map(drop)?)
    }

    /// Deletes rows; how far it is followed stays.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub(super) async fn delete(&mut self, keys: Vec<Vec<u8>>, position: &str) -> Result<Applied, Failed> {
        let deleted = i64::try_from(keys.len()).unwrap_or(0);
        self.changes.apply(keys.into_iter().map(Change::Delete).collect(), position).await?;
        Ok(Applied { deleted, rejected: self.rejected.count, ..Applied::default() })
    }

    pub(super) fn set_rejected(&mut self, count: i64) {
        self.rejected.count = count;
    }

    pub(super) fn forget_rejected(&mut self, count: i64) -> i64 {
        self.rejected.count -= count;
        self.rejected.count
    }

    /// Of a key that was ended, nothing that was rejected before is to come back.
    async fn forget_ended(&mut self, told: &Told<'_>, ended: &[usize]) -> Result<(), Failed> {
        if self.rejected.count == 0 {
            return Ok(());
        }
        let keys = ended.iter().filter_map(|row| told.origins.get(*row)?.key.as_deref());
        self.rejected.forget_keys(keys.collect()).await
    }

    /// Of rows that nobody wants, only those are deleted that are there, or came just before.
    async fn drop_unknown(&self, changes: &mut Vec<(Change, usize)>, out: &[usize]) -> Result<(), Failed> {
        let is_out = |row: &usize| out.binary_search(row).is_ok();
        let keys: Vec<Vec<u8>> = changes.iter().filter(|(_, row)| is_out(row)).map(|(change, _)| change.key().to_vec()).collect();
        let there = self.dataset.read(&keys).await?;
        let known = keys.into_iter().zip(there).filter(|(_, there)| there.is_some()).map(|(key, _)| key).collect();
        retain_known(changes, out, known);
        Ok(())
    }

    /// What rows change.
    fn changes(&mut self, told: &Told<'_>) -> Result<Changed, Failed> {
        let rows = self.look.map(told.rows)?;
        let (ended, out) = (Vec::new(), Vec::new());
        let mut changed = Changed { changes: Vec::with_capacity(rows.len()), bytes: 0, spoiled: told.spoiled.clone(), ended, out };
        let encoded = self.look.encoded(&rows);
        for row in 0..rows.len() {
            match self.look.at((&rows, &encoded), row, told.deleted.get(row).copied().unwrap_or(false)) {
                RowOutcome::Put(key, message) => {
                    changed.bytes += i64::try_from(message.len()).unwrap_or(0);
                    changed.changes.push((Change::Put(key, message), row));
                }
                RowOutcome::End(key) => {
                    changed.ended.push(row);
                    changed.changes.push((Change::Delete(key), row));
                }
                // What nobody wants any more may have been wanted before.
                RowOutcome::Out(Some(key)) => {
                    changed.ended.push(row);
                    changed.out.push(row);
                    changed.changes.push((Change::Delete(key), row));
                }
                RowOutcome::Out(None) => {}
                RowOutcome::Unnamed(_, reason) | RowOutcome::Broken(reason) | RowOutcome::Unmade(reason) => {
                    changed.spoiled.push(self.look.spoiled((&rows, row), &told.origins, reason));
                }
            }
        }
        Ok(changed)
    }

    async fn put_aside(&mut self, spoiled: Vec<Spoiled>, of: i64) -> Result<(), Failed> {
        if spoiled.is_empty() {
            return Ok(());
        }
        self.rejected.take_again(spoiled).await?;
        self.rejected.pass(of)
    }

    /// Without what is as it was.
    async fn that_change(&self, read: Vec<Change>) -> Result<Vec<Change>, Failed> {
        let keys: Vec<Vec<u8>> = read.iter().map(|change| change.key().to_vec()).collect();
        let stored = self.dataset.read(&keys).await?;
        Ok(that_differ(read, &keys, stored))
    }
}

/// Of deletions in the rows `out`, only those stay whose key is known, or was put before them. `out` is in order.
fn retain_known(changes: &mut Vec<(Change, usize)>, out: &[usize], mut known: HashSet<Vec<u8>>) {
    changes.retain(|(change, row)| {
        if matches!(change, Change::Put(..)) {
            known.insert(change.key().to_vec());
        }
        out.binary_search(row).is_err() || known.contains(change.key())
    });
}

/// Changes whose row is stored otherwise, in their order; `keys` and `stored` stand beside them.
fn that_differ(read: Vec<Change>, keys: &[Vec<u8>], stored: Vec<Option<Bytes>>) -> Vec<Change> {
    // A key that comes twice is compared with what was before both.
    let mut seen = HashSet::new();
    let twice: HashSet<&[u8]> = keys.iter().filter(|key| !seen.insert(*key)).map(Vec::as_slice).collect();
    let differs = |(change, stored): &(Change, Option<Bytes>)| {
        let same = match change {
            Change::Put(_, row) => stored.as_deref() == Some(row.as_slice()),
            Change::Delete(_) => stored.is_none(),
        };
        !same || twice.contains(change.key())
    };
    read.into_iter().zip(stored).filter(differs).map(|(change, _)| change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, row: &str) -> Change {
        Change::Put(key.into(), row.into())
    }

    fn delete(key: &str) -> Change {
        Change::Delete(key.into())
    }

    #[test]
    fn what_is_as_it_was_changes_nothing_unless_its_key_comes_twice() {
        let differ = |read: Vec<Change>, stored: &[Option<&'static str>]| {
            assert_eq!(read.len(), stored.len());
            let keys: Vec<Vec<u8>> = read.iter().map(|change| change.key().to_vec()).collect();
            that_differ(read, &keys, stored.iter().map(|row| row.map(|row| Bytes::from_static(row.as_bytes()))).collect())
        };
        assert!(differ(Vec::new(), &[]).is_empty());
        assert!(differ(vec![put("a", "1"), delete("b")], &[Some("1"), None]).is_empty());
        let read = vec![put("a", "2"), put("b", "1"), delete("c"), put("d", "")];
        assert_eq!(differ(read, &[Some("1"), None, Some("1"), None]), [put("a", "2"), put("b", "1"), delete("c"), put("d", "")]);
        // Put as it is, after it was deleted: both count, in their order.
        let read = vec![delete("a"), put("b", "1"), put("a", "1")];
        assert_eq!(differ(read, &[Some("1"), Some("1"), Some("1")]), [delete("a"), put("a", "1")]);
    }

    #[test]
    fn what_nobody_wants_is_deleted_where_it_is_or_came_just_before() {
        let retained = |mut changes: Vec<(Change, usize)>, out: &[usize], known: &[&str]| {
            retain_known(&mut changes, out, known.iter().map(|key| key.as_bytes().to_vec()).collect());
            changes.into_iter().map(|(_, row)| row).collect::<Vec<_>>()
        };
        assert!(retained(Vec::new(), &[], &[]).is_empty());
        // Told to be gone, and not merely unwanted: that stays in any case.
        assert_eq!(retained(vec![(delete("a"), 0)], &[], &[]), [0]);
        assert!(retained(vec![(delete("a"), 0)], &[0], &[]).is_empty());
        assert_eq!(retained(vec![(delete("a"), 0)], &[0], &["a"]), [0]);
        let changes = || vec![(delete("a"), 1), (put("a", "1"), 3), (delete("a"), 4), (delete("b"), 7)];
        assert_eq!(retained(changes(), &[1, 4, 7], &[]), [3, 4], "after it was put, and not before");
        assert_eq!(retained(changes(), &[1, 4, 7], &["b"]), [3, 4, 7]);
    }
}
