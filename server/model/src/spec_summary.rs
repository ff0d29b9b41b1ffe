//! A definition in a few sentences, for somebody who has to decide on it: what it gives, for which parameters, and from where.

use crate::form::QueryForm;
use crate::number::grouped;
use crate::spec::{KvBody, Query, SqlBody};
use crate::union::{Grade, Shape, Step, UnionBody};
use crate::{ApiBody, ApiSpec, DataType, Field, Parameter};

/// Names of fields that are listed; the others are counted.
const LISTED: usize = 12;

/// What one call gives.
#[must_use]
pub fn gives(spec: &ApiSpec) -> Vec<String> {
    let what = match &spec.body {
        ApiBody::Kv(KvBody { table, key }) => format!("One row of {}, found by its key {}.", table.path(), key.join(" and ")),
        ApiBody::Sql(SqlBody { query, page_size, .. }) => {
            let rows = match query {
                Query::Form(form) if form.is_grouped() => format!("A list of groups of rows{}.", grouped_by(form)),
                Query::Form(form) if form.distinct => "A list of distinct rows.".to_owned(),
                _ => "A list of rows.".to_owned(),
            };
            match page_size {
                Some(size) => format!("{rows} Pages of {} rows.", grouped(*size)),
                None => format!("{rows} At most {} rows, in one response.", grouped(spec.policy.max_rows)),
            }
        }
        ApiBody::Union(body) => match &body.shape {
            Shape::Named => "One object, with the response of each step under its name.".to_owned(),
            Shape::Flat => "One object with the fields of all steps.".to_owned(),
            Shape::Joined(joined) => format!("A list: the rows of step {}, each joined with the rows of the other steps.", joined.first),
        },
    };
    [what].into_iter().chain(fields(&spec.fields)).collect()
}

fn grouped_by(form: &QueryForm) -> String {
    let by: Vec<&str> = form.select.iter().filter(|one| one.aggregate.is_none()).map(|one| one.name.as_str()).collect();
    if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) }
}

fn fields(fields: &[Field]) -> Option<String> {
    let names: Vec<&str> = fields.iter().take(LISTED).map(|field| field.name.as_str()).collect();
    let more = fields.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    let count = if fields.len() == 1 { "1 field".to_owned() } else { format!("{} fields", fields.len()) };
    (!names.is_empty()).then(|| format!("{count}: {}{rest}.", names.join(", ")))
}

/// One sentence a parameter.
#[must_use]
pub fn parameters(spec: &ApiSpec) -> Vec<String> {
    if spec.parameters.is_empty() {
        return vec!["None. Every request gives the same rows.".into()];
    }
    spec.parameters.iter().map(of_parameter).collect()
}

fn of_parameter(parameter: &Parameter) -> String {
    let mut words = format!("{}: {}, {}", parameter.name, parameter.type_words(), if parameter.required { "required" } else { "optional" });
    if let Some(default) = &parameter.default {
        words.push_str(&format!(", {default} without it"));
    }
    let unit = if parameter.data_type == DataType::String { " characters" } else { "" };
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => words.push_str(&format!(", from {min} to {max}{unit}")),
        (Some(min), None) => words.push_str(&format!(", at least {min}{unit}")),
        (None, Some(max)) => words.push_str(&format!(", at most {max}{unit}")),
        (None, None) => {}
    }
    if !parameter.choices.is_empty() {
        words.push_str(&format!(", one of {}", parameter.choices.join(", ")));
    }
    if let Some(pattern) = &parameter.pattern {
        words.push_str(&format!(", of the form {pattern}"));
    }
    words.push('.');
    if !parameter.about.is_empty() {
        words.push_str(&format!(" {}.", parameter.about.trim_end_matches('.')));
    }
    words
}

/// Where the rows come from.
#[must_use]
pub fn from_where(spec: &ApiSpec) -> Vec<String> {
    let source = &spec.source;
    match &spec.body {
        ApiBody::Union(UnionBody { steps, .. }) => steps.iter().map(of_step).collect(),
        ApiBody::Kv(kv) => match spec.serve_from.dataset() {
            Some(dataset) => {
                vec![format!(
                    "Dataset {dataset}, built from table {} of source {source}. Requests do not read the source.",
                    kv.table.path()
                )]
            }
            None => vec![format!("Table {} of source {source}.", kv.table.path())],
        },
        ApiBody::Sql(SqlBody { query: Query::Script(_), .. }) => vec![format!("A SQL statement on source {source}, shown below.")],
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
            let first = format!("Table {} of source {source}.", form.table.path());
            let joined = form.joins.iter().map(|join| {
                let rest = if join.inner { "rows without a match are dropped" } else { "rows without a match are kept" };
                format!("Joined with {}; {rest}.", join.table.path())
            });
            let fixed = form.filters.iter().filter(|filter| filter.constant.is_some() || !filter.op.takes_value());
            let fixed = fixed.map(|filter| {
                let value = filter.constant.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
                format!("Only rows where {} {}{value}.", filter.column, filter.op.words())
            });
            [first].into_iter().chain(joined).chain(fixed).collect()
        }
    }
}

fn of_step(step: &Step) -> String {
    let calls = step.for_each.as_ref().map(|each| format!(", once for each row of {}, at most {}", each.step, each.at_most));
    let fails = match step.grade {
        Grade::Core => "If the step fails, the request fails".to_owned(),
        Grade::Secondary => format!("If the step fails, its fallback is used: {}", step.fallback.key()),
    };
    format!("Step {} calls API {}{}. {fails}.", step.name, step.api, calls.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Aggregate, Filter, Op, Selected};
    use crate::spec::ApiKind;
    use crate::table::TableRef;

    #[test]
    fn a_definition_is_told_in_sentences() {
        let mut kv = ApiSpec::empty(ApiKind::Kv);
        kv.source = "flights-db".into();
        kv.body = ApiBody::Kv(KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] });
        kv.fields = (0..14).map(|at| Field::plain(format!("f{at}"), DataType::String)).collect();
        kv.parameters = vec![Parameter {
            max: Some("6".into()),
            about: "As on the tail".into(),
            ..Parameter::new("tailnum", DataType::String).required()
        }];
        assert_eq!(
            gives(&kv),
            ["One row of planes, found by its key tailnum.", "14 fields: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, and 2 more."]
        );
        assert_eq!(parameters(&kv), ["tailnum: text, required, at most 6 characters. As on the tail."]);
        assert_eq!(from_where(&kv), ["Table planes of source flights-db."]);
        kv.serve_from = crate::spec::ServeFrom::Dataset("fleet".into());
        assert!(from_where(&kv)[0].starts_with("Dataset fleet, built from table planes"));
    }

    #[test]
    fn groups_fixed_filters_and_no_parameters_are_told() {
        let mut sql = ApiSpec::empty(ApiKind::Sql);
        sql.source = "flights-db".into();
        let select = |name: &str, aggregate| Selected { name: name.into(), column: name.into(), function: None, aggregate };
        let form = QueryForm {
            table: TableRef::new("flights"),
            select: vec![select("carrier", None), select("n", Some(Aggregate::Count))],
            filters: vec![Filter { column: "month".into(), op: Op::AtMost, constant: Some("6".into()), ..Filter::default() }],
            ..QueryForm::default()
        };
        sql.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(20), keyset: false });
        assert_eq!(gives(&sql), ["A list of groups of rows by carrier. Pages of 20 rows."]);
        assert_eq!(parameters(&sql), ["None. Every request gives the same rows."]);
        assert_eq!(from_where(&sql), ["Table flights of source flights-db.", "Only rows where month is at most 6."]);
    }
}
