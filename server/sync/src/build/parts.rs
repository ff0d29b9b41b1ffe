//! Reading a table in parts: readers side by side over one state of the source, each part kept when it is read to its end.

use std::path::PathBuf;
use std::sync::Arc;

use accel::{Checksum, KeptRuns};
use connect::SnapshotRead;
use fail::fail_point;
use model::dataset::StoreKind;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use tracing::field::Empty;

use crate::Worker;
use crate::build::build_source::BuildSource;
use crate::build::checkpoint::{Checkpoint, CheckpointPart, CheckpointWhole, Spot};
use crate::build::count::{SourceCount, refuse_size};
use crate::build::counts::Counts;
use crate::build::division::{self, PART_ROWS};
use crate::build::gate::KeyGate;
use crate::build::input::Input;
use crate::build::progress::{Flow, Progress};
use crate::build::read::{Part, Reading, Rows, unless_stopped};
use crate::build::rejected::RejectedRows;
use crate::build::rules::Rules;
use crate::build::task::Task;
use crate::failed::Failed;
use crate::source::throttle::Throttle;
use crate::source::{Asked, key_of_table};

/// How a table is read, and what of that was read already.
pub(crate) struct Plan {
    moment: Option<Arc<dyn SnapshotRead>>,
    kept: Checkpoint,
    folder: PathBuf,
    readers: usize,
    attempt: i64,
}

/// How a table is read, and how many rows it had before.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) counted: SourceCount,
}

/// Rows of one part; a test makes parts small.
fn part_rows() -> i64 {
    fail_point!("parts.rows", |rows| rows.and_then(|rows| rows.parse().ok()).unwrap_or(PART_ROWS));
    PART_ROWS
}

impl Plan {
    /// # Errors
    /// Where the source cannot be looked at.
    pub(crate) async fn of(
        worker: &Worker,
        from: &BuildSource,
        (mut kept, folder): (Checkpoint, PathBuf),
        (rows, attempt): (Option<i64>, i64),
        stop: &CancellationToken,
    ) -> Result<Self, Failed> {
        let load = worker.ask_patiently(stop, || worker.store.load_limits(&from.spec.source)).await?.unwrap_or_default();
        let parts = division::parts(rows, part_rows()).filter(|_| from.is_divisible());
        let wanted = division::readers(load.readers);
        let mut moment = None;
        if kept.whole.is_none() {
            moment = match parts {
                None => None,
                Some(parts) => divided(from, &mut kept, (parts, wanted)).await?,
            };
            if moment.is_none() {
                kept.forget();
                kept.conditions = vec![String::new()];
            }
        }
        let readers = wanted.min(moment.as_ref().map_or(1, |moment| moment.readers()));
        Ok(Self { moment, kept, folder, readers, attempt })
    }

    fn spot(&self, part: usize) -> Spot {
        let name = format!("try-{}-part-{part}", self.attempt);
        Spot { folder: self.folder.clone(), name, side_by_side: self.readers }
    }
}

/// A state of the source, and the table divided, as it was before where a try before has parts of it that are the same in this state.
async fn divided(
    from: &BuildSource,
    kept: &mut Checkpoint,
    (parts, readers): (usize, usize),
) -> Result<Option<Arc<dyn SnapshotRead>>, Failed> {
    let failed = |error: connect::SourceError| Failed::of_source(&from.spec, &error);
    let table = &from.spec.table;
    let by = key_of_table(&from.spec);
    let Some(moment) = from.connection.snapshot_read(table, &by, readers).await.map_err(failed)? else { return Ok(None) };
    if kept.moment.is_empty() || kept.parts.is_empty() {
        kept.forget();
        kept.conditions = moment.divide(table, parts).await.map_err(failed)?;
    }
    for (number, part) in std::mem::take(&mut kept.parts) {
        let Some(condition) = kept.conditions.get(number) else { continue };
        let is_same = moment.is_as_it_was(table, condition, &kept.moment, part.counts.read_rows).await;
        if is_same.unwrap_or_else(|error| {
            tracing::info!(cause = error.cause, "a part is read again: whether it has changed is unknown");
            false
        }) {
            kept.parts.insert(number, part);
        }
    }
    moment.name().clone_into(&mut kept.moment);
    Ok((kept.conditions.len() > 1).then_some(moment))
}

/// What is known of all rows, and what is still to be said of their keys.
pub(crate) struct PartsRead {
    pub(crate) checksum: Checksum,
    pub(crate) gate: KeyGate,
    /// Where the changes begin that are not among them.
    pub(crate) synced_from: Option<String>,
    counted: SourceCount,
}

impl PartsRead {
    /// # Errors
    /// Where there are not as many rows as the source counts, or as the gates let through.
    pub(crate) async fn agrees(
        &self,
        worker: &Worker,
        from: &BuildSource,
        counts: (i64, i64),
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        agrees((worker, from), &self.counted, counts, stop).await
    }
}

async fn agrees(
    (worker, from): (&Worker, &BuildSource),
    counted: &SourceCount,
    (read, kept): (i64, i64),
    stop: &CancellationToken,
) -> Result<(), Failed> {
    counted.agrees((&from.spec, &*from.connection), read).await?;
    refuse_size(worker, (&from.row, &from.spec), kept, stop).await
}

/// Makes where the rows of a part go; or makes it again of what was kept of it, where that is all there.
pub(crate) trait Make<R> {
    fn make(&self, spot: &Spot) -> Result<R, Failed>;

    fn make_again(&self, _: &Spot, _: &KeptRuns) -> Result<Option<R>, Failed> {
        Ok(None)
    }
}

/// Reads the table to its end.
///
/// # Errors
/// Where the source fails, a key is empty, a rule is broken, too much cannot be taken, or it is to stop.
pub(crate) async fn all<R: Rows>(
    Task { worker, from, stop, .. }: Task<'_>,
    Planned { plan, counted }: Planned,
    make: &impl Make<R>,
    progress: &mut Progress<'_>,
) -> Result<(R, PartsRead), Failed> {
    progress.step("reading").await?;
    let mut gathered = Gathered::new(worker, from, plan, stop).await?;
    gathered.take_kept(make, progress)?;
    let own_stop = stop.child_token();
    // Whatever ends this ends those who read.
    let _stopped = own_stop.clone().drop_guard();
    gathered.read(make, progress, &own_stop).instrument(tracing::trace_span!(target: "traces", "read")).await?;
    gathered.finish(counted, progress, stop).instrument(tracing::trace_span!(target: "traces", "validate")).await
}

/// What the parts have given so far.
struct Gathered<'a, R> {
    worker: &'a Worker,
    from: &'a Arc<BuildSource>,
    plan: Plan,
    rejected: Arc<Mutex<RejectedRows>>,
    rows: Option<R>,
    rules: Rules,
    gate: KeyGate,
    checksum: Checksum,
    position: Option<String>,
}

type Done<R> = Result<(usize, R, Part), Failed>;

impl<'a, R: Rows> Gathered<'a, R> {
    async fn new(worker: &'a Worker, from: &'a Arc<BuildSource>, plan: Plan, stop: &CancellationToken) -> Result<Self, Failed> {
        let rejected = RejectedRows::of(worker, &from.row, from.rejected, stop).await?;
        Ok(Self {
            worker,
            from,
            plan,
            rejected: Arc::new(Mutex::new(rejected)),
            rows: None,
            rules: Rules::new(worker, &from.spec, None)?,
            gate: KeyGate::new(&from.spec),
            checksum: Checksum::default(),
            position: None,
        })
    }

    /// Goes on from what a try before has kept, as far as it is there.
    fn take_kept(&mut self, make: &impl Make<R>, progress: &mut Progress<'_>) -> Result<(), Failed> {
        for (number, part) in std::mem::take(&mut self.plan.kept.parts) {
            let spot = Checkpoint::spot(&self.plan.folder, &part);
            let Some(rules) = Rules::again(self.worker, &self.from.spec, &spot, &part.unique)? else { continue };
            let Some(rows) = make.make_again(&spot, &part.runs)? else { continue };
            part.counts.add_to(&mut progress.figures);
            progress.figures.taken_over_rows += part.counts.read_rows;
            self.join(rows, rules, part.checksum);
            self.plan.kept.parts.insert(number, part);
        }
        if self.plan.kept.whole.is_some() && self.plan.kept.parts.len() < self.plan.kept.conditions.len() {
            // The state that all of it was read from is gone.
            self.plan.kept.forget();
            self.plan.kept.save(&self.plan.folder)?;
            return Err(Failed::gone());
        }
        self.say_parts(progress);
        Ok(())
    }

    fn say_parts(&self, progress: &mut Progress<'_>) {
        progress.figures.parts = u32::try_from(self.plan.kept.conditions.len()).unwrap_or(u32::MAX);
        let is_of_use = !self.plan.kept.moment.is_empty() || self.plan.kept.whole.is_some();
        let parts = if is_of_use { self.plan.kept.parts.len() } else { 0 };
        progress.figures.parts_kept = u32::try_from(parts).unwrap_or(u32::MAX);
    }

    fn join(&mut self, rows: R, rules: Rules, checksum: Checksum) {
        match &mut self.rows {
            Some(all) => all.join(rows),
            None => self.rows = Some(rows),
        }
        self.rules.join(rules);
        self.checksum = self.checksum.with(checksum);
    }

    /// Reads what is not there yet.
    async fn read(&mut self, make: &impl Make<R>, progress: &mut Progress<'_>, stop: &CancellationToken) -> Result<(), Failed> {
        let from = self.from;
        let asked = Asked { source: &from.spec.source, connection: &*from.connection, dialect: from.dialect };
        let mut throttle = Throttle::new(self.worker, asked, from.tier, progress).await;
        let (sender, mut counted) = mpsc::channel(self.plan.readers);
        let missing: Vec<usize> =
            (0..self.plan.kept.conditions.len()).filter(|number| !self.plan.kept.parts.contains_key(number)).collect();
        let mut missing = missing.into_iter();
        let mut reading: JoinSet<Done<R>> = JoinSet::new();
        loop {
            while reading.len() < self.plan.readers
                && let Some(number) = missing.next()
            {
                self.begin(&mut reading, number, make, (&sender, stop))?;
            }
            tokio::select! {
                biased;
                Some(step) = counted.recv() => {
                    let step: Counts = step;
                    step.add_to(&mut progress.figures);
                    progress.figures.rejected_rows = self.rejected.lock().await.count;
                    progress.tick().await?;
                    throttle.after((step.read_rows, step.row_bytes), progress, stop).await?;
                }
                done = reading.join_next() => match done {
                    None => return Ok(()),
                    Some(done) => self.take(done.unwrap_or_else(|error| Err(Failed::of_join(error)))?, progress)?,
                }
            }
        }
    }

    /// On a thread of its own: reading one part goes on while another is sorted.
    fn begin(
        &self,
        reading: &mut JoinSet<Done<R>>,
        number: usize,
        make: &impl Make<R>,
        (counts, stop): (&mpsc::Sender<Counts>, &CancellationToken),
    ) -> Result<(), Failed> {
        let spot = self.plan.spot(number);
        let mut rows = make.make(&spot)?;
        let (moment, condition) = (self.plan.moment.clone(), self.plan.kept.conditions[number].clone());
        let (worker, from, rejected) = (self.worker.clone(), Arc::clone(self.from), Arc::clone(&self.rejected));
        let with = Reading { worker, from, rejected, spot: Some(spot), counts: counts.clone(), stop: stop.clone() };
        let runtime = tokio::runtime::Handle::current();
        let span = tracing::trace_span!(target: "traces", "part", sluice.part = number, sluice.rows = Empty);
        reading.spawn_blocking(move || {
            let read = async move {
                let stop = with.stop.clone();
                let input = unless_stopped(&stop, Input::open(&with.from, moment.as_deref(), &condition)).await??;
                let part = with.part(input, &mut rows).await?;
                tracing::Span::current().record("sluice.rows", part.counts.read_rows);
                Ok::<_, Failed>((number, rows, part))
            };
            runtime.block_on(read.instrument(span))
        });
        Ok(())
    }

    /// A part that was read to its end: kept where a later try can go on from it.
    fn take(&mut self, (number, mut rows, mut part): (usize, R, Part), progress: &mut Progress<'_>) -> Result<(), Failed> {
        let alone = self.plan.kept.conditions.len() == 1;
        if let Some(runs) = rows.keep(alone)? {
            let unique = part.rules.keep()?;
            if part.is_clean {
                let kept = CheckpointPart::new(&self.plan.spot(number), (runs, unique), (part.checksum, part.counts));
                self.plan.kept.parts.insert(number, kept);
                // Of a state without a name nothing can be gone on from before all of it is there.
                if !self.plan.kept.moment.is_empty() {
                    self.plan.kept.save(&self.plan.folder)?;
                    self.say_parts(progress);
                }
            }
            fail_point!("parts.after-part");
        }
        self.position = part.position.or(self.position.take());
        self.gate.join(part.gate);
        self.join(rows, part.rules, part.checksum);
        Ok(())
    }

    /// What can be said once all is read.
    async fn finish(
        mut self,
        counted: SourceCount,
        progress: &mut Progress<'_>,
        stop: &CancellationToken,
    ) -> Result<(R, PartsRead), Failed> {
        let rows = self.rows.ok_or_else(Failed::broke_off)?;
        let kept = &mut self.plan.kept;
        let (synced_from, counted) = match kept.whole.take() {
            // Its rows were counted when they were read.
            Some(before) => (before.begin(), SourceCount::none()),
            None => {
                let mut rejected = self.rejected.lock().await;
                rejected.keep().await?;
                self.gate.pass()?;
                self.rules.pass(!self.from.rejected.is_none())?;
                rejected.pass(progress.figures.read_rows)?;
                if self.from.has_each_key_once() && self.from.spec.store != StoreKind::Columnar {
                    let kept_rows = i64::try_from(self.checksum.rows).unwrap_or(i64::MAX);
                    agrees((self.worker, self.from), &counted, (progress.figures.read_rows, kept_rows), stop).await?;
                }
                let whole = CheckpointWhole { synced_from: self.from.synced_from.clone(), position: self.position };
                if kept.parts.len() == kept.conditions.len() {
                    kept.whole = Some(whole.clone());
                    kept.save(&self.plan.folder)?;
                    progress.figures.parts_kept = progress.figures.parts;
                }
                (whole.begin(), counted)
            }
        };
        Ok((rows, PartsRead { checksum: self.checksum, gate: self.gate, synced_from, counted }))
    }
}
