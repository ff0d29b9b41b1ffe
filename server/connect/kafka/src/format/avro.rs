//! Values in Avro, as JSON.

use std::collections::HashMap;
use std::io::Read;

use apache_avro::schema::{DecimalSchema, Name, ResolvedSchema, Schema};
use apache_avro::types::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::json_text::float_word;
use model::scalar::{date_text, time_text, timestamp_text, widened};
use serde_json::{Map, Value as Json};

use crate::schemas::Named;

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
            "the Avro schema cannot be read.".to_owned()
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
    pub(crate) fn row(&self, bytes: &[u8]) -> Result<Map<String, Json>, String> {
        match self.value(bytes)? {
            Json::Object(row) => Ok(row),
            _ => Err("The value is not a record.".into()),
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
        let value = value.ok().filter(|_| whole).ok_or("The value does not match its Avro schema.")?;
        self.json(value, Some(&self.schema), None)
    }

    /// A value within the namespace of what is around it.
    fn json(&self, value: Value, schema: Option<&Schema>, around: Option<&str>) -> Result<Json, String> {
        let schema = match schema {
            Some(Schema::Ref { name }) => self.named.get(&name.fully_qualified_name(&around.map(str::to_owned))),
            known => known,
        };
        let around = schema.and_then(Schema::namespace).or(around.map(str::to_owned));
        let inner = |value: Value, of: Option<&Schema>| self.json(value, of, around.as_deref());
        match value {
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
                entries
                    .into_iter()
                    .map(|(name, value)| Ok((name, inner(value, of)?)))
                    .collect::<Result<Map<_, _>, String>>()
                    .map(Json::Object)
            }
            Value::Record(fields) => {
                let of = |name: &str| match schema {
                    Some(Schema::Record(record)) => record.fields.iter().find(|field| field.name == name).map(|field| &field.schema),
                    _ => None,
                };
                let field = |(name, value): (String, Value)| {
                    let value = inner(value, of(&name))?;
                    Ok((name, value))
                };
                fields.into_iter().map(field).collect::<Result<Map<_, _>, String>>().map(Json::Object)
            }
            Value::Decimal(decimal) => match (schema, Vec::<u8>::try_from(decimal)) {
                (Some(Schema::Decimal(DecimalSchema { scale, .. })), Ok(bytes)) => Ok(decimal_of(&bytes, *scale).into()),
                _ => Err("The value has a decimal that cannot be read.".into()),
            },
            plain => plain_json(plain),
        }
    }
}

/// A value that holds no others.
fn plain_json(value: Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Boolean(yes) => yes.into(),
        Value::Int(int) => int.into(),
        Value::Long(int) => int.into(),
        // As short as it is written in 32 bits: `0.1`.
        Value::Float(float) => number(widened(float)),
        Value::Double(double) => number(double),
        Value::Bytes(bytes) | Value::Fixed(_, bytes) => STANDARD.encode(bytes).into(),
        Value::String(text) | Value::Enum(_, text) => text.into(),
        Value::Uuid(uuid) => uuid.to_string().into(),
        Value::BigDecimal(decimal) => decimal.to_string().into(),
        Value::Date(days) => date_text(days).into(),
        Value::TimeMillis(millis) => in_calendar(time_text(i64::from(millis) * 1_000))?,
        Value::TimeMicros(micros) => in_calendar(time_text(micros))?,
        Value::TimestampMillis(at) | Value::LocalTimestampMillis(at) => in_calendar(at.checked_mul(1_000).map(timestamp_text))?,
        Value::TimestampMicros(at) | Value::LocalTimestampMicros(at) => timestamp_text(at).into(),
        Value::TimestampNanos(at) | Value::LocalTimestampNanos(at) => {
            in_calendar(Timestamp::from_nanosecond(at.into()).ok().map(|at| at.to_string()))?
        }
        Value::Duration(duration) => {
            let (months, days, millis) = (duration.months(), duration.days(), duration.millis());
            iso_duration(months.into(), days.into(), millis.into()).into()
        }
        Value::Union(..) | Value::Array(_) | Value::Map(_) | Value::Record(_) | Value::Decimal(_) => {
            return Err("The value has a type that its schema does not define.".into());
        }
    })
}

/// A float; those that JSON has no number for by their words, which a column of floats reads.
fn number(float: f64) -> Json {
    float_word(float).map_or_else(|| Json::from(float), Json::from)
}

fn in_calendar(text: Option<String>) -> Result<Json, String> {
    text.map(Json::String).ok_or_else(|| "The value has a date or a time that is not valid.".into())
}

/// `P1Y2M3DT4H5M6.007S`, as ISO 8601 writes it; a month has no fixed number of days.
fn iso_duration(months: u32, days: u32, millis: u32) -> String {
    let part = |count: u32, unit: char| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let date = [part(months / 12, 'Y'), part(months % 12, 'M'), part(days, 'D')].concat();
    let (seconds, rest) = (millis / 1_000 % 60, millis % 1_000);
    let seconds = match (seconds, rest) {
        (seconds, 0) => part(seconds, 'S'),
        (seconds, rest) => format!("{}S", format!("{seconds}.{rest:03}").trim_end_matches('0')),
    };
    let time = [part(millis / 3_600_000, 'H'), part(millis / 60_000 % 60, 'M'), seconds].concat();
    match (date.is_empty(), time.is_empty()) {
        (true, true) => "PT0S".to_owned(),
        (_, true) => format!("P{date}"),
        _ => format!("P{date}T{time}"),
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

/// Two's complement, the most significant byte first and of any length, as a decimal.
fn decimal_of(bytes: &[u8], scale: usize) -> String {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    // The digits, the least first: each byte multiplies what was there before it.
    let mut digits = vec![0_u32];
    for byte in bytes {
        let mut carry = u32::from(if negative { !byte } else { *byte });
        for digit in &mut digits {
            let value = *digit * 256 + carry;
            (*digit, carry) = (value % 10, value / 10);
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    let mut carry = u32::from(negative);
    for digit in &mut digits {
        let value = *digit + carry;
        (*digit, carry) = (value % 10, value / 10);
    }
    if carry > 0 {
        digits.push(carry);
    }
    while digits.len() > scale + 1 && digits.last() == Some(&0) {
        digits.pop();
    }
    digits.resize(digits.len().max(scale + 1), 0);
    let text: String = digits.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    let (whole, part) = text.split_at(text.len() - scale);
    let sign = if negative { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_any_width_keep_their_digits() {
        let wide = |last: [u8; 2], sign: u8| [vec![sign; 18], last.to_vec()].concat();
        assert_eq!(decimal_of(&wide([0x04, 0xd2], 0), 2), "12.34");
        assert_eq!(decimal_of(&wide([0xfb, 0x2e], 0xff), 2), "-12.34");
        assert_eq!(decimal_of(&[0x05], 3), "0.005");
        assert_eq!(decimal_of(&[], 0), "0");
        assert_eq!(decimal_of(&[0xff], 0), "-1");
        assert_eq!(decimal_of(&[0x80], 0), "-128");
        let all = [vec![0x7f], vec![0xff; 19]].concat();
        assert_eq!(decimal_of(&all, 0), "730750818665451459101842416358141509827966271487");
    }

    #[test]
    fn plain_values_are_as_they_are() {
        let text = |value| plain_json(value).unwrap();
        assert_eq!(text(Value::Float(0.1)), Json::from(0.1));
        assert_eq!((text(Value::Double(f64::NAN)), text(Value::Float(f32::NEG_INFINITY))), ("NaN".into(), "-Infinity".into()));
        assert_eq!((text(Value::Float(f32::INFINITY)), text(Value::Null)), ("Infinity".into(), Json::Null));
        assert!(plain_json(Value::Array(Vec::new())).is_err());
        assert_eq!(text(Value::Date(2_932_896)), Json::from("9999-12-31"));
        assert_eq!(text(Value::Date(i32::MAX)), Json::from("+5881580-07-11"));
        assert!(plain_json(Value::TimestampMillis(i64::MAX)).is_err());
        assert_eq!(text(Value::TimestampMillis(1_704_067_200_000)), Json::from("2024-01-01T00:00:00Z"));
        assert_eq!(iso_duration(14, 3, 4 * 3_600_000 + 5 * 60_000 + 6_007), "P1Y2M3DT4H5M6.007S");
        assert_eq!(iso_duration(0, 0, 0), "PT0S");
        assert_eq!(iso_duration(1, 0, 500), "P1MT0.5S");
        assert_eq!(iso_duration(0, 30, 0), "P30D");
    }

    /// Every type of Avro as fastavro writes it, at its ends and by chance.
    #[test]
    fn values_are_what_their_writer_holds_them_for() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/avro_values.py");
        let output = std::process::Command::new(testkit::python()).args([script, "4711"]).output().unwrap();
        assert!(output.status.success(), "fastavro is installed by scripts/setup.sh test: {output:?}");
        let (mut tried, mut wrong) = (0, Vec::new());
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let suite: Json = serde_json::from_str(line).unwrap();
            let (schema, hex) = (suite["schema"].as_str().unwrap(), suite["bytes"].as_str().unwrap());
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
            let read = AvroSchema::read(schema, &[]).and_then(|schema| schema.row(&bytes)).map(|row| row["v"].clone());
            tried += 1;
            if read.as_ref() != Ok(&suite["wanted"]) {
                wrong.push(format!("{}: {read:?} should be {}", suite["name"], suite["wanted"]));
            }
        }
        assert!(tried > 500, "{tried} values");
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    }
}
