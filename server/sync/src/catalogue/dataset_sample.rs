//! The sample of a dataset: every so-many-th row of its live version, out of its store.

use std::time::Instant;

use accel::{Dataset, Place};
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use connect::batch::BatchBuilder;
use connect::proto::read_message;
use model::catalogue::{CutBy, ProfileSample, SampleKind};
use model::dataset::{DataVersionState, DatasetSpec, StoreKind};
use model::snapshot::Environment;
use store::{DataVersionRow, StoreError};
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::encoder::Encoder;
use crate::catalogue::outcome::{NotSampled, of_sketch};
use crate::catalogue::sketch::TableSketch;
use crate::catalogue::table_sample::{self, Sampled, TIME, TableOf, most_rows};
use crate::failed::Failed;
use crate::publish::table_store;

/// Rows that are summed up together.
const TOGETHER: usize = 1_024;

/// Reads a sample of the version of a dataset that is live in production, or in the test environment where none is; with its number.
///
/// # Errors
/// Where nothing of it is live, or its store does not answer.
pub(crate) async fn read(worker: &Worker, (domain, name): (&str, &str), stop: &CancellationToken) -> Result<(Sampled, i64), NotSampled> {
    let version = live(worker, domain, name).await?;
    let version = version.ok_or_else(|| Failed::new("No version of the dataset is live. Build the dataset first."))?;
    let spec = worker.store.version_definition(&version).await?;
    let sampled = match (spec.store, &spec.into) {
        (StoreKind::Table, Some(into)) => {
            let table = into.table.path();
            table_sample::read(worker, &TableOf { source: &into.source, environment: &version.environment, table: &table }, stop).await?
        }
        (StoreKind::Columnar, _) => columnar(worker, &spec, &version, stop)?,
        _ => by_key(worker, &spec, &version, stop).await?,
    };
    Ok((sampled, version.number))
}

async fn live(worker: &Worker, domain: &str, name: &str) -> Result<Option<DataVersionRow>, StoreError> {
    let Some(dataset) = worker.store.dataset(domain, name).await? else { return Ok(None) };
    let mut versions = worker.store.data_versions_of(&dataset.id).await?;
    versions.retain(|version| version.state == DataVersionState::Live.key());
    versions.sort_by_key(|version| version.environment != Environment::Prod.key());
    Ok(versions.into_iter().next())
}

fn place_of(version: &DataVersionRow) -> Place {
    Place { dataset: version.dataset_id.clone(), version: version.id.clone() }
}

/// Every so-many-th row, so that they come to no more than may be read.
fn every(rows: u64, most: usize) -> u64 {
    rows.div_ceil(most as u64).max(1)
}

/// The rows of a sample as they come.
struct Taken {
    sketch: TableSketch,
    every: u64,
    began: Instant,
    cut_by: Option<CutBy>,
    failed: Option<Failed>,
}

impl Taken {
    fn new(spec: &DatasetSpec, rows: u64) -> Result<Self, Failed> {
        let fields = spec.written_fields();
        let sketch = TableSketch::new(&fields).map_err(|error| of_sketch(&error))?;
        Ok(Self { sketch, every: every(rows, most_rows(fields.len())), began: Instant::now(), cut_by: None, failed: None })
    }

    /// Whether more is wanted.
    fn goes_on(&mut self, stop: &CancellationToken) -> bool {
        if stop.is_cancelled() {
            self.failed = Some(Failed::broke_off());
        } else if self.began.elapsed() >= TIME {
            self.cut_by = Some(CutBy::Time);
        }
        self.failed.is_none() && self.cut_by.is_none()
    }

    /// # Errors
    /// Where reading failed.
    fn sampled(self, rows: u64) -> Result<Sampled, Failed> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let read = self.sketch.rows();
        let of = i64::try_from(rows).unwrap_or(i64::MAX).max(read);
        let kind = if self.every == 1 && self.cut_by.is_none() { SampleKind::All } else { SampleKind::EveryNth };
        // Rows may have come and gone since it was built.
        let of = if kind == SampleKind::All { read } else { of };
        Ok(Sampled { sketch: self.sketch, sample: ProfileSample { kind, rows: read, of: Some(of), cut_by: self.cut_by } })
    }
}

async fn by_key(worker: &Worker, spec: &DatasetSpec, version: &DataVersionRow, stop: &CancellationToken) -> Result<Sampled, Failed> {
    let store = table_store::of(worker, spec, version).await?;
    let dataset = Dataset::open(&*store, &place_of(version)).await?;
    let rows = dataset.rows();
    let mut taken = Taken::new(spec, rows)?;
    let step = taken.every;
    let (encoder, mut batch) = (Encoder::new(spec), BatchBuilder::new(&spec.written_fields()));
    let mut visit = |message: &[u8]| {
        let added = read_message(&mut batch, encoder.columns(), message);
        let added =
            added.and_then(|()| if batch.rows() < TOGETHER { Ok(()) } else { batch.finish().map(|rows| taken.sketch.add(&rows, &[])) });
        if let Err(error) = added {
            tracing::error!(cause = error.cause, "a row of a dataset cannot be read: {error}");
            taken.failed = Some(Failed::new("A row of the dataset cannot be read. Build the dataset again."));
        }
        taken.goes_on(stop)
    };
    dataset.sample(step, &mut visit).await?;
    if let Ok(rest) = batch.finish() {
        taken.sketch.add(&rest, &[]);
    }
    taken.sampled(rows)
}

fn columnar(worker: &Worker, spec: &DatasetSpec, version: &DataVersionRow, stop: &CancellationToken) -> Result<Sampled, Failed> {
    let written = version.decoded_figures()?.written_rows;
    let rows = u64::try_from(written).unwrap_or(0);
    let mut taken = Taken::new(spec, rows)?;
    let mut place = 0;
    for batch in worker.stores.columnar().read(&place_of(version))? {
        let batch = every_nth(&batch?, taken.every, &mut place)?;
        taken.sketch.add(&batch, &[]);
        if !taken.goes_on(stop) {
            break;
        }
    }
    taken.sampled(rows)
}

/// The rows of a batch whose places among all rows are multiples of a number.
fn every_nth(batch: &RecordBatch, every: u64, place: &mut u64) -> Result<RecordBatch, Failed> {
    let is_taken: Vec<bool> = (0..batch.num_rows() as u64).map(|row| (*place + row).is_multiple_of(every)).collect();
    *place += batch.num_rows() as u64;
    filter_record_batch(batch, &BooleanArray::from(is_taken)).map_err(|_| Failed::for_now("The rows of a batch could not be sampled."))
}

#[cfg(test)]
mod tests {
    use model::{DataType, Field, Value};

    use super::*;
    use crate::samples::{batch, spec};

    fn numbers(from: i64, until: i64) -> RecordBatch {
        let rows: Vec<Vec<Value>> = (from..until).map(|number| vec![Value::Int(number)]).collect();
        batch(&[Field::plain("a", DataType::Int64)], &rows)
    }

    #[test]
    fn rows_are_taken_evenly_over_batches() {
        assert_eq!([(0, 10), (10, 10), (11, 10), (1_000, 10)].map(|(rows, most)| every(rows, most)), [1, 1, 2, 100]);
        let mut place = 0;
        let counts: Vec<usize> =
            [(0, 5), (5, 7), (7, 20)].map(|(from, until)| every_nth(&numbers(from, until), 3, &mut place).unwrap().num_rows()).to_vec();
        assert_eq!(counts, [2, 1, 4], "of the places 0 to 19: 0, 3; 6; 9, 12, 15, 18");
    }

    #[test]
    fn a_sample_of_a_dataset_says_how_it_was_taken() {
        let spec = spec(&[("a", DataType::Int64)], &["a"]);
        let of = |rows: u64, read: i64| {
            let mut taken = Taken::new(&spec, rows).unwrap();
            taken.sketch.add(&numbers(0, read), &[]);
            let sample = taken.sampled(rows).unwrap().sample;
            (sample.kind, sample.rows, sample.of)
        };
        assert_eq!(of(5, 6), (SampleKind::All, 6, Some(6)), "a row came since it was built");
        assert_eq!(of(1_000_000, 10), (SampleKind::EveryNth, 10, Some(1_000_000)));
    }

    #[test]
    fn a_sample_ends_when_it_is_told_to() {
        let mut taken = Taken::new(&spec(&[("a", DataType::Int64)], &["a"]), 1).unwrap();
        let stop = CancellationToken::new();
        assert!(taken.goes_on(&stop));
        stop.cancel();
        assert!(!taken.goes_on(&stop) && taken.sampled(1).is_err());
    }
}
