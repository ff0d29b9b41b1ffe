//! The SQL of a form.

use super::{Filter, Op, QueryForm, Selected};
use crate::dialect::Dialect;
use crate::spec::KvBody;
use crate::table::TableRef;
use crate::{DataType, Field, Parameter};

impl QueryForm {
    /// The statement: what the form shows as SQL, and what runs.
    #[must_use]
    pub fn script(&self, parameters: &[Parameter], fields: &[Field], dialect: Dialect) -> String {
        self.unordered(parameters, dialect) + &self.order(fields, dialect)
    }

    /// The statement without its order.
    #[must_use]
    pub fn unordered(&self, parameters: &[Parameter], dialect: Dialect) -> String {
        self.unordered_with(&[], parameters, dialect)
    }

    /// The expression of a field of the response.
    pub(crate) fn expression_of(&self, field: &str, dialect: Dialect) -> String {
        let selected = self.select.iter().find(|selected| selected.name == field);
        selected.map_or_else(|| dialect.quote(field), |selected| self.expression(selected, dialect))
    }

    /// The statement without its order, with more columns behind its fields.
    pub(crate) fn unordered_with(&self, more: &[String], parameters: &[Parameter], dialect: Dialect) -> String {
        let mut sql = String::from(if self.distinct { "SELECT DISTINCT " } else { "SELECT " });
        let mut items: Vec<String> = self.select.iter().map(|selected| self.item(selected, dialect)).collect();
        items.extend_from_slice(more);
        sql.push_str(&items.join(",\n       "));
        sql.push_str(&self.from(dialect));
        let filters = self.filters.iter().map(|filter| (filter, self.column(&filter.column, dialect)));
        let mut conditions: Vec<String> = filters.map(|(filter, column)| and(filter, &column, parameters, dialect)).collect();
        conditions.extend(self.any_of.iter().filter(|group| !group.is_empty()).map(|group| self.any(group, parameters, dialect)));
        push_conditions(&mut sql, "WHERE", &conditions);
        let groups = self.select.iter().filter(|selected| selected.aggregate.is_none());
        let groups: Vec<String> = groups.map(|selected| self.expression(selected, dialect)).collect();
        if self.is_grouped() && !groups.is_empty() {
            sql.push_str(&format!("\nGROUP BY {}", groups.join(", ")));
        }
        let computed = |filter: &Filter| {
            let selected = self.select.iter().find(|selected| selected.name == filter.column && selected.aggregate.is_some())?;
            Some(and(filter, &self.expression(selected, dialect), parameters, dialect))
        };
        push_conditions(&mut sql, "HAVING", &self.having.iter().filter_map(computed).collect::<Vec<_>>());
        sql
    }

    /// `ORDER BY …` on a line of its own; nothing without an order.
    #[must_use]
    pub fn order(&self, fields: &[Field], dialect: Dialect) -> String {
        if self.sort.is_empty() {
            return String::new();
        }
        let nullable = |name: &str| fields.iter().find(|field| field.name == name).is_none_or(|field| field.nullable);
        let by = self.sort.iter().map(|sort| dialect.order(&dialect.quote(&sort.field), sort.descending, nullable(&sort.field)));
        format!("\nORDER BY {}", by.collect::<Vec<_>>().join(", "))
    }

    fn from(&self, dialect: Dialect) -> String {
        let mut sql = format!("\nFROM {}", dialect.table(&self.table));
        if !self.joins.is_empty() && !self.table.schema.is_empty() {
            sql.push_str(&format!(" AS {}", dialect.quote(&self.table.name)));
        }
        for join in &self.joins {
            let kind = if join.inner { "JOIN" } else { "LEFT JOIN" };
            let on = join
                .on
                .iter()
                .map(|on| format!("{} = {}.{}", self.column(&on.left, dialect), dialect.quote(&join.name), dialect.quote(&on.right)));
            let on = on.collect::<Vec<_>>().join(" AND ");
            sql.push_str(&format!("\n{kind} {} AS {} ON {on}", dialect.table(&join.table), dialect.quote(&join.name)));
        }
        sql
    }

    /// A column as it stands in an expression: with its table's name wherever there are several.
    fn column(&self, name: &str, dialect: Dialect) -> String {
        if self.joins.is_empty() {
            return dialect.quote(name);
        }
        let joined = name.split_once('.').filter(|(table, _)| self.joins.iter().any(|join| &join.name == table));
        let (table, column) = joined.unwrap_or((&self.table.name, name));
        format!("{}.{}", dialect.quote(table), dialect.quote(column))
    }

    fn expression(&self, selected: &Selected, dialect: Dialect) -> String {
        let column = self.column(&selected.column, dialect);
        let value = selected.function.map_or_else(|| column.clone(), |function| function.sql(&column, dialect));
        selected.aggregate.map_or_else(|| value.clone(), |aggregate| aggregate.sql(&value, dialect))
    }

    fn item(&self, selected: &Selected, dialect: Dialect) -> String {
        let (expression, name) = (self.expression(selected, dialect), dialect.quote(&selected.name));
        if expression == name { expression } else { format!("{expression} AS {name}") }
    }

    /// A group of which one has to hold. `1 = 0` lets each begin with OR, so that any of them can vanish; the group
    /// vanishes with the last of them.
    fn any(&self, group: &[Filter], parameters: &[Parameter], dialect: Dialect) -> String {
        let one = |filter: &Filter| {
            let condition = filter.condition(&self.column(&filter.column, dialect), dialect);
            if stays(filter, parameters) { format!(" OR {condition}") } else { format!(" [[OR {condition}]]") }
        };
        let inner: String = group.iter().map(one).collect();
        let whole = format!("AND (1 = 0{inner})");
        if group.iter().any(|filter| stays(filter, parameters)) { whole } else { format!("[[ {whole} ]]") }
    }
}

/// Whether a condition holds for every request: what it is bound to is always given.
fn stays(filter: &Filter, parameters: &[Parameter]) -> bool {
    let needed = |name: &String| parameters.iter().any(|p| &p.name == name && (p.required || p.default.is_some()));
    filter.parameters().iter().all(needed)
}

fn and(filter: &Filter, column: &str, parameters: &[Parameter], dialect: Dialect) -> String {
    let condition = filter.condition(column, dialect);
    if stays(filter, parameters) { format!("AND {condition}") } else { format!("[[ AND {condition} ]]") }
}

/// Conditions behind a keyword. `1 = 1` lets each begin with AND, so that any of them can vanish.
fn push_conditions(sql: &mut String, keyword: &str, conditions: &[String]) {
    if conditions.is_empty() {
        return;
    }
    sql.push_str(&format!("\n{keyword} 1 = 1"));
    conditions.iter().for_each(|condition| sql.push_str(&format!("\n  {condition}")));
}

impl Filter {
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
            Op::StartsWith => format!("{} = {value}", dialect.beginning(column, &dialect.length(&value))),
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

/// What is asked of every row of a table, or of all of them together: names and expressions as the dialect writes them.
#[must_use]
pub fn select_sql(asked: &[String], table: &TableRef, dialect: Dialect) -> String {
    format!("SELECT {} FROM {}", asked.join(", "), dialect.table(table))
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
    let all = format!("SELECT {}\nFROM {}\nWHERE {}", columns.join(", "), dialect.table(&kv.table), conditions.join(" AND "));
    dialect.cut(&all, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Aggregate, Function, Join, JoinOn, Sort};
    use crate::script::Script;

    fn delays() -> QueryForm {
        let plain = |name: &str| Selected { name: name.into(), column: name.into(), ..Selected::default() };
        let counted = |name: &str, column: &str, aggregate| Selected {
            name: name.into(),
            column: column.into(),
            aggregate: Some(aggregate),
            ..Selected::default()
        };
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
    fn rows_of_a_table_are_asked_for_by_the_dialects_own_quotes() {
        let table = TableRef { schema: "we\"ird".into(), ..TableRef::new("flights") };
        for (dialect, sql) in [
            (Dialect::Postgres, "SELECT max(x) AS n, y FROM \"we\"\"ird\".\"flights\""),
            (Dialect::Mysql, "SELECT max(x) AS n, y FROM `we\"ird`.`flights`"),
        ] {
            assert_eq!(select_sql(&["max(x) AS n".into(), "y".into()], &table, dialect), sql);
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
        assert_eq!(Script::parse(&sql, Dialect::Postgres).unwrap().parameters(), vec![("carrier".to_owned(), true)]);
    }

    #[test]
    fn a_required_parameter_does_not_vanish() {
        let sql = delays().script(&[Parameter::new("carrier", DataType::String).required()], &[], Dialect::Sqlite);
        assert_eq!(Script::parse(&sql, Dialect::Sqlite).unwrap().parameters(), vec![("carrier".to_owned(), false)]);
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
    fn joined_tables_are_named_and_groups_of_conditions_vanish_with_the_last() {
        let mut form = QueryForm { table: TableRef::new("flights"), ..QueryForm::default() };
        form.joins = vec![Join {
            name: "planes".into(),
            table: TableRef { schema: "public".into(), name: "planes".into() },
            on: vec![JoinOn { left: "tailnum".into(), right: "tailnum".into() }],
            inner: false,
        }];
        form.select = vec![
            Selected { name: "month".into(), column: "time_hour".into(), function: Some(Function::Month), aggregate: None },
            Selected { name: "seats".into(), column: "planes.seats".into(), aggregate: Some(Aggregate::Sum), ..Selected::default() },
        ];
        let filter =
            |column: &str, parameter: &str| Filter { column: column.into(), op: Op::Is, parameter: parameter.into(), ..Filter::default() };
        form.any_of = vec![vec![filter("origin", "a"), filter("planes.engines", "b")]];
        assert_eq!(
            form.script(&[], &[], Dialect::Postgres),
            "SELECT CAST(extract(MONTH FROM \"flights\".\"time_hour\") AS bigint) AS \"month\",\n       sum(\"planes\".\"seats\") AS \"seats\"\n\
             FROM \"flights\"\nLEFT JOIN \"public\".\"planes\" AS \"planes\" ON \"flights\".\"tailnum\" = \"planes\".\"tailnum\"\n\
             WHERE 1 = 1\n  [[ AND (1 = 0 [[OR \"flights\".\"origin\" = :a]] [[OR \"planes\".\"engines\" = :b]]) ]]\n\
             GROUP BY CAST(extract(MONTH FROM \"flights\".\"time_hour\") AS bigint)"
        );
        let fixed = [Parameter::new("a", DataType::String).required()];
        assert!(form.script(&fixed, &[], Dialect::Sqlite).contains("AND (1 = 0 OR \"flights\".\"origin\" = :a [[OR"));
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        let mut form = delays();
        form.table = TableRef::new("x\"; drop table y --");
        assert!(form.script(&[], &[], Dialect::Sqlite).contains("FROM \"x\"\"; drop table y --\""));
    }
}
