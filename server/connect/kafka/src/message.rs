//! One message as it came, and what of it stands in every row.

use std::panic::{AssertUnwindSafe, catch_unwind};

use connect::Origin;
use rdkafka::message::{BorrowedMessage, Header, Headers, Message as _};
use serde_json::{Map, Value as Json};

/// The columns that every topic has, before those of its values.
pub(crate) const KEY: &str = "kafka_key";
pub(crate) const HEADERS: &str = "kafka_headers";
pub(crate) const PARTITION: &str = "kafka_partition";
pub(crate) const OFFSET: &str = "kafka_offset";
pub(crate) const TIME: &str = "kafka_time";

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

    pub(crate) fn origin(self) -> Origin {
        Origin { part: self.partition, at: self.offset, key: self.key, bytes: self.value }
    }

    pub(crate) fn key_text(&self) -> Option<String> {
        self.key.as_ref().map(|key| String::from_utf8_lossy(key).into_owned())
    }

    /// Puts what stands beside the value into a row, as far as `wanted` says.
    pub(crate) fn put_beside(&self, row: &mut Map<String, Json>, wanted: impl Fn(&str) -> bool) {
        if wanted(KEY) {
            row.insert(KEY.into(), self.key_text().map_or(Json::Null, Json::String));
        }
        if wanted(HEADERS) {
            let text = |value: &Option<Vec<u8>>| {
                value.as_ref().map_or(Json::Null, |value| Json::String(String::from_utf8_lossy(value).into_owned()))
            };
            row.insert(HEADERS.into(), Json::Object(self.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect()));
        }
        if wanted(PARTITION) {
            row.insert(PARTITION.into(), self.partition.into());
        }
        if wanted(OFFSET) {
            row.insert(OFFSET.into(), self.offset.into());
        }
        if wanted(TIME) {
            row.insert(TIME.into(), self.time.map_or(Json::Null, |time| Json::String(model::clock::rfc3339(time))));
        }
    }
}
