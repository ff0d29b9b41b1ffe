//! The use cases: who may do what to sources, APIs, reviews, releases, apps and people.
//!
//! Every public function takes who asks ([`Caller`], or [`Visitor`] for somebody who is not signed in) and authorises
//! inside. What it needs of its neighbours it declares in [`ports`]; `compose.rs` binds them. To add a use case: one
//! function in the room of its subject, its action in `model::role`, its server function or admin route, and its row
//! in the authority matrix, which fails until it is there.

pub mod access;
mod affected;
pub mod alerts;
pub mod apis;
mod audit;
mod caller;
mod console;
pub mod datasets;
pub mod documents;
mod failure;
pub mod identity;
mod listing;
mod live;
mod monitoring;
mod needs;
pub mod ports;
mod refused;
mod release;
mod request_search;
pub mod review;
mod rotation;
mod snapshot;
pub mod sources;
mod stale;

use std::sync::Arc;

use accel::Stores;
use connect::pools::Pools;
use connect::vault::Vault;
use model::Problem;
use model::audit::{AuditAction, AuditRow};
use model::list::{ListPage, ListQuery};
use store::{Change, SeriesStore, Store, Tx};
use tokio::sync::{Semaphore, watch};

pub use audit::AuditQuery;
pub use caller::{Caller, Visitor};
pub use console::TryRequest;
pub use model;
pub use monitoring::chart_as_csv;

/// What the outside sets of the control plane.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The demo accounts may sign in without a password.
    pub demo: bool,
    /// Where people reach the portal; used in ready-made calls and links.
    pub public_url: String,
    /// Where gRPC is answered; used in ready-made calls.
    pub grpc_addr: String,
}

impl Settings {
    /// Whether browsers reach the portal over TLS, here or at a proxy before it.
    #[must_use]
    pub fn under_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The control plane. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    store: Store,
    vault: Arc<Vault>,
    pools: Arc<Pools>,
    host: Arc<dyn ports::Host>,
    ports: Ports,
    stores: Stores,
    settings: Arc<Settings>,
    kept: Arc<snapshot::Kept>,
    figures: Arc<monitoring::Figures>,
    told: Arc<sources::Told>,
    attempts: Arc<identity::Attempts>,
    refusals: Arc<identity::Refusals>,
    hasher: Arc<identity::Hasher>,
    refused: Arc<refused::RefusedRequests>,
    request_log: Option<request_log::Reader>,
    /// Searches of the request log that run at once: each reads files.
    searches: Arc<Semaphore>,
    /// The newest revision that this process has made: a hint, on top of each node's poll.
    changed: watch::Sender<i64>,
}

/// What the control plane is made of.
pub struct Parts {
    pub store: Store,
    /// Figures over time.
    pub series: SeriesStore,
    pub vault: Arc<Vault>,
    pub pools: Arc<Pools>,
    pub stores: Stores,
    pub ports: Ports,
    pub settings: Settings,
    /// The request log of this node.
    pub request_log: Option<request_log::Reader>,
}

/// Its neighbours, as it declares them.
#[derive(Clone)]
pub struct Ports {
    pub host: Arc<dyn ports::Host>,
    pub try_call: Arc<dyn ports::TryCall>,
    pub figures: Arc<dyn ports::ReadFigures>,
    pub samples: Arc<dyn ports::ReadSamples>,
    pub own_figures: Arc<dyn ports::WatchFigures>,
    pub fetch: Arc<dyn ports::Fetch>,
    pub nodes: Arc<dyn ports::AskNodes>,
    pub mapper: Arc<dyn connect::Mapper>,
}

impl Control {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (changed, _) = watch::channel(0);
        Self {
            store: parts.store,
            vault: parts.vault,
            pools: parts.pools,
            host: parts.ports.host.clone(),
            ports: parts.ports,
            stores: parts.stores,
            settings: Arc::new(parts.settings),
            kept: Arc::default(),
            figures: Arc::new(monitoring::Figures::new(parts.series)),
            told: Arc::default(),
            attempts: Arc::default(),
            refusals: Arc::default(),
            hasher: Arc::default(),
            refused: Arc::default(),
            request_log: parts.request_log,
            searches: Arc::new(Semaphore::new(2)),
            changed,
        }
    }

    /// Tells this process of a change that somebody else has made in it: a worker.
    pub fn announce(&self, revision: i64) {
        self.changed.send_replace(revision);
    }

    /// The time by the clock of this process: a page that asks for the last hour asks as of it.
    #[must_use]
    pub fn now(&self, _: &Caller) -> model::clock::Millis {
        self.host.now()
    }

    /// Whether this Sluice has a Redis, for what a form offers.
    #[must_use]
    pub fn has_redis(&self) -> bool {
        self.stores.link().is_some()
    }

    /// Wakes when this process has changed the metadata.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.changed.subscribe()
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    async fn write(&self, caller: &Caller) -> Result<Tx, Problem> {
        let change = Change { actor: caller.email().to_owned(), at: self.host.now(), request_id: caller.request_id().to_owned() };
        Ok(self.store.write(change).await?)
    }

    async fn commit(&self, tx: Tx) -> Result<(), Problem> {
        let revision = tx.commit().await?;
        self.changed.send_replace(revision);
        Ok(())
    }

    async fn note(
        &self,
        tx: &mut Tx,
        action: AuditAction,
        place: (&str, &str),
        before: Option<String>,
        after: Option<String>,
    ) -> Result<(), Problem> {
        Ok(tx.audit(self.host.id(), action, place, before, after).await?)
    }

    /// The audit log, newest first: for a domain's approvers and owners, and all of it for admins.
    ///
    /// # Errors
    /// Where the caller may not read it anywhere.
    pub async fn audit_log(&self, caller: &Caller, query: &AuditQuery) -> Result<Vec<AuditRow>, Problem> {
        audit::list(self, caller, query).await
    }

    /// One page of the audit log, newest first where no other order is asked for.
    ///
    /// # Errors
    /// Where the caller may not read it anywhere.
    pub async fn list_audit(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<AuditRow>, Problem> {
        audit::page(self, caller, query).await
    }
}
