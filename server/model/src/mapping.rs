//! What becomes of a table's rows on their way into a dataset: which columns it has and how each is made, which rows it
//! takes, and which of several with the same key.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::dataset::{DatasetSpec, StoreKind};
use crate::form::Op;
use crate::number::grouped;
use crate::table::{Column, TableInfo};
use crate::value::read_text;
use crate::{DataType, Field, FieldError};

/// More columns than this no form can show, and no message should have.
pub const MAX_MADE: usize = 500;
/// The longest expression.
const MAX_EXPRESSION: usize = 2_000;

/// What becomes of rows. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Columns that are made. Every other column of the table is copied as it is, but those that are left out, and those that one of
    /// these is made of by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Made>,
    /// Columns of the table that are not copied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Rows are taken for which all of these are true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Condition>,
    /// Of rows with the same key, the one is kept that has the largest value in this column of the dataset; nothing refuses them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_by: Option<String>,
    /// The columns of the table that conditions and made columns need, with their types at the time it was saved. Whoever saves it
    /// fills this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Read>,
}

/// A column of the table, as it was when the mapping was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Read {
    pub column: String,
    #[serde(rename = "type")]
    pub data_type: DataType,
}

/// A column of the dataset that is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Made {
    pub name: String,
    pub of: Of,
    /// Its type; absent, as it comes. A value that is none of this type makes its row one that cannot be taken.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub to: Option<DataType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
}

/// What a column is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// A column of the table, under another name or changed.
    Column(String),
    /// The same in each row, as text that the type reads.
    Constant(String),
    /// SQL over the table's columns, of functions that a list allows.
    Expression(String),
}

/// How a value is hidden. What is hidden is a text; what is empty stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mask {
    /// HMAC-SHA-256 under a key of the platform, in hex: the same value gives the same text, and nobody without the key can try values.
    Hash,
    /// Three asterisks, whatever it was.
    Redact,
    /// Asterisks but for the last four characters, and for all of four or fewer.
    LastFour,
}

impl Mask {
    pub const ALL: [Mask; 3] = [Self::Hash, Self::Redact, Self::LastFour];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Redact => "redact",
            Self::LastFour => "last-four",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Hash => "hashed",
            Self::Redact => "hidden",
            Self::LastFour => "last four",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mask| mask.key() == key)
    }
}

/// One thing that must be true of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A column of the table.
    pub column: String,
    #[serde(default)]
    pub op: Op,
    /// As text that the column's type reads; `in` and `between` take several, with commas between.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl Condition {
    /// What it compares with, one by one.
    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        match self.op {
            Op::In | Op::Between => self.value.split(',').map(str::trim).filter(|value| !value.is_empty()).collect(),
            op if op.takes_value() => vec![self.value.as_str()],
            _ => Vec::new(),
        }
    }

    fn error(&self, data_type: DataType) -> Option<String> {
        if !self.op.takes(data_type) {
            return Some(format!("{} {} cannot be used with a {}.", self.column, self.op.words(), data_type.word()));
        }
        let values = self.values();
        if self.op.takes_value() && values.is_empty() || self.op == Op::Between && values.len() != 2 {
            let wanted = if self.op == Op::Between { "two values separated by a comma" } else { "a value" };
            return Some(format!("{} {}: give {wanted}.", self.column, self.op.words()));
        }
        let as_text = matches!(self.op, Op::Like | Op::StartsWith);
        values.into_iter().filter(|_| !as_text).find_map(|value| read_text(data_type, value).err())
    }

    /// `carrier is one of UA, DL`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {} {}", self.column, self.op.words(), self.value).trim_end().to_owned()
    }
}

impl Made {
    /// `price: amount, as decimal, hashed`.
    #[must_use]
    pub fn words(&self) -> String {
        let of = match &self.of {
            Of::Column(column) => column.clone(),
            Of::Constant(value) => format!("always {value}"),
            Of::Expression(sql) => sql.clone(),
        };
        let to = self.to.map(|to| format!(", as {}", to.word())).unwrap_or_default();
        let mask = self.mask.map(|mask| format!(", {}", mask.words())).unwrap_or_default();
        format!("{}: {of}{to}{mask}", self.name)
    }
}

impl Mapping {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether rows of the table are anything but copied.
    #[must_use]
    pub fn makes_rows(&self) -> bool {
        !self.columns.is_empty() || !self.only.is_empty()
    }

    /// Whether a column of the table is in the dataset, just as it is.
    #[must_use]
    pub fn copies(&self, column: &str) -> bool {
        let made = |made: &Made| made.name == column || matches!(&made.of, Of::Column(of) if of == column);
        !self.left_out.iter().any(|left| left == column) && !self.columns.iter().any(made)
    }

    /// Whether the dataset has, or may have, a column of this name.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.copies(column) || self.columns.iter().any(|made| made.name == column)
    }

    /// What is to be read of the table, in order: what a dataset copies, and what the mapping needs beside that.
    #[must_use]
    pub fn fields(&self, spec: &DatasetSpec) -> Vec<Field> {
        let copied = |column: &str| self.copies(column) && spec.field(column).is_some();
        let needed = self.reads.iter().filter(|read| !copied(&read.column)).map(|read| Field::plain(&read.column, read.data_type));
        let fields = spec.written().filter(|field| self.copies(&field.column)).map(|field| Field::plain(&field.column, field.data_type));
        fields.chain(needed).collect()
    }

    /// What can be known to be wrong by the table alone; what expressions are is for the one who runs them.
    #[must_use]
    pub fn errors(&self, table: &TableInfo) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.columns.len() > MAX_MADE {
            errors.push(FieldError::new("mapping", format!("At most {MAX_MADE} mapped columns.")));
        }
        let mut names = BTreeSet::new();
        for (index, made) in self.columns.iter().enumerate() {
            let field = format!("mapping.columns.{index}");
            let twice = !names.insert(made.name.as_str());
            if let Some(error) = made_error(made, twice, table) {
                errors.push(FieldError::new(field, error));
            }
        }
        for (index, condition) in self.only.iter().enumerate() {
            let error = match table.column(&condition.column) {
                None => Some(format!("The table has no column {}.", condition.column)),
                Some(column) => condition.error(column.data_type),
            };
            errors.extend(error.map(|error| FieldError::new(format!("mapping.only.{index}"), error)));
        }
        errors
    }

    /// Whether a column of the dataset is anything but one of the table, renamed or not.
    #[must_use]
    pub fn computes(&self, column: &str) -> bool {
        self.columns.iter().any(|made| made.name == column && !matches!(made.of, Of::Column(_)))
    }

    /// What somebody wrote of it, without what was filled in beside.
    #[must_use]
    pub fn written(&self) -> Self {
        Self { reads: Vec::new(), ..self.clone() }
    }

    /// A column of the table by its name in the dataset, where it is there at all and not computed.
    #[must_use]
    pub fn name_of(&self, column: &str) -> Option<String> {
        let renamed = self.columns.iter().find(|made| matches!(&made.of, Of::Column(of) if of == column));
        renamed.map(|made| made.name.clone()).or_else(|| self.copies(column).then(|| column.to_owned()))
    }

    /// What makes no sense of the dataset as a whole, once its columns are known.
    #[must_use]
    pub fn errors_of(&self, spec: &DatasetSpec, feeds: bool) -> Vec<FieldError> {
        if let Some(column) = spec.key.iter().find(|column| feeds && self.computes(column)) {
            let sentence = format!("A message that deletes a row has only its key, so {column} must be a column of the table.");
            return vec![FieldError::new("key", sentence)];
        }
        let Some(latest) = &self.latest_by else { return Vec::new() };
        let field = "mapping.latest_by";
        if feeds {
            return vec![FieldError::new(field, "This source always keeps the latest row of each key. Leave this empty.")];
        }
        if spec.store == StoreKind::Columnar {
            return vec![FieldError::new(
                field,
                "A columnar dataset keeps the order of its table. Choose the embedded store, or leave this empty.",
            )];
        }
        match spec.field(latest) {
            None => vec![FieldError::new(field, format!("The dataset has no column {latest}."))],
            Some(column) if column.data_type == DataType::Json => {
                vec![FieldError::new(field, format!("{latest} holds JSON, which cannot be sorted. Choose another column."))]
            }
            Some(_) => Vec::new(),
        }
    }

    /// The columns of the dataset: what the table has, changed. `made` are the types of [`Self::columns`], in their order.
    #[must_use]
    pub fn table(&self, table: &TableInfo, made: &[DataType]) -> TableInfo {
        let copied = table.columns.iter().filter(|column| self.copies(&column.name)).cloned();
        let made = self.columns.iter().zip(made).map(|(column, data_type)| Column {
            name: column.name.clone(),
            data_type: *data_type,
            nullable: true,
            native: String::new(),
        });
        TableInfo { columns: copied.chain(made).collect(), ..table.clone() }
    }

    /// As it is kept: with the columns of the table that it uses.
    #[must_use]
    pub fn with_reads(mut self, uses: &BTreeSet<String>, table: &TableInfo) -> Self {
        let reads = table
            .columns
            .iter()
            .filter(|column| uses.contains(&column.name))
            .map(|column| Read { column: column.name.clone(), data_type: column.data_type });
        self.reads = reads.collect();
        self
    }
}

fn made_error(made: &Made, twice: bool, table: &TableInfo) -> Option<String> {
    let name = made.name.trim();
    if name.is_empty() || name != made.name || name.len() > 63 {
        return Some("Enter a name of at most 63 characters, without spaces at either end.".into());
    }
    if twice {
        return Some(format!("Two columns are named {name}. Rename one."));
    }
    match &made.of {
        Of::Column(column) if table.column(column).is_none() => Some(format!("The table has no column {column}.")),
        Of::Constant(value) => read_text(made.to.unwrap_or_default(), value).err(),
        Of::Expression(sql) if sql.trim().is_empty() => Some("Enter an expression.".into()),
        Of::Expression(sql) if sql.len() > MAX_EXPRESSION => {
            Some(format!("An expression has at most {} characters.", grouped(MAX_EXPRESSION)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TableInfo {
        let column = |name: &str, data_type| Column { name: name.into(), data_type, nullable: true, native: String::new() };
        TableInfo {
            columns: vec![column("id", DataType::Int64), column("phone", DataType::String), column("amount", DataType::String)],
            ..TableInfo::default()
        }
    }

    fn made(name: &str, of: Of) -> Made {
        Made { name: name.into(), of, to: None, mask: None }
    }

    #[test]
    fn what_is_made_takes_the_place_of_what_it_is_made_of() {
        let mapping = Mapping {
            columns: vec![made("price", Of::Column("amount".into())), made("region", Of::Constant("EU".into()))],
            left_out: vec!["phone".into()],
            ..Mapping::default()
        };
        assert!(mapping.errors(&table()).is_empty());
        let mapped = mapping.table(&table(), &[DataType::String, DataType::String]);
        assert_eq!(mapped.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "price", "region"]);
        let mapping = mapping.with_reads(&BTreeSet::from(["amount".into(), "id".into()]), &table());
        let mut spec = DatasetSpec { mapping: mapping.clone(), ..DatasetSpec::default() };
        spec.follow(&mapped);
        let read = mapping.fields(&spec);
        assert_eq!(read.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["id", "amount"]);
    }

    #[test]
    fn what_makes_no_sense_is_said_at_its_place() {
        let mapping = Mapping {
            columns: vec![
                made("a", Of::Column("gone".into())),
                made("a", Of::Expression(" ".into())),
                Made { to: Some(DataType::Int64), ..made("n", Of::Constant("x".into())) },
            ],
            only: vec![Condition { column: "id".into(), op: Op::Between, value: "1".into() }],
            ..Mapping::default()
        };
        let errors = mapping.errors(&table());
        let places: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(places, ["mapping.columns.0", "mapping.columns.1", "mapping.columns.2", "mapping.only.0"]);
    }
}
