//! What the rules are told: counts of an API and of what it depends on, over a time and the time before it.

use crate::ErrorCode;
use crate::clock::Millis;
use crate::limit::Rate;
use crate::view::{LimitOf, Subject};

/// What was counted of an API over a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    pub requests: u64,
    /// Those of them that failed, by code.
    pub errors: Vec<(ErrorCode, u64)>,
    /// Milliseconds.
    pub p95: Option<f64>,
    /// Where the time of the mean request went, in milliseconds.
    pub gateway_ms: f64,
    pub cache_ms: f64,
    pub source_ms: f64,
    /// Responses from a cache, and of how many for which one is kept.
    pub cached: u64,
    pub cacheable: u64,
    /// Requests that a rate limit refused.
    pub limit_hits: u64,
}

impl Counts {
    #[must_use]
    pub fn of(&self, codes: &[ErrorCode]) -> u64 {
        self.errors.iter().filter(|(code, _)| codes.contains(code)).map(|(_, count)| count).sum()
    }

    /// Through no fault of their caller.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.errors.iter().filter(|(code, _)| code.status() >= 500).map(|(_, count)| count).sum()
    }

    /// The mean request, in milliseconds.
    #[must_use]
    pub fn mean_ms(&self) -> f64 {
        self.gateway_ms + self.cache_ms + self.source_ms
    }

    /// Nothing where no cache is kept.
    #[must_use]
    pub fn cache_share(&self) -> Option<f64> {
        (self.cacheable > 0).then(|| share(self.cached, self.cacheable))
    }
}

/// A part of a whole, 0 to 1.
#[must_use]
pub fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// What was counted of a source over a time, whoever asked it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceCounts {
    pub statements: u64,
    /// Statements that got no slot.
    pub refused: u64,
    /// Milliseconds.
    pub p95: Option<f64>,
    /// At the most.
    pub running: i64,
    pub waiting: i64,
    pub slots: i64,
}

/// A source that the API reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservedSource {
    pub name: String,
    pub now: SourceCounts,
    pub before: SourceCounts,
    /// By the beginning of the parts of the time.
    pub parts: Vec<(Millis, SourceCounts)>,
    /// The jobs that read it meanwhile, by the path of their dataset, with the rows that they read.
    pub jobs: Vec<(String, u64)>,
}

/// What an app asked of the API.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedApp {
    pub path: String,
    pub requests: u64,
    /// By a rate limit.
    pub refused: u64,
    /// That of its grant.
    pub limit: Option<Rate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    Release { version: i64, previous: i64 },
    VersionSwitch,
    Purge,
}

/// Something that happened, with what was counted of the API shortly before and shortly after.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub at: Millis,
    pub kind: ChangeKind,
    pub before: Counts,
    pub after: Counts,
}

/// A node: what it counted of the API, and how it was itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedNode {
    pub name: String,
    pub counts: Counts,
    /// Readings of its event loop, and those of them that were at least [`crate::diagnosis::LATE_MS`].
    pub readings: u32,
    pub late: u32,
    /// The first late one.
    pub late_since: Option<Millis>,
    /// The longest, in milliseconds.
    pub delay_ms: f64,
}

/// All that is known of an API over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub api: Subject,
    pub from: Millis,
    pub to: Millis,
    /// Where the time before begins; it ends at `from`.
    pub compared_from: Millis,
    pub now: Counts,
    pub before: Counts,
    /// By the beginning of the parts of the time.
    pub parts: Vec<(Millis, Counts)>,
    pub sources: Vec<ObservedSource>,
    /// The path of the dataset that it is served from.
    pub dataset: Option<String>,
    pub apps: Vec<ObservedApp>,
    /// The limits of the API and of its compartment, as they are now.
    pub limits: Vec<(LimitOf, Rate)>,
    pub changes: Vec<Change>,
    pub nodes: Vec<ObservedNode>,
    /// The reader may see the figures of nodes.
    pub sees_nodes: bool,
}

impl Observed {
    /// The beginning of the first part that is so, or of the whole.
    pub(super) fn since(&self, is: impl Fn(&Counts) -> bool) -> Millis {
        self.parts.iter().find(|(_, counts)| is(counts)).map_or(self.from, |(at, _)| *at)
    }
}
