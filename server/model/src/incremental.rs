//! How a live dataset version follows its table between two builds, and how far it has come.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::data_type::ANY_DECIMAL;
use crate::dataset::{DatasetSpec, StoreKind};
use crate::load_limits::{Decision, Pace};
use crate::number::{FormNumbers, grouped};
use crate::scalar::{date_text, days, decimal_parts, decimal_text, micros, scaled, timestamp_text};
use crate::source_types::of_type;
use crate::value::read_text;
use crate::{DataType, FieldError, Value};

/// A year of seconds; nothing is committed later.
const MAX_OVERLAP: u32 = 366 * 86_400;
/// A day; who looks less often builds again instead.
const MAX_EVERY_S: u32 = 86_400;

/// A month.
const MAX_GONE_MINUTES: u32 = 31 * 24 * 60;

/// How changes are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Incremental {
    /// A column that grows with every change of a row: a time of change, a sequence.
    pub cursor: String,
    /// How far before its last value each look begins again, for changes that were committed late: seconds of a time, days of a
    /// date, steps of a number. Rows that are seen twice count once.
    pub overlap: u32,
    /// Seconds between two looks.
    pub every_s: u32,
    /// A column that is true, not zero, or filled in rows that are deleted; empty where rows are never deleted this way.
    pub deleted: String,
    /// How often all keys are compared with those of the table, for rows that are deleted without an event; never, where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_every_minutes: Option<u32>,
    /// Where a source that tells its changes itself is begun: `earliest` or nothing, `latest`, a time, or offsets as it writes them.
    pub start: String,
}

impl Default for Incremental {
    fn default() -> Self {
        Self { cursor: String::new(), overlap: 60, every_s: 10, deleted: String::new(), gone_every_minutes: None, start: String::new() }
    }
}

impl Incremental {
    /// Takes the numbers that were typed into the form of its job; an empty overlap is none.
    pub(crate) fn take_numbers(&mut self, numbers: &mut FormNumbers<'_>) {
        numbers.whole("every_s", &mut self.every_s, &(1..=MAX_EVERY_S));
        numbers.or("overlap", &mut self.overlap, (0, &(0..=MAX_OVERLAP)));
        numbers.optional("gone_every_minutes", &mut self.gone_every_minutes, &(1..=MAX_GONE_MINUTES));
    }

    /// Whether a column of this type can tell what has changed.
    #[must_use]
    pub fn can_be_cursor(data_type: DataType) -> bool {
        of_type(data_type).cursor
    }

    /// Whether a column of this type can say that a row is deleted.
    #[must_use]
    pub fn can_say_deleted(data_type: DataType) -> bool {
        matches!(data_type, DataType::Bool | DataType::Int32 | DataType::Int64 | DataType::Date | DataType::Timestamp)
    }

    /// What makes no sense of a dataset, whose source tells its changes itself or does not.
    #[must_use]
    pub fn errors(&self, spec: &DatasetSpec, feeds: bool) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if spec.store == StoreKind::Columnar {
            errors.push(FieldError::new("follow", "A columnar dataset has no incremental sync. Set a schedule instead."));
        }
        if !(1..=MAX_EVERY_S).contains(&self.every_s) {
            errors.push(FieldError::new("every_s", "Give a poll interval between 1 second and 24 hours."));
        }
        if self.gone_every_minutes.is_some_and(|minutes| !(1..=MAX_GONE_MINUTES).contains(&minutes)) {
            errors.push(FieldError::new("gone_every_minutes", "Give an interval between 1 minute and 30 days."));
        }
        if self.overlap > MAX_OVERLAP {
            errors.push(FieldError::new("overlap", format!("Give a lookback window between 0 and {}.", grouped(MAX_OVERLAP))));
        }
        if spec.mapping.latest_by.is_some() {
            let sentence = "Incremental sync is not available where the mapping keeps only the latest row of each key. Remove this option from the mapping.";
            errors.push(FieldError::new("follow", sentence));
        }
        if !feeds {
            errors.extend(self.column_errors(spec));
            if let Some(column) = spec.key.iter().find(|column| spec.mapping.computes(column)) {
                let sentence = format!(
                    "The key column {column} is computed, so a changed row would leave its old row behind. Choose a column of the table as key."
                );
                errors.push(FieldError::new("follow", sentence));
            }
        }
        errors
    }

    fn column_errors(&self, spec: &DatasetSpec) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let reads = spec.mapping.fields(spec);
        let read = |name: &str| reads.iter().find(|field| field.name == name);
        match read(&self.cursor) {
            None if self.cursor.is_empty() => {
                errors.push(FieldError::new("cursor", "Choose the cursor column: a column that grows with every change."));
            }
            None => errors.push(FieldError::new("cursor", format!("The dataset has no column {}.", self.cursor))),
            Some(field) if !Self::can_be_cursor(field.data_type) => {
                let sentence = format!("A {} cannot be a cursor column. Choose a time or a number.", field.data_type.word());
                errors.push(FieldError::new("cursor", sentence));
            }
            Some(_) => {}
        }
        match read(&self.deleted) {
            None if self.deleted.is_empty() => {}
            None => errors.push(FieldError::new("deleted", format!("The dataset has no column {}.", self.deleted))),
            Some(field) if !Self::can_say_deleted(field.data_type) => {
                errors.push(FieldError::new("deleted", "Choose a boolean, number or time column."));
            }
            Some(_) => {}
        }
        errors
    }

    /// Where a look begins whose last one came to `text`: the overlap before it, where the type has such a thing.
    ///
    /// # Errors
    /// Where the text is no value of the type.
    pub fn begin(&self, data_type: DataType, text: &str) -> Result<Value, String> {
        let overlap = i64::from(self.overlap);
        let back = match data_type {
            DataType::Int32 | DataType::Int64 => text.parse::<i64>().ok().map(|number| number.saturating_sub(overlap).to_string()),
            DataType::Decimal { scale, .. } => {
                // One of any size has as many digits behind its point as it has.
                let own = decimal_parts(text).and_then(|(_, _, part)| i8::try_from(part.len()).ok());
                let scale = if data_type == ANY_DECIMAL { own } else { Some(scale) };
                scale.filter(|scale| *scale <= 38).and_then(|scale| {
                    let step = 10_i128.pow(u32::try_from(scale).unwrap_or(0));
                    let number = scaled(text, scale)?.checked_sub(i128::from(overlap).checked_mul(step)?)?;
                    Some(decimal_text(number, scale))
                })
            }
            DataType::Date => days(text).map(|day| date_text(day.saturating_sub(i32::try_from(overlap).unwrap_or(i32::MAX)))),
            DataType::Timestamp => micros(text).map(|time| timestamp_text(time.saturating_sub(overlap.saturating_mul(1_000_000)))),
            // Times that are finer than a timestamp of ours are texts.
            DataType::String if overlap > 0 && text.contains('T') && text.ends_with('Z') => {
                micros(text).map(|time| timestamp_text(time.saturating_sub(overlap.saturating_mul(1_000_000))))
            }
            _ => None,
        };
        read_text(data_type, back.as_deref().unwrap_or(text))
    }
}

/// Texts of so many letters and more, alike in length, are a date or a time in numbers.
const LONG_NUMBER: usize = 8;

/// Whether texts are numbers that do not sort as they count: `10` comes before `9`. Numbers of one length with leading zeros do, and so do
/// long ones of one length, such as `20240131`.
#[must_use]
pub fn sorts_as_text(texts: &[&str]) -> bool {
    let Some(length) = texts.first().map(|text| text.len()) else { return false };
    let are_numbers = texts.iter().all(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let differ = texts.iter().any(|text| text.len() != length);
    are_numbers && (differ || (length < LONG_NUMBER && !texts.iter().any(|text| text.starts_with('0'))))
}

/// Rows that are to be read again: from one value of the cursor to another, both with it; all where one is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Backfill {
    pub from: String,
    pub to: String,
}

impl Backfill {
    /// What is no value of the cursor's type.
    #[must_use]
    pub fn errors(&self, data_type: DataType) -> Vec<FieldError> {
        let bounds = [("from", &self.from), ("to", &self.to)].into_iter().filter(|(_, text)| !text.is_empty());
        bounds.filter_map(|(field, text)| Some(FieldError::new(field, read_text(data_type, text).err()?))).collect()
    }

    /// As it is kept: each wish is another, though its bounds be the same.
    #[must_use]
    pub fn wish(&self, id: &str) -> String {
        format!("{id} {}", serde_json::to_string(self).unwrap_or_default())
    }

    /// Nothing where the wish cannot be read: it must not be taken for one that wants all rows.
    #[must_use]
    pub fn of_wish(text: &str) -> Option<Self> {
        text.split_once(' ').and_then(|(_, json)| serde_json::from_str(json).ok())
    }

    #[must_use]
    pub fn is_all(&self) -> bool {
        self.from.is_empty() && self.to.is_empty()
    }
}

/// Whether what stands in such a column says that its row is deleted.
#[must_use]
pub fn says_deleted(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Int(number) => *number != 0,
        _ => true,
    }
}

/// How far a dataset version has followed its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct IncrementalFigures {
    /// How far, in words.
    pub position: String,
    /// Rows that came or changed since it was built.
    pub changed_rows: i64,
    pub deleted_rows: i64,
    /// Rows that could not be taken, and were left out.
    #[serde(rename = "dirty_rows")]
    pub rejected_rows: i64,
    /// When it was last looked for rows that are gone, or from when on that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_looked_at: Option<Millis>,
    /// When something last changed.
    pub changed_at: Option<Millis>,
    /// When there was last nothing more to take.
    pub caught_up_at: Option<Millis>,
    /// Rows are being read now.
    pub reading: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pace: Vec<Pace>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RegisterField;

    fn begin(data_type: DataType, text: &str) -> Value {
        Incremental { overlap: 60, ..Incremental::default() }.begin(data_type, text).unwrap()
    }

    #[test]
    fn numbers_in_a_text_are_told_from_texts() {
        for (texts, told) in [
            (vec!["9", "10"], true),
            (vec!["1", "2"], true),
            (vec!["0001", "0010"], false),
            (vec!["20240131", "20240201"], false),
            (vec!["a1", "10"], false),
            (vec!["2024-01-31"], false),
            (vec![], false),
        ] {
            assert_eq!(sorts_as_text(&texts), told, "{texts:?}");
        }
    }

    #[test]
    fn a_look_begins_before_the_last_one_ended() {
        assert_eq!(begin(DataType::Int64, "100"), Value::Int(40));
        assert_eq!(begin(DataType::Int64, &i64::MIN.to_string()), Value::Int(i64::MIN));
        assert_eq!(begin(DataType::Decimal { precision: 9, scale: 2 }, "12.50"), Value::Text("-47.50".into()));
        assert_eq!(begin(ANY_DECIMAL, "61.000000000001"), Value::Text("1.000000000001".into()));
        assert_eq!(begin(DataType::Date, "2013-03-01"), Value::Text("2012-12-31".into()));
        assert_eq!(begin(DataType::Timestamp, "2013-01-01T00:00:30.000001Z"), Value::Text("2012-12-31T23:59:30.000001Z".into()));
        assert_eq!(begin(DataType::String, "n14"), Value::Text("n14".into()));
        assert_eq!(begin(DataType::String, "2013-01-01T00:00:30.000000001Z"), Value::Text("2012-12-31T23:59:30Z".into()));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let field = |column: &str, data_type| RegisterField { number: 1, column: column.into(), data_type, retired: false };
        let register = vec![field("changed_at", DataType::Timestamp), field("gone", DataType::Bool), field("extra", DataType::Json)];
        let spec = DatasetSpec { register, ..DatasetSpec::default() };
        let wrong = |incremental: Incremental| incremental.errors(&spec, false).into_iter().map(|error| error.field).collect::<Vec<_>>();
        let right = Incremental { cursor: "changed_at".into(), deleted: "gone".into(), ..Incremental::default() };
        assert!(wrong(right.clone()).is_empty());
        assert_eq!(wrong(Incremental::default()), ["cursor"]);
        assert_eq!(
            wrong(Incremental { cursor: "extra".into(), deleted: "extra".into(), every_s: 0, ..right.clone() }),
            ["every_s", "cursor", "deleted"]
        );
        let columnar = DatasetSpec { store: StoreKind::Columnar, ..spec.clone() };
        assert_eq!(right.errors(&columnar, false).len(), 1);
        assert!(Incremental::default().errors(&spec, true).is_empty());
    }
}
