//! Data versions that are tables of a database: a store as the others are, so that they are built, proved, followed and compared alike.
//! What is live is what a view shows; see [`crate::publish::show`].

mod access;

use std::sync::Arc;
use std::time::Duration;

use accel::{AccelError, AccelErrorKind, KvDelta, KvReader, KvStore, KvWriter, Place, Sealed, key};
use arrow_array::RecordBatch;
use async_trait::async_trait;
use connect::batch::BatchBuilder;
use connect::proto::{read_message, value_of};
use connect::sink;
use connect::{Connection, Purpose, SESSION_TIMEOUT, Sink, SourceError, SourceErrorKind, Statement, unreadable};
use futures::TryStreamExt;
use model::dataset::{DatasetSpec, IntoTable};
use model::dialect::Dialect;
use model::form::table_sql;
use model::table::TableRef;
use model::{DataType, Field, Value};
use store::DataVersionRow;

use self::access::{TableDelta, TableReader, TableWriter};
use crate::Worker;
use crate::build::encoder::Encoder;
use crate::failed::Failed;
use crate::source;

/// How long a database may take for one portion of rows, or one statement.
const WRITE_TIMEOUT: Duration = Duration::from_secs(300);
/// Letters of a dataset's id in the names of its tables.
const MARK: usize = 8;

/// The tables of one dataset in one environment, and of those the one of a data version.
pub(crate) struct TableStore(Arc<Tables>);

struct Tables {
    sink: Arc<dyn Sink>,
    connection: Arc<dyn Connection>,
    dialect: Dialect,
    spec: DatasetSpec,
    into: IntoTable,
    version: String,
    /// What the names of all its tables end with.
    mark: String,
    table: TableRef,
    fields: Vec<Field>,
    key: Vec<Field>,
    encoder: Encoder,
}

/// The store of a dataset's rows by key, as the environment of a version has it.
///
/// # Errors
/// Where the operator has named no Redis, or a database may not be written into.
pub(crate) async fn of(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<Arc<dyn KvStore>, Failed> {
    match &spec.into {
        Some(_) => Ok(Arc::new(TableStore::of(worker, spec, row).await?)),
        None => Ok(Arc::clone(worker.stores.of(spec.store)?)),
    }
}

impl TableStore {
    /// # Errors
    /// Where its database has no binding, or may not be written into.
    pub(crate) async fn of(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<Self, Failed> {
        let into = spec.into.clone().ok_or_else(|| Failed::new("It is not kept in a table."))?;
        let bound = source::bound(worker, &into.source, &row.environment).await?;
        let failed = |error: SourceError| of_source(&into.source, &error).sentence;
        // What is set up wrong stays so until a person looks.
        let (sink, dialect) = sink::open(&worker.vault, &bound).map_err(failed).map_err(Failed::new)?;
        let connection = connect::binding::open(&worker.pools, &worker.vault, &bound, "builds").map_err(failed).map_err(Failed::new)?;
        let fields = spec.written_fields();
        let of_key = |column: &String| fields.iter().find(|field| &field.name == column).cloned();
        let id = row.dataset_id.replace('-', "");
        let mark = format!("_{}_{}", row.environment, &id[id.len().saturating_sub(MARK)..]);
        let name = format!("{}_v{}{mark}", into.table.name, row.number);
        let table = TableRef { name, ..into.table.clone() };
        let key = spec.key.iter().filter_map(of_key).collect();
        let version = row.id.clone();
        let encoder = Encoder::new(spec);
        Ok(Self(Arc::new(Tables { sink, connection, dialect, spec: spec.clone(), into, version, mark, table, fields, key, encoder })))
    }

    /// Lets the view show this version, where it does not yet.
    ///
    /// # Errors
    /// Where something that is not ours has its name, or the database does not answer.
    pub(crate) async fn show(&self) -> Result<(), AccelError> {
        let of = &*self.0;
        let (dialect, view) = (of.dialect, &of.into.table);
        match of.shown().await? {
            Some(definition) if definition == sink::HIDDEN => return Err(of.hidden()),
            Some(definition) if of.is_of(&definition) => return Ok(()),
            Some(definition) if !definition.contains(&of.mark) => {
                let sentence = format!("{}: it has a {} that is not of this dataset. Drop it, or rename it.", of.into.source, view.path());
                return Err(AccelError::new(AccelErrorKind::Config, sentence));
            }
            _ => {}
        }
        let with_patience = |statements: Vec<String>| sink::patience(dialect).into_iter().chain(statements).collect::<Vec<_>>();
        let show = with_patience(vec![sink::show(dialect, view, &of.table, &of.fields)]);
        match of.within(of.sink.run(&show)).await {
            // Columns that went or are of another type now: a view keeps those it had.
            Err(error) if error.kind == SourceErrorKind::Config && dialect == Dialect::Postgres => {
                of.run(&with_patience(sink::show_anew(dialect, view, &of.table, &of.fields))).await
            }
            other => other.map_err(|error| of.failed(&error)),
        }
    }
}

fn of_source(source: &str, error: &SourceError) -> AccelError {
    let kind = match error.kind {
        // A password that is refused today may be mended tomorrow.
        SourceErrorKind::Unreachable
        | SourceErrorKind::Dropped
        | SourceErrorKind::Busy
        | SourceErrorKind::NoSlot
        | SourceErrorKind::Refused => AccelErrorKind::Unreachable,
        SourceErrorKind::Timeout => AccelErrorKind::Timeout,
        SourceErrorKind::Broken | SourceErrorKind::Other => AccelErrorKind::Other,
        SourceErrorKind::Config
        | SourceErrorKind::Missing
        | SourceErrorKind::Mismatch
        | SourceErrorKind::Value
        | SourceErrorKind::TooLarge
        | SourceErrorKind::Statement => AccelErrorKind::Config,
    };
    AccelError::new(kind, format!("{source}: {}", error.sentence)).because(&error.cause)
}

impl Tables {
    fn failed(&self, error: &SourceError) -> AccelError {
        of_source(&self.into.source, error)
    }

    /// A database that takes what it is given and never answers must not hold whoever waits for it.
    async fn within<T>(&self, answer: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        tokio::time::timeout(WRITE_TIMEOUT, answer).await.unwrap_or_else(|_| Err(SourceError::late()))
    }

    async fn run(&self, statements: &[String]) -> Result<(), AccelError> {
        self.within(self.sink.run(statements)).await.map_err(|error| self.failed(&error))
    }

    fn hidden(&self) -> AccelError {
        let sentence = format!("{}: its user may not see what its view shows. Ask its owner for SHOW VIEW.", self.into.source);
        AccelError::new(AccelErrorKind::Config, sentence)
    }

    /// The rows of a question, in portions.
    async fn ask(
        &self,
        (sql, binds): (String, Vec<(DataType, Value)>),
        (fields, timeout): (Vec<Field>, Duration),
        mut see: impl FnMut(&RecordBatch) -> Result<(), AccelError>,
    ) -> Result<(), AccelError> {
        let statement = Statement { sql, binds, fields, timeout, max_rows: usize::MAX, purpose: Purpose::Build };
        let mut batches = self.connection.query(statement).await.map_err(|error| self.failed(&error))?;
        while let Some(batch) = batches.try_next().await.map_err(|error| self.failed(&error))? {
            let (batch, unreadable) = unreadable::take(batch);
            if let Some(cell) = unreadable.into_iter().next() {
                return Err(self.failed(&SourceError::new(SourceErrorKind::Mismatch, cell.reason)));
            }
            see(&batch)?;
        }
        Ok(())
    }

    fn select(&self) -> String {
        let column = |field: &Field| {
            let name = self.dialect.quote(&field.name);
            // As it was written, byte by byte, and not as it would be read of a source.
            let is_kept_as_text = self.dialect == Dialect::Postgres && field.data_type == DataType::Json;
            if is_kept_as_text { format!("CAST({name} AS text) AS {name}") } else { name }
        };
        let columns: Vec<String> = self.fields.iter().map(column).collect();
        format!("SELECT {} FROM {}", columns.join(", "), table_sql(&self.table, self.dialect))
    }

    /// What the view is made of; nothing where there is none, empty where something else has its name.
    async fn shown(&self) -> Result<Option<String>, AccelError> {
        let mut found = None;
        let fields = vec![Field::plain("definition", DataType::String)];
        self.ask((sink::shown(self.dialect, &self.into.table), Vec::new()), (fields, SESSION_TIMEOUT), |batch| {
            if batch.num_rows() > 0 {
                found = Some(text(batch, 0));
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    fn is_of(&self, definition: &str) -> bool {
        // Some servers write all names small.
        definition.to_lowercase().contains(&self.table.name.to_lowercase())
    }

    /// What was sealed, how far it is followed, and by whose turn, where there is such a version.
    async fn known(&self) -> Result<Option<(Sealed, String, i64)>, AccelError> {
        let mut found = None;
        let mut fields: Vec<Field> = ["sealed", "position"].map(|name| Field::plain(name, DataType::String)).into();
        fields.push(Field::plain("turn", DataType::Int64));
        let sql = sink::known(self.dialect, &self.into.table, &self.version);
        self.ask((sql, Vec::new()), (fields, SESSION_TIMEOUT), |batch| {
            if batch.num_rows() > 0 {
                let turn = match value_of(batch, 2, 0, DataType::Int64) {
                    Value::Int(turn) => turn,
                    _ => 0,
                };
                found = Some((text(batch, 0), text(batch, 1), turn));
            }
            Ok(())
        })
        .await?;
        let broken = |error: serde_json::Error| {
            AccelError::new(AccelErrorKind::Broken, format!("{}: what is known of it cannot be read. Build it anew.", self.into.source))
                .because(error)
        };
        found.map(|(sealed, position, turn)| Ok((serde_json::from_str(&sealed).map_err(broken)?, position, turn))).transpose()
    }

    /// Rows again of what was to be stored of them.
    fn batch_of<'a>(&self, messages: impl Iterator<Item = &'a [u8]>) -> Result<RecordBatch, AccelError> {
        let mut rows = BatchBuilder::new(&self.fields);
        for message in messages {
            read_message(&mut rows, self.encoder.columns(), message).map_err(|error| self.failed(&error))?;
        }
        rows.finish().map_err(|error| self.failed(&error))
    }

    fn values_of(&self, keys: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<Vec<Vec<Value>>, AccelError> {
        let types: Vec<DataType> = self.key.iter().map(|field| field.data_type).collect();
        let too_long = || {
            let sentence = format!("{}: a key is too long, and no row of a table is followed by that.", self.into.source);
            AccelError::new(AccelErrorKind::Config, sentence)
        };
        keys.map(|key| key::decode(key.as_ref(), &types).ok_or_else(too_long)).collect()
    }
}

fn text(batch: &RecordBatch, column: usize) -> String {
    match value_of(batch, column, 0, DataType::String) {
        Value::Text(text) => text,
        _ => String::new(),
    }
}

#[async_trait]
impl KvStore for TableStore {
    async fn create(&self, _: &Place, _: u64) -> Result<Box<dyn KvWriter>, AccelError> {
        let of = &*self.0;
        let statements = sink::create(of.dialect, &of.table, &of.fields, &of.spec.key).map_err(|error| of.failed(&error))?;
        of.run(&statements).await?;
        Ok(Box::new(TableWriter { of: Arc::clone(&self.0), waiting: Vec::new() }))
    }

    async fn open(&self, _: &Place) -> Result<Arc<dyn KvReader>, AccelError> {
        let missing = || {
            let sentence = format!("{}: it has no table of this version any more. Build it anew.", self.0.into.source);
            AccelError::new(AccelErrorKind::Missing, sentence)
        };
        let (sealed, ..) = self.0.known().await?.ok_or_else(missing)?;
        Ok(Arc::new(TableReader { of: Arc::clone(&self.0), sealed }))
    }

    async fn delta(&self, _: &Place, turn: i64) -> Result<(Box<dyn KvDelta>, Option<String>), AccelError> {
        let of = Arc::clone(&self.0);
        of.run(&[sink::take(of.dialect, &of.into.table, &of.version, turn)]).await?;
        let position = match of.known().await? {
            Some((_, _, other)) if other != turn => return Err(AccelError::taken_over()),
            known => known.map(|(_, position, _)| position).filter(|position| !position.is_empty()),
        };
        Ok((Box::new(TableDelta { of, turn }), position))
    }

    async fn remove(&self, _: &Place) -> Result<(), AccelError> {
        let of = &*self.0;
        match of.shown().await? {
            Some(definition) if definition == sink::HIDDEN => return Err(of.hidden()),
            Some(definition) if of.is_of(&definition) => {
                let sentence = format!("{}: its view shows this version still.", of.into.source);
                return Err(AccelError::new(AccelErrorKind::Other, sentence));
            }
            _ => {}
        }
        of.run(&[sink::drop_table(of.dialect, &of.table)]).await?;
        match of.within(of.sink.run(&[sink::forget(of.dialect, &of.table, &of.version)])).await {
            // Nothing was ever written there.
            Err(error) if error.kind == SourceErrorKind::Missing => Ok(()),
            done => done.map_err(|error| of.failed(&error)),
        }
    }
}
