//! Progress of a build: written to its row now and then, and the sign that its worker lives.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::dataset::BuildFigures;
use model::load_limits::{Decision, Pace};
use store::{DataVersionRow, RunRow, StoreError};

use crate::Worker;
use crate::failed::Failed;
use crate::figures::Work;
use crate::metadata_retry::Briefly;

/// What a throttle writes down of its doings, and what goes on while it waits.
pub(crate) trait Flow {
    fn course(&mut self) -> (&mut Vec<Pace>, &mut Vec<Decision>);
    /// Writes how far it is where enough time has gone by.
    async fn tick(&mut self) -> Result<(), Failed>;
}

const EVERY: Duration = Duration::from_millis(300);

pub(crate) struct Progress<'a> {
    worker: &'a Worker,
    run: &'a RunRow,
    pub(crate) figures: BuildFigures,
    written: Option<Instant>,
    metadata: Briefly,
    /// Where rows are counted, and how many read and written ones are counted there.
    work: Arc<Work>,
    counted: (i64, i64),
}

impl<'a> Progress<'a> {
    pub(crate) fn new(worker: &'a Worker, (run, row): (&'a RunRow, &DataVersionRow), expected_rows: Option<i64>) -> Self {
        Self {
            worker,
            run,
            figures: BuildFigures { expected_rows, ..BuildFigures::default() },
            written: None,
            metadata: Briefly::default(),
            work: worker.figures.of(&row.dataset_id),
            counted: (0, 0),
        }
    }

    /// Counts the rows that have come since they were counted last. Those that an earlier attempt has read, it has counted.
    pub(crate) fn count(&mut self) {
        let now = (self.figures.read_rows - self.figures.taken_over_rows, self.figures.written_rows);
        self.work.read(now.0 - self.counted.0);
        self.work.written(now.1 - self.counted.1);
        self.counted = now;
    }

    pub(crate) async fn step(&mut self, step: &str) -> Result<(), Failed> {
        step.clone_into(&mut self.figures.step);
        self.write().await
    }

    async fn write(&mut self) -> Result<(), Failed> {
        let figures = store::encode(&self.figures, &format_args!("the figures of the run {}", self.run.id))?;
        let write = self.worker.store.beat_run(self.run, &self.worker.name, &figures, self.worker.host.now());
        let written = self.metadata.ask(write).await;
        self.written = Some(Instant::now());
        match written {
            Some(Err(StoreError::Stale)) => Err(Failed::new("Another worker has ended this build, or taken it over.")),
            // The build goes on without its progress; the end needs the metadata again.
            _ => Ok(()),
        }
    }
}

impl Flow for Progress<'_> {
    fn course(&mut self) -> (&mut Vec<Pace>, &mut Vec<Decision>) {
        (&mut self.figures.pace, &mut self.figures.decisions)
    }

    async fn tick(&mut self) -> Result<(), Failed> {
        self.count();
        if self.written.is_some_and(|at| at.elapsed() < EVERY) { Ok(()) } else { self.write().await }
    }
}
