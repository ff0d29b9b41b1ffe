//! DataFusion over the tables of one source: what a statement would give, how it would be answered, its rows.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arrow_schema::Field as ArrowField;
use async_trait::async_trait;
use connect::stream::{Ended, Sender, channel, send_while_wanted, spawn};
use connect::{BATCH_ROWS, BatchStream, Connection, Feed, FeedOf, Rejected, SourceError, SourceErrorKind, Statement};
use datafusion::common::{ParamValues, TableReference};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::TableProvider;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Field, Value};
use tokio::sync::Mutex;

use crate::errors::read_error;
use crate::rows::Asker;
use crate::scans::full_scans;
use crate::sending::Sending;
use crate::text_decimals;
use crate::types::{bound, ours};
use crate::widths::in_batches;

/// What the questions of one source may take together, in bytes.
const MEMORY: usize = 512 << 20;

/// Which tables a source has now.
#[async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// # Errors
    /// Where the source cannot be looked at.
    async fn tables(&self) -> Result<Arc<Tables>, SourceError>;
    /// The same, with columns read as what these fields are: for a source whose types are learnt, and may be others than they were when
    /// somebody began to keep its rows.
    async fn tables_as(&self, _: &[Field]) -> Result<Arc<Tables>, SourceError> {
        self.tables().await
    }
    /// Those that were seen last, whatever their age, where looking again takes calls of a service: a question that they
    /// can answer does not wait for that.
    fn seen(&self) -> Option<Arc<Tables>> {
        None
    }
    /// Dials, and says what answers.
    async fn test(&self) -> Result<String, SourceError> {
        let tables = self.tables().await?;
        tables.refuse_if_all_bad()?;
        let tables = tables.infos.len();
        if tables == 0 {
            return Err(SourceError::new(
                SourceErrorKind::Config,
                "There are no tables at this address. Check the settings of the source.",
            ));
        }
        Ok(format!("{tables} {}", if tables == 1 { "table" } else { "tables" }))
    }
    /// As [`Connection::mark`].
    async fn mark(&self, _: &TableRef) -> Result<String, SourceError> {
        Ok(String::new())
    }
    /// As [`Connection::feed`].
    async fn feed(&self, _of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        Err(SourceError::new(SourceErrorKind::Config, "This source has no change stream."))
    }
}

/// The tables of a source at one moment, ready to be asked.
pub struct Tables {
    context: SessionContext,
    infos: Vec<TableInfo>,
    /// What reads each of them.
    providers: Vec<Arc<dyn TableProvider>>,
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
        Self { context, infos: Vec::new(), providers: Vec::new(), bad: HashMap::new() }
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
            self.context.register_table(TableReference::bare(name), provider.clone()).map_err(|error| read_error(&error))?;
            Ok((info, provider))
        });
        match registered {
            Ok((info, provider)) => {
                self.infos.push(info);
                self.providers.push(provider);
            }
            Err(error) => {
                tracing::info!(table = name, cause = %error.cause, "it is not a table: {error}");
                self.bad.insert(name.to_owned(), error);
            }
        }
    }

    /// The same without some of them, which are to be added as something else.
    pub(crate) fn without(&self, is_left_out: impl Fn(&str) -> bool, runtime: Arc<RuntimeEnv>) -> Self {
        let mut tables = Self { bad: self.bad.clone(), ..Self::new(runtime) };
        for (info, provider) in self.infos.iter().zip(&self.providers) {
            if !is_left_out(&info.table.name) {
                tables.add(&info.table.name, Ok((info.clone(), provider.clone())));
            }
        }
        tables
    }

    /// What would be a table if it could be read, as the end of a sentence before.
    pub(crate) fn bad_names(&self) -> String {
        let mut names: Vec<&str> = self.bad.keys().map(String::as_str).collect();
        names.sort_unstable();
        if names.is_empty() { String::new() } else { format!(". Not readable: {}", names.join(", ")) }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.infos.len()
    }

    /// # Errors
    /// Where there is no table, and something that should have been one.
    pub(crate) fn refuse_if_all_bad(&self) -> Result<(), SourceError> {
        match self.bad.values().next() {
            Some(first) if self.infos.is_empty() => Err(first.clone()),
            _ => Ok(()),
        }
    }

    /// The tables, and what would be one if it could be read, with the reason.
    ///
    /// # Errors
    /// Where nothing can be reached that could be listed.
    fn listed(&self) -> Result<Vec<TableInfo>, SourceError> {
        let is_of_rows = |error: &SourceError| error.kind == SourceErrorKind::Mismatch;
        if !self.bad.values().any(is_of_rows) {
            self.refuse_if_all_bad()?;
        }
        let bad = self.bad.iter().filter(|(_, error)| is_of_rows(error));
        let bad = bad.map(|(name, error)| TableInfo { table: TableRef::new(name), note: error.sentence.clone(), ..TableInfo::default() });
        let mut listed: Vec<TableInfo> = self.infos.iter().cloned().chain(bad).collect();
        listed.sort_by(|a, b| a.table.cmp(&b.table));
        Ok(listed)
    }

    async fn frame(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<DataFrame, SourceError> {
        let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let values = binds.iter().map(|(data_type, value)| Ok(bound(*data_type, value)?.into()));
        let values = values.collect::<Result<Vec<_>, SourceError>>()?;
        let frame = self.context.sql_with_options(sql, only_reading).await;
        let frame = frame.and_then(|frame| frame.with_param_values(ParamValues::List(values))).and_then(in_batches);
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
        self.0.tables().await?.listed()
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        let tables = self.0.tables().await?;
        if let Some(bad) = tables.bad.get(&table.name) {
            return Err(bad.clone());
        }
        tables.refuse_if_all_bad()?;
        Ok(tables.infos.iter().find(|info| info.table.name == table.name).cloned())
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
                format!("{} contains lists or structures, which cannot be stored in a column. Remove the column.", field.name()),
            )),
        };
        frame.schema().fields().iter().map(|field| column(field)).collect()
    }

    async fn vet(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<(), SourceError> {
        let tables = self.0.tables().await?;
        let frame = tables.frame(sql, binds).await?;
        text_decimals::refuse(frame.logical_plan(), &tables.infos)
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        let plan = self.0.tables().await?.frame(sql, binds).await?.into_optimized_plan().map_err(|error| read_error(&error))?;
        let full_scans = full_scans(&plan).map_err(|error| read_error(&error))?;
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
        Ok(rows_of(frame, statement, None))
    }

    async fn query_rejecting(&self, statement: Statement, rejected: Rejected) -> Result<BatchStream, SourceError> {
        let late = |_| SourceError::late();
        let tables = tokio::time::timeout(statement.timeout, self.0.tables_as(&statement.fields)).await.map_err(late)??;
        let frame = tables.frame(&statement.sql, &statement.binds).await?;
        Ok(rows_of(frame, statement, Some(rejected)))
    }

    async fn feed(&self, of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        self.0.feed(of).await
    }
}

fn rows_of(frame: DataFrame, statement: Statement, rejected: Option<Rejected>) -> BatchStream {
    let (sender, stream) = channel();
    spawn(async move {
        // Dropped with this task, an execution is over: nothing runs on where nobody waits.
        send_while_wanted(&sender, statement.timeout, send_rows(frame, &statement, (&sender, rejected))).await;
        sender
    });
    stream
}

async fn send_rows(frame: DataFrame, statement: &Statement, (sender, rejected): (&Sender, Option<Rejected>)) -> Result<Ended, SourceError> {
    let plan = frame.create_physical_plan().await.map_err(|error| read_error(&error))?;
    let context = frame.task_ctx();
    let asker = Asker { purpose: statement.purpose, rejected: rejected.clone() };
    let config = context.session_config().clone().with_extension(Arc::new(asker));
    let context = context.with_session_config(config);
    let mut batches = execute_stream(plan, Arc::new(context)).map_err(|error| read_error(&error))?;
    let mut sending = Sending::new(statement, sender, rejected);
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(|error| broken_off(read_error(&error), sender))?;
        if let Some(ended) = sending.take(&batch).await? {
            return Ok(ended);
        }
    }
    Ok(Ended::Done)
}

/// A reader of a table that died knows nothing of how far the rows were sent.
fn broken_off(error: SourceError, sender: &Sender) -> SourceError {
    if error.kind == SourceErrorKind::Broken { SourceError::ended_early(sender.rows()).because(error.cause) } else { error }
}
