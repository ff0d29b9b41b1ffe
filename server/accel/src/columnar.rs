//! The columnar store: a dataset version is one Parquet file, asked by an engine in SQL. Written beside whatever is live, and
//! there only once it is whole.

use std::fs::File;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::{AccelError, Place};

/// Rows that are skipped or read together by their least and greatest values.
const GROUP_ROWS: usize = 128 << 10;
const ROWS: &str = "rows.parquet";
const UNFINISHED: &str = "rows.parquet.unfinished";

/// Data versions under one folder: `<folder>/<dataset>/<version>/rows.parquet`.
#[derive(Debug, Clone)]
pub struct Columnar {
    folder: PathBuf,
}

/// Writes one version. Dropped without [`ColumnarWriter::seal`], what it wrote is never read.
pub struct ColumnarWriter {
    writer: ArrowWriter<File>,
    folder: PathBuf,
}

impl Columnar {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, place: &Place) -> PathBuf {
        self.folder.join(&place.dataset).join(&place.version)
    }

    /// Begins a version beside whatever is live.
    ///
    /// # Errors
    /// Where the disk is full or cannot be written.
    pub fn create(&self, place: &Place, schema: SchemaRef) -> Result<ColumnarWriter, AccelError> {
        self.remove(place)?;
        let folder = self.path(place);
        std::fs::create_dir_all(&folder).map_err(|error| AccelError::of_io(&error))?;
        let file = File::create(folder.join(UNFINISHED)).map_err(|error| AccelError::of_io(&error))?;
        let level = ZstdLevel::try_new(3).unwrap_or_default();
        let properties =
            WriterProperties::builder().set_compression(Compression::ZSTD(level)).set_max_row_group_row_count(Some(GROUP_ROWS)).build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(|error| of_parquet(&error))?;
        Ok(ColumnarWriter { writer, folder })
    }

    /// The file of a sealed version; `None` where it was never sealed or is gone.
    #[must_use]
    pub fn file(&self, place: &Place) -> Option<PathBuf> {
        Some(self.path(place).join(ROWS)).filter(|file| file.is_file())
    }

    /// Every row of a sealed version, for proving a build.
    ///
    /// # Errors
    /// Where the version is not there; in the items, where it cannot be read.
    pub fn read(&self, place: &Place) -> Result<impl Iterator<Item = Result<RecordBatch, AccelError>>, AccelError> {
        let file = File::open(self.path(place).join(ROWS)).map_err(|error| AccelError::of_io(&error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
        Ok(reader.map_err(|error| of_parquet(&error))?.map(|batch| batch.map_err(AccelError::broken)))
    }

    /// Drops a version, sealed or not. One that is not there is dropped already.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove(&self, place: &Place) -> Result<(), AccelError> {
        match std::fs::remove_dir_all(self.path(place)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(AccelError::of_io(&error)),
            _ => Ok(()),
        }
    }
}

impl ColumnarWriter {
    /// # Errors
    /// Where the disk is full.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), AccelError> {
        self.writer.write(rows).map_err(|error| of_parquet(&error))
    }

    /// Makes it durable and readable; gives its size in bytes.
    ///
    /// # Errors
    /// Where the disk is full or cannot be written.
    pub fn seal(self) -> Result<u64, AccelError> {
        let file = self.writer.into_inner().map_err(|error| of_parquet(&error))?;
        let io = |error: std::io::Error| AccelError::of_io(&error);
        file.sync_all().map_err(io)?;
        std::fs::rename(self.folder.join(UNFINISHED), self.folder.join(ROWS)).map_err(io)?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        Ok(file.metadata().map_err(io)?.len())
    }
}

/// A full disk comes wrapped in the library's own error.
fn of_parquet(error: &ParquetError) -> AccelError {
    match error {
        ParquetError::External(inside) => match inside.downcast_ref::<std::io::Error>() {
            Some(io) => AccelError::of_io(io),
            None => AccelError::broken(error),
        },
        _ => AccelError::broken(error),
    }
}
