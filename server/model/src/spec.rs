//! What an API is: the immutable definition that a version freezes.

use std::collections::BTreeMap;

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::form::QueryForm;
use crate::table::TableRef;
use crate::union::{Shape, UnionBody};
use crate::{DataType, Parameter};

/// The defaults of [`Policy`], and the bounds that a form may set.
pub const DEFAULT_TIMEOUT_MS: u32 = 5_000;
pub const MAX_TIMEOUT_MS: u32 = 30_000;
pub const DEFAULT_MAX_ROWS: u32 = 10_000;
pub const MAX_MAX_ROWS: u32 = 10_000_000;
/// Bytes of one response, before compression.
pub const DEFAULT_MAX_BYTES: u64 = 64 << 20;
pub const MIN_MAX_BYTES: u64 = 1 << 20;
pub const MAX_MAX_BYTES: u64 = 16 << 30;
pub const DEFAULT_PAGE_SIZE: u32 = 20;
pub const MAX_PAGE_SIZE: u32 = 1_000;
/// The longest that a response may be kept: a day.
pub const MAX_CACHE_MS: u32 = 86_400_000;
/// Keys of one batch.
pub const MAX_BATCH_KEYS: usize = 1_000;
/// The forms that a list can be asked for in.
pub const ANSWER_FORMATS: [&str; 7] = ["json", "columns", "ndjson", "csv", "excel", "parquet", "arrow"];

/// The whole definition of one version of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiSpec {
    /// One line for a consumer: what one call gives.
    #[serde(default)]
    pub title: String,
    /// The source, by name; each environment binds it to its own server. A Union has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(flatten)]
    pub body: ApiBody,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// What a response's row holds, in order.
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub policy: Policy,
    /// Where rows are read: the source itself, or a dataset made from it. There is no silent fall-back between them.
    #[serde(default, skip_serializing_if = "ServeFrom::is_source")]
    pub serve_from: ServeFrom,
    /// Calls whose answers must stay what they are: run at each check, and before a release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

/// The members of a stored definition, those of each kind among them. The kinds' own stand flat beside the others, where serde itself
/// cannot refuse what it does not know.
const MEMBERS: [&str; 16] = [
    "title",
    "source",
    "kind",
    "table",
    "key",
    "form",
    "script",
    "page_size",
    "keyset",
    "steps",
    "shape",
    "parameters",
    "fields",
    "policy",
    "serve_from",
    "cases",
];

impl ApiSpec {
    /// Reads what stands in a row. What a newer program has written beside what this one knows would be lost when it is written again,
    /// and may say what must not be left out: it is refused, here as in every part that is stored.
    ///
    /// # Errors
    /// A text that is no definition, or that has a member which is not known.
    pub fn read_stored(text: &str) -> Result<Self, serde_json::Error> {
        let members: BTreeMap<String, IgnoredAny> = serde_json::from_str(text)?;
        match members.keys().find(|member| !MEMBERS.contains(&member.as_str())) {
            Some(unknown) => Err(serde_json::Error::custom(format_args!("unknown field `{unknown}`"))),
            None => serde_json::from_str(text),
        }
    }
}

/// The most cases of one API.
pub const MAX_CASES: usize = 20;

/// A request and what it answered when it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// As they would stand in a query; a list with commas.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    pub status: u16,
    /// SHA-256 of the response's body, in hexadecimal; without it, only the status counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// See [`ApiSpec::serve_from`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ServeFrom {
    #[default]
    Source,
    /// A dataset of the API's own domain, by name; key-value APIs alone.
    Dataset(String),
}

impl ServeFrom {
    #[must_use]
    pub fn is_source(&self) -> bool {
        matches!(self, Self::Source)
    }

    #[must_use]
    pub fn dataset(&self) -> Option<&str> {
        match self {
            Self::Source => None,
            Self::Dataset(name) => Some(name),
        }
    }
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
    /// Several live APIs asked as one.
    Union(UnionBody),
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
    /// How many rows a page holds; absent means one response of at most `policy.max_rows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// Pages begin behind the last row of the one before, by what rows are sorted by, and not at an offset: nothing is
    /// given twice or left out while rows come and go, and a far page costs what the first one does. By form alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keyset: bool,
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

/// One field of the response.
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
    /// The source's own type of a field that pages begin behind, where ours does not say enough: found by the check.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_type: String,
    /// Its number in the protobuf message, given when a version is frozen; 0 before that.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u32,
}

impl Field {
    /// A column under its own name, and nothing else said of it.
    #[must_use]
    pub fn plain(name: impl Into<String>, data_type: DataType) -> Self {
        let name = name.into();
        Self { column: name.clone(), name, data_type, ..Self::default() }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape that serde asks for
pub(crate) fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Bounds of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How long the source may take, in milliseconds.
    pub timeout_ms: u32,
    /// The most rows of one response; more are cut, and the response says so.
    pub max_rows: u32,
    /// The most bytes of one response, before compression. A larger one is an error where nothing was sent yet, and an
    /// aborted stream after. Responses that are made whole before they are sent are never larger than the default.
    #[serde(skip_serializing_if = "is_default_bytes")]
    pub max_bytes: u64,
    /// Settings of the response cache; absent means that every request reads the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CachePolicy>,
    /// Callers get all fields; without it they may ask for fewer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole_rows: bool,
    /// A cell that is not of its field's type is null; without it, it is an error with its row and column. Of servers that have SQL alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreadable_as_null: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            timeout_ms: DEFAULT_TIMEOUT_MS,
            max_rows: DEFAULT_MAX_ROWS,
            max_bytes: DEFAULT_MAX_BYTES,
            cache: None,
            whole_rows: false,
            unreadable_as_null: false,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape that serde asks for
fn is_default_bytes(bytes: &u64) -> bool {
    *bytes == DEFAULT_MAX_BYTES
}

/// Levels and times of the response cache. Entries differ by parameters and dataset version, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CachePolicy {
    /// In the memory of each node.
    pub memory: bool,
    /// In the operator's Redis, shared by all nodes.
    pub redis: bool,
    /// Answers in Redis are compressed.
    pub compress: bool,
    /// How long a response is fresh, in milliseconds.
    pub ttl_ms: u32,
    /// How much longer it may be given while a new one is fetched, in milliseconds.
    pub stale_ms: u32,
    /// How long "there is no such row" is believed, in milliseconds; 0 asks every time.
    pub negative_ms: u32,
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self { memory: true, redis: false, compress: false, ttl_ms: 60_000, stale_ms: 0, negative_ms: 0 }
    }
}

/// The kind as it is said and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    Kv,
    Sql,
    Union,
}

impl ApiKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Sql => "sql",
            Self::Union => "union",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Kv, Self::Sql, Self::Union].into_iter().find(|kind| kind.key() == key)
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kv => "Key lookup",
            Self::Sql => "Query",
            Self::Union => "Union (composite API)",
        }
    }
}

impl ApiSpec {
    /// An empty definition of a kind, to be filled in by the form.
    #[must_use]
    pub fn empty(kind: ApiKind) -> Self {
        let body = match kind {
            ApiKind::Kv => ApiBody::Kv(KvBody::default()),
            ApiKind::Union => ApiBody::Union(UnionBody::default()),
            ApiKind::Sql => {
                ApiBody::Sql(SqlBody { query: Query::Form(QueryForm::default()), page_size: Some(DEFAULT_PAGE_SIZE), keyset: false })
            }
        };
        Self {
            title: String::new(),
            source: String::new(),
            body,
            parameters: Vec::new(),
            fields: Vec::new(),
            policy: Policy::default(),
            serve_from: ServeFrom::Source,
            cases: Vec::new(),
        }
    }

    #[must_use]
    pub fn kind(&self) -> ApiKind {
        match self.body {
            ApiBody::Kv(_) => ApiKind::Kv,
            ApiBody::Sql(_) => ApiKind::Sql,
            ApiBody::Union(_) => ApiKind::Union,
        }
    }

    /// The table that the form reads; `None` for a script.
    #[must_use]
    pub fn table(&self) -> Option<&TableRef> {
        match &self.body {
            ApiBody::Kv(kv) => Some(&kv.table),
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => Some(&form.table),
            ApiBody::Sql(_) | ApiBody::Union(_) => None,
        }
    }

    #[must_use]
    pub fn page_size(&self) -> Option<u32> {
        match &self.body {
            ApiBody::Kv(_) | ApiBody::Union(_) => None,
            ApiBody::Sql(sql) => sql.page_size,
        }
    }

    /// The fields that a page begins behind, in their order, with whether each falls; empty where pages have offsets.
    #[must_use]
    pub fn keyset(&self) -> Vec<(&Field, bool)> {
        let ApiBody::Sql(SqlBody { query: Query::Form(form), keyset: true, page_size: Some(_) }) = &self.body else {
            return Vec::new();
        };
        let field = |sort: &crate::form::Sort| Some((self.fields.iter().find(|field| field.name == sort.field)?, sort.descending));
        form.sort.iter().filter_map(field).collect()
    }

    #[must_use]
    pub fn union(&self) -> Option<&UnionBody> {
        match &self.body {
            ApiBody::Union(union) => Some(union),
            _ => None,
        }
    }

    /// Whether a response is a list of rows, and not one object.
    #[must_use]
    pub fn gives_list(&self) -> bool {
        match &self.body {
            ApiBody::Kv(_) => false,
            ApiBody::Sql(_) => true,
            ApiBody::Union(union) => union.gives_list(),
        }
    }

    /// The step whose whole response stands in a field; `None` for a field of a value.
    #[must_use]
    pub fn step_of(&self, field: &Field) -> Option<&crate::union::Step> {
        self.union().filter(|union| union.shape == Shape::Named)?.step(&field.column)
    }

    /// The number of a field in the protobuf message; by position in versions frozen before numbers were kept.
    #[must_use]
    pub fn field_number(&self, index: usize) -> u32 {
        numbered(self.fields.get(index).map(|field| field.number), index)
    }

    /// The number of a parameter in the protobuf request.
    #[must_use]
    pub fn parameter_number(&self, index: usize) -> u32 {
        numbered(self.parameters.get(index).map(|parameter| parameter.number), index)
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
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => form.script(&self.parameters, &self.fields, dialect),
            ApiBody::Sql(SqlBody { query: Query::Script(text), .. }) => text.clone(),
            ApiBody::Union(_) => String::new(),
        }
    }
}

fn numbered(given: Option<u32>, index: usize) -> u32 {
    given.filter(|number| *number > 0).unwrap_or_else(|| u32::try_from(index).unwrap_or(u32::MAX - 1) + 1)
}
