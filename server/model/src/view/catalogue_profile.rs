//! Profiles, quality, trust and samples of assets, as the portal and `/admin/v1` show them. What a tag masks is masked in them already.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AssetPath, ColumnProfile, ColumnTrend, DatasetFreshness, ProfileSample, QualityCheck, TrendPoint, TrustScore};
use crate::clock::Millis;
use crate::table::Sample;

/// The profile of a table or a dataset; its columns are asked for as a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileView {
    pub path: AssetPath,
    /// The newest one; nothing before the first.
    pub newest: Option<NewestProfile>,
    /// Rows from profile to profile, the oldest first.
    pub points: Vec<TrendPoint>,
    /// The last request for a profile.
    pub request: Option<ProfileRequestView>,
    /// Whether the reader may read values of rows; without this, all values are masked.
    pub may_read_values: bool,
    /// Whether the reader may ask for a new profile.
    pub may_ask: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewestProfile {
    pub at: Millis,
    pub sample: ProfileSample,
    /// The same in words: `the first 100,000 rows, of about 3,400,000`.
    pub rows: String,
    /// Of a dataset: the number of the dataset version.
    pub version: Option<i64>,
    pub columns: u64,
    pub took_ms: i64,
}

/// What became of a request for a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileRequestView {
    /// Nothing where a scan or a build asked for it.
    pub asked_by: Option<String>,
    pub asked_at: Millis,
    pub state: ProfileRequestState,
    /// Why it failed or waits; empty otherwise.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ProfileRequestState {
    Waiting,
    Running,
    Done,
    Failed,
}

/// One column of a profile, with its trends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnProfileView {
    /// Of the column among the assets.
    pub path: AssetPath,
    pub profile: ColumnProfile,
    /// Rows of the sample, of which the counts are parts.
    pub rows: i64,
    pub trend: ColumnTrend,
}

/// How far an asset can be trusted, and what came of its checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QualityView {
    pub path: AssetPath,
    /// When this was looked at, by the server's clock.
    pub at: Millis,
    pub trust: TrustScore,
    /// Of a dataset; of an API, those of the dataset that it is served from.
    pub checks: Vec<QualityCheck>,
    /// Of a dataset, or of the dataset that an API is served from.
    pub freshness: Option<DatasetFreshness>,
    /// The last builds, the newest first.
    pub builds: Vec<QualityBuild>,
}

/// What came of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QualityBuild {
    pub version: i64,
    pub at: Millis,
    pub passed: bool,
    pub rows: i64,
    pub rejected: i64,
    /// Why it failed; empty otherwise.
    pub reason: String,
}

/// Sample rows of a table or a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetSample {
    pub sample: Sample,
    /// The columns that are masked by a tag.
    pub masked: Vec<String>,
}
