use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::{Action, Role, Scope};

/// Who is signed in, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    pub email: String,
    pub is_admin: bool,
    /// Roles by domain. An admin has every domain in it.
    pub domains: BTreeMap<String, Vec<Role>>,
    /// Requests that this person can decide on.
    pub to_decide: i64,
    /// Alerts that fire in the domains of this person, and that nobody has acknowledged.
    #[serde(default)]
    pub firing: i64,
    /// The revision that the metadata is at, and how many gateways serve it of how many.
    pub revision: i64,
    pub nodes: Vec<NodeView>,
    /// What forms of this session carry that set a role, a right or a secret; empty where there is no session.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub form_token: String,
}

impl Me {
    /// Whether this person may do something in a domain. Says what to show; the server decides again.
    #[must_use]
    pub fn can(&self, action: Action, domain: &str) -> bool {
        self.is_admin || self.domains.get(domain).is_some_and(|roles| roles.iter().any(|role| action.allowed_to(*role)))
    }

    /// The domains in which this person may do something.
    #[must_use]
    pub fn domains_where(&self, action: Action) -> Vec<String> {
        self.domains.keys().filter(|domain| self.can(action, domain)).cloned().collect()
    }
}

/// One gateway: the revision that it serves, and what it cannot serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeView {
    pub id: String,
    pub revision: i64,
    /// Paths of APIs whose plan did not compile, with the reason of each.
    pub broken: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserView {
    pub id: String,
    pub email: String,
    pub is_admin: bool,
    pub active: bool,
    /// Whether a password has been set; otherwise the invitation is still open.
    pub joined: bool,
    pub roles: Vec<Membership>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    pub user_id: String,
    pub email: String,
    pub domain: String,
    pub roles: Vec<Role>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DomainView {
    pub name: String,
    pub title: String,
    pub members: Vec<Membership>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionView {
    pub id: String,
    /// The browser, as it names itself.
    pub agent: String,
    pub created_at: Millis,
    pub seen_at: Millis,
    /// The one that asks.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenView {
    pub id: String,
    pub name: String,
    /// What the token may do of what its person may.
    pub scopes: Vec<Scope>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// A token's secret, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewToken {
    pub id: String,
    pub secret: String,
}

/// A link that lets a person choose a password, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewLink {
    pub path: String,
    pub expires_at: Millis,
}
