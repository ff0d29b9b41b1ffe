//! Figures over time, as charts and lists show them.

use serde::{Deserialize, Serialize};

use crate::ErrorCode;
use crate::clock::Millis;
use crate::snapshot::Environment;

/// What kind of thing figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// By its path, `travel/plane`, in an environment.
    Api,
    /// By its path, `travel/website`: all that it calls, in an environment.
    App,
    /// What an app asks of an API: both paths, `travel/website travel/plane`, in an environment.
    AppApi,
    /// By its name, in an environment.
    Source,
    /// By its path.
    Dataset,
    /// By the path of its dataset.
    Job,
    /// `travel/high`, of all nodes together.
    Compartment,
    /// By the address of the process.
    Node,
    /// All APIs of a domain together, in an environment.
    Domain,
}

impl SubjectKind {
    pub const ALL: [SubjectKind; 9] =
        [Self::Api, Self::App, Self::AppApi, Self::Source, Self::Dataset, Self::Job, Self::Compartment, Self::Node, Self::Domain];

    /// The word in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::App => "app",
            Self::AppApi => "app-api",
            Self::Source => "source",
            Self::Dataset => "dataset",
            Self::Job => "job",
            Self::Compartment => "compartment",
            Self::Node => "node",
            Self::Domain => "domain",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What figures are about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subject {
    pub kind: SubjectKind,
    /// Nothing for what belongs to no environment: datasets, jobs, compartments and nodes.
    pub environment: Option<Environment>,
    pub path: String,
}

impl Subject {
    #[must_use]
    pub fn new(kind: SubjectKind, environment: Option<Environment>, path: impl Into<String>) -> Self {
        Self { kind, environment, path: path.into() }
    }
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Requests a second.
    Requests,
    /// Errors a second; one line for each code where lines are asked for by code.
    Errors,
    /// Share of requests that failed through no fault of their caller (status 500 and above), 0 to 1.
    ErrorShare,
    /// Milliseconds, as the three below.
    LatencyP50,
    LatencyP95,
    LatencyP99,
    LatencyMax,
    /// Share of requests by where the response came from, 0 to 1: the four together are 1 where a cache is kept.
    CacheL1,
    CacheL2,
    CacheStale,
    CacheMiss,
    /// Bytes a second.
    BytesOut,
    /// Requests refused by a rate limit, a second.
    LimitHits,
    /// Degraded responses a second.
    Degraded,
    /// Milliseconds of the mean request, as the two below: where its time went.
    GatewayTime,
    CacheTime,
    SourceTime,
    /// Statements a second.
    Statements,
    /// Statements or requests in progress, at the most.
    Running,
    /// In the queue, at the most.
    Waiting,
    /// Concurrency slots.
    PoolSize,
    /// Refused for lack of a slot, a second.
    Refused,
    /// Rows a second.
    Rows,
    RejectedRows,
    /// Seconds, as the two below.
    Lag,
    /// The age of the newest row.
    Freshness,
    /// The age of the live version.
    VersionAge,
    /// Share of one core's time.
    Cpu,
    /// Bytes.
    Memory,
    OpenFiles,
    /// Milliseconds.
    LoopDelay,
    Revision,
    /// 1 while the circuit breaker is open.
    BreakerOpen,
}

impl Metric {
    pub const ALL: [Metric; 33] = [
        Self::Requests,
        Self::Errors,
        Self::ErrorShare,
        Self::LatencyP50,
        Self::LatencyP95,
        Self::LatencyP99,
        Self::LatencyMax,
        Self::CacheL1,
        Self::CacheL2,
        Self::CacheStale,
        Self::CacheMiss,
        Self::BytesOut,
        Self::LimitHits,
        Self::Degraded,
        Self::GatewayTime,
        Self::CacheTime,
        Self::SourceTime,
        Self::Statements,
        Self::Running,
        Self::Waiting,
        Self::PoolSize,
        Self::Refused,
        Self::Rows,
        Self::RejectedRows,
        Self::Lag,
        Self::Freshness,
        Self::VersionAge,
        Self::Cpu,
        Self::Memory,
        Self::OpenFiles,
        Self::LoopDelay,
        Self::Revision,
        Self::BreakerOpen,
    ];

    /// The word in addresses and in `/admin/v1`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Errors => "errors",
            Self::ErrorShare => "error-share",
            Self::LatencyP50 => "latency-p50",
            Self::LatencyP95 => "latency-p95",
            Self::LatencyP99 => "latency-p99",
            Self::LatencyMax => "latency-max",
            Self::CacheL1 => "cache-l1",
            Self::CacheL2 => "cache-l2",
            Self::CacheStale => "cache-stale",
            Self::CacheMiss => "cache-miss",
            Self::BytesOut => "bytes-out",
            Self::LimitHits => "limit-hits",
            Self::Degraded => "degraded",
            Self::GatewayTime => "gateway-time",
            Self::CacheTime => "cache-time",
            Self::SourceTime => "source-time",
            Self::Statements => "statements",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::PoolSize => "pool-size",
            Self::Refused => "refused",
            Self::Rows => "rows",
            Self::RejectedRows => "rejected-rows",
            Self::Lag => "lag",
            Self::Freshness => "freshness",
            Self::VersionAge => "version-age",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::OpenFiles => "open-files",
            Self::LoopDelay => "loop-delay",
            Self::Revision => "revision",
            Self::BreakerOpen => "breaker-open",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.key() == key)
    }
}

/// Which earlier time a chart compares with. Both are by the wall clock of the reader's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CompareWith {
    Yesterday,
    LastWeek,
}

/// What a chart asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartQuery {
    pub subject: Subject,
    pub metrics: Vec<Metric>,
    pub from: Millis,
    pub to: Millis,
    /// Intervals of so long where that can be, and otherwise longer ones.
    #[serde(default)]
    pub step: Option<Millis>,
    #[serde(default)]
    pub compare: Option<CompareWith>,
    /// The reader's zone, by its IANA name; UTC where it is not known.
    #[serde(default)]
    pub zone: String,
    /// Errors have one more line for each code that occurred, behind the line of all of them.
    #[serde(default)]
    pub by_code: bool,
}

/// A line of a chart. Its values stand beside the intervals of the chart; no value is a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChartLine {
    pub metric: Metric,
    /// Errors with this code alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    pub values: Vec<Option<f64>>,
    /// The same of the earlier time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Vec<Option<f64>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// A version of an API went live.
    Release,
    /// A dataset version went live.
    VersionSwitch,
    /// A setting of the running API was changed.
    SettingChange,
    /// A circuit breaker opened or closed, or degraded or stale responses begin or end.
    Degradation,
    /// An alert fired or was resolved.
    Alert,
}

/// Something that happened, on the time axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mark {
    pub at: Millis,
    pub kind: MarkKind,
    /// As a label: `travel/delays v7`.
    pub text: String,
}

/// Lines over the same intervals: the first begins at `from`, each lasts `step`, the last ends at `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChartView {
    pub from: Millis,
    pub to: Millis,
    pub step: Millis,
    pub now: Millis,
    /// Intervals are longer than was asked for: finer ones are not kept of that time, or would be too many.
    pub is_coarser: bool,
    pub lines: Vec<ChartLine>,
    pub marks: Vec<Mark>,
    /// Parts of the time whose figures could not be read; they are gaps.
    pub unreadable: u32,
}

/// One thing of a list, over the time that the list is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectFigures {
    pub subject: Subject,
    /// A second, over all of the time.
    pub requests: f64,
    /// Share, 0 to 1; nothing without requests.
    pub error_share: Option<f64>,
    /// Milliseconds.
    pub p95: Option<f64>,
    /// Share of requests that a cache answered; nothing where none is kept.
    pub cached: Option<f64>,
    /// Requests a second for a sparkline, at most 60 values.
    pub sparkline: Vec<Option<f64>>,
    /// When it was called last, as far as is known.
    pub last_at: Option<Millis>,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TopBy {
    Busiest,
    Slowest,
    MostFailing,
    BestCached,
    /// Live, and not called for 30 days.
    Unused,
}

/// What the overview asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverviewQuery {
    /// Of all domains that the reader may see where none is named.
    #[serde(default)]
    pub domain: Option<String>,
    pub environment: Environment,
    pub from: Millis,
    pub to: Millis,
    #[serde(default)]
    pub compare: Option<CompareWith>,
    #[serde(default)]
    pub zone: String,
}

/// The figures of all APIs that the reader may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OverviewView {
    /// Requests, errors, latencies and where responses came from, of all APIs together.
    pub chart: ChartView,
    /// Ten of each, in the order of their list.
    pub top: Vec<(TopBy, Vec<SubjectFigures>)>,
    pub apps: Vec<SubjectFigures>,
    pub compartments: Vec<CompartmentFigures>,
    /// APIs that were live within the time.
    pub apis: u32,
}

/// The slots of a compartment, of all nodes together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompartmentFigures {
    /// `travel/high`
    pub path: String,
    pub slots: i64,
    /// At the most, within the time.
    pub in_use: i64,
    pub waiting: i64,
    /// Requests that were refused within the time.
    pub refused: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_key(metric.key()), Some(metric));
        }
        assert_eq!(Metric::ALL.iter().map(|metric| metric.key()).collect::<BTreeSet<_>>().len(), Metric::ALL.len());
        for kind in SubjectKind::ALL {
            assert_eq!(SubjectKind::from_key(kind.key()), Some(kind));
        }
    }
}
