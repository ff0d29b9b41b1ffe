//! Where a dataset's rows come from: its source as an environment binds it, its table, and the question for all rows.

pub(crate) mod aimd;
mod sharing;
pub(crate) mod throttle;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use connect::proto::value_of;
use connect::{Connection, Purpose, SourceError, Statement, registry};
use futures::TryStreamExt;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::form::select_sql;
use model::gates::Must;
use model::incremental::{Incremental, says_deleted};
use model::mapping::Of;
use model::snapshot::SnapshotSource;
use model::table::TableInfo;
use model::{DataType, Field, Value};
use store::DataVersionRow;

use crate::Worker;
use crate::failed::Failed;

/// The longest that a source may take for a whole table, waits for its own sake included: a day, as for a run.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(24 * 3_600);

/// The whole table.
pub(crate) fn statement(spec: &DatasetSpec, dialect: Dialect) -> Statement {
    let fields = spec.mapping.fields(spec);
    let columns: Vec<String> = fields.iter().map(|field| dialect.quote(&field.column)).collect();
    let sql = select_sql(&columns, &spec.table, dialect);
    Statement { sql, binds: Vec::new(), fields, timeout: READ_TIMEOUT, max_rows: usize::MAX, purpose: Purpose::Build }
}

/// The one value that a question answers with; nothing where it has no row.
///
/// A source that is open: what it is called, and how it is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) source: &'a str,
    pub(crate) connection: &'a dyn Connection,
    pub(crate) dialect: Dialect,
}

/// # Errors
/// Where the source does not answer.
pub(crate) async fn one_value(
    connection: &dyn Connection,
    sql: &str,
    (field, timeout): (Field, Duration),
) -> Result<Option<Value>, SourceError> {
    let data_type = field.data_type;
    let statement =
        Statement { sql: sql.to_owned(), binds: Vec::new(), fields: vec![field], timeout, max_rows: 1, purpose: Purpose::Response };
    let batch = connection.query(statement).await?.try_next().await?;
    Ok(batch.filter(|batch| batch.num_rows() > 0).map(|batch| value_of(&batch, 0, 0, data_type)))
}

pub(crate) fn dialect(source: &SnapshotSource) -> Result<Dialect, Failed> {
    let connector = registry::connector(&source.driver);
    Ok(connector.ok_or_else(|| Failed::new(format!("Connector {} does not exist.", source.driver)))?.dialect())
}

/// The dataset's source, as the environment of a version binds it.
pub(crate) async fn of(worker: &Worker, spec: &DatasetSpec, row: &DataVersionRow) -> Result<SnapshotSource, Failed> {
    bound(worker, &spec.source, &row.environment).await
}

/// A source, as an environment binds it.
pub(crate) async fn bound(worker: &Worker, name: &str, environment: &str) -> Result<SnapshotSource, Failed> {
    let missing = || Failed::new(format!("Source {name} has no binding for {environment}. Add a binding on the source's page."));
    let source = worker.store.source(name).await?.ok_or_else(missing)?;
    let bindings = worker.store.bindings_of(&source.id).await?;
    let binding = bindings.into_iter().find(|binding| binding.environment == environment).ok_or_else(missing)?;
    Ok(SnapshotSource {
        name: source.name,
        domain: source.domain,
        environment: binding.decoded_environment()?,
        driver: source.driver,
        config: binding.config,
        secret: binding.secret,
    })
}

pub(crate) fn open(worker: &Worker, spec: &DatasetSpec, source: &SnapshotSource) -> Result<Arc<dyn Connection>, Failed> {
    let opened = connect::binding::open(&worker.pools, &worker.vault, source, "builds");
    let connection = opened.map_err(|error| Failed::of_source(spec, &error))?;
    Ok(connection)
}

pub(crate) async fn table_of(spec: &DatasetSpec, connection: &dyn Connection) -> Result<TableInfo, Failed> {
    let found = connection.table(&spec.table).await.map_err(|error| Failed::of_source(spec, &error))?;
    found.ok_or_else(|| {
        Failed::new(format!(
            "Source {} has no table {} any more. Check the table, or create another dataset.",
            spec.source,
            spec.table.path()
        ))
    })
}

pub(crate) fn refuse_new_columns(spec: &DatasetSpec, table: &TableInfo) -> Result<(), Failed> {
    let new = spec.new_columns(table);
    if new.is_empty() {
        return Ok(());
    }
    Err(Failed::new(format!(
        "The table has new columns: {}. Choose on the dataset's page whether to copy or exclude them.",
        new.join(", ")
    )))
}

/// A column that is gone or of another type would change what live APIs answer: that is for a person to decide.
pub(crate) fn refuse_drift(spec: &DatasetSpec, table: &TableInfo) -> Result<(), Failed> {
    for field in spec.mapping.fields(spec) {
        let reason = match table.column(&field.name) {
            None => format!("The table has no column {} any more.", field.name),
            // What is learnt from rows may be another type for other rows: they are read as what the dataset has.
            Some(column) if !column.was(field.data_type) && !table.learnt => {
                format!("The type of column {} changed from {} to {}.", field.name, field.data_type.word(), column.data_type.word())
            }
            Some(_) => continue,
        };
        return Err(Failed::new(format!(
            "{reason} APIs may depend on this column: create a new dataset of the table, and release versions that use it."
        )));
    }
    Ok(())
}

/// Counting and telling apart make no sense of a source that tells its rows again and again.
pub(crate) fn refuse_of_feed(spec: &DatasetSpec) -> Result<(), Failed> {
    if spec.gates.count_source {
        return Err(Failed::new(
            "A change stream has no row count to compare with. Turn off the comparison of the row count in the quality checks.",
        ));
    }
    match spec.gates.rules.iter().find(|rule| rule.must == Must::BeUnique) {
        None => Ok(()),
        Some(rule) => {
            Err(Failed::new(format!("The quality rule \"{}\" cannot be used with a change stream. Remove the rule.", rule.words())))
        }
    }
}

/// A column of the table, as it stands among those that are read.
pub(crate) fn column(spec: &DatasetSpec, name: &str) -> Option<(usize, DataType)> {
    let mut read = spec.mapping.fields(spec).into_iter().enumerate();
    read.find(|(_, field)| field.name == name).map(|(index, field)| (index, field.data_type))
}

/// The key by the names that the table has for its columns.
pub(crate) fn key_of_table(spec: &DatasetSpec) -> Vec<String> {
    let of_table = |column: &String| {
        let made = spec.mapping.columns.iter().find(|made| &made.name == column);
        match made.map(|made| &made.of) {
            Some(Of::Column(name)) => name.clone(),
            _ => column.clone(),
        }
    };
    spec.key.iter().map(of_table).collect()
}

/// How a table says that a row of it is deleted, where it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deleted(Option<(usize, DataType)>);

impl Deleted {
    pub(crate) fn of(spec: &DatasetSpec, incremental: Option<&Incremental>) -> Self {
        Self(incremental.and_then(|incremental| column(spec, &incremental.deleted)))
    }

    pub(crate) fn says(self, batch: &RecordBatch, row: usize) -> bool {
        self.0.is_some_and(|(column, data_type)| says_deleted(&value_of(batch, column, row, data_type)))
    }
}

#[cfg(test)]
mod tests {
    use model::gates::{Gates, Rule};
    use model::mapping::{Made, Mapping, Read};
    use model::table::Column;

    use super::*;
    use crate::samples::{batch, spec};

    fn table(columns: &[(&str, DataType)]) -> TableInfo {
        let column = |(name, data_type): &(&str, DataType)| Column {
            name: (*name).to_owned(),
            data_type: *data_type,
            nullable: true,
            native: String::new(),
        };
        TableInfo { columns: columns.iter().map(column).collect(), ..TableInfo::default() }
    }

    /// `id` is the column `number` of the table under another name.
    fn mapped() -> DatasetSpec {
        let made = Made { name: "id".into(), of: Of::Column("number".into()), to: None, mask: None };
        let reads = vec![Read { column: "number".into(), data_type: DataType::Int64 }];
        let mapping = Mapping { columns: vec![made], reads, ..Mapping::default() };
        DatasetSpec { mapping, ..spec(&[("id", DataType::Int64), ("name", DataType::String)], &["name", "id"]) }
    }

    #[test]
    fn a_key_is_named_as_the_table_names_its_columns() {
        assert_eq!(key_of_table(&mapped()), ["name", "number"]);
        assert_eq!(key_of_table(&spec(&[("id", DataType::Int64)], &["id"])), ["id"]);
        assert!(key_of_table(&spec(&[("id", DataType::Int64)], &[])).is_empty());
    }

    #[test]
    fn a_column_that_is_gone_or_of_another_type_stops_a_build_and_a_new_one_only_where_asked() {
        let known = spec(&[("id", DataType::Int64), ("name", DataType::String)], &["id"]);
        let fault =
            |columns: &[(&str, DataType)]| refuse_drift(&known, &table(columns)).err().map(|failed| failed.reason).unwrap_or_default();
        assert_eq!(fault(&[("name", DataType::String), ("id", DataType::Int64), ("new", DataType::Date)]), "");
        assert!(fault(&[("id", DataType::Int64)]).starts_with("The table has no column name any more."));
        assert!(fault(&[("id", DataType::Int64), ("name", DataType::Date)]).starts_with("The type of column name changed from"));
        let learnt = TableInfo { learnt: true, ..table(&[("id", DataType::Int64), ("name", DataType::Date)]) };
        assert!(refuse_drift(&known, &learnt).is_ok(), "what is learnt from rows may be another type for other rows");
        let new = refuse_new_columns(&known, &table(&[("id", DataType::Int64), ("b", DataType::Date), ("a", DataType::Date)]));
        assert!(new.unwrap_err().reason.starts_with("The table has new columns: b, a."));
        assert!(refuse_new_columns(&known, &table(&[("id", DataType::Int64)])).is_ok());
    }

    #[test]
    fn a_change_stream_has_neither_a_count_nor_a_rule_that_tells_rows_apart() {
        let of = |gates: Gates| refuse_of_feed(&DatasetSpec { gates, ..spec(&[("id", DataType::Int64)], &["id"]) });
        let rule = |must| Gates { rules: vec![Rule { column: "id".into(), must }], ..Gates::default() };
        assert!(of(Gates::default()).is_ok() && of(rule(Must::BeFilled)).is_ok());
        assert!(of(Gates { count_source: true, ..Gates::default() }).is_err());
        assert!(of(rule(Must::BeUnique)).unwrap_err().reason.contains("id is unique"));
    }

    #[test]
    fn a_row_is_deleted_by_what_its_column_says() {
        let known = spec(&[("id", DataType::Int64), ("gone", DataType::Int32)], &["id"]);
        let values = [Value::Null, Value::Int(0), Value::Int(1), Value::Int(-1)];
        let rows: Vec<Vec<Value>> = values.into_iter().map(|gone| vec![Value::Int(1), gone]).collect();
        let rows = batch(&known.written_fields(), &rows);
        let by = |incremental: Option<&Incremental>| [0, 1, 2, 3].map(|row| Deleted::of(&known, incremental).says(&rows, row));
        assert_eq!(by(Some(&Incremental { deleted: "gone".into(), ..Incremental::default() })), [false, false, true, true]);
        for nothing in [None, Some(Incremental::default()), Some(Incremental { deleted: "other".into(), ..Incremental::default() })] {
            assert_eq!(by(nothing.as_ref()), [false; 4], "{nothing:?}");
        }
    }
}
