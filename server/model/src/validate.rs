//! The pure rules of a definition: the same code says them in the browser beside the field and on the server before
//! anything is stored. What needs the source itself (does the column exist, does the statement parse) is the *check*.

use std::collections::HashSet;

use crate::dialect::Dialect;
use crate::form::{Op, QueryForm};
use crate::name::is_identifier;
use crate::number::grouped;
use crate::parameter::RESERVED;
use crate::script::Script;
use crate::spec::{
    ApiBody, KvBody, MAX_CACHE_MS, MAX_CASES, MAX_MAX_BYTES, MAX_MAX_ROWS, MAX_PAGE_SIZE, MAX_TIMEOUT_MS, MIN_MAX_BYTES, Query, SqlBody,
};
use crate::validate_union::check_union;
use crate::value::read_text;
use crate::{ApiSpec, FieldError, Parameter};

/// The longest SQL text, in bytes.
pub const MAX_SCRIPT: usize = 20_000;
const MAX_FIELDS: usize = 500;
const MAX_PARAMETERS: usize = 50;
const MAX_TITLE: usize = 200;

/// Everything wrong with a definition, each with its place. Empty means it can be checked against its source, whose dialect tells how a
/// script is read; without a source a script is not read.
#[must_use]
pub fn validate(spec: &ApiSpec, dialect: Option<Dialect>) -> Vec<FieldError> {
    let mut found = Errors::default();
    if spec.title.chars().count() > MAX_TITLE {
        found.add("title", format!("At most {MAX_TITLE} characters."));
    }
    if spec.source.is_empty() && spec.union().is_none() {
        found.add("source", "Pick a source.");
    }
    match &spec.body {
        ApiBody::Kv(kv) => check_kv(spec, kv, &mut found),
        ApiBody::Sql(sql) => check_sql(spec, sql, dialect, &mut found),
        ApiBody::Union(union) => found.0.extend(check_union(spec, union)),
    }
    check_fields(spec, &mut found);
    check_parameters(spec, &mut found);
    check_policy(spec, &mut found);
    check_unreadable(spec, dialect, &mut found);
    if spec.cases.len() > MAX_CASES {
        found.add("cases", format!("At most {MAX_CASES} test cases."));
    }
    found.0
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }
}

fn check_kv(spec: &ApiSpec, kv: &KvBody, found: &mut Errors) {
    if kv.table.name.is_empty() {
        found.add("table", "Pick a table.");
    }
    if kv.key.is_empty() {
        found.add("key", "Choose the key column.");
    }
    for column in &kv.key {
        match spec.fields.iter().find(|field| &field.column == column) {
            None => found.add("key", format!("{column} is the key, so it must be a field of the response.")),
            Some(field) if spec.parameter(&field.name).is_none_or(|p| !p.required || p.list) => {
                found.add("key", format!("The key {} must be a required parameter with one value.", field.name));
            }
            Some(_) => {}
        }
    }
    if spec.parameters.len() > kv.key.len() {
        found.add("parameters", "A key lookup has its key columns as parameters, and no others.");
    }
}

fn check_sql(spec: &ApiSpec, sql: &SqlBody, dialect: Option<Dialect>, found: &mut Errors) {
    match &sql.query {
        Query::Form(form) => check_form(spec, form, found),
        Query::Script(text) => check_script(spec, text, dialect, found),
    }
    if sql.keyset && (sql.page_size.is_none() || !matches!(&sql.query, Query::Form(form) if !form.sort.is_empty())) {
        found.add("keyset", "Cursor pagination needs pagination and a sort order, in the query builder.");
    }
    if let Some(size) = sql.page_size {
        if size == 0 || size > MAX_PAGE_SIZE {
            found.add("page_size", format!("Give a page size between 1 and {} rows.", grouped(MAX_PAGE_SIZE)));
        }
        if let Query::Form(form) = &sql.query
            && form.sort.is_empty()
        {
            found.add("sort", "Pagination needs a sort order. Choose the fields to sort by, or turn pagination off.");
        }
    }
}

fn check_form(spec: &ApiSpec, form: &QueryForm, found: &mut Errors) {
    if form.table.name.is_empty() {
        found.add("table", "Pick a table.");
    }
    if form.select.is_empty() {
        found.add("fields", "Choose at least one field for the response.");
    }
    let mut joins = HashSet::new();
    for join in &form.joins {
        let place = format!("joins.{}", join.name);
        if !is_identifier(&join.name) || join.name == form.table.name || !joins.insert(&join.name) {
            found.add(&place, "Each table needs its own name of letters, digits and underscores.");
        }
        if join.on.is_empty() {
            found.add(&place, format!("Choose the columns that join {} with the other tables.", join.table.name));
        }
    }
    for filter in &form.having {
        if !form.select.iter().any(|selected| selected.name == filter.column && selected.aggregate.is_some()) {
            found.add(format!("filters.{}", filter.column), format!("{} is not a computed field of the response.", filter.column));
        }
    }
    if form.distinct && form.is_grouped() {
        found.add("distinct", "Groups are distinct already. Remove either the grouping or \"distinct rows\".");
    }
    for filter in form.conditions().chain(&form.having) {
        let place = format!("filters.{}", filter.column);
        if filter.op == Op::Between && filter.constant.is_some() {
            found.add(&place, "\"is between\" takes two parameters. Use two filters for constants.");
        }
        if filter.op == Op::In && filter.constant.is_some() {
            found.add(&place, "\"is one of\" takes a parameter. Use \"is\" for a constant.");
        }
        if filter.op.takes_value() && filter.constant.is_none() && !is_identifier(&filter.parameter) {
            found.add(&place, "Enter a parameter name of letters, digits and underscores.");
        }
        for name in filter.parameters() {
            match spec.parameter(&name) {
                None => found.add(&place, format!("Parameter {name} does not exist. Add it, or use another.")),
                Some(parameter) if parameter.list != (filter.op == Op::In) => {
                    found.add(
                        &place,
                        format!(
                            "{name} takes {}.",
                            if parameter.list { "a list: use \"is one of\"" } else { "a single value: make it a list" }
                        ),
                    );
                }
                Some(_) => {}
            }
        }
    }
    for sort in &form.sort {
        if !form.select.iter().any(|selected| selected.name == sort.field) {
            found.add("sort", format!("{} is not a field of the response.", sort.field));
        }
    }
    let bound: HashSet<String> = form.conditions().chain(&form.having).flat_map(super::form::Filter::parameters).collect();
    for parameter in &spec.parameters {
        if !bound.contains(&parameter.name) {
            found.add(format!("parameters.{}", parameter.name), "No filter uses this parameter. Use it or remove it.");
        }
    }
}

fn check_script(spec: &ApiSpec, text: &str, dialect: Option<Dialect>, found: &mut Errors) {
    if text.trim().is_empty() {
        found.add("script", "Enter one SELECT statement.");
        return;
    }
    if text.len() > MAX_SCRIPT {
        found.add("script", format!("At most {} bytes of SQL.", grouped(MAX_SCRIPT)));
        return;
    }
    let Some(dialect) = dialect else { return };
    let script = match Script::parse(text, dialect) {
        Ok(script) => script,
        Err(error) => return found.add("script", error.to_string()),
    };
    if script.has_constant_optional() {
        found.add("script", "An optional part [[ … ]] needs a parameter. Without one it is never left out.");
    }
    let used = script.parameters();
    for (name, only_optional) in &used {
        match spec.parameter(name) {
            None => found.add("script", format!("Parameter {name} does not exist. Add it, or use another.")),
            Some(parameter) if !only_optional && !parameter.required && parameter.default.is_none() => {
                found.add(format!("parameters.{name}"), "The parameter is used outside [[ … ]], so it must be required or have a default.");
            }
            Some(_) => {}
        }
    }
    for parameter in &spec.parameters {
        if !used.iter().any(|(name, _)| name == &parameter.name) {
            found.add(format!("parameters.{}", parameter.name), "The SQL does not use this parameter. Use it or remove it.");
        }
    }
}

fn check_fields(spec: &ApiSpec, found: &mut Errors) {
    let is_script = matches!(&spec.body, ApiBody::Sql(SqlBody { query: Query::Script(_), .. }));
    if spec.fields.is_empty() && !is_script {
        found.add("fields", "Choose at least one field for the response.");
    }
    if spec.fields.len() > MAX_FIELDS {
        found.add("fields", format!("At most {MAX_FIELDS} fields."));
    }
    let mut seen = HashSet::new();
    for field in &spec.fields {
        let place = format!("fields.{}", field.name);
        if !is_identifier(&field.name) {
            found.add(&place, "Use letters, digits and underscores, beginning with a letter.");
        }
        if !seen.insert(&field.name) {
            found.add(&place, format!("Two fields are named {}. Rename one.", field.name));
        }
    }
}

fn check_parameters(spec: &ApiSpec, found: &mut Errors) {
    if spec.parameters.len() > MAX_PARAMETERS {
        found.add("parameters", format!("At most {MAX_PARAMETERS} parameters."));
    }
    let mut seen = HashSet::new();
    for parameter in &spec.parameters {
        if !seen.insert(&parameter.name) {
            found.add(format!("parameters.{}", parameter.name), "Two parameters have this name. Rename one.");
        }
        check_parameter(parameter, found);
    }
}

fn check_parameter(parameter: &Parameter, found: &mut Errors) {
    let place = |part: &str| format!("parameters.{}.{part}", parameter.name);
    if !is_identifier(&parameter.name) {
        found.add(place("name"), "Use letters, digits and underscores, beginning with a letter.");
    }
    if RESERVED.contains(&parameter.name.as_str()) {
        found.add(place("name"), format!("{} is reserved for pagination and formats. Choose another name.", parameter.name));
    }
    let bounds_are_lengths = matches!(parameter.data_type, crate::DataType::String | crate::DataType::Bytes | crate::DataType::Json);
    for (part, bound) in [("min", &parameter.min), ("max", &parameter.max)] {
        let Some(bound) = bound else { continue };
        let fits = if bounds_are_lengths { bound.parse::<u32>().is_ok() } else { read_text(parameter.data_type, bound).is_ok() };
        if !fits {
            found.add(
                place(part),
                if bounds_are_lengths {
                    "Enter the length as a whole number.".to_owned()
                } else {
                    format!("A {}.", parameter.data_type.word())
                },
            );
        }
    }
    for choice in &parameter.choices {
        if read_text(parameter.data_type, choice).is_err() {
            found.add(place("choices"), format!("{choice} is not a {}.", parameter.data_type.word()));
        }
    }
    for (part, text) in [("default", &parameter.default), ("test_value", &parameter.test_value)] {
        if let Some(text) = text
            && let Err(error) = parameter.read_texts(&[text])
        {
            found.add(place(part), error.message);
        }
    }
    if parameter.pattern.as_ref().is_some_and(|pattern| pattern.len() > 500) {
        found.add(place("pattern"), "At most 500 characters.");
    }
}

fn check_policy(spec: &ApiSpec, found: &mut Errors) {
    if !(10..=MAX_TIMEOUT_MS).contains(&spec.policy.timeout_ms) {
        found.add("timeout_ms", format!("Give a time-out between 10 and {} ms.", grouped(MAX_TIMEOUT_MS)));
    }
    if !(1..=MAX_MAX_ROWS).contains(&spec.policy.max_rows) {
        found.add("max_rows", format!("Give a row limit between 1 and {} rows.", grouped(MAX_MAX_ROWS)));
    }
    if !(MIN_MAX_BYTES..=MAX_MAX_BYTES).contains(&spec.policy.max_bytes) {
        found.add("max_bytes", format!("Give a size between {} and {} MiB, in bytes.", MIN_MAX_BYTES >> 20, MAX_MAX_BYTES >> 20));
    }
    let Some(cache) = &spec.policy.cache else { return };
    if !cache.memory && !cache.redis {
        found.add("cache", "Choose a level of the response cache: memory, Redis or both.");
    }
    if cache.ttl_ms == 0 {
        found.add("cache.ttl_ms", "Give a TTL of at least 1 ms, or turn the response cache off.");
    }
    for (place, time) in [("ttl_ms", cache.ttl_ms), ("stale_ms", cache.stale_ms), ("negative_ms", cache.negative_ms)] {
        if time > MAX_CACHE_MS {
            found.add(format!("cache.{place}"), "Give at most 86,400,000 ms (24 hours).");
        }
    }
}

/// Null in place of a cell that cannot be read: not where a page would begin behind it, nor of a source that is read by the engine, which
/// rejects rows.
fn check_unreadable(spec: &ApiSpec, dialect: Option<Dialect>, found: &mut Errors) {
    if !spec.policy.unreadable_as_null {
        return;
    }
    if !spec.keyset().is_empty() {
        found.add("unreadable_as_null", "Cursor pagination needs every sort value, so an unreadable value cannot become null. Use offset pagination, or report an error.");
    }
    if dialect == Some(Dialect::Datafusion) {
        found.add("unreadable_as_null", "This source reports an unreadable value as an error. Turn this off.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ApiKind, Policy};
    use crate::table::TableRef;
    use crate::{DataType, Field};

    fn plane() -> ApiSpec {
        let field = |name: &str| Field { name: name.into(), column: name.into(), ..Field::default() };
        ApiSpec {
            source: "flights-db".into(),
            body: ApiBody::Kv(KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] }),
            parameters: vec![Parameter::new("tailnum", DataType::String).required()],
            fields: vec![field("tailnum"), field("model")],
            policy: Policy::default(),
            serve_from: Default::default(),
            title: String::new(),
            cases: Vec::new(),
        }
    }

    fn script(text: &str, parameters: Vec<Parameter>) -> Vec<String> {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.source = "flights-db".into();
        spec.body = ApiBody::Sql(SqlBody { query: Query::Script(text.into()), page_size: None, keyset: false });
        spec.parameters = parameters;
        validate(&spec, Some(Dialect::Sqlite)).into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn a_whole_definition_has_nothing_wrong() {
        assert_eq!(validate(&plane(), None), vec![]);
    }

    #[test]
    fn a_policy_from_before_responses_had_a_size_has_the_usual_one_and_is_written_as_it_was() {
        let before = r#"{"timeout_ms":5000,"max_rows":10000}"#;
        let mut policy: Policy = serde_json::from_str(before).unwrap();
        assert_eq!((policy.max_bytes, serde_json::to_string(&policy).unwrap().as_str()), (64 << 20, before));
        for (bytes, faults) in [(MIN_MAX_BYTES, 0), (MAX_MAX_BYTES, 0), (MIN_MAX_BYTES - 1, 1), (MAX_MAX_BYTES + 1, 1)] {
            policy.max_bytes = bytes;
            assert_eq!(validate(&ApiSpec { policy: policy.clone(), ..plane() }, None).len(), faults, "{bytes}");
        }
    }

    #[test]
    fn each_fault_is_named_at_its_place() {
        let mut spec = plane();
        spec.fields[1].name = "no good".into();
        spec.fields.remove(0);
        spec.policy.timeout_ms = 0;
        spec.parameters[0].default = Some("x".into());
        spec.parameters[0].data_type = DataType::Int32;
        let places: Vec<String> = validate(&spec, None).into_iter().map(|error| error.field).collect();
        assert_eq!(places, ["key", "fields.no good", "parameters.tailnum.default", "timeout_ms"]);
    }

    #[test]
    fn a_script_and_its_parameters_must_agree() {
        let a = || Parameter::new("a", DataType::Int64);
        assert_eq!(script("select 1 where 1 = :a", vec![a().required()]), Vec::<String>::new());
        assert_eq!(script("select 1 [[ where 1 = :a ]]", vec![a()]), Vec::<String>::new());
        assert!(script("select 1 where 1 = :a", vec![a()])[0].contains("outside"));
        assert!(script("select 1", vec![a()])[0].contains("does not use"));
        assert!(script("select 1 where 1 = :b", vec![])[0].contains("Parameter b does not exist"));
        assert!(script("select 1 [[ limit 1 ]]", vec![])[0].contains("never left out"));
    }

    #[test]
    fn null_for_what_cannot_be_read_is_no_end_of_a_page() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.fields = vec![Field::plain("day", DataType::Date)];
        spec.policy.unreadable_as_null = true;
        let of = |spec: &ApiSpec, dialect| validate(spec, Some(dialect)).iter().filter(|error| error.field == "unreadable_as_null").count();
        assert_eq!((of(&spec, Dialect::Mysql), of(&spec, Dialect::Datafusion)), (0, 1));
        let sort = vec![crate::form::Sort { field: "day".into(), descending: false }];
        let form = QueryForm { sort, ..QueryForm::default() };
        spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(10), keyset: true });
        assert_eq!(of(&spec, Dialect::Mysql), 1);
    }
}
