//! A question asked by form, and the SQL that it stands for: the same text in the browser, where it is shown, and on
//! the server, where it runs. A form becomes a script, so there is one way of running both.

mod aggregate;
mod function;
mod join;
mod op;
mod sql;

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::table::TableRef;

pub use aggregate::Aggregate;
pub use function::Function;
pub use join::{Join, JoinOn, Relation, joined_table, relations};
pub use op::Op;
pub use sql::{kv_script, select_sql};

/// Tables, fields, filters, groups and order of one question. A column of a joined table is written `planes.seats`, by
/// the name of the join; one of the first table by its name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueryForm {
    pub table: TableRef,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Join>,
    /// With an aggregate in it, the plain columns are what rows are grouped by.
    #[serde(default)]
    pub select: Vec<Selected>,
    /// Rows that are alike in every field are given once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distinct: bool,
    /// All of them hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Of each group at least one holds, among those that are given; a group of which none is given vanishes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Vec<Filter>>,
    /// Conditions on computed fields, each by the field's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub having: Vec<Filter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
}

impl QueryForm {
    #[must_use]
    pub fn is_grouped(&self) -> bool {
        self.select.iter().any(|selected| selected.aggregate.is_some())
    }

    /// Every condition on columns, wherever it stands.
    pub fn conditions(&self) -> impl Iterator<Item = &Filter> {
        self.filters.iter().chain(self.any_of.iter().flatten())
    }
}

/// One field of the response: a column, a function of one, or an aggregate of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selected {
    pub name: String,
    /// Empty for a plain count of rows.
    #[serde(default)]
    pub column: String,
    /// Applied to the column first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
}

impl Selected {
    /// Whether it is more than a column.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        self.function.is_some() || self.aggregate.is_some()
    }
}

/// One condition: a column, an operator, and what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Filter {
    pub column: String,
    pub op: Op,
    /// The parameter it is bound to; `between` takes `<name>_from` and `<name>_to`. Empty for `is empty` and a constant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parameter: String,
    /// A constant instead of a parameter, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// What the constant is; without it, what looks like a number is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_type: Option<DataType>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// A field of the response.
    pub field: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

impl Filter {
    /// The parameters that this filter binds.
    #[must_use]
    pub fn parameters(&self) -> Vec<String> {
        match self.op {
            _ if self.constant.is_some() || !self.op.takes_value() => Vec::new(),
            Op::Between => vec![format!("{}_from", self.parameter), format!("{}_to", self.parameter)],
            _ => vec![self.parameter.clone()],
        }
    }
}
