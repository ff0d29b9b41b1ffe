//! The loop of a worker: asks for what is due, works on runs beside one another, begins those again whose worker died, drops
//! what nobody needs any more.

use std::time::{Duration, Instant};

use model::clock::Millis;
use model::job::{JobSpec, RunState};
use model::load_limits::SourceLoad;
use model::schedule::minute_of_day;
use store::{RunRow, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::beat::{BEAT, SILENCE};
use crate::build::Built;
use crate::build::checkpoint;
use crate::failed::Failed;
use crate::incremental::{reconcile, sync};
use crate::publish::garbage_collection::{self, KeptBack};
use crate::publish::switch;
use crate::publish::view_publisher::{self, Shown};
use crate::schedule::{file_trigger, watch};
use crate::{Worker, build, schedule};

const POLL: Duration = Duration::from_secs(1);
/// How often it is looked for what is seldom there: a comparison that is due, files that nobody needs.
const SELDOM: Duration = Duration::from_secs(5);
/// Runs of one worker at a time: a long one must not hold up all others.
const AT_ONCE: usize = 4;

/// Works until it is told to stop. When the metadata is away, it waits.
pub async fn run(worker: Worker, stop: CancellationToken) {
    let mut away = false;
    let (mut going, mut synced, mut compared, mut arriving) = (JoinSet::new(), JoinSet::new(), JoinSet::new(), JoinSet::new());
    let (mut showing, shown) = (JoinSet::new(), Shown::default());
    let (mut removing, kept_back) = (JoinSet::new(), KeptBack::default());
    let (mut looked, mut failed): (Option<Instant>, Option<Instant>) = (None, None);
    while !stop.is_cancelled() {
        // After the metadata was away, nobody is dead who has only not been heard: it was away for all of them.
        let trusts = failed.is_none_or(|at| Millis::try_from(at.elapsed().as_millis()).is_ok_and(|since| since > SILENCE));
        let mut done = round(&worker, (&mut going, &mut synced), trusts, &stop).await;
        if done.is_ok() && looked.is_none_or(|at| at.elapsed() >= SELDOM) {
            looked = Some(Instant::now());
            done = reconcile::begin(&worker, &mut compared, &stop).await;
            if done.is_ok() {
                done = now_and_then(&worker).await;
            }
            if arriving.is_empty() {
                arriving.spawn(look_for_files(worker.clone()));
            }
        }
        // Beside all else: databases that others look after may take long to answer.
        while showing.try_join_next().is_some() {}
        if showing.is_empty() {
            showing.spawn(view_publisher::look(worker.clone(), shown.clone()));
        }
        while removing.try_join_next().is_some() {}
        if removing.is_empty() {
            removing.spawn(garbage_collection::look(worker.clone(), kept_back.clone()));
        }
        if done.is_err() {
            failed = Some(Instant::now());
        }
        match done {
            Ok(()) => away = false,
            Err(error) if !away => {
                tracing::error!(cause = %error, "the worker cannot reach the metadata database and waits");
                away = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = worker.changed.notified() => {}
            Some(_) = going.join_next() => {}
            Some(_) = synced.join_next() => {}
            Some(_) = compared.join_next() => {}
            Some(_) = arriving.join_next() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while going.join_next().await.is_some() {}
    while synced.join_next().await.is_some() {}
    while compared.join_next().await.is_some() {}
}

async fn now_and_then(worker: &Worker) -> Result<(), StoreError> {
    checkpoint::remove_unneeded(worker).await?;
    schedule::find_anew(worker).await?;
    watch::look(worker).await
}

/// Files are looked at beside all else: a place may take long to answer.
async fn look_for_files(worker: Worker) {
    if let Err(error) = file_trigger::look(&worker).await {
        tracing::debug!(cause = %error, "file arrival was not checked: the metadata database does not respond");
    }
}

async fn round(
    worker: &Worker,
    (going, synced): (&mut JoinSet<()>, &mut JoinSet<()>),
    trusts_silence: bool,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    schedule::ask_due(worker).await?;
    let now = worker.host.now();
    for run in worker.store.runs_in(RunState::Running.key()).await? {
        // One's own is being worked on, however long the metadata was away.
        let is_ours = run.worker.as_ref() == Some(&worker.name) && !going.is_empty();
        if trusts_silence && !is_ours && is_dead(&run, now) {
            let (job, failed) = match worker.job_of_run(&run).await? {
                Ok(job) => (job, Failed::broke_off()),
                Err(failed) => (JobSpec::default(), failed),
            };
            switch::finish(worker, &run, &job, &Err(failed)).await?;
        }
    }
    for run in worker.store.runs_in(RunState::Waiting.key()).await? {
        if going.len() >= AT_ONCE || stop.is_cancelled() {
            break;
        }
        if run.due_at <= now && source_has_room(worker, &run).await? && worker.store.claim_run(&run, &worker.name, now).await? {
            let run = RunRow { state: RunState::Running.key().into(), worker: Some(worker.name.clone()), started_at: Some(now), ..run };
            // A span of traces alone: lines of the log name the run themselves.
            let span = tracing::trace_span!(target: "traces", "run", run = run.id, source = run.source);
            going.spawn(work(worker.clone(), run, stop.clone()).instrument(span));
        }
    }
    sync::begin(worker, synced, stop).await
}

/// Whether another run may read from its source now: not too many at a time, and at its hours only.
async fn source_has_room(worker: &Worker, run: &RunRow) -> Result<bool, StoreError> {
    // Where its limits cannot be read the run is begun, and fails with that.
    let Some(load) = worker.if_readable(worker.store.load_limits(&run.source).await)?.flatten() else { return Ok(true) };
    let reading = worker.store.runs_in(RunState::Running.key()).await?.iter().filter(|other| other.source == run.source).count();
    Ok(has_room(&load, reading, minute_of_day(&load.zone, worker.host.now()).unwrap_or(0)))
}

/// Whether one more run may read beside so many, at a minute of the day.
fn has_room(load: &SourceLoad, reading: usize, minute: u16) -> bool {
    let room = load.runs.is_none_or(|most| u32::try_from(reading).is_ok_and(|reading| reading < most));
    room && load.is_open(minute)
}

/// Whether the worker of a run was silent for so long that it is dead.
fn is_dead(run: &RunRow, now: Millis) -> bool {
    run.beat_at.is_none_or(|beat| beat + SILENCE < now)
}

/// One try of a run, and its end, which waits for the metadata where that is away.
async fn work(worker: Worker, run: RunRow, stop: CancellationToken) {
    let mut ended: Option<Result<Built, Failed>> = None;
    loop {
        match attempt(&worker, &run, &mut ended, &stop).await {
            Ok(()) => return,
            Err(error) => tracing::error!(cause = %error, run = run.id, "a run waits for the metadata"),
        }
        drop(worker.store.touch_run(&run, &worker.name, worker.host.now()).await);
        // Silent for too long meanwhile, it is begun again by somebody, and this try is nobody's.
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn attempt(
    worker: &Worker,
    run: &RunRow,
    ended: &mut Option<Result<Built, Failed>>,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let job = match worker.job_of_run(run).await? {
        Ok(job) => job,
        Err(failed) => {
            // What was built already ends as it did.
            if ended.is_none() {
                *ended = Some(Err(failed));
            }
            JobSpec::default()
        }
    };
    if ended.is_none() {
        let Some(version) = worker.store.data_version(&run.version_id).await? else { return Ok(()) };
        let own_stop = stop.child_token();
        let built = {
            let (worker, run, job, stop) = (worker.clone(), run.clone(), job.clone(), own_stop.clone());
            let runtime = tokio::runtime::Handle::current();
            let span = tracing::trace_span!(target: "traces", "build", run = run.id);
            // On a thread of its own: encoding and sorting must not stand in the way of calls.
            tokio::task::spawn_blocking(move || runtime.block_on(build::run(&worker, (&run, &version), &job, &stop).instrument(span)))
        };
        *ended = Some(until_over(worker, run, &job, built, &own_stop).await);
    }
    match ended {
        Some(ended) => {
            let span = if ended.is_ok() { tracing::trace_span!(target: "traces", "promote") } else { tracing::Span::none() };
            switch::finish(worker, run, &job, ended).instrument(span).await
        }
        None => Ok(()),
    }
}

/// Says that this worker lives for as long as the build takes, for its longer steps say nothing themselves; and ends it where
/// it takes longer than its job lets it.
async fn until_over(
    worker: &Worker,
    run: &RunRow,
    job: &JobSpec,
    mut build: JoinHandle<Result<Built, Failed>>,
    stop: &CancellationToken,
) -> Result<Built, Failed> {
    let time = job.timeout_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let too_long = async {
        match time {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(too_long);
    let mut timed_out = None;
    loop {
        tokio::select! {
            built = &mut build => {
                let built = built.unwrap_or_else(|error| Err(Failed::of_join(error)));
                return match (built, timed_out) {
                    (Err(failed), Some(minutes)) => Err(Failed { figures: failed.figures, ..Failed::timed_out(minutes) }),
                    (built, _) => built,
                };
            }
            () = &mut too_long, if timed_out.is_none() => {
                timed_out = job.timeout_minutes;
                stop.cancel();
            }
            () = tokio::time::sleep(BEAT) => {
                // Somebody has ended it: its longer steps would not see that by themselves.
                if let Ok(false) = worker.store.touch_run(run, &worker.name, worker.host.now()).await {
                    stop.cancel();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::load_limits::Window;

    use super::*;
    use crate::samples::run;

    #[test]
    fn a_source_has_room_below_its_runs_and_at_its_hours() {
        let load = |runs| SourceLoad { runs, ..SourceLoad::default() };
        for (runs, reading, room) in [
            (None, 0, true),
            (None, usize::MAX, true),
            (Some(1), 0, true),
            (Some(1), 1, false),
            (Some(2), 1, true),
            (Some(u32::MAX), usize::MAX, false),
        ] {
            assert_eq!(has_room(&load(runs), reading, 0), room, "{runs:?} {reading}");
        }
        let night = SourceLoad { windows: vec![Window { from: 22 * 60, to: 6 * 60 }], ..load(Some(1)) };
        assert_eq!([0, 6 * 60 - 1, 6 * 60, 22 * 60].map(|minute| has_room(&night, 0, minute)), [true, true, false, true]);
        assert!(!has_room(&night, 1, 0), "both must be so");
    }

    #[test]
    fn a_worker_that_was_not_heard_for_too_long_is_dead() {
        let now = 10 * SILENCE;
        let heard = |beat_at| is_dead(&RunRow { beat_at, ..run("run", RunState::Running) }, now);
        assert_eq!(
            [None, Some(now), Some(now - SILENCE), Some(now - SILENCE - 1), Some(now + SILENCE)].map(heard),
            [true, false, false, true, false]
        );
    }
}
