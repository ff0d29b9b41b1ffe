//! What an API is: the immutable definition that a version freezes.

use serde::{Deserialize, Serialize};

use crate::form::QueryForm;
use crate::table::TableRef;
use crate::{DataType, Parameter};

/// The defaults of [`Policy`], and the bounds that a form may set.
pub const DEFAULT_TIMEOUT_MS: u32 = 5_000;
pub const MAX_TIMEOUT_MS: u32 = 30_000;
pub const DEFAULT_MAX_ROWS: u32 = 10_000;
pub const MAX_MAX_ROWS: u32 = 100_000;
pub const DEFAULT_PAGE_SIZE: u32 = 20;
pub const MAX_PAGE_SIZE: u32 = 1_000;

/// The whole definition of one version of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiSpec {
    /// One line for a consumer: what one call gives.
    #[serde(default)]
    pub title: String,
    /// The source, by name; each environment binds it to its own server.
    pub source: String,
    #[serde(flatten)]
    pub body: ApiBody,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// What an answer's row holds, in order.
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub policy: Policy,
}

/// What kind of API it is, and what only that kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ApiBody {
    /// One row by its key. Each key column is a required parameter of the field's name.
    Kv(KvBody),
    /// A list of rows out of one read-only statement.
    Sql(SqlBody),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KvBody {
    pub table: TableRef,
    /// The columns that a row is looked up by; together unique and never empty.
    pub key: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SqlBody {
    #[serde(flatten)]
    pub query: Query,
    /// How many rows a page holds; absent means one answer of at most `policy.max_rows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
}

/// The two views of a statement: a form, or a script in the source's own dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Query {
    Form(QueryForm),
    /// SQL with `:name` parameters and `[[ … ]]` around what vanishes with its parameters.
    Script(String),
}

/// One field of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What the caller sees.
    pub name: String,
    /// The column of the table, or of the statement's result, that it comes from.
    pub column: String,
    #[serde(rename = "type", default)]
    pub data_type: DataType,
    #[serde(default)]
    pub nullable: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// An int64 as a JSON string, for readers that round wide numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_string: bool,
}

/// Bounds of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How long the source may take, in milliseconds.
    pub timeout_ms: u32,
    /// The most rows of one answer; more are cut, and the answer says so.
    pub max_rows: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { timeout_ms: DEFAULT_TIMEOUT_MS, max_rows: DEFAULT_MAX_ROWS }
    }
}

/// The kind as it is said and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    Kv,
    Sql,
}

impl ApiKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Sql => "sql",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kv => "Key to one row",
            Self::Sql => "Question to a list of rows",
        }
    }
}

impl ApiSpec {
    /// An empty definition of a kind, to be filled in by the form.
    #[must_use]
    pub fn empty(kind: ApiKind) -> Self {
        let body = match kind {
            ApiKind::Kv => ApiBody::Kv(KvBody::default()),
            ApiKind::Sql => ApiBody::Sql(SqlBody { query: Query::Form(QueryForm::default()), page_size: Some(DEFAULT_PAGE_SIZE) }),
        };
        Self { title: String::new(), source: String::new(), body, parameters: Vec::new(), fields: Vec::new(), policy: Policy::default() }
    }

    #[must_use]
    pub fn kind(&self) -> ApiKind {
        match self.body {
            ApiBody::Kv(_) => ApiKind::Kv,
            ApiBody::Sql(_) => ApiKind::Sql,
        }
    }

    /// The table that the form reads; `None` for a script.
    #[must_use]
    pub fn table(&self) -> Option<&TableRef> {
        match &self.body {
            ApiBody::Kv(kv) => Some(&kv.table),
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => Some(&form.table),
            ApiBody::Sql(_) => None,
        }
    }

    #[must_use]
    pub fn page_size(&self) -> Option<u32> {
        match &self.body {
            ApiBody::Kv(_) => None,
            ApiBody::Sql(sql) => sql.page_size,
        }
    }

    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The statement of this API in a dialect, as a script with `:name` parameters and `[[ … ]]`.
    #[must_use]
    pub fn script(&self, dialect: crate::dialect::Dialect) -> String {
        match &self.body {
            ApiBody::Kv(kv) => crate::form::kv_script(kv, &self.fields, dialect),
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => form.script(&self.parameters, dialect),
            ApiBody::Sql(SqlBody { query: Query::Script(text), .. }) => text.clone(),
        }
    }
}
