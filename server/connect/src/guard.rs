//! The guard before a script: one read-only statement out of known functions, or a refusal that names the place.
//!
//! It stands in front of the source's own defences (read-only sessions, time-outs), not instead of them.

use std::ops::ControlFlow;

use model::dialect::Dialect;
use sqlparser::ast::{
    Expr, Function, ObjectName, OrderByKind, Query, SetExpr, Spanned, Statement, TableFactor, Value as SqlValue, Visit, Visitor,
};
use sqlparser::dialect::{ClickHouseDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Location;

/// What is wrong and where, in the text that was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .place.map(|(line, column)| format!("Line {line}, column {column}: ")).unwrap_or_default())]
pub struct Refusal {
    pub place: Option<(u64, u64)>,
    pub message: String,
}

/// What the guard learned of a statement that it let by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub has_order: bool,
    pub has_limit: bool,
}

/// Functions that only compute. Everything else (files, settings, sleeping, other servers) is refused.
const FUNCTIONS: &[&str] = &[
    "abs",
    "array_agg",
    // What ClickHouse calls them.
    "lengthutf8",
    "lowerutf8",
    "todayofmonth",
    "tofloat64",
    "toint64",
    "tomonth",
    "toyear",
    "trimboth",
    "upperutf8",
    "avg",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "date_part",
    "date_trunc",
    "datetime",
    "dense_rank",
    "exp",
    "extract",
    "first_value",
    "floor",
    "format",
    "glob",
    "greatest",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json_array_length",
    "json_extract",
    "json_type",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "like",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "max",
    "md5",
    "median",
    "min",
    "mod",
    "mode",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "position",
    "power",
    "printf",
    "rank",
    "regexp_match",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "strftime",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "time",
    "to_char",
    "to_date",
    "to_number",
    "to_timestamp",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unixepoch",
    "upper",
    "var_pop",
    "var_samp",
    "variance",
    "bool_and",
    "bool_or",
    "every",
    "date_bin",
    "age",
    "json_each",
    "jsonb_extract_path_text",
    "json_extract_path_text",
    "width_bucket",
    "translate",
    "initcap",
    "unicode",
    "char",
    "chr",
    "ascii",
];

/// Lets one read-only statement by.
///
/// # Errors
/// A refusal that names what is wrong and, where the parser knows it, the place.
pub fn check(sql: &str, dialect: Dialect) -> Result<Passed, Refusal> {
    let parsed = match dialect {
        Dialect::Sqlite => Parser::parse_sql(&SQLiteDialect {}, sql),
        Dialect::Postgres | Dialect::Datafusion => Parser::parse_sql(&PostgreSqlDialect {}, sql),
        Dialect::Mysql => Parser::parse_sql(&MySqlDialect {}, sql),
        Dialect::Clickhouse => Parser::parse_sql(&ClickHouseDialect {}, &without_types(sql)),
    };
    let statements = parsed.map_err(|error| parse_refusal(&error.to_string()))?;
    let statement = match statements.as_slice() {
        [one] => one,
        [] => return Err(refuse(None, "Write one SELECT statement.")),
        [_, second, ..] => {
            return Err(refuse(Some(second.span().start), "Only one statement can be run. Take the others out."));
        }
    };
    let Statement::Query(query) = statement else {
        return Err(refuse(Some(statement.span().start), "Only a SELECT can be run: this one does something else."));
    };
    let mut walk = Walk { queries: 0 };
    if let ControlFlow::Break(refusal) = statement.visit(&mut walk) {
        return Err(refusal);
    }
    Ok(Passed { has_order: query.order_by.is_some(), has_limit: query.limit_clause.is_some() || query.fetch.is_some() })
}

/// `{p1:Int64}` as the plain placeholder that the parser knows.
fn without_types(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("{p") {
        out.push_str(before);
        match after.split_once('}').filter(|(inside, _)| inside.split_once(':').is_some_and(|(n, _)| n.parse::<u32>().is_ok())) {
            Some((_, behind)) => {
                out.push('?');
                rest = behind;
            }
            None => {
                out.push_str("{p");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

struct Walk {
    queries: usize,
}

/// The deepest nesting of queries that is read.
const MAX_QUERIES: usize = 100;

impl Visitor for Walk {
    type Break = Refusal;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Refusal> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            other => stop(Some(other.span().start), "Only a SELECT can be run: this part writes or changes something."),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        self.queries += 1;
        if self.queries > MAX_QUERIES {
            return stop(None, "Too many queries inside one another.");
        }
        if !query.locks.is_empty() {
            return stop(Some(query.span().start), "FOR UPDATE and FOR SHARE lock rows. Take them out.");
        }
        check_body(&query.body)?;
        if let Some(order) = &query.order_by
            && let OrderByKind::Expressions(items) = &order.kind
            && let Some(item) = items.iter().find(|item| is_placeholder(&item.expr))
        {
            return stop(Some(item.expr.span().start), "A parameter is a value and cannot name the column to sort by.");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refusal> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => check_function(name),
            TableFactor::Table { name, .. } => {
                let catalog = name.0.first().and_then(|part| part.as_ident()).is_some_and(|ident| {
                    let value = ident.value.to_ascii_lowercase();
                    value.starts_with("pg_")
                        || value.starts_with("sqlite_")
                        || matches!(value.as_str(), "information_schema" | "mysql" | "performance_schema" | "sys" | "system")
                });
                if catalog {
                    stop(Some(name.span().start), &format!("{name} belongs to the server itself and is not data."))
                } else {
                    ControlFlow::Continue(())
                }
            }
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            other => stop(Some(other.span().start), "This kind of table expression is not offered."),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Refusal> {
        match expr {
            Expr::Function(Function { name, .. }) => check_function(name),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn check_body(body: &SetExpr) -> ControlFlow<Refusal> {
    match body {
        SetExpr::Select(select) if select.into.is_some() => stop(Some(select.span().start), "SELECT INTO makes a table. Take INTO out."),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            stop(Some(body.span().start), "Only a SELECT can be run: this part writes or changes something.")
        }
        SetExpr::SetOperation { left, right, .. } => {
            check_body(left)?;
            check_body(right)
        }
        _ => ControlFlow::Continue(()),
    }
}

fn check_function(name: &ObjectName) -> ControlFlow<Refusal> {
    let parts: Vec<String> =
        name.0.iter().map(|part| part.as_ident().map(|ident| ident.value.to_ascii_lowercase()).unwrap_or_default()).collect();
    let known = match parts.as_slice() {
        [function] => FUNCTIONS.contains(&function.as_str()),
        [schema, function] => schema == "pg_catalog" && FUNCTIONS.contains(&function.as_str()),
        _ => false,
    };
    if known {
        return ControlFlow::Continue(());
    }
    stop(Some(name.span().start), &format!("The function {} is not on the list of functions that only compute.", parts.join(".")))
}

fn is_placeholder(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => matches!(value.value, SqlValue::Placeholder(_)),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_placeholder(inner),
        _ => false,
    }
}

fn refuse(at: Option<Location>, message: &str) -> Refusal {
    let place = at.filter(|at| at.line > 0).map(|at| (at.line, at.column));
    Refusal { place, message: message.to_owned() }
}

fn stop(at: Option<Location>, message: &str) -> ControlFlow<Refusal> {
    ControlFlow::Break(refuse(at, message))
}

/// The parser's message with its place taken out of the text; it is about the builder's own SQL, not about data.
fn parse_refusal(said: &str) -> Refusal {
    let said = said.trim_start_matches("sql parser error: ");
    let (message, place) = match said.rsplit_once(" at Line: ") {
        Some((message, place)) => {
            let mut numbers = place.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
            (message, numbers.next().zip(numbers.next()))
        }
        None => (said, None),
    };
    let found_parameter = ["found: $", "found: ?"].iter().any(|found| message.contains(found));
    let message = if found_parameter {
        "A parameter is a value and cannot stand where the name of a table or column is wanted.".to_owned()
    } else {
        format!("This is not SQL that can be read: {}.", message.trim_end_matches('.'))
    };
    Refusal { place, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> Refusal {
        check(sql, Dialect::Postgres).expect_err(sql)
    }

    #[test]
    fn one_reading_statement_passes() {
        let sql = "with m as (select carrier, avg(dep_delay) as d from flights where month in ($1, $2) group by carrier)
                   select m.carrier, round(d) from m join airlines a using (carrier) where a.name like $3 order by 1 limit 5";
        assert_eq!(check(sql, Dialect::Postgres), Ok(Passed { has_order: true, has_limit: true }));
        assert!(check("select strftime('%m', time_hour) from flights where x = ?1", Dialect::Sqlite).is_ok());
    }

    /// Whatever a form can be made to say, on every source.
    #[test]
    fn all_that_a_form_says_passes() {
        use model::form::{Aggregate, Filter, Function, Join, JoinOn, Op, QueryForm, Selected};
        use model::table::TableRef;
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion] {
            let table = TableRef::new("flights");
            let on = vec![JoinOn { left: "a".into(), right: "b".into() }];
            let joins = vec![Join { name: "planes".into(), table: TableRef::new("planes"), on, inner: false }];
            let named = |name: &str| Selected { name: name.into(), column: "a".into(), ..Selected::default() };
            let mut select: Vec<Selected> =
                Function::ALL.iter().map(|function| Selected { function: Some(*function), ..named(function.key()) }).collect();
            select.extend(Aggregate::ALL.iter().map(|aggregate| Selected { aggregate: Some(*aggregate), ..named(aggregate.key()) }));
            let filter = |op: &Op| Filter { column: "planes.a".into(), op: *op, constant: Some("1".into()), ..Filter::default() };
            let plain = Op::ALL.iter().filter(|op| !matches!(op, Op::In | Op::Between));
            let form = QueryForm { table, joins, select, filters: plain.map(filter).collect(), ..QueryForm::default() };
            let sql = form.script(&[], &[], dialect);
            assert!(check(&sql, dialect).is_ok(), "{dialect:?}: {:?}\n{sql}", check(&sql, dialect));
        }
    }

    #[test]
    fn what_writes_locks_sleeps_or_peeks_is_refused_with_its_place() {
        for (sql, word) in [
            ("select 1; drop table flights", "one statement"),
            ("select 1 /* ; */ ; /* hidden */ delete from flights", "one statement"),
            ("delete from flights", "SELECT"),
            ("with gone as (delete from flights returning 1) select * from gone", "writes"),
            ("select * into copy from flights", "INTO"),
            ("select * from flights for update", "lock"),
            ("select pg_sleep(10)", "pg_sleep"),
            ("select pg_catalog.pg_read_file('/etc/passwd')", "pg_read_file"),
            ("select * from pg_sleep(1)", "pg_sleep"),
            ("select \"pg_sleep\"(1)", "pg_sleep"),
            ("select (select pg_sleep(1)) from flights where exists (select 1)", "pg_sleep"),
            ("select * from pg_shadow", "server itself"),
            ("select * from information_schema.tables", "server itself"),
            ("select * from $1", "cannot stand"),
            ("select * from flights order by $1", "sort by"),
            ("set statement_timeout = 0", "SELECT"),
            ("copy flights to '/tmp/x'", "SELECT"),
            ("", "one SELECT"),
            ("selec 1", "not SQL"),
        ] {
            let refusal = refused(sql);
            assert!(refusal.to_string().contains(word), "{sql}: {refusal}");
        }
        assert_eq!(refused("select carrier,\n  pg_sleep(1) from flights").place, Some((2, 3)));
        assert_eq!(refused("select 1 from flights wher x = 1").place, Some((1, 28)));
    }

    #[test]
    fn sqlite_cannot_load_or_write_either() {
        for sql in ["select load_extension('x')", "select writefile('x', 'y')", "attach 'x' as y", "pragma query_only = 0", "vacuum"] {
            assert!(check(sql, Dialect::Sqlite).is_err(), "{sql}");
        }
    }
}
