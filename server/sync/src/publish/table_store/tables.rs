//! The tables of one dataset in one environment: asked, and what goes wrong with them said.

use std::sync::Arc;
use std::time::Duration;

use accel::{AccelError, AccelErrorKind, Sealed, key};
use arrow_array::RecordBatch;
use connect::batch::BatchBuilder;
use connect::proto::{read_message, value_of};
use connect::sink;
use connect::{Connection, Purpose, SESSION_TIMEOUT, Sink, SourceError, SourceErrorKind, Statement, unreadable};
use futures::TryStreamExt;
use model::dataset::{DatasetSpec, IntoTable};
use model::dialect::Dialect;
use model::form::select_sql;
use model::table::TableRef;
use model::{DataType, Field, Value};

use crate::build::encoder::Encoder;

/// How long a database may take for one portion of rows, or one statement.
const WRITE_TIMEOUT: Duration = Duration::from_secs(300);

/// The tables, and of those the one of a dataset version.
pub(super) struct Tables {
    pub(super) sink: Arc<dyn Sink>,
    pub(super) connection: Arc<dyn Connection>,
    pub(super) dialect: Dialect,
    pub(super) spec: DatasetSpec,
    pub(super) into: IntoTable,
    pub(super) version: String,
    /// What the names of all its tables end with.
    pub(super) mark: String,
    pub(super) table: TableRef,
    pub(super) fields: Vec<Field>,
    pub(super) key: Vec<Field>,
    pub(super) encoder: Encoder,
}

pub(super) fn of_source(source: &str, error: &SourceError) -> AccelError {
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
    pub(super) fn failed(&self, error: &SourceError) -> AccelError {
        of_source(&self.into.source, error)
    }

    /// A database that takes what it is given and never answers must not hold whoever waits for it.
    pub(super) async fn within<T>(&self, answer: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        tokio::time::timeout(WRITE_TIMEOUT, answer).await.unwrap_or_else(|_| Err(SourceError::late()))
    }

    pub(super) async fn run(&self, statements: &[String]) -> Result<(), AccelError> {
        self.within(self.sink.run(statements)).await.map_err(|error| self.failed(&error))
    }

    pub(super) fn hidden(&self) -> AccelError {
        let sentence = format!(
            "{}: the user has no permission to read the definition of the view. Ask the owner of the database to grant SHOW VIEW.",
            self.into.source
        );
        AccelError::new(AccelErrorKind::Config, sentence)
    }

    /// The rows of a question, in portions.
    pub(super) async fn ask(
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

    pub(super) fn select(&self) -> String {
        let column = |field: &Field| {
            let name = self.dialect.quote(&field.name);
            // As it was written, byte by byte, and not as it would be read of a source.
            let is_kept_as_text = self.dialect == Dialect::Postgres && field.data_type == DataType::Json;
            if is_kept_as_text { format!("CAST({name} AS text) AS {name}") } else { name }
        };
        let columns: Vec<String> = self.fields.iter().map(column).collect();
        select_sql(&columns, &self.table, self.dialect)
    }

    /// What the view is made of; nothing where there is none, empty where something else has its name.
    pub(super) async fn shown(&self) -> Result<Option<String>, AccelError> {
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

    pub(super) fn is_of(&self, definition: &str) -> bool {
        // Some servers write all names small.
        definition.to_lowercase().contains(&self.table.name.to_lowercase())
    }

    /// What was sealed, how far it is followed, and by whose turn, where there is such a version.
    pub(super) async fn known(&self) -> Result<Option<(Sealed, String, i64)>, AccelError> {
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
            AccelError::new(
                AccelErrorKind::Broken,
                format!("{}: the description of the version cannot be read. Build the dataset again.", self.into.source),
            )
            .because(error)
        };
        found.map(|(sealed, position, turn)| Ok((serde_json::from_str(&sealed).map_err(broken)?, position, turn))).transpose()
    }

    /// Rows again of what was to be stored of them.
    pub(super) fn batch_of<'a>(&self, messages: impl Iterator<Item = &'a [u8]>) -> Result<RecordBatch, AccelError> {
        let mut rows = BatchBuilder::new(&self.fields);
        for message in messages {
            read_message(&mut rows, self.encoder.columns(), message).map_err(|error| self.failed(&error))?;
        }
        rows.finish().map_err(|error| self.failed(&error))
    }

    pub(super) fn values_of(&self, keys: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<Vec<Vec<Value>>, AccelError> {
        let types: Vec<DataType> = self.key.iter().map(|field| field.data_type).collect();
        let too_long = || {
            let sentence = format!("{}: a key is too long for incremental sync. Choose another key.", self.into.source);
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
