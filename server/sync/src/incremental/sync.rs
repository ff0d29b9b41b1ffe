//! Live dataset versions that follow their tables: each is taken by one worker, which applies what changes to the version's
//! delta, with how far it is. A worker that dies is taken over from there.

use std::time::{Duration, Instant};

use accel::{Changes, Dataset, Place};
use connect::registry;
use model::clock::{Millis, SECOND};
use model::dataset::{DataVersionState, DatasetSpec};
use model::incremental::{Backfill, Incremental};
use model::job::JobSpec;
use model::snapshot::SnapshotSource;
use store::{DataVersionRow, IncrementalRow, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cursor::{CursorPolls, own_type_of};
use super::delete_detection::DeleteDetection;
use super::feed::Tells;
use super::progress::IncrementalProgress;
use super::target::Target;
use crate::beat::{BEAT, SILENCE};
use crate::failed::{Again, Failed};
use crate::publish::table_store;
use crate::source::Asked;
use crate::source::throttle::Throttle;
use crate::{Worker, source};

/// Followed by one worker at a time: most of them wait most of the time.
const AT_ONCE: usize = 64;
/// How soon what failed is tried again: at once it would fail again, and whoever mends it should not wait long.
const TRY_AGAIN: Millis = 5 * SECOND;
const TRY_AGAIN_WRONG: Millis = 10 * SECOND;
/// How often it is seen whether its version is still live, and its job still wants it.
const LOOK: Duration = Duration::from_secs(1);

/// Takes what nobody follows.
pub(crate) async fn begin(worker: &Worker, going: &mut JoinSet<()>, stop: &CancellationToken) -> Result<(), StoreError> {
    let now = worker.host.now();
    for row in worker.store.incremental_syncs().await? {
        if going.len() >= AT_ONCE || stop.is_cancelled() {
            break;
        }
        if !is_free(&row, now) {
            continue;
        }
        let Some(Wanted { version, .. }) = wanted(worker, &row).await? else { continue };
        if worker.store.claim_incremental_sync(&row, &worker.name, now).await? {
            let row = IncrementalRow { turn: row.turn + 1, worker: Some(worker.name.clone()), ..row };
            going.spawn(keep_in_sync(worker.clone(), row, version.dataset_id, stop.clone()));
        }
    }
    Ok(())
}

/// Whether it can be taken: its time has come, and nobody has it who was heard of lately.
fn is_free(row: &IncrementalRow, now: Millis) -> bool {
    let is_taken = row.worker.is_some() && row.beat_at.is_some_and(|beat| beat + SILENCE >= now);
    !is_taken && row.due_at <= now
}

/// A live version, and how it is to be followed.
struct Wanted {
    version: DataVersionRow,
    job: JobSpec,
    incremental: Incremental,
}

/// Where it is to be followed now.
async fn wanted(worker: &Worker, row: &IncrementalRow) -> Result<Option<Wanted>, StoreError> {
    let Some(version) = worker.store.data_version(&row.version_id).await? else { return Ok(None) };
    let Some(job) = worker.store.job_of(&version.dataset_id).await?.filter(|job| job.paused == 0) else { return Ok(None) };
    let Some(job) = worker.job_if_readable(&job).await? else { return Ok(None) };
    let is_live = version.state == DataVersionState::Live.key();
    Ok(job.incremental.clone().filter(|_| is_live).map(|incremental| Wanted { version, job, incremental }))
}

/// One turn of following, to its end: nobody wants it any more, somebody else has it, it failed, or the process stops.
async fn keep_in_sync(worker: Worker, row: IncrementalRow, dataset_id: String, stop: CancellationToken) {
    let own_stop = stop.child_token();
    let task = {
        let (worker, row, stop) = (worker.clone(), row.clone(), own_stop.clone());
        let runtime = tokio::runtime::Handle::current();
        // On a thread of its own: writing to the disk must not stand in the way of calls.
        tokio::task::spawn_blocking(move || runtime.block_on(turn(&worker, &row, &stop)))
    };
    tokio::pin!(task);
    let ended = loop {
        tokio::select! {
            ended = &mut task => break ended.unwrap_or_else(|error| Err(Failed::of_join(error))),
            () = tokio::time::sleep(BEAT) => {
                // Its longer steps ask neither whether it is still its own, nor whether anybody wants it.
                let lost = matches!(worker.store.touch_incremental_sync(&row, worker.host.now()).await, Ok(false));
                if lost || matches!(wanted(&worker, &row).await, Ok(None)) {
                    own_stop.cancel();
                }
            }
        }
    };
    if let Err(failed) = &ended
        && !own_stop.is_cancelled()
    {
        worker.figures.of(&dataset_id).failed(failed.code);
    }
    let (reason, wait) = released(&ended, own_stop.is_cancelled());
    if let Err(error) = worker.store.release_incremental_sync(&row, reason, worker.host.now() + wait).await {
        tracing::warn!(cause = %error, version = row.version_id, "an incremental sync could not be released; another worker takes it over");
    }
}

/// Why it does not go on, for a person, and how long nobody takes it again.
fn released(ended: &Result<(), Failed>, was_stopped: bool) -> (&str, Millis) {
    match ended {
        Ok(()) => ("", 0),
        // It was to stop, wherever it was.
        Err(_) if was_stopped => ("", 0),
        Err(failed) if failed.again == Again::No => (failed.reason.as_str(), TRY_AGAIN_WRONG),
        Err(failed) => (failed.reason.as_str(), TRY_AGAIN),
    }
}

async fn turn(worker: &Worker, row: &IncrementalRow, stop: &CancellationToken) -> Result<(), Failed> {
    let Some(wanted) = wanted(worker, row).await? else { return Ok(()) };
    let Wanted { version, job, incremental } = &wanted;
    let spec = worker.store.version_definition(version).await?;
    // Without its limits, its source must not be read.
    worker.store.load_limits(&spec.source).await?;
    let source = source::of(worker, &spec, version).await?;
    let connection = source::open(worker, &spec, &source)?;
    let feeds = registry::feeds(&source.driver);
    let mut own = String::new();
    if !feeds {
        let table = source::table_of(&spec, &*connection).await?;
        source::refuse_drift(&spec, &table)?;
        own = own_type_of(&table, incremental, source::dialect(&source)?)?;
    }
    let place = Place { dataset: version.dataset_id.clone(), version: version.id.clone() };
    let store = table_store::of(worker, &spec, version).await?;
    let (changes, position) = Changes::take(&*store, &place, row.turn).await?;
    let dataset = Dataset::open(&*store, &place).await?;
    let mut progress = IncrementalProgress::new(worker, row, &version.dataset_id)?;
    let asked = Asked { source: &spec.source, connection: &*connection, dialect: source::dialect(&source)? };
    let mut throttle = Throttle::new(worker, asked, job.tier, &mut progress).await;
    let target = Target::new(worker, (version, &spec), (dataset, changes), job.rejected, stop).await?;
    let goes_on = async || goes_on(worker, row, (&wanted, &spec, &source)).await;
    let ended = if feeds {
        let tells = Tells::open(worker, (version, &spec), (&*connection, incremental), position).await?;
        by_feed(tells, target, (&mut progress, &mut throttle), &goes_on, stop).await
    } else {
        let looks = CursorPolls::new(worker, (&spec, incremental), asked, target, &position)?.compared_as(own);
        let gone = DeleteDetection::new(worker, (&spec, incremental), asked);
        by_looks((worker, row), (looks, gone), incremental.every_s, (&mut progress, &mut throttle), &goes_on, stop).await
    };
    let over = progress.over().await;
    ended.and(over)
}

/// Takes what its source tells, until it is not wanted any more.
async fn by_feed(
    mut tells: Tells<'_>,
    mut target: Target,
    (progress, throttle): (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
    goes_on: &impl AsyncFn() -> bool,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    let mut looked = Instant::now();
    while !stop.is_cancelled() {
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            if !goes_on().await {
                break;
            }
            tells.again(&mut target, progress).await?;
        }
        tells.next(&mut target, (progress, throttle), stop).await?;
    }
    Ok(())
}

/// Looks at its table each so many seconds, until it is not wanted any more.
async fn by_looks(
    (worker, row): (&Worker, &IncrementalRow),
    (mut looks, gone): (CursorPolls<'_>, DeleteDetection<'_>),
    every_s: u32,
    (progress, throttle): (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
    goes_on: &impl AsyncFn() -> bool,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    loop {
        looks.look(progress, throttle, stop).await?;
        progress.caught_up(looks.position_words()).await?;
        again(worker, row, &mut looks, (&mut *progress, &mut *throttle), stop).await?;
        if gone.is_due(progress) {
            looks.look_for_gone(&gone, (&mut *progress, &mut *throttle), stop).await?;
            progress.caught_up(looks.position_words()).await?;
        }
        let until = tokio::time::Instant::now() + Duration::from_secs(u64::from(every_s));
        while tokio::time::Instant::now() < until {
            if stop.is_cancelled() || !goes_on().await {
                return Ok(());
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep_until(until.min(tokio::time::Instant::now() + LOOK)) => {}
            }
        }
    }
}

/// Reads again what somebody wants read again, where there is such a wish; one that was broken off is taken up again.
async fn again(
    worker: &Worker,
    row: &IncrementalRow,
    looks: &mut CursorPolls<'_>,
    with: (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
    stop: &CancellationToken,
) -> Result<(), Failed> {
    // Without the metadata nobody's wish is known, and following goes on.
    let Ok(now) = worker.store.incremental_sync(&row.version_id).await else { return Ok(()) };
    let Some(text) = now.and_then(|now| now.backfill) else { return Ok(()) };
    let Some(wanted) = Backfill::of_wish(&text) else {
        worker.store.end_backfill(&row.version_id, &text).await?;
        return Err(Failed::new("The requested backfill could not be read, and was dropped. Request the backfill again."));
    };
    if let Err(failed) = looks.look_again(&wanted, with, stop).await {
        if failed.again == Again::No {
            // It would fail again, each time before anything else is followed.
            worker.store.end_backfill(&row.version_id, &text).await?;
        }
        return Err(failed);
    }
    if wanted.is_all() {
        // What was not rejected again was applied, or is gone.
        worker.store.forget_rejected_again(&row.version_id, &text).await?;
        looks.forget_rejected(worker.store.rejected_count(&row.version_id).await?);
    }
    Ok(worker.store.end_backfill(&row.version_id, &text).await?)
}

/// Whether it is still wanted just so, of the same source. Without the metadata, what was stays.
async fn goes_on(worker: &Worker, row: &IncrementalRow, (was, spec, source): (&Wanted, &DatasetSpec, &SnapshotSource)) -> bool {
    let same = |now: &Wanted| now.incremental == was.incremental && now.job.tier == was.job.tier && now.job.rejected == was.job.rejected;
    match wanted(worker, row).await {
        Ok(now) if now.as_ref().is_some_and(same) => match source::of(worker, spec, &was.version).await {
            Ok(now) => now == *source,
            Err(failed) => failed.again == Again::Later,
        },
        Ok(_) => false,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_free_once_it_is_due_and_its_worker_is_silent() {
        let row = |worker: Option<&str>, beat_at, due_at| IncrementalRow {
            version_id: "version-1".into(),
            turn: 1,
            worker: worker.map(Into::into),
            beat_at,
            due_at,
            figures: "{}".into(),
            reason: String::new(),
            backfill: None,
        };
        let now = 100 * SECOND;
        for (worker, beat_at, due_at, free) in [
            (None, None, 0, true),
            (None, None, now, true),
            (None, None, now + 1, false),
            (Some("a"), Some(now), 0, false),
            (Some("a"), Some(now - SILENCE), 0, false),
            (Some("a"), Some(now - SILENCE - 1), 0, true),
            (Some("a"), Some(now - SILENCE - 1), now + 1, false),
            (Some("a"), None, 0, true),
            (None, Some(now), 0, true),
        ] {
            assert_eq!(is_free(&row(worker, beat_at, due_at), now), free, "{worker:?} {beat_at:?} {due_at}");
        }
    }

    #[test]
    fn what_a_person_must_mend_waits_longer_and_a_stop_is_no_fault() {
        let (wrong, away) = (Err(Failed::new("wrong")), Err(Failed::for_now("away")));
        assert_eq!(released(&Ok(()), false), ("", 0));
        assert_eq!(released(&wrong, false), ("wrong", TRY_AGAIN_WRONG));
        assert_eq!(released(&away, false), ("away", TRY_AGAIN));
        assert_eq!([released(&wrong, true), released(&away, true), released(&Ok(()), true)], [("", 0); 3]);
    }
}
