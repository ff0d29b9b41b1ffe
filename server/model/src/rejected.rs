//! Rows that cannot be taken: how many there may be before that stops what goes on, and how each is kept.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::Millis;
use crate::number::{FormNumbers, grouped};

/// Nobody looks through more than that.
const MAX_ROWS: u32 = 100_000;

/// How many rows may be left out. With neither, none; with both, whichever is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RejectedLimit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// In hundredths of all rows that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
}

impl RejectedLimit {
    /// Takes the numbers that were typed into the form of its job.
    pub(crate) fn take_numbers(&mut self, numbers: &mut FormNumbers<'_>) {
        numbers.optional("dirty_rows", &mut self.rows, &(0..=MAX_ROWS));
        numbers.optional("dirty_percent", &mut self.percent, &(0..=100));
    }

    /// Whether any may be left out at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.rows.or(self.percent).is_none_or(|most| most == 0) || self.rows == Some(0) || self.percent == Some(0)
    }

    /// Whether so many of so many may be.
    #[must_use]
    pub fn allows(&self, rejected: i64, of: i64) -> bool {
        if rejected == 0 {
            return true;
        }
        let within_rows = self.rows.is_none_or(|most| rejected <= i64::from(most));
        let within_percent = self.percent.is_none_or(|most| rejected * 100 <= of * i64::from(most));
        !self.is_none() && within_rows && within_percent && rejected <= i64::from(MAX_ROWS)
    }

    /// More than so many there may never be, whatever they are of.
    #[must_use]
    pub fn most(&self) -> i64 {
        if self.is_none() { 0 } else { i64::from(self.rows.unwrap_or(MAX_ROWS)) }
    }

    #[must_use]
    pub fn words(&self) -> String {
        match (self.rows, self.percent) {
            _ if self.is_none() => "none".into(),
            (Some(rows), None) => format!("{} rows", grouped(rows)),
            (None, Some(percent)) => format!("{percent} % of all rows"),
            (Some(rows), Some(percent)) => format!("{} rows and {percent} % of all rows", grouped(rows)),
            (None, None) => String::new(),
        }
    }

    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.rows.is_some_and(|rows| rows > MAX_ROWS) {
            errors.push(FieldError::new(
                "dirty_rows",
                format!("At most {} rejected rows. Correct the rows at the source instead.", grouped(MAX_ROWS)),
            ));
        }
        if self.percent.is_some_and(|percent| percent > 100) {
            errors.push(FieldError::new("dirty_percent", "Between 0 and 100."));
        }
        errors
    }
}

/// A row that was left out, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RejectedRowView {
    /// Of which dataset version.
    pub version: i64,
    /// Where it stands in its source.
    pub place: String,
    pub reason: String,
    /// As it came; bytes that are no text are shown as well as they can be.
    pub text: String,
    pub at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_none_and_zero_is_zero() {
        let of = |rows, percent| RejectedLimit { rows, percent };
        assert!(!of(None, None).allows(1, 100) && of(None, None).allows(0, 0));
        assert!(!of(Some(0), None).allows(1, 100) && !of(Some(5), Some(0)).allows(1, 100));
        assert!(of(Some(5), None).allows(5, 5) && !of(Some(5), None).allows(6, 1_000));
        assert!(of(None, Some(2)).allows(2, 100) && !of(None, Some(2)).allows(3, 100));
        assert!(!of(Some(5), Some(2)).allows(3, 100) && of(Some(5), Some(2)).allows(3, 150));
    }
}
