//! One segment: entries as a Parquet file, with a bloom filter on the request ids.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use model::ErrorCode;
use model::snapshot::Environment;
use model::view::LoggedCaller;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::entry::RequestEntry;
use crate::search::{Row, Search};

/// Its column of request ids.
const REQUEST_ID: &str = "request_id";
/// How often the bloom filter says that an id may be there that is not.
const FALSE_POSITIVES: f64 = 0.001;

/// A column of texts: its name, and what an entry has in it.
type Text = (&'static str, fn(&RequestEntry) -> &str);
/// The same of numbers.
type Number = (&'static str, fn(&RequestEntry) -> Option<i64>);

/// Texts, in their order in the file.
const TEXTS: [Text; 9] = [
    (REQUEST_ID, |entry| &entry.request_id),
    ("trace_id", |entry| &entry.trace_id),
    ("api", |entry| &entry.api),
    ("environment", |entry| entry.environment.map(Environment::key).unwrap_or_default()),
    ("app", |entry| &entry.app),
    ("caller", |entry| entry.caller.key()),
    ("code", |entry| entry.code.map(ErrorCode::key).unwrap_or_default()),
    ("cache", |entry| &entry.cache),
    ("node", |entry| &entry.node),
];

/// Numbers, behind the texts.
const NUMBERS: [Number; 7] = [
    ("at", |entry| Some(entry.at)),
    ("version", |entry| entry.version),
    ("total_us", |entry| Some(whole(entry.total_us))),
    ("gateway_us", |entry| Some(whole(entry.gateway_us))),
    ("cache_us", |entry| Some(whole(entry.cache_us))),
    ("source_us", |entry| Some(whole(entry.source_us))),
    ("bytes", |entry| entry.bytes.map(whole)),
];

/// Documents of JSON, behind the numbers.
const PARAMETERS: &str = "parameters";
const SPANS: &str = "spans";

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn counted(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}

/// # Errors
/// What the file system or the format says, for the log.
pub(crate) fn write(file: File, entries: &[Arc<RequestEntry>]) -> Result<(), String> {
    let batch = batch_of(entries)?;
    let id = || ColumnPath::from(REQUEST_ID);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_column_bloom_filter_enabled(id(), true)
        .set_column_bloom_filter_fpp(id(), FALSE_POSITIVES)
        .set_column_bloom_filter_max_ndv(id(), entries.len() as u64)
        .build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(|error| error.to_string())?;
    writer.write(&batch).map_err(|error| error.to_string())?;
    let file = writer.into_inner().map_err(|error| error.to_string())?;
    file.sync_all().map_err(|error| error.to_string())
}

fn batch_of(entries: &[Arc<RequestEntry>]) -> Result<RecordBatch, String> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (name, read) in TEXTS {
        fields.push(Field::new(name, DataType::Utf8, false));
        columns.push(Arc::new(StringArray::from_iter_values(entries.iter().map(|entry| read(entry)))));
    }
    for (name, read) in NUMBERS {
        fields.push(Field::new(name, DataType::Int64, true));
        let numbers: Vec<Option<i64>> = entries.iter().map(|entry| read(entry)).collect();
        columns.push(Arc::new(Int64Array::from(numbers)));
    }
    let parameters: Vec<String> =
        entries.iter().map(|entry| serde_json::to_string(&entry.parameters)).collect::<Result<_, _>>().map_err(broken)?;
    let spans: Vec<String> = entries.iter().map(|entry| serde_json::to_string(&entry.spans)).collect::<Result<_, _>>().map_err(broken)?;
    for (name, documents) in [(PARAMETERS, parameters), (SPANS, spans)] {
        fields.push(Field::new(name, DataType::Utf8, false));
        columns.push(Arc::new(StringArray::from_iter_values(documents)));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|error| error.to_string())
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn broken(error: serde_json::Error) -> String {
    error.to_string()
}

/// What a segment has of a search. `None` where the bloom filter says that the id is not in it, and no row was read.
///
/// # Errors
/// What is wrong with the file, for the log.
pub(crate) fn search(path: &Path, search: &Search) -> Result<Option<Vec<RequestEntry>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    if let Some(id) = &search.request_id
        && !may_hold(&builder, id)?
    {
        return Ok(None);
    }
    let mut found = Vec::new();
    for batch in builder.build().map_err(|error| error.to_string())? {
        let batch = batch.map_err(|error| error.to_string())?;
        read_batch(&batch, search, &mut found)?;
    }
    Ok(Some(found))
}

/// Whether any group of rows may have an id.
fn may_hold(builder: &ParquetRecordBatchReaderBuilder<File>, id: &str) -> Result<bool, String> {
    let Some(column) = builder.parquet_schema().columns().iter().position(|column| column.name() == REQUEST_ID) else {
        return Err(format!("there is no column {REQUEST_ID}"));
    };
    for group in 0..builder.metadata().num_row_groups() {
        match builder.get_row_group_column_bloom_filter(group, column).map_err(|error| error.to_string())? {
            Some(filter) if !filter.check(id.as_bytes()) => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

fn read_batch(batch: &RecordBatch, search: &Search, found: &mut Vec<RequestEntry>) -> Result<(), String> {
    let texts = Columns { batch };
    let (ids, apis, apps, codes) = (texts.text(REQUEST_ID)?, texts.text("api")?, texts.text("app")?, texts.text("code")?);
    let times = texts.number("at")?;
    for row in 0..batch.num_rows() {
        let known =
            Row { at: times.value(row), request_id: ids.value(row), api: apis.value(row), app: apps.value(row), code: codes.value(row) };
        if search.takes(&known) {
            found.push(texts.entry(row, &known)?);
        }
    }
    Ok(())
}

/// The columns of a batch, by name.
struct Columns<'a> {
    batch: &'a RecordBatch,
}

impl<'a> Columns<'a> {
    fn text(&self, name: &str) -> Result<&'a StringArray, String> {
        let column = self.batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
        column.ok_or_else(|| format!("there is no column {name} of texts"))
    }

    fn number(&self, name: &str) -> Result<&'a Int64Array, String> {
        let column = self.batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
        column.ok_or_else(|| format!("there is no column {name} of numbers"))
    }

    fn entry(&self, row: usize, known: &Row<'_>) -> Result<RequestEntry, String> {
        let text = |name: &str| self.text(name).map(|column| column.value(row).to_owned());
        let number = |name: &str| self.number(name).map(|column| column.is_valid(row).then(|| column.value(row)));
        let code = match known.code {
            "" => None,
            key => Some(ErrorCode::ALL.into_iter().find(|code| code.key() == key).ok_or_else(|| format!("{key} is no code"))?),
        };
        let environment = match text("environment")?.as_str() {
            "" => None,
            key => Some(Environment::from_key(key).ok_or_else(|| format!("{key} is no environment"))?),
        };
        let caller = text("caller")?;
        Ok(RequestEntry {
            at: known.at,
            request_id: known.request_id.to_owned(),
            trace_id: text("trace_id")?,
            api: known.api.to_owned(),
            version: number("version")?,
            environment,
            app: known.app.to_owned(),
            caller: LoggedCaller::from_key(&caller).ok_or_else(|| format!("{caller} is no kind of caller"))?,
            code,
            total_us: counted(number("total_us")?),
            gateway_us: counted(number("gateway_us")?),
            cache_us: counted(number("cache_us")?),
            source_us: counted(number("source_us")?),
            cache: text("cache")?,
            bytes: number("bytes")?.map(|bytes| counted(Some(bytes))),
            node: text("node")?,
            parameters: serde_json::from_str(&text(PARAMETERS)?).map_err(broken)?,
            spans: serde_json::from_str(&text(SPANS)?).map_err(broken)?,
        })
    }
}
