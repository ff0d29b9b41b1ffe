//! How an asset is named: `table:flights-db/flights`, `column:dataset:travel/hangar#tailnum`.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::asset::AssetKind;
use crate::table::TableRef;

/// The path of an asset. As text, `:` ends the kind, and `#` begins the column. In the name of a table, `%` is written `%25` and `#` is
/// written `%23`, so that every text of a path is read back as the path that it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AssetPath {
    Source {
        source: String,
    },
    /// The table is named as [`TableRef::path`] writes it.
    Table {
        source: String,
        table: String,
    },
    Column {
        parent: Box<AssetPath>,
        column: String,
    },
    Dataset {
        domain: String,
        name: String,
    },
    Job {
        domain: String,
        name: String,
    },
    Api {
        domain: String,
        name: String,
    },
    App {
        domain: String,
        name: String,
    },
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AssetPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssetPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "examples": ["api:travel/plane", "column:table:flights-db/planes#tailnum"]})
    }
}

/// A text that is no path of an asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no path of an asset. A path is written as in api:travel/plane or column:table:flights-db/planes#tailnum.")]
pub struct BadPath(String);

impl AssetPath {
    #[must_use]
    pub fn source(source: &str) -> Self {
        Self::Source { source: source.into() }
    }

    #[must_use]
    pub fn table(source: &str, table: &TableRef) -> Self {
        Self::Table { source: source.into(), table: table.path() }
    }

    /// A table of a source whose settings name a schema, or mean one: its own tables have no schema in their paths, however a definition
    /// writes them.
    #[must_use]
    pub fn table_in(source: &str, table: &TableRef, own_schema: &str) -> Self {
        if table.schema == own_schema { Self::table(source, &TableRef::new(&table.name)) } else { Self::table(source, table) }
    }

    #[must_use]
    pub fn dataset(domain: &str, name: &str) -> Self {
        Self::Dataset { domain: domain.into(), name: name.into() }
    }

    /// The job that builds the dataset of this name.
    #[must_use]
    pub fn job(domain: &str, name: &str) -> Self {
        Self::Job { domain: domain.into(), name: name.into() }
    }

    #[must_use]
    pub fn api(domain: &str, name: &str) -> Self {
        Self::Api { domain: domain.into(), name: name.into() }
    }

    #[must_use]
    pub fn app(domain: &str, name: &str) -> Self {
        Self::App { domain: domain.into(), name: name.into() }
    }

    /// A column of this asset.
    #[must_use]
    pub fn column(&self, column: &str) -> Self {
        Self::Column { parent: Box::new(self.clone()), column: column.into() }
    }

    #[must_use]
    pub fn kind(&self) -> AssetKind {
        match self {
            Self::Source { .. } => AssetKind::Source,
            Self::Table { .. } => AssetKind::Table,
            Self::Column { .. } => AssetKind::Column,
            Self::Dataset { .. } => AssetKind::Dataset,
            Self::Job { .. } => AssetKind::Job,
            Self::Api { .. } => AssetKind::Api,
            Self::App { .. } => AssetKind::App,
        }
    }

    /// What it is called where its parent is known: the name of the column, the table as the source names it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Source { source } => source,
            Self::Table { table, .. } => table,
            Self::Column { column, .. } => column,
            Self::Dataset { name, .. } | Self::Job { name, .. } | Self::Api { name, .. } | Self::App { name, .. } => name,
        }
    }

    /// The asset that it is part of: of a column its table, dataset or API, of a table its source, of a job its dataset.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Column { parent, .. } => Some((**parent).clone()),
            Self::Table { source, .. } => Some(Self::source(source)),
            Self::Job { domain, name } => Some(Self::dataset(domain, name)),
            Self::Source { .. } | Self::Dataset { .. } | Self::Api { .. } | Self::App { .. } => None,
        }
    }

    /// Its name in parts, the widest first: `flights-db`, `public.flights`, `tailnum`.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        match self {
            Self::Source { source } => vec![source.clone()],
            Self::Table { source, table } => vec![source.clone(), table.clone()],
            Self::Column { parent, column } => {
                let mut parts = parent.parts();
                parts.push(column.clone());
                parts
            }
            Self::Dataset { domain, name } | Self::Job { domain, name } | Self::Api { domain, name } | Self::App { domain, name } => {
                vec![domain.clone(), name.clone()]
            }
        }
    }
}

impl Display for AssetPath {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:", self.kind().key())?;
        match self {
            Self::Source { source } => out.write_str(source),
            Self::Table { source, table } => write!(out, "{source}/{}", escaped(table)),
            Self::Column { parent, column } => write!(out, "{parent}#{column}"),
            Self::Dataset { domain, name } | Self::Job { domain, name } | Self::Api { domain, name } | Self::App { domain, name } => {
                write!(out, "{domain}/{name}")
            }
        }
    }
}

impl FromStr for AssetPath {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        read(text).ok_or_else(|| BadPath(text.chars().take(200).collect()))
    }
}

impl TryFrom<String> for AssetPath {
    type Error = BadPath;

    fn try_from(text: String) -> Result<Self, BadPath> {
        text.parse()
    }
}

impl From<AssetPath> for String {
    fn from(path: AssetPath) -> Self {
        path.to_string()
    }
}

fn read(text: &str) -> Option<AssetPath> {
    // No database has it in a text.
    let (kind, rest) = text.split_once(':').filter(|_| !text.contains('\0'))?;
    let kind = AssetKind::from_key(kind)?;
    if kind == AssetKind::Column {
        let (parent, column) = rest.split_once('#')?;
        let parent = read(parent).filter(|parent| parent.kind().has_columns())?;
        return (!column.is_empty()).then(|| parent.column(column));
    }
    if kind == AssetKind::Source {
        let is_name = !rest.is_empty() && !rest.contains(['/', '#']);
        return is_name.then(|| AssetPath::source(rest));
    }
    let (place, name) = rest.split_once('/').filter(|(place, name)| !place.is_empty() && !name.is_empty() && !rest.contains('#'))?;
    Some(match kind {
        AssetKind::Table => AssetPath::Table { source: place.into(), table: unescaped(name)? },
        AssetKind::Dataset => AssetPath::dataset(place, name),
        AssetKind::Job => AssetPath::job(place, name),
        AssetKind::Api => AssetPath::api(place, name),
        AssetKind::App => AssetPath::app(place, name),
        AssetKind::Source | AssetKind::Column => return None,
    })
}

fn escaped(table: &str) -> String {
    table.replace('%', "%25").replace('#', "%23")
}

/// Nothing for a percent sign that [`escaped`] does not write.
fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sign, rest) = part.strip_prefix("25").map(|rest| ('%', rest)).or_else(|| part.strip_prefix("23").map(|rest| ('#', rest)))?;
        out.push(sign);
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_people_know_it() {
        let table = AssetPath::table("flights-db", &TableRef { schema: "public".into(), name: "flights".into() });
        let hangar = AssetPath::dataset("travel", "hangar");
        for (path, text) in [
            (AssetPath::source("flights-db"), "source:flights-db"),
            (table.clone(), "table:flights-db/public.flights"),
            (table.column("tailnum"), "column:table:flights-db/public.flights#tailnum"),
            (hangar.column("a#b:c"), "column:dataset:travel/hangar#a#b:c"),
            (AssetPath::job("travel", "hangar"), "job:travel/hangar"),
            (AssetPath::api("travel", "plane").column("x"), "column:api:travel/plane#x"),
            (AssetPath::app("travel", "demo-app"), "app:travel/demo-app"),
            (AssetPath::table("files", &TableRef::new("a/100%#1.csv")).column("#"), "column:table:files/a/100%25%231.csv##"),
        ] {
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path.clone()));
            assert_eq!(serde_json::from_value::<AssetPath>(serde_json::to_value(&path).unwrap()).unwrap(), path);
        }
        let written = TableRef { schema: "public".into(), name: "flights".into() };
        assert_eq!(AssetPath::table_in("flights-db", &written, "public").to_string(), "table:flights-db/flights");
        assert_eq!(AssetPath::table_in("flights-db", &written, ""), table);
        assert_eq!(table.column("tailnum").parent(), Some(table.clone()));
        assert_eq!(table.column("tailnum").parts(), ["flights-db", "public.flights", "tailnum"]);
        assert_eq!(AssetPath::job("travel", "hangar").parent(), Some(hangar));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "flights-db",
            "source:",
            "source:a/b",
            "table:a",
            "table:a/",
            "table:/b",
            "table:a/%2",
            "table:a/b#c",
            "union:a/b",
            "column:source:a#b",
            "column:app:a/b#c",
            "column:column:api:a/b#c#d",
            "column:api:a/b",
            "column:api:a/b#",
            "api:plane",
            "column:api:a/b#c\0d",
        ] {
            assert_eq!(text.parse::<AssetPath>(), Err(BadPath(text.into())), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_name_comes_back(source in "[a-z][a-z0-9-]{0,8}", schema in "[^.\\x00]{0,6}", name in "\\PC{1,12}", column in "\\PC{1,12}") {
            let path = AssetPath::table(&source, &TableRef { schema, name }).column(&column);
            proptest::prop_assert_eq!(path.to_string().parse::<AssetPath>(), Ok(path));
        }
    }
}
