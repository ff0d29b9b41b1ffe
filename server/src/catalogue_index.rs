//! The index of the catalogue, in the data folder of this node. It is opened by whoever keeps it at the newest revision: a command that
//! runs beside the server does not touch it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use control::ports::{CatalogueRequest, CatalogueSearch};
use model::asset_document::AssetDocument;
use model::view::{AssetResults, AssetSuggestion};
use search::{Index, Request, SearchFailure};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Searches that run at once: each takes a core for some milliseconds.
const SEARCHES: usize = 4;

/// The port of the control plane, over the crate that has the index.
pub(crate) struct CatalogueIndex {
    folder: PathBuf,
    /// Which metadata it is of.
    origin: String,
    opened: Arc<RwLock<Option<Arc<Index>>>>,
    searches: Semaphore,
}

impl CatalogueIndex {
    /// An index of the metadata at an address, which is not opened yet.
    pub(crate) fn new(folder: PathBuf, database_url: &str) -> Self {
        // The address may hold a secret.
        let origin = URL_SAFE_NO_PAD.encode(Sha256::digest(database_url));
        Self { folder, origin, opened: Arc::default(), searches: Semaphore::new(SEARCHES) }
    }

    fn index(&self) -> Option<Arc<Index>> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Works with the index on a thread that may wait.
    async fn with<T: Send + 'static>(&self, work: impl FnOnce(&Index) -> Result<T, SearchFailure> + Send + 'static) -> Result<T, String> {
        let index = self.index().ok_or("it is not open")?;
        let done = spawn_blocking(move || work(&index)).await;
        done.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl CatalogueSearch for CatalogueIndex {
    async fn search(&self, request: CatalogueRequest) -> Result<AssetResults, String> {
        let CatalogueRequest { query, sees, rows, now } = request;
        if self.index().is_none() {
            return Ok(AssetResults { page_rows: rows, building: true, ..AssetResults::default() });
        }
        let _turn = self.searches.acquire().await;
        self.with(move |index| index.search(&Request { query: &query, sees: &sees, rows, now })).await
    }

    async fn suggest(&self, request: CatalogueRequest) -> Result<Vec<AssetSuggestion>, String> {
        let CatalogueRequest { query, sees, rows, now } = request;
        if self.index().is_none() {
            return Ok(Vec::new());
        }
        let _turn = self.searches.acquire().await;
        self.with(move |index| index.suggest(&Request { query: &query, sees: &sees, rows, now })).await
    }

    async fn open(&self) -> Result<(), String> {
        if self.index().is_some() {
            return Ok(());
        }
        let (folder, origin, opened) = (self.folder.clone(), self.origin.clone(), self.opened.clone());
        let open = move || -> Result<(), SearchFailure> {
            let index = Index::open(&folder, &origin)?;
            *opened.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(index));
            Ok(())
        };
        spawn_blocking(open).await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    fn revision(&self) -> Option<i64> {
        self.index().and_then(|index| index.revision())
    }

    async fn clear(&self) -> Result<(), String> {
        self.with(Index::clear).await
    }

    async fn change(&self, changed: Vec<AssetDocument>, gone: Vec<String>) -> Result<(), String> {
        self.with(move |index| index.change(&changed, &gone)).await
    }

    async fn commit(&self, revision: i64) -> Result<(), String> {
        self.with(move |index| index.commit(revision)).await
    }
}
