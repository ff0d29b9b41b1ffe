//! Whom a change of a source or of a dataset reaches in production: the live APIs that read it, and the Unions that call those.

use std::collections::BTreeSet;

use model::dataset::{DataVersionState, DatasetSpec, SHELF_DRIVER};
use model::snapshot::Environment;
use model::spec::{ApiBody, KvBody, Query, SqlBody};
use model::table::TableRef;
use model::{ApiSpec, Problem};
use store::{DatasetRow, SourceRow};

use crate::Control;
use crate::failure::api_spec;

/// What nobody calls in production changes at once.
pub(crate) const HELD: Environment = Environment::Prod;

/// By their paths: `travel/plane`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Affected {
    pub(crate) apis: Vec<String>,
    pub(crate) datasets: Vec<String>,
}

/// A dataset with its definition.
type Defined = (DatasetRow, DatasetSpec);

impl Control {
    /// Those that read a source; its datasets are the live ones that are made of it or written into it.
    pub(crate) async fn affected_by_source(&self, source: &SourceRow) -> Result<Affected, Problem> {
        let live_apis = self.live_apis(&source.domain).await?;
        let live = self.live_dataset_ids().await?;
        let rows = self.store.datasets().await?;
        let defined = defined(rows, |row| live.contains(&row.id))?;
        let is_of = |spec: &DatasetSpec| spec.source == source.name || spec.into.as_ref().is_some_and(|into| into.source == source.name);
        Ok(Affected {
            apis: with_callers(&source.domain, &live_apis, |spec| spec.source == source.name),
            datasets: defined.iter().filter(|(_, spec)| is_of(spec)).map(|(row, _)| dataset_path(row)).collect(),
        })
    }

    /// Those that read a dataset: served from it, asking it through a source of datasets, or asking the table that it is written
    /// into; and the same of the datasets that are made of it.
    pub(crate) async fn affected_by_dataset(&self, dataset: &DatasetRow) -> Result<Affected, Problem> {
        let live_apis = self.live_apis(&dataset.domain).await?;
        let live = self.live_dataset_ids().await?;
        let sources = self.store.sources().await?;
        let rows = self.store.datasets().await?;
        let defined = defined(rows, |row| row.domain == dataset.domain)?;
        let shelves: Vec<&str> = sources.iter().filter(|source| source.driver == SHELF_DRIVER).map(|source| source.name.as_str()).collect();
        let reached = with_made_of(&defined, &dataset.id, &shelves);
        let is_read = |spec: &ApiSpec, (row, of): &Defined| {
            let asks = |outlet: Outlet<'_>| outlet.is_in(&spec.source) && asks_table(spec, outlet.table);
            spec.serve_from.dataset() == Some(row.name.as_str()) || outlets((row, of), &shelves).any(asks)
        };
        let is_another = |row: &DatasetRow| row.id != dataset.id && live.contains(&row.id);
        Ok(Affected {
            apis: with_callers(&dataset.domain, &live_apis, |spec| reached.iter().any(|of| is_read(spec, of))),
            datasets: reached.iter().filter(|(row, _)| is_another(row)).map(|(row, _)| dataset_path(row)).collect(),
        })
    }

    /// The live APIs of a domain, by name.
    async fn live_apis(&self, domain: &str) -> Result<Vec<(String, ApiSpec)>, Problem> {
        let inventory = self.inventory().await?;
        let mut live = Vec::new();
        for api in inventory.apis.iter().filter(|api| api.domain == domain) {
            let Some(version) = inventory.live(&api.id, HELD) else { continue };
            live.push((api.name.clone(), api_spec(api, version)?));
        }
        Ok(live)
    }

    async fn live_dataset_ids(&self) -> Result<BTreeSet<String>, Problem> {
        let versions = self.store.data_versions_in(DataVersionState::Live.key()).await?;
        Ok(versions.into_iter().filter(|version| version.environment == HELD.key()).map(|version| version.dataset_id).collect())
    }
}

/// The paths of the APIs whose definition is so, and of the Unions that call them, whatever lies between.
fn with_callers(domain: &str, live: &[(String, ApiSpec)], is: impl Fn(&ApiSpec) -> bool) -> Vec<String> {
    let mut names: BTreeSet<&str> =
        live.iter().filter(|(_, spec)| spec.union().is_none() && is(spec)).map(|(name, _)| name.as_str()).collect();
    loop {
        let calls = |spec: &ApiSpec| {
            let steps = spec.union().map(|body| body.steps.as_slice()).unwrap_or_default();
            steps.iter().any(|step| step.apis().any(|name| names.contains(name)))
        };
        let more: Vec<&str> = live.iter().filter(|(_, spec)| calls(spec)).map(|(name, _)| name.as_str()).collect();
        let known = names.len();
        names.extend(more);
        if names.len() == known {
            return names.into_iter().map(|name| format!("{domain}/{name}")).collect();
        }
    }
}

/// Where one cannot be read, what it is made of is not known, and must not be taken for nothing.
fn defined(rows: Vec<DatasetRow>, wanted: impl Fn(&DatasetRow) -> bool) -> Result<Vec<Defined>, Problem> {
    let read = |row: DatasetRow| row.definition().map(|spec| (row, spec)).map_err(Problem::from);
    rows.into_iter().filter(wanted).map(read).collect()
}

fn dataset_path(row: &DatasetRow) -> String {
    format!("{}/{}", row.domain, row.name)
}

/// Where a dataset can be asked like a table.
#[derive(Clone, Copy)]
struct Outlet<'a> {
    /// Absent, the table may be read through any source: one database often has a source for writing and others for reading.
    source: Option<&'a str>,
    table: &'a str,
}

impl Outlet<'_> {
    fn is_in(&self, source: &str) -> bool {
        self.source.is_none_or(|of| of == source)
    }
}

/// A dataset, and those that are made of it, whatever lies between.
fn with_made_of<'a>(defined: &'a [Defined], id: &str, shelves: &[&str]) -> Vec<&'a Defined> {
    let mut reached: Vec<&Defined> = defined.iter().filter(|(row, _)| row.id == id).collect();
    let mut looked_at = 0;
    while let Some((row, of)) = reached.get(looked_at).copied() {
        looked_at += 1;
        let is_made_of = |spec: &DatasetSpec| {
            outlets((row, of), shelves).any(|outlet| outlet.is_in(&spec.source) && is_table(&spec.table, outlet.table))
        };
        for other in defined.iter().filter(|(_, spec)| is_made_of(spec)) {
            if !reached.iter().any(|known| known.0.id == other.0.id) {
                reached.push(other);
            }
        }
    }
    reached
}

/// In each source of datasets, and in the table that it is written into.
fn outlets<'a>((row, spec): (&'a DatasetRow, &'a DatasetSpec), shelves: &'a [&'a str]) -> impl Iterator<Item = Outlet<'a>> {
    let into = spec.into.as_ref().map(|into| Outlet { source: None, table: into.table.name.as_str() });
    let table = row.name.as_str();
    shelves.iter().map(move |shelf| Outlet { source: Some(*shelf), table }).chain(into)
}

/// Databases differ in whether letters of another case are another name: here they are not, and more may be told than is so.
fn is_table(table: &TableRef, name: &str) -> bool {
    table.name.eq_ignore_ascii_case(name)
}

/// Whether an API asks a table of its source. A text of SQL asks all that it names.
fn asks_table(spec: &ApiSpec, name: &str) -> bool {
    match &spec.body {
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
            is_table(&form.table, name) || form.joins.iter().any(|join| is_table(&join.table, name))
        }
        ApiBody::Sql(SqlBody { query: Query::Script(sql), .. }) => sql.to_ascii_lowercase().contains(&name.to_ascii_lowercase()),
        ApiBody::Kv(KvBody { table, .. }) => is_table(table, name),
        ApiBody::Union(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use model::dataset::IntoTable;

    use super::*;

    fn defined(name: &str, source: &str, table: &str, into: Option<(&str, &str)>) -> Defined {
        let row = DatasetRow {
            id: format!("id of {name}"),
            domain: "travel".into(),
            name: name.into(),
            spec: String::new(),
            owner_id: String::new(),
            created_at: 0,
        };
        let into = into.map(|(source, table)| IntoTable { source: source.into(), table: TableRef::new(table) });
        (row, DatasetSpec { source: source.into(), table: TableRef::new(table), into, ..DatasetSpec::default() })
    }

    #[test]
    fn what_is_made_of_a_dataset_is_reached_whatever_lies_between() {
        let datasets = [
            defined("first", "db", "t", Some(("warehouse", "shown"))),
            defined("second", "warehouse-to-read", "SHOWN", None),
            defined("third", "shelf", "second", None),
            defined("round", "shelf", "third", Some(("db", "t"))),
            defined("other", "db", "u", None),
        ];
        let reached = |name: &str| {
            let found = with_made_of(&datasets, &format!("id of {name}"), &["shelf"]);
            found.into_iter().map(|(row, _)| row.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(reached("first"), ["first", "second", "third", "round"]);
        assert_eq!(reached("other"), ["other"]);
    }
}
