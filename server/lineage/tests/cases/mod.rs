//! The texts with their truth, as files: `texts/NN-name.sql`, and beside it a `.yaml` written by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lineage::{Columns, Edges, How, Lineage, TableName, Unknown};
use model::dialect::Dialect;
use serde::Deserialize;

/// The tables whose columns are known, by `schema.name`.
pub(crate) struct Schema(pub(crate) BTreeMap<String, Vec<String>>);

impl Columns for Schema {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        self.0.get(&table.path()).cloned()
    }
}

/// The columns that take part, each in `table.column`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct TrueEdges {
    pub(crate) direct: Vec<String>,
    pub(crate) filter: Vec<String>,
    pub(crate) join: Vec<String>,
    pub(crate) group: Vec<String>,
    pub(crate) sort: Vec<String>,
    pub(crate) unknown: Vec<TrueUnknown>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrueUnknown {
    pub(crate) how: String,
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) at: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct TrueOutput {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) rest: bool,
    #[serde(flatten)]
    pub(crate) edges: TrueEdges,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Truth {
    pub(crate) dialect: Dialect,
    pub(crate) outputs: Vec<TrueOutput>,
    #[serde(default)]
    pub(crate) rows: TrueEdges,
    /// Only where a text is about which tables are read.
    #[serde(default)]
    pub(crate) tables: Option<Vec<String>>,
    /// By the name of a column, or `*` for the text: why sqlglot says something else.
    #[serde(default)]
    pub(crate) sqlglot: BTreeMap<String, String>,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) truth: Truth,
}

fn texts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts")
}

pub(crate) fn schema() -> Schema {
    Schema(serde_norway::from_str(&std::fs::read_to_string(texts().join("schema.yaml")).unwrap()).unwrap())
}

/// All of them, by name.
pub(crate) fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = std::fs::read_dir(texts())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .map(|path| {
            let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let truth = path.with_extension("yaml");
            Case {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                sql: read(&path),
                truth: serde_norway::from_str(&read(&truth)).unwrap_or_else(|error| panic!("{}: {error}", truth.display())),
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl TrueEdges {
    /// In the order in which edges are said.
    pub(crate) fn in_order(mut self) -> Self {
        [&mut self.direct, &mut self.filter, &mut self.join, &mut self.group, &mut self.sort].into_iter().for_each(|list| list.sort());
        self.unknown.sort();
        self
    }

    fn said(edges: &Edges) -> Self {
        let of = |how: How| edges.of(how).map(|source| format!("{}.{}", source.table.path(), source.column)).collect();
        let unknown = |unknown: &Unknown| TrueUnknown {
            how: unknown.how.key().to_owned(),
            reason: unknown.reason.to_string(),
            at: unknown.place.map(|place| place.to_string()),
        };
        let said = Self {
            direct: of(How::Direct),
            filter: of(How::Filter),
            join: of(How::Join),
            group: of(How::Group),
            sort: of(How::Sort),
            unknown: edges.unknown.iter().map(unknown).collect(),
        };
        said.in_order()
    }
}

/// What is said of a text, in the form of its truth.
pub(crate) struct Said {
    pub(crate) outputs: Vec<TrueOutput>,
    pub(crate) rows: TrueEdges,
    pub(crate) tables: Vec<String>,
}

impl Said {
    pub(crate) fn of(lineage: &Lineage) -> Self {
        let output = |output: &lineage::Output| TrueOutput {
            name: output.name.clone(),
            rest: output.is_rest,
            edges: TrueEdges::said(&output.edges),
        };
        Self {
            outputs: lineage.outputs.iter().map(output).collect(),
            rows: TrueEdges::said(&lineage.rows),
            tables: lineage.tables.iter().map(TableName::path).collect(),
        }
    }
}
