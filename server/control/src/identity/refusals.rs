//! How many refusals of a kind the audit log takes: a flood must not fill it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::clock::{MINUTE, Millis};

/// Rows that may be written at once, and how long it takes until one more may be.
const ROWS: i64 = 30;
const ONE_MORE: Millis = MINUTE;

struct Budget {
    rows: i64,
    filled_at: Millis,
    unlisted: u64,
}

/// The refusals of one kind on this node.
pub(crate) struct Refusals(Mutex<Budget>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Mutex::new(Budget { rows: ROWS, filled_at: 0, unlisted: 0 }))
    }
}

impl Refusals {
    /// Whether a refusal may be written, with how many before it were not. Otherwise it is counted.
    pub(crate) fn list(&self, now: Millis) -> Option<u64> {
        let mut budget = self.lock();
        let more = (now - budget.filled_at).max(0) / ONE_MORE;
        budget.filled_at += more * ONE_MORE;
        budget.rows = budget.rows.saturating_add(more).min(ROWS);
        if budget.rows == 0 {
            budget.unlisted += 1;
            return None;
        }
        budget.rows -= 1;
        Some(std::mem::take(&mut budget.unlisted))
    }

    /// Counts a refusal that is not written: the limits turned it away before anything was checked.
    pub(super) fn count(&self) {
        self.lock().unlisted += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Budget> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_writes_few_rows_and_the_next_one_says_how_many_there_were() {
        let refusals = Refusals::default();
        let now = 1_000 * MINUTE;
        assert_eq!((0..1_000).filter(|_| refusals.list(now).is_some()).count(), 30);
        refusals.count();
        assert_eq!(refusals.list(now + MINUTE), Some(971));
        assert_eq!(refusals.list(now + MINUTE), None);
    }
}
