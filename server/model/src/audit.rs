//! An audit row: who did what to which thing, with before and after.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// One change. Secrets never stand in `before` or `after`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRow {
    pub id: String,
    /// The revision of the metadata that this change made.
    pub revision: i64,
    pub at: Millis,
    /// Who, by email; `sluice` for what the program did itself.
    pub actor: String,
    /// A verb in the past tense with its object: `api.released`.
    pub action: String,
    /// The domain that it concerns; empty for what concerns none.
    pub domain: String,
    /// The thing, as it is called: `travel/plane`.
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub request_id: String,
}
