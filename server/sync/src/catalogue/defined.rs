//! The columns of datasets and APIs, by their definitions.

use model::ApiSpec;
use model::catalogue::{AssetPath, ColumnSeen, columns_of_api, columns_of_dataset};
use model::dataset::DatasetSpec;
use model::snapshot::Environment;
use store::{AssetRow, Change, ColumnInput, DatasetRow, StoreError, Tx};

use crate::Worker;

/// Who writes the columns of what was made before there was a catalogue.
const ACTOR: &str = "sluice";
/// By whom what a definition says is said.
const DEFINITION: &str = "definition";

/// Brings the columns of a dataset up to its definition, in the transaction that changes that.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn put_dataset(worker: &Worker, tx: &mut Tx, dataset: &DatasetRow, spec: &DatasetSpec) -> Result<(), StoreError> {
    let Some(asset) = tx.asset(&AssetPath::dataset(&dataset.domain, &dataset.name)).await? else { return Ok(()) };
    put(worker, tx, &asset, columns_of_dataset(spec)).await
}

async fn put(worker: &Worker, tx: &mut Tx, asset: &AssetRow, columns: Vec<(ColumnSeen, String)>) -> Result<(), StoreError> {
    let columns: Vec<ColumnInput> = columns.into_iter().map(|(seen, about)| ColumnInput { seen, about }).collect();
    tx.put_columns(asset, &columns, (&|| worker.host.id(), DEFINITION)).await.map(drop)
}

/// Writes the columns of datasets and APIs that have none: they were made before there was a catalogue.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn catch_up(worker: &Worker) -> Result<(), StoreError> {
    for asset in worker.store.assets_without_columns().await? {
        let Some(path) = worker.if_readable(asset.decoded_path())? else { continue };
        let (about, columns) = match &path {
            AssetPath::Dataset { domain, name } => (String::new(), of_dataset(worker, domain, name).await?),
            AssetPath::Api { domain, name } => match live_spec(worker, domain, name).await? {
                Some(spec) => (spec.title.clone(), columns_of_api(&spec)),
                None => continue,
            },
            _ => continue,
        };
        if columns.is_empty() {
            continue;
        }
        let mut tx = worker.store.write(Change { actor: ACTOR.into(), at: worker.host.now(), request_id: String::new() }).await?;
        tx.describe_by_definition(&path, &about).await?;
        put(worker, &mut tx, &asset, columns).await?;
        (worker.announce)(tx.commit().await?);
    }
    Ok(())
}

async fn of_dataset(worker: &Worker, domain: &str, name: &str) -> Result<Vec<(ColumnSeen, String)>, StoreError> {
    let Some(dataset) = worker.store.dataset(domain, name).await? else { return Ok(Vec::new()) };
    let spec = worker.if_readable(dataset.definition())?;
    Ok(spec.map(|spec| columns_of_dataset(&spec)).unwrap_or_default())
}

/// The definition that is live: in prod, or in test where it is live there alone.
async fn live_spec(worker: &Worker, domain: &str, name: &str) -> Result<Option<ApiSpec>, StoreError> {
    let Some(api) = worker.store.api(domain, name).await? else { return Ok(None) };
    let releases = worker.store.releases_of(&api.id).await?;
    let in_prod = releases.iter().find(|release| release.environment == Environment::Prod.key());
    let Some(release) = in_prod.or(releases.first()) else { return Ok(None) };
    let Some(version) = worker.store.version(&release.version_id).await? else { return Ok(None) };
    let what = format_args!("version {} of the API {domain}/{name}", version.number);
    worker.if_readable(store::decode_api(&version.spec, &what))
}
