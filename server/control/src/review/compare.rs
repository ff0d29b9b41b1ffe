//! Two versions side by side: the lines that differ, and what a caller of the old one would notice.

use model::view::{DiffLine, DiffSide};
use model::{ApiSpec, ErrorCode, Problem};
use similar::{ChangeTag, TextDiff};

/// The definitions as YAML, line by line.
pub(super) fn diff(old: Option<&ApiSpec>, new: &ApiSpec) -> Result<Vec<DiffLine>, Problem> {
    let before = old.map(as_text).transpose()?.unwrap_or_default();
    let after = as_text(new)?;
    let number = |index: Option<usize>| index.and_then(|index| u32::try_from(index + 1).ok());
    Ok(TextDiff::from_lines(&before, &after)
        .iter_all_changes()
        .map(|change| DiffLine {
            side: match change.tag() {
                ChangeTag::Equal => DiffSide::Same,
                ChangeTag::Delete => DiffSide::Gone,
                ChangeTag::Insert => DiffSide::New,
            },
            old: number(change.old_index()),
            new: number(change.new_index()),
            text: change.value().trim_end_matches('\n').to_owned(),
        })
        .collect())
}

fn as_text(spec: &ApiSpec) -> Result<String, Problem> {
    crate::documents::yaml(spec).map_err(|error| {
        tracing::error!(cause = %error, "a definition cannot be written as YAML");
        Problem::new(ErrorCode::Internal, "A definition cannot be shown. The log has the cause under the id of this request.")
    })
}

/// What would break a caller of `old`, a sentence each. Empty means that nobody needs to change anything.
pub(super) fn breaks(old: &ApiSpec, new: &ApiSpec) -> Vec<String> {
    let mut found = Vec::new();
    for field in &old.fields {
        match new.fields.iter().find(|other| other.name == field.name) {
            None => found.push(format!("The field {} was removed.", field.name)),
            Some(other) if other.data_type != field.data_type || other.as_string != field.as_string => {
                found.push(format!("The field {} changed from {} to {}.", field.name, field.data_type.word(), other.data_type.word()));
            }
            Some(other) if other.nullable && !field.nullable => found.push(format!("The field {} can now be null.", field.name)),
            Some(other) if field.number > 0 && other.number > 0 && other.number != field.number => {
                found.push(format!("The field {} has another number: gRPC clients must compile the schema again.", field.name));
            }
            Some(_) => {}
        }
    }
    for parameter in &old.parameters {
        match new.parameter(&parameter.name) {
            None => found.push(format!("The parameter {} was removed. Requests that send it will fail.", parameter.name)),
            Some(other) if other.data_type != parameter.data_type || other.list != parameter.list => {
                found.push(format!("The parameter {} changed from {} to {}.", parameter.name, parameter.type_words(), other.type_words()));
            }
            Some(other) if other.required && !parameter.required => {
                found.push(format!("The parameter {} is now required.", parameter.name));
            }
            Some(_) => {}
        }
    }
    for parameter in new.parameters.iter().filter(|p| p.required && old.parameter(&p.name).is_none()) {
        found.push(format!("The required parameter {} was added.", parameter.name));
    }
    if old.page_size().is_some() != new.page_size().is_some() {
        found.push("Pagination was turned on or off.".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use model::spec::ApiKind;
    use model::{DataType, Field, Parameter};

    use super::*;

    #[test]
    fn what_a_caller_notices_is_said_and_what_not_is_not() {
        let field = |name: &str, data_type| Field { name: name.into(), column: name.into(), data_type, ..Field::default() };
        let mut old = ApiSpec::empty(ApiKind::Sql);
        old.fields = vec![field("a", DataType::Int64), field("b", DataType::String)];
        old.parameters = vec![Parameter::new("p", DataType::Int64)];
        let mut new = old.clone();
        new.fields.push(field("c", DataType::Date));
        assert_eq!(breaks(&old, &new), Vec::<String>::new());
        (old.fields[1].number, new.fields[1].number) = (2, 7);
        assert_eq!(breaks(&old, &new), ["The field b has another number: gRPC clients must compile the schema again."]);
        new.fields[1].number = 2;
        new.fields.remove(0);
        new.parameters[0].required = true;
        assert_eq!(breaks(&old, &new), ["The field a was removed.", "The parameter p is now required."]);
        let lines = diff(Some(&old), &new).unwrap();
        assert!(lines.iter().any(|line| line.side == DiffSide::New && line.text.contains("name: c")));
    }
}
