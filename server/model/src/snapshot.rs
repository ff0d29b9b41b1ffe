//! What a gateway serves from: one immutable, versioned document. It is made by `control`, kept on disk for the day
//! that the metadata store is away, and holds secrets only sealed.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::spec::ApiSpec;

/// The layout of this document; a gateway refuses one that it does not know.
pub const SNAPSHOT_FORMAT: u32 = 1;

/// The environments: a key belongs to one, and it decides the binding and the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Test,
    #[default]
    Prod,
}

impl Environment {
    pub const ALL: [Environment; 2] = [Environment::Test, Environment::Prod];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Prod => "prod",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.key() == key)
    }
}

/// How much an API matters when not all can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    High,
    #[default]
    Medium,
    Low,
}

impl Priority {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Domain × priority: what has its own share of the gateway. Connections are pooled for each.
#[must_use]
pub fn compartment(domain: &str, priority: Priority) -> String {
    format!("{domain}/{}", priority.key())
}

/// Everything that the data plane needs, and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Snapshot {
    pub format: u32,
    pub revision: i64,
    pub sources: Vec<SnapshotSource>,
    pub apis: Vec<SnapshotApi>,
    pub keys: Vec<SnapshotKey>,
    pub grants: Vec<SnapshotGrant>,
}

/// One binding of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSource {
    pub name: String,
    pub domain: String,
    pub environment: Environment,
    pub driver: String,
    /// The connector's own settings as JSON text; no secrets.
    pub config: String,
    /// The secrets, sealed under the master key.
    pub secret: Vec<u8>,
}

/// One version that can be called: the live one of an environment, or one that a caller may pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotApi {
    pub id: String,
    pub domain: String,
    pub name: String,
    pub environment: Environment,
    pub version: i64,
    /// Answers `/api/<domain>/<name>`; the others answer only to their number.
    pub live: bool,
    #[serde(default)]
    pub priority: Priority,
    pub spec: ApiSpec,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotKey {
    /// The public part of the key, by which it is looked up.
    pub id: String,
    /// SHA-256 of the whole key, in hex.
    pub hash: String,
    pub app: String,
    pub app_id: String,
    pub environment: Environment,
    pub expires_at: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotGrant {
    pub app_id: String,
    pub api_id: String,
    pub expires_at: Option<Millis>,
}
