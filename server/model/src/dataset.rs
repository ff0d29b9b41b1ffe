//! Accelerated data: a dataset made from a table for a store, and its dataset versions.

use serde::{Deserialize, Serialize};

use crate::gates::Gates;
use crate::load_limits::{Decision, Pace};
use crate::mapping::Mapping;
use crate::source_types::of_type;
use crate::table::{Column, TableInfo, TableRef};
use crate::{DataType, Field, FieldError};

/// The driver of sources whose tables are the columnar datasets of their domain.
pub const SHELF_DRIVER: &str = "datasets";

/// Where a dataset's rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// In files of the node itself: nothing else needed, and the fastest.
    #[default]
    Embedded,
    /// In the Redis that the operator has named.
    Redis,
    /// In Parquet files of the node: for questions over many rows, not for rows by their key.
    Columnar,
    /// In a table of a database, for those who ask that database: APIs are not served from it.
    Table,
}

impl StoreKind {
    pub const ALL: [StoreKind; 4] = [Self::Embedded, Self::Redis, Self::Columnar, Self::Table];

    /// Whether APIs look rows up in it by their key.
    #[must_use]
    pub fn is_served(self) -> bool {
        matches!(self, Self::Embedded | Self::Redis)
    }

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Redis => "redis",
            Self::Columnar => "columnar",
            Self::Table => "table",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Embedded => "Embedded (LMDB)",
            Self::Redis => "Redis",
            Self::Columnar => "Columnar (Parquet)",
            Self::Table => "A table of a database",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// How each stored row is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    #[default]
    None,
    /// zstd with a dictionary trained on the dataset's own rows: the smallest for short rows.
    Zstd,
    Lz4,
    Gzip,
}

impl Compression {
    pub const ALL: [Compression; 4] = [Self::None, Self::Zstd, Self::Lz4, Self::Gzip];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Gzip => "gzip",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "None (fastest)",
            Self::Zstd => "zstd with a trained dictionary (smallest)",
            Self::Lz4 => "lz4 (light and fast)",
            Self::Gzip => "gzip",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// One row of a dataset's append-only register: a column keeps its number for ever; a retyped one takes a new number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterField {
    pub number: u32,
    pub column: String,
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// No longer written; its number is never given again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// Where the rows of a dataset are written that is kept in a table of a database: each dataset version is a table of its own, and a view
/// shows the live one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IntoTable {
    /// The source that is written into, by name; each environment binds it to its own server.
    pub source: String,
    /// The view that shows the live version.
    pub table: TableRef,
}

/// The longest name of a [`IntoTable`]: the tables of its versions have more behind it, and databases take 63 letters.
pub const INTO_NAME: usize = 32;

impl IntoTable {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.source.is_empty() {
            errors.push(FieldError::new("into.source", "Choose the database that the dataset is written into."));
        }
        let name = &self.table.name;
        let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || !is_word(name) || name.len() > INTO_NAME || name.to_ascii_lowercase().starts_with("sluice_") {
            let sentence = format!(
                "Enter a table name of at most {INTO_NAME} letters, digits and underscores. The name begins with a letter, and not with sluice_."
            );
            errors.push(FieldError::new("into.name", sentence));
        }
        if !is_word(&self.table.schema) {
            errors.push(FieldError::new(
                "into.schema",
                "A schema name has letters, digits and underscores only. Leave empty for the default schema.",
            ));
        }
        errors
    }
}

/// What a dataset is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// The source, by name; each environment binds it to its own server.
    pub source: String,
    pub table: TableRef,
    /// The columns that a row is looked up by: together unique and never NULL. A columnar dataset may have none.
    pub key: Vec<String>,
    #[serde(default)]
    pub store: StoreKind,
    #[serde(default)]
    pub compression: Compression,
    /// Where its table is, of a dataset that is kept in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<IntoTable>,
    #[serde(default)]
    pub register: Vec<RegisterField>,
    /// What a build must pass before it goes live.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gates: Gates,
    /// What becomes of the table's rows on their way.
    #[serde(default, skip_serializing_if = "Mapping::is_plain")]
    pub mapping: Mapping,
}

fn is_default(gates: &Gates) -> bool {
    *gates == Gates::default()
}

impl DatasetSpec {
    /// The fields that are written, in the order of their numbers.
    pub fn written(&self) -> impl Iterator<Item = &RegisterField> {
        self.register.iter().filter(|field| !field.retired)
    }

    /// The same as fields of rows.
    #[must_use]
    pub fn written_fields(&self) -> Vec<Field> {
        self.written().map(|field| Field::plain(&field.column, field.data_type)).collect()
    }

    #[must_use]
    pub fn field(&self, column: &str) -> Option<&RegisterField> {
        self.written().find(|field| field.column == column)
    }

    /// The columns of the table that are to be copied and are not written yet.
    #[must_use]
    pub fn new_columns<'a>(&self, table: &'a TableInfo) -> Vec<&'a str> {
        let new = |name: &&str| self.mapping.has(name) && self.field(name).is_none();
        table.columns.iter().map(|column| column.name.as_str()).filter(new).collect()
    }

    /// Its columns as those of a table, for what is asked of them.
    #[must_use]
    pub fn as_table(&self) -> TableInfo {
        let column = |field: &RegisterField| Column {
            name: field.column.clone(),
            data_type: field.data_type,
            nullable: !self.key.contains(&field.column),
            native: String::new(),
        };
        TableInfo {
            table: self.table.clone(),
            columns: self.written().map(column).collect(),
            key: self.key.clone(),
            ..TableInfo::default()
        }
    }

    /// Brings the register up to what the table, mapped, has now: new columns are appended, missing ones retire, retyped ones
    /// retire and come back under a new number.
    pub fn follow(&mut self, table: &TableInfo) {
        for field in &mut self.register {
            field.retired |= table.column(&field.column).is_none_or(|column| column.data_type != field.data_type);
        }
        self.take_new(table);
    }

    /// With the numbers under which rows were built; columns that came since and are not built yet stand behind them.
    #[must_use]
    pub fn with_register_of(self, built: &DatasetSpec) -> Self {
        let mut register = built.register.clone();
        for field in self.register {
            let is_built = register.iter().any(|known| (&known.column, known.data_type) == (&field.column, field.data_type));
            if !is_built {
                let is_free = register.iter().all(|known| known.number < field.number);
                let next = register.iter().map(|known| known.number).max().unwrap_or(0) + 1;
                register.push(RegisterField { number: if is_free { field.number } else { next }, ..field });
            }
        }
        Self { register, ..self }
    }

    /// Appends columns that the table was seen to have. None is missed: of a table that nobody declares, only some rows are seen.
    pub fn take_new(&mut self, table: &TableInfo) {
        for column in &table.columns {
            if self.mapping.has(&column.name) && self.field(&column.name).is_none() {
                let number = self.register.iter().map(|field| field.number).max().unwrap_or(0) + 1;
                self.register.push(RegisterField { number, column: column.name.clone(), data_type: column.data_type, retired: false });
            }
        }
    }

    /// What a form can know to be wrong.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.source.is_empty() {
            errors.push(FieldError::new("source", "Choose a source."));
        }
        if self.table.name.is_empty() {
            errors.push(FieldError::new("table", "Choose a table."));
        }
        if self.key.is_empty() && self.store != StoreKind::Columnar {
            errors.push(FieldError::new("key", "Choose the key columns."));
        }
        match (&self.into, self.store == StoreKind::Table) {
            (Some(into), true) => errors.extend(into.errors()),
            (None, true) => errors.push(FieldError::new("into.source", "Choose the database that the dataset is written into.")),
            (Some(_), false) => errors.push(FieldError::new(
                "into.source",
                "Only a dataset with the store \"table of a database\" is written into a database. Leave this empty.",
            )),
            (None, false) => {}
        }
        if self.store == StoreKind::Table && self.compression != Compression::None {
            errors.push(FieldError::new("compression", "A database compresses its tables itself. Choose no compression."));
        }
        for column in &self.key {
            match self.field(column) {
                None if !self.register.is_empty() => errors.push(FieldError::new("key", format!("The table has no column {column}."))),
                Some(field) if !of_type(field.data_type).key => {
                    errors.push(FieldError::new("key", format!("{column} holds JSON, which cannot be sorted. Choose another column.")));
                }
                _ => {}
            }
        }
        errors
    }
}

/// The life of a dataset version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DataVersionState {
    /// Asked for, or being written beside the live one.
    Building,
    /// Written and proved; not live yet.
    Checked,
    Live,
    /// Was live; one may go back to it at once.
    Kept,
    /// A gate failed or the build broke off; the live one was not touched.
    Failed,
    /// Its rows are gone.
    Dropped,
}

impl DataVersionState {
    pub const ALL: [DataVersionState; 6] = [Self::Building, Self::Checked, Self::Live, Self::Kept, Self::Failed, Self::Dropped];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Checked => "checked",
            Self::Live => "live",
            Self::Kept => "kept",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What a build has counted so far, and in the end proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildFigures {
    /// `reading`, `writing`, `proving`; empty once it is over.
    #[serde(default)]
    pub step: String,
    /// About how many rows the table has, where the source can say.
    #[serde(default)]
    pub expected_rows: Option<i64>,
    #[serde(default)]
    pub read_rows: i64,
    #[serde(default)]
    pub written_rows: i64,
    /// Rows that the mapping does not want.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub filtered_rows: i64,
    /// Rows whose key another row has that counts more, where the mapping says which.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub same_key_rows: i64,
    /// Bytes of the rows as protobuf, before compression.
    #[serde(default)]
    pub row_bytes: i64,
    /// Bytes of the rows as stored, keys left out.
    #[serde(default)]
    pub stored_bytes: i64,
    /// Of all keys and rows, the same whatever their order; in hex.
    #[serde(default)]
    pub checksum: String,
    /// Rows that could not be taken, and were left out.
    #[serde(rename = "dirty_rows", default)]
    pub rejected_rows: i64,
    /// Parts that the table is read in.
    #[serde(default, skip_serializing_if = "is_none")]
    pub parts: u32,
    /// Of those, so many are kept for a later try.
    #[serde(default, skip_serializing_if = "is_none")]
    pub parts_kept: u32,
    /// Rows that an earlier try had read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_over_rows: i64,
    /// How fast it read, second by second.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pace: Vec<Pace>,
    /// When it was slowed down for its source, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
}

// The form that serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(rows: &i64) -> bool {
    *rows == 0
}

// The form that serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(parts: &u32) -> bool {
    *parts == 0
}

impl BuildFigures {
    /// What is kept of it with a dataset version: the sums, without how they came about.
    #[must_use]
    pub fn sums(&self) -> Self {
        Self { step: String::new(), pace: Vec::new(), decisions: Vec::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: DataType) -> Column {
        Column { name: name.into(), data_type, nullable: true, native: String::new() }
    }

    #[test]
    fn what_came_while_a_build_ran_stands_behind_what_it_built() {
        let field = |number, name: &str| RegisterField { number, column: name.into(), data_type: DataType::String, retired: false };
        let of = |fields: &[RegisterField]| DatasetSpec { register: fields.to_vec(), ..DatasetSpec::default() };
        let built = of(&[field(1, "a"), field(2, "from-the-table")]);
        let now = DatasetSpec { key: vec!["a".into()], ..of(&[field(1, "a"), field(2, "by-the-mapping")]) };
        let merged = now.with_register_of(&built);
        assert_eq!(merged.register, [field(1, "a"), field(2, "from-the-table"), field(3, "by-the-mapping")]);
        assert_eq!(merged.key, ["a"]);
    }

    #[test]
    fn a_number_is_never_given_twice() {
        let mut spec = DatasetSpec {
            source: "flights-db".into(),
            table: TableRef::new("planes"),
            key: vec!["tailnum".into()],
            ..DatasetSpec::default()
        };
        let mut table = TableInfo {
            table: TableRef::new("planes"),
            columns: vec![column("tailnum", DataType::String), column("seats", DataType::Int32)],
            ..TableInfo::default()
        };
        spec.follow(&table);
        assert_eq!(spec.register.iter().map(|field| field.number).collect::<Vec<_>>(), [1, 2]);
        table.columns[1].data_type = DataType::Int64;
        table.columns.push(column("year", DataType::Int32));
        spec.follow(&table);
        assert_eq!(spec.field("seats").map(|field| (field.number, field.data_type)), Some((3, DataType::Int64)));
        assert_eq!(spec.field("year").map(|field| field.number), Some(4));
        table.columns.remove(1);
        spec.follow(&table);
        assert!(spec.field("seats").is_none() && spec.register.len() == 4);
    }
}
