//! Maintenance windows: the same hours each week, by the clocks of a zone, in which nobody is told of alerts.

use serde::{Deserialize, Serialize};

use super::silence::Matcher;
use crate::FieldError;
use crate::view::Subject;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum WeekDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl WeekDay {
    pub const ALL: [WeekDay; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// 0 for Monday.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

/// A time of the week, as the clocks of a zone show it. `schedule::week_time` has the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekTime {
    pub day: WeekDay,
    /// Of the day, since midnight.
    pub minute: u16,
}

impl WeekTime {
    fn number(self) -> u32 {
        self.day.number() * DAY + u32::from(self.minute)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    #[serde(default)]
    pub matcher: Matcher,
    pub days: Vec<WeekDay>,
    /// The minute of the day at which it begins, since midnight: 120 is 02:00.
    pub start_minute: u16,
    /// How long it lasts by the clocks of its zone, past midnight where it is longer than the day.
    pub duration_minutes: u32,
    /// By its IANA name; empty for UTC.
    #[serde(default)]
    pub zone: String,
    #[serde(default)]
    pub reason: String,
}

impl MaintenanceWindow {
    /// Whether it mutes an alert at a time of the week in its zone.
    #[must_use]
    pub fn mutes(&self, rule: &str, subject: &Subject, at: WeekTime) -> bool {
        self.holds(at) && self.matcher.matches(rule, subject)
    }

    #[must_use]
    pub fn holds(&self, at: WeekTime) -> bool {
        let mut starts = self.days.iter().map(|day| day.number() * DAY + u32::from(self.start_minute));
        starts.any(|start| (at.number() + WEEK - start % WEEK) % WEEK < self.duration_minutes)
    }

    /// What is wrong with it. Whether there is such a zone is for the server to know.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = self.matcher.errors();
        let is_twice = self.days.iter().enumerate().any(|(index, day)| self.days[..index].contains(day));
        if self.days.is_empty() || is_twice {
            errors.push(FieldError::new("days", "Choose the days of the week, each once."));
        }
        if u32::from(self.start_minute) >= DAY {
            errors.push(FieldError::new("start_minute", "Enter a minute of the day, 0 to 1439."));
        }
        if !(1..=DAY).contains(&self.duration_minutes) {
            errors.push(FieldError::new("duration_minutes", "Enter 1 to 1440 minutes."));
        }
        if self.reason.len() > 500 {
            errors.push(FieldError::new("reason", "At most 500 characters."));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[WeekDay], start_minute: u16, duration_minutes: u32) -> MaintenanceWindow {
        let (matcher, days) = (Matcher::default(), days.to_vec());
        MaintenanceWindow { matcher, days, start_minute, duration_minutes, zone: String::new(), reason: String::new() }
    }

    #[test]
    fn a_window_goes_past_midnight_and_past_the_end_of_the_week() {
        let night = window(&[WeekDay::Sunday, WeekDay::Wednesday], 23 * 60, 120);
        for (day, minute, wanted) in [
            (WeekDay::Sunday, 22 * 60 + 59, false),
            (WeekDay::Sunday, 23 * 60, true),
            (WeekDay::Monday, 59, true),
            (WeekDay::Monday, 60, false),
            (WeekDay::Wednesday, 23 * 60, true),
            (WeekDay::Thursday, 59, true),
            (WeekDay::Thursday, 23 * 60, false),
        ] {
            assert_eq!(night.holds(WeekTime { day, minute }), wanted, "{day:?} {minute}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let fields = |window: &MaintenanceWindow| window.errors().into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&window(&WeekDay::ALL, 0, 1_440)).is_empty());
        assert_eq!(fields(&window(&[], 1_440, 0)), ["days", "start_minute", "duration_minutes"]);
        assert_eq!(fields(&window(&[WeekDay::Monday, WeekDay::Monday], 0, 60)), ["days"]);
    }

    proptest::proptest! {
        /// As many minutes of a week are within it as its days last together, where they do not overlap.
        #[test]
        fn a_window_lasts_as_long_as_it_says(start in 0_u16..1_440, lasts in 1_u32..=1_440, days in proptest::collection::btree_set(0_usize..7, 1..=7)) {
            let days: Vec<WeekDay> = days.into_iter().map(|day| WeekDay::ALL[day]).collect();
            let window = window(&days, start, lasts);
            let minutes = WeekDay::ALL.into_iter().flat_map(|day| (0..1_440).map(move |minute| WeekTime { day, minute }));
            let within = minutes.filter(|at| window.holds(*at)).count();
            proptest::prop_assert_eq!(within, days.len() * lasts as usize);
        }
    }
}
