//! One entry: a request as it is kept. Its size is bounded, whatever was sent.

use model::Parameter;
use model::view::{LoggedParameter, LoggedRequest};

/// A request as it is kept.
pub type RequestEntry = LoggedRequest;

/// Spans of one entry: a Union has at most a few dozen steps. What its sources were asked is kept as far as there is room.
pub const MAX_SPANS: usize = 64;
/// Parameters of one entry, and characters of a value.
const MAX_PARAMETERS: usize = 32;
const MAX_VALUE: usize = 200;
/// What an entry takes in memory besides its texts, about.
const ENTRY_BYTES: usize = 400;
const PART_BYTES: usize = 160;

/// The parameters that a request gave, as they are kept: with its value where the definition says that values of the parameter are shown,
/// and by its name alone anywhere else. What is no parameter of the API is left out: callers send anything. `given` says what was given
/// under a name.
pub fn masked(parameters: &[Parameter], given: impl Fn(&str) -> Option<String>) -> Vec<LoggedParameter> {
    let kept = parameters.iter().filter_map(|parameter| {
        let value = given(&parameter.name)?;
        let value = parameter.loggable.then(|| value.chars().take(MAX_VALUE).collect());
        Some(LoggedParameter { name: parameter.name.clone(), value })
    });
    kept.take(MAX_PARAMETERS).collect()
}

/// Bytes that an entry takes in memory, about.
pub(crate) fn weight(entry: &RequestEntry) -> usize {
    let texts = [&entry.request_id, &entry.trace_id, &entry.api, &entry.app, &entry.cache, &entry.node];
    let texts: usize = texts.iter().map(|text| text.len()).sum();
    let value = |parameter: &LoggedParameter| parameter.name.len() + parameter.value.as_ref().map_or(0, String::len) + PART_BYTES;
    let parameters: usize = entry.parameters.iter().map(value).sum();
    let spans: usize =
        entry.spans.iter().map(|span| span.name.len() + span.note.len() + span.driver.len() + span.step.len() + PART_BYTES).sum();
    ENTRY_BYTES + texts + parameters + spans
}

#[cfg(test)]
mod tests {
    use model::DataType;

    use super::*;

    #[test]
    fn values_are_masked_unless_their_parameter_says_otherwise_and_foreign_names_are_left_out() {
        let shown = Parameter { loggable: true, ..Parameter::new("month", DataType::Int32) };
        let parameters = [shown, Parameter::new("email", DataType::String), Parameter::new("absent", DataType::String)];
        let given = |name: &str| match name {
            "month" => Some("7".repeat(1_000)),
            "email" | "password" => Some("secret".to_owned()),
            _ => None,
        };
        let kept = masked(&parameters, given);
        let shown = LoggedParameter { name: "month".into(), value: Some("7".repeat(MAX_VALUE)) };
        assert_eq!(kept, [shown, LoggedParameter { name: "email".into(), value: None }]);
    }
}
