//! Where a reader of a topic begins, and how far it has come: the next offset of each partition.

use std::collections::BTreeMap;

use connect::{SourceError, SourceErrorKind};
use model::scalar::micros;

use crate::client::{Consumer, at_time, ends, partitions};

/// The next offset of each partition. As text, JSON: `{"0":12,"1":7}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Position(pub(crate) BTreeMap<i32, i64>);

impl Position {
    /// # Errors
    /// Where the text is no position.
    pub(crate) fn read(text: &str) -> Result<Self, SourceError> {
        serde_json::from_str(text).map(Self).map_err(|error| no_beginning().because(error))
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Where a topic is begun that was never read.
    ///
    /// # Errors
    /// A beginning that cannot be read; no such topic; no broker.
    pub(crate) fn at_start(consumer: &Consumer, topic: &str, start: &str) -> Result<Self, SourceError> {
        let mut position = Self::default();
        let given = if start.starts_with('{') { Some(Self::read(start)?) } else { None };
        for partition in partitions(consumer, topic)? {
            let (first, end) = ends(consumer, topic, partition)?;
            let offset = match (start, &given) {
                (_, Some(given)) => given.0.get(&partition).copied().unwrap_or(first),
                ("" | "earliest", _) => first,
                ("latest", _) => end,
                (time, _) => match micros(time) {
                    Some(at) => at_time(consumer, topic, partition, at / 1_000)?,
                    None => return Err(no_beginning()),
                },
            };
            position.0.insert(partition, offset);
        }
        Ok(position)
    }
}

fn no_beginning() -> SourceError {
    let sentence = "A start position is earliest, latest, a time such as 2024-05-01T10:00:00Z, or offsets such as {\"0\": 12}.";
    SourceError::new(SourceErrorKind::Config, sentence)
}
