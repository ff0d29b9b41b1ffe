//! What a gateway serves from: one immutable, versioned document. It is made by `control`, kept on disk for the day
//! that the metadata store is away, and holds secrets only sealed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::dataset::{RegisterField, StoreKind};
use crate::limit::Rate;
use crate::spec::ApiSpec;

/// The layout of this document; a gateway refuses one that it does not know.
pub const SNAPSHOT_FORMAT: u32 = 2;

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
    pub const ALL: [Priority; 3] = [Self::High, Self::Medium, Self::Low];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.key() == key)
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
    /// Gateways that share the limits: each takes its part of them.
    pub gateways: u32,
    pub sources: Vec<Arc<SnapshotSource>>,
    /// In the order of [`SnapshotApi::place`]; shared with the snapshot before, where nothing about an API has changed.
    pub apis: Vec<Arc<SnapshotApi>>,
    pub datasets: Vec<Arc<SnapshotDataset>>,
    pub keys: Arc<[SnapshotKey]>,
    pub issuers: Vec<SnapshotIssuer>,
    pub grants: Arc<[SnapshotGrant]>,
    pub compartments: Vec<SnapshotCompartment>,
    /// Of the apps that name some.
    #[serde(default)]
    pub origins: Vec<SnapshotOrigins>,
}

/// The origins of pages whose scripts may read what an app is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotOrigins {
    pub app_id: String,
    pub origins: Vec<String>,
}

/// The live dataset version of a dataset in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotDataset {
    pub id: String,
    pub domain: String,
    pub name: String,
    pub environment: Environment,
    pub store: StoreKind,
    /// The dataset version: its number, as people see it, and its id, by which the store finds it.
    pub version: i64,
    pub version_id: String,
    /// As they were when this dataset version was built.
    pub key: Vec<String>,
    pub register: Vec<RegisterField>,
}

/// Somebody whose signed tokens stand for an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotIssuer {
    pub id: String,
    pub app: String,
    pub app_id: String,
    pub environment: Environment,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` that a token must name.
    pub audience: String,
    /// The shared secret of HS256, sealed under the master key; empty where it signs with keys of its own.
    pub secret: Vec<u8>,
    /// Its public keys as a JSON Web Key Set; empty where it signs with a shared secret.
    pub jwks: String,
    /// Parameters that a caller with such a token cannot choose.
    pub fixed: BTreeMap<String, String>,
}

/// The limit of one compartment; those that are not named have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotCompartment {
    pub domain: String,
    pub priority: Priority,
    pub limit: Rate,
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
    pub switches: Switches,
    pub spec: ApiSpec,
}

impl SnapshotApi {
    /// Its place in the list of a snapshot.
    #[must_use]
    pub fn place(&self) -> (&str, &str, Environment, i64) {
        (&self.domain, &self.name, self.environment, self.version)
    }
}

/// What must change at once: the live, audited record beside the immutable definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Switches {
    pub priority: Priority,
    /// Requests of everybody together; `None` has no bound.
    pub limit: Option<Rate>,
    /// Raised by a purge: what was kept under a lower number is not looked at again.
    pub cache_epoch: i64,
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
    /// Requests of this app to this API.
    #[serde(default)]
    pub limit: Option<Rate>,
    /// What this app does not get, by the identities of `model::hidden`; snapshots of older programs have names alone.
    #[serde(default)]
    pub hidden: Vec<String>,
}

/// What the sealed secret of an issuer is bound to.
#[must_use]
pub fn issuer_place(id: &str) -> String {
    format!("issuer/{id}")
}
