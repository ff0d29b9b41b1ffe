//! What edges are made of, as a change sees it: with what it has written itself.

use model::catalogue::AssetPath;
use model::dataset::DatasetSpec;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::assets::{AssetRow, COLUMNS};
use super::{BATCH, listed};
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

/// A version of an API that is live somewhere.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct LiveSpecRow {
    pub number: i64,
    /// `model::ApiSpec` as JSON.
    pub spec: String,
}

/// A source, as far as lineage goes by it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SourceKindRow {
    pub id: String,
    pub domain: String,
    pub driver: String,
}

impl Tx {
    /// The versions of an API that are live, in any environment, each once.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn live_specs(&mut self, api_id: &str) -> Result<Vec<LiveSpecRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT DISTINCT versions.number, versions.spec FROM releases JOIN versions ON versions.id = releases.version_id
             WHERE releases.api_id = $1 ORDER BY versions.number",
        )
        .bind(api_id)
        .fetch_all(&mut *self.inner)
        .await?)
    }

    pub async fn source_kind(&mut self, name: &str) -> Result<Option<SourceKindRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, domain, driver FROM sources WHERE name = $1").bind(name).fetch_optional(&mut *self.inner).await?)
    }

    /// The settings of a source in each environment, as JSON; those of prod come first.
    pub async fn source_settings(&mut self, source_id: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as("SELECT environment, config FROM bindings WHERE source_id = $1 ORDER BY environment")
            .bind(source_id)
            .fetch_all(&mut *self.inner)
            .await?)
    }

    /// The names of the datasets of a domain, each with its definition, or why it cannot be read.
    pub async fn dataset_specs(&mut self, domain: &str) -> Result<Vec<(String, Result<DatasetSpec, StoreError>)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, spec FROM datasets WHERE domain = $1 ORDER BY name")
            .bind(domain)
            .fetch_all(&mut *self.inner)
            .await?;
        let read = |(name, spec): (String, String)| {
            let spec = decode(&spec, &format_args!("the dataset {domain}/{name}"));
            (name, spec)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The APIs that an app may call, as domain and name.
    pub async fn granted_apis(&mut self, app_id: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT apis.domain, apis.name FROM grants JOIN apis ON apis.id = grants.api_id WHERE grants.app_id = $1
             ORDER BY apis.domain, apis.name",
        )
        .bind(app_id)
        .fetch_all(&mut *self.inner)
        .await?)
    }

    /// The names of the tables of a source that the catalogue knows.
    pub async fn known_tables(&mut self, source: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT name FROM assets WHERE kind = 'table' AND gone_at IS NULL
             AND parent_id IN (SELECT id FROM assets WHERE path = $1) ORDER BY name",
        )
        .bind(AssetPath::source(source).to_string())
        .fetch_all(&mut *self.inner)
        .await?)
    }

    /// The names of the columns of an asset that the catalogue knows, in their order.
    pub async fn known_columns(&mut self, asset: &AssetPath) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(KNOWN_COLUMNS).bind(asset.to_string()).fetch_all(&mut *self.inner).await?)
    }
}

const KNOWN_COLUMNS: &str = "SELECT name FROM assets WHERE kind = 'column' AND gone_at IS NULL
    AND parent_id IN (SELECT id FROM assets WHERE path = $1) ORDER BY position, name, id";

impl Store {
    /// The assets of these paths that there are, in no order.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn assets_at(&self, paths: &[AssetPath]) -> Result<Vec<AssetRow>, StoreError> {
        let mut rows = Vec::with_capacity(paths.len());
        for part in paths.chunks(BATCH) {
            let sql = format!("SELECT {COLUMNS} FROM assets WHERE path IN ({})", listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, AssetRow>(AssertSqlSafe(sql));
            for path in part {
                query = query.bind(path.to_string());
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }

    /// As [`Tx::known_columns`].
    pub async fn known_columns(&self, asset: &AssetPath) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(KNOWN_COLUMNS).bind(asset.to_string()).fetch_all(&self.pool).await?)
    }
}
