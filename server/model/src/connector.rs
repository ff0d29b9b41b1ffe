//! A connector as data: what it is called and what its form asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;

/// The setting of a binding by which an owner lets datasets be written into it, and its value then.
pub const WRITE: &str = "write";
pub const MAY_WRITE: &str = "yes";

/// One field of a connector's form: the portal draws it, the server checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfigField {
    pub key: String,
    pub label: String,
    pub help: String,
    pub placeholder: String,
    pub required: bool,
    /// Text of several lines, such as a certificate.
    #[serde(default)]
    pub lines: bool,
    /// Sealed before it is kept, and never sent back to a browser.
    pub secret: bool,
    /// The only values allowed, where there are any.
    pub choices: Vec<String>,
    /// What a change of it can do.
    #[serde(default)]
    pub effect: Effect,
    /// Only asked where another field has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<OnlyFor>,
}

/// What a change of a setting can do. A field says it itself; without a word it is part of the endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Who is spoken to, as whom, and how it is proved: a stored secret was given for this endpoint and for no other.
    #[default]
    Endpoint,
    /// Which rows there are or how they are read. Secrets go where they went before.
    Rows,
    /// Neither: no answer can be another one.
    Neither,
}

/// See [`ConfigField::only_for`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OnlyFor {
    pub key: String,
    pub values: Vec<String>,
}

impl ConfigField {
    #[must_use]
    pub fn new(key: &str, label: &str, help: &str, placeholder: &str) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            help: help.into(),
            placeholder: placeholder.into(),
            required: false,
            lines: false,
            secret: false,
            choices: Vec::new(),
            effect: Effect::Endpoint,
            only_for: None,
        }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn only_for(mut self, key: &str, values: &[&str]) -> Self {
        self.only_for = Some(OnlyFor { key: key.into(), values: values.iter().map(|value| (*value).into()).collect() });
        self
    }

    #[must_use]
    pub fn lines(mut self) -> Self {
        self.lines = true;
        self
    }

    /// A secret proves the user that another setting names, so another one for the same user changes no answer.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self.effect = Effect::Neither;
        self
    }

    /// See [`Effect::Rows`].
    #[must_use]
    pub fn decides_rows(mut self) -> Self {
        self.effect = Effect::Rows;
        self
    }

    /// See [`Effect::Neither`].
    #[must_use]
    pub fn decides_nothing(mut self) -> Self {
        self.effect = Effect::Neither;
        self
    }

    /// Whether a form with these settings asks for it.
    #[must_use]
    pub fn is_asked(&self, settings: &BTreeMap<String, String>) -> bool {
        let fits = |only: &OnlyFor| settings.get(&only.key).is_some_and(|value| only.values.iter().any(|one| one == value.trim()));
        self.only_for.as_ref().is_none_or(fits)
    }
}

/// What the user of a source may do that reading tables does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    Superuser,
    /// It reaches files or programs of the server, or other machines.
    Files,
    Writes,
}

impl Excess {
    /// What it is, and what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Superuser => {
                "The user of this source has all rights on the server. Use a user that can only read the tables of its APIs."
            }
            Self::Files => {
                "The user of this source can read or write files of the server, or reach other machines through it. Revoke these rights."
            }
            Self::Writes => "The user of this source can change tables. APIs and datasets only read: grant SELECT alone.",
        }
    }
}

/// A kind of source that can be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorInfo {
    pub driver: String,
    pub title: String,
    pub dialect: Dialect,
    pub form: Vec<ConfigField>,
}
