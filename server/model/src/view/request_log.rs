//! What the request log has of a request, how it is searched, and what a search gives.

use serde::{Deserialize, Serialize};

use crate::ErrorCode;
use crate::clock::Millis;
use crate::snapshot::Environment;

/// One request of an API, as the node that responded to it has kept it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoggedRequest {
    /// When it came in.
    pub at: Millis,
    pub request_id: String,
    /// The trace that it belongs to: the caller's, or one that begins with it.
    pub trace_id: String,
    /// `travel/plane`; empty where the caller was refused before the API was looked up.
    pub api: String,
    pub version: Option<i64>,
    pub environment: Option<Environment>,
    /// `travel/demo-app`; empty where it is not known.
    pub app: String,
    pub caller: LoggedCaller,
    /// What it failed with; nothing for one that succeeded.
    pub code: Option<ErrorCode>,
    /// Microseconds in all, and of them in the gateway, in the response cache and in the source or dataset.
    pub total_us: u64,
    pub gateway_us: u64,
    pub cache_us: u64,
    pub source_us: u64,
    /// `l1`, `l2`, `miss` or `stale`; empty where no response cache was asked.
    pub cache: String,
    /// Of the body of the response, as it was sent; nothing for a stream, whose size is not known when it begins.
    pub bytes: Option<u64>,
    pub node: String,
    pub parameters: Vec<LoggedParameter>,
    /// What it did, in the order in which that began.
    pub spans: Vec<LoggedSpan>,
}

/// How somebody showed who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LoggedCaller {
    /// By the key of an app.
    Key,
    /// By a token of a JWT issuer.
    Token,
    Nobody,
}

impl LoggedCaller {
    pub const ALL: [LoggedCaller; 3] = [Self::Key, Self::Token, Self::Nobody];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Token => "token",
            Self::Nobody => "nobody",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|caller| caller.key() == key)
    }
}

/// A parameter that a request gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoggedParameter {
    pub name: String,
    /// Nothing where it is masked: its definition does not say that values are shown in the request log.
    pub value: Option<String>,
}

/// A part of a request, as a span of its trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoggedSpan {
    pub name: String,
    pub kind: SpanKind,
    /// What more is to be said: the source, the API of a step, what stood in for it.
    pub note: String,
    /// Microseconds from the beginning of the request.
    pub began_us: u64,
    pub took_us: u64,
    /// Whether it failed.
    pub failed: bool,
    /// Of what a source was asked: the connector of the source, such as `postgres`. Empty elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// Of a statement: the rows that it gave, once it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Of what a step of a Union asked its source: that step. Empty elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
}

/// The name of the span in which rows are fetched.
pub const FETCH_SPAN: &str = "source";

impl LoggedSpan {
    /// A span of which nothing more is to be said.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: SpanKind, (began_us, took_us): (u64, u64), failed: bool) -> Self {
        let (name, note, driver, step) = (name.into(), String::new(), String::new(), String::new());
        Self { name, kind, note, began_us, took_us, failed, driver, rows: None, step }
    }

    /// Whether it says what a source was asked.
    #[must_use]
    pub fn is_of_source(&self) -> bool {
        !self.driver.is_empty()
    }

    /// The span that it is within, by its place among all of a request, of which the first is the request itself. What a source was
    /// asked is within the step that asked, or where rows were fetched.
    #[must_use]
    pub fn parent_in(&self, all: &[Self]) -> usize {
        if !self.is_of_source() {
            return 0;
        }
        let step = all.iter().position(|one| one.kind == SpanKind::Step && one.name == self.step);
        let fetch = || all.iter().position(|one| one.name == FETCH_SPAN && !one.is_of_source());
        step.or_else(fetch).unwrap_or(0)
    }
}

/// Where a part of a request was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    Gateway,
    Cache,
    Source,
    /// A step of a Union.
    Step,
}

impl SpanKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Cache => "cache",
            Self::Source => "source",
            Self::Step => "step",
        }
    }
}

/// What is searched for; what is absent narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RequestLogQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// `travel/plane`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// `travel/demo-app`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// `ok`, `failed`, or the code of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Milliseconds since 1970, UTC; from this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Millis>,
    /// Up to this time, itself not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Millis>,
    /// The `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Requests of one page: 50 where it is absent, and at most 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of a search, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestLogPage {
    pub requests: Vec<LoggedRequest>,
    /// Where the next page begins. There may be one behind a page that is not full: one search reads a bounded part of the log.
    pub next: Option<String>,
    /// Segments of the log that cannot be read; the other ones were searched.
    pub unreadable: Vec<String>,
    /// Nodes whose log was not searched, because they did not respond.
    pub other_nodes: Vec<String>,
}
