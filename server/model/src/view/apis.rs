use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::documentation::DocumentationMark;
use crate::number::grouped;
use crate::snapshot::Environment;
use crate::spec::{ApiKind, ApiSpec};
use crate::table::{QueryPlan, Sample};
use crate::{ErrorCode, Field, FieldError, Parameter};

/// Which version is live in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Live {
    pub environment: Environment,
    pub version: i64,
    pub since: Millis,
}

/// One row of the list of APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiSummary {
    pub domain: String,
    pub name: String,
    pub kind: ApiKind,
    pub title: String,
    pub source: String,
    pub owner: String,
    pub live: Vec<Live>,
    pub in_review: Option<i64>,
    /// It was live, and is live nowhere now.
    #[serde(default)]
    pub retired: bool,
    /// The step at which a draft was left, and when.
    pub draft: Option<(String, Millis)>,
    /// Why no gateway can serve it just now, where that is so.
    pub broken: Option<String>,
    /// What went wrong with its calls lately, the worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapse: Option<Lapse>,
    /// The state of its newest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<VersionState>,
}

/// What went wrong with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LapseKind {
    /// They were answered, and something stood in for a step.
    Degraded,
    /// They were not answered, and it was not their callers' fault.
    Failed,
}

/// The last of what went wrong with the calls of an API in one environment, as one node has counted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lapse {
    pub kind: LapseKind,
    pub environment: Environment,
    /// So many milliseconds ago.
    pub ago: Millis,
    pub code: ErrorCode,
    /// Calls that were answered since, well or degraded.
    pub answered_since: u64,
}

impl Lapse {
    /// Whether nothing was answered since.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.answered_since == 0
    }

    /// What callers got, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let place = if self.environment == Environment::Prod { "" } else { " in test" };
        let what = match self.kind {
            LapseKind::Failed => format!("A request{place} was answered with {}", self.code.status()),
            LapseKind::Degraded => format!("A response{place} was degraded: a step failed with {}", self.code.status()),
        };
        let since = match (self.kind, self.answered_since) {
            (LapseKind::Failed, 0) => " No request was answered since.".to_owned(),
            (LapseKind::Failed, 1) => " One request was answered since.".to_owned(),
            (LapseKind::Failed, count) => format!(" {} requests were answered since.", grouped(count)),
            (LapseKind::Degraded, _) => String::new(),
        };
        format!("{what} ({}).{since}", self.code.key())
    }
}

impl ApiSummary {
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.domain, self.name)
    }

    /// Where it stands, as one word of a closed list.
    #[must_use]
    pub fn standing(&self) -> ApiStanding {
        if self.broken.is_some() {
            return ApiStanding::Broken;
        }
        if !self.live.is_empty() {
            return ApiStanding::Live;
        }
        match self.newest.filter(|_| self.draft.is_none()) {
            _ if self.in_review.is_some() => ApiStanding::InReview,
            _ if self.retired => ApiStanding::Retired,
            Some(VersionState::Rejected) => ApiStanding::Rejected,
            Some(VersionState::Withdrawn) => ApiStanding::Withdrawn,
            _ => ApiStanding::Draft,
        }
    }
}

/// Where an API stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiStanding {
    Broken,
    Live,
    InReview,
    Rejected,
    Withdrawn,
    Draft,
    Retired,
}

impl ApiStanding {
    pub const ALL: [Self; 7] = [Self::Broken, Self::Live, Self::InReview, Self::Rejected, Self::Withdrawn, Self::Draft, Self::Retired];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Live => "live",
            Self::InReview => "in-review",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Draft => "draft",
            Self::Retired => "retired",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Broken => "Cannot be served",
            Self::Live => "Live",
            Self::InReview => "In review",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
            Self::Draft => "Draft",
            Self::Retired => "Retired",
        }
    }
}

/// Everything about one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiDetail {
    pub summary: ApiSummary,
    pub id: String,
    pub created_at: Millis,
    /// Newest first.
    pub versions: Vec<VersionView>,
    /// Apps that may call it.
    pub apps: Vec<super::GrantView>,
    /// Whether everybody can read its documentation.
    #[serde(default)]
    pub documentation: DocumentationMark,
}

impl ApiDetail {
    /// The version that a consumer reads about: the one live in prod, else in test, else the newest.
    #[must_use]
    pub fn shown_version(&self) -> Option<&VersionView> {
        let live = |environment| self.summary.live.iter().find(|live| live.environment == environment);
        let number = live(Environment::Prod).or_else(|| live(Environment::Test)).map(|live| live.version);
        match number {
            Some(number) => self.versions.iter().find(|version| version.number == number),
            None => self.versions.first(),
        }
    }
}

/// A live API that a Union may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Callable {
    pub name: String,
    pub title: String,
    pub kind: ApiKind,
    pub list: bool,
    pub parameters: Vec<Parameter>,
    pub fields: Vec<Field>,
    /// What its fields held in a row that its check saw, for those who may read samples.
    pub sample: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    InReview,
    Approved,
    Rejected,
    Withdrawn,
}

impl VersionState {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::InReview => "in-review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::InReview, Self::Approved, Self::Rejected, Self::Withdrawn].into_iter().find(|state| state.key() == key)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionView {
    pub number: i64,
    pub state: VersionState,
    pub spec: ApiSpec,
    pub author: String,
    pub created_at: Millis,
    /// The environments in which it is live.
    pub live: Vec<Environment>,
    /// The environments for which it was approved, and to which one may go back.
    pub approved_for: Vec<Environment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftView {
    pub domain: String,
    pub name: String,
    pub spec: ApiSpec,
    /// What a save must name; another's save in between is noticed.
    pub edit: i64,
    pub step: String,
    pub updated_by: String,
    pub updated_at: Millis,
    /// Whether a version exists already, so that the name can no longer change.
    pub has_versions: bool,
    /// Why the newest version was rejected, where it was: what this draft has to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<super::Rejection>,
}

/// A kept case, called again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseResult {
    pub name: String,
    pub passed: bool,
    /// What is not as it was; empty where nothing is.
    pub message: String,
}

/// What a check against the real source found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckReport {
    /// What must be mended before it can be sent.
    pub errors: Vec<FieldError>,
    /// What an approver should know.
    pub warnings: Vec<String>,
    /// What it costs that nobody should pay unseen: an approver has to say yes to it.
    #[serde(default)]
    pub costs: Vec<String>,
    /// What the kept cases gave this time.
    #[serde(default)]
    pub cases: Vec<CaseResult>,
    /// The response's fields with the types that the source gives them.
    pub fields: Vec<Field>,
    /// The statement as the source sees it.
    pub sql: String,
    pub plan: QueryPlan,
    pub sample: Sample,
    /// Which settings of the source were checked, as a fingerprint that shows none of them; empty for a Union.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub binding: String,
}
