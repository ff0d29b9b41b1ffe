//! Changes of a source that tells them itself: taken as they come, in portions, each with where the next one begins.

use std::time::Duration;

use connect::{Connection, Feed, FeedOf, Spoiled};
use model::dataset::DatasetSpec;
use model::incremental::Incremental;
use store::{DataVersionRow, RejectedRow};
use tokio_util::sync::CancellationToken;

use super::position::partition_words;
use super::progress::IncrementalProgress;
use super::target::{Target, Told};
use crate::Worker;
use crate::failed::Failed;
use crate::source::key_of_table;
use crate::source::throttle::Throttle;

/// The longest wait for something to come, and so for being deaf.
const WAIT: Duration = Duration::from_millis(500);
/// Tried again at once.
const AGAIN: i64 = 500;

/// An open feed, and how far it is.
pub(super) struct Tells<'a> {
    worker: &'a Worker,
    version: &'a DataVersionRow,
    spec: &'a DatasetSpec,
    feed: Box<dyn Feed>,
    position: String,
}

impl<'a> Tells<'a> {
    pub(super) async fn open(
        worker: &'a Worker,
        (version, spec): (&'a DataVersionRow, &'a DatasetSpec),
        (connection, incremental): (&'a dyn Connection, &'a Incremental),
        position: String,
    ) -> Result<Self, Failed> {
        let (fields, key) = (spec.mapping.fields(spec), key_of_table(spec));
        let of = FeedOf { table: &spec.table, fields, key: &key, position: &position, start: &incremental.start };
        let feed = connection.feed(of).await.map_err(|error| Failed::of_source(spec, &error))?;
        Ok(Self { worker, version, spec, feed, position })
    }

    /// Takes over what comes next, if anything does.
    ///
    /// # Errors
    /// Where the source or a store fails, or too much cannot be taken; what was taken before stays.
    pub(super) async fn next(
        &mut self,
        target: &mut Target,
        (progress, throttle): (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        let portion = self.feed.next(WAIT).await.map_err(|error| Failed::of_source(self.spec, &error))?;
        let rows = i64::try_from(portion.rows.num_rows()).unwrap_or(0);
        if portion.position != self.position {
            let told = Told {
                rows: &portion.rows,
                deleted: portion.deleted,
                origins: portion.origins,
                spoiled: portion.spoiled,
                position: &portion.position,
            };
            let applied = target.apply(told, progress.read_rows(), false).await?;
            self.position = portion.position;
            progress.goes_on();
            progress.applied(applied, partition_words(&self.position)).await?;
            throttle.after((rows, applied.bytes), progress, stop).await?;
        }
        if portion.at_end {
            progress.caught_up(partition_words(&self.position)).await?;
        }
        Ok(())
    }

    /// Takes what was rejected and somebody wants tried again.
    ///
    /// # Errors
    /// Where the source or a store does not answer.
    pub(super) async fn again(&mut self, target: &mut Target, progress: &mut IncrementalProgress<'_>) -> Result<(), Failed> {
        // Without the metadata, nobody can want anything.
        let Ok(rows) = self.worker.store.rejected_rows_again(&self.version.id, AGAIN).await else { return Ok(()) };
        if rows.is_empty() {
            return Ok(());
        }
        let spoiled = |row: &RejectedRow| Spoiled {
            place: row.place.clone(),
            reason: row.reason.clone(),
            key: row.message_key.clone(),
            bytes: row.bytes.clone(),
        };
        let portion = self.feed.again(rows.iter().map(spoiled).collect()).await.map_err(|error| Failed::of_source(self.spec, &error))?;
        let told = Told {
            rows: &portion.rows,
            deleted: portion.deleted,
            origins: portion.origins,
            spoiled: portion.spoiled,
            position: &self.position,
        };
        let (mut applied, still) = target.late(told).await?;
        let why = |row: &RejectedRow| still.iter().find(|bad| bad.place == row.place).map(|bad| bad.reason.clone());
        let (stay, taken): (Vec<RejectedRow>, Vec<RejectedRow>) = rows.into_iter().partition(|row| why(row).is_some());
        let stay: Vec<RejectedRow> = stay.into_iter().map(|row| RejectedRow { reason: why(&row).unwrap_or_default(), ..row }).collect();
        let places: Vec<String> = taken.into_iter().map(|row| row.place).collect();
        self.worker.store.keep_rejected_rows(&stay).await?;
        self.worker.store.forget_rejected_rows(&self.version.id, &places).await?;
        applied.rejected = target.forget_rejected(i64::try_from(places.len()).unwrap_or(0));
        progress.applied(applied, partition_words(&self.position)).await
    }
}
