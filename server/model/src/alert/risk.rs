//! What would hurt one day: things that are live and lack what protects them.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RiskKind {
    /// Nobody who can sign in owns it.
    NoOwner,
    /// A core step of a Union fails the request, and nothing stands in for it.
    NoFallback,
    /// Callers may send as many requests as they like.
    NoLimit,
    /// Nobody has said how well it must serve.
    NoObjective,
    /// Runs may ask of a source as much as they like.
    NoLoadLimits,
}

impl RiskKind {
    /// What is so, and what to do.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoOwner => "Its owner cannot sign in. Ask an admin to name another owner.",
            Self::NoFallback => "A core step has no fallback: its failure fails the request. Add a fallback or make the step secondary.",
            Self::NoLimit => "There is no rate limit. Set a limit for the API or its compartment.",
            Self::NoObjective => "There is no objective. Create an objective for its availability or latency.",
            Self::NoLoadLimits => "There are no load limits. Set what its runs may ask of the source.",
        }
    }
}
