//! Values in Avro, as JSON.

use std::io::Read;

use apache_avro::schema::{DecimalSchema, Schema};
use apache_avro::types::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::evidence::Row;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use model::scalar::decimal_text;
use serde_json::{Number, Value as Json};

/// In nanoseconds.
const DAY: i128 = 86_400_000_000_000;

/// The schema that values were written with.
pub(crate) struct AvroSchema(Schema);

impl AvroSchema {
    /// # Errors
    /// Why it is no schema of rows, as a sentence.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match Schema::parse_str(text) {
            Ok(schema @ Schema::Record(_)) => Ok(Self(schema)),
            Ok(_) => Err("its Avro schema is not one of a record.".into()),
            Err(_) => Err("its Avro schema cannot be read.".into()),
        }
    }

    /// # Errors
    /// Why the bytes are no row, as a sentence.
    pub(crate) fn row(&self, bytes: &[u8]) -> Result<Row, String> {
        let mut reader = Watched { bytes, over: false };
        let value = apache_avro::from_avro_datum(&self.0, &mut reader, None);
        // The library takes some values that are cut short for nothing, and what is left over for somebody else's.
        let whole = !reader.over && reader.bytes.is_empty();
        let value = value.ok().filter(|_| whole).ok_or("It is not Avro of its schema.")?;
        match json(value, Some(&self.0)) {
            Json::Object(row) => Ok(row),
            _ => Err("It is not a record.".into()),
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

fn json(value: Value, schema: Option<&Schema>) -> Json {
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
        Value::Union(index, inner) => {
            let of = match schema {
                Some(Schema::Union(union)) => union.variants().get(index as usize),
                _ => None,
            };
            json(*inner, of)
        }
        Value::Array(items) => {
            let of = if let Some(Schema::Array(array)) = schema { Some(&*array.items) } else { None };
            items.into_iter().map(|item| json(item, of)).collect()
        }
        Value::Map(entries) => {
            let of = if let Some(Schema::Map(map)) = schema { Some(&*map.types) } else { None };
            Json::Object(entries.into_iter().map(|(name, value)| (name, json(value, of))).collect())
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
                        let inner = json(value, of(&name));
                        (name, inner)
                    })
                    .collect(),
            )
        }
        Value::Decimal(decimal) => match (schema, Vec::<u8>::try_from(decimal)) {
            (Some(Schema::Decimal(DecimalSchema { scale, .. })), Ok(bytes)) => {
                unscaled(&bytes).zip(i8::try_from(*scale).ok()).map_or(Json::Null, |(unscaled, scale)| decimal_text(unscaled, scale).into())
            }
            _ => Json::Null,
        },
        Value::BigDecimal(decimal) => decimal.to_string().into(),
        Value::Date(days) => time(i128::from(days) * DAY, |at| at.date().to_string()),
        Value::TimeMillis(millis) => time(i128::from(millis) * 1_000_000, |at| at.time().to_string()),
        Value::TimeMicros(micros) => time(i128::from(micros) * 1_000, |at| at.time().to_string()),
        Value::TimestampMillis(at) | Value::LocalTimestampMillis(at) => time(i128::from(at) * 1_000_000, |at| at.timestamp().to_string()),
        Value::TimestampMicros(at) | Value::LocalTimestampMicros(at) => time(i128::from(at) * 1_000, |at| at.timestamp().to_string()),
        Value::TimestampNanos(at) | Value::LocalTimestampNanos(at) => time(i128::from(at), |at| at.timestamp().to_string()),
        Value::Duration(duration) => format!("{duration:?}").into(),
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
