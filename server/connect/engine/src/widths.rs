//! Tables whose rows are wide: of those, fewer rows make a batch, so that it has no more bytes than others.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use connect::{BATCH_BYTES, BATCH_ROWS};
use datafusion::catalog::{ScanArgs, ScanResult, Session};
use datafusion::common::Result as Planned;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::{TableProvider, TableType, source_as_provider};
use datafusion::logical_expr::{Expr, LogicalPlan, TableProviderFilterPushDown};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::physical_plan::ExecutionPlan;

/// About how many bytes the cells of each column have, where they have most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Widths(BTreeMap<String, usize>);

impl Widths {
    /// As the groups of rows of a file have them.
    pub(crate) fn of_parquet(metadata: &ParquetMetaData) -> Self {
        let mut widths = Self::default();
        for group in metadata.row_groups() {
            let mut of_group: BTreeMap<&str, i64> = BTreeMap::new();
            for chunk in group.columns() {
                let Some(column) = chunk.column_path().parts().first() else { continue };
                // A value of a dictionary is written once, and read as often as a row has it.
                let bytes = chunk.uncompressed_size().max(chunk.unencoded_byte_array_data_bytes().unwrap_or(0));
                let sum = of_group.entry(column).or_default();
                *sum = sum.saturating_add(bytes);
            }
            for (column, bytes) in of_group {
                widths.widen(column, usize::try_from(bytes / group.num_rows().max(1)).unwrap_or(0));
            }
        }
        widths
    }

    fn widen(&mut self, column: &str, bytes: usize) {
        let known = self.0.entry(column.to_owned()).or_default();
        *known = (*known).max(bytes);
    }

    pub(crate) fn extend(&mut self, others: &Self) {
        others.0.iter().for_each(|(column, bytes)| self.widen(column, *bytes));
    }

    /// Rows of a batch of some columns.
    fn rows_of<'c>(&self, columns: impl Iterator<Item = &'c str>) -> usize {
        let bytes = columns.filter_map(|column| self.0.get(column)).fold(0_usize, |sum, bytes| sum.saturating_add(*bytes));
        (BATCH_BYTES / bytes.max(1)).clamp(1, BATCH_ROWS)
    }

    /// A table with rows as wide.
    pub(crate) fn table(self, inner: Arc<dyn TableProvider>) -> Arc<dyn TableProvider> {
        if self.rows_of(self.0.keys().map(String::as_str)) < BATCH_ROWS { Arc::new(Wide { inner, widths: self }) } else { inner }
    }
}

/// A table whose rows are wide.
#[derive(Debug)]
struct Wide {
    inner: Arc<dyn TableProvider>,
    widths: Widths,
}

#[async_trait]
impl TableProvider for Wide {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    fn table_type(&self) -> TableType {
        self.inner.table_type()
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        self.inner.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        self.inner.scan(state, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(&self, state: &dyn Session, args: ScanArgs<'a>) -> Planned<ScanResult> {
        self.inner.scan_with_args(state, args).await
    }
}

/// A question, in batches of as few rows as the widest of the tables that it reads wants. Whatever is between the table and the answer
/// makes batches of as many rows, so that it is said for the whole question.
///
/// # Errors
/// What the planner says of the question.
pub(crate) fn in_batches(frame: DataFrame) -> Planned<DataFrame> {
    if fewest_rows(frame.logical_plan())?.is_none() {
        return Ok(frame);
    }
    let (mut state, plan) = frame.into_parts();
    // Which columns are read is known of the plan that is run.
    let rows = fewest_rows(&state.optimize(&plan)?)?.unwrap_or(BATCH_ROWS);
    let config = state.config().clone().with_batch_size(rows);
    *state.config_mut() = config;
    Ok(DataFrame::new(state, plan))
}

/// Rows of a batch by the columns that are read of wide tables; nothing where none is read.
fn fewest_rows(plan: &LogicalPlan) -> Planned<Option<usize>> {
    let mut fewest: Option<usize> = None;
    plan.apply_with_subqueries(|node| {
        // The plan of a view stands in its place once the question is planned.
        if let LogicalPlan::TableScan(scan) = node
            && let Some(view) = scan.source.get_logical_plan()
            && let Some(rows) = fewest_rows(&view)?
        {
            fewest = Some(fewest.map_or(rows, |fewest| fewest.min(rows)));
        }
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(provider) = source_as_provider(&scan.source)
            && let Some(wide) = provider.downcast_ref::<Wide>()
        {
            let rows = wide.widths.rows_of(scan.projected_schema.fields().iter().map(|field| field.name().as_str()));
            fewest = Some(fewest.map_or(rows, |fewest| fewest.min(rows)));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(fewest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_wide_are_few_in_a_batch() {
        let mut widths = Widths(BTreeMap::from([("id".to_owned(), 8), ("body".to_owned(), 1 << 20)]));
        assert_eq!((widths.rows_of(["id"].into_iter()), widths.rows_of(["id", "body"].into_iter())), (BATCH_ROWS, 3));
        widths.extend(&Widths(BTreeMap::from([("id".to_owned(), 4), ("body".to_owned(), 200 << 20)])));
        assert_eq!((widths.rows_of(["id", "gone"].into_iter()), widths.rows_of(["body"].into_iter())), (BATCH_ROWS, 1));
        assert_eq!(widths.0["id"], 8);
    }
}
