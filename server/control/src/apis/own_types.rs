//! What a definition compares with columns of its source, by the source's own types: kept with the parameters and fields that are
//! compared, because a call does not ask the source again. What cannot be compared is refused here.

use std::collections::BTreeMap;

use model::dialect::Dialect;
use model::form::{Aggregate, Filter, Function, Op, QueryForm, Selected};
use model::own_type::own_type;
use model::source_types::{of_column, of_type};
use model::spec::KvBody;
use model::statement::{Page, Template, test_arguments};
use model::table::{Column, TableInfo};
use model::time_form::TimeForm;
use model::{ApiSpec, DataType, FieldError, clickhouse};

use crate::Control;
use crate::sources::Resolved;

/// Takes away what an earlier check, or somebody by hand, has said of types.
pub(super) fn forget(spec: &mut ApiSpec) {
    spec.parameters.iter_mut().for_each(|parameter| parameter.source_type.clear());
    spec.fields.iter_mut().for_each(|field| field.source_type.clear());
}

/// The parameters of a key.
pub(super) fn of_key(spec: &mut ApiSpec, kv: &KvBody, info: &TableInfo, dialect: Dialect, errors: &mut Vec<FieldError>) {
    for name in &kv.key {
        let (Some(column), Some(field)) = (info.column(name), spec.fields.iter().find(|field| &field.column == name)) else { continue };
        if is_mixed(column, dialect) && spec.serve_from.dataset().is_none() {
            errors.push(FieldError::new("key", mixed(column)));
        } else if !of_column(dialect, column).key && spec.serve_from.dataset().is_none() {
            errors.push(FieldError::new("key", incomparable(column)));
        }
        let parameter = field.name.clone();
        for known in spec.parameters.iter_mut().filter(|known| known.name == parameter) {
            known.source_type = own_type(dialect, &column.native, column.data_type);
        }
    }
}

/// The parameters of a form's conditions, and the fields that its pages begin behind.
pub(super) fn of_form(spec: &mut ApiSpec, form: &QueryForm, whole: &TableInfo, dialect: Dialect, errors: &mut Vec<FieldError>) {
    let mut found = Found { types: BTreeMap::new(), dialect, errors: &mut *errors };
    for filter in form.conditions() {
        if let Some(column) = whole.column(&filter.column) {
            found.condition(filter, Some(column));
        }
    }
    for filter in &form.having {
        let selected = form.select.iter().find(|selected| selected.name == filter.column);
        found.condition(filter, selected.and_then(|selected| shown(selected, whole)));
    }
    let types = found.types;
    for parameter in &mut spec.parameters {
        parameter.source_type = types.get(&parameter.name).map(|(own, _)| own.clone()).unwrap_or_default();
    }
    for selected in &form.select {
        check_function(selected, whole, dialect, errors);
    }
    let keyset: Vec<String> = spec.keyset().iter().map(|(field, _)| field.name.clone()).collect();
    for sort in &form.sort {
        let Some(selected) = form.select.iter().find(|selected| selected.name == sort.field) else { continue };
        let column = shown(selected, whole);
        if let Some(column) = column.filter(|column| is_mixed(column, dialect)) {
            errors.push(FieldError::new("sort", mixed(column)));
        }
        for field in spec.fields.iter_mut().filter(|field| field.name == sort.field && keyset.contains(&field.name)) {
            let compares = column.is_none_or(|column| of_column(dialect, column).filter) && of_type(field.data_type).filter;
            if !compares || (dialect == Dialect::Datafusion && field.data_type == DataType::Bytes) {
                let message = format!(
                    "{} is {}, which cursor pagination cannot sort by. Sort by other fields, or use offset pagination.",
                    field.name,
                    field.data_type.word()
                );
                errors.push(FieldError::new("keyset", message));
            }
            field.source_type = column.map(|column| own_type(dialect, &column.native, column.data_type)).unwrap_or_default();
        }
    }
}

/// What is known of parameters while conditions are looked at.
struct Found<'a> {
    /// By parameter: its own type, and the column that it is of.
    types: BTreeMap<String, (String, String)>,
    dialect: Dialect,
    errors: &'a mut Vec<FieldError>,
}

impl Found<'_> {
    /// `column` is what is compared; `None` for what is computed.
    fn condition(&mut self, filter: &Filter, column: Option<&Column>) {
        if !filter.op.takes_value() {
            return;
        }
        let place = format!("filters.{}", filter.column);
        if let Some(column) = column.filter(|column| is_mixed(column, self.dialect)) {
            return self.errors.push(FieldError::new(place, mixed(column)));
        }
        // What of it makes no sense by our types is told elsewhere.
        if let Some(column) = column.filter(|column| !of_column(self.dialect, column).filter && filter.op.takes(column.data_type)) {
            return self.errors.push(FieldError::new(place, incomparable(column)));
        }
        if let (Some(column), Some(constant)) = (column, &filter.constant) {
            self.errors.extend(constant_error(column, constant, self.dialect).map(|message| FieldError::new(place, message)));
        }
        // Parts of texts are compared as texts, unless the type is a text of a kind of its own.
        let is_part = matches!(filter.op, Op::Like | Op::StartsWith);
        let own = column.map(|column| own_type(self.dialect, &column.native, column.data_type)).unwrap_or_default();
        let own = if is_part && !own.ends_with("citext") { String::new() } else { own };
        for name in filter.parameters() {
            match self.types.get_mut(&name) {
                Some((known, _)) if *known != own && self.dialect == Dialect::Clickhouse && clickhouse::are_alike(known.as_str(), &own) => {
                    known.clear();
                }
                Some((known, of)) if *known != own => {
                    let message = format!(
                        "{name} is compared with {of} and with {}, which have different types in the source. Use two parameters.",
                        filter.column
                    );
                    self.errors.push(FieldError::new(format!("parameters.{name}"), message));
                }
                Some(_) => {}
                None => drop(self.types.insert(name, (own.clone(), filter.column.clone()))),
            }
        }
    }
}

/// The column whose values a field shows as they are.
fn shown<'a>(selected: &Selected, whole: &'a TableInfo) -> Option<&'a Column> {
    let is_value = selected.function.is_none() && matches!(selected.aggregate, None | Some(Aggregate::Least | Aggregate::Greatest));
    whole.column(&selected.column).filter(|_| is_value)
}

fn form_of(column: &Column, dialect: Dialect) -> Option<TimeForm> {
    TimeForm::of_native(&column.native).filter(|_| dialect == Dialect::Sqlite)
}

fn is_mixed(column: &Column, dialect: Dialect) -> bool {
    form_of(column, dialect) == Some(TimeForm::Mixed)
}

fn mixed(column: &Column) -> String {
    format!(
        "{} holds values that are not {}, or that have more than one format, so they cannot be compared. Use one format in the source, or use another column.",
        column.name,
        column.data_type.word()
    )
}

fn incomparable(column: &Column) -> String {
    format!("{} has the type {}, which its source cannot compare. Choose another column.", column.name, column.native)
}

/// A constant stands in the statement as it was written, so it has to be written as the column holds its values.
fn constant_error(column: &Column, constant: &str, dialect: Dialect) -> Option<String> {
    let form = form_of(column, dialect)?;
    let value = model::value::read_text(column.data_type, constant).ok()?;
    let model::Value::Text(text) = value else { return None };
    let wanted = match form.bound(&text)? {
        model::Value::Text(text) => text,
        model::Value::Int(number) => number.to_string(),
        model::Value::Float(number) => number.to_string(),
        _ => return None,
    };
    (wanted != constant).then(|| format!("{} stores times in another format. Enter {wanted} instead of {constant}.", column.name))
}

/// SQLite takes numbers for julian days, whatever they count.
fn check_function(selected: &Selected, whole: &TableInfo, dialect: Dialect, errors: &mut Vec<FieldError>) {
    let is_part = matches!(selected.function, Some(Function::Year | Function::Month | Function::Day));
    let Some(column) = whole.column(&selected.column).filter(|_| is_part) else { return };
    if let Some(TimeForm::Seconds | TimeForm::Millis | TimeForm::Days | TimeForm::Mixed) = form_of(column, dialect) {
        let message = format!(
            "{} stores times in a format that SQLite cannot split ({}). Write the query in SQL, with a function that converts the times.",
            column.name, column.native
        );
        errors.push(FieldError::new(format!("fields.{}", selected.name), message));
    }
}

impl Control {
    /// The texts of a script by what its source makes of them where they stand: an address beside a column of addresses.
    pub(super) async fn learn_script_types(&self, source: &Resolved, spec: &mut ApiSpec, template: &Template) {
        if !spec.parameters.iter().any(|parameter| parameter.data_type == DataType::String) {
            return;
        }
        let arguments = test_arguments(spec, true);
        let page = Page { limit: 1, offset: 0 };
        let rendered = template.render(spec, &arguments, page, &[]);
        let Ok(passed) = connect::guard::check(&rendered.sql, source.dialect) else { return };
        let Ok(types) = source.connection.parameter_types(&passed.sql, &rendered.binds).await else { return };
        let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (name, own) in template.bound_names(&arguments).into_iter().zip(types) {
            // One that stands for several types is left as what it is.
            known.entry(name).and_modify(|was| *was = was.take().filter(|was| *was == own)).or_insert(Some(own));
        }
        for parameter in spec.parameters.iter_mut().filter(|parameter| parameter.data_type == DataType::String) {
            parameter.source_type = known.remove(&parameter.name).flatten().unwrap_or_default();
        }
    }
}
