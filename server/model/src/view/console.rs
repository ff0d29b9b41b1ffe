use serde::{Deserialize, Serialize};

use crate::table::QueryPlan;
use crate::union::Degraded;

/// One call of the test console, with everything that it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TryAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The way of the request through the request stack.
    pub steps: Vec<TryStep>,
    /// The whole, in microseconds.
    pub took_us: u64,
    pub rows: Option<u64>,
    pub plan: QueryPlan,
    /// The statement that ran.
    pub sql: String,
    /// Unions: what each step did, in the order of the definition.
    #[serde(default)]
    pub graph: Vec<StepTrace>,
    /// SHA-256 of the body, by which a case is kept.
    #[serde(default)]
    pub sha256: String,
    /// The same call for each kind of client, by the name of the client, once it is live.
    #[serde(default)]
    pub calls: Vec<(String, String)>,
}

/// One step of a Union in a request of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepTrace {
    pub name: String,
    pub api: String,
    /// The steps that it waited for.
    pub needs: Vec<String>,
    /// Microseconds from the beginning of the request.
    pub began_us: u64,
    pub took_us: u64,
    /// Calls that it made: several for the rows of another step.
    pub calls: u64,
    pub rows: u64,
    pub degraded: Option<Degraded>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TryStep {
    pub name: String,
    pub note: String,
    /// Microseconds.
    pub took_us: u64,
}
