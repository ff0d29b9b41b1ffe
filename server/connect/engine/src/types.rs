//! Between Arrow's types and ours, and the types that people set by hand.

use arrow_schema::{DataType as Arrow, TimeUnit};
use connect::{ConfigField, SourceError, SourceErrorKind};
use datafusion::common::ScalarValue;
use model::data_type::ANY_DECIMAL;
use model::scalar::{days, decimal_parts, micros, micros_of_day, scaled};
use model::{DataType, Value};

/// Ours for a column of a file; `None` for what has no place in a row, as lists and structures.
pub(crate) fn ours(arrow: &Arrow) -> Option<DataType> {
    Some(match arrow {
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View | Arrow::Null => DataType::String,
        Arrow::Dictionary(_, value) => return ours(value),
        Arrow::Boolean => DataType::Bool,
        Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::UInt8 | Arrow::UInt16 => DataType::Int32,
        Arrow::Int64 | Arrow::UInt32 | Arrow::UInt64 => DataType::Int64,
        Arrow::Float16 | Arrow::Float32 | Arrow::Float64 => DataType::Float64,
        Arrow::Decimal128(precision, scale) => DataType::Decimal { precision: *precision, scale: *scale },
        Arrow::Date32 | Arrow::Date64 => DataType::Date,
        Arrow::Time32(_) | Arrow::Time64(_) => DataType::Time,
        Arrow::Timestamp(..) => DataType::Timestamp,
        // As text: `PT1.5S`.
        Arrow::Duration(_) | Arrow::Interval(_) => DataType::String,
        Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_) => DataType::Bytes,
        _ => return None,
    })
}

/// A value that a statement is asked with.
///
/// # Errors
/// For a decimal with more digits than those of the engine: as another number it would find other rows, and as none no row.
pub(crate) fn bound(data_type: DataType, value: &Value) -> Result<ScalarValue, SourceError> {
    match value {
        Value::Text(text) if data_type == ANY_DECIMAL && any_decimal(text).is_none() => {
            let sentence = format!("Decimals are compared with numbers of at most 38 digits here, and {text} is none. Write another one.");
            Err(SourceError::new(SourceErrorKind::Value, sentence))
        }
        value => Ok(scalar(data_type, value)),
    }
}

/// A bound value; a text that is not of its type is nothing, which no row is equal to.
pub(crate) fn scalar(data_type: DataType, value: &Value) -> ScalarValue {
    match (data_type, value) {
        (_, Value::Bool(yes)) => ScalarValue::Boolean(Some(*yes)),
        (DataType::Int32, Value::Int(number)) => ScalarValue::Int32(i32::try_from(*number).ok()),
        (_, Value::Int(number)) => ScalarValue::Int64(Some(*number)),
        (_, Value::Float(number)) => ScalarValue::Float64(Some(*number)),
        (_, Value::Bytes(bytes)) => ScalarValue::Binary(Some(bytes.clone())),
        (DataType::Date, Value::Text(text)) => ScalarValue::Date32(days(text)),
        (DataType::Time, Value::Text(text)) => ScalarValue::Time64Microsecond(micros_of_day(text)),
        (DataType::Timestamp, Value::Text(text)) => ScalarValue::TimestampMicrosecond(micros(text), Some("UTC".into())),
        (ANY_DECIMAL, Value::Text(text)) => {
            let (number, scale) = any_decimal(text).unzip();
            ScalarValue::Decimal128(number, 38, scale.unwrap_or(0))
        }
        (DataType::Decimal { precision, scale }, Value::Text(text)) => ScalarValue::Decimal128(scaled(text, scale), precision, scale),
        (_, Value::Text(text)) => ScalarValue::Utf8(Some(text.clone())),
        (DataType::Bool, _) => ScalarValue::Boolean(None),
        (DataType::Int32 | DataType::Int64, _) => ScalarValue::Int64(None),
        (DataType::Float64, _) => ScalarValue::Float64(None),
        (DataType::Timestamp, _) => ScalarValue::TimestampMicrosecond(None, Some("UTC".into())),
        _ => ScalarValue::Utf8(None),
    }
}

/// With as many digits behind its point as it has, and these; nothing where no decimal of the engine holds it.
fn any_decimal(text: &str) -> Option<(i128, i8)> {
    let (_, _, part) = decimal_parts(text)?;
    let scale = i8::try_from(part.len()).ok().filter(|scale| *scale <= 38)?;
    Some((scaled(text, scale).filter(|number| number.unsigned_abs() < 10_u128.pow(38))?, scale))
}

/// A literal as the text that a service is asked by; `None` for what has no plain one.
pub(crate) fn text_of(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Utf8(Some(text)) | ScalarValue::LargeUtf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => Some(text.clone()),
        ScalarValue::Int32(Some(number)) => Some(number.to_string()),
        ScalarValue::Int64(Some(number)) => Some(number.to_string()),
        ScalarValue::Boolean(Some(yes)) => Some(yes.to_string()),
        _ => None,
    }
}

/// The field of a form for [`Overrides`].
#[must_use]
pub fn types_field() -> ConfigField {
    ConfigField::new(
        "types",
        "Type overrides",
        "A column, or table.column, and its type, separated by commas. Example: zip=string, sales.amount=decimal(12,2).",
        "zip=string",
    )
    .decides_rows()
}

/// Types set by hand, by `column` or `table.column`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides(Vec<(String, DataType)>);

impl Overrides {
    /// # Errors
    /// What is not a column and a type.
    pub fn read(text: &str) -> Result<Self, SourceError> {
        let mut found = Vec::new();
        // A decimal has a comma of its own.
        let joined = text.split(',').fold(Vec::<String>::new(), |mut parts, part| {
            match parts.last_mut() {
                Some(last) if last.contains('(') && !last.contains(')') => *last = format!("{last},{part}"),
                _ => parts.push(part.to_owned()),
            }
            parts
        });
        for part in joined.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
            let known = part.split_once('=').and_then(|(column, kind)| Some((column.trim().to_owned(), type_of(kind.trim())?)));
            let known = known.ok_or_else(|| {
                SourceError::new(SourceErrorKind::Config, format!("{part} is not a column and a type. An example is zip=string."))
            })?;
            found.push(known);
        }
        Ok(Self(found))
    }

    /// Types that are known.
    pub(crate) fn known(columns: &[(String, DataType)]) -> Self {
        Self(columns.to_vec())
    }

    #[must_use]
    pub fn of(&self, table: &str, column: &str) -> Option<DataType> {
        let whole = format!("{table}.{column}");
        self.0.iter().find(|(name, _)| *name == whole || name == column).map(|(_, data_type)| *data_type)
    }
}

/// `string`, `decimal(12,2)`.
fn type_of(text: &str) -> Option<DataType> {
    let Some(inner) = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')) else { return DataType::from_key(text) };
    let (precision, scale) = inner.split_once(',')?;
    Some(DataType::Decimal { precision: precision.trim().parse().ok()?, scale: scale.trim().parse().ok()? })
}

/// What times are read as.
pub(crate) const TIMESTAMP: fn() -> Arrow = || Arrow::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_set_by_column_or_by_table_and_column() {
        let set = Overrides::read("zip=string, sales.amount=decimal(12,2)").unwrap();
        assert_eq!(set.of("any", "zip"), Some(DataType::String));
        assert_eq!(set.of("sales", "amount"), Some(DataType::Decimal { precision: 12, scale: 2 }));
        assert_eq!(set.of("other", "amount"), None);
        assert!(Overrides::read("zip").is_err() && Overrides::read("zip=thing").is_err());
    }

    #[test]
    fn a_decimal_that_the_engine_does_not_hold_is_no_other_one() {
        let of = |text: &str| bound(ANY_DECIMAL, &Value::Text(text.to_owned()));
        assert_eq!(of("-1.25").unwrap(), ScalarValue::Decimal128(Some(-125), 38, 2));
        assert_eq!(of(&"9".repeat(38)).unwrap(), ScalarValue::Decimal128(Some(10_i128.pow(38) - 1), 38, 0));
        for text in ["9".repeat(39), "1".to_owned() + &"0".repeat(38), format!("0.{}1", "0".repeat(38))] {
            assert_eq!(of(&text).unwrap_err().kind, SourceErrorKind::Value, "{text}");
        }
    }
}
