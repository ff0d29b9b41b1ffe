//! Data versions that are tables of a database: a store as the others are, so that they are built, proved, followed and compared alike.
//! What is live is what a view shows; see [`crate::publish::view_publisher`].

mod access;
mod tables;

use std::sync::Arc;

use accel::{AccelError, AccelErrorKind, KvDelta, KvReader, KvStore, KvWriter, Place};
use async_trait::async_trait;
use connect::sink;
use connect::{SourceError, SourceErrorKind};
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::table::TableRef;
use store::DataVersionRow;

use self::access::{TableDelta, TableReader, TableWriter};
use self::tables::{Tables, of_source};
use crate::Worker;
use crate::build::encoder::Encoder;
use crate::failed::Failed;
use crate::source;

/// Letters of a dataset's id in the names of its tables.
const MARK: usize = 8;

/// The tables of one dataset in one environment, and of those the one of a dataset version.
pub(crate) struct TableStore(Arc<Tables>);

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
        let into = spec.into.clone().ok_or_else(|| Failed::new("The dataset is not stored in a table of a database."))?;
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
                let sentence = format!(
                    "{}: the database has an object {} that does not belong to this dataset. Drop it, or rename it.",
                    of.into.source,
                    view.path()
                );
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
            let sentence = format!("{}: the database has no table of this version any more. Build the dataset again.", self.0.into.source);
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
                let sentence = format!("{}: the view still shows this version.", of.into.source);
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
