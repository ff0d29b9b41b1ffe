//! A question asked by form, and the SQL that it stands for: the same text in the browser, where it is shown, and on
//! the server, where it runs. A form becomes a script, so there is one way of running both.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::spec::KvBody;
use crate::table::TableRef;
use crate::{DataType, Field, Parameter};

/// Table, fields, filters, groups and order of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueryForm {
    pub table: TableRef,
    /// With an aggregate in it, the plain columns are what rows are grouped by.
    #[serde(default)]
    pub select: Vec<Selected>,
    /// Rows that are alike in every field are given once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distinct: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Conditions on computed fields, each by the field's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub having: Vec<Filter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
}

/// One field of the answer: a column, or an aggregate of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selected {
    pub name: String,
    /// Empty for a plain count of rows.
    #[serde(default)]
    pub column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
}

/// What can be asked of a group of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    Count,
    CountFilled,
    CountEmpty,
    CountDistinct,
    Sum,
    Mean,
    Least,
    Greatest,
}

impl Aggregate {
    pub const ALL: [Aggregate; 8] =
        [Self::Count, Self::CountFilled, Self::CountEmpty, Self::CountDistinct, Self::Sum, Self::Mean, Self::Least, Self::Greatest];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::CountFilled => "count-filled",
            Self::CountEmpty => "count-empty",
            Self::CountDistinct => "count-distinct",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Count => "count of rows",
            Self::CountFilled => "count where filled",
            Self::CountEmpty => "count where empty",
            Self::CountDistinct => "count of different",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregate| aggregate.key() == key)
    }

    /// Whether it makes sense of a column of this type.
    #[must_use]
    pub fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Sum | Self::Mean => data_type.is_number(),
            Self::Least | Self::Greatest => !matches!(data_type, DataType::Json | DataType::Bytes | DataType::Bool),
            _ => true,
        }
    }

    /// The type of its result, and whether it can be empty.
    #[must_use]
    pub fn result(self, data_type: DataType) -> (DataType, bool) {
        match self {
            Self::Count | Self::CountFilled | Self::CountEmpty | Self::CountDistinct => (DataType::Int64, false),
            Self::Mean => (DataType::Float64, true),
            Self::Sum => match data_type {
                DataType::Int32 | DataType::Int64 => (DataType::Int64, true),
                other => (other, true),
            },
            Self::Least | Self::Greatest => (data_type, true),
        }
    }

    fn sql(self, column: &str, dialect: Dialect) -> String {
        let name = dialect.quote(column);
        match self {
            Self::Count => "count(*)".into(),
            Self::CountFilled => format!("count({name})"),
            Self::CountEmpty => format!("count(*) - count({name})"),
            Self::CountDistinct => format!("count(DISTINCT {name})"),
            Self::Sum => format!("sum({name})"),
            Self::Mean => format!("avg({})", dialect.as_double(&name)),
            Self::Least => format!("min({name})"),
            Self::Greatest => format!("max({name})"),
        }
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

/// The operators of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    #[default]
    Is,
    IsNot,
    Greater,
    AtLeast,
    Less,
    AtMost,
    In,
    Between,
    Like,
    StartsWith,
    IsEmpty,
    IsFilled,
}

impl Op {
    pub const ALL: [Op; 12] = [
        Self::Is,
        Self::IsNot,
        Self::Greater,
        Self::AtLeast,
        Self::Less,
        Self::AtMost,
        Self::In,
        Self::Between,
        Self::Like,
        Self::StartsWith,
        Self::IsEmpty,
        Self::IsFilled,
    ];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is-not",
            Self::Greater => "greater",
            Self::AtLeast => "at-least",
            Self::Less => "less",
            Self::AtMost => "at-most",
            Self::In => "in",
            Self::Between => "between",
            Self::Like => "like",
            Self::StartsWith => "starts-with",
            Self::IsEmpty => "is-empty",
            Self::IsFilled => "is-filled",
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Greater => "is greater than",
            Self::AtLeast => "is at least",
            Self::Less => "is less than",
            Self::AtMost => "is at most",
            Self::In => "is one of",
            Self::Between => "is between",
            Self::Like => "is like",
            Self::StartsWith => "starts with",
            Self::IsEmpty => "is empty",
            Self::IsFilled => "is filled",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.key() == key)
    }

    /// Whether it compares with something.
    #[must_use]
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::IsEmpty | Self::IsFilled)
    }

    /// Whether it makes sense of a column of this type.
    #[must_use]
    pub fn takes(self, data_type: DataType) -> bool {
        match self {
            Self::Like | Self::StartsWith => data_type == DataType::String,
            Self::IsEmpty | Self::IsFilled => true,
            Self::Is | Self::IsNot | Self::In => !matches!(data_type, DataType::Json),
            _ => !matches!(data_type, DataType::Json | DataType::Bool | DataType::Bytes),
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::IsNot => "<>",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            _ => "=",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// A field of the answer.
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

    /// `column` is the expression that is compared.
    fn condition(&self, column: &str, dialect: Dialect) -> String {
        let constant = |text: &String| literal(text, self.constant_type, dialect);
        let value = self.constant.as_ref().map_or_else(|| format!(":{}", self.parameter), constant);
        match self.op {
            Op::IsEmpty => format!("{column} IS NULL"),
            Op::IsFilled => format!("{column} IS NOT NULL"),
            Op::In => format!("{column} IN ({value})"),
            Op::Between => format!("{column} BETWEEN :{0}_from AND :{0}_to", self.parameter),
            Op::Like => format!("{column} LIKE {value}"),
            // Compared by its beginning, so that no sign in the value means anything but itself.
            Op::StartsWith => format!("substr({column}, 1, {}) = {value}", dialect.length(&value)),
            op => format!("{column} {} {value}", op.sign()),
        }
    }
}

/// A constant of the form as a literal.
fn literal(text: &str, data_type: Option<DataType>, dialect: Dialect) -> String {
    if data_type.is_some_and(|data_type| !data_type.is_number()) {
        return dialect.text(text);
    }
    if text.parse::<i64>().is_ok()
        || text.parse::<f64>().is_ok_and(f64::is_finite) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
    {
        text.to_owned()
    } else {
        dialect.text(text)
    }
}

impl QueryForm {
    #[must_use]
    pub fn is_grouped(&self) -> bool {
        self.select.iter().any(|selected| selected.aggregate.is_some())
    }

    /// The statement: what the form shows as SQL, and what runs.
    #[must_use]
    pub fn script(&self, parameters: &[Parameter], fields: &[Field], dialect: Dialect) -> String {
        let mut sql = String::from(if self.distinct { "SELECT DISTINCT " } else { "SELECT " });
        let columns: Vec<String> = self.select.iter().map(|selected| select_item(selected, dialect)).collect();
        sql.push_str(&columns.join(",\n       "));
        sql.push_str(&format!("\nFROM {}", table_sql(&self.table, dialect)));
        let filters = self.filters.iter().map(|filter| (filter, dialect.quote(&filter.column)));
        push_conditions(&mut sql, "WHERE", filters, parameters, dialect);
        let groups: Vec<String> =
            self.select.iter().filter(|selected| selected.aggregate.is_none()).map(|selected| dialect.quote(&selected.column)).collect();
        if self.is_grouped() && !groups.is_empty() {
            sql.push_str(&format!("\nGROUP BY {}", groups.join(", ")));
        }
        let computed = |filter: &Filter| {
            let selected = self.select.iter().find(|selected| selected.name == filter.column)?;
            Some(selected.aggregate?.sql(&selected.column, dialect))
        };
        let having = self.having.iter().filter_map(|filter| Some((filter, computed(filter)?)));
        push_conditions(&mut sql, "HAVING", having, parameters, dialect);
        if !self.sort.is_empty() {
            let nullable = |name: &str| fields.iter().find(|field| field.name == name).is_none_or(|field| field.nullable);
            let by = |sort: &Sort| dialect.order(&dialect.quote(&sort.field), sort.descending, nullable(&sort.field));
            let order: Vec<String> = self.sort.iter().map(by).collect();
            sql.push_str(&format!("\nORDER BY {}", order.join(", ")));
        }
        sql
    }
}

/// Conditions behind a keyword. `1 = 1` lets each begin with AND, so that any of them can vanish.
fn push_conditions<'a>(
    sql: &mut String,
    keyword: &str,
    conditions: impl Iterator<Item = (&'a Filter, String)>,
    parameters: &[Parameter],
    dialect: Dialect,
) {
    for (index, (filter, column)) in conditions.enumerate() {
        if index == 0 {
            sql.push_str(&format!("\n{keyword} 1 = 1"));
        }
        let needed = |name: &String| parameters.iter().any(|p| &p.name == name && (p.required || p.default.is_some()));
        let condition = filter.condition(&column, dialect);
        if filter.parameters().iter().all(needed) {
            sql.push_str(&format!("\n  AND {condition}"));
        } else {
            sql.push_str(&format!("\n  [[ AND {condition} ]]"));
        }
    }
}

fn select_item(selected: &Selected, dialect: Dialect) -> String {
    let expression = match selected.aggregate {
        Some(aggregate) => aggregate.sql(&selected.column, dialect),
        None => dialect.quote(&selected.column),
    };
    let name = dialect.quote(&selected.name);
    if expression == name { expression } else { format!("{expression} AS {name}") }
}

/// A table as it stands behind FROM.
#[must_use]
pub fn table_sql(table: &TableRef, dialect: Dialect) -> String {
    if table.schema.is_empty() {
        dialect.quote(&table.name)
    } else {
        format!("{}.{}", dialect.quote(&table.schema), dialect.quote(&table.name))
    }
}

/// The statement of a key-value API on its table: the fields, by the key. Two rows are asked for, so that a key that
/// has stopped being unique is noticed.
#[must_use]
pub fn kv_script(kv: &KvBody, fields: &[Field], dialect: Dialect) -> String {
    let columns: Vec<String> = fields
        .iter()
        .map(|field| {
            let (column, name) = (dialect.quote(&field.column), dialect.quote(&field.name));
            if column == name { column } else { format!("{column} AS {name}") }
        })
        .collect();
    let conditions: Vec<String> = kv
        .key
        .iter()
        .map(|column| {
            let name = fields.iter().find(|field| &field.column == column).map_or(column, |field| &field.name);
            format!("{} = :{name}", dialect.quote(column))
        })
        .collect();
    format!("SELECT {}\nFROM {}\nWHERE {}\nLIMIT 2", columns.join(", "), table_sql(&kv.table, dialect), conditions.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    fn delays() -> QueryForm {
        let plain = |name: &str| Selected { name: name.into(), column: name.into(), aggregate: None };
        let counted =
            |name: &str, column: &str, aggregate| Selected { name: name.into(), column: column.into(), aggregate: Some(aggregate) };
        QueryForm {
            table: TableRef::new("flights"),
            select: vec![
                plain("carrier"),
                counted("flights", "", Aggregate::Count),
                counted("cancelled", "dep_time", Aggregate::CountEmpty),
                counted("avg_dep_delay", "dep_delay", Aggregate::Mean),
            ],
            filters: vec![
                Filter { column: "carrier".into(), op: Op::Is, parameter: "carrier".into(), ..Filter::default() },
                Filter { column: "origin".into(), op: Op::Is, constant: Some("O'Hare".into()), ..Filter::default() },
            ],
            sort: vec![Sort { field: "flights".into(), descending: true }],
            ..QueryForm::default()
        }
    }

    #[test]
    fn a_form_becomes_one_statement() {
        let sql = delays().script(&[Parameter::new("carrier", DataType::String)], &[], Dialect::Postgres);
        assert_eq!(
            sql,
            "SELECT \"carrier\",\n       count(*) AS \"flights\",\n       count(*) - count(\"dep_time\") AS \"cancelled\",\n       \
             avg(CAST(\"dep_delay\" AS double precision)) AS \"avg_dep_delay\"\nFROM \"flights\"\nWHERE 1 = 1\n  \
             [[ AND \"carrier\" = :carrier ]]\n  AND \"origin\" = 'O''Hare'\nGROUP BY \"carrier\"\nORDER BY \"flights\" DESC NULLS LAST"
        );
        assert_eq!(Script::parse(&sql).unwrap().parameters(), vec![("carrier".to_owned(), true)]);
    }

    #[test]
    fn a_required_parameter_does_not_vanish() {
        let sql = delays().script(&[Parameter::new("carrier", DataType::String).required()], &[], Dialect::Sqlite);
        assert_eq!(Script::parse(&sql).unwrap().parameters(), vec![("carrier".to_owned(), false)]);
    }

    #[test]
    fn conditions_on_computed_fields_stand_behind_the_groups() {
        let mut form = delays();
        form.filters.clear();
        form.having = vec![
            Filter { column: "flights".into(), op: Op::AtLeast, parameter: "least".into(), ..Filter::default() },
            Filter { column: "avg_dep_delay".into(), op: Op::Less, constant: Some("12.5".into()), ..Filter::default() },
        ];
        let sql = form.script(&[Parameter::new("least", DataType::Int64)], &[], Dialect::Sqlite);
        assert!(
            sql.contains(
                "GROUP BY \"carrier\"\nHAVING 1 = 1\n  [[ AND count(*) >= :least ]]\n  AND avg(CAST(\"dep_delay\" AS REAL)) < 12.5\nORDER"
            ),
            "{sql}"
        );
        let text = Filter { op: Op::Is, constant: Some("007".into()), constant_type: Some(DataType::String), ..Filter::default() };
        assert_eq!(text.condition("x", Dialect::Sqlite), "x = '007'");
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        let mut form = delays();
        form.table = TableRef::new("x\"; drop table y --");
        assert!(form.script(&[], &[], Dialect::Sqlite).contains("FROM \"x\"\"; drop table y --\""));
    }
}
