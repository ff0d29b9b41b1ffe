//! What a click in the form does to the definition: pure, so that it can be tested without a browser.

use model::dialect::Dialect;
use model::form::{Aggregate, Function, QueryForm, Selected};
use model::script::Script;
use model::spec::{ApiBody, ApiSpec, Case, Query, SqlBody};
use model::table::{Column, TableInfo};
use model::{DataType, Field, Parameter};

use super::filter_edits::remove_filter;

/// The form of a question, where the API is one.
pub(super) fn form_of(spec: &ApiSpec) -> Option<&QueryForm> {
    match &spec.body {
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => Some(form),
        _ => None,
    }
}

pub(super) fn form_mut(spec: &mut ApiSpec) -> Option<&mut QueryForm> {
    match &mut spec.body {
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => Some(form),
        _ => None,
    }
}

fn field_of(column: &Column) -> Field {
    Field {
        name: column.name.clone(),
        column: column.name.clone(),
        data_type: column.data_type,
        nullable: column.nullable,
        ..Field::default()
    }
}

/// Begins anew with a table: all its columns, looked up by its own key.
pub(super) fn choose_table(spec: &mut ApiSpec, info: &TableInfo) {
    spec.parameters.clear();
    spec.fields = info.columns.iter().map(field_of).collect();
    match &mut spec.body {
        ApiBody::Kv(kv) => {
            kv.table = info.table.clone();
            kv.key.clear();
            for column in &info.key {
                set_key(spec, info, column, true);
            }
        }
        ApiBody::Sql(SqlBody { query: Query::Form(form), page_size, keyset }) => {
            let plain = |column: &Column| Selected { name: column.name.clone(), column: column.name.clone(), ..Selected::default() };
            *form = QueryForm { table: info.table.clone(), select: info.columns.iter().map(plain).collect(), ..QueryForm::default() };
            (*page_size, *keyset) = (None, false);
        }
        ApiBody::Sql(_) | ApiBody::Union(_) => {}
    }
}

/// Puts a column into the key, or takes it out; its parameter comes and goes with it.
pub(super) fn set_key(spec: &mut ApiSpec, info: &TableInfo, column: &str, on: bool) {
    if on {
        set_given(spec, info, column, true);
    }
    let Some(field) = spec.fields.iter().find(|field| field.column == column).cloned() else { return };
    let ApiBody::Kv(kv) = &mut spec.body else { return };
    kv.key.retain(|key| key != column);
    spec.parameters.retain(|parameter| parameter.name != field.name);
    if on {
        kv.key.push(column.to_owned());
        // The order of the table, whatever the order of the clicks.
        kv.key.sort_by_key(|key| info.columns.iter().position(|column| &column.name == key));
        let at = kv.key.iter().position(|key| key == column).unwrap_or_default();
        spec.parameters.insert(at.min(spec.parameters.len()), Parameter::new(&field.name, field.data_type).required());
    }
}

/// Gives a column out, or leaves it out. A key column stays.
pub(super) fn set_given(spec: &mut ApiSpec, info: &TableInfo, column: &str, on: bool) {
    let Some(known) = info.column(column) else { return };
    if let Some(form) = form_mut(spec) {
        form.select.retain(|selected| selected.column != column || selected.is_computed());
        if on {
            let name = free_name(form, column.rsplit('.').next().unwrap_or(column), &column.replace('.', "_"));
            form.select.push(Selected { name, column: column.to_owned(), ..Selected::default() });
        }
        let place = |selected: &Selected| match selected.is_computed() {
            false => info.columns.iter().position(|column| column.name == selected.column).unwrap_or_default(),
            true => usize::MAX,
        };
        form.select.sort_by_key(place);
        let names: Vec<String> = form.select.iter().map(|selected| selected.name.clone()).collect();
        form.sort.retain(|sort| names.contains(&sort.field));
        return type_form(spec, info);
    }
    let is_key = matches!(&spec.body, ApiBody::Kv(kv) if kv.key.iter().any(|key| key == column));
    let there = spec.fields.iter().any(|field| field.column == column);
    if on && !there {
        spec.fields.push(field_of(known));
        spec.fields.sort_by_key(|field| info.columns.iter().position(|column| column.name == field.column));
    } else if !on && there && !is_key {
        spec.fields.retain(|field| field.column != column);
    }
}

/// The first name where it is free; else the second, or that with a number.
fn free_name(form: &QueryForm, first: &str, second: &str) -> String {
    let taken = |name: &str| form.select.iter().any(|selected| selected.name == name);
    let numbered = (2..).map(|n| format!("{second}_{n}"));
    let mut names = [first.to_owned(), second.to_owned()].into_iter().chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// Renames a field of the answer; what refers to it follows.
pub(super) fn rename(spec: &mut ApiSpec, old: &str, new: &str) {
    for field in spec.fields.iter_mut().filter(|field| field.name == old) {
        new.clone_into(&mut field.name);
    }
    match &mut spec.body {
        ApiBody::Kv(_) => spec.parameters.iter_mut().filter(|p| p.name == old).for_each(|p| new.clone_into(&mut p.name)),
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
            form.select.iter_mut().filter(|s| s.name == old).for_each(|s| new.clone_into(&mut s.name));
            form.sort.iter_mut().filter(|s| s.field == old).for_each(|s| new.clone_into(&mut s.field));
            form.having.iter_mut().filter(|f| f.column == old).for_each(|f| new.clone_into(&mut f.column));
            spec.fields.iter_mut().filter(|f| f.name == new).for_each(|f| new.clone_into(&mut f.column));
        }
        ApiBody::Sql(_) | ApiBody::Union(_) => {}
    }
}

/// Adds an aggregate under a name of its own.
pub(super) fn add_aggregate(spec: &mut ApiSpec, info: &TableInfo, aggregate: Aggregate, column: &str) {
    let base =
        if aggregate == Aggregate::Count { "count".to_owned() } else { format!("{}_{column}", aggregate.key()).replace(['-', '.'], "_") };
    let Some(form) = form_mut(spec) else { return };
    let name = free_name(form, &base, &base);
    let column = if aggregate == Aggregate::Count { String::new() } else { column.to_owned() };
    form.select.push(Selected { name, column, aggregate: Some(aggregate), ..Selected::default() });
    // Groups are different already.
    form.distinct = false;
    type_form(spec, info);
}

/// Adds what a function makes of a column, under a name of its own.
pub(super) fn add_function(spec: &mut ApiSpec, info: &TableInfo, function: Function, column: &str) {
    let Some(form) = form_mut(spec) else { return };
    let base = format!("{}_{column}", function.key()).replace(['-', '.'], "_");
    let name = free_name(form, function.key(), &base);
    form.select.push(Selected { name, column: column.to_owned(), function: Some(function), ..Selected::default() });
    type_form(spec, info);
}

pub(super) fn remove_selected(spec: &mut ApiSpec, info: &TableInfo, name: &str) {
    if let Some(form) = form_mut(spec) {
        form.select.retain(|selected| selected.name != name);
        form.sort.retain(|sort| sort.field != name);
    }
    // Its conditions go with it, and their parameters with them.
    while let Some(at) =
        form_of(spec).and_then(|form| form.having.iter().position(|filter| filter.column == name).map(|at| at + form.conditions().count()))
    {
        remove_filter(spec, at);
    }
    type_form(spec, info);
}

/// The fields that a form's selection gives, with the types of the table.
pub(super) fn type_form(spec: &mut ApiSpec, info: &TableInfo) {
    let Some(form) = form_of(spec) else { return };
    let fields = form
        .select
        .iter()
        .map(|selected| {
            let column = info.column(&selected.column);
            let own = column.map_or((DataType::Int64, false), |column| (column.data_type, column.nullable));
            let own = selected.function.map_or(own, |function| (function.result(own.0), own.1));
            let (data_type, nullable) = selected.aggregate.map_or(own, |aggregate| aggregate.result(own.0));
            let about = spec.fields.iter().find(|field| field.name == selected.name).map(|field| field.about.clone()).unwrap_or_default();
            Field { name: selected.name.clone(), column: selected.name.clone(), data_type, nullable, about, ..Field::default() }
        })
        .collect();
    spec.fields = fields;
}

pub(super) fn set_distinct(spec: &mut ApiSpec, on: bool) {
    if let Some(form) = form_mut(spec) {
        form.distinct = on;
    }
}

/// Keeps a case; one of the same name is kept anew.
pub(super) fn keep_case(spec: &mut ApiSpec, case: Case) {
    spec.cases.retain(|known| known.name != case.name);
    spec.cases.push(case);
}

pub(super) fn is_script(spec: &ApiSpec) -> bool {
    matches!(&spec.body, ApiBody::Sql(SqlBody { query: Query::Script(_), .. }))
}

/// Goes on with the statement that a form stands for as SQL; its parameters and fields stay.
pub(super) fn become_script(spec: &mut ApiSpec, sql: &str) {
    if let ApiBody::Sql(SqlBody { query, keyset, .. }) = &mut spec.body {
        *query = Query::Script(sql.to_owned());
        *keyset = false;
    }
}

/// Sets a script; parameters are read out of its text by the rules of its source's dialect, and those that are gone leave.
pub(super) fn set_script(spec: &mut ApiSpec, text: &str, dialect: Option<Dialect>) {
    let ApiBody::Sql(SqlBody { query: Query::Script(script), .. }) = &mut spec.body else { return };
    text.clone_into(script);
    // Without a source, or while a bracket or a quote is still open, what is there stays as it is.
    let Some(Ok(parsed)) = dialect.map(|dialect| Script::parse(text, dialect)) else { return };
    let used = parsed.parameters();
    spec.parameters.retain(|parameter| used.iter().any(|(name, _)| name == &parameter.name));
    for (name, only_optional) in used {
        match spec.parameters.iter_mut().find(|parameter| parameter.name == name) {
            Some(known) if !only_optional && known.default.is_none() => known.required = true,
            Some(_) => {}
            None => spec.parameters.push(Parameter { required: !only_optional, ..Parameter::new(name, DataType::String) }),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use model::spec::ApiKind;
    use model::table::TableRef;

    use super::*;

    pub(in super::super) fn planes() -> TableInfo {
        let column = |name: &str, data_type| Column { name: name.into(), data_type, nullable: name != "tailnum", native: String::new() };
        TableInfo {
            table: TableRef::new("planes"),
            columns: vec![column("tailnum", DataType::String), column("year", DataType::Int64), column("model", DataType::String)],
            key: vec!["tailnum".into()],
            rows: Some(3),
            ..TableInfo::default()
        }
    }

    fn kv() -> ApiSpec {
        let mut spec = ApiSpec { source: "db".into(), ..ApiSpec::empty(ApiKind::Kv) };
        choose_table(&mut spec, &planes());
        spec
    }

    pub(in super::super) fn form() -> ApiSpec {
        let mut spec = ApiSpec { source: "db".into(), ..ApiSpec::empty(ApiKind::Sql) };
        choose_table(&mut spec, &planes());
        spec
    }

    #[test]
    fn a_table_with_a_key_is_an_api_in_one_click() {
        let spec = kv();
        assert_eq!(model::validate::validate(&spec, None), vec![]);
        assert_eq!(spec.parameters[0].name, "tailnum");
    }

    #[test]
    fn a_renamed_key_takes_its_parameter_along() {
        let mut spec = kv();
        rename(&mut spec, "tailnum", "tail");
        assert_eq!((spec.parameters[0].name.as_str(), spec.fields[0].column.as_str()), ("tail", "tailnum"));
        set_given(&mut spec, &planes(), "tailnum", false);
        assert_eq!(model::validate::validate(&spec, None), vec![], "a key column stays in the answer");
        set_key(&mut spec, &planes(), "year", true);
        assert_eq!(spec.parameters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["tail", "year"]);
    }

    #[test]
    fn aggregates_are_typed_and_named_apart() {
        let mut spec = form();
        add_aggregate(&mut spec, &planes(), Aggregate::Mean, "year");
        add_aggregate(&mut spec, &planes(), Aggregate::Count, "year");
        add_aggregate(&mut spec, &planes(), Aggregate::Count, "year");
        let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["tailnum", "year", "model", "mean_year", "count", "count_2"]);
        assert_eq!(spec.fields[3].data_type, DataType::Float64);
    }

    #[test]
    fn a_scripts_parameters_are_read_out_of_it() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.body = ApiBody::Sql(SqlBody { query: Query::Script(String::new()), page_size: None, keyset: false });
        set_script(&mut spec, "select 1 where a = :a [[ and b = :b ]]", Some(Dialect::Sqlite));
        assert_eq!(spec.parameters.iter().map(|p| (p.name.as_str(), p.required)).collect::<Vec<_>>(), [("a", true), ("b", false)]);
        set_script(&mut spec, "select 1 where a = :a and x = '", Some(Dialect::Sqlite));
        assert_eq!(spec.parameters.len(), 2, "an open quote changes nothing yet");
        set_script(&mut spec, "select 1 where a = :a", None);
        assert_eq!(spec.parameters.len(), 2, "without a source it is not read");
        set_script(&mut spec, "select 1 where a = :a", Some(Dialect::Sqlite));
        assert_eq!(spec.parameters.len(), 1);
    }
}
