//! How far an incremental sync is: as it is stored, and as people read it.

use std::collections::BTreeMap;

use model::clock::{Millis, rfc3339};
use model::scalar::{days, micros};
use model::{DataType, Value};
use serde_json::{Value as Json, json};

use crate::failed::Failed;

/// Partitions of a position that are named.
const PARTS: usize = 6;

/// How far it is, with the column by which that is said.
pub(super) fn stored(cursor: &str, at: &str) -> String {
    json!({"cursor": cursor, "at": at}).to_string()
}

/// # Errors
/// Where it was followed by another column until now: that says nothing of this one.
pub(super) fn read_stored(cursor: &str, text: &str) -> Result<String, Failed> {
    let stored: Json = serde_json::from_str(text).unwrap_or_default();
    let was = stored["cursor"].as_str().unwrap_or_default();
    if was != cursor {
        return Err(Failed::new(format!("The cursor column was {was} until now. Build the dataset again to use {cursor}.")));
    }
    Ok(stored["at"].as_str().unwrap_or_default().to_owned())
}

/// A value of the cursor, but no later than now: what is said to change in time to come would hide all that changes until then.
pub(super) fn no_later(data_type: DataType, text: String, now: Millis) -> String {
    let now = rfc3339(now);
    match data_type {
        DataType::Timestamp if micros(&text) > micros(&now) => now,
        DataType::Date if days(&text) > days(&now) => now.get(..10).unwrap_or_default().to_owned(),
        _ => text,
    }
}

/// A value of the cursor as it is stored; empty for what cannot be one.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// A position of partitions and their next numbers as people say it; any other as it is.
pub(super) fn partition_words(position: &str) -> String {
    let Ok(parts) = serde_json::from_str::<BTreeMap<i32, i64>>(position) else { return position.to_owned() };
    let some: Vec<String> = parts.iter().take(PARTS).map(|(part, next)| format!("offset {next} of partition {part}")).collect();
    let more = parts.len().saturating_sub(PARTS);
    if more == 0 { some.join(", ") } else { format!("{}, and of {more} more", some.join(", ")) }
}
