//! Writes what definitions use, in the change that puts a definition in force. What cannot be told of a definition never keeps it back.

use model::catalogue::{AssetPath, EdgeKind};
use model::dataset::DatasetSpec;
use model::job::JobSpec;
use model::{ApiSpec, Problem};
use store::{ApiRow, AppRow, DatasetRow, DefinedLineage, Tx};

use super::apis::{add_api, script_of};
use super::datasets::{uses_of_dataset, uses_of_job};
use super::tables::Tables;
use super::uses::{Uses, stamp};

/// Writes what the live versions of an API use; of one that is live nowhere, nothing stays.
///
/// # Errors
/// Where the metadata does not answer; so for every function below.
pub(crate) async fn write_api(tx: &mut Tx, api: &ApiRow) -> Result<(), Problem> {
    let path = AssetPath::api(&api.domain, &api.name);
    let versions = tx.live_specs(&api.id).await?;
    if versions.is_empty() {
        return Ok(tx.remove_lineage(&path).await?);
    }
    let mut uses = Uses::of(path.clone());
    let mut columns = String::new();
    for version in &versions {
        let spec = match ApiSpec::read_stored(&version.spec) {
            Ok(spec) => spec,
            Err(cause) => {
                tracing::error!(%cause, api = %path, version = version.number, "a live version cannot be read, and has no lineage");
                uses.unknown(path.clone(), format!("The definition of version {} cannot be read.", version.number));
                continue;
            }
        };
        let tables = Tables::load(tx, &spec.source, script_of(&spec)).await?;
        columns.push_str(&tables.stamp());
        add_api(&mut uses, (&api.domain, &path), &spec, &tables);
    }
    let made_of = MadeOf { definition: stamp_of_specs(versions.iter().map(|version| version.spec.as_str())), columns };
    put(tx, uses.defined(made_of.to_string())).await
}

/// Writes what a dataset is made of.
pub(crate) async fn write_dataset(tx: &mut Tx, dataset: &DatasetRow, spec: &DatasetSpec) -> Result<(), Problem> {
    let place = (dataset.domain.as_str(), dataset.name.as_str());
    let tables = Tables::load(tx, &spec.source, None).await?;
    let into = match &spec.into {
        Some(into) => Some(Tables::load(tx, &into.source, None).await?),
        None => None,
    };
    let made_of = stamp_of_dataset(spec);
    put(tx, uses_of_dataset(place, spec, &tables, into.as_ref()).defined(made_of)).await
}

/// Writes what the job of a dataset goes by.
pub(crate) async fn write_job(tx: &mut Tx, dataset: &DatasetRow, spec: &DatasetSpec, job: &JobSpec) -> Result<(), Problem> {
    let place = (dataset.domain.as_str(), dataset.name.as_str());
    let tables = Tables::load(tx, &spec.source, None).await?;
    put(tx, uses_of_job(place, spec, job, &tables).defined(stamp_of_job(spec, job))).await
}

/// Writes which APIs an app may call.
pub(crate) async fn write_app(tx: &mut Tx, app: &AppRow) -> Result<(), Problem> {
    let path = AssetPath::app(&app.domain, &app.name);
    let apis = tx.granted_apis(&app.id).await?;
    let mut uses = Uses::of(path.clone());
    for (domain, name) in &apis {
        uses.add(AssetPath::api(domain, name), EdgeKind::Call, path.clone());
    }
    put(tx, uses.defined(stamp_of_apis(&apis))).await
}

/// Takes out what a thing that is deleted used.
pub(crate) async fn remove(tx: &mut Tx, path: &AssetPath) -> Result<(), Problem> {
    Ok(tx.remove_lineage(path).await?)
}

async fn put(tx: &mut Tx, defined: DefinedLineage) -> Result<(), Problem> {
    Ok(tx.put_lineage(&defined).await?)
}

/// What the edges of an API are made of: its definitions, and the columns of tables that its scripts read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeOf {
    pub(super) definition: String,
    /// Empty where none are known, or needed.
    pub(super) columns: String,
}

impl std::fmt::Display for MadeOf {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.definition, self.columns)
    }
}

impl MadeOf {
    /// Of what stands in a row.
    pub(super) fn read(text: &str) -> Self {
        let (definition, columns) = text.split_once(' ').unwrap_or((text, ""));
        Self { definition: definition.into(), columns: columns.into() }
    }
}

pub(super) fn stamp_of_specs<'a>(live: impl IntoIterator<Item = &'a str>) -> String {
    stamp(live)
}

/// By what of its definition lineage goes by: other rules of its builds change nothing of it.
pub(super) fn stamp_of_dataset(spec: &DatasetSpec) -> String {
    let written: Vec<&str> = spec.written().map(|field| field.column.as_str()).collect();
    let texts = [
        spec.source.clone(),
        spec.table.path(),
        spec.key.join("\n"),
        format!("{:?}", spec.into),
        format!("{:?}", spec.mapping),
        written.join("\n"),
    ];
    stamp(texts.iter().map(String::as_str))
}

pub(super) fn stamp_of_job(spec: &DatasetSpec, job: &JobSpec) -> String {
    let named = job.incremental.as_ref().map(|incremental| (incremental.cursor.clone(), incremental.deleted.clone()));
    let (cursor, deleted) = named.unwrap_or_default();
    stamp([spec.source.as_str(), &spec.table.path(), &cursor, &deleted])
}

pub(super) fn stamp_of_apis(apis: &[(String, String)]) -> String {
    stamp(apis.iter().flat_map(|(domain, name)| [domain.as_str(), name.as_str()]))
}
