//! What the control plane needs of the outside, declared here and bound in `compose.rs`.

use std::time::Duration;

use async_trait::async_trait;
use model::Problem;
use model::alert::{AlertRule, Objective, Outcomes, Sample};
use model::asset_document::{AssetDocument, SeenDomains};
use model::clock::Millis;
use model::snapshot::{SnapshotApi, SnapshotDataset, SnapshotSource};
use model::view::{AssetQuery, AssetResults, AssetSuggestion, CallFigures, Lapse, Subject, TryAnswer};
use request_log::{Found, Search};

/// Time, ids and randomness, so that nothing in here reaches for them on its own.
pub trait Host: Send + Sync {
    fn now(&self) -> Millis;
    /// A new UUIDv7.
    fn id(&self) -> String;
    /// Fills with random bytes fit for secrets.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// One call of a definition that need not be live, through the same stack as live ones.
#[derive(Debug, Clone)]
pub struct TryCallRequest {
    pub api: SnapshotApi,
    /// Unions have none.
    pub source: Option<SnapshotSource>,
    /// The dataset that it is served from, where it is.
    pub dataset: Option<SnapshotDataset>,
    /// As they would stand in a query: several of one name make a list.
    pub parameters: Vec<(String, String)>,
    pub caller: String,
    pub request_id: String,
}

/// Runs a definition through the gateway's request stack.
#[async_trait]
pub trait TryCall: Send + Sync {
    async fn try_call(&self, request: TryCallRequest) -> TryAnswer;
}

/// What this process's gateway has counted.
pub trait ReadFigures: Send + Sync {
    /// Of one API, in each environment where it is live.
    fn of_api(&self, path: &str) -> Vec<CallFigures>;

    /// What went wrong with the calls of live APIs within a time.
    fn lapses(&self, within: Duration) -> Vec<ApiLapse>;
}

/// Something that went wrong with the calls of an API.
pub struct ApiLapse {
    /// `travel/plane`
    pub api: String,
    pub lapse: Lapse,
}

/// Reads a small document over HTTP.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// At most `most` bytes of it; the error is a cause for the log.
    async fn fetch(&self, url: &str, most: usize) -> Result<String, String>;
}

/// The other nodes of the same metadata.
#[async_trait]
pub trait AskNodes: Send + Sync {
    /// What the request log of another node has, by the address that the node reports. The search is narrowed already to what its asker may
    /// see. The error is a cause for the log.
    async fn search_request_log(&self, node: &str, search: &Search) -> Result<Found, String>;
}

/// The figures of all nodes, as rules and objectives read them.
#[async_trait]
pub trait ReadSamples: Send + Sync {
    /// The samples of each minute of the past week, of at most so many of the objects that a rule of a domain would watch.
    async fn past_week(&self, domain: &str, rule: &AlertRule, most: usize) -> Result<Vec<SubjectSamples>, Problem>;

    /// What of the period of an objective was bad until now.
    async fn over_period(&self, objective: &Objective) -> Result<Outcomes, Problem>;

    /// The same over the longer and the shorter window of each of its burn rates, in their order.
    async fn over_windows(&self, objective: &Objective) -> Result<Vec<(Outcomes, Outcomes)>, Problem>;
}

/// A search of the catalogue, narrowed already to what its asker may see.
#[derive(Debug, Clone)]
pub struct CatalogueRequest {
    pub query: AssetQuery,
    pub sees: SeenDomains,
    /// Results of a page.
    pub rows: u32,
    pub now: Millis,
}

/// The index of the catalogue on this node. Errors are causes for the log.
#[async_trait]
pub trait CatalogueSearch: Send + Sync {
    /// Results with facets. Nothing, as long as the index is not open.
    async fn search(&self, request: CatalogueRequest) -> Result<AssetResults, String>;

    /// The best results alone, for somebody who is still typing.
    async fn suggest(&self, request: CatalogueRequest) -> Result<Vec<AssetSuggestion>, String>;

    /// Opens what is on the disk of this node, where that has not happened yet.
    async fn open(&self) -> Result<(), String>;

    /// The revision of the metadata up to which changes are in the index; nothing where it is to be built.
    fn revision(&self) -> Option<i64>;

    /// Forgets everything: what follows is a first build.
    async fn clear(&self) -> Result<(), String>;

    /// Takes documents in, in the place of those of the same assets, and takes those out of assets that are gone, by their ids. They are
    /// found with the next commit.
    async fn change(&self, changed: Vec<AssetDocument>, gone: Vec<String>) -> Result<(), String>;

    /// All changes up to a revision are in the index now.
    async fn commit(&self, revision: i64) -> Result<(), String>;
}

/// Whether this process can write its figures over time.
pub trait WatchFigures: Send + Sync {
    /// The address of this process.
    fn node(&self) -> &str;

    /// The last time in which nothing could be written, also where it is over; nothing where there was none.
    fn outage(&self) -> Option<Outage>;
}

/// A time in which nothing could be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    pub since: Millis,
    /// Nothing where it goes on.
    pub ended: Option<Millis>,
}

/// Samples of one object, by their times.
pub struct SubjectSamples {
    pub subject: Subject,
    pub samples: Vec<(Millis, Sample)>,
}
