//! How far assets are looked after, as the portal and `/admin/v1` show it.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// How many assets there are, and how many of them have what a reader needs. Columns and jobs count with what they are part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StewardshipCounts {
    pub assets: u64,
    /// With an owner.
    pub owned: u64,
    /// With a description.
    pub described: u64,
    /// With a tag, on the asset or on one of its columns.
    pub tagged: u64,
    pub certified: u64,
}

impl StewardshipCounts {
    pub fn add(&mut self, other: Self) {
        self.assets += other.assets;
        self.owned += other.owned;
        self.described += other.described;
        self.tagged += other.tagged;
        self.certified += other.certified;
    }
}

/// The assets of one domain or of one steward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StewardshipLine {
    /// The domain or the steward; empty for assets without a steward.
    pub name: String,
    pub counts: StewardshipCounts,
}

/// One day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StewardshipDay {
    /// Its beginning, in UTC.
    pub day: Millis,
    pub counts: StewardshipCounts,
}

/// The stewards' board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StewardshipView {
    /// Of the domain that was asked for, or of all that the reader may see.
    pub all: StewardshipCounts,
    /// Of each domain that the reader may see, whichever was asked for.
    pub domains: Vec<StewardshipLine>,
    /// Those who look after the most assets first.
    pub stewards: Vec<StewardshipLine>,
    /// The past 90 days, the oldest first, as far as they were counted; the last one is now.
    pub days: Vec<StewardshipDay>,
}
