//! How the values of topics are written, and what of them becomes a row.

mod avro;
mod protobuf;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use connect::{BindingConfig, SourceError, SourceErrorKind};
use engine::cells::{Cell, CellRows};
use engine::evidence::{NO_TEXT, Row, json_row, normal_json, row_of};
use serde_json::Value as Json;

pub(crate) use self::avro::AvroSchema;
pub(crate) use self::protobuf::ProtoMessage;
use crate::schemas::{Registry, Schema, split_id};

/// Keys of a topic that seem to name schemas which the registry does not have, until no more is asked for.
const STRANGE_KEYS: u32 = 8;
/// The column of a value that has none.
const VALUE: &str = "value";

/// What a form says of all topics.
pub(crate) struct Formats {
    topics: Vec<(String, TopicFormat)>,
    other: TopicFormat,
}

/// How the values of one topic are written. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TopicFormat {
    values: Values,
    registry: Option<Arc<Registry>>,
    /// How many keys seemed to name a schema and did not.
    strange_keys: Arc<AtomicU32>,
}

#[derive(Clone)]
enum Values {
    /// JSON objects, or texts where the messages are none.
    Guess,
    Json,
    Text,
    Csv(Arc<[String]>),
    /// With the schema that was given by hand.
    Avro(Arc<AvroSchema>),
    Protobuf(Arc<ProtoMessage>),
    /// Each names its schema in the registry.
    Registered,
}

impl Formats {
    /// # Errors
    /// A line that cannot be read, a schema that is none, or one that is missing.
    pub(crate) fn read(config: &BindingConfig) -> Result<Self, SourceError> {
        let registry =
            Some(config.get("registry")).filter(|url| !url.is_empty()).map(|url| Registry::new(url, config)).transpose()?.map(Arc::new);
        let schemas = by_topic(config.get("schemas"));
        let mut topics = Vec::new();
        for line in config.get("topics").lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, format) = line.split_once('=').map_or((line, ""), |(name, format)| (name.trim(), format.trim()));
            let values = values(name, format, schemas.get(name).map(String::as_str), registry.is_some())?;
            topics.push((name.to_owned(), TopicFormat { values, registry: registry.clone(), strange_keys: Arc::default() }));
        }
        Ok(Self { topics, other: TopicFormat { values: Values::Guess, registry, strange_keys: Arc::default() } })
    }

    /// The topics that are named; none where all are meant.
    pub(crate) fn topics(&self) -> Vec<String> {
        self.topics.iter().map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn of(&self, topic: &str) -> TopicFormat {
        let format = self.topics.iter().find(|(name, _)| name == topic).map_or(&self.other, |(_, format)| format);
        TopicFormat { strange_keys: Arc::default(), ..format.clone() }
    }
}

/// `# topic`, and below it what belongs to it.
fn by_topic(text: &str) -> BTreeMap<&str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut at = None;
    for line in text.lines() {
        match (line.strip_prefix("# "), at) {
            (Some(topic), _) => at = Some(topic.trim()),
            (None, Some(topic)) => {
                let schema = found.entry(topic).or_default();
                schema.push_str(line);
                schema.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn values(topic: &str, format: &str, schema: Option<&str>, has_registry: bool) -> Result<Values, SourceError> {
    let bad = |sentence: String| SourceError::new(SourceErrorKind::Config, sentence);
    let (name, inside) = match format.split_once('(') {
        Some((name, rest)) => {
            (name.trim(), rest.strip_suffix(')').ok_or_else(|| bad(format!("{topic}: {format} has no closing bracket.")))?.trim())
        }
        None => (format, ""),
    };
    let needs = || bad(format!("{topic}: the schema is missing. Enter a registry, or enter the schema under Schemas."));
    match (name, schema) {
        ("", _) => Ok(Values::Guess),
        ("json", _) => Ok(Values::Json),
        ("text", _) => Ok(Values::Text),
        ("csv", _) => {
            let columns: Vec<String> =
                inside.split(',').map(|column| column.trim().to_owned()).filter(|column| !column.is_empty()).collect();
            if columns.is_empty() {
                Err(bad(format!("{topic}: enter the columns, such as csv(id, at).")))
            } else {
                Ok(Values::Csv(columns.into()))
            }
        }
        ("avro", Some(schema)) => {
            let read = AvroSchema::read(schema, &[]).map_err(|error| bad(format!("{topic}: {error}")))?;
            if !read.is_of_rows() {
                return Err(bad(format!("{topic}: the Avro schema is not a record.")));
            }
            Ok(Values::Avro(Arc::new(read)))
        }
        ("protobuf", Some(schema)) => ProtoMessage::read(schema, inside, Vec::new())
            .map(|message| Values::Protobuf(Arc::new(message)))
            .map_err(|error| bad(format!("{topic}: {error}"))),
        ("avro" | "protobuf", None) if has_registry => Ok(Values::Registered),
        ("avro" | "protobuf", None) => Err(needs()),
        _ => Err(bad(format!("{topic}: {format} is not json, text, csv(…), avro or protobuf(…)."))),
    }
}

impl TopicFormat {
    /// Fetches the schemas that values name and nobody has asked for yet.
    ///
    /// # Errors
    /// Where the registry does not answer, or refuses.
    pub(crate) async fn learn(&self, values: impl Iterator<Item = &[u8]>) -> Result<(), SourceError> {
        match (&self.registry, &self.values) {
            (None, _) | (_, Values::Csv(_) | Values::Avro(_) | Values::Protobuf(_)) => Ok(()),
            (Some(registry), _) => registry.learn(&ids(values)).await,
        }
    }

    /// The same for keys. Some are numbers in bytes that only look as if: after a few that name nothing, no more of a topic are asked for.
    ///
    /// # Errors
    /// Where the registry does not answer, or refuses.
    pub(crate) async fn learn_keys(&self, keys: impl Iterator<Item = &[u8]>) -> Result<(), SourceError> {
        let Some(registry) = &self.registry else { return Ok(()) };
        for id in ids(keys) {
            if self.strange_keys.load(Ordering::Relaxed) >= STRANGE_KEYS {
                break;
            }
            registry.learn(&[id]).await?;
            if registry.known(id).is_none() {
                self.strange_keys.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// As what most of some values are, where nobody has said how they are written.
    pub(crate) fn by_sample<'a>(self, values: impl Iterator<Item = &'a [u8]>) -> Self {
        if !matches!(self.values, Values::Guess) {
            return self;
        }
        let (mut objects, mut all) = (0, 0);
        for value in values {
            all += 1;
            objects += usize::from(self.row(value).is_ok());
        }
        Self { values: if objects * 2 >= all { Values::Json } else { Values::Text }, ..self }
    }

    /// As the columns say that a dataset has of it.
    pub(crate) fn by_columns<'a>(self, mut columns: impl Iterator<Item = &'a str>) -> Self {
        if !matches!(self.values, Values::Guess) {
            return self;
        }
        let is_text = columns.all(|column| column == VALUE || column.starts_with("kafka_"));
        Self { values: if is_text { Values::Text } else { Values::Json }, ..self }
    }

    /// Whether texts may be numbers.
    pub(crate) fn texts_speak(&self) -> bool {
        matches!(self.values, Values::Csv(_))
    }

    /// # Errors
    /// Why the value is no row, as a sentence.
    pub(crate) fn row(&self, value: &[u8]) -> Result<Row, String> {
        match &self.values {
            Values::Guess | Values::Json | Values::Registered => match self.framed(value)? {
                Some(framed) => framed.row(),
                None => json_row(value),
            },
            Values::Text => match self.known(value) {
                Some(framed) => framed.row(),
                None => Ok(Row::from_iter([(VALUE.to_owned(), Cell::of_bytes(value).into_own())])),
            },
            Values::Csv(columns) => csv_row(columns, value),
            Values::Avro(schema) => {
                schema.row(split_id(value).filter(|_| self.registry.is_some()).map_or(value, |(_, rest)| rest)).map(row_of)
            }
            Values::Protobuf(message) => message.row(value).map(row_of),
        }
    }

    /// Puts what is wanted of a value into the row that was begun last.
    ///
    /// # Errors
    /// As [`TopicFormat::row`].
    pub(crate) fn put<'v>(&self, cells: &mut CellRows<'_, 'v>, value: &'v [u8]) -> Result<(), String> {
        match &self.values {
            Values::Guess | Values::Json | Values::Registered => match self.framed(value)? {
                None => cells.put_json(value),
                Some(Framed { schema, rest, .. }) if matches!(*schema, Schema::Json) => cells.put_json(rest),
                Some(framed) => {
                    cells.put_row(framed.row()?);
                    Ok(())
                }
            },
            Values::Text if self.known(value).is_none() => {
                cells.put(VALUE, Cell::of_bytes(value));
                Ok(())
            }
            Values::Text | Values::Csv(_) | Values::Avro(_) | Values::Protobuf(_) => {
                cells.put_row(self.row(value)?);
                Ok(())
            }
        }
    }

    /// What the key of a message says: where it names a schema, in JSON, or the one text or number that it is. One that is no text stays
    /// bytes.
    ///
    /// # Errors
    /// Why what it names cannot be used, as a sentence.
    pub(crate) fn key<'k>(&self, key: &'k [u8]) -> Result<Cell<'k>, String> {
        let Some(framed) = self.known(key) else { return Ok(plain_key(key)) };
        let read = match &*framed.schema {
            Schema::Avro(schema) => schema.value(framed.rest).ok().map(key_text),
            Schema::Protobuf(message) => message.indexed_row(framed.rest).ok().map(|row| Json::Object(row).to_string()),
            Schema::Json => match serde_json::from_slice(framed.rest) {
                Ok(Json::String(text)) => Some(text),
                _ => normal_json(framed.rest).ok(),
            },
            Schema::Unusable(why) => return Err(format!("The schema {} of the key cannot be used: {why}", framed.id)),
        };
        Ok(read.map_or_else(|| plain_key(key), |text| Cell::Text(Cow::Owned(text))))
    }

    /// The schema that a value or a key names, where that is known.
    fn known<'v>(&self, value: &'v [u8]) -> Option<Framed<'v>> {
        let (registry, (id, rest)) = (self.registry.as_ref()?, split_id(value)?);
        Some(Framed { id, schema: registry.known(id)?, rest })
    }

    /// The schema that a value names; nothing where it names none and need not.
    fn framed<'v>(&self, value: &'v [u8]) -> Result<Option<Framed<'v>>, String> {
        match (&self.registry, split_id(value)) {
            (Some(_), Some((id, _))) => self.known(value).map(Some).ok_or_else(|| format!("The registry has no schema {id}.")),
            _ if matches!(self.values, Values::Registered) => {
                Err("The value does not begin with a schema id, which values of a registry have.".into())
            }
            _ => Ok(None),
        }
    }
}

/// A value behind the schema that it names.
struct Framed<'v> {
    id: u32,
    schema: Arc<Schema>,
    rest: &'v [u8],
}

impl Framed<'_> {
    fn row(&self) -> Result<Row, String> {
        match &*self.schema {
            Schema::Avro(schema) => schema.row(self.rest).map(row_of),
            Schema::Protobuf(message) => message.indexed_row(self.rest).map(row_of),
            Schema::Json => json_row(self.rest),
            Schema::Unusable(why) => Err(format!("The schema {} of the value cannot be used: {why}", self.id)),
        }
    }
}

/// The schemas that are named, each once. Their numbers begin with one; a zero is the beginning of somebody's number of eight bytes.
fn ids<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Vec<u32> {
    let mut ids: Vec<u32> = texts.filter_map(split_id).map(|(id, _)| id).filter(|id| *id > 0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A key without a schema. One with a zero in it is a number or an id in bytes, also where it happens to be UTF-8.
fn plain_key(key: &[u8]) -> Cell<'_> {
    if key.contains(&0) { Cell::Bytes(Cow::Borrowed(key)) } else { Cell::of_bytes(key) }
}

fn key_text(key: Json) -> String {
    if let Json::String(text) = key { text } else { key.to_string() }
}

fn csv_row(columns: &[String], value: &[u8]) -> Result<Row, String> {
    if std::str::from_utf8(value).is_err() {
        return Err(NO_TEXT.to_owned());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(value);
    let record = reader.records().next().ok_or("The value is empty.")?.map_err(|_| "The value is not CSV.".to_owned())?;
    if record.len() != columns.len() {
        return Err(format!("The row has {} cells, and {} columns are defined.", record.len(), columns.len()));
    }
    let cell = |text: &str| if text.is_empty() { Cell::Null } else { Cell::Text(Cow::Owned(text.to_owned())) };
    Ok(columns.iter().cloned().zip(record.iter().map(cell)).collect())
}

#[cfg(test)]
mod tests {
    use model::{DataType, Value};

    use super::*;

    fn formats(settings: &[(&str, &str)]) -> Result<Formats, SourceError> {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Formats::read(&BindingConfig { settings, ..Default::default() })
    }

    /// As its cells are texts, each by its column.
    fn row(format: &TopicFormat, value: &[u8]) -> Vec<(String, String)> {
        format.row(value).unwrap().into_iter().map(|(name, cell)| (name, said(&cell))).collect()
    }

    fn said(cell: &Cell<'_>) -> String {
        match cell.value(DataType::String) {
            Value::Text(text) => text,
            other => format!("{other:?}"),
        }
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        let proto = "syntax = \"proto3\"; package shop; message Order { int64 id = 1; string label = 2; double price = 3; }";
        let avro = r#"{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}, {"name": "label", "type": ["null", "string"]},
            {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}"#;
        let schemas = format!("# p\n{proto}\n# a\n{avro}");
        let all =
            formats(&[("topics", "j = json\nc = csv(id, label)\np = protobuf(shop.Order)\na = avro\nt = text\ng"), ("schemas", &schemas)])
                .unwrap();
        assert_eq!(all.topics(), ["j", "c", "p", "a", "t", "g"]);
        let large = pairs(&[("id", "12345678901234567890123"), ("price", "1.10")]);
        assert_eq!(row(&all.of("j"), br#"{"id": 12345678901234567890123, "price": 1.10}"#), large);
        assert_eq!(row(&all.of("c"), b"7,\"a, b\"\n"), pairs(&[("id", "7"), ("label", "a, b")]));
        assert_eq!(row(&all.of("t"), b"hello"), pairs(&[("value", "hello")]));
        assert_eq!(row(&all.of("p"), &[8, 7, 18, 2, b'h', b'i']), pairs(&[("id", "7"), ("label", "hi"), ("price", "0.0")]));
        // A long of 7, the second of the union, two bytes of 1234, and a time.
        let mut value = vec![14, 2, 4, b'h', b'i', 4, 0x04, 0xd2];
        value.extend([0x80, 0xa0, 0xae, 0x94, 0xfe, 0x4e]);
        let read = all.of("a").row(&value).unwrap();
        assert_eq!([said(&read["id"]), said(&read["label"]), said(&read["price"])], ["7", "hi", "12.34"]);
        assert!(said(&read["at"]).ends_with('Z'), "{read:?}");
        for (topic, value) in [("j", &b"[1]"[..]), ("j", b"{"), ("c", b"1,2,3"), ("p", b"\xff\xff"), ("a", b"")] {
            assert!(all.of(topic).row(value).is_err(), "{topic} took {value:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_never_made_one() {
        let all = formats(&[("topics", "t = text\nc = csv(id, label)\nj = json")]).unwrap();
        assert_eq!(all.of("t").row(b"caf\xe9").unwrap()["value"], Cell::of_bytes(b"caf\xe9"));
        for topic in ["c", "j"] {
            assert_eq!(all.of(topic).row(b"{\"id\": 1, \"label\": \"caf\xe9\"}").unwrap_err(), NO_TEXT, "{topic}");
        }
        let format = all.of("j");
        let keys = [7_i64, 128, 129].map(i64::to_be_bytes);
        assert!(keys.iter().all(|key| matches!(format.key(key).unwrap(), Cell::Bytes(bytes) if *bytes == key[..])));
        assert_eq!(format.key("caf\u{e9}".as_bytes()).unwrap(), Cell::Text("caf\u{e9}".into()));
    }

    #[test]
    fn what_is_not_said_is_what_the_messages_are() {
        let any = || formats(&[]).unwrap().of("any");
        let of = |values: &[&[u8]]| any().by_sample(values.iter().copied()).texts_of();
        assert!(!of(&[b"{}", b"{}", b"poison"]));
        assert!(of(&[b"a", b"b", b"{}"]));
        assert!(any().by_columns(["kafka_key", "value"].into_iter()).texts_of());
        assert!(!any().by_columns(["kafka_key", "id"].into_iter()).texts_of());
        for topics in ["a = avro", "p = protobuf(x.Y)", "x = xml", "c = csv()", "c = csv(id"] {
            assert!(formats(&[("topics", topics)]).is_err(), "{topics}");
        }
    }

    impl TopicFormat {
        fn texts_of(&self) -> bool {
            matches!(self.values, Values::Text)
        }
    }
}
