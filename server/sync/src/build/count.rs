//! How many rows there should be: by the source's own count, and beside the version that is live.

use connect::Connection;
use model::dataset::{DataVersionState, DatasetSpec};
use model::form::select_sql;
use model::number::grouped;
use model::{DataType, Field, Value};
use store::DataVersionRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::build_source::BuildSource;
use crate::failed::Failed;
use crate::source::{READ_TIMEOUT, one_value};

/// The rows of the source before they are read; nothing where nobody asks for it.
pub(crate) struct SourceCount {
    sql: String,
    before: Option<i64>,
}

impl SourceCount {
    /// Nobody asks for it.
    pub(crate) fn none() -> Self {
        Self { sql: String::new(), before: None }
    }

    /// # Errors
    /// Where the source does not count.
    pub(crate) async fn begin(from: &BuildSource) -> Result<Self, Failed> {
        let (spec, connection) = (&from.spec, &*from.connection);
        let sql = select_sql(&["count(*) AS n".to_owned()], &spec.table, from.dialect);
        if spec.gates.count_source && from.feed_start.is_some() {
            return Err(Failed::new(
                "A change stream has no row count to compare with. Turn off the comparison of the row count in the quality checks.",
            ));
        }
        let before = if spec.gates.count_source { Some(count(&sql, (spec, connection)).await?) } else { None };
        Ok(Self { sql, before })
    }

    /// # Errors
    /// Where another number was read than the source had before or has now, or any between.
    pub(crate) async fn agrees(&self, (spec, connection): (&DatasetSpec, &dyn Connection), read: i64) -> Result<(), Failed> {
        let Some(before) = self.before else { return Ok(()) };
        let after = count(&self.sql, (spec, connection)).await?;
        fault((before, after), read).map_or(Ok(()), |fault| Err(Failed::new(fault)))
    }
}

/// Why a number of rows was not read of a source that had so many before and so many after; nothing where it may have been.
fn fault((before, after): (i64, i64), read: i64) -> Option<String> {
    let fits = (before.min(after)..=before.max(after)).contains(&read);
    (!fits).then(|| {
        let (read, before, after) = (grouped(read), grouped(before), grouped(after));
        format!(
            "{read} rows were read, but the source had {before} rows before and {after} after the build. Build the dataset again. If this happens again, check whether rows are hidden from the user of the source."
        )
    })
}

async fn count(sql: &str, (spec, connection): (&DatasetSpec, &dyn Connection)) -> Result<i64, Failed> {
    match one_value(connection, sql, (Field::plain("n", DataType::Int64), READ_TIMEOUT))
        .await
        .map_err(|error| Failed::of_source(spec, &error))?
    {
        Some(Value::Int(rows)) => Ok(rows),
        _ => Err(Failed::new(format!("{}: the source did not return the number of rows.", spec.source))),
    }
}

/// # Errors
/// Where there are too few rows, or too many more or less than the live version has.
pub(crate) async fn refuse_size(
    worker: &Worker,
    (row, spec): (&DataVersionRow, &DatasetSpec),
    rows: i64,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    let versions = worker.ask_patiently(stop, || worker.store.data_versions_of(&row.dataset_id)).await?;
    let live = versions.iter().find(|known| known.environment == row.environment && known.state == DataVersionState::Live.key());
    // Where they cannot be read they must not be taken for nothing, or no gate would hold.
    let figures = live.map(DataVersionRow::decoded_figures).transpose()?;
    match spec.gates.size_fault(rows, figures.map(|figures| figures.written_rows)) {
        None => Ok(()),
        Some(fault) => Err(Failed::new(format!("{fault} If the number is right, change the quality check and build the dataset again."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_lies_between_the_counts_before_and_after() {
        for (before, after, read, fits) in [
            (0, 0, 0, true),
            (0, 0, 1, false),
            (5, 5, 5, true),
            (5, 5, 4, false),
            (5, 5, 6, false),
            // It grew while it was read.
            (5, 9, 5, true),
            (5, 9, 9, true),
            (5, 9, 10, false),
            // It shrank.
            (9, 5, 7, true),
            (9, 5, 4, false),
            (i64::MAX, 0, i64::MAX, true),
        ] {
            let said = fault((before, after), read);
            assert_eq!(said.is_none(), fits, "{before} {after} {read}: {said:?}");
        }
        assert!(fault((9, 5), 4).unwrap().starts_with("4 rows were read, but the source had 9 rows before and 5 after"));
    }
}
