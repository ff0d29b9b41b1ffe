//! What the control plane needs of the outside, declared here and bound in `compose.rs`.

use std::time::Duration;

use async_trait::async_trait;
use model::Problem;
use model::alert::{AlertRule, Objective, Outcomes, Sample};
use model::clock::Millis;
use model::snapshot::{SnapshotApi, SnapshotDataset, SnapshotSource};
use model::view::{CallFigures, Lapse, Subject, TryAnswer};
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
