//! Progress of a build: written to its row now and then, and the sign that its worker lives.

use std::time::{Duration, Instant};

use model::dataset::BuildFigures;
use model::load_limits::{Decision, Pace};
use store::{RunRow, StoreError};

use crate::Worker;
use crate::failed::Failed;
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
}

impl<'a> Progress<'a> {
    pub(crate) fn new(worker: &'a Worker, run: &'a RunRow, expected_rows: Option<i64>) -> Self {
        Self {
            worker,
            run,
            figures: BuildFigures { expected_rows, ..BuildFigures::default() },
            written: None,
            metadata: Briefly::default(),
        }
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
        if self.written.is_some_and(|at| at.elapsed() < EVERY) { Ok(()) } else { self.write().await }
    }
}
