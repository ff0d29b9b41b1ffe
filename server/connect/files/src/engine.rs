//! DataFusion over the tables of one source. What is known of the files is kept for as long as they stay the same.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType as Arrow, Field as ArrowField, Schema};
use connect::batch::{arrow_type, schema_of};
use connect::stream::{Ended, Sender, channel, send_while_wanted};
use connect::{BATCH_ROWS, BatchStream, SourceError, SourceErrorKind, Statement};
use datafusion::arrow::compute::cast;
use datafusion::common::ParamValues;
use datafusion::common::parsers::CompressionTypeVariant;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use tokio::sync::Mutex;

use crate::discover::{Format, Mark, Packing, TableFiles, discover};
use crate::errors::read_error;
use crate::inspect::{MAX_COLUMNS, inspect};
use crate::types::{Overrides, TIMESTAMP, ours, scalar};

/// Rows that types are read from, where a file does not say them itself.
const INFER_ROWS: usize = 1_000;
/// What the questions of one source may take together, in bytes.
const MEMORY: usize = 512 << 20;

pub(crate) struct Engine {
    root: PathBuf,
    overrides: Overrides,
    runtime: Arc<RuntimeEnv>,
    known: Mutex<Option<Arc<Known>>>,
}

/// The tables at one state of the files.
struct Known {
    mark: Mark,
    context: SessionContext,
    tables: Vec<TableInfo>,
    /// Why some files are no tables.
    bad: HashMap<String, SourceError>,
}

impl Engine {
    pub(crate) fn new(root: PathBuf, overrides: Overrides) -> Result<Self, SourceError> {
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(MEMORY, 1.0).build_arc().map_err(|error| read_error(&error))?;
        Ok(Self { root, overrides, runtime, known: Mutex::new(None) })
    }

    pub(crate) async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        let known = self.known().await?;
        if known.tables.is_empty()
            && let Some(first) = known.bad.values().next()
        {
            return Err(first.clone());
        }
        Ok(known.tables.clone())
    }

    pub(crate) async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        let frame = self.frame(sql, binds).await?;
        let column = |field: &ArrowField| match ours(field.data_type()) {
            Some(data_type) => Ok(Column { name: field.name().clone(), data_type, nullable: true, native: field.data_type().to_string() }),
            None => Err(SourceError::new(
                SourceErrorKind::Statement,
                format!("{} holds lists or structures, which have no place in a row. Leave it out.", field.name()),
            )),
        };
        frame.schema().fields().iter().map(|field| column(field)).collect()
    }

    pub(crate) async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        let plan = self.frame(sql, binds).await?.into_optimized_plan().map_err(|error| read_error(&error))?;
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

    pub(crate) async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let frame = self.frame(&statement.sql, &statement.binds).await?;
        let (sender, stream) = channel();
        tokio::spawn(async move {
            // Dropped with this task, an execution is over: nothing runs on where nobody waits.
            send_while_wanted(&sender, statement.timeout, send_rows(frame, &statement, &sender)).await;
        });
        Ok(stream)
    }

    async fn frame(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<DataFrame, SourceError> {
        let known = self.known().await?;
        let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let values = binds.iter().map(|(data_type, value)| scalar(*data_type, value).into()).collect();
        let frame = known.context.sql_with_options(sql, only_reading).await;
        let frame = frame.and_then(|frame| frame.with_param_values(ParamValues::List(values)));
        frame.map_err(|error| {
            let bad = known.bad.iter().find(|(name, _)| sql.contains(&format!("\"{name}\"")));
            bad.map_or_else(|| read_error(&error), |(_, bad)| bad.clone())
        })
    }

    async fn known(&self) -> Result<Arc<Known>, SourceError> {
        let root = self.root.clone();
        let failed = |error| SourceError::new(SourceErrorKind::Other, "The files could not be looked at.").because(error);
        let (tables, mark) = tokio::task::spawn_blocking(move || discover(&root)).await.map_err(failed)??;
        // One look at the files at a time: what many wait for is done once.
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.mark == mark) {
            return Ok(known.clone());
        }
        let fresh = Arc::new(self.learn(tables, mark).await);
        *known = Some(fresh.clone());
        Ok(fresh)
    }

    async fn learn(&self, tables: Vec<TableFiles>, mark: Mark) -> Known {
        let mut config = SessionConfig::new().with_batch_size(BATCH_ROWS).with_information_schema(false);
        config.options_mut().execution.parquet.schema_force_view_types = false;
        config.options_mut().sql_parser.map_string_types_to_utf8view = false;
        config.options_mut().sql_parser.enable_ident_normalization = false;
        let context = SessionContext::new_with_config_rt(config, self.runtime.clone());
        let (mut infos, mut bad) = (Vec::new(), HashMap::new());
        for table in tables {
            match self.register(&context, &table).await {
                Ok(info) => infos.push(info),
                Err(error) => {
                    tracing::info!(table = table.name, cause = %error.cause, "a file is not a table: {error}");
                    bad.insert(table.name, error);
                }
            }
        }
        Known { mark, context, tables: infos, bad }
    }

    async fn register(&self, context: &SessionContext, table: &TableFiles) -> Result<TableInfo, SourceError> {
        inspect(table)?;
        let failed = |error: &datafusion::error::DataFusionError| {
            let known = read_error(error);
            SourceError { sentence: format!("{}: {}", table.name, known.sentence), ..known }
        };
        let options = ListingOptions::new(format_of(table))
            .with_file_extension("")
            .with_table_partition_cols(table.partitions.iter().map(|name| (name.clone(), Arrow::Utf8)).collect());
        let urls: Result<Vec<ListingTableUrl>, _> = match &table.folder {
            Some(folder) => ListingTableUrl::parse(format!("{}/", folder.display())).map(|url| vec![url]),
            None => table.files.iter().map(|file| ListingTableUrl::parse(file.display().to_string())).collect(),
        };
        let urls = urls.map_err(|error| failed(&error))?;
        let first = urls.first().ok_or_else(|| SourceError::new(SourceErrorKind::Missing, "There is no file."))?;
        let inferred = options.infer_schema(&context.state(), first).await.map_err(|error| failed(&error))?;
        if inferred.fields().is_empty() || inferred.fields().len() > MAX_COLUMNS {
            let sentence = format!("{}: it has {} columns; a table has from 1 to {MAX_COLUMNS}.", table.name, inferred.fields().len());
            return Err(SourceError::new(SourceErrorKind::Mismatch, sentence));
        }
        let fields: Vec<ArrowField> =
            inferred.fields().iter().map(|field| ArrowField::new(field.name(), self.read_as(table, field), true)).collect();
        let columns = fields.iter().filter_map(|field| column(table, field)).chain(table.partitions.iter().map(|name| partition(name)));
        let columns = columns.collect();
        let config =
            ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(Arc::new(Schema::new(fields)));
        let listing = ListingTable::try_new(config).map_err(|error| failed(&error))?;
        // Quoted, so that a name with a dot in it is one name.
        let name = datafusion::common::TableReference::bare(table.name.clone());
        context.register_table(name, Arc::new(listing)).map_err(|error| failed(&error))?;
        Ok(TableInfo { table: TableRef::new(&table.name), columns, ..TableInfo::default() })
    }

    /// The type that a column is read as: as set by hand, else as the file says or its first rows seem to.
    fn read_as(&self, table: &TableFiles, field: &ArrowField) -> Arrow {
        if let Some(wanted) = self.overrides.of(&table.name, field.name()) {
            return arrow_type(wanted);
        }
        match field.data_type() {
            Arrow::Null => Arrow::Utf8,
            // A time without a zone is in UTC, as everywhere.
            Arrow::Timestamp(..) if table.format != Format::Parquet => TIMESTAMP(),
            other => other.clone(),
        }
    }
}

fn format_of(table: &TableFiles) -> Arc<dyn FileFormat> {
    let packing = FileCompressionType::from(match table.packing {
        Packing::None => CompressionTypeVariant::UNCOMPRESSED,
        Packing::Gzip => CompressionTypeVariant::GZIP,
        Packing::Zstd => CompressionTypeVariant::ZSTD,
    });
    let csv = |separator| {
        CsvFormat::default()
            .with_has_header(true)
            .with_delimiter(separator)
            .with_newlines_in_values(true)
            .with_schema_infer_max_rec(INFER_ROWS)
            .with_file_compression_type(packing)
    };
    match table.format {
        Format::Csv => Arc::new(csv(b',')),
        Format::Tsv => Arc::new(csv(b'\t')),
        Format::Json => Arc::new(JsonFormat::default().with_schema_infer_max_rec(INFER_ROWS).with_file_compression_type(packing)),
        Format::Parquet => Arc::new(ParquetFormat::default()),
    }
}

/// A column as it is shown, with what speaks for its type.
fn column(table: &TableFiles, field: &ArrowField) -> Option<Column> {
    let evidence = if table.format == Format::Parquet { "as the file says".to_owned() } else { format!("by the first {INFER_ROWS} rows") };
    let native = format!("{}, {evidence}", field.data_type());
    Some(Column { name: field.name().clone(), data_type: ours(field.data_type())?, nullable: true, native })
}

fn partition(name: &str) -> Column {
    Column { name: name.to_owned(), data_type: DataType::String, nullable: false, native: "a folder's name".to_owned() }
}

async fn send_rows(frame: DataFrame, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let failed = |error: &datafusion::error::DataFusionError| read_error(error);
    let mut batches = frame.execute_stream().await.map_err(|error| failed(&error))?;
    let schema = schema_of(&statement.fields);
    let mut left = statement.max_rows;
    while let Some(batch) = batches.next().await {
        let batch = as_asked(&batch.map_err(|error| failed(&error))?, statement, &schema)?;
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

/// The columns that were asked for, as the types that were asked for.
fn as_asked(batch: &RecordBatch, statement: &Statement, schema: &arrow_schema::SchemaRef) -> Result<RecordBatch, SourceError> {
    let one = |field: &model::Field| -> Result<ArrayRef, SourceError> {
        let column = batch
            .column_by_name(&field.name)
            .ok_or_else(|| SourceError::new(SourceErrorKind::Missing, format!("The answer has no column {} any more.", field.name)))?;
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
