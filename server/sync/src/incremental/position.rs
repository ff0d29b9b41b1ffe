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
/// Where it cannot be read, or it was followed by another column until now: that says nothing of this one.
pub(super) fn read_stored(cursor: &str, text: &str) -> Result<String, Failed> {
    let stored: Json = serde_json::from_str(text).unwrap_or_default();
    match (stored["cursor"].as_str(), stored["at"].as_str()) {
        (Some(was), Some(at)) if was == cursor => Ok(at.to_owned()),
        (Some(was), Some(_)) => {
            Err(Failed::new(format!("The cursor column was {was} until now. Build the dataset again to use {cursor}.")))
        }
        _ => Err(Failed::new("The stored position of the incremental sync cannot be read. Build the dataset again.")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2013-01-01T10:00:00Z.
    const NOW: Millis = 1_357_034_400_000;

    #[test]
    fn a_position_is_read_as_it_was_stored_and_of_its_own_column_alone() {
        for at in ["", "9", "2013-01-01T10:00:00.000001Z", "a \"quoted\" text", "-9223372036854775808"] {
            assert_eq!(read_stored("changed at", &stored("changed at", at)).unwrap(), at);
        }
        for other in [stored("year", "9"), stored("", "9"), "{}".to_owned(), String::new(), "{".to_owned()] {
            let failed = read_stored("changed at", &other).unwrap_err();
            assert!(failed.reason.contains("Build the dataset again"), "{other}: {}", failed.reason);
        }
        assert!(read_stored("year", "{").unwrap_err().reason.contains("cannot be read"));
    }

    #[test]
    fn a_cursor_never_goes_past_now() {
        for (data_type, text, wanted) in [
            (DataType::Timestamp, "2013-01-01T09:59:59.999999Z", "2013-01-01T09:59:59.999999Z"),
            (DataType::Timestamp, "2013-01-01T10:00:00Z", "2013-01-01T10:00:00Z"),
            (DataType::Timestamp, "2013-01-01T10:00:00.000001Z", "2013-01-01T10:00:00Z"),
            (DataType::Timestamp, "9999-12-31T23:59:59Z", "2013-01-01T10:00:00Z"),
            (DataType::Timestamp, "+010000-01-01T00:00:00Z", "2013-01-01T10:00:00Z"),
            (DataType::Timestamp, "", ""),
            (DataType::Date, "2013-01-01", "2013-01-01"),
            (DataType::Date, "2013-01-02", "2013-01-01"),
            (DataType::Date, "-000044-03-15", "-000044-03-15"),
            (DataType::Date, "", ""),
            (DataType::Int64, "9223372036854775807", "9223372036854775807"),
            (DataType::String, "9999", "9999"),
        ] {
            assert_eq!(no_later(data_type, text.into(), NOW), wanted, "{data_type:?} {text}");
        }
    }

    #[test]
    fn only_numbers_and_texts_are_positions() {
        let of = |value: Value| text_of(&value);
        assert_eq!([of(Value::Int(i64::MIN)), of(Value::Text("n14".into()))], ["-9223372036854775808", "n14"]);
        assert_eq!([of(Value::Null), of(Value::Bool(true)), of(Value::Bytes(vec![1]))], ["", "", ""]);
    }

    #[test]
    fn partitions_are_named_in_their_order_up_to_six() {
        let of = |count: i32| {
            let parts: BTreeMap<i32, i64> = (0..count).map(|part| (part, i64::from(part) * 10)).collect();
            partition_words(&serde_json::to_string(&parts).unwrap())
        };
        assert_eq!(of(0), "");
        assert_eq!(of(1), "offset 0 of partition 0");
        assert!(of(6).ends_with("offset 50 of partition 5") && of(7).ends_with("partition 5, and of 1 more"), "{} / {}", of(6), of(7));
        assert_eq!(
            partition_words(r#"{"10":1,"2":9223372036854775807}"#),
            "offset 9223372036854775807 of partition 2, offset 1 of partition 10"
        );
        assert_eq!(partition_words("/var/log/app.log 120"), "/var/log/app.log 120");
    }
}
