//! Small things that the tests of this crate are made with.

use arrow_array::RecordBatch;
use connect::batch::BatchBuilder;
use model::dataset::{DataVersionState, DatasetSpec, RegisterField};
use model::job::RunState;
use model::table::TableRef;
use model::{DataType, Field, Value};
use store::{DataVersionRow, RunRow};

/// A dataset of a table with these columns.
pub(crate) fn spec(columns: &[(&str, DataType)], key: &[&str]) -> DatasetSpec {
    let mut register = Vec::new();
    for (number, (column, data_type)) in (1..).zip(columns) {
        register.push(RegisterField { number, column: (*column).to_owned(), data_type: *data_type, retired: false });
    }
    let key = key.iter().map(|column| (*column).to_owned()).collect();
    DatasetSpec { source: "flights-db".into(), table: TableRef::new("planes"), key, register, ..DatasetSpec::default() }
}

/// Rows of these fields.
pub(crate) fn batch(fields: &[Field], rows: &[Vec<Value>]) -> RecordBatch {
    let mut batch = BatchBuilder::new(fields);
    for row in rows {
        assert_eq!(row.len(), fields.len());
        for (column, value) in row.iter().enumerate() {
            batch.append(column, value.clone()).unwrap();
        }
    }
    batch.finish().unwrap()
}

/// A version of a dataset in prod.
pub(crate) fn version(number: i64, state: DataVersionState) -> DataVersionRow {
    DataVersionRow {
        id: format!("version-{number}"),
        dataset_id: "planes".into(),
        environment: "prod".into(),
        number,
        state: state.key().into(),
        spec: String::new(),
        figures: "{}".into(),
        reason: String::new(),
        asked_by: "builder@demo".into(),
        asked_at: 0,
        finished_at: None,
        revision: 0,
    }
}

/// A run of a job that was asked for at 0.
pub(crate) fn run(id: &str, state: RunState) -> RunRow {
    RunRow {
        id: id.into(),
        job_id: "job".into(),
        version_id: "version-1".into(),
        state: state.key().into(),
        cause: "asked".into(),
        attempt: 1,
        asked_at: 0,
        due_at: 0,
        started_at: None,
        finished_at: None,
        figures: "{}".into(),
        reason: String::new(),
        worker: None,
        beat_at: None,
        source: "flights-db".into(),
        tier: "P2".into(),
    }
}
