//! Statements for a server that quotes with brackets and pages by OFFSET and FETCH, read back by a parser of that kind.
//! Whatever a statement does not leave to its dialect is no SQL there.

use sqlparser::ast::{Expr, SelectItem, SetExpr, Statement};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::parser::Parser;

use super::Dialect;
use crate::form::{Aggregate, Filter, Op, QueryForm, Selected, Sort, kv_script};
use crate::script::Script;
use crate::spec::{ApiKind, KvBody, Query, SqlBody};
use crate::statement::{Arguments, Page, Template};
use crate::table_ref::TableRef;
use crate::{ApiBody, ApiSpec, DataType, Field, Parameter, Value};

const BRACKETS: Dialect = Dialect::Brackets;

fn parsed(sql: &str) -> Statement {
    let mut statements = Parser::parse_sql(&MsSqlDialect {}, sql).unwrap_or_else(|error| panic!("{error}:\n{sql}"));
    assert_eq!(statements.len(), 1, "{sql}");
    statements.remove(0)
}

/// A text as the parser writes it: in one line, and with its own word for the first rows.
fn words(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").replace("FETCH NEXT", "FETCH FIRST").to_lowercase()
}

fn reads_back(sql: &str) {
    assert_eq!(words(&parsed(sql).to_string()), words(sql));
}

fn selected(name: &str) -> Selected {
    Selected { name: name.into(), column: name.into(), ..Selected::default() }
}

/// A form over a table of a schema, with a filter that may be left out.
fn template(sort: Vec<Sort>) -> (ApiSpec, Template) {
    let mut spec = ApiSpec::empty(ApiKind::Sql);
    let field = |name: &str| Field { nullable: true, ..Field::plain(name, DataType::String) };
    spec.fields = vec![field("carrier"), field("flights")];
    spec.parameters = vec![Parameter::new("carrier", DataType::String)];
    let counted = Selected { name: "flights".into(), aggregate: Some(Aggregate::Count), ..Selected::default() };
    let form = QueryForm {
        table: TableRef { schema: "travel".into(), ..TableRef::new("flights") },
        select: vec![selected("carrier"), counted],
        filters: vec![Filter { column: "carrier".into(), op: Op::StartsWith, parameter: "carrier".into(), ..Filter::default() }],
        sort,
        ..QueryForm::default()
    };
    spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(20), keyset: false });
    let template = Template::new(&spec, BRACKETS).unwrap();
    (spec, template)
}

#[test]
fn a_page_is_offset_and_fetch_and_binds_in_that_order() {
    let sort = Sort { field: "flights".into(), descending: false };
    for sort in [vec![sort], Vec::new()] {
        let is_sorted = !sort.is_empty();
        let (spec, template) = template(sort);
        let arguments = Arguments::from([("carrier".to_owned(), Value::Text("U".into()))]);
        let rendered = template.render(&spec, &arguments, Page { limit: 20, offset: 40 }, &[]);
        reads_back(&rendered.sql);
        let order = if is_sorted { "ORDER BY CASE WHEN [flights] IS NULL THEN 1 ELSE 0 END, [flights]" } else { "ORDER BY (SELECT NULL)" };
        assert!(rendered.sql.ends_with(&format!("{order}\nOFFSET ? ROWS FETCH NEXT ? ROWS ONLY")), "{}", rendered.sql);
        assert!(rendered.sql.contains("FROM [travel].[flights]") && rendered.sql.contains("substring([carrier], 1, len(?)) = ?"));
        let binds: Vec<&Value> = rendered.binds.iter().map(|(_, value)| value).collect();
        let text = Value::Text("U".into());
        assert_eq!(binds, [&text, &text, &Value::Int(40), &Value::Int(21)]);
        let all = template.render(&spec, &Arguments::new(), Page { limit: 20, offset: 0 }, &[]);
        reads_back(&all.sql);
        assert!(!all.sql.contains("substring"), "the filter is left out: {}", all.sql);
    }
}

#[test]
fn a_row_by_its_key_and_a_cut_statement_read_back() {
    let kv = KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] };
    let text = kv_script(&kv, &[Field::plain("tailnum", DataType::String)], BRACKETS);
    let mut parameters = vec![Parameter::new("tailnum", DataType::String)];
    parameters[0].required = true;
    let value = Value::Text("N14228".into());
    let script = Script::parse(&text, BRACKETS).unwrap();
    reads_back(&script.render(BRACKETS, &parameters, |name| (name == "tailnum").then_some(&value)).sql);
    reads_back(&BRACKETS.cut(&format!("SELECT {} FROM {}", BRACKETS.quote("a"), BRACKETS.table(&TableRef::new("t"))), 20));
}

#[test]
fn no_name_ends_its_brackets() {
    let name = "a] FROM [secrets]; --";
    let Statement::Query(query) = parsed(&format!("SELECT {}", BRACKETS.quote(name))) else { panic!("it is no query") };
    let SetExpr::Select(select) = *query.body else { panic!("it is no SELECT") };
    let [SelectItem::UnnamedExpr(Expr::Identifier(found))] = &select.projection[..] else { panic!("{:?}", select.projection) };
    assert_eq!((found.value.as_str(), found.quote_style), (name, Some('[')));
}
