//! A parameter of an API: its type, its bounds, and how what a caller sent becomes a value.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::number::grouped;
use crate::scalar::{decimal_order, decimal_parts};
use crate::value::{Value, read_json, read_text, read_written};
use crate::{DataType, FieldError};

/// Names that the platform keeps for itself in every list API.
pub const RESERVED: [&str; 6] = ["limit", "after", "offset", "fields", "count", "format"];

/// The most values that one list parameter takes.
pub const MAX_LIST: usize = 1_000;

/// One typed parameter. `pattern` is checked by the server alone: the browser carries no regular expressions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type", default)]
    pub data_type: DataType,
    /// Several values at once: repeated, or `a,b` in a query.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Used when the caller gives none; text, as it would stand in a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The least value, or the least length of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The greatest value, or the greatest length of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The only values allowed, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What the test console fills in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_value: Option<String>,
    /// The source's own type of what it is compared with, where ours does not say enough: found by the check, see [`crate::own_type`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_type: String,
    /// Shown in the request log: its values are no secret and name nobody. Those of any other parameter are masked there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loggable: bool,
    /// Its number in the protobuf request, given when a version is frozen; 0 before that.
    #[serde(default, skip_serializing_if = "crate::spec::is_zero")]
    pub number: u32,
}

impl Parameter {
    #[must_use]
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, ..Self::default() }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The type in words: `list of integers`.
    #[must_use]
    pub fn type_words(&self) -> String {
        let word = if self.choices.is_empty() { self.data_type.word() } else { "one of the allowed values" };
        if self.list { format!("list of {word}") } else { word.to_owned() }
    }

    /// What the caller sent as text, once or several times, as a checked value.
    ///
    /// # Errors
    /// A sentence for this parameter.
    pub fn read_texts(&self, texts: &[&str]) -> Result<Value, FieldError> {
        let read = if self.list {
            let parts: Vec<&str> = texts.iter().flat_map(|text| text.split(',')).filter(|part| !part.is_empty()).collect();
            self.checked_list(parts.len(), parts.into_iter().map(|part| self.checked(read_text(self.data_type, part)?)))
        } else if let [one] = texts {
            read_text(self.data_type, one).and_then(|value| self.checked(value))
        } else {
            Err("The parameter is given more than once. Give one value.".into())
        };
        read.map_err(|message| FieldError::new(&self.name, message))
    }

    /// What the caller sent in a JSON body, as a checked value. `null` counts as absent.
    ///
    /// # Errors
    /// A sentence for this parameter.
    pub fn read_json(&self, json: &Json) -> Result<Option<Value>, FieldError> {
        let read = match (self.list, json) {
            (_, Json::Null) => return Ok(None),
            (true, Json::Array(items)) => {
                self.checked_list(items.len(), items.iter().map(|item| self.checked(read_json(self.data_type, item)?)))
            }
            (true, _) => Err("Expected a list, such as [1, 2].".into()),
            (false, one) => read_json(self.data_type, one).and_then(|value| self.checked(value)),
        };
        read.map(Some).map_err(|message| FieldError::new(&self.name, message))
    }

    /// The same of a JSON value as it is written: its numbers keep all their digits.
    ///
    /// # Errors
    /// A sentence for this parameter.
    pub fn read_written(&self, json: &RawValue) -> Result<Option<Value>, FieldError> {
        if json.get() == "null" {
            return Ok(None);
        }
        let read = match self.list.then(|| serde_json::from_str::<Vec<&RawValue>>(json.get())) {
            Some(Ok(items)) => self.checked_list(items.len(), items.iter().map(|item| self.checked(read_written(self.data_type, item)?))),
            Some(Err(_)) => Err("Expected a list, such as [1, 2].".into()),
            None => read_written(self.data_type, json).and_then(|value| self.checked(value)),
        };
        read.map(Some).map_err(|message| FieldError::new(&self.name, message))
    }

    /// The default as a value, where there is one.
    #[must_use]
    pub fn default_value(&self) -> Option<Value> {
        self.default.as_deref().and_then(|text| self.read_texts(&[text]).ok())
    }

    fn checked_list(&self, len: usize, items: impl Iterator<Item = Result<Value, String>>) -> Result<Value, String> {
        if len == 0 {
            return Err("Expected at least one value.".into());
        }
        if len > MAX_LIST {
            return Err(format!("At most {} values; this list has {}.", grouped(MAX_LIST), grouped(len)));
        }
        items.collect::<Result<_, _>>().map(Value::List)
    }

    fn checked(&self, value: Value) -> Result<Value, String> {
        if value == Value::Null {
            return Err("A list cannot contain null.".into());
        }
        if !self.choices.is_empty() {
            let same = |choice: &String| read_text(self.data_type, choice).as_ref() == Ok(&value);
            if !self.choices.iter().any(same) {
                return Err(format!("Expected one of {}.", self.choices.join(", ")));
            }
        }
        self.check_bounds(&value)?;
        Ok(value)
    }

    fn check_bounds(&self, value: &Value) -> Result<(), String> {
        let is_length = matches!(self.data_type, DataType::String | DataType::Bytes | DataType::Json);
        let unit = if is_length { " characters" } else { "" };
        let order = |bound: &str| match value {
            Value::Text(text) if is_length => Some(text.chars().count().cmp(&bound.parse().ok()?)),
            _ if is_length => None,
            _ => compare(value, &read_text(self.data_type, bound).ok()?),
        };
        let outside = |bound: &Option<String>, wrong: std::cmp::Ordering| bound.as_deref().is_some_and(|bound| order(bound) == Some(wrong));
        if outside(&self.min, std::cmp::Ordering::Less) {
            return Err(format!("At least {}{unit}.", self.min.as_deref().unwrap_or_default()));
        }
        if outside(&self.max, std::cmp::Ordering::Greater) {
            return Err(format!("At most {}{unit}.", self.max.as_deref().unwrap_or_default()));
        }
        Ok(())
    }
}

/// Orders two values of one type. Dates and times are in an order-preserving text; decimals are compared as numbers.
fn compare(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => match (decimal_parts(a), decimal_parts(b)) {
            (Some(_), Some(_)) => Some(decimal_order(a, b)),
            _ => Some(a.cmp(b)),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> Parameter {
        Parameter { list: true, min: Some("1".into()), max: Some("12".into()), ..Parameter::new("month", DataType::Int32) }
    }

    #[test]
    fn lists_come_repeated_or_with_commas() {
        let two_three = Value::List(vec![Value::Int(2), Value::Int(3)]);
        assert_eq!(month().read_texts(&["2", "3"]), Ok(two_three.clone()));
        assert_eq!(month().read_texts(&["2,3"]), Ok(two_three.clone()));
        assert_eq!(month().read_json(&serde_json::json!([2, 3])), Ok(Some(two_three)));
    }

    #[test]
    fn bounds_choices_and_repeats_are_refused_with_a_sentence() {
        assert_eq!(month().read_texts(&["13"]).unwrap_err().message, "At most 12.");
        assert_eq!(month().read_texts(&["0"]).unwrap_err().message, "At least 1.");
        assert!(month().read_texts(&[""]).is_err());
        let carrier = Parameter { choices: vec!["UA".into(), "DL".into()], ..Parameter::new("carrier", DataType::String) };
        assert_eq!(carrier.read_texts(&["AA"]).unwrap_err().message, "Expected one of UA, DL.");
        assert!(carrier.read_texts(&["UA", "DL"]).is_err());
        let short = Parameter { max: Some("3".into()), ..Parameter::new("faa", DataType::String) };
        assert_eq!(short.read_texts(&["ABCD"]).unwrap_err().message, "At most 3 characters.");
    }

    #[test]
    fn numbers_are_read_and_bounded_with_all_their_digits() {
        let most = Some("12345678901234567.88".into());
        let price = Parameter { list: true, max: most, ..Parameter::new("price", crate::data_type::ANY_DECIMAL) };
        let of = |json: &str| price.read_written(serde_json::from_str(json).unwrap());
        let text = Value::Text("12345678901234567.88".into());
        assert_eq!(of("[12345678901234567.88]"), Ok(Some(Value::List(vec![text]))));
        assert_eq!(of("[12345678901234567.89]").unwrap_err().message, "At most 12345678901234567.88.");
        assert_eq!((of("null"), of("1.5").is_err(), of("[null]").is_err()), (Ok(None), true, true));
    }

    #[test]
    fn a_null_in_a_body_is_an_absent_parameter() {
        assert_eq!(month().read_json(&Json::Null), Ok(None));
        assert!(month().read_json(&serde_json::json!([null])).is_err());
    }
}
