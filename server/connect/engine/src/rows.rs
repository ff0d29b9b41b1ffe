//! A table whose rows come from a service as they are asked for.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use connect::batch::schema_of;
use connect::{Purpose, Rejected, SourceError, SourceErrorKind, Spoiled};
use datafusion::catalog::Session;
use datafusion::common::Result as Planned;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::StreamExt;
use model::Field;
use model::table::{Column, TableInfo, TableRef};
use tokio::sync::mpsc;

use crate::evidence::{Row, batch};

/// Where rows are put as they come, a page or a step of a walk at a time; one waits for the reader.
pub type RowSender = mpsc::Sender<Result<Rows, SourceError>>;

/// What was read of a table at once.
#[derive(Debug, Default)]
pub struct Rows {
    pub rows: Vec<Row>,
    /// What is no row. It is told to whoever keeps such things; to others it is an error, unless [`ReadRows::skips`] says otherwise.
    pub spoiled: Vec<Spoiled>,
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        Self { rows, spoiled: Vec::new() }
    }
}

/// For the readers of tables, in the settings of one execution: what the rows are for, and where those go that cannot be read, if
/// anywhere.
#[derive(Debug, Clone)]
pub struct Asker {
    pub purpose: Purpose,
    pub rejected: Option<Rejected>,
}

impl Asker {
    /// Of an execution.
    pub(crate) fn of(context: &TaskContext) -> Self {
        let asker = context.session_config().get_extension::<Self>();
        asker.map_or(Self { purpose: Purpose::Response, rejected: None }, |asker| (*asker).clone())
    }
}

/// Of some columns the values that are wanted, as text; of others, all.
pub type Wanted = BTreeMap<String, Vec<String>>;

/// Reads the rows of one table.
#[async_trait]
pub trait ReadRows: Send + Sync + 'static {
    /// The columns by whose values rows can be looked up without reading them all.
    fn asked_by(&self) -> &[String];
    /// Where a row stands, for a person; nothing where that is its number.
    fn place(&self, _row: &Row) -> Option<String> {
        None
    }
    /// Whether a question leaves out what is no row: of what others send, where nobody can take back what was sent once.
    fn skips(&self) -> bool {
        false
    }
    /// Sends rows until they are over or the receiver is gone; rows that are not wanted may be among them.
    ///
    /// # Errors
    /// Where the service does not answer, or not with rows.
    async fn read(&self, wanted: &Wanted, rows: &RowSender) -> Result<(), SourceError>;

    /// The same, where it matters who asks: how large a row may be, and whether the reading goes on behind one that cannot be taken. Of a
    /// service whose rows are all small, this is [`ReadRows::read`].
    ///
    /// # Errors
    /// As there.
    async fn read_for(&self, _: &Asker, wanted: &Wanted, rows: &RowSender) -> Result<(), SourceError> {
        self.read(wanted, rows).await
    }
}

/// What is said of a table, and the table for the engine.
pub type Described = (TableInfo, Arc<dyn TableProvider>);

/// A table of such rows for the engine.
#[derive(Clone)]
pub struct RowTable {
    fields: Arc<[Field]>,
    schema: SchemaRef,
    reader: Arc<dyn ReadRows>,
}

impl RowTable {
    /// With what is said of the table: its columns, and the key where there is one.
    #[must_use]
    pub fn described(name: &str, columns: Vec<Column>, key: Vec<String>, reader: Arc<dyn ReadRows>) -> Described {
        let field = |column: &Column| Field {
            name: column.name.clone(),
            column: column.name.clone(),
            data_type: column.data_type,
            ..Field::default()
        };
        let fields: Arc<[Field]> = columns.iter().map(field).collect();
        let schema = schema_of(&fields);
        let info = TableInfo { table: TableRef::new(name), columns, key, ..TableInfo::default() };
        (info, Arc::new(Self { fields, schema, reader }))
    }

    fn can_be_asked_by(&self, filter: &Expr) -> Option<(String, Vec<String>)> {
        let (column, values) = values_of(filter)?;
        self.reader.asked_by().contains(&column).then_some((column, values))
    }
}

impl Debug for RowTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RowTable").field("schema", &self.schema).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for RowTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        // The engine looks again: a service may be asked for more than is wanted.
        let kind = |filter: &&Expr| match self.can_be_asked_by(filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(kind).collect())
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let mut wanted = Wanted::new();
        for (column, values) in filters.iter().filter_map(|filter| self.can_be_asked_by(filter)) {
            // Both must hold where a column is asked for twice; one is enough to look rows up by.
            wanted.entry(column).or_insert(values);
        }
        // A cell that cannot be read is in nobody's way who does not ask for its column.
        let fields: Arc<[Field]> = match projection {
            Some(columns) => columns.iter().map(|at| self.fields[*at].clone()).collect(),
            None => self.fields.clone(),
        };
        let table = Self { schema: schema_of(&fields), fields, reader: self.reader.clone() };
        let schema = table.schema.clone();
        let scan = Scan { table, wanted };
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![Arc::new(scan)], None, None, false, limit)?))
    }
}

impl RowTable {
    /// Rows as a batch; `before` of them were read before. Those that are not of their columns' types are told.
    fn batch_of(&self, read: Rows, before: usize, rejected: Option<&Rejected>) -> Result<RecordBatch, SourceError> {
        let mut spoiled = read.spoiled.into_iter();
        match rejected {
            Some(rejected) => spoiled.for_each(|spoiled| drop(rejected.send(spoiled))),
            None => {
                if let Some(first) = spoiled.next().filter(|_| !self.reader.skips()) {
                    let sentence = format!("{}: {} Correct the row, or build a dataset that rejects it.", first.place, first.reason);
                    return Err(SourceError::new(SourceErrorKind::Mismatch, sentence));
                }
            }
        }
        if let Ok(all) = self.batch(&read.rows) {
            return Ok(all);
        }
        // One of them at least is bad: each is tried by itself.
        let mut good = Vec::with_capacity(read.rows.len());
        for (at, row) in read.rows.into_iter().enumerate() {
            let Err(error) = self.batch(std::slice::from_ref(&row)) else {
                good.push(row);
                continue;
            };
            let place = self.reader.place(&row).unwrap_or_else(|| format!("row {}", before + at + 1));
            match rejected {
                Some(rejected) => drop(rejected.send(Spoiled { place, reason: error.sentence, key: None, bytes: None })),
                None => return Err(SourceError { sentence: format!("{place}: {}", error.sentence), ..error }),
            }
        }
        self.batch(&good)
    }

    fn batch(&self, rows: &[Row]) -> Result<RecordBatch, SourceError> {
        if !self.fields.is_empty() {
            return batch(&self.fields, rows);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        RecordBatch::try_new_with_options(self.schema.clone(), Vec::new(), &options)
            .map_err(|error| SourceError::new(SourceErrorKind::Other, "The rows of the source could not be counted.").because(error))
    }
}

/// One reading of a table.
struct Scan {
    table: RowTable,
    wanted: Wanted,
}

impl Debug for Scan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be anybody's data, and plans are shown.
        formatter.debug_struct("Scan").field("by", &self.wanted.keys().collect::<Vec<_>>()).finish()
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.table.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (sender, mut receiver) = mpsc::channel::<Result<Rows, SourceError>>(1);
        let (reader, wanted) = (self.table.reader.clone(), self.wanted.clone());
        let asker = Asker::of(&context);
        let rejected = asker.rejected.clone();
        let reading = tokio::spawn(async move {
            tokio::select! {
                read = reader.read_for(&asker, &wanted, &sender) => read,
                // Whoever asked is gone.
                () = sender.closed() => Ok(()),
            }
        });
        let (table, mut read) = (self.table.clone(), 0);
        let portions = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
        // No more portions are no end: what the reader says in the end is.
        let end = futures::stream::once(reading).filter_map(|ended| {
            let failed = ended.unwrap_or_else(|died| Err(SourceError::of_join(died, 0))).err();
            std::future::ready(failed.map(Err))
        });
        let batches = portions.chain(end).map(move |portion| {
            let outside = |error: SourceError| DataFusionError::External(Box::new(error));
            let batch = portion.and_then(|portion| {
                let before = read;
                read += portion.rows.len();
                table.batch_of(portion, before, rejected.as_ref())
            });
            batch.map_err(outside)
        });
        Box::pin(RecordBatchStreamAdapter::new(self.table.schema.clone(), batches))
    }
}

/// `column = value`, `value = column`, `column IN (values)`: the column and its values as text.
pub(crate) fn values_of(filter: &Expr) -> Option<(String, Vec<String>)> {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => match (&**left, &**right) {
            (Expr::Column(column), Expr::Literal(value, _)) | (Expr::Literal(value, _), Expr::Column(column)) => {
                Some((column.name.clone(), vec![crate::types::text_of(value)?]))
            }
            _ => None,
        },
        // The planner writes a short list as either-or.
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let ((column, mut values), (other, more)) = (values_of(left)?, values_of(right)?);
            values.extend(more);
            (column == other).then_some((column, values))
        }
        Expr::InList(list) if !list.negated => {
            let Expr::Column(column) = &*list.expr else { return None };
            let value = |item: &Expr| match item {
                Expr::Literal(value, _) => crate::types::text_of(value),
                _ => None,
            };
            Some((column.name.clone(), list.list.iter().map(value).collect::<Option<_>>()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use connect::SourceErrorKind;
    use model::DataType;

    use super::*;
    use crate::errors::read_error;

    struct Dies;

    #[async_trait]
    impl ReadRows for Dies {
        fn asked_by(&self) -> &[String] {
            &[]
        }

        async fn read(&self, _: &Wanted, rows: &RowSender) -> Result<(), SourceError> {
            let row = Row::from_iter([("n".to_owned(), 1_i64.into())]);
            let _ = rows.send(Ok(vec![row].into())).await;
            panic!("the service is at its end")
        }
    }

    #[tokio::test]
    async fn a_reader_that_dies_is_not_one_that_has_finished() {
        let fields: Arc<[Field]> = vec![Field::plain("n", DataType::Int64)].into();
        let table = RowTable { schema: schema_of(&fields), fields, reader: Arc::new(Dies) };
        let scan = Scan { table, wanted: Wanted::new() };
        let batches: Vec<_> = scan.execute(Arc::new(TaskContext::default())).collect().await;
        let error = batches.last().and_then(|last| last.as_ref().err()).unwrap();
        assert_eq!((batches.len(), read_error(error).kind), (2, SourceErrorKind::Broken), "{error}");
    }
}
