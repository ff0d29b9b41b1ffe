use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::dataset::{BuildFigures, DataVersionState, DatasetSpec};
use crate::incremental::IncrementalFigures;
use crate::job::{Cause, JobSpec, RunState};
use crate::limit::Rate;
use crate::reconcile::ComparedView;
use crate::snapshot::{Environment, Priority, Switches};
use crate::table::{Sample, TableRef};
use crate::view::SettingChange;

/// One dataset with its dataset versions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatasetView {
    pub domain: String,
    pub name: String,
    pub owner: String,
    pub created_at: Millis,
    pub spec: DatasetSpec,
    pub versions: Vec<DataVersionView>,
    /// The paths of the APIs that are served from it.
    pub apis: Vec<String>,
    /// Its source tells the changes of its tables itself.
    pub feeds: bool,
    /// Its source says when the files of its table have changed.
    pub has_marks: bool,
    pub job: JobView,
    /// A change of what decides its rows, which is not in force before somebody has approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingChange>,
}

/// A change of a dataset that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingChange {
    /// The id of its request.
    pub request: String,
    pub author: String,
    pub created_at: Millis,
    pub changes: Vec<SettingChange>,
}

/// What became of a save of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatasetSaved {
    /// The request that now waits for somebody else, where live APIs read the dataset and the change could change their answers.
    pub request: Option<String>,
}

impl DatasetView {
    /// The dataset version that is served in an environment.
    #[must_use]
    pub fn live(&self, environment: Environment) -> Option<&DataVersionView> {
        self.versions.iter().find(|version| version.environment == environment && version.state == DataVersionState::Live)
    }

    /// Whether something live follows its table.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.versions.iter().any(|version| version.incremental_sync.is_some())
    }

    /// The dataset version that is being built, or waits for it.
    #[must_use]
    pub fn building(&self) -> Option<&DataVersionView> {
        self.versions.iter().find(|version| version.state == DataVersionState::Building)
    }
}

/// How a dataset is built, with its last runs, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobView {
    pub spec: JobSpec,
    /// What starts it, in words.
    pub when: String,
    /// Its schedule is left alone.
    pub paused: bool,
    /// The next times of its schedule.
    pub next: Vec<Millis>,
    /// The datasets that are made after it.
    pub followers: Vec<String>,
    /// The datasets of the domain that it could be made after.
    pub may_follow: Vec<String>,
    pub runs: Vec<RunView>,
    /// When this was looked at, by the server's clock.
    pub at: Millis,
}

impl JobView {
    /// The run that is not over, where there is one.
    #[must_use]
    pub fn going(&self) -> Option<&RunView> {
        self.runs.iter().find(|run| !run.state.is_over())
    }
}

/// One time that a dataset was made, or should have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunView {
    /// The dataset version of its last try.
    pub version: i64,
    pub environment: Environment,
    pub state: RunState,
    pub cause: Cause,
    pub attempt: i64,
    pub asked_by: String,
    pub asked_at: Millis,
    /// Not begun before.
    pub due_at: Millis,
    pub started_at: Option<Millis>,
    pub finished_at: Option<Millis>,
    pub figures: BuildFigures,
    /// Why its last try failed.
    pub reason: String,
    /// When it will be over, as the runs before it took.
    pub expected_at: Option<Millis>,
    /// When it should be over.
    pub late_at: Option<Millis>,
}

impl RunView {
    /// Whether it is, or was, or by what the runs before it took will be, over too late.
    #[must_use]
    pub fn is_late(&self, now: Millis) -> bool {
        let over = self.finished_at.unwrap_or_else(|| self.expected_at.unwrap_or(now).max(now));
        self.late_at.is_some_and(|late_at| over > late_at)
    }

    /// How far it has come, in hundredths; `None` where the source could not say how many rows it has.
    #[must_use]
    pub fn percent_done(&self) -> Option<i64> {
        let expected = self.figures.expected_rows.filter(|rows| *rows > 0)?;
        // Reading and writing are half of the way each.
        Some(((self.figures.read_rows + self.figures.written_rows) * 50 / expected).clamp(0, 100))
    }
}

/// One complete build of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataVersionView {
    pub number: i64,
    pub environment: Environment,
    pub state: DataVersionState,
    pub figures: BuildFigures,
    /// Why it failed.
    pub reason: String,
    pub asked_by: String,
    pub asked_at: Millis,
    pub finished_at: Option<Millis>,
    /// How far it has followed its table, where it does.
    #[serde(rename = "following")]
    pub incremental_sync: Option<IncrementalView>,
    /// How it compared with its table, the newest first, of a live one.
    pub compared: Vec<ComparedView>,
}

/// A dataset version that follows its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncrementalView {
    pub figures: IncrementalFigures,
    /// Why it does not go on; empty otherwise.
    pub reason: String,
    /// A worker is at it.
    pub going: bool,
}

impl DataVersionView {
    /// Stored bytes to bytes before compression, in hundredths.
    #[must_use]
    pub fn percent_stored(&self) -> Option<i64> {
        (self.figures.row_bytes > 0).then(|| self.figures.stored_bytes * 100 / self.figures.row_bytes)
    }
}

/// What stands beside an API and changes at once, with what its caches did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SwitchesView {
    pub switches: Switches,
    pub figures: Vec<CallFigures>,
}

/// What one node has counted of an API in one environment, since it was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallFigures {
    pub environment: Environment,
    pub answered: u64,
    /// Of those that were answered, in which something stood in for a step.
    #[serde(default)]
    pub degraded: u64,
    pub failed: u64,
    /// Turned away by a limit.
    pub limited: u64,
    /// The mean time of a response, in microseconds.
    pub mean_us: u64,
    /// Answers out of this node's memory, out of Redis, past their time, and fetched.
    pub l1: u64,
    pub l2: u64,
    pub stale: u64,
    pub miss: u64,
}

/// The limit of one compartment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompartmentView {
    pub domain: String,
    pub priority: Priority,
    pub limit: Option<Rate>,
}

/// Somebody whose signed tokens stand for an app; never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuerView {
    pub id: String,
    pub environment: Environment,
    pub issuer: String,
    pub audience: String,
    /// Whether it signs with a shared secret (HS256) rather than keys of its own.
    pub shared_secret: bool,
    pub jwks_url: String,
    pub fixed: BTreeMap<String, String>,
    pub created_by: String,
    pub created_at: Millis,
}

/// An issuer that was just made, with its secret: shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewIssuer {
    pub id: String,
    /// Absent where it signs with keys of its own.
    pub secret: Option<String>,
}

/// What a mapping would make of some rows of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MappingPreview {
    /// The first ones that are taken.
    pub sample: Sample,
    /// So many rows were read for it.
    pub read: usize,
    /// Of those, so many are not wanted.
    pub out: usize,
    /// Why others cannot be taken, one for each.
    pub bad: Vec<String>,
}

/// How far the acceleration of an API is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acceleration {
    pub source: String,
    pub table: TableRef,
    pub key: Vec<String>,
    /// About how many rows its table has, where it is not copied yet.
    pub rows: Option<i64>,
    /// A name for the dataset that is free.
    pub suggested: String,
    /// The dataset that it is, or is to be, served from.
    pub dataset: Option<DatasetView>,
    /// The version that is served from it is a draft.
    pub is_draft: bool,
    /// The edit of the draft that there is, which is named when it is sent.
    pub draft_edit: Option<i64>,
    /// The version that waits for an approver.
    pub in_review: Option<i64>,
    /// What is live is served from it.
    pub is_served: bool,
}
