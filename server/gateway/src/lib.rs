//! The data plane: it is handed an immutable snapshot and answers calls from it. No call touches the metadata store.
//!
//! The order of everything that happens to a call is in [`stack`], one file that reads like the sentence in the
//! design: route, who, may they, parameters, executor, encode.

mod answer;
mod disk;
mod edge;
mod execute;
mod keys;
mod parameters;
mod plan;
mod routes;
mod stack;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use connect::pools::Pools;
use connect::vault::Vault;
use model::clock::Millis;

pub use edge::{ApiBodyOut, is_api_path};
pub use trial::TrialRequest;

use routes::Routes;

/// Time and request ids, handed in from outside.
pub trait Clock: Send + Sync {
    fn now(&self) -> Millis;
    /// A new UUIDv7 for a request.
    fn request_id(&self) -> String;
}

/// The gateway of one process. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    routes: Arc<ArcSwap<Routes>>,
    pools: Arc<Pools>,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    /// Where the last snapshot is kept for a start without metadata.
    snapshot_file: Option<PathBuf>,
    public_url: Arc<str>,
}

impl Gateway {
    #[must_use]
    pub fn new(pools: Arc<Pools>, vault: Arc<Vault>, clock: Arc<dyn Clock>, snapshot_file: Option<PathBuf>, public_url: &str) -> Self {
        let routes = Arc::new(ArcSwap::from_pointee(Routes::default()));
        Self { routes, pools, vault, clock, snapshot_file, public_url: public_url.into() }
    }

    /// The revision that is served now; 0 before the first snapshot.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.routes.load().revision
    }
}
