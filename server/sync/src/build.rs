//! One build, front to back: read, sort, write, prove.

use std::sync::Arc;
use std::time::Duration;

use accel::{Checksum, Codec, Dataset, KvWriter, Place, Sealed, Sorted, Sorter, Trainer, key};
use arrow_array::RecordBatch;
use connect::proto::{ProtoColumn, value_of, write_message};
use connect::{Connection, Statement, registry};
use fail::fail_point;
use futures::TryStreamExt;
use model::dataset::{BuildFigures, DatasetSpec, StoreKind};
use model::dialect::Dialect;
use model::snapshot::{Environment, SnapshotSource};
use model::table::TableInfo;
use model::{DataType, Field};
use store::{DataVersionRow, StoreError};
use tokio_util::sync::CancellationToken;

use crate::count::{SourceCount, refuse_size};
use crate::gate::{KeyGate, proved};
use crate::progress::Progress;
use crate::rules::Rules;
use crate::{Worker, columnar};

/// The longest that a source may take for a whole table.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(6 * 3_600);
/// Pairs that are handed to a store at once.
const WRITE_ROWS: usize = 1_024;

/// Why a build did not come to its end, for a person.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) reason: String,
    pub(crate) figures: BuildFigures,
}

impl Failed {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), figures: BuildFigures::default() }
    }

    pub(crate) fn broke_off() -> Self {
        Self::new("The build broke off: its process ended. Build it again.")
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %error, "the metadata failed a build");
        Self::new("The metadata store did not answer. Build it again.")
    }
}

impl From<accel::AccelError> for Failed {
    fn from(error: accel::AccelError) -> Self {
        tracing::error!(cause = error.cause, "a store failed a build: {error}");
        Self::new(error.sentence)
    }
}

/// A finished build: what it is made of, and what was counted.
pub(crate) struct Built {
    pub(crate) spec: DatasetSpec,
    pub(crate) figures: BuildFigures,
}

/// How rows of a table become pairs.
pub(crate) struct Encoder {
    columns: Vec<ProtoColumn>,
    key: Vec<(usize, DataType)>,
}

pub(crate) async fn run(worker: &Worker, row: &DataVersionRow, stop: &CancellationToken) -> Result<Built, Failed> {
    let mut spec: DatasetSpec = serde_json::from_str(&row.spec).map_err(|_| Failed::new("The dataset's definition cannot be read."))?;
    let connection = open_source(worker, &spec, row).await?;
    let table = table_of(&spec, &*connection).await?;
    refuse_drift(&spec, &table)?;
    spec.follow(&table);
    let mut progress = Progress::new(worker, &row.id, table.rows);
    let written = if spec.store == StoreKind::Columnar {
        columnar::read_and_write(worker, row, (&spec, &*connection), &mut progress, stop).await
    } else {
        read_and_write(worker, row, (&spec, &*connection), &mut progress, stop).await
    };
    match written {
        Ok(()) => Ok(Built { spec, figures: BuildFigures { step: String::new(), ..progress.figures } }),
        Err(failed) => Err(Failed { figures: progress.figures, ..failed }),
    }
}

async fn read_and_write(
    worker: &Worker,
    row: &DataVersionRow,
    (spec, connection): (&DatasetSpec, &dyn Connection),
    progress: &mut Progress<'_>,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    progress.step("reading").await?;
    let counted = SourceCount::begin(worker, row, (spec, connection)).await?;
    let mut gate = KeyGate::new(spec);
    let mut rules = Rules::new(worker, spec)?;
    let mut trainer = Trainer::default();
    let mut read = Checksum::default();
    let mut sorter = Sorter::new(&worker.stores.scratch())?;
    let encoder = Encoder::new(spec);
    let mut batches = connection.query(statement(worker, spec, row).await?).await.map_err(|error| of_source(spec, &error))?;
    while let Some(batch) = batches.try_next().await.map_err(|error| of_source(spec, &error))? {
        if stop.is_cancelled() {
            return Err(Failed::broke_off());
        }
        rules.look(&batch)?;
        for index in 0..batch.num_rows() {
            let (pair, message) = encoder.encode(&batch, index);
            let Some(key) = pair else {
                gate.without_key(&message);
                continue;
            };
            read.add(&key, &message);
            trainer.offer(&message);
            progress.figures.row_bytes += i64::try_from(message.len()).unwrap_or(0);
            sorter.push((key, message))?;
        }
        progress.figures.read_rows += i64::try_from(batch.num_rows()).unwrap_or(0);
        progress.tick().await?;
    }
    gate.pass()?;
    rules.pass()?;
    counted.agrees((spec, connection), progress.figures.read_rows).await?;
    refuse_size(worker, row, spec, progress.figures.read_rows).await?;
    fail_point!("build.after-read");
    let place = Place { dataset: row.dataset_id.clone(), version: row.id.clone() };
    let sealed = Sealed { rows: read.rows, compression: spec.compression, dictionary: dictionary(spec, &trainer) };
    progress.step("writing").await?;
    let mut writer = worker.stores.of(spec.store)?.create(&place, read.rows).await?;
    write(&mut *writer, sorter.sorted()?, &sealed, (&mut gate, progress), stop).await?;
    gate.pass()?;
    fail_point!("build.before-seal");
    writer.seal(&sealed).await?;
    progress.step("proving").await?;
    let dataset = Dataset::open(&worker.stores, spec.store, &place).await?;
    proved(read, dataset.prove().await?)?;
    progress.figures.checksum = read.hex();
    fail_point!("build.after-proof");
    Ok(())
}

async fn write(
    writer: &mut dyn KvWriter,
    mut sorted: Sorted,
    sealed: &Sealed,
    (gate, progress): (&mut KeyGate, &mut Progress<'_>),
    stop: &CancellationToken,
) -> Result<(), Failed> {
    let codec = Codec::new(sealed.compression, &sealed.dictionary);
    let mut waiting = Vec::with_capacity(WRITE_ROWS);
    let mut last: Vec<u8> = Vec::new();
    while let Some((key, row)) = sorted.next_pair()? {
        if key == last {
            gate.twice(&row);
            continue;
        }
        last.clone_from(&key);
        let stored = codec.compress(row)?;
        progress.figures.stored_bytes += i64::try_from(stored.len()).unwrap_or(0);
        progress.figures.written_rows += 1;
        waiting.push((key, stored));
        if waiting.len() == WRITE_ROWS {
            if stop.is_cancelled() {
                return Err(Failed::broke_off());
            }
            writer.write(std::mem::replace(&mut waiting, Vec::with_capacity(WRITE_ROWS))).await?;
            progress.tick().await?;
        }
    }
    Ok(writer.write(waiting).await?)
}

fn dictionary(spec: &DatasetSpec, trainer: &Trainer) -> Vec<u8> {
    if spec.compression == model::dataset::Compression::Zstd { trainer.train() } else { Vec::new() }
}

impl Encoder {
    pub(crate) fn new(spec: &DatasetSpec) -> Self {
        let columns: Vec<ProtoColumn> = spec
            .written()
            .enumerate()
            .map(|(column, field)| ProtoColumn { number: field.number, column, data_type: field.data_type })
            .collect();
        let at = |name: &String| {
            let index = spec.written().position(|field| &field.column == name)?;
            Some((index, spec.field(name)?.data_type))
        };
        Self { key: spec.key.iter().filter_map(at).collect(), columns }
    }

    /// The fields of the key as a message, for examples.
    pub(crate) fn key_alone(&self, batch: &RecordBatch, row: usize) -> Vec<u8> {
        let of_key = |column: &&ProtoColumn| self.key.iter().any(|(index, _)| *index == column.column);
        let columns: Vec<ProtoColumn> = self.columns.iter().filter(of_key).copied().collect();
        let mut message = Vec::new();
        write_message(&mut message, batch, row, &columns);
        message
    }

    /// The key, where every part of it is there, and the row's message.
    pub(crate) fn encode(&self, batch: &RecordBatch, row: usize) -> (Option<Vec<u8>>, Vec<u8>) {
        let mut message = Vec::with_capacity(192);
        write_message(&mut message, batch, row, &self.columns);
        let mut key = Vec::with_capacity(32);
        for (column, data_type) in &self.key {
            if key::push(&mut key, *data_type, &value_of(batch, *column, row, *data_type)).is_err() {
                return (None, message);
            }
        }
        key::close(&mut key);
        (Some(key), message)
    }
}

/// Columns are read in the order of their numbers, so that messages are written in it.
fn fields(spec: &DatasetSpec) -> Vec<Field> {
    spec.written()
        .map(|field| Field { name: field.column.clone(), column: field.column.clone(), data_type: field.data_type, ..Field::default() })
        .collect()
}

pub(crate) async fn statement(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<Statement, Failed> {
    let dialect = dialect_of(worker, spec, row).await?;
    let fields = fields(spec);
    let columns: Vec<String> = fields.iter().map(|field| dialect.quote(&field.column)).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), model::form::table_sql(&spec.table, dialect));
    Ok(Statement { sql, binds: Vec::new(), fields, timeout: READ_TIMEOUT, max_rows: usize::MAX })
}

pub(crate) async fn dialect_of(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<Dialect, Failed> {
    let source = source_of(worker, spec, row).await?;
    let connector = registry::connector(&source.driver);
    Ok(connector.ok_or_else(|| Failed::new(format!("There is no connector {}.", source.driver)))?.dialect())
}

async fn source_of(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<SnapshotSource, Failed> {
    let missing = || Failed::new(format!("{} has no binding for {}. Add one on the source's page.", spec.source, row.environment));
    let source = worker.store.source(&spec.source).await?.ok_or_else(missing)?;
    let bindings = worker.store.bindings_of(&source.id).await?;
    let binding = bindings.into_iter().find(|binding| binding.environment == row.environment).ok_or_else(missing)?;
    Ok(SnapshotSource {
        name: source.name,
        domain: source.domain,
        environment: Environment::from_key(&row.environment).unwrap_or_default(),
        driver: source.driver,
        config: binding.config,
        secret: binding.secret,
    })
}

async fn open_source(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<Arc<dyn Connection>, Failed> {
    let source = source_of(worker, spec, row).await?;
    connect::binding::open(&worker.pools, &worker.vault, &source, "builds").map_err(|error| of_source(spec, &error))
}

async fn table_of(spec: &DatasetSpec, connection: &dyn Connection) -> Result<TableInfo, Failed> {
    let found = connection.table(&spec.table).await.map_err(|error| of_source(spec, &error))?;
    found.ok_or_else(|| Failed::new(format!("{} has no table {} any more.", spec.source, spec.table.path())))
}

/// A column that is gone or of another type would change what live APIs answer: that is for a person to decide.
fn refuse_drift(spec: &DatasetSpec, table: &TableInfo) -> Result<(), Failed> {
    for field in spec.written() {
        let reason = match table.column(&field.column) {
            None => format!("The table has no column {} any more.", field.column),
            Some(column) if column.data_type != field.data_type => {
                format!("{} was a {} and is a {} now.", field.column, field.data_type.word(), column.data_type.word())
            }
            Some(_) => continue,
        };
        return Err(Failed::new(format!(
            "{reason} APIs may be served from it: make a new dataset of the table, and versions that fit it."
        )));
    }
    Ok(())
}

pub(crate) fn of_source(spec: &DatasetSpec, error: &connect::SourceError) -> Failed {
    tracing::warn!(source = spec.source, cause = error.cause, "a source failed a build: {error}");
    Failed::new(format!("{}: {}", spec.source, error.sentence))
}
