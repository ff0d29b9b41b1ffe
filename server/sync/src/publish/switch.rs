//! The end of a try: the new version goes live and the one before is kept, in one transaction; or it failed, and is tried
//! again as another version, or nothing but its own rows says so.

use fail::fail_point;
use model::audit::AuditAction;
use model::clock::Millis;
use model::dataset::{BuildFigures, DataVersionState, DatasetSpec};
use model::job::{JobSpec, RunState};
use model::number::grouped;
use store::{Change, DataVersionRow, DatasetRow, RunRow, StoreError, Tx};

use crate::Worker;
use crate::build::Built;
use crate::failed::Failed;
use crate::publish::garbage_collection;

/// Versions that stay beside the live one, to go back to.
const KEPT: usize = 2;

/// A try of a run, with the version that it builds.
#[derive(Clone, Copy)]
struct Try<'a> {
    dataset: &'a DatasetRow,
    row: &'a DataVersionRow,
    run: &'a RunRow,
}

/// # Errors
/// Where the metadata does not answer; then nothing is changed, and it can be called again.
pub(crate) async fn finish(worker: &Worker, run: &RunRow, job: &JobSpec, ended: &Result<Built, Failed>) -> Result<(), StoreError> {
    let Some(row) = &worker.store.data_version(&run.version_id).await? else { return Ok(()) };
    let change = Change { actor: row.asked_by.clone(), at: worker.host.now(), request_id: String::new() };
    let mut tx = worker.store.write(change).await?;
    // Read when no other change can come between: its gates may have been changed while it was built.
    let Some(dataset) = worker.store.dataset_by_id(&row.dataset_id).await? else { return Ok(()) };
    worker.figures.knows(&dataset);
    let of = Try { dataset: &dataset, row, run };
    let written = match (ended, dataset.definition()) {
        (Ok(built), Ok(now)) => succeed(worker, &mut tx, of, (built, now)).await,
        // What is kept of it would be written over by what was built of an earlier definition.
        (Ok(built), Err(error)) => {
            let failed = Failed { figures: Box::new(built.figures.clone()), ..Failed::from(error) };
            fail(worker, &mut tx, of, &failed, None).await
        }
        (Err(failed), _) => fail(worker, &mut tx, of, failed, failed.next_try(job, run.attempt)).await,
    };
    match written {
        Ok(()) => {
            fail_point!("build.before-switch", |_| Ok(()));
            let revision = tx.commit().await?;
            (worker.announce)(revision);
            if let Err(failed) = ended {
                worker.figures.of(&row.dataset_id).failed(failed.code);
            }
        }
        // Somebody has ended it meanwhile, or it is another worker's; or it was committed, and that was not heard.
        Err(StoreError::Stale) => drop(tx),
        Err(error) => return Err(error),
    }
    // What a failed try wrote is of no use to anybody, and is looked for again where it cannot be removed now. By the state
    // that the version has now: what was live a moment ago is never removed by what was known before.
    let now = worker.store.data_version(&row.id).await?;
    if now.is_some_and(|version| [DataVersionState::Failed.key(), DataVersionState::Dropped.key()].contains(&version.state.as_str())) {
        garbage_collection::at_once(worker, row).await;
    }
    Ok(())
}

/// It goes live, or waits for a yes: where the dataset holds its versions, and where it lost all its rows.
async fn succeed(
    worker: &Worker,
    tx: &mut Tx,
    Try { dataset, row, run }: Try<'_>,
    (built, now_defined): (&Built, DatasetSpec),
) -> Result<(), StoreError> {
    let now = tx.at();
    let figures = figures_text(&built.figures, row)?;
    let done = RunRow {
        state: RunState::Done.key().into(),
        finished_at: Some(now),
        figures: figures.clone(),
        reason: String::new(),
        ..run.clone()
    };
    tx.move_run(run, &done).await?;
    let spec = store::encode(&built.spec, &format_args!("dataset version {}", row.number))?;
    let (to_keep, superseded) = others(worker, row).await?;
    let holds = built.spec.gates.hold || lost_all(built, &to_keep)?;
    for known in superseded {
        let from = known.state.clone();
        tx.move_data_version(&DataVersionRow { state: DataVersionState::Dropped.key().into(), ..known }, &from).await?;
    }
    let moved = if holds { Vec::new() } else { to_keep };
    for (place, known) in moved.into_iter().enumerate() {
        let state = state_at(place);
        if known.state != state.key() {
            let from = known.state.clone();
            tx.move_data_version(&DataVersionRow { state: state.key().into(), ..known }, &from).await?;
        }
    }
    let state = if holds { DataVersionState::Checked } else { DataVersionState::Live };
    let ended = DataVersionRow { state: state.key().into(), spec: spec.clone(), figures, finished_at: Some(now), ..row.clone() };
    tx.move_data_version(&ended, DataVersionState::Building.key()).await?;
    if built.synced {
        tx.insert_incremental_sync(&row.id).await?;
    }
    if !holds {
        for job in worker.store.jobs_in(&dataset.domain).await? {
            let spec = worker.job_if_readable(&job).await?;
            if spec.is_some_and(|spec| spec.follows(&dataset.name, &row.environment)) {
                tx.make_due(&job.id, now).await?;
            }
        }
    }
    // The definition as it stands now, with the numbers that the build gave: somebody may have changed its gates or its mapping
    // while it ran.
    let now_defined = now_defined.with_register_of(&built.spec);
    let defined = store::encode(&now_defined, &format_args!("the dataset {}/{}", dataset.domain, dataset.name))?;
    tx.set_dataset_spec(&dataset.id, &defined).await?;
    let after = format!("{} rows in {}", grouped(built.figures.written_rows), row.environment);
    note(worker, tx, if holds { AuditAction::DatasetChecked } else { AuditAction::DatasetLive }, (dataset, row), after).await
}

fn figures_text(figures: &BuildFigures, row: &DataVersionRow) -> Result<String, StoreError> {
    store::encode(figures, &format_args!("the figures of dataset version {}", row.number))
}

/// Whether nothing is left of what was read or is live, and no check says that this is right.
fn lost_all(built: &Built, others: &[DataVersionRow]) -> Result<bool, StoreError> {
    if built.is_feed && built.figures.read_rows == 0 {
        return Ok(false);
    }
    let live = others.iter().find(|known| known.state == DataVersionState::Live.key());
    let live = live.map(DataVersionRow::decoded_figures).transpose()?.map(|figures| figures.written_rows);
    Ok(built.spec.gates.asks_about_no_rows((built.figures.read_rows, built.figures.written_rows), live))
}

/// The live and kept versions of the same environment, the newest first; and those that wait for a yes, which nobody
/// needs any more.
async fn others(worker: &Worker, row: &DataVersionRow) -> Result<(Vec<DataVersionRow>, Vec<DataVersionRow>), StoreError> {
    Ok(told_apart(worker.store.data_versions_of(&row.dataset_id).await?, &row.environment))
}

/// As [`others`], of all versions of a dataset.
fn told_apart(versions: Vec<DataVersionRow>, environment: &str) -> (Vec<DataVersionRow>, Vec<DataVersionRow>) {
    let kept = [DataVersionState::Live.key(), DataVersionState::Kept.key()];
    let here = versions.into_iter().filter(|known| known.environment == environment);
    let (mut others, rest): (Vec<DataVersionRow>, Vec<DataVersionRow>) = here.partition(|known| kept.contains(&known.state.as_str()));
    let superseded = rest.into_iter().filter(|known| known.state == DataVersionState::Checked.key()).collect();
    // The live one is what one most likely goes back to, whatever its number.
    others.sort_by_key(|known| (known.state != DataVersionState::Live.key(), -known.number));
    (others, superseded)
}

/// What becomes of the version at a place among the others, once a new one is live.
fn state_at(place: usize) -> DataVersionState {
    if place < KEPT { DataVersionState::Kept } else { DataVersionState::Dropped }
}

/// It is over; or, with `wait`, tried again as the next version.
async fn fail(
    worker: &Worker,
    tx: &mut Tx,
    Try { dataset, row, run }: Try<'_>,
    failed: &Failed,
    wait: Option<Millis>,
) -> Result<(), StoreError> {
    let now = tx.at();
    let figures = figures_text(&failed.figures, row)?;
    let ended = DataVersionRow {
        state: DataVersionState::Failed.key().into(),
        figures: figures_text(&failed.figures.sums(), row)?,
        reason: failed.reason.clone(),
        finished_at: Some(now),
        ..row.clone()
    };
    tx.move_data_version(&ended, DataVersionState::Building.key()).await?;
    let moved = match wait {
        None => {
            RunRow { state: RunState::Failed.key().into(), finished_at: Some(now), figures, reason: failed.reason.clone(), ..run.clone() }
        }
        Some(wait) => {
            let next = DataVersionRow::to_build(worker.host.id(), dataset, &row.environment, &row.asked_by, now);
            tx.insert_data_version(&next).await?;
            RunRow {
                state: RunState::Waiting.key().into(),
                attempt: run.attempt + 1,
                due_at: now + wait,
                version_id: next.id,
                figures: "{}".into(),
                reason: failed.reason.clone(),
                ..run.clone()
            }
        }
    };
    tx.move_run(run, &moved).await?;
    note(worker, tx, AuditAction::DatasetFailed, (dataset, row), failed.reason.clone()).await
}

async fn note(
    worker: &Worker,
    tx: &mut Tx,
    action: AuditAction,
    (dataset, row): (&DatasetRow, &DataVersionRow),
    after: String,
) -> Result<(), StoreError> {
    let subject = format!("{}/{}", dataset.domain, dataset.name);
    tx.audit(worker.host.id(), action, (&dataset.domain, &subject), None, Some(format!("version {}: {after}", row.number))).await
}

#[cfg(test)]
mod tests {
    use model::gates::Gates;

    use super::*;
    use crate::samples::{spec, version};

    #[test]
    fn the_live_version_is_gone_back_to_first_and_only_those_of_its_environment_count() {
        let elsewhere = DataVersionRow { environment: "dev".into(), ..version(9, DataVersionState::Live) };
        let versions = vec![
            version(1, DataVersionState::Live),
            version(2, DataVersionState::Kept),
            elsewhere,
            version(4, DataVersionState::Kept),
            version(5, DataVersionState::Failed),
            version(6, DataVersionState::Checked),
            version(7, DataVersionState::Dropped),
            version(8, DataVersionState::Building),
        ];
        let numbers = |rows: Vec<DataVersionRow>| rows.into_iter().map(|row| row.number).collect::<Vec<_>>();
        let (others, superseded) = told_apart(versions, "prod");
        assert_eq!((numbers(others), numbers(superseded)), (vec![1, 4, 2], vec![6]));
        let (others, superseded) = told_apart(Vec::new(), "prod");
        assert!(others.is_empty() && superseded.is_empty());
    }

    #[test]
    fn two_stay_beside_the_live_one() {
        let states = [0, 1, 2, 99].map(state_at);
        assert_eq!(states, [DataVersionState::Kept, DataVersionState::Kept, DataVersionState::Dropped, DataVersionState::Dropped]);
    }

    #[test]
    fn a_build_that_lost_all_rows_is_asked_about() {
        let built = |read_rows, is_feed, gates: Gates| Built {
            spec: DatasetSpec { gates, ..spec(&[], &[]) },
            figures: BuildFigures { read_rows, ..BuildFigures::default() },
            synced: false,
            is_feed,
        };
        let live =
            |rows: i64| vec![DataVersionRow { figures: format!(r#"{{"written_rows":{rows}}}"#), ..version(1, DataVersionState::Live) }];
        let none = Gates::default;
        assert!(!lost_all(&built(0, false, none()), &[]).unwrap(), "there was nothing before");
        assert!(lost_all(&built(0, false, none()), &live(1)).unwrap());
        assert!(lost_all(&built(5, false, none()), &[]).unwrap(), "all that was read was left out");
        assert!(!lost_all(&built(0, false, none()), &live(0)).unwrap());
        assert!(!lost_all(&built(0, true, none()), &live(1)).unwrap(), "a change stream may have nothing yet");
        assert!(!lost_all(&built(0, false, Gates { min_rows: Some(0), ..none() }), &live(1)).unwrap());
        // A version that stays is not the live one.
        let kept = vec![DataVersionRow { state: DataVersionState::Kept.key().into(), ..live(1).remove(0) }];
        assert!(!lost_all(&built(0, false, none()), &kept).unwrap());
        // What cannot be read is no reason to let it go live.
        let unreadable = vec![DataVersionRow { figures: "{".into(), ..version(1, DataVersionState::Live) }];
        assert!(lost_all(&built(0, false, none()), &unreadable).is_err());
    }
}
