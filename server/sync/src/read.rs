//! The reading half of every build: all rows of the table, looked at by its gates and rules, and handed on.

use accel::Checksum;
use arrow_array::RecordBatch;
use connect::Connection;
use connect::proto::value_of;
use futures::TryStreamExt;
use model::DataType;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::follow::says_deleted;
use model::load::Tier;
use store::DataVersionRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::count::{SourceCount, refuse_size};
use crate::encoder::Encoder;
use crate::failed::Failed;
use crate::gate::KeyGate;
use crate::progress::{Flow, Progress};
use crate::rules::Rules;
use crate::source::statement;
use crate::throttle::Throttle;

/// What is read, for which data version.
pub(crate) struct From<'a> {
    pub(crate) spec: &'a DatasetSpec,
    pub(crate) row: &'a DataVersionRow,
    pub(crate) connection: &'a dyn Connection,
    pub(crate) dialect: Dialect,
    pub(crate) tier: Tier,
    /// The column that tells rows that are deleted, where there is one.
    pub(crate) deleted: Option<(usize, DataType)>,
    /// Where the changes begin that this may not see, where they are followed.
    pub(crate) followed_from: Option<String>,
}

impl From<'_> {
    fn is_deleted(&self, batch: &RecordBatch, row: usize) -> bool {
        self.deleted.is_some_and(|(column, data_type)| says_deleted(&value_of(batch, column, row, data_type)))
    }
}

/// Where rows go.
pub(crate) trait Rows {
    /// One row with a whole key: its key, its message, and where it stands.
    fn row(&mut self, key: Vec<u8>, message: Vec<u8>, of: (&RecordBatch, usize)) -> Result<(), Failed>;

    /// All rows of a batch, after each of them. Gives how many are written by that.
    fn batch(&mut self, _: &RecordBatch) -> Result<i64, Failed> {
        Ok(0)
    }
}

/// What was read, and what is still to be said of its keys.
pub(crate) struct Read {
    pub(crate) checksum: Checksum,
    pub(crate) gate: KeyGate,
    counted: SourceCount,
}

impl Read {
    /// # Errors
    /// Where there are not as many rows as the source counts, or as the gates let through.
    pub(crate) async fn agrees(&self, worker: &Worker, from: &From<'_>, rows: i64) -> Result<(), Failed> {
        self.counted.agrees((from.spec, from.connection), rows).await?;
        refuse_size(worker, from.row, from.spec, rows).await
    }
}

/// Waits for a source no longer than the run may go on.
async fn unless_stopped<T>(stop: &CancellationToken, source: impl Future<Output = T>) -> Result<T, Failed> {
    tokio::select! {
        () = stop.cancelled() => Err(Failed::broke_off()),
        answer = source => Ok(answer),
    }
}

/// Reads the table to its end.
///
/// # Errors
/// Where the source fails, a key is empty, a rule is broken, or it is to stop.
pub(crate) async fn all(
    worker: &Worker,
    from: &From<'_>,
    rows: &mut impl Rows,
    progress: &mut Progress<'_>,
    stop: &CancellationToken,
) -> Result<Read, Failed> {
    progress.step("reading").await?;
    let (spec, connection) = (from.spec, from.connection);
    let counted = unless_stopped(stop, SourceCount::begin(from)).await??;
    let mut read = Read { checksum: Checksum::default(), gate: KeyGate::new(spec), counted };
    let mut rules = Rules::new(worker, spec)?;
    let encoder = Encoder::new(spec);
    let mut throttle = Throttle::new(worker, (&spec.source, connection), from.tier, progress).await;
    let failed = |error: connect::SourceError| Failed::of_source(spec, &error);
    let mut batches = unless_stopped(stop, connection.query(statement(spec, from.dialect))).await?.map_err(failed)?;
    while let Some(batch) = unless_stopped(stop, batches.try_next()).await?.map_err(failed)? {
        rules.look(&batch)?;
        let bytes_before = progress.figures.row_bytes;
        for index in (0..batch.num_rows()).filter(|index| !from.is_deleted(&batch, *index)) {
            let (key, message) = encoder.encode(&batch, index);
            let Some(key) = key else {
                read.gate.without_key(&message);
                continue;
            };
            read.checksum.add(&key, &message);
            progress.figures.row_bytes += i64::try_from(message.len()).unwrap_or(0);
            rows.row(key, message, (&batch, index))?;
        }
        progress.figures.written_rows += rows.batch(&batch)?;
        let read_rows = i64::try_from(batch.num_rows()).unwrap_or(0);
        progress.figures.read_rows += read_rows;
        progress.tick().await?;
        let bytes = progress.figures.row_bytes - bytes_before;
        throttle.after((read_rows, bytes), progress, stop).await?;
    }
    read.gate.pass()?;
    rules.pass()?;
    Ok(read)
}
