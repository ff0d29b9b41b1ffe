//! Values in Avro, as JSON.

use std::collections::HashMap;
use std::io::Read;

use apache_avro::schema::{DecimalSchema, Name, ResolvedSchema, Schema};
use apache_avro::types::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::evidence::Row;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use model::scalar::decimal_text;
use serde_json::{Number, Value as Json};

use crate::schemas::Named;

/// In nanoseconds.
const DAY: i128 = 86_400_000_000_000;

/// The schema that values were written with.
pub(crate) struct AvroSchema {
    schema: Schema,
    /// Those that it refers to.
    others: Vec<Schema>,
    /// All that have a name, by which one that was said once is meant again.
    named: HashMap<Name, Schema>,
}

impl AvroSchema {
    /// # Errors
    /// Why it is no schema, as a sentence.
    pub(crate) fn read(text: &str, others: &[Named]) -> Result<Self, String> {
        let unreadable = |error: apache_avro::Error| {
            tracing::info!(cause = %error, "an Avro schema cannot be read");
            "its Avro schema cannot be read.".to_owned()
        };
        let texts = others.iter().map(|(_, text)| text);
        let (schema, others) = Schema::parse_str_with_list(text, texts).map_err(unreadable)?;
        let all = others.iter().chain([&schema]).collect::<Vec<_>>();
        let named = ResolvedSchema::try_from(all).map_err(unreadable)?;
        let named = named.get_names().iter().map(|(name, schema)| (name.clone(), (*schema).clone())).collect();
        Ok(Self { schema, others, named })
    }

    /// Whether its values are rows.
    pub(crate) fn is_of_rows(&self) -> bool {
        matches!(self.schema, Schema::Record(_))
    }

    /// # Errors
    /// Why the bytes are no row, as a sentence.
    pub(crate) fn row(&self, bytes: &[u8]) -> Result<Row, String> {
        match self.value(bytes)? {
            Json::Object(row) => Ok(row),
            _ => Err("It is not a record.".into()),
        }
    }

    /// # Errors
    /// Why the bytes are no value of it, as a sentence.
    pub(crate) fn value(&self, bytes: &[u8]) -> Result<Json, String> {
        let mut reader = Watched { bytes, over: false };
        let value = if self.others.is_empty() {
            apache_avro::from_avro_datum(&self.schema, &mut reader, None)
        } else {
            let all = self.others.iter().chain([&self.schema]).collect();
            apache_avro::from_avro_datum_schemata(&self.schema, all, &mut reader, None)
        };
        // The library takes some values that are cut short for nothing, and what is left over for somebody else's.
        let whole = !reader.over && reader.bytes.is_empty();
        let value = value.ok().filter(|_| whole).ok_or("It is not Avro of its schema.")?;
        Ok(self.json(value, Some(&self.schema), None))
    }

    /// A value within the namespace of what is around it.
    fn json(&self, value: Value, schema: Option<&Schema>, around: Option<&str>) -> Json {
        let schema = match schema {
            Some(Schema::Ref { name }) => self.named.get(&name.fully_qualified_name(&around.map(str::to_owned))),
            known => known,
        };
        let around = schema.and_then(Schema::namespace).or(around.map(str::to_owned));
        let inner = |value: Value, of: Option<&Schema>| self.json(value, of, around.as_deref());
        let number = |number: f64| Number::from_f64(number).map_or(Json::Null, Json::Number);
        match value {
            Value::Null => Json::Null,
            Value::Boolean(yes) => yes.into(),
            Value::Int(int) => int.into(),
            Value::Long(int) => int.into(),
            Value::Float(float) => number(float.into()),
            Value::Double(float) => number(float),
            Value::Bytes(bytes) | Value::Fixed(_, bytes) => STANDARD.encode(bytes).into(),
            Value::String(text) | Value::Enum(_, text) => text.into(),
            Value::Uuid(uuid) => uuid.to_string().into(),
            Value::Union(index, boxed) => {
                let of = match schema {
                    Some(Schema::Union(union)) => union.variants().get(index as usize),
                    _ => None,
                };
                inner(*boxed, of)
            }
            Value::Array(items) => {
                let of = if let Some(Schema::Array(array)) = schema { Some(&*array.items) } else { None };
                items.into_iter().map(|item| inner(item, of)).collect()
            }
            Value::Map(entries) => {
                let of = if let Some(Schema::Map(map)) = schema { Some(&*map.types) } else { None };
                Json::Object(entries.into_iter().map(|(name, value)| (name, inner(value, of))).collect())
            }
            Value::Record(fields) => {
                let of = |name: &str| match schema {
                    Some(Schema::Record(record)) => record.fields.iter().find(|field| field.name == name).map(|field| &field.schema),
                    _ => None,
                };
                Json::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| {
                            let field = inner(value, of(&name));
                            (name, field)
                        })
                        .collect(),
                )
            }
            Value::Decimal(decimal) => match (schema, Vec::<u8>::try_from(decimal)) {
                (Some(Schema::Decimal(DecimalSchema { scale, .. })), Ok(bytes)) => unscaled(&bytes)
                    .zip(i8::try_from(*scale).ok())
                    .map_or(Json::Null, |(unscaled, scale)| decimal_text(unscaled, scale).into()),
                _ => Json::Null,
            },
            Value::BigDecimal(decimal) => decimal.to_string().into(),
            Value::Date(days) => time(i128::from(days) * DAY, |at| at.date().to_string()),
            Value::TimeMillis(millis) => time(i128::from(millis) * 1_000_000, |at| at.time().to_string()),
            Value::TimeMicros(micros) => time(i128::from(micros) * 1_000, |at| at.time().to_string()),
            Value::TimestampMillis(at) | Value::LocalTimestampMillis(at) => {
                time(i128::from(at) * 1_000_000, |at| at.timestamp().to_string())
            }
            Value::TimestampMicros(at) | Value::LocalTimestampMicros(at) => time(i128::from(at) * 1_000, |at| at.timestamp().to_string()),
            Value::TimestampNanos(at) | Value::LocalTimestampNanos(at) => time(i128::from(at), |at| at.timestamp().to_string()),
            Value::Duration(duration) => format!("{duration:?}").into(),
        }
    }
}

/// Remembers whether more was asked for than there is.
struct Watched<'a> {
    bytes: &'a [u8],
    over: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.over |= self.bytes.is_empty() && !into.is_empty();
        self.bytes.read(into)
    }
}

/// Nanoseconds since 1970 as a text of some kind; nothing for a time that no calendar has.
fn time(nanos: i128, text: impl Fn(&Zoned) -> String) -> Json {
    let at = Timestamp::from_nanosecond(nanos).ok();
    at.map_or(Json::Null, |at| text(&at.to_zoned(TimeZone::UTC)).into())
}

/// Two's complement, the most significant byte first.
fn unscaled(bytes: &[u8]) -> Option<i128> {
    if bytes.len() > 16 {
        return None;
    }
    let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    Some(bytes.iter().fold(sign, |number: i128, byte| (number << 8) | i128::from(*byte)))
}
