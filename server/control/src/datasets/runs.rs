//! What is seen of a dataset's job: what starts it, its next times, its last runs and how long those took.

use std::collections::BTreeMap;

use model::clock::{MINUTE, Millis};
use model::job::{JobSpec, RunState, When};
use model::view::{JobView, RunView};
use model::{Problem, schedule};
use store::{DataVersionRow, DatasetRow, RunRow, StoreError};

use super::job::times;
use crate::Control;

/// Runs that are shown, and by which the next one's time is told.
const SHOWN: i64 = 30;
const NEXT_TIMES: usize = 3;

impl Control {
    /// A dataset's job with its runs, and its dataset versions as they were at the same moment.
    pub(super) async fn job_view(&self, dataset: &DatasetRow) -> Result<(JobView, Vec<DataVersionRow>), Problem> {
        let job = self.job_of(dataset).await?;
        let spec = job.definition(dataset)?;
        let (rows, versions) = self.store.runs_with_versions(&job, SHOWN).await?;
        let waiting = self.waiting_shown(&dataset.domain).await?;
        let takes = usual_time(&rows);
        let mut runs = Vec::with_capacity(rows.len());
        for (back, row) in rows.iter().enumerate() {
            let run = run_view(row, &versions, &spec, takes)?;
            runs.extend(run.map(|run| if back == 0 { run } else { without_course(run) }));
        }
        let next = match &spec.when {
            When::Cron(cron) if job.paused == 0 => times(cron, self.host.now(), NEXT_TIMES).unwrap_or_default(),
            _ => Vec::new(),
        };
        let view = JobView {
            when: spec.when_words(&schedule::words),
            paused: job.paused != 0,
            next,
            may_follow: may_follow(&dataset.name, &waiting),
            followers: waiting.into_iter().filter(|(_, before)| before.as_ref() == Some(&dataset.name)).map(|(name, _)| name).collect(),
            runs,
            spec,
            at: self.host.now(),
        };
        Ok((view, versions))
    }
}

/// Every dataset that does not wait for this one.
fn may_follow(name: &str, waiting: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let before = |other: &str| waiting.get(other).and_then(|before| before.as_deref());
    let waits = |other: &str| {
        // At most as many steps as there are datasets: a circle ends the way too.
        std::iter::successors(Some(other), |at| before(at)).take(waiting.len() + 1).any(|at| at == name)
    };
    waiting.keys().filter(|other| !waits(other)).cloned().collect()
}

/// How long the runs that came to their end took: the one in the middle.
fn usual_time(rows: &[RunRow]) -> Option<Millis> {
    let mut times: Vec<Millis> =
        rows.iter().filter(|row| row.state == RunState::Done.key()).filter_map(|row| Some(row.finished_at? - row.started_at?)).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// Nothing where its dataset version is gone.
fn run_view(row: &RunRow, versions: &[DataVersionRow], job: &JobSpec, takes: Option<Millis>) -> Result<Option<RunView>, StoreError> {
    let Some(version) = versions.iter().find(|version| version.id == row.version_id) else { return Ok(None) };
    let state = row.decoded_state()?;
    let begins = match state {
        RunState::Waiting => Some(row.due_at),
        RunState::Running => row.started_at,
        _ => None,
    };
    Ok(Some(RunView {
        version: version.number,
        environment: version.decoded_environment()?,
        state,
        cause: row.decoded_cause()?,
        attempt: row.attempt,
        asked_by: version.asked_by.clone(),
        asked_at: row.asked_at,
        due_at: row.due_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        figures: row.decoded_figures()?,
        reason: row.reason.clone(),
        expected_at: begins.zip(takes).map(|(begins, takes)| begins + takes),
        late_at: job.late_after_minutes.map(|minutes| row.asked_at + Millis::from(minutes) * MINUTE),
    }))
}

/// How older runs came about is nobody's question in a list.
fn without_course(run: RunView) -> RunView {
    RunView { figures: run.figures.sums(), ..run }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_dataset_cannot_come_before_it() {
        let waiting = [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", None)];
        let waiting = waiting.map(|(name, before)| (name.to_owned(), before.map(str::to_owned))).into();
        assert_eq!(may_follow("a", &waiting), ["d"]);
        assert_eq!(may_follow("c", &waiting), ["a", "b", "d"]);
    }

    #[test]
    fn the_usual_time_is_the_one_in_the_middle_of_those_that_ended_well() {
        let row = |state: RunState, took: Millis| RunRow {
            id: String::new(),
            job_id: String::new(),
            version_id: String::new(),
            state: state.key().into(),
            cause: "asked".into(),
            attempt: 1,
            asked_at: 0,
            due_at: 0,
            started_at: Some(1_000),
            finished_at: Some(1_000 + took),
            figures: "{}".into(),
            reason: String::new(),
            worker: None,
            beat_at: None,
            source: String::new(),
            tier: "P2".into(),
        };
        assert_eq!(usual_time(&[row(RunState::Failed, 1)]), None);
        let rows = [row(RunState::Done, 9_000), row(RunState::Failed, 1), row(RunState::Done, 5_000), row(RunState::Done, 6_000)];
        assert_eq!(usual_time(&rows), Some(6_000));
    }
}
