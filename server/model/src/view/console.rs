use serde::{Deserialize, Serialize};

use crate::table::QueryPlan;

/// One call of the test console, with everything that it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TryAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The way of the call through the request stack.
    pub steps: Vec<TryStep>,
    /// The whole, in microseconds.
    pub took_us: u64,
    pub rows: Option<u64>,
    pub plan: QueryPlan,
    /// The statement that ran.
    pub sql: String,
    /// The same call from a shell, once it is live.
    pub curl: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TryStep {
    pub name: String,
    pub note: String,
    /// Microseconds.
    pub took_us: u64,
}
