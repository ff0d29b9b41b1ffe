//! Files of text as tables: CSV and its like, and JSON. Each file is read whole and by its own header, whatever stands in its quotes, and
//! what is no row is told with its file and line.

mod bytes;
mod cells;
mod dialect;
mod documents;
mod guess;
mod learning;
mod scan;
mod settings;
mod values;

use std::fmt::{self, Debug};
use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use async_trait::async_trait;
use connect::SourceError;
use connect::batch::schema_of;
use datafusion::catalog::Session;
use datafusion::common::Result as Planned;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use model::table::{Column, TableInfo, TableRef};
use model::{DataType, Field};
use tokio::runtime::Handle;

use self::bytes::Files;
use self::learning::Learning;
use self::scan::Scan;
use self::settings::Given;
pub(crate) use self::settings::Settings;
pub(crate) use self::settings::field as settings_field;
use self::values::Reads;
use super::discover::{TableFiles, by_folders};
use super::learn::{ByHand, check_columns, partition};
use super::place::Place;

/// Files that are read side by side for one answer.
const SIDE_BY_SIDE: usize = 4;
/// Rows of a batch.
const BATCH_ROWS: usize = connect::BATCH_ROWS;

/// A column of the files, and how it is read.
#[derive(Debug, Clone)]
struct TextColumn {
    name: String,
    reads: Reads,
    /// What speaks for its type.
    evidence: String,
}

/// What is known of a table.
#[derive(Clone)]
struct Shape {
    reader: Files,
    table: TableFiles,
    given: Given,
    columns: Vec<TextColumn>,
    /// The folders whose values are columns, behind those of the files.
    folders: Vec<(usize, String)>,
    note: String,
}

impl Shape {
    fn fields(&self) -> Vec<Field> {
        let columns = self.columns.iter().map(|column| Field::plain(&column.name, column.reads.data_type));
        columns.chain(self.folders.iter().map(|(_, name)| Field::plain(name, DataType::String))).collect()
    }
}

/// A table of text files for the engine.
#[derive(Clone)]
pub(crate) struct TextTable {
    shape: Arc<Shape>,
    schema: SchemaRef,
}

impl TextTable {
    /// Reads the types of its columns from so many bytes of its files, or all of them.
    ///
    /// # Errors
    /// Why they are no table, with the file and the line.
    pub(crate) async fn learn(place: &Place, by_hand: &ByHand, table: &TableFiles, bytes: usize) -> Result<Self, SourceError> {
        let reader = Files { store: place.store.clone(), runtime: Handle::current() };
        let given = by_hand.settings.of(&table.name);
        let (files, settings) = (table.clone(), given.clone());
        let reading = reader.clone();
        let learnt = tokio::task::spawn_blocking(move || Learning::of(&reading, &files, &settings, bytes)).await;
        let learnt = learnt.map_err(|died| SourceError::of_join(died, 0))??;
        let (mut columns, note) = learnt.columns(&given);
        for column in &mut columns {
            if let Some(wanted) = by_hand.overrides.of(&table.name, &column.name) {
                column.reads = Reads { data_type: wanted, by_hand: true, ..column.reads };
                column.evidence = "as set by hand".to_owned();
            }
        }
        check_columns(&table.name, columns.len())?;
        let folders = table.partitions.iter().enumerate().filter(|(_, name)| !columns.iter().any(|column| column.name == **name));
        let folders = folders.map(|(at, name)| (at, name.clone())).collect();
        Ok(Self::new(Shape { reader, table: table.clone(), given, columns, folders, note }))
    }

    fn new(shape: Shape) -> Self {
        let schema = schema_of(&shape.fields());
        Self { shape: Arc::new(shape), schema }
    }

    /// The same, with columns of these names read as what these fields are.
    pub(crate) fn as_types(&self, fields: &[Field]) -> Self {
        let mut shape = Shape::clone(&self.shape);
        for column in &mut shape.columns {
            if let Some(field) = fields.iter().find(|field| field.column == column.name && field.data_type != column.reads.data_type) {
                let words_for_nothing = column.reads.words_for_nothing && field.data_type != DataType::String;
                column.reads = Reads { data_type: field.data_type, words_for_nothing, by_hand: false, ..column.reads };
            }
        }
        Self::new(shape)
    }

    pub(crate) fn info(&self) -> TableInfo {
        let column = |column: &TextColumn| Column {
            name: column.name.clone(),
            data_type: column.reads.data_type,
            nullable: true,
            native: format!("{}, {}", column.reads.data_type.word(), column.evidence),
        };
        let folders = self.shape.folders.iter().map(|(_, name)| partition(name));
        TableInfo {
            table: TableRef::new(&self.shape.table.name),
            columns: self.shape.columns.iter().map(column).chain(folders).collect(),
            note: self.shape.note.clone(),
            learnt: true,
            ..TableInfo::default()
        }
    }
}

impl Debug for TextTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TextTable").field("schema", &self.schema).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for TextTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        Ok(by_folders(filters))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let wanted: Vec<usize> = projection.map_or_else(|| (0..self.schema.fields().len()).collect(), Clone::clone);
        let schema: SchemaRef = Arc::new(Schema::project(&self.schema, &wanted)?);
        let files = self.shape.table.of_filters(filters, |at| self.shape.folders.iter().any(|(folder, _)| *folder == at));
        // A few rows are the first ones; all of them may come in any order.
        let most = if limit.is_some() { 1 } else { state.config_options().execution.target_partitions.clamp(1, SIDE_BY_SIDE) };
        let rows = limit.map_or(BATCH_ROWS, |limit| limit.clamp(1, BATCH_ROWS));
        let part = |files: &[object_store::ObjectMeta]| -> Arc<dyn PartitionStream> {
            Arc::new(Scan { shape: self.shape.clone(), files: files.to_vec(), wanted: wanted.clone(), schema: schema.clone(), rows })
        };
        let mut parts: Vec<Arc<dyn PartitionStream>> = files.chunks(files.len().div_ceil(most).max(1)).map(part).collect();
        if parts.is_empty() {
            parts.push(part(&[]));
        }
        Ok(Arc::new(StreamingTableExec::try_new(schema, parts, None, None, false, limit)?))
    }
}
