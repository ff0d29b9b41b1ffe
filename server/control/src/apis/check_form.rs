//! The check of a form: what it names must be in its tables, and what it asks of them must make sense.

use model::form::{Aggregate, QueryForm, Selected, joined_table};
use model::table::{Column, TableInfo};
use model::{ApiSpec, DataType, Field, FieldError, Problem};

use crate::failure::from_source;
use crate::sources::Resolved;

/// The tables of a form as one; what is not there is told.
pub(super) async fn joined_info(
    source: &Resolved,
    form: &QueryForm,
    first: TableInfo,
    errors: &mut Vec<FieldError>,
) -> Result<TableInfo, Problem> {
    let mut tables = vec![first.clone()];
    for join in &form.joins {
        let place = format!("joins.{}", join.name);
        match source.connection.table(&join.table).await.map_err(|error| from_source(&source.name, &error))? {
            Some(info) => tables.push(info),
            None => errors.push(FieldError::new(place, format!("{} has no table {}.", source.name, join.table.path()))),
        }
    }
    let whole = joined_table(form, &tables).unwrap_or(first);
    for join in &form.joins {
        for on in &join.on {
            let place = format!("joins.{}", join.name);
            match (whole.column(&on.left), whole.column(&format!("{}.{}", join.name, on.right))) {
                (Some(left), Some(right)) if left.data_type == right.data_type => {}
                (Some(left), Some(right)) if left.data_type.is_number() && right.data_type.is_number() => {}
                (Some(left), Some(right)) => {
                    let message =
                        format!("{} is a {}, and {} is a {}.", left.name, left.data_type.word(), right.name, right.data_type.word());
                    errors.push(FieldError::new(place, message));
                }
                (None, _) => errors.push(FieldError::new(place, format!("There is no column {}.", on.left))),
                (_, None) => errors.push(FieldError::new(place, format!("{} has no column {}.", join.table.name, on.right))),
            }
        }
    }
    Ok(whole)
}

/// A page can begin behind a row only where no two rows stand at the same place.
pub(super) fn order_error(spec: &ApiSpec, form: &QueryForm, whole: &TableInfo) -> Option<FieldError> {
    if spec.keyset().is_empty() {
        return None;
    }
    let sorted = |name: &str| form.sort.iter().any(|sort| sort.field == name);
    let plain =
        |column: &str| form.select.iter().any(|s| s.column == column && s.function.is_none() && s.aggregate.is_none() && sorted(&s.name));
    let total = if form.distinct || form.is_grouped() {
        form.select.iter().filter(|selected| selected.aggregate.is_none()).all(|selected| sorted(&selected.name))
    } else {
        !whole.key.is_empty() && whole.key.iter().all(|column| plain(column))
    };
    let wanted = match (form.distinct || form.is_grouped(), whole.key.is_empty()) {
        (true, _) => "all fields of the grouping".to_owned(),
        (false, false) => whole.key.join(", "),
        (false, true) => {
            return (!total).then(|| {
                FieldError::new("keyset", "Cursor pagination needs a key, and these rows have none. Turn cursor pagination off.")
            });
        }
    };
    (!total).then(|| FieldError::new("keyset", format!("Cursor pagination needs a unique sort order. Sort by {wanted} too.")))
}

pub(super) fn type_form_fields(spec: &mut ApiSpec, form: &QueryForm, info: &TableInfo, errors: &mut Vec<FieldError>) {
    let mut fields = Vec::with_capacity(form.select.len());
    for selected in &form.select {
        match typed(selected, info) {
            Ok((data_type, nullable)) => {
                let known = spec.fields.iter().find(|field| field.name == selected.name);
                let was = known.map(|field| field.data_type).filter(|was| stays(selected, info.column(&selected.column), *was));
                let data_type = was.unwrap_or(data_type);
                fields.push(Field {
                    name: selected.name.clone(),
                    column: selected.name.clone(),
                    data_type,
                    nullable,
                    about: known.map(|field| field.about.clone()).unwrap_or_default(),
                    as_string: known.is_some_and(|field| field.as_string),
                    ..Field::default()
                });
            }
            Err(error) => errors.push(error),
        }
    }
    for filter in &form.having {
        if let Some(field) = fields.iter().find(|field| field.name == filter.column && !filter.op.takes(field.data_type)) {
            let message = format!("\"{}\" cannot be used with {}, a {}.", filter.op.words(), field.name, field.data_type.word());
            errors.push(FieldError::new(format!("filters.{}", filter.column), message));
        }
    }
    for filter in form.conditions() {
        match info.column(&filter.column) {
            None => errors.push(no_column(info, &filter.column)),
            Some(column) if !filter.op.takes(column.data_type) => {
                let message = format!("\"{}\" cannot be used with {}, a {}.", filter.op.words(), column.name, column.data_type.word());
                errors.push(FieldError::new(format!("filters.{}", filter.column), message));
            }
            Some(_) => {}
        }
    }
    spec.fields = fields;
}

/// Whether a field that was of this type stays it, see [`Column::stays`]: also the least, the greatest and the sum of integers.
fn stays(selected: &Selected, column: Option<&Column>, was: DataType) -> bool {
    let is_value = match selected.aggregate {
        None => true,
        Some(Aggregate::Least | Aggregate::Greatest | Aggregate::Sum) => was == DataType::Int64,
        Some(_) => false,
    };
    is_value && selected.function.is_none() && column.is_some_and(|column| column.stays(was))
}

fn no_column(info: &TableInfo, column: &str) -> FieldError {
    FieldError::new(format!("fields.{column}"), format!("{} has no column {column}.", info.table.name))
}

/// The type of one field of the answer, and whether it may be empty.
fn typed(selected: &Selected, info: &TableInfo) -> Result<(DataType, bool), FieldError> {
    if selected.aggregate == Some(Aggregate::Count) {
        return Ok(Aggregate::Count.result(DataType::Int64));
    }
    let Some(column) = info.column(&selected.column) else { return Err(no_column(info, &selected.column)) };
    let held = if column.has_fine_times() { DataType::Timestamp } else { column.data_type };
    if let Some(function) = selected.function.filter(|function| !function.takes(column.data_type) && !function.takes(held)) {
        return Err(senseless(&selected.name, function.words(), &column.name, column.data_type));
    }
    let data_type = selected.function.map_or(column.data_type, |function| function.result(column.data_type));
    match selected.aggregate {
        None => Ok((data_type, column.nullable)),
        Some(aggregate) if aggregate.takes(data_type) => Ok(aggregate.result(data_type)),
        Some(aggregate) => Err(senseless(&selected.name, aggregate.words(), &column.name, data_type)),
    }
}

fn senseless(field: &str, what: &str, column: &str, data_type: DataType) -> FieldError {
    FieldError::new(format!("fields.{field}"), format!("\"{what}\" cannot be used with {column}, a {}.", data_type.word()))
}
