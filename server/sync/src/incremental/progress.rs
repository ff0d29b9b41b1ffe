//! How far a followed version is: written to its row now and then, and the sign that its worker lives.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::incremental::IncrementalFigures;
use model::load_limits::{Decision, Pace};
use store::IncrementalRow;

use super::target::Applied;
use crate::Worker;
use crate::build::progress::Flow;
use crate::failed::Failed;
use crate::figures::Work;

const EVERY: Duration = Duration::from_millis(300);
/// How often it is said that there is nothing new.
const IDLE: Duration = Duration::from_secs(3);

pub(crate) struct IncrementalProgress<'a> {
    worker: &'a Worker,
    row: &'a IncrementalRow,
    pub(crate) figures: IncrementalFigures,
    written: Option<Instant>,
    /// It came further than where it failed before, or has caught up: what failed is over.
    goes_on: bool,
    /// Where changes are counted.
    work: Arc<Work>,
}

impl<'a> IncrementalProgress<'a> {
    /// Goes on counting where the one before it ended.
    ///
    /// # Errors
    /// Where what was counted cannot be read: counting from nothing would be written over it.
    pub(crate) fn new(worker: &'a Worker, row: &'a IncrementalRow, dataset_id: &str) -> Result<Self, Failed> {
        let figures =
            store::decode(&row.figures, &format_args!("the figures of the incremental sync of dataset version {}", row.version_id))?;
        Ok(Self { worker, row, figures, written: None, goes_on: false, work: worker.figures.of(dataset_id) })
    }

    /// All rows that came since it was built, whatever became of them.
    pub(crate) fn read_rows(&self) -> i64 {
        self.figures.changed_rows + self.figures.deleted_rows + self.figures.rejected_rows
    }

    /// What failed before is over: until then, an alarm stays that it raised.
    pub(crate) fn goes_on(&mut self) {
        self.goes_on = true;
    }

    /// What came of some rows, up to there.
    pub(crate) async fn applied(&mut self, applied: Applied, position: String) -> Result<(), Failed> {
        self.figures.position = position;
        self.taken(applied).await
    }

    /// What came of some rows.
    pub(crate) async fn taken(&mut self, applied: Applied) -> Result<(), Failed> {
        self.figures.changed_rows += applied.changed;
        self.figures.deleted_rows += applied.deleted;
        self.figures.rejected_rows = applied.rejected;
        self.work.read(applied.changed + applied.deleted);
        self.work.written(applied.changed + applied.deleted);
        if applied.changed + applied.deleted > 0 {
            self.figures.changed_at = Some(self.worker.host.now());
        }
        self.figures.reading = true;
        self.tick().await
    }

    /// Its turn is over: what was counted since it was last written is not to be forgotten.
    pub(crate) async fn over(&mut self) -> Result<(), Failed> {
        self.figures.reading = false;
        self.write().await
    }

    /// There is nothing more to take.
    pub(crate) async fn caught_up(&mut self, position: String) -> Result<(), Failed> {
        self.goes_on();
        let same = !self.figures.reading && self.figures.position == position;
        if same && self.written.is_some_and(|at| at.elapsed() < IDLE) {
            return Ok(());
        }
        self.figures.position = position;
        self.figures.caught_up_at = Some(self.worker.host.now());
        self.figures.reading = false;
        self.write().await
    }

    async fn write(&mut self) -> Result<(), Failed> {
        self.written = Some(Instant::now());
        let version = &self.row.version_id;
        let figures = store::encode(&self.figures, &format_args!("the figures of the incremental sync of dataset version {version}"))?;
        match self.worker.store.beat_incremental_sync(self.row, (&figures, self.goes_on), self.worker.host.now()).await {
            Err(store::StoreError::Stale) => Err(Failed::for_now("Another worker has taken over this incremental sync.")),
            // It goes on without: how far it is stands with the rows.
            _ => Ok(()),
        }
    }
}

impl Flow for IncrementalProgress<'_> {
    fn course(&mut self) -> (&mut Vec<Pace>, &mut Vec<Decision>) {
        (&mut self.figures.pace, &mut self.figures.decisions)
    }

    async fn tick(&mut self) -> Result<(), Failed> {
        if self.written.is_some_and(|at| at.elapsed() < EVERY) { Ok(()) } else { self.write().await }
    }
}
