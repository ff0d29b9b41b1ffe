//! The columns of APIs and datasets, written where their definitions are released and made.

use model::catalogue::{AssetPath, ColumnSeen, columns_of_api, columns_of_dataset};
use model::dataset::DatasetSpec;
use model::snapshot::Environment;
use model::{ApiSpec, Problem};
use store::{ApiRow, ColumnInput, DatasetRow, Tx};

use crate::Control;

/// By whom what a definition says is said.
const DEFINITION: &str = "definition";

impl Control {
    /// Brings the asset of an API up to the version that goes live: what is live in prod counts before what is live in test.
    pub(crate) async fn catalogue_release(
        &self,
        tx: &mut Tx,
        api: &ApiRow,
        (version_id, environment): (&str, Environment),
    ) -> Result<(), Problem> {
        let path = AssetPath::api(&api.domain, &api.name);
        tx.set_asset_gone(&path, false).await?;
        let releases = self.store.releases_of(&api.id).await?;
        if environment == Environment::Test && releases.iter().any(|release| release.environment == Environment::Prod.key()) {
            return Ok(());
        }
        let missing = || Problem::not_found(format!("version of the API {}/{}", api.domain, api.name));
        let text = tx.version_spec(version_id).await?.ok_or_else(missing)?;
        let spec: ApiSpec = store::decode_api(&text, &format_args!("a version of the API {}/{}", api.domain, api.name))?;
        tx.describe_by_definition(&path, &spec.title).await?;
        self.put_defined_columns(tx, &path, columns_of_api(&spec)).await
    }

    /// An API that is live nowhere any more is missing until it is released again.
    pub(crate) async fn catalogue_retirement(&self, tx: &mut Tx, api: &ApiRow, environment: Environment) -> Result<(), Problem> {
        let releases = self.store.releases_of(&api.id).await?;
        if releases.iter().all(|release| release.environment == environment.key()) {
            tx.set_asset_gone(&AssetPath::api(&api.domain, &api.name), true).await?;
        }
        Ok(())
    }

    /// The columns of a dataset that is new.
    pub(crate) async fn catalogue_dataset(&self, tx: &mut Tx, dataset: &DatasetRow) -> Result<(), Problem> {
        let spec: DatasetSpec = dataset.definition()?;
        self.put_defined_columns(tx, &AssetPath::dataset(&dataset.domain, &dataset.name), columns_of_dataset(&spec)).await
    }

    async fn put_defined_columns(&self, tx: &mut Tx, path: &AssetPath, columns: Vec<(ColumnSeen, String)>) -> Result<(), Problem> {
        let Some(asset) = tx.asset(path).await? else { return Ok(()) };
        let columns: Vec<ColumnInput> = columns.into_iter().map(|(seen, about)| ColumnInput { seen, about }).collect();
        tx.put_columns(&asset, &columns, (&|| self.host.id(), DEFINITION)).await?;
        Ok(())
    }
}
