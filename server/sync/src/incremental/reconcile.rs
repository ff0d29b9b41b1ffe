//! A live dataset version beside its table. Both are summed up in buckets by their keys; only buckets that differ are read again,
//! row by row. What an incremental sync had not taken yet is looked at once more before it counts.

use std::time::Duration;

use accel::{Dataset, Place};
use model::clock::{MINUTE, Millis};
use model::dataset::{DataVersionState, DatasetSpec, StoreKind};
use model::job::JobSpec;
use model::load_limits::{Decision, Pace};
use model::reconcile::{Compare, Compared};
use store::{ComparisonRow, DataVersionRow, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::build::gate::key_json;
use crate::build::progress::Flow;
use crate::failed::Failed;
use crate::incremental::differences::{Buckets, sum_up};
use crate::incremental::merge_join::{MergeJoin, OURS, Pair, THEIRS};
use crate::incremental::table_rows::TableRows;
use crate::publish::table_store;
use crate::source::Asked;
use crate::source::throttle::Throttle;
use crate::{Worker, source};

/// Comparisons of one worker at a time.
const AT_ONCE: usize = 2;
/// Comparisons that are remembered of a version.
const REMEMBERED: i64 = 200;
/// Rows that differ and are looked at once more at a time.
const AGAIN: usize = 1_000;
/// What an incremental sync takes at the least until it has looked.
const SYNC: Duration = Duration::from_secs(3);

/// Begins what is due.
pub(crate) async fn begin(worker: &Worker, going: &mut JoinSet<()>, stop: &CancellationToken) -> Result<(), StoreError> {
    let now = worker.host.now();
    for version in worker.store.data_versions_in(DataVersionState::Live.key()).await? {
        if going.len() >= AT_ONCE || stop.is_cancelled() {
            break;
        }
        let Some(job) = worker.store.job_of(&version.dataset_id).await?.filter(|job| job.paused == 0) else { continue };
        let Some(job) = worker.job_if_readable(&job).await? else { continue };
        let Some(compare) = job.compare else { continue };
        let last = worker.store.comparisons_of(&version.id, 1).await?.into_iter().next();
        let due_at = due_at(&version, last.as_ref(), compare);
        if due_at <= now && worker.store.begin_comparison(&version.id, due_at, now).await? {
            let row = ComparisonRow {
                version_id: version.id.clone(),
                due_at,
                at: now,
                finished_at: None,
                figures: "{}".into(),
                reason: String::new(),
            };
            going.spawn(run(worker.clone(), (version, job, row), stop.clone()));
        }
    }
    Ok(())
}

/// When a live version is to be compared: so long after it was last, or after it was built.
fn due_at(version: &DataVersionRow, last: Option<&ComparisonRow>, every: Compare) -> Millis {
    let since = last.map_or(version.finished_at.unwrap_or(version.asked_at), |last| last.at);
    since + Millis::from(every.every_minutes) * MINUTE
}

async fn run(worker: Worker, (version, job, row): (DataVersionRow, JobSpec, ComparisonRow), stop: CancellationToken) {
    let task = {
        let (worker, version, job) = (worker.clone(), version.clone(), job.clone());
        let runtime = tokio::runtime::Handle::current();
        // On a thread of its own: summing up must not stand in the way of calls.
        tokio::task::spawn_blocking(move || runtime.block_on(compare(&worker, &version, &job, &stop)))
    };
    let ended = task.await.unwrap_or_else(|error| Err(Failed::of_join(error)));
    let at_most = job.compare.map_or(0, |compare| i64::from(compare.at_most));
    let (figures, reason) = match ended {
        Ok(figures) => {
            if figures.differ() > at_most {
                tracing::warn!(version = version.id, rows = figures.differ(), "a dataset differs from its source");
            }
            match store::encode(&figures, &"the result of a reconciliation") {
                Ok(text) => (text, String::new()),
                Err(error) => ("{}".into(), Failed::from(error).reason),
            }
        }
        Err(failed) => ("{}".into(), failed.reason),
    };
    let row = ComparisonRow { finished_at: Some(worker.host.now()), figures, reason, ..row };
    if let Err(error) = worker.store.finish_comparison(&row, REMEMBERED).await {
        tracing::warn!(cause = %error, "the result of a reconciliation could not be stored");
    }
}

/// Both sides, to be read as often as it takes.
struct Sides<'a> {
    worker: &'a Worker,
    spec: &'a DatasetSpec,
    job: &'a JobSpec,
    asked: Asked<'a>,
    table: TableRows<'a>,
    dataset: Dataset,
    stop: &'a CancellationToken,
}

async fn compare(worker: &Worker, version: &DataVersionRow, job: &JobSpec, stop: &CancellationToken) -> Result<Compared, Failed> {
    let spec = worker.store.version_definition(version).await?;
    // Without its limits, its source must not be read.
    worker.store.load_limits(&spec.source).await?;
    if spec.store == StoreKind::Columnar {
        return Err(Failed::new("A columnar dataset is verified when it is built, and does not change. Reconciliation is not available."));
    }
    if spec.mapping.latest_by.is_some() {
        return Err(Failed::new(
            "Reconciliation is not available where the mapping keeps only the latest row of each key. Remove this option from the mapping.",
        ));
    }
    let source = source::of(worker, &spec, version).await?;
    let connection = source::open(worker, &spec, &source)?;
    source::refuse_drift(&spec, &source::table_of(&spec, &*connection).await?)?;
    let place = Place { dataset: version.dataset_id.clone(), version: version.id.clone() };
    let dataset = Dataset::open(&*table_store::of(worker, &spec, version).await?, &place).await?;
    let asked = Asked { source: &spec.source, connection: &*connection, dialect: source::dialect(&source)? };
    let sides =
        Sides { worker, spec: &spec, job, asked, table: TableRows::new(worker, (&spec, job.incremental.as_ref()), asked)?, dataset, stop };
    let (mut theirs, mut ours) = (Buckets::new(), Buckets::new());
    sides.source(|key, row| theirs.add(key, row)).await?;
    sides.dataset.visit(&mut |key, row| ours.add(key, row)).await?;
    let mut found = Compared { source_rows: theirs.rows(), dataset_rows: ours.rows(), ..Compared::default() };
    let differ = theirs.differ(&ours);
    found.buckets = i64::try_from(differ.iter().filter(|differ| **differ).count()).unwrap_or(0);
    if found.buckets > 0 {
        sides.one_by_one(&differ, &mut found).await?;
    }
    Ok(found)
}

impl Sides<'_> {
    /// All rows of the table that are not deleted, as gently as a build.
    async fn source(&self, visit: impl FnMut(&[u8], &[u8])) -> Result<(), Failed> {
        let mut course = Course::default();
        let mut throttle = Throttle::new(self.worker, self.asked, self.job.tier, &mut course).await;
        self.table.visit((&mut throttle, &mut course), self.stop, visit).await
    }

    /// The rows of buckets that differ, both sides read again and beside one another.
    async fn one_by_one(&self, differ: &[bool], found: &mut Compared) -> Result<(), Failed> {
        let mut beside = MergeJoin::new(&self.worker.stores.scratch())?;
        let is_wanted = |key: &[u8]| differ[Buckets::of(key)];
        self.dataset
            .visit(&mut |key, row| {
                if is_wanted(key) {
                    beside.put(key, OURS, row);
                }
            })
            .await?;
        self.source(|key, row| {
            if is_wanted(key) {
                beside.put(key, THEIRS, row);
            }
        })
        .await?;
        let mut pairs = beside.pairs()?;
        let (mut portion, mut waited) = (Vec::new(), false);
        loop {
            let pair = pairs.next()?;
            let at_end = pair.is_none();
            portion.extend(pair.filter(|pair| pair.theirs != pair.ours));
            if portion.len() >= AGAIN || (at_end && !portion.is_empty()) {
                self.settle(std::mem::take(&mut portion), &mut waited, found).await?;
            }
            if at_end {
                return Ok(());
            }
        }
    }

    /// Rows that differ count, but for those that an incremental sync has taken since.
    async fn settle(&self, mut pairs: Vec<Pair>, waited: &mut bool, found: &mut Compared) -> Result<(), Failed> {
        if let Some(incremental) = &self.job.incremental {
            if !std::mem::replace(waited, true) {
                let wait = Duration::from_secs(u64::from(incremental.every_s)) + SYNC;
                tokio::select! {
                    () = self.stop.cancelled() => return Err(Failed::broke_off()),
                    () = tokio::time::sleep(wait) => {}
                }
            }
            let keys: Vec<Vec<u8>> = pairs.iter().map(|pair| pair.key.clone()).collect();
            for (pair, now) in pairs.iter_mut().zip(self.dataset.read(&keys).await?) {
                pair.ours = now.map(|row| row.to_vec());
            }
            pairs.retain(|pair| pair.theirs != pair.ours);
        }
        sum_up(&key_json(self.spec), pairs, found);
        Ok(())
    }
}

/// Nobody looks at how fast a comparison reads.
#[derive(Default)]
struct Course(Vec<Pace>, Vec<Decision>);

impl Flow for Course {
    fn course(&mut self) -> (&mut Vec<Pace>, &mut Vec<Decision>) {
        (&mut self.0, &mut self.1)
    }

    async fn tick(&mut self) -> Result<(), Failed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::version;

    #[test]
    fn a_comparison_is_due_after_the_last_or_after_the_build() {
        let every = Compare { every_minutes: 60, at_most: 0 };
        let asked = DataVersionRow { asked_at: MINUTE, ..version(1, DataVersionState::Live) };
        let built = DataVersionRow { finished_at: Some(2 * MINUTE), ..asked.clone() };
        let last = ComparisonRow {
            version_id: built.id.clone(),
            due_at: 0,
            at: 90 * MINUTE,
            finished_at: None,
            figures: "{}".into(),
            reason: String::new(),
        };
        let due = [due_at(&asked, None, every), due_at(&built, None, every), due_at(&built, Some(&last), every)];
        assert_eq!(due.map(|due| due / MINUTE), [61, 62, 150]);
    }
}
