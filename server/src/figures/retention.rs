//! Deletes figures that are older than they are kept. Each node does it: to delete twice changes nothing.

use std::time::{Duration, Instant};

use model::clock::{HOUR, Millis};
use observe::Tier;
use store::{SeriesStore, StoreError};

const EVERY: Duration = Duration::from_secs(3_600);

pub(super) struct Retention {
    /// What the clock said when, to know whether it was set since.
    began: (Millis, Instant),
    looked: Option<Instant>,
}

impl Retention {
    pub(super) fn new(now: Millis) -> Self {
        Self { began: (now, Instant::now()), looked: None }
    }

    /// Once an hour.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(super) async fn remove_old(&mut self, store: &SeriesStore, now: Millis) -> Result<(), StoreError> {
        if self.looked.is_some_and(|at| at.elapsed() < EVERY) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        // A clock that was set by years would otherwise delete all that there is.
        if was_set(self.began.0, self.began.1.elapsed(), now) {
            tracing::warn!("the clock of this machine was set by more than an hour; old figures are not deleted until the next start");
            return Ok(());
        }
        for tier in Tier::ALL {
            store.remove_chunks(tier.number().into(), kept_from(tier, now)).await?;
        }
        store.forget_series(kept_from(Tier::Hour, now)).await
    }
}

/// A chunk that begins earlier has ended before the time for which it is kept.
fn kept_from(tier: Tier, now: Millis) -> Millis {
    now.saturating_sub(tier.kept_for()).saturating_sub(tier.chunk_span())
}

/// Whether a clock says something else than the time that has passed.
fn was_set(began: Millis, passed: Duration, now: Millis) -> bool {
    let passed = Millis::try_from(passed.as_millis()).unwrap_or(Millis::MAX);
    now.saturating_sub(began.saturating_add(passed)).saturating_abs() > HOUR
}

#[cfg(test)]
mod tests {
    use store::SeriesChunkRow;

    use super::*;

    #[test]
    fn a_clock_that_was_set_is_known_by_the_time_that_has_passed() {
        let hour = Duration::from_secs(3_600);
        assert!(!was_set(0, hour, HOUR) && !was_set(0, hour, 2 * HOUR) && !was_set(0, hour, 0));
        assert!(was_set(0, hour, 2 * HOUR + 1) && was_set(0, hour, -1) && was_set(0, Duration::ZERO, Millis::MAX));
    }

    #[tokio::test]
    async fn what_is_older_than_it_is_kept_goes() {
        let folder = tempfile::tempdir().unwrap();
        let store = SeriesStore::open(&format!("sqlite://{}", folder.path().join("metadata.db").display())).unwrap();
        store.migrate().await.unwrap();
        let now = 1_357_034_400_000;
        let row = |tier: Tier, start_ms| SeriesChunkRow {
            series: format!("node::{}", tier.number()),
            tier: tier.number().into(),
            start_ms,
            writer: "test".into(),
            tick: 1,
            bytes: vec![1],
        };
        let first = |tier| kept_from(tier, now);
        let rows: Vec<SeriesChunkRow> =
            Tier::ALL.into_iter().flat_map(|tier| [row(tier, first(tier) - 1), row(tier, first(tier))]).collect();
        store.put_chunks(&rows).await.unwrap();
        let mut retention = Retention::new(now);
        retention.remove_old(&store, now).await.unwrap();
        for tier in Tier::ALL {
            let left = store.chunks(&format!("node::{}", tier.number()), tier.number().into(), 0, Millis::MAX).await.unwrap();
            assert_eq!(left.iter().map(|row| row.start_ms).collect::<Vec<_>>(), [first(tier)]);
        }
        assert_eq!(store.known_series("node").await.unwrap().len(), 3);
        // Within the hour nothing is looked at.
        store.put_chunks(&[row(Tier::Hour, 0)]).await.unwrap();
        retention.remove_old(&store, now).await.unwrap();
        assert_eq!(store.chunks("node::3", 3, 0, 1).await.unwrap().len(), 1);
    }
}
