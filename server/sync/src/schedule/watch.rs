//! Looks for what of datasets somebody should look at.

use std::collections::HashMap;

use model::clock::{MINUTE, Millis};
use model::dataset::DataVersionState;
use model::job::{JobSpec, RunState};
use model::snapshot::Environment;
use store::{DataVersionRow, DatasetRow, RunRow, StoreError};

use crate::Worker;
use crate::schedule::alarms::{Alarm, AlarmKind};

/// Looks for them, in a few questions for all datasets together.
///
/// # Errors
/// Where the metadata does not answer; what was seen before stays.
pub(crate) async fn look(worker: &Worker) -> Result<(), StoreError> {
    let store = &worker.store;
    let datasets: HashMap<String, DatasetRow> = store.datasets().await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let live = store.data_versions_in(DataVersionState::Live.key()).await?;
    let incremental_syncs = store.incremental_syncs().await?;
    worker.figures.saw(&worker.name, datasets.values(), &live, &incremental_syncs);
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
        match compared.decoded_figures() {
            Ok(figures) if compared.reason.is_empty() => {
                if figures.differ() > i64::from(asked.at_most) {
                    add(dataset_id, environment, AlarmKind::Differs);
                }
            }
            // What cannot be read says nothing of what differs.
            _ => add(dataset_id, environment, AlarmKind::NotCompared),
        }
    }
    for incremental_sync in incremental_syncs.into_iter().filter(|incremental_sync| !incremental_sync.reason.is_empty()) {
        if let Some(DataVersionRow { dataset_id, environment, .. }) = version(&incremental_sync.version_id) {
            add(dataset_id, environment, AlarmKind::IncrementalStopped);
        }
    }
    let is_on = |version: &&DataVersionRow| jobs.values().any(|(of, _)| *of == version.dataset_id);
    for version in live.iter().filter(|version| !version.reason.is_empty()).filter(is_on) {
        add(&version.dataset_id, &version.environment, AlarmKind::NotShown);
    }
    found.sort();
    found.dedup();
    worker.alarms.are(found);
    Ok(())
}

fn of_run(run: &RunRow, job: &JobSpec, now: Millis) -> Vec<AlarmKind> {
    let late_at = job.late_after_minutes.map(|minutes| run.asked_at + Millis::from(minutes) * MINUTE);
    let is_late = late_at.is_some_and(|late_at| run.finished_at.unwrap_or(now) > late_at);
    let failed = (run.state == RunState::Failed.key()).then_some(AlarmKind::RunFailed);
    failed.into_iter().chain(is_late.then_some(AlarmKind::RunLate)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::run;

    #[test]
    fn what_of_a_run_somebody_should_look_at() {
        let job = |late_after_minutes| JobSpec { late_after_minutes, ..JobSpec::default() };
        let of = |state: RunState, finished_at: Option<Millis>, late_after: Option<u32>, now: Millis| {
            of_run(&RunRow { asked_at: MINUTE, finished_at, ..run("run", state) }, &job(late_after), now)
        };
        assert!(of(RunState::Done, Some(9 * MINUTE), None, 99 * MINUTE).is_empty());
        assert_eq!(of(RunState::Failed, Some(2 * MINUTE), None, 99 * MINUTE), [AlarmKind::RunFailed]);
        // Late is what goes on, or went on, for longer than the job says; one that was over in time stays so.
        assert!(of(RunState::Running, None, Some(5), 6 * MINUTE).is_empty());
        assert_eq!(of(RunState::Running, None, Some(5), 6 * MINUTE + 1), [AlarmKind::RunLate]);
        assert_eq!(of(RunState::Waiting, None, Some(0), MINUTE + 1), [AlarmKind::RunLate]);
        assert!(of(RunState::Done, Some(6 * MINUTE), Some(5), 99 * MINUTE).is_empty());
        assert_eq!(of(RunState::Done, Some(6 * MINUTE + 1), Some(5), 99 * MINUTE), [AlarmKind::RunLate]);
        assert_eq!(of(RunState::Failed, Some(9 * MINUTE), Some(5), 99 * MINUTE), [AlarmKind::RunFailed, AlarmKind::RunLate]);
    }
}
