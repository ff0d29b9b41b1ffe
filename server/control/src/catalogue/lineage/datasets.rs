//! What a dataset is made of, column by column, and what its job goes by.

use model::catalogue::{AssetPath, EdgeKind};
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::job::JobSpec;
use model::mapping::{Made, Of};
use model::table::TableRef;

use super::scripts::{kind, told};
use super::tables::Tables;
use super::uses::Uses;

/// The edges of a dataset. `into` are the tables of the source that it is written into, where it is.
pub(super) fn uses_of_dataset((domain, name): (&str, &str), spec: &DatasetSpec, tables: &Tables, into: Option<&Tables>) -> Uses {
    let (dataset, job) = (AssetPath::dataset(domain, name), AssetPath::job(domain, name));
    let table = tables.asset(&spec.table);
    let mut uses = Uses::of(dataset.clone());
    uses.add(table.clone(), EdgeKind::Read, job.clone());
    uses.add(job, EdgeKind::Read, dataset.clone());
    for field in spec.written() {
        let to = dataset.column(&field.column);
        match spec.mapping.columns.iter().find(|made| made.name == field.column) {
            None => uses.add(table.column(&field.column), EdgeKind::Direct, to),
            Some(made) => made_of(&mut uses, (spec, made), &table, &to),
        }
    }
    for condition in &spec.mapping.only {
        uses.add(table.column(&condition.column), EdgeKind::Filter, dataset.clone());
    }
    if let Some(latest) = &spec.mapping.latest_by {
        // Of the rows with one key, the value in this column says which is kept.
        origins(spec, latest).for_each(|column| uses.add(table.column(column), EdgeKind::Sort, dataset.clone()));
        for key in spec.key.iter().flat_map(|key| origins(spec, key)) {
            uses.add(table.column(key), EdgeKind::Group, dataset.clone());
        }
    }
    if let (Some(into), Some(tables)) = (&spec.into, into) {
        let written = tables.asset(&into.table);
        uses.add(dataset.clone(), EdgeKind::Read, written.clone());
        for field in spec.written() {
            uses.add(dataset.column(&field.column), EdgeKind::Direct, written.column(&field.column));
        }
    }
    uses
}

/// The column of the table that a column of the dataset is, renamed or not; none of what is computed.
fn origins<'a>(spec: &'a DatasetSpec, column: &'a str) -> impl Iterator<Item = &'a str> {
    let origin = match spec.mapping.columns.iter().find(|made| made.name == column) {
        None => Some(column),
        Some(Made { of: Of::Column(of), .. }) => Some(of.as_str()),
        Some(_) => None,
    };
    origin.into_iter()
}

fn made_of(uses: &mut Uses, (spec, made): (&DatasetSpec, &Made), table: &AssetPath, to: &AssetPath) {
    match &made.of {
        Of::Column(column) => uses.add(table.column(column), EdgeKind::Direct, to.clone()),
        Of::Constant(_) => {}
        Of::Expression(sql) => {
            // As the engine plans it: one row after another, of the columns that it reads.
            let statement = format!("SELECT {sql}\nAS \"made\" FROM \"rows\"");
            let reads = Reads(spec.mapping.reads.iter().map(|read| read.column.clone()).collect());
            let lineage = lineage::of_text(&statement, Dialect::Datafusion, &reads);
            for edges in lineage.outputs.iter().map(|output| &output.edges).chain([&lineage.rows]) {
                for edge in &edges.known {
                    uses.add(table.column(&edge.from.column), kind(edge.how), to.clone());
                }
                for unknown in &edges.unknown {
                    uses.unknown(to.clone(), told(unknown));
                }
            }
        }
    }
}

/// The columns that a mapping reads, as the columns of one table.
struct Reads(Vec<String>);

impl lineage::Columns for Reads {
    fn columns(&self, _: &TableRef) -> Option<Vec<String>> {
        (!self.0.is_empty()).then(|| self.0.clone())
    }
}

/// The edges of the job of a dataset: the columns by which it finds what has changed.
pub(super) fn uses_of_job((domain, name): (&str, &str), spec: &DatasetSpec, job: &JobSpec, tables: &Tables) -> Uses {
    let path = AssetPath::job(domain, name);
    let table = tables.asset(&spec.table);
    let mut uses = Uses::of(path.clone());
    let named = job.incremental.iter().flat_map(|incremental| [&incremental.cursor, &incremental.deleted]);
    for column in named.filter(|column| !column.is_empty()) {
        uses.add(table.column(column), EdgeKind::Filter, path.clone());
    }
    uses
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::dataset::{IntoTable, RegisterField};
    use model::form::Op;
    use model::incremental::Incremental;
    use model::mapping::{Condition, Mapping, Read};

    use super::*;

    fn dataset() -> DatasetSpec {
        let made = |name: &str, of: Of| Made { name: name.into(), of, to: None, mask: None };
        let field = |number, column: &str| RegisterField { number, column: column.into(), data_type: DataType::String, retired: false };
        let read = |column: &str| Read { column: column.into(), data_type: DataType::String };
        let mapping = Mapping {
            columns: vec![
                made("tail", Of::Column("tailnum".into())),
                made("delay", Of::Expression("arr + dep".into())),
                made("region", Of::Constant("EU".into())),
            ],
            only: vec![Condition { column: "carrier".into(), op: Op::IsFilled, value: String::new() }],
            latest_by: Some("changed".into()),
            reads: vec![read("arr"), read("carrier"), read("dep")],
            ..Mapping::default()
        };
        DatasetSpec {
            source: "db".into(),
            table: TableRef::new("flights"),
            key: vec!["tail".into()],
            register: vec![field(1, "tail"), field(2, "delay"), field(3, "region"), field(4, "changed")],
            into: Some(IntoTable { source: "warehouse".into(), table: TableRef::new("flights_now") }),
            mapping,
            ..DatasetSpec::default()
        }
    }

    fn told_edges(uses: Uses) -> Vec<String> {
        let defined = uses.defined(String::new());
        assert!(defined.unknown.is_empty(), "{:?}", defined.unknown);
        defined.edges.iter().map(|edge| format!("{} {} {}", edge.from, edge.how.key(), edge.to)).collect()
    }

    #[test]
    fn a_dataset_is_made_of_columns_and_of_what_chooses_its_rows() {
        let tables = Tables::known("db", Dialect::Sqlite, &[]);
        let into = Tables::known("warehouse", Dialect::Postgres, &[]);
        let edges = told_edges(uses_of_dataset(("t", "f"), &dataset(), &tables, Some(&into)));
        let mut expected = [
            "table:db/flights read job:t/f",
            "job:t/f read dataset:t/f",
            "column:table:db/flights#tailnum direct column:dataset:t/f#tail",
            "column:table:db/flights#arr direct column:dataset:t/f#delay",
            "column:table:db/flights#dep direct column:dataset:t/f#delay",
            "column:table:db/flights#changed direct column:dataset:t/f#changed",
            "column:table:db/flights#carrier filter dataset:t/f",
            "column:table:db/flights#changed sort dataset:t/f",
            "column:table:db/flights#tailnum group dataset:t/f",
            "dataset:t/f read table:warehouse/flights_now",
            "column:dataset:t/f#tail direct column:table:warehouse/flights_now#tail",
            "column:dataset:t/f#delay direct column:table:warehouse/flights_now#delay",
            "column:dataset:t/f#region direct column:table:warehouse/flights_now#region",
            "column:dataset:t/f#changed direct column:table:warehouse/flights_now#changed",
        ];
        let mut found: Vec<&str> = edges.iter().map(String::as_str).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_job_goes_by_its_cursor() {
        let incremental = Incremental { cursor: "changed".into(), ..Incremental::default() };
        let job = JobSpec { incremental: Some(incremental), ..JobSpec::default() };
        let edges = told_edges(uses_of_job(("t", "f"), &dataset(), &job, &Tables::known("db", Dialect::Sqlite, &[])));
        assert_eq!(edges, ["column:table:db/flights#changed filter job:t/f"]);
    }
}
