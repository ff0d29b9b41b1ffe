//! Asks for the runs that schedules want now: their time has come, or a dataset that they follow is live again.

pub(crate) mod alarms;
mod due;
pub(crate) mod file_trigger;
pub(crate) mod watch;

use model::audit::AuditAction;
use model::job::{JobSpec, When};
use model::schedule::next_after;
use store::{Change, DataVersionRow, JobRow, NewRun, StoreError};

use self::due::{Due, is_earlier, is_to_come, waits_for_its_run};
use crate::Worker;

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

/// Where the clock went back, the next time of a schedule would be too far away: it is found again.
pub(crate) async fn find_anew(worker: &Worker) -> Result<(), StoreError> {
    let now = worker.host.now();
    for job in worker.store.jobs_later(now).await? {
        let Some(JobSpec { when: When::Cron(cron), .. }) = worker.job_if_readable(&job).await? else { continue };
        let next = next_after(&cron, now).ok().flatten();
        if !is_earlier(next, job.due_at) {
            continue;
        }
        let last = worker.store.runs_of(&job.id, 1).await?.first().map_or(0, |run| run.asked_at);
        if is_to_come(next, last, now) {
            let mut tx = worker.store.write(Change { actor: ACTOR.into(), at: now, request_id: String::new() }).await?;
            match tx.move_due(&job, next).await {
                Ok(()) => (worker.announce)(tx.commit().await?),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

async fn ask(worker: &Worker, job: &JobRow) -> Result<(), StoreError> {
    let now = worker.host.now();
    // One that cannot be read stays due, and is asked for once it can.
    let Some(spec) = worker.job_if_readable(job).await? else { return Ok(()) };
    // It stays due, and begins when the run before has ended.
    let waits = |going: bool| going && waits_for_its_run(&spec);
    if waits(is_going(worker, job).await?) {
        return Ok(());
    }
    let Due { next, cause, left_out } = Due::of(&spec, job.due_at, now);
    let mut tx = worker.store.write(Change { actor: ACTOR.into(), at: now, request_id: String::new() }).await?;
    // Changes queue behind one another from here on: somebody may have asked for a run, or changed the dataset, just before.
    let going = is_going(worker, job).await?;
    let Some(dataset) = worker.store.dataset_by_id(&job.dataset_id).await?.filter(|_| !waits(going)) else { return Ok(()) };
    let Some(of) = worker.if_readable(dataset.definition())? else { return Ok(()) };
    tx.move_due(job, next).await?;
    if !going && !left_out {
        let version = DataVersionRow::to_build(worker.host.id(), &dataset, spec.environment.key(), ACTOR, now);
        let new = NewRun { id: worker.host.id(), job_id: &job.id, cause, source: &of.source, tier: spec.tier };
        let number = tx.ask_run(new, &version).await?;
        let subject = format!("{}/{}", dataset.domain, dataset.name);
        let after = format!("version {number} in {}", spec.environment.key());
        tx.audit(worker.host.id(), AuditAction::DatasetBuildAsked, (&dataset.domain, &subject), None, Some(after)).await?;
    }
    (worker.announce)(tx.commit().await?);
    Ok(())
}

async fn is_going(worker: &Worker, job: &JobRow) -> Result<bool, StoreError> {
    match worker.store.runs_of(&job.id, 1).await?.first() {
        None => Ok(false),
        // Of one whose state cannot be read, nobody knows whether it is over: its job is left alone.
        Some(run) => Ok(worker.if_readable(run.decoded_state())?.is_none_or(|state| !state.is_over())),
    }
}
