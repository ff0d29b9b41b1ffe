//! One reading of some files of a table, on a thread that may wait for them.

use std::fmt::{self, Debug};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, SchemaRef};
use connect::{BATCH_BYTES, Rejected, SourceError, Spoiled};
use csv::StringRecord;
use datafusion::arrow::compute::filter_record_batch;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use model::Field;
use object_store::ObjectMeta;
use tokio::sync::mpsc;

use super::Shape;
use super::cells::{CellFile, places_in};
use super::documents::ValueFile;
use crate::cells::{CellRows, RowFields};
use crate::errors::mismatch;
use crate::rows::Asker;

/// Some columns of some files.
pub(super) struct Scan {
    pub(super) shape: Arc<Shape>,
    pub(super) files: Vec<ObjectMeta>,
    /// Which columns of the table, in the order of the schema.
    pub(super) wanted: Vec<usize>,
    pub(super) schema: SchemaRef,
    /// Rows of a batch.
    pub(super) rows: usize,
}

impl Debug for Scan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scan").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// What comes of reading. An end is said: a reader that is gone without a word has not come to it.
enum Part {
    Rows(RecordBatch),
    End,
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (sender, receiver) = mpsc::channel::<Result<Part, SourceError>>(1);
        let rejected = Asker::of(&context).rejected;
        let reading = Reading {
            shape: self.shape.clone(),
            wanted: self.wanted.clone(),
            schema: self.schema.clone(),
            rows: self.rows,
            sender,
            rejected,
        };
        let files = self.files.clone();
        let reader = tokio::task::spawn_blocking(move || {
            let last = match reading.all(&files) {
                Ok(()) => Ok(Part::End),
                Err(error) => Err(error),
            };
            // Whoever asked may be gone.
            let _ = reading.sender.blocking_send(last);
        });
        let outside = |error: SourceError| DataFusionError::External(Box::new(error));
        let batches = futures::stream::unfold(Some((receiver, reader)), move |reading| async move {
            let (mut receiver, reader) = reading?;
            match receiver.recv().await {
                Some(Ok(Part::Rows(batch))) => Some((Ok(batch), Some((receiver, reader)))),
                Some(Ok(Part::End)) => None,
                Some(Err(error)) => Some((Err(outside(error)), None)),
                None => {
                    let broken = reader.await.map_or_else(|died| SourceError::of_join(died, 0), |()| SourceError::ended_early(0));
                    Some((Err(outside(broken)), None))
                }
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches))
    }
}

struct Reading {
    shape: Arc<Shape>,
    wanted: Vec<usize>,
    schema: SchemaRef,
    rows: usize,
    sender: mpsc::Sender<Result<Part, SourceError>>,
    rejected: Option<Rejected>,
}

impl Reading {
    fn all(&self, files: &[ObjectMeta]) -> Result<(), SourceError> {
        for file in files {
            let is_wanted = if self.shape.table.format.is_cells() { self.cells(file)? } else { self.values(file)? };
            if !is_wanted {
                break;
            }
        }
        Ok(())
    }

    /// The rows of one file of cells. Whether more is wanted.
    fn cells(&self, of: &ObjectMeta) -> Result<bool, SourceError> {
        let shape = &self.shape;
        let Some(mut file) = CellFile::open(&shape.reader, (&shape.table, of), &shape.given)? else { return Ok(true) };
        let places = self.places(&file)?;
        // What has no name has no cells either.
        let empty: Vec<usize> = (0..places.len()).filter(|at| places[*at].is_none()).collect();
        loop {
            let (mut records, mut lines, mut bytes) = (Vec::new(), Vec::new(), 0);
            let mut read = 0;
            let mut is_over = false;
            while read < self.rows && bytes < BATCH_BYTES {
                let Some(record) = file.next()? else {
                    is_over = true;
                    break;
                };
                read += 1;
                match record.cells {
                    Err(reason) => self.reject((file.place(record.line), reason), None)?,
                    Ok(cells) if empty.iter().any(|at| !cells[*at].is_empty()) => {
                        let reason = "The row has a cell in a column without a name.".to_owned();
                        self.reject((file.place(record.line), reason), Some(raw(&cells)))?;
                    }
                    Ok(cells) => {
                        bytes += cells.as_slice().len();
                        records.push(cells);
                        lines.push(record.line);
                    }
                }
            }
            let mut bad = vec![None; records.len()];
            let columns = self.columns_of(&records, (&places, of), &mut bad)?;
            for (row, reason) in bad.iter().enumerate() {
                if let Some(reason) = reason {
                    self.reject((file.place(lines[row]), reason.clone()), Some(raw(&records[row])))?;
                }
            }
            if read > 0 && !self.send(columns, records.len(), &bad)? {
                return Ok(false);
            }
            if is_over {
                return Ok(true);
            }
        }
    }

    /// Which column of the table each one of a file is.
    fn places(&self, file: &CellFile) -> Result<Vec<Option<usize>>, SourceError> {
        let names: Vec<String> = self.shape.columns.iter().map(|column| column.name.clone()).collect();
        let places = places_in(&names, &file.header);
        match (0..places.len()).find(|at| places[*at].is_none() && !file.unnamed[*at]) {
            None => Ok(places),
            Some(at) => {
                let sentence = format!(
                    "{}: the file has a column {}, which the table did not have before. Open the table again.",
                    file.place(1),
                    file.header[at]
                );
                Err(mismatch(sentence))
            }
        }
    }

    fn columns_of(
        &self,
        records: &[StringRecord],
        (places, of): (&[Option<usize>], &ObjectMeta),
        bad: &mut [Option<String>],
    ) -> Result<Vec<ArrayRef>, SourceError> {
        let nulls = self.shape.given.nulls.as_deref();
        let mut columns = Vec::with_capacity(self.wanted.len());
        for wanted in &self.wanted {
            let Some(column) = self.shape.columns.get(*wanted) else {
                columns.push(self.folder(*wanted, of, records.len()));
                continue;
            };
            let at = places.iter().position(|place| *place == Some(*wanted));
            let cell = |record| at.and_then(|at| column.reads.filled(cell_of(record, at), nulls));
            let cells: Vec<Option<&str>> = records.iter().map(cell).collect();
            columns.push(column.reads.column(&column.name, &cells, bad)?);
        }
        Ok(columns)
    }

    /// The rows of one file of JSON. Whether more is wanted.
    fn values(&self, of: &ObjectMeta) -> Result<bool, SourceError> {
        let shape = &self.shape;
        let mut file = ValueFile::open(&shape.reader, (&shape.table, of), &shape.given)?;
        let columns = self.wanted.iter().filter_map(|at| shape.columns.get(*at));
        let fields = RowFields::new(columns.map(|column| Field::plain(&column.name, column.reads.data_type)).collect());
        loop {
            let (mut values, mut bytes) = (Vec::new(), 0);
            while values.len() < self.rows && bytes < BATCH_BYTES {
                let Some((line, value)) = file.next()? else { break };
                bytes += value.len();
                values.push((line, value));
            }
            if values.is_empty() {
                return Ok(true);
            }
            if !self.objects(&values, (&fields, of), &file)? {
                return Ok(false);
            }
        }
    }

    fn objects(&self, values: &[(u64, Vec<u8>)], (fields, of): (&RowFields, &ObjectMeta), file: &ValueFile) -> Result<bool, SourceError> {
        let mut cells = CellRows::new(fields, values.len());
        let mut taken = Vec::with_capacity(values.len());
        for (line, value) in values {
            match cells.take(|cells| cells.put_json(value)) {
                Ok(()) => taken.push((*line, value)),
                Err(reason) => self.reject((file.place(*line), reason), Some(value.clone()))?,
            }
        }
        let (own, rows) = if fields.is_empty() {
            (Vec::new(), taken.len())
        } else {
            let (batch, bad) = cells.finish()?;
            for ((line, value), reason) in taken.iter().zip(&bad) {
                if let Some(reason) = reason {
                    self.reject((file.place(*line), reason.clone()), Some((*value).clone()))?;
                }
            }
            (batch.columns().to_vec(), batch.num_rows())
        };
        let mut own = own.into_iter();
        let is_own = |wanted: &usize| *wanted < self.shape.columns.len();
        let columns =
            self.wanted.iter().filter_map(|wanted| if is_own(wanted) { own.next() } else { Some(self.folder(*wanted, of, rows)) });
        let columns = columns.collect();
        self.send(columns, rows, &[])
    }

    /// A column of what a folder's name says.
    fn folder(&self, wanted: usize, of: &ObjectMeta, rows: usize) -> ArrayRef {
        let folder = self.shape.folders.get(wanted - self.shape.columns.len());
        let value = folder.and_then(|(at, _)| self.shape.table.values_of(of).into_iter().nth(*at)).flatten();
        Arc::new(StringArray::from_iter(std::iter::repeat_n(value.as_deref(), rows)))
    }

    /// Hands on the rows that are not bad. Whether more is wanted.
    fn send(&self, columns: Vec<ArrayRef>, rows: usize, bad: &[Option<String>]) -> Result<bool, SourceError> {
        let failed = |error: ArrowError| mismatch("Rows of a file could not be combined.").because(error);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let mut batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options).map_err(failed)?;
        if bad.iter().any(Option::is_some) {
            let good: BooleanArray = bad.iter().map(|bad| Some(bad.is_none())).collect();
            batch = filter_record_batch(&batch, &good).map_err(failed)?;
        }
        Ok(self.sender.blocking_send(Ok(Part::Rows(batch))).is_ok())
    }

    /// A row that cannot be read is handed to whoever keeps such rows; to others it is an error, which names it.
    fn reject(&self, (place, reason): (String, String), bytes: Option<Vec<u8>>) -> Result<(), SourceError> {
        let Some(rejected) = &self.rejected else {
            return Err(mismatch(format!("{place}: {reason} Correct the file, or change the text format on the source's page.")));
        };
        let _ = rejected.send(Spoiled { place, reason, key: None, bytes });
        Ok(())
    }
}

fn cell_of(record: &StringRecord, at: usize) -> &str {
    record.get(at).unwrap_or_default()
}

/// A record as it is kept for people to look at.
fn raw(record: &StringRecord) -> Vec<u8> {
    record.iter().collect::<Vec<_>>().join("\t").into_bytes()
}
