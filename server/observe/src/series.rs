//! What is measured: the series, and the closed lists of counters and gauges with the numbers that they are stored under.

use std::fmt;

use model::ErrorCode;
use model::snapshot::Environment;

/// What a series is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesKind {
    Api,
    /// What one app asks of one API.
    AppApi,
    Source,
    Dataset,
    Job,
    Compartment,
    /// A process. It has a point for each interval in which it lived, so that silence is known from absence.
    Node,
}

impl SeriesKind {
    pub const ALL: [SeriesKind; 7] = [Self::Api, Self::AppApi, Self::Source, Self::Dataset, Self::Job, Self::Compartment, Self::Node];

    /// Stored: a word is never given to another kind.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::AppApi => "app-api",
            Self::Source => "source",
            Self::Dataset => "dataset",
            Self::Job => "job",
            Self::Compartment => "compartment",
            Self::Node => "node",
        }
    }
}

/// Which series: `api:prod:travel/plane`, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    pub kind: SeriesKind,
    /// Nothing for what belongs to no environment.
    pub environment: Option<Environment>,
    /// The path of the object: `travel/plane`. Of an app and an API, both: `travel/website travel/plane`.
    pub object: String,
}

impl SeriesKey {
    #[must_use]
    pub fn new(kind: SeriesKind, environment: Option<Environment>, object: impl Into<String>) -> Self {
        Self { kind, environment, object: object.into() }
    }

    /// Nothing where a newer program has written it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let kind = parts.next()?;
        let kind = SeriesKind::ALL.into_iter().find(|known| known.key() == kind)?;
        let environment = match parts.next()? {
            "" => None,
            key => Some(Environment::from_key(key)?),
        };
        Some(Self::new(kind, environment, parts.next()?))
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.kind.key(), self.environment.map_or("", Environment::key), self.object)
    }
}

/// What only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    Ok,
    Error(ErrorCode),
    CacheL1,
    CacheL2,
    CacheMiss,
    CacheStale,
    /// Responses in which something stood in for a step of a Union.
    Degraded,
    BytesOut,
    LimitHit,
    /// Where the time of requests went.
    GatewayMicros,
    CacheMicros,
    SourceMicros,
    Statements,
    Rows,
    RejectedRows,
    /// Requests that found no slot.
    Refused,
}

/// Numbers of errors are above this one, and no others are.
pub(crate) const ERRORS: u16 = 100;

impl Counter {
    /// All but those of errors, which are of [`ErrorCode::ALL`].
    pub const PLAIN: [Counter; 15] = [
        Self::Ok,
        Self::CacheL1,
        Self::CacheL2,
        Self::CacheMiss,
        Self::CacheStale,
        Self::Degraded,
        Self::BytesOut,
        Self::LimitHit,
        Self::GatewayMicros,
        Self::CacheMicros,
        Self::SourceMicros,
        Self::Statements,
        Self::Rows,
        Self::RejectedRows,
        Self::Refused,
    ];

    /// Stored: a number is never given to another counter.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Ok => 1,
            Self::CacheL1 => 2,
            Self::CacheL2 => 3,
            Self::CacheMiss => 4,
            Self::CacheStale => 5,
            Self::Degraded => 6,
            Self::BytesOut => 7,
            Self::LimitHit => 8,
            Self::GatewayMicros => 9,
            Self::CacheMicros => 10,
            Self::SourceMicros => 11,
            Self::Statements => 12,
            Self::Rows => 13,
            Self::RejectedRows => 14,
            Self::Refused => 15,
            Self::Error(code) => ERRORS + error_number(code),
        }
    }
}

/// Not the place in the enum: a code may be put between two others.
fn error_number(code: ErrorCode) -> u16 {
    match code {
        ErrorCode::Invalid => 1,
        ErrorCode::Unauthenticated => 2,
        ErrorCode::Forbidden => 3,
        ErrorCode::NotFound => 4,
        ErrorCode::Conflict => 5,
        ErrorCode::TooManyRequests => 6,
        ErrorCode::TooLarge => 7,
        ErrorCode::MethodNotAllowed => 8,
        ErrorCode::SourceUnavailable => 9,
        ErrorCode::SourceBusy => 10,
        ErrorCode::SourceTimeout => 11,
        ErrorCode::Overloaded => 12,
        ErrorCode::SourceChanged => 13,
        ErrorCode::StoreUnavailable => 14,
        ErrorCode::StoreTimeout => 15,
        ErrorCode::PlanBroken => 16,
        ErrorCode::Internal => 17,
    }
}

/// What goes up and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    Running,
    Waiting,
    PoolSize,
    LagMillis,
    /// The age of the newest row.
    FreshnessMillis,
    /// The age of the live version.
    VersionAgeMillis,
    CpuPermille,
    MemoryBytes,
    OpenFiles,
    LoopDelayMicros,
    Revision,
    /// 1 while the circuit breaker is open.
    BreakerOpen,
}

impl Gauge {
    pub const ALL: [Gauge; 12] = [
        Self::Running,
        Self::Waiting,
        Self::PoolSize,
        Self::LagMillis,
        Self::FreshnessMillis,
        Self::VersionAgeMillis,
        Self::CpuPermille,
        Self::MemoryBytes,
        Self::OpenFiles,
        Self::LoopDelayMicros,
        Self::Revision,
        Self::BreakerOpen,
    ];

    /// Stored: a number is never given to another gauge.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Running => 1,
            Self::Waiting => 2,
            Self::PoolSize => 3,
            Self::LagMillis => 4,
            Self::FreshnessMillis => 5,
            Self::VersionAgeMillis => 6,
            Self::CpuPermille => 7,
            Self::MemoryBytes => 8,
            Self::OpenFiles => 9,
            Self::LoopDelayMicros => 10,
            Self::Revision => 11,
            Self::BreakerOpen => 12,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_number_is_given_twice() {
        let errors = ErrorCode::ALL.map(|code| Counter::Error(code).number());
        let counters: Vec<u16> = Counter::PLAIN.iter().map(|counter| counter.number()).chain(errors).collect();
        assert_eq!(counters.iter().collect::<BTreeSet<_>>().len(), counters.len());
        assert!(Counter::PLAIN.iter().all(|counter| counter.number() <= ERRORS));
        let gauges: BTreeSet<u16> = Gauge::ALL.iter().map(|gauge| gauge.number()).collect();
        assert_eq!(gauges.len(), Gauge::ALL.len());
    }

    #[test]
    fn keys_come_back_from_their_text() {
        for kind in SeriesKind::ALL {
            for environment in [None, Some(Environment::Test), Some(Environment::Prod)] {
                let key = SeriesKey::new(kind, environment, "127.0.0.1:8080");
                assert_eq!(SeriesKey::parse(&key.to_string()), Some(key));
            }
        }
        assert_eq!(SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane").to_string(), "api:prod:travel/plane");
        for unknown in ["", "api", "api:prod", "planet:prod:x", "api:moon:x"] {
            assert_eq!(SeriesKey::parse(unknown), None, "{unknown}");
        }
    }
}
