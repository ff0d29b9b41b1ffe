//! Profiles that are due: each is taken by one worker under a lease, read, and kept. They are asked for by people, by scans and by builds.

use std::collections::HashMap;
use std::time::Instant;

use model::catalogue::{AssetPath, TableProfile};
use model::clock::{MINUTE, Millis, SECOND};
use model::schedule::minute_of_day;
use model::snapshot::Environment;
use store::{AssetRow, ProfileRequestRow, ProfileRow, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::catalogue::dataset_sample;
use crate::catalogue::outcome::{NotSampled, of_sketch};
use crate::catalogue::sample::ColumnSample;
use crate::catalogue::sketch::SketchedColumn;
use crate::catalogue::suggest;
use crate::catalogue::table_sample::{self, TableOf};
use crate::failed::{Again, Failed};
use crate::source::sharing;

/// Profiles of one worker at a time.
const AT_ONCE: usize = 2;
/// Requests that are looked at in a round.
const LOOKED_AT: i64 = 20;
/// A worker that takes longer is dead: a profile reads 5 s at most.
const LEASE: Millis = MINUTE;
/// A source that has no room is asked again after this.
const AGAIN: Millis = MINUTE;
/// One that another profile reads is free sooner: that one reads 5 s at most.
const NEXT: Millis = 2 * SECOND;
/// A profile whose worker died so often is given up: its table may be what kills.
const MOST_ATTEMPTS: i64 = 3;

/// Begins what is due.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn begin(worker: &Worker, going: &mut JoinSet<()>, stop: &CancellationToken) -> Result<(), StoreError> {
    while going.try_join_next().is_some() {}
    let now = worker.host.now();
    for request in worker.store.due_profiles(now, LOOKED_AT).await? {
        if going.len() >= AT_ONCE || stop.is_cancelled() {
            break;
        }
        if let Some((wait, why)) = no_room(worker, &request.source).await? {
            worker.store.put_off_profiles(&request.source, now + wait, &why).await?;
            continue;
        }
        if let Some(mine) = worker.store.claim_profile(&request, &worker.name, (now, now + LEASE)).await? {
            going.spawn(run(worker.clone(), mine, stop.clone()));
        }
    }
    Ok(())
}

/// Why a source is not read now, and when it is asked again: another profile reads it, as many runs as may, or it is out of its hours.
async fn no_room(worker: &Worker, source: &str) -> Result<Option<(Millis, String)>, StoreError> {
    if source.is_empty() {
        return Ok(None);
    }
    if worker.store.profiles_reading(source, worker.host.now()).await? > 0 {
        return Ok(Some((NEXT, "Waits for another profile of the source.".into())));
    }
    // Where its limits cannot be read the profile is begun, and fails with that.
    let Some(load) = worker.if_readable(worker.store.load_limits(source).await)?.flatten() else { return Ok(None) };
    if !load.is_open(minute_of_day(&load.zone, worker.host.now()).unwrap_or(0)) {
        let hours: Vec<String> = load.windows.iter().map(|window| window.words()).collect();
        return Ok(Some((AGAIN, format!("Waits for the time window {} of the source.", hours.join(" and ")))));
    }
    let reading = sharing::reading(worker, source).await?;
    let is_full = load.runs.is_some_and(|most| u32::try_from(reading).is_ok_and(|reading| reading >= most));
    Ok(is_full.then(|| (AGAIN, "Waits for the runs that read the source.".to_owned())))
}

async fn run(worker: Worker, mine: ProfileRequestRow, stop: CancellationToken) {
    if mine.attempt > MOST_ATTEMPTS {
        let reason = "The profile ended early several times. Tell the operator: the log has the cause.";
        return end(&worker, &mine, None, reason).await;
    }
    let task = {
        let (worker, mine) = (worker.clone(), mine.clone());
        let runtime = tokio::runtime::Handle::current();
        let span = tracing::trace_span!(target: "traces", "profile", asset = mine.asset_id, source = mine.source);
        // On a thread of its own: summing up must not stand in the way of calls.
        tokio::task::spawn_blocking(move || span.in_scope(|| runtime.block_on(profile(&worker, &mine.asset_id, &stop))))
    };
    match task.await.unwrap_or_else(|error| Err(Failed::of_join(error).into())) {
        Ok(row) => end(&worker, &mine, Some(&row), "").await,
        // It is taken again once its lease is over, by this worker or another one.
        Err(NotSampled::Failed(failed)) if failed.again == Again::AtOnce => {}
        Err(NotSampled::Failed(failed)) => end(&worker, &mine, None, &failed.reason).await,
        Err(NotSampled::Later(why)) => {
            let given = worker.store.give_back_profile(&mine, worker.host.now() + AGAIN, &why).await;
            said(given);
        }
    }
}

async fn end(worker: &Worker, mine: &ProfileRequestRow, row: Option<&ProfileRow>, reason: &str) {
    said(worker.store.finish_profile(mine, row, (worker.host.now(), reason)).await);
}

/// A profile that could not be written down is made again, once its lease is over.
fn said(written: Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::warn!(cause = %error, "the result of a profile could not be stored");
    }
}

/// Reads an asset and sums it up. What was read of its columns is offered to the rules that suggest tags.
async fn profile(worker: &Worker, asset_id: &str, stop: &CancellationToken) -> Result<ProfileRow, NotSampled> {
    let began = Instant::now();
    let asset = worker.store.asset_by_id(asset_id).await?;
    let asset = asset.ok_or_else(|| Failed::new("The asset is not in the catalogue any more."))?;
    let path = asset.decoded_path()?;
    let (sampled, version) = match &path {
        AssetPath::Table { source, table } => {
            let environment = environment(worker, source).await?;
            let of = TableOf { source, environment: environment.key(), table };
            (table_sample::read(worker, &of, stop).await?, None)
        }
        AssetPath::Dataset { domain, name } => {
            let (sampled, version) = dataset_sample::read(worker, (domain, name), stop).await?;
            (sampled, Some(version))
        }
        _ => return Err(Failed::new("Only tables and datasets have a profile.").into()),
    };
    let columns = sampled.sketch.finish().map_err(|error| of_sketch(&error))?;
    let samples = samples(worker, &asset, &columns, sampled.sample.rows).await?;
    suggest::offer(worker, &asset, &samples).await?;
    let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let columns = columns.into_iter().map(|column| column.profile).collect();
    let profile = TableProfile { sample: sampled.sample, columns, version, took_ms };
    let what = format_args!("the profile of {path}");
    Ok(ProfileRow {
        asset_id: asset.id,
        at: worker.host.now(),
        profile: store::encode(&profile, &what)?,
        figures: store::encode(&profile.figures(), &what)?,
    })
}

/// The settings that a source is scanned with: its tables are those of that environment.
async fn environment(worker: &Worker, source: &str) -> Result<Environment, StoreError> {
    let Some(source) = worker.store.source(source).await? else { return Ok(Environment::Prod) };
    let scan = worker.store.source_scan(&source.id).await?;
    Ok(scan.map(|scan| scan.decoded_spec()).transpose()?.map_or(Environment::Prod, |spec| spec.environment))
}

/// The sampled values of the columns that are in the catalogue.
async fn samples(worker: &Worker, asset: &AssetRow, columns: &[SketchedColumn], rows: i64) -> Result<Vec<ColumnSample>, StoreError> {
    let known = worker.store.assets_of(&asset.id).await?;
    let known = known.iter().filter(|column| column.is_there());
    let ids: HashMap<&str, &str> = known.map(|column| (column.name.as_str(), column.id.as_str())).collect();
    let sample = |column: &SketchedColumn| {
        let SketchedColumn { profile, values } = column;
        let asset = (*ids.get(profile.name.as_str())?).to_owned();
        Some(ColumnSample { asset, name: profile.name.clone(), data_type: profile.data_type, values: values.clone(), rows })
    };
    Ok(columns.iter().filter_map(sample).collect())
}
