//! One message as it came, and what of it stands in every row.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use connect::{Origin, SourceError};
use engine::cells::{Cell, hex_text};
use rdkafka::message::{BorrowedMessage, Header, Headers, Message as _};
use serde_json::Value as Json;

use crate::format::TopicFormat;

/// The columns that every topic has, before those of its values.
pub(crate) const KEY: &str = "kafka_key";
pub(crate) const HEADERS: &str = "kafka_headers";
pub(crate) const PARTITION: &str = "kafka_partition";
pub(crate) const OFFSET: &str = "kafka_offset";
pub(crate) const TIME: &str = "kafka_time";

/// Fetches the schemas that messages name, and where they are looked at, those of their keys.
///
/// # Errors
/// Where the registry does not answer, or refuses.
pub(crate) async fn learn(format: &TopicFormat, messages: &[Message], keys_are_wanted: bool) -> Result<(), SourceError> {
    format.learn(messages.iter().filter_map(|message| message.value.as_deref())).await?;
    // What deletes is known by its key alone.
    let some = messages.iter().filter(|message| keys_are_wanted || message.value.is_none());
    format.learn_keys(some.filter_map(|message| message.key.as_deref())).await
}

/// A message, on its own.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) key: Option<Vec<u8>>,
    /// Nothing where it deletes its key.
    pub(crate) value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    time: Option<i64>,
}

impl Message {
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Self {
        // The library takes it for granted that the names of headers are texts.
        let headers = catch_unwind(AssertUnwindSafe(|| {
            let header = |header: Header<'_, &[u8]>| (header.key.to_owned(), header.value.map(<[u8]>::to_vec));
            message.headers().map(|headers| headers.iter().map(header).collect())
        }));
        Self {
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers.ok().flatten().unwrap_or_default(),
            partition: message.partition(),
            offset: message.offset(),
            time: message.timestamp().to_millis(),
        }
    }

    /// One that was kept as it came, but for its headers and time.
    pub(crate) fn again(origin: Origin) -> Self {
        Self { key: origin.key, value: origin.bytes, headers: Vec::new(), partition: origin.part, offset: origin.at, time: None }
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        let of = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        of(&self.key) + of(&self.value) + self.headers.iter().map(|(name, value)| name.len() + of(value)).sum::<usize>()
    }

    pub(crate) fn origin(self) -> Origin {
        Origin { part: self.partition, at: self.offset, key: self.key, bytes: self.value }
    }

    /// Gives what stands beside the value, as far as it is wanted.
    pub(crate) fn beside<'m>(
        &'m self,
        format: &TopicFormat,
        is_wanted: impl Fn(&str) -> bool,
        mut put: impl FnMut(&'static str, Cell<'m>),
    ) {
        if is_wanted(KEY) {
            let key = |key| text_or_hex(format.key(key).unwrap_or_else(|_| Cell::of_bytes(key)));
            put(KEY, self.key.as_deref().map_or(Cell::Null, key));
        }
        if is_wanted(HEADERS) {
            let text = |value: &Option<Vec<u8>>| {
                let text = |value: &Vec<u8>| String::from_utf8(value.clone()).unwrap_or_else(|_| hex_text(value));
                value.as_ref().map_or(Json::Null, |value| Json::String(text(value)))
            };
            let headers = Json::Object(self.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect());
            put(HEADERS, Cell::Own(Box::new(headers)));
        }
        if is_wanted(PARTITION) {
            put(PARTITION, i64::from(self.partition).into());
        }
        if is_wanted(OFFSET) {
            put(OFFSET, self.offset.into());
        }
        if is_wanted(TIME) {
            put(TIME, self.time.map_or(Cell::Null, |time| Cell::from(Cow::Owned(model::clock::rfc3339(time)))));
        }
    }
}

/// A cell of a column of texts, in which bytes stand in hexadecimal: so that keys which are numbers in bytes stay apart.
fn text_or_hex(cell: Cell<'_>) -> Cell<'_> {
    if let Cell::Bytes(bytes) = cell { Cell::Text(Cow::Owned(hex_text(&bytes))) } else { cell }
}

#[cfg(test)]
mod tests {
    use connect::BindingConfig;

    use super::*;
    use crate::format::Formats;

    #[test]
    fn keys_and_headers_of_bytes_stay_apart() {
        let format = Formats::read(&BindingConfig::default()).unwrap().of("any");
        let beside = |key: &[u8]| {
            let origin = Origin { part: 0, at: 0, key: Some(key.to_vec()), bytes: None };
            let message = Message { headers: vec![("trace".to_owned(), Some(key.to_vec()))], ..Message::again(origin) };
            let mut found = Vec::new();
            message.beside(&format, |name| name == KEY || name == HEADERS, |_, cell| found.push(cell.into_own()));
            found
        };
        let both = |key: &str, header: &str| vec![Cell::from(Json::from(key)), Cell::from(serde_json::json!({"trace": header}))];
        assert_eq!(beside(b"order 7"), both("order 7", "order 7"));
        assert_eq!(beside(b"\xff\xfe"), both("0xfffe", "0xfffe"));
        assert_eq!(beside(&128_i64.to_be_bytes()), both("0x0000000000000080", "0x0000000000000080"));
        assert_ne!(beside(&128_i64.to_be_bytes()), beside(&129_i64.to_be_bytes()));
        assert_eq!(beside(&7_i64.to_be_bytes())[0], Cell::from(Json::from("0x0000000000000007")));
    }
}
