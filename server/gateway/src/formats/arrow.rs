//! The binary forms: Parquet, and the stream of Arrow IPC. Both carry our types as they are.

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use connect::batch::schema_of;
use model::Field;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::write::{End, Write};

/// Rows of one row group: what is held until it is written.
const GROUP_ROWS: usize = 65_536;
/// Bytes after which a row group is written with fewer rows.
const GROUP_BYTES: usize = 16 << 20;

pub(super) struct Parquet {
    writer: ArrowWriter<Vec<u8>>,
    over: bool,
}

impl Parquet {
    /// # Errors
    /// Where its properties cannot be used.
    pub(super) fn new(fields: &[Field]) -> Result<Self, String> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by("Sluice".into())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), schema_of(fields), Some(properties)).map_err(|error| error.to_string())?;
        Ok(Self { writer, over: false })
    }
}

impl Write for Parquet {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        self.writer.write(batch).map_err(|error| error.to_string())?;
        if self.writer.in_progress_size() >= GROUP_BYTES {
            self.writer.flush().map_err(|error| error.to_string())?;
        }
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    fn end(&mut self, end: &End) -> Result<Vec<u8>, String> {
        if std::mem::replace(&mut self.over, true) {
            return Ok(Vec::new());
        }
        self.writer.append_key_value_metadata(KeyValue::new("truncated".into(), Some(end.truncated.to_string())));
        self.writer.finish().map_err(|error| error.to_string())?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }
}

pub(super) struct Stream(StreamWriter<Vec<u8>>);

impl Stream {
    /// # Errors
    /// Where the schema cannot be written.
    pub(super) fn new(fields: &[Field]) -> Result<Self, String> {
        StreamWriter::try_new(Vec::new(), &schema_of(fields)).map(Self).map_err(|error| error.to_string())
    }
}

impl Write for Stream {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, String> {
        self.0.write(batch).map_err(|error| error.to_string())?;
        Ok(std::mem::take(self.0.get_mut()))
    }

    fn end(&mut self, _: &End) -> Result<Vec<u8>, String> {
        self.0.finish().map_err(|error| error.to_string())?;
        Ok(std::mem::take(self.0.get_mut()))
    }
}
