//! DataFusion over the tables of one source: what a statement would give, how it would be answered, its rows.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Field as ArrowField;
use async_trait::async_trait;
use connect::batch::{arrow_type, schema_of};
use connect::stream::{Ended, Sender, channel, missing, send_while_wanted, spawn};
use connect::{BATCH_ROWS, BatchStream, Connection, Feed, FeedOf, SourceError, SourceErrorKind, Statement};
use datafusion::arrow::compute::cast;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{ParamValues, TableReference};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::TableProvider;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use tokio::sync::Mutex;

use crate::errors::read_error;
use crate::types::{ours, scalar};

/// What the questions of one source may take together, in bytes.
const MEMORY: usize = 512 << 20;

/// Which tables a source has now.
#[async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// # Errors
    /// Where the source cannot be looked at.
    async fn tables(&self) -> Result<Arc<Tables>, SourceError>;
    /// Those that were seen last, whatever their age, where looking again takes calls of a service: a question that they
    /// can answer does not wait for that.
    fn seen(&self) -> Option<Arc<Tables>> {
        None
    }
    /// Dials, and says what answers.
    async fn test(&self) -> Result<String, SourceError> {
        let tables = self.tables().await?.known()?.len();
        if tables == 0 {
            return Err(SourceError::new(SourceErrorKind::Config, "There is nothing here that can be read as a table."));
        }
        Ok(format!("{tables} {}", if tables == 1 { "table" } else { "tables" }))
    }
    /// As [`Connection::mark`].
    async fn mark(&self, _: &TableRef) -> Result<String, SourceError> {
        Ok(String::new())
    }
    /// As [`Connection::feed`].
    async fn feed(&self, _of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        Err(SourceError::new(SourceErrorKind::Config, "This source does not tell its changes."))
    }
}

/// The tables of a source at one moment, ready to be asked.
pub struct Tables {
    context: SessionContext,
    infos: Vec<TableInfo>,
    /// Why something is no table, by the name that it would have.
    bad: HashMap<String, SourceError>,
}

/// Tables that are learnt by asking a service, by one caller at a time, and kept for a while.
#[derive(Default)]
pub struct Seen {
    learning: Mutex<()>,
    /// Until when they are taken to be the same.
    known: RwLock<Option<(Instant, Arc<Tables>)>>,
}

impl Seen {
    fn at(&self, now: Option<Instant>) -> Option<Arc<Tables>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(until, _)| now.is_none_or(|now| now < *until)).map(|(_, tables)| tables.clone())
    }

    /// Whatever their age.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Tables>> {
        self.at(None)
    }

    /// Those that are known, or what `learn` gives, with how long that stays.
    ///
    /// # Errors
    /// What keeps them from being learnt.
    pub async fn or(&self, learn: impl Future<Output = Result<(Tables, Duration), SourceError>>) -> Result<Arc<Tables>, SourceError> {
        if let Some(tables) = self.at(Some(Instant::now())) {
            return Ok(tables);
        }
        let _one = self.learning.lock().await;
        if let Some(tables) = self.at(Some(Instant::now())) {
            return Ok(tables);
        }
        let (tables, stays) = learn.await?;
        let tables = Arc::new(tables);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now() + stays, tables.clone()));
        Ok(tables)
    }
}

/// What the questions of one source share.
/// # Errors
/// Where the memory cannot be set aside.
pub fn runtime() -> Result<Arc<RuntimeEnv>, SourceError> {
    RuntimeEnvBuilder::new().with_memory_limit(MEMORY, 1.0).build_arc().map_err(|error| read_error(&error))
}

impl Tables {
    #[must_use]
    pub fn new(runtime: Arc<RuntimeEnv>) -> Self {
        let mut config = SessionConfig::new().with_batch_size(BATCH_ROWS).with_information_schema(false);
        config.options_mut().execution.parquet.schema_force_view_types = false;
        config.options_mut().sql_parser.map_string_types_to_utf8view = false;
        config.options_mut().sql_parser.enable_ident_normalization = false;
        let context = SessionContext::new_with_config_rt(config, runtime);
        Self { context, infos: Vec::new(), bad: HashMap::new() }
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Whether there is something of this name already.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.bad.contains_key(name) || self.infos.iter().any(|info| info.table.name == name)
    }

    /// Adds a table under its name, or why it is none.
    pub fn add(&mut self, name: &str, table: Result<(TableInfo, Arc<dyn TableProvider>), SourceError>) {
        let registered = table.and_then(|(info, provider)| {
            // As one name, whatever stands in it.
            self.context.register_table(TableReference::bare(name), provider).map_err(|error| read_error(&error))?;
            Ok(info)
        });
        match registered {
            Ok(info) => self.infos.push(info),
            Err(error) => {
                tracing::info!(table = name, cause = %error.cause, "it is not a table: {error}");
                self.bad.insert(name.to_owned(), error);
            }
        }
    }

    /// # Errors
    /// Where there is no table, and something that should have been one.
    fn known(&self) -> Result<&[TableInfo], SourceError> {
        match self.bad.values().next() {
            Some(first) if self.infos.is_empty() => Err(first.clone()),
            _ => Ok(&self.infos),
        }
    }

    async fn frame(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<DataFrame, SourceError> {
        let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let values = binds.iter().map(|(data_type, value)| scalar(*data_type, value).into()).collect();
        let frame = self.context.sql_with_options(sql, only_reading).await;
        let frame = frame.and_then(|frame| frame.with_param_values(ParamValues::List(values)));
        frame.map_err(|error| {
            let bad = self.bad.iter().find(|(name, _)| sql.contains(&format!("\"{name}\"")));
            bad.map_or_else(|| read_error(&error), |(_, bad)| bad.clone())
        })
    }
}

/// A connection to what a catalogue describes.
pub struct Asked<C>(pub C);

#[async_trait]
impl<C: Catalogue> Connection for Asked<C> {
    async fn test(&self) -> Result<String, SourceError> {
        self.0.test().await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        Ok(self.0.tables().await?.known()?.to_vec())
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        let tables = self.0.tables().await?;
        if let Some(bad) = tables.bad.get(&table.name) {
            return Err(bad.clone());
        }
        Ok(tables.known()?.iter().find(|info| info.table.name == table.name).cloned())
    }

    async fn mark(&self, table: &TableRef) -> Result<String, SourceError> {
        self.0.mark(table).await
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        let frame = self.0.tables().await?.frame(sql, binds).await?;
        let column = |field: &ArrowField| match ours(field.data_type()) {
            Some(data_type) => Ok(Column { name: field.name().clone(), data_type, nullable: true, native: field.data_type().to_string() }),
            None => Err(SourceError::new(
                SourceErrorKind::Statement,
                format!("{} holds lists or structures, which have no place in a row. Leave it out.", field.name()),
            )),
        };
        frame.schema().fields().iter().map(|field| column(field)).collect()
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        let plan = self.0.tables().await?.frame(sql, binds).await?.into_optimized_plan().map_err(|error| read_error(&error))?;
        let mut full_scans = Vec::new();
        let walked = plan.apply(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && scan.filters.is_empty()
            {
                full_scans.push(scan.table_name.table().to_owned());
            }
            Ok(TreeNodeRecursion::Continue)
        });
        walked.map_err(|error| read_error(&error))?;
        Ok(QueryPlan { lines: plan.display_indent().to_string().lines().map(str::to_owned).collect(), full_scans })
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let known = match self.0.seen() {
            Some(seen) => seen.frame(&statement.sql, &statement.binds).await.ok(),
            None => None,
        };
        let frame = match known {
            Some(frame) => frame,
            None => {
                let late = |_| SourceError::late();
                let tables = tokio::time::timeout(statement.timeout, self.0.tables()).await.map_err(late)??;
                tables.frame(&statement.sql, &statement.binds).await?
            }
        };
        let (sender, stream) = channel();
        spawn(async move {
            // Dropped with this task, an execution is over: nothing runs on where nobody waits.
            send_while_wanted(&sender, statement.timeout, send_rows(frame, &statement, &sender)).await;
            sender
        });
        Ok(stream)
    }

    async fn feed(&self, of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        self.0.feed(of).await
    }
}

async fn send_rows(frame: DataFrame, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let mut batches = frame.execute_stream().await.map_err(|error| read_error(&error))?;
    let schema = schema_of(&statement.fields);
    let mut left = statement.max_rows;
    while let Some(batch) = batches.next().await {
        let batch = as_asked(&batch.map_err(|error| broken_off(read_error(&error), sender))?, statement, &schema)?;
        let mut start = 0;
        while start < batch.num_rows() && left > 0 {
            let rows = BATCH_ROWS.min(batch.num_rows() - start).min(left);
            if sender.send(Ok(batch.slice(start, rows))).await.is_err() {
                return Ok(Ended::Abandoned);
            }
            (start, left) = (start + rows, left - rows);
        }
        if left == 0 {
            break;
        }
    }
    Ok(Ended::Done)
}

/// A reader of a table that died knows nothing of how far the rows were sent.
fn broken_off(error: SourceError, sender: &Sender) -> SourceError {
    if error.kind == SourceErrorKind::Broken { SourceError::ended_early(sender.rows()).because(error.cause) } else { error }
}

/// The columns that were asked for, as the types that were asked for.
fn as_asked(batch: &RecordBatch, statement: &Statement, schema: &arrow_schema::SchemaRef) -> Result<RecordBatch, SourceError> {
    let one = |field: &model::Field| -> Result<ArrayRef, SourceError> {
        let column = batch.column_by_name(&field.name).ok_or_else(|| missing(&field.name))?;
        cast(column, &arrow_type(field.data_type)).map_err(|error| {
            let sentence = format!("{} is no {} any more. Release a version that fits.", field.name, field.data_type.word());
            SourceError::new(SourceErrorKind::Mismatch, sentence).because(error)
        })
    };
    let columns = statement.fields.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| SourceError::new(SourceErrorKind::Mismatch, "The rows are not what was asked for.").because(error))
}
