//! How much the runs of all jobs together may ask of a source, and how they see that it has enough.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::Millis;
use crate::number::FormNumbers;

/// What is served first, and what is slowed down first where a source has enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Tier {
    P0,
    P1,
    #[default]
    P2,
    P3,
}

impl Tier {
    pub const ALL: [Tier; 4] = [Self::P0, Self::P1, Self::P2, Self::P3];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.key() == key)
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::P0 => "P0: first, slowed down last",
            Self::P1 => "P1: important",
            Self::P2 => "P2: default",
            Self::P3 => "P3: last, stopped first",
        }
    }

    /// What is left of a run's speed each time that its source has enough; nothing is a stop.
    #[must_use]
    pub fn cut(self) -> f64 {
        match self {
            Self::P0 => 0.8,
            Self::P1 => 0.65,
            Self::P2 => 0.5,
            Self::P3 => 0.0,
        }
    }
}

/// The load limits of a source. Nothing set is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SourceLoad {
    /// Rows a second, of all runs on all nodes together.
    pub rows_per_s: Option<u32>,
    /// Bytes a second of rows as they are stored before compression.
    pub bytes_per_s: Option<u32>,
    /// Runs that may read from it at a time.
    pub runs: Option<u32>,
    /// Connections over which one run reads a large table; two, where nothing is said.
    pub readers: Option<u32>,
    /// Runs slow down while its response to the simplest question takes longer than this.
    pub slow_above_ms: Option<u32>,
    /// One number out of the source, by its owner: replica lag, connections, whatever tells.
    pub load_query: String,
    /// Runs slow down while that number is above this.
    pub load_above: Option<u32>,
    /// Runs read only at these hours, of all that are named; none is at all hours.
    pub windows: Vec<Window>,
    /// Where the windows' hours are read: a time zone of the IANA database.
    pub zone: String,
}

/// From one time of the day to another, past midnight where that is earlier; in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub from: u16,
    pub to: u16,
}

const DAY_MINUTES: u16 = 24 * 60;

impl Window {
    /// `22:00-06:00`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let minutes = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let (from, to) = text.split_once('-')?;
        let window = Self { from: minutes(from)?, to: minutes(to)? };
        (window.from != window.to).then_some(window)
    }

    #[must_use]
    pub fn words(self) -> String {
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        format!("{}-{}", time(self.from), time(self.to))
    }

    #[must_use]
    pub fn holds(self, minute: u16) -> bool {
        if self.from < self.to { (self.from..self.to).contains(&minute) } else { minute >= self.from || minute < self.to }
    }
}

impl SourceLoad {
    /// Takes the numbers that were typed into its form.
    pub fn take_numbers(&mut self, numbers: &mut FormNumbers<'_>) {
        let limits = [
            ("rows_per_s", &mut self.rows_per_s),
            ("bytes_per_s", &mut self.bytes_per_s),
            ("runs", &mut self.runs),
            ("readers", &mut self.readers),
            ("slow_above_ms", &mut self.slow_above_ms),
        ];
        for (field, limit) in limits {
            numbers.optional(field, limit, &(1..=u32::MAX));
        }
        numbers.optional("load_above", &mut self.load_above, &(0..=u32::MAX));
    }

    /// What a form can know to be wrong; zones and the load query are for the server to try.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let numbers = [
            ("rows_per_s", self.rows_per_s),
            ("bytes_per_s", self.bytes_per_s),
            ("runs", self.runs),
            ("readers", self.readers),
            ("slow_above_ms", self.slow_above_ms),
        ];
        for (field, number) in numbers {
            if number == Some(0) {
                errors.push(FieldError::new(field, "Give a number of at least 1. Leave empty for no limit."));
            }
        }
        match (self.load_query.trim().is_empty(), self.load_above) {
            (false, None) => errors.push(FieldError::new("load_above", "Enter the limit for the value of the load query.")),
            (true, Some(_)) => errors.push(FieldError::new("load_query", "Enter the load query.")),
            _ => {}
        }
        if self.windows.iter().any(|window| window.from >= DAY_MINUTES || window.to >= DAY_MINUTES || window.from == window.to) {
            errors.push(FieldError::new("windows", "Enter hours in the form 22:00-06:00."));
        }
        errors
    }

    /// Whether runs may read at a minute of the day.
    #[must_use]
    pub fn is_open(&self, minute: u16) -> bool {
        self.windows.is_empty() || self.windows.iter().any(|window| window.holds(minute))
    }
}

/// What the limiter of a run did, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    pub at: Millis,
    /// Rows a second from then on; `None` is as fast as it goes.
    pub rows_per_s: Option<u32>,
    pub why: String,
}

/// How many rows were read in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pace {
    pub at: Millis,
    pub rows_per_s: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_and_go_past_midnight() {
        let night = Window::read("22:00-06:30").unwrap();
        assert_eq!(night.words(), "22:00-06:30");
        assert_eq!([21 * 60 + 59, 22 * 60, 0, 389, 390].map(|minute| night.holds(minute)), [false, true, true, true, false]);
        let noon = Window::read("12:00 - 13:00").unwrap();
        assert_eq!([719, 720, 779, 780].map(|minute| noon.holds(minute)), [false, true, true, false]);
        assert_eq!(["", "22-06", "24:00-01:00", "10:00-10:00", "a:b-c:d"].map(Window::read), [None; 5]);
        let load = SourceLoad { windows: vec![night, noon], ..SourceLoad::default() };
        assert!(load.is_open(750) && !load.is_open(800) && SourceLoad::default().is_open(800));
    }

    #[test]
    fn a_load_question_and_its_number_come_together() {
        let fields = |load: &SourceLoad| load.errors().into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&SourceLoad::default()).is_empty());
        assert_eq!(fields(&SourceLoad { load_query: "SELECT 1".into(), ..SourceLoad::default() }), ["load_above"]);
        assert_eq!(fields(&SourceLoad { load_above: Some(3), rows_per_s: Some(0), ..SourceLoad::default() }), ["rows_per_s", "load_query"]);
    }
}
