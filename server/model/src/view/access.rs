use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::limit::Rate;
use crate::snapshot::Environment;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppView {
    pub domain: String,
    pub name: String,
    pub owner: String,
    pub created_at: Millis,
    /// Origins of pages whose scripts may call with its key.
    #[serde(default)]
    pub origins: Vec<String>,
    pub keys: Vec<KeyView>,
    pub issuers: Vec<super::IssuerView>,
    pub grants: Vec<GrantView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyView {
    /// The public part.
    pub id: String,
    pub environment: Environment,
    pub created_by: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    /// Whether its end has come.
    #[serde(default)]
    pub expired: bool,
    pub revoked_at: Option<Millis>,
}

impl KeyView {
    /// Whether requests with it are let in.
    #[must_use]
    pub fn works(&self) -> bool {
        self.revoked_at.is_none() && !self.expired
    }
}

/// A key, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewKey {
    pub id: String,
    pub secret: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantView {
    pub app_domain: String,
    pub app: String,
    pub api_domain: String,
    pub api: String,
    pub granted_by: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    /// Whether its end has come.
    #[serde(default)]
    pub expired: bool,
    /// Requests of this app to this API.
    pub limit: Option<Rate>,
    /// Fields that the app does not get.
    pub hidden: Vec<String>,
}
