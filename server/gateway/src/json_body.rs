//! The JSON object that a caller sends. Numbers of 64 bits and texts are read as they come; where anything else is in it, its values are
//! kept as they are written, too: a float of 64 bits does not hold the digits of every number.

use std::collections::BTreeMap;

use model::{FieldError, Parameter, Value};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

/// Values by their names, as they are written.
pub(crate) type Written = BTreeMap<String, Box<RawValue>>;

/// A caller's object.
#[derive(Default)]
pub(crate) struct JsonBody {
    pub(crate) values: Map<String, Json>,
    /// Empty where `values` says all.
    written: Written,
}

impl From<Map<String, Json>> for JsonBody {
    fn from(values: Map<String, Json>) -> Self {
        Self { values, written: Written::new() }
    }
}

impl JsonBody {
    /// `text` is what the values were read from.
    pub(crate) fn read(values: Map<String, Json>, text: &[u8]) -> Self {
        // What was read as an object once is one.
        let written = if loses(&values) { serde_json::from_slice(text).unwrap_or_default() } else { Written::new() };
        Self { values, written }
    }

    /// Several, each with its values as they are written, where `texts` has them.
    pub(crate) fn several(values: Vec<Map<String, Json>>, texts: impl FnOnce() -> Vec<Written>) -> Vec<Self> {
        let written = if values.iter().any(loses) { texts() } else { Vec::new() };
        let mut written = written.into_iter();
        values.into_iter().map(|values| Self { values, written: written.next().unwrap_or_default() }).collect()
    }

    /// Puts a value as it is written.
    pub(crate) fn put(&mut self, name: &str, text: Box<RawValue>) {
        self.values.insert(name.to_owned(), Json::Null);
        self.written.insert(name.to_owned(), text);
    }

    /// What was given under a name, as a text to be shown.
    pub(crate) fn shown(&self, name: &str) -> Option<String> {
        match (self.values.get(name)?, self.written.get(name)) {
            (Json::String(text), _) => Some(text.clone()),
            (_, Some(written)) => Some(written.get().to_owned()),
            (value, None) => Some(value.to_string()),
        }
    }

    /// The value of a parameter, where there is one.
    ///
    /// # Errors
    /// A sentence for this parameter.
    pub(crate) fn value_of(&self, parameter: &Parameter) -> Result<Option<Value>, FieldError> {
        match self.written.get(&parameter.name) {
            Some(text) => parameter.read_written(text),
            None => self.values.get(&parameter.name).map_or(Ok(None), |json| parameter.read_json(json)),
        }
    }
}

/// Whether a value may be other than it is written: a number that is a float, and what an object holds.
fn loses(values: &Map<String, Json>) -> bool {
    fn one(value: &Json) -> bool {
        match value {
            Json::Number(number) => number.is_f64(),
            Json::Array(items) => items.iter().any(one),
            Json::Object(_) => true,
            _ => false,
        }
    }
    values.values().any(one)
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::data_type::ANY_DECIMAL;

    use super::*;

    fn body(text: &str) -> JsonBody {
        JsonBody::read(serde_json::from_str(text).unwrap(), text.as_bytes())
    }

    #[test]
    fn numbers_keep_their_digits_and_plain_values_are_read_once() {
        let plain = body("{\"s\": \"a\", \"n\": 18446744073709551615, \"l\": [1, \"b\"], \"z\": null}");
        assert!(plain.written.is_empty());
        let exact = body("{\"n\": 0.12345678901234567890, \"s\": \"a\", \"j\": {\"p\": 1.10}, \"n\": 0.12345678901234567891}");
        let of = |name: &str, data_type| exact.value_of(&Parameter::new(name, data_type));
        let text = |text: &str| Ok(Some(Value::Text(text.into())));
        assert_eq!(of("n", ANY_DECIMAL), text("0.12345678901234567891"));
        assert_eq!((of("s", DataType::String), of("j", DataType::Json)), (text("a"), text("{\"p\":1.10}")));
        assert_eq!(of("other", DataType::String), Ok(None));
    }
}
