//! One build of a columnar dataset: read and written in the source's order, its key proved unique, read back.

use std::sync::Arc;

use accel::{Checksum, ColumnarWriter, Place, Sorter};
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use connect::batch::schema_of;
use fail::fail_point;
use model::Field;
use tracing::Instrument;

use crate::Worker;
use crate::build::build_source::BuildSource;
use crate::build::checkpoint::Spot;
use crate::build::encoder::Encoder;
use crate::build::gate::{KeyGate, proved};
use crate::build::parts::{self, Make, Planned};
use crate::build::progress::{Flow, Progress};
use crate::build::read::Rows;
use crate::build::task::Task;
use crate::failed::Failed;

pub(crate) async fn read_and_write(task: Task<'_>, planned: Planned, progress: &mut Progress<'_>) -> Result<(), Failed> {
    let Task { worker, from, to, stop } = task;
    let encoder = Arc::new(Encoder::new(&from.spec));
    let fields = from.spec.written_fields();
    let make = ToColumns { worker, from, to, fields: &fields, encoder: &encoder };
    let (columns, mut read) = parts::all(task, planned, &make, progress).await?;
    let Columns { writer, keys, .. } = columns;
    if let Some(keys) = keys {
        tracing::trace_span!(target: "traces", "sort").in_scope(|| refuse_twins(keys, &mut read.gate))?;
    }
    let figures = &progress.figures;
    read.agrees(worker, from, (figures.read_rows, figures.written_rows), stop).await?;
    fail_point!("build.before-seal");
    let stored = tracing::trace_span!(target: "traces", "write").in_scope(|| writer.seal())?;
    progress.figures.stored_bytes = i64::try_from(stored).unwrap_or(0);
    progress.step("proving").await?;
    let written = read_back(task, &encoder, progress).instrument(tracing::trace_span!(target: "traces", "verify")).await?;
    proved(read.checksum, written)?;
    progress.figures.checksum = read.checksum.hex();
    fail_point!("build.after-proof");
    Ok(())
}

/// The checksum of what was written.
async fn read_back(Task { worker, to, .. }: Task<'_>, encoder: &Encoder, progress: &mut Progress<'_>) -> Result<Checksum, Failed> {
    let mut written = Checksum::default();
    for batch in worker.stores.columnar().read(to)? {
        let batch = batch?;
        let rows = encoder.rows(&batch);
        for index in 0..batch.num_rows() {
            let (key, message) = rows.encode(index);
            written.add(&key.unwrap_or_default(), &message);
        }
        progress.tick().await?;
    }
    Ok(written)
}

struct ToColumns<'a> {
    worker: &'a Worker,
    from: &'a BuildSource,
    to: &'a Place,
    fields: &'a [Field],
    encoder: &'a Arc<Encoder>,
}

impl Make<Columns> for ToColumns<'_> {
    fn make(&self, _: &Spot) -> Result<Columns, Failed> {
        let writer = self.worker.stores.columnar().create(self.to, schema_of(self.fields))?;
        let keys = if self.from.spec.key.is_empty() { None } else { Some(Sorter::new(&self.worker.stores.scratch())?) };
        Ok(Columns { writer, keys, encoder: Arc::clone(self.encoder) })
    }
}

/// Batches go to the file as they are; keys, where there are any, into an order in which twins stand side by side.
struct Columns {
    writer: ColumnarWriter,
    keys: Option<Sorter>,
    encoder: Arc<Encoder>,
}

impl Rows for Columns {
    fn row(&mut self, key: &[u8], _: Option<&[u8]>, (batch, index): (&RecordBatch, usize)) -> Result<(), Failed> {
        match &mut self.keys {
            Some(keys) => Ok(keys.push(key, &self.encoder.key_alone(batch, index))?),
            None => Ok(()),
        }
    }

    fn batch(&mut self, batch: &RecordBatch, taken: &[bool]) -> Result<i64, Failed> {
        let kept = filter_record_batch(batch, &BooleanArray::from(taken.to_vec()));
        let kept = kept.map_err(|_| Failed::new("Rejected rows could not be removed from a batch. Build the dataset again."))?;
        self.writer.write(&kept)?;
        Ok(i64::try_from(kept.num_rows()).unwrap_or(0))
    }

    /// There is one part: a file has one order.
    fn join(&mut self, _: Self) {}
}

/// Where a key is named, it must tell each row from the others.
fn refuse_twins(keys: Sorter, gate: &mut KeyGate) -> Result<(), Failed> {
    keys.sorted()?.twins(|row| gate.twice(row))?;
    gate.pass()
}
