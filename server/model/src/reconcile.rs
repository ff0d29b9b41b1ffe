//! A live dataset version beside its table: how often they are compared, and what came of it.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::Millis;
use crate::number::FormNumbers;

/// A month.
const MAX_MINUTES: u32 = 31 * 24 * 60;

/// How often, and what may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Compare {
    pub every_minutes: u32,
    /// More rows than this that differ are an alarm.
    pub at_most: u32,
}

impl Default for Compare {
    fn default() -> Self {
        Self { every_minutes: 60, at_most: 0 }
    }
}

impl Compare {
    /// Takes the numbers that were typed into the form of its job; an empty interval is never.
    pub(crate) fn take_numbers(of: &mut Option<Self>, numbers: &mut FormNumbers<'_>) {
        let mut every = of.map(|compare| compare.every_minutes);
        let mut at_most = of.map_or(0, |compare| compare.at_most);
        numbers.optional("every_minutes", &mut every, &(1..=MAX_MINUTES));
        numbers.or("at_most", &mut at_most, (0, &(0..=u32::MAX)));
        *of = every.map(|every_minutes| Self { every_minutes, at_most });
    }

    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let right = (1..=MAX_MINUTES).contains(&self.every_minutes);
        (!right).then(|| FieldError::new("every_minutes", "Give an interval between 1 minute and 30 days.")).into_iter().collect()
    }
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Compared {
    pub source_rows: i64,
    pub dataset_rows: i64,
    /// Of the buckets that rows are summed up in by their key, how many differed.
    pub buckets: i64,
    /// Rows of the source that the dataset does not have.
    pub missing: i64,
    /// Rows that are other than at the source.
    pub changed: i64,
    /// Rows of the dataset that the source does not have.
    pub extra: i64,
    /// Some of them, in words.
    pub examples: Vec<String>,
}

impl Compared {
    #[must_use]
    pub fn differ(&self) -> i64 {
        self.missing + self.changed + self.extra
    }
}

/// A comparison that was made, or begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedView {
    pub at: Millis,
    /// Nothing while it goes on.
    pub finished_at: Option<Millis>,
    pub figures: Compared,
    /// Why it did not come to its end; empty otherwise.
    pub reason: String,
}
