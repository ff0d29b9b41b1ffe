//! What of datasets somebody should look at, as this worker saw it last: for `/metrics`, where monitoring makes alarms of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::clock::{MINUTE, Millis};
use model::compare::Compared;
use model::dataset::DataVersionState;
use model::job::{JobSpec, RunState};
use model::snapshot::Environment;
use store::{DataVersionRow, DatasetRow, RunRow, StoreError};

use crate::Worker;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmKind {
    /// Its last run failed for good.
    RunFailed,
    /// Its last run is, or was, over later than its job says.
    RunLate,
    /// More rows differ from its source than its job allows.
    Differs,
    /// It could not be compared.
    NotCompared,
    /// What follows its table does not go on.
    NotFollowed,
    /// The view of its database does not show what is live.
    NotShown,
    /// Its stored definition, or that of its job, cannot be read: nothing is built of it.
    NotReadable,
}

impl AlarmKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::RunFailed => "run-failed",
            Self::RunLate => "run-late",
            Self::Differs => "differs",
            Self::NotCompared => "not-compared",
            Self::NotFollowed => "not-followed",
            Self::NotShown => "not-shown",
            Self::NotReadable => "not-readable",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    pub domain: String,
    pub dataset: String,
    pub environment: String,
    pub kind: AlarmKind,
}

/// Those that there are.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<Vec<Alarm>>);

impl Alarms {
    #[must_use]
    pub fn now(&self) -> Vec<Alarm> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Looks for them, in a few questions for all datasets together.
///
/// # Errors
/// Where the metadata does not answer; what was seen before stays.
pub(crate) async fn look(worker: &Worker) -> Result<(), StoreError> {
    let store = &worker.store;
    let datasets: HashMap<String, DatasetRow> = store.datasets().await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let live = store.data_versions_in(DataVersionState::Live.key()).await?;
    let mut jobs: HashMap<String, (String, JobSpec)> = HashMap::new();
    let mut unreadable: Vec<String> = Vec::new();
    for job in store.jobs_on().await? {
        match worker.job_if_readable(&job).await? {
            Some(spec) => drop(jobs.insert(job.id, (job.dataset_id, spec))),
            None => unreadable.push(job.dataset_id),
        }
    }
    unreadable.extend(datasets.values().filter(|row| row.definition().is_err()).map(|row| row.id.clone()));
    let mut found = Vec::new();
    let mut add = |dataset_id: &str, environment: &str, kind: AlarmKind| {
        if let Some(dataset) = datasets.get(dataset_id) {
            let (domain, dataset) = (dataset.domain.clone(), dataset.name.clone());
            found.push(Alarm { domain, dataset, environment: environment.to_owned(), kind });
        }
    };
    for dataset_id in &unreadable {
        add(dataset_id, Environment::Prod.key(), AlarmKind::NotReadable);
    }
    for run in store.last_runs().await? {
        let Some((_, job)) = jobs.get(&run.job_id) else { continue };
        let kinds = of_run(&run, job, worker.host.now());
        if kinds.is_empty() {
            continue;
        }
        // Whoever asked has said in which environment; a schedule's may be another.
        let Some(version) = store.data_version(&run.version_id).await? else { continue };
        for kind in kinds {
            add(&version.dataset_id, &version.environment, kind);
        }
    }
    let version = |id: &str| live.iter().find(|version| version.id == id);
    for compared in store.last_comparisons().await? {
        let Some(DataVersionRow { dataset_id, environment, .. }) = version(&compared.version_id) else { continue };
        let Some(asked) = jobs.values().find(|(of, _)| of == dataset_id).and_then(|(_, job)| job.compare) else { continue };
        match serde_json::from_str::<Compared>(&compared.figures) {
            Ok(figures) if compared.reason.is_empty() => {
                if figures.differ() > i64::from(asked.at_most) {
                    add(dataset_id, environment, AlarmKind::Differs);
                }
            }
            // What cannot be read says nothing of what differs.
            _ => add(dataset_id, environment, AlarmKind::NotCompared),
        }
    }
    for following in store.followings().await?.into_iter().filter(|following| !following.reason.is_empty()) {
        if let Some(DataVersionRow { dataset_id, environment, .. }) = version(&following.version_id) {
            add(dataset_id, environment, AlarmKind::NotFollowed);
        }
    }
    let is_on = |version: &&DataVersionRow| jobs.values().any(|(of, _)| *of == version.dataset_id);
    for version in live.iter().filter(|version| !version.reason.is_empty()).filter(is_on) {
        add(&version.dataset_id, &version.environment, AlarmKind::NotShown);
    }
    found.sort();
    found.dedup();
    *worker.alarms.0.lock().unwrap_or_else(PoisonError::into_inner) = found;
    Ok(())
}

fn of_run(run: &RunRow, job: &JobSpec, now: Millis) -> Vec<AlarmKind> {
    let late_at = job.late_after_minutes.map(|minutes| run.asked_at + Millis::from(minutes) * MINUTE);
    let is_late = late_at.is_some_and(|late_at| run.finished_at.unwrap_or(now) > late_at);
    let failed = (run.state == RunState::Failed.key()).then_some(AlarmKind::RunFailed);
    failed.into_iter().chain(is_late.then_some(AlarmKind::RunLate)).collect()
}
