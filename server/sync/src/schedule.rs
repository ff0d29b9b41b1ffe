//! Asks for the runs that schedules want now: their time has come, or a dataset that they follow is live anew.

use model::clock::{MINUTE, Millis};
use model::dataset::DatasetSpec;
use model::job::{Cause, JobSpec, Missed, RunState, When};
use model::schedule::next_after;
use store::{Change, DataVersionRow, JobRow, NewRun, StoreError};

use crate::Worker;

/// A time that was longer ago than this was missed: nothing could run then.
const MISSED_AFTER: Millis = MINUTE;
/// Who asks for runs that nobody asks for, in the audit log.
const ACTOR: &str = "schedule";

pub(crate) async fn ask_due(worker: &Worker) -> Result<(), StoreError> {
    for job in worker.store.jobs_due(worker.host.now()).await? {
        match ask(worker, &job).await {
            // Another worker was first, or somebody has changed the schedule.
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn ask(worker: &Worker, job: &JobRow) -> Result<(), StoreError> {
    let now = worker.host.now();
    let spec: JobSpec = serde_json::from_str(&job.spec).unwrap_or_default();
    let going = worker.store.runs_of(&job.id, 1).await?.first().is_some_and(|run| !is_over(&run.state));
    if going && spec.missed == Missed::Once {
        // It stays due, and begins when the run before has ended.
        return Ok(());
    }
    let (next, cause) = match &spec.when {
        When::Cron(cron) => (next_after(cron, now).ok().flatten(), Cause::Schedule),
        When::After(_) | When::Asked => (None, Cause::After),
    };
    let missed = cause == Cause::Schedule && job.due_at.is_some_and(|due| due + MISSED_AFTER < now);
    let Some(dataset) = worker.store.dataset_by_id(&job.dataset_id).await? else { return Ok(()) };
    let mut tx = worker.store.write(Change { actor: ACTOR.into(), at: now, request_id: String::new() }).await?;
    tx.move_due(job, next).await?;
    let left_out = missed && spec.missed == Missed::Skip;
    if !going && !left_out {
        let version = DataVersionRow::to_build(worker.host.id(), &dataset, spec.environment.key(), ACTOR, now);
        let source = serde_json::from_str::<DatasetSpec>(&dataset.spec).unwrap_or_default().source;
        let new = NewRun { id: worker.host.id(), job_id: &job.id, cause, source: &source, tier: spec.tier };
        let number = tx.ask_run(new, &version).await?;
        let subject = format!("{}/{}", dataset.domain, dataset.name);
        let after = format!("version {number} in {}", spec.environment.key());
        tx.audit(worker.host.id(), "dataset.build-asked", (&dataset.domain, &subject), None, Some(after)).await?;
    }
    (worker.announce)(tx.commit().await?);
    Ok(())
}

fn is_over(state: &str) -> bool {
    RunState::from_key(state).is_none_or(RunState::is_over)
}
