//! The data plane: it is handed an immutable snapshot and answers calls from it. No call touches the metadata store.
//!
//! The order of everything that happens to a request is in [`stack`], one file that reads like the sentence in the
//! design: who, route, may they, limits, parameters, cache, executor; the edges ([`edge`] for HTTP, [`grpc`]) encode
//! and count.

mod answer;
mod batch;
mod body;
mod cache;
mod callers;
mod clock;
mod compile;
mod compress;
mod cors;
mod cursor;
mod disk;
mod edge;
mod encode;
mod execute;
mod failures;
pub mod figures;
mod formats;
mod grpc;
mod incoming;
mod json_body;
mod kept;
mod key_path;
mod keys;
mod limits;
mod logged;
mod memory;
mod message;
pub mod metrics;
mod outgoing;
mod parameters;
mod plan;
mod pump;
mod refusal;
mod registry;
mod request_id;
mod request_path;
mod reserved;
mod routes;
mod rows;
mod stack;
mod statements;
mod timings;
mod tokens;
mod traces;
mod trial;
mod union;
mod view;
mod who;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use accel::Stores;
use arc_swap::ArcSwap;
use connect::live_catalog::LiveCatalog;
use connect::pools::Pools;
use connect::queue::QueueFigures;
use connect::vault::Vault;
use model::snapshot::Environment;
use observe::{Reading, SeriesKey};
use request_log::RequestLog;
use tokio::sync::watch;

pub use body::ApiBody;
pub use clock::Clock;
pub use figures::{ApiFigures, AppFigures};
pub use grpc::{GrpcBody, GrpcEdge};
pub use memory::{Memory, Reservation};
pub use refusal::refusal;
pub use request_id::RequestId;
pub use request_path::is_api_path;
pub use traces::Traces;
pub use trial::TrialRequest;

use cache::Caches;
use cursor::Cursors;
use kept::Kept;
use plan::Backend;
use registry::Registry;
use routes::Routes;
use tokens::Tokens;

/// Bytes of answers that one node keeps in memory, unless its operator says otherwise.
pub const CACHE_BYTES: u64 = 256 << 20;

/// What a gateway is made of.
pub struct Parts {
    pub pools: Arc<Pools>,
    pub vault: Arc<Vault>,
    pub stores: Stores,
    /// Where it says which columnar datasets are live.
    pub live_catalog: Arc<LiveCatalog>,
    pub clock: Arc<dyn Clock>,
    /// Where the last snapshot is kept for a start without metadata.
    pub snapshot_file: Option<PathBuf>,
    pub public_url: String,
    /// Bytes of answers kept in memory.
    pub cache_bytes: u64,
    /// Memory for responses that are under way.
    pub memory: Memory,
    /// Whether reflection answers callers without a key, with all APIs and all their fields.
    pub open_reflection: bool,
    /// Where some requests are kept.
    pub request_log: Option<RequestLog>,
    /// Where the spans of requests go; nowhere by default.
    pub traces: Option<Arc<dyn Traces>>,
}

/// The gateway of one process. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    routes: Arc<ArcSwap<Routes>>,
    revisions: Arc<watch::Sender<i64>>,
    pools: Arc<Pools>,
    vault: Arc<Vault>,
    stores: Stores,
    live_catalog: Arc<LiveCatalog>,
    caches: Arc<Caches>,
    meters: Arc<Registry>,
    memory: Memory,
    tokens: Arc<Tokens>,
    cursors: Arc<Cursors>,
    clock: Arc<dyn Clock>,
    snapshot_file: Option<PathBuf>,
    on_disk: disk::OnDisk,
    public_url: Arc<str>,
    open_reflection: bool,
    kept: Option<Arc<Kept>>,
}

/// What went wrong lately with the calls of one API in one environment.
pub struct ApiLapses {
    /// `travel/plane`
    pub api: String,
    pub environment: Environment,
    /// The last failure that was not its caller's.
    pub failed: Option<metrics::Lapse>,
    /// The last answer in which something stood in for a step.
    pub stood_in: Option<metrics::Lapse>,
}

impl Gateway {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            routes: Arc::new(ArcSwap::from_pointee(Routes::default())),
            revisions: Arc::new(watch::channel(0).0),
            caches: Arc::new(Caches::new(parts.cache_bytes, parts.stores.link().cloned(), parts.clock.clone())),
            meters: Arc::default(),
            memory: parts.memory,
            tokens: Arc::new(Tokens::default()),
            cursors: Arc::new(Cursors::new(&parts.vault)),
            pools: parts.pools,
            vault: parts.vault,
            stores: parts.stores,
            live_catalog: parts.live_catalog,
            clock: parts.clock,
            snapshot_file: parts.snapshot_file,
            on_disk: disk::OnDisk::default(),
            public_url: parts.public_url.into(),
            open_reflection: parts.open_reflection,
            kept: parts.request_log.map(|log| Arc::new(Kept::new(log, parts.traces))),
        }
    }

    /// How full the pools of the sources are, by `source/environment/compartment`.
    #[must_use]
    pub fn source_queues(&self) -> Vec<(String, QueueFigures)> {
        self.pools.figures()
    }

    /// The revision that is served now; 0 before the first snapshot.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.routes.load().revision
    }

    /// The APIs that are not served as they should be, with the reason of each.
    #[must_use]
    pub fn broken(&self) -> BTreeMap<String, String> {
        self.routes.load().broken.clone()
    }

    /// Waits until a token names a key that its issuer's set does not have.
    pub async fn unknown_token_key(&self) {
        self.tokens.unknown_key.notified().await;
    }

    /// Bytes of answers kept in memory now, about.
    #[must_use]
    pub fn cached_bytes(&self) -> u64 {
        self.caches.weight()
    }

    /// Bytes that large responses hold now, and how many of them were refused because too little memory was left.
    #[must_use]
    pub fn responses_in_memory(&self) -> (u64, u64) {
        self.memory.figures()
    }

    /// What the request log has counted; nothing where there is none.
    #[must_use]
    pub fn logged(&self) -> request_log::Figures {
        self.kept.as_ref().map(|kept| kept.figures()).unwrap_or_default()
    }

    /// What went wrong with the calls of live APIs within a time; those of which nothing did are left out.
    #[must_use]
    pub fn lapses(&self, within: Duration) -> Vec<ApiLapses> {
        let routes = self.routes.load();
        let mut found = Vec::new();
        for (path, entry) in &routes.apis {
            for environment in Environment::ALL.into_iter().filter(|environment| entry.plan(*environment, None).is_some()) {
                let [failed, stood_in] = entry.meter(environment).lapses().map(|lapse| lapse.filter(|lapse| lapse.ago <= within));
                if failed.is_some() || stood_in.is_some() {
                    found.push(ApiLapses { api: path.to_string(), environment, failed, stood_in });
                }
            }
        }
        found
    }

    /// What was counted since this process began of each API that was called, by path and environment. An API that is retired keeps its
    /// figures.
    #[must_use]
    pub fn figures(&self) -> Vec<ApiFigures> {
        let routes = self.routes.load();
        let mut figures = self.meters.api_figures();
        for of in &mut figures {
            let plan = routes.apis.get(&of.api).and_then(|entry| entry.plan(of.environment, None));
            if let Some(Backend::Union(union)) = plan.map(|plan| &plan.backend) {
                of.breaker_open = Some(union.has_open_breaker());
            }
        }
        figures
    }

    /// What was counted of one API where it is live, called or not.
    #[must_use]
    pub fn figures_of(&self, path: &str) -> Vec<ApiFigures> {
        let routes = self.routes.load();
        let Some((path, entry)) = routes.apis.get_key_value(path) else { return Vec::new() };
        let live = Environment::ALL.into_iter().filter_map(|environment| Some((environment, entry.plan(environment, None)?)));
        let figures = live.map(|(environment, plan)| ApiFigures {
            api: path.clone(),
            kind: plan.kind,
            environment,
            figures: entry.meter(environment).read(),
            breaker_open: None,
        });
        figures.collect()
    }

    /// What each app asked of each API since this process began, by paths and environment; those that asked nothing are left out.
    #[must_use]
    pub fn app_figures(&self) -> Vec<AppFigures> {
        self.meters.app_figures()
    }

    /// All that is counted here, for the recorder of figures over time: each API that was called, and each app with each API that it called.
    /// A series that was once in it stays in it, and its counters only grow.
    #[must_use]
    pub fn readings(&self) -> Vec<(SeriesKey, Reading)> {
        let apis = self.figures();
        let apps = self.app_figures();
        apis.iter().map(ApiFigures::series).chain(apps.iter().map(AppFigures::series)).collect()
    }
}
