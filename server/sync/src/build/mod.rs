//! One build, front to back: read, sort, write, prove.

pub(crate) mod build_source;
pub(crate) mod checkpoint;
pub(crate) mod columnar;
pub(crate) mod count;
pub(crate) mod counts;
mod division;
pub(crate) mod encoder;
pub(crate) mod gate;
pub(crate) mod input;
pub(crate) mod mapped;
pub(crate) mod ordered;
pub(crate) mod parts;
pub(crate) mod progress;
pub(crate) mod read;
pub(crate) mod rejected;
pub(crate) mod row_validation;
mod rule_check;
pub(crate) mod rules;
pub(crate) mod task;

use std::sync::Arc;

use accel::{Block, Codec, Dataset, KeptRuns, KvWriter, Place, Sealed};
use connect::registry;
use fail::fail_point;
use model::dataset::{BuildFigures, DatasetSpec, StoreKind};
use model::job::{JobSpec, NewColumns};
use model::snapshot::SnapshotSource;
use store::{DataVersionRow, RunRow};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use self::build_source::BuildSource;
use self::checkpoint::Spot;
use self::count::SourceCount;
use self::gate::{KeyGate, proved};
use self::ordered::{InOrder, Pairs};
use self::parts::{Make, PartsRead, Plan, Planned};
use self::progress::{Flow, Progress};
use self::read::unless_stopped;
use self::task::Task;
use crate::failed::Failed;
use crate::incremental::cursor::{position_now, refuse_no_cursor};
use crate::publish::table_store;
use crate::source::{Asked, Deleted};
use crate::{Worker, source};

/// Pairs that are handed to a store at once, and how often that many may wait for it.
const WRITE_ROWS: usize = 4_096;
const READY: usize = 2;
const WRITE_BYTES: usize = 4 << 20;

/// A finished build: what it is made of, and what was counted.
pub(crate) struct Built {
    pub(crate) spec: DatasetSpec,
    pub(crate) figures: BuildFigures,
    /// It follows its table from now on.
    pub(crate) synced: bool,
    /// Its source tells changes, from a place on that may be the newest: it may hold nothing yet.
    pub(crate) is_feed: bool,
}

pub(crate) async fn run(
    worker: &Worker,
    (run, row): (&RunRow, &DataVersionRow),
    job: &JobSpec,
    stop: &CancellationToken,
) -> Result<Built, Failed> {
    let mut spec = worker.ask_patiently(stop, || worker.store.version_definition(row)).await?;
    let source = source::of(worker, &spec, row).await?;
    let connection = source::open(worker, &spec, &source)?;
    let table = source::table_of(&spec, &*connection).await?;
    let feeds = registry::feeds(&source.driver);
    // Of a feed, the table is what its newest rows were seen to be: what one of them lacks is not gone.
    if feeds {
        source::refuse_of_feed(&spec)?;
    } else {
        source::refuse_drift(&spec, &table)?;
    }
    match job.new_columns {
        NewColumns::Take => spec.take_new(&table),
        NewColumns::LeaveOut => {}
        NewColumns::Ask => source::refuse_new_columns(&spec, &table)?,
    }
    let mut progress = Progress::new(worker, (run, row), table.rows);
    let tier = run.decoded_tier()?;
    let dialect = source::dialect(&source)?;
    let incremental = job.incremental.as_ref().filter(|_| spec.store != StoreKind::Columnar);
    // Before anything is read: what changes from here on may or may not be seen, and is looked at again.
    let synced_from = match incremental {
        Some(_) if feeds => Some(String::new()),
        Some(incremental) => {
            refuse_no_cursor(&table, incremental, dialect)?;
            let asked = Asked { source: &spec.source, connection: &*connection, dialect };
            Some(position_now(&spec, incremental, asked, worker.host.now()).await?)
        }
        None => None,
    };
    let deleted = Deleted::of(&spec, incremental.filter(|_| !feeds));
    let feed_start = feeds.then(|| incremental.map_or_else(String::new, |incremental| incremental.start.clone()));
    let to = Place { dataset: row.dataset_id.clone(), version: row.id.clone() };
    let kept = checkpoint::of(worker, run, &made_of(&spec, job, &source));
    let rejected = job.rejected;
    let from = BuildSource { spec: spec.clone(), row: row.clone(), connection, dialect, tier, deleted, synced_from, feed_start, rejected };
    let from = Arc::new(from);
    // Before the state is taken that is read: what grows has no more rows than this then, and no less.
    let counted = unless_stopped(stop, SourceCount::begin(&from)).await??;
    let plan = unless_stopped(stop, Plan::of(worker, &from, kept, (table.rows, run.attempt), stop)).await??;
    let (task, planned) = (Task { worker, from: &from, to: &to, stop }, Planned { plan, counted });
    let written = if spec.store == StoreKind::Columnar {
        columnar::read_and_write(task, planned, &mut progress).await
    } else {
        read_and_write(task, planned, &mut progress).await
    };
    progress.count();
    let figures = BuildFigures { step: String::new(), ..progress.figures };
    match written {
        Ok(()) => Ok(Built { spec, figures, synced: incremental.is_some(), is_feed: feeds }),
        Err(failed) => Err(Failed { figures: Box::new(figures), ..failed }),
    }
}

/// What decides what is read: of anything else, an earlier try has kept nothing that is of use.
fn made_of(spec: &DatasetSpec, job: &JobSpec, source: &SnapshotSource) -> [String; 3] {
    let json = |text: serde_json::Result<String>| text.unwrap_or_default();
    let how = (&job.incremental, &job.rejected, &source.config, &source.driver);
    [json(serde_json::to_string(spec)), json(serde_json::to_string(&how)), source.environment.key().to_owned()]
}

/// Rows on their way into the order of their keys.
struct ToPairs<'a>(&'a BuildSource);

impl Make<Pairs> for ToPairs<'_> {
    fn make(&self, spot: &Spot) -> Result<Pairs, Failed> {
        Pairs::new(spot, self.0)
    }

    fn make_again(&self, spot: &Spot, kept: &KeptRuns) -> Result<Option<Pairs>, Failed> {
        Pairs::again(spot, self.0, kept)
    }
}

async fn read_and_write(task: Task<'_>, planned: Planned, progress: &mut Progress<'_>) -> Result<(), Failed> {
    let Task { worker, from, to, .. } = task;
    let spec = &from.spec;
    // Before anything is read: one that cannot be written into is told at once.
    let store = table_store::of(worker, spec, &from.row).await?;
    let (pairs, mut read) = parts::all(task, planned, &ToPairs(from), progress).await?;
    fail_point!("build.after-read");
    let mut sealed =
        Sealed { rows: pairs.rows(), compression: spec.compression, dictionary: pairs.dictionary(), synced_from: read.synced_from.clone() };
    progress.step("writing").await?;
    let mut writer = store.create(to, sealed.rows).await?;
    let written = fill(task, &mut *writer, (pairs, &mut read, &sealed), progress).await;
    let (sorted, middle) = match written {
        Ok(written) => written,
        Err(failed) => {
            writer.abandon().await;
            return Err(failed);
        }
    };
    sealed.rows = sorted.checksum.rows;
    fail_point!("build.before-seal");
    writer.seal(&sealed).await?;
    fail_point!("build.after-seal");
    progress.step("proving").await?;
    let read_back = async {
        let dataset = Dataset::open(&*store, to).await?;
        proved(sorted.checksum, dataset.prove(middle.into_iter().collect()).await?)
    };
    read_back.instrument(tracing::trace_span!(target: "traces", "verify")).await?;
    progress.figures.checksum = sorted.checksum.hex();
    fail_point!("build.after-proof");
    Ok(())
}

/// Writes all rows, and sees whether they are what was to be written; gives what is known of them, and a key in the middle.
async fn fill(
    Task { worker, from, stop, .. }: Task<'_>,
    writer: &mut dyn KvWriter,
    (pairs, read, sealed): (Pairs, &mut PartsRead, &Sealed),
    progress: &mut Progress<'_>,
) -> Result<(InOrder, Option<Vec<u8>>), Failed> {
    let sorted = tracing::trace_span!(target: "traces", "sort").in_scope(|| pairs.in_order(read.checksum))?;
    let writing = write(writer, sorted, sealed, (&mut read.gate, progress), stop);
    let (sorted, middle) = writing.instrument(tracing::trace_span!(target: "traces", "write")).await?;
    read.gate.pass()?;
    progress.figures.same_key_rows = sorted.others;
    if !from.has_each_key_once() {
        let figures = &progress.figures;
        read.agrees(worker, from, (figures.read_rows, figures.written_rows), stop).await?;
    }
    Ok((sorted, middle))
}

/// Rows that are ready for a store, and what became of them on the way.
#[derive(Default)]
struct Ready {
    block: Block,
    /// Messages of keys that came before.
    twins: Vec<Vec<u8>>,
}

/// Gives the rows in order, compressed, on a thread of its own: a store takes some while the next ones are made ready. The rows come back
/// in the end.
fn make_ready(mut sorted: InOrder, codec: Codec) -> (mpsc::Receiver<Ready>, JoinHandle<Result<InOrder, Failed>>) {
    let (sender, receiver) = mpsc::channel(READY);
    let making = tokio::task::spawn_blocking(move || {
        let mut last: Vec<u8> = Vec::new();
        loop {
            let mut ready = Ready::default();
            let mut at_end = false;
            while ready.block.len() + ready.twins.len() < WRITE_ROWS && ready.block.bytes() < WRITE_BYTES {
                let Some((key, row)) = sorted.next()? else {
                    at_end = true;
                    break;
                };
                if key == last {
                    ready.twins.push(row.to_vec());
                    continue;
                }
                last.clear();
                last.extend_from_slice(key);
                ready.block.push(key, &codec.compress(row)?);
            }
            if sender.blocking_send(ready).is_err() || at_end {
                return Ok(sorted);
            }
        }
    });
    (receiver, making)
}

async fn write(
    writer: &mut dyn KvWriter,
    sorted: InOrder,
    sealed: &Sealed,
    (gate, progress): (&mut KeyGate, &mut Progress<'_>),
    stop: &CancellationToken,
) -> Result<(InOrder, Option<Vec<u8>>), Failed> {
    let (mut ready, making) = make_ready(sorted, Codec::new(sealed.compression, &sealed.dictionary));
    let (mut middle, mut written) = (None, 0);
    while let Some(Ready { block, twins }) = ready.recv().await {
        if stop.is_cancelled() {
            return Err(Failed::broke_off());
        }
        twins.iter().for_each(|row| gate.twice(row));
        if written <= sealed.rows / 2 {
            middle = block.pairs().next().map(|(key, _)| key.to_vec()).or(middle);
        }
        written += block.len() as u64;
        progress.figures.stored_bytes += i64::try_from(block.pairs().map(|(_, value)| value.len()).sum::<usize>()).unwrap_or(0);
        progress.figures.written_rows = i64::try_from(written).unwrap_or(0);
        writer.write(block).await?;
        progress.tick().await?;
    }
    let sorted = making.await.unwrap_or_else(|error| Err(Failed::of_join(error)))?;
    Ok((sorted, middle))
}
