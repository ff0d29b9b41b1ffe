//! Times as the clock on a reader's wall shows them, and the round ones among them, for the time axis of a chart.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND};

/// A time zone of a reader.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// How far the marks of a time axis are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Of a day: the time of day is a multiple of it.
    OfDay(Millis),
    /// So many days, counted from 1970.
    Days(i64),
    /// The first day of each so manieth month.
    Months(i8),
}

/// Round steps, each with how long it lasts about.
const STEPS: [(Step, Millis); 21] = [
    (Step::OfDay(10 * SECOND), 10 * SECOND),
    (Step::OfDay(30 * SECOND), 30 * SECOND),
    (Step::OfDay(MINUTE), MINUTE),
    (Step::OfDay(2 * MINUTE), 2 * MINUTE),
    (Step::OfDay(5 * MINUTE), 5 * MINUTE),
    (Step::OfDay(10 * MINUTE), 10 * MINUTE),
    (Step::OfDay(15 * MINUTE), 15 * MINUTE),
    (Step::OfDay(30 * MINUTE), 30 * MINUTE),
    (Step::OfDay(HOUR), HOUR),
    (Step::OfDay(2 * HOUR), 2 * HOUR),
    (Step::OfDay(3 * HOUR), 3 * HOUR),
    (Step::OfDay(6 * HOUR), 6 * HOUR),
    (Step::OfDay(12 * HOUR), 12 * HOUR),
    (Step::Days(1), DAY),
    (Step::Days(2), 2 * DAY),
    (Step::Days(7), 7 * DAY),
    (Step::Months(1), 30 * DAY),
    (Step::Months(2), 61 * DAY),
    (Step::Months(3), 91 * DAY),
    (Step::Months(6), 182 * DAY),
    (Step::Months(12), 365 * DAY),
];

/// Clocks of the world differ by multiples of so much.
const OFFSETS: Millis = 15 * MINUTE;

/// A mark of a time axis: when, and how it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    pub at: Millis,
    /// `13:20`, `13:20:30`, `03-29`, `2026-03`
    pub label: String,
}

impl Zone {
    /// The zone of an IANA name. UTC where there is no such zone: a name comes from a browser.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let known = (!name.is_empty()).then(|| TimeZone::get(name).ok()).flatten();
        match known {
            Some(rules) => Self { name: name.to_owned(), rules },
            None => Self { name: "UTC".to_owned(), rules: TimeZone::UTC },
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn local(&self, at: Millis) -> DateTime {
        self.rules.to_datetime(Timestamp::from_millisecond(at).unwrap_or_default())
    }

    /// `13:20`
    #[must_use]
    pub fn hour_and_minute(&self, at: Millis) -> String {
        let time = self.local(at);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// `13:20:30`
    #[must_use]
    pub fn time(&self, at: Millis) -> String {
        format!("{}:{:02}", self.hour_and_minute(at), self.local(at).second())
    }

    /// `2026-03-29 13:20`
    #[must_use]
    pub fn date_and_time(&self, at: Millis) -> String {
        let date = self.local(at).date();
        format!("{:04}-{:02}-{:02} {}", date.year(), date.month(), date.day(), self.hour_and_minute(at))
    }

    /// When a day begins here: later than midnight where the clocks are put forward at midnight.
    fn midnight(&self, date: Date) -> Option<Millis> {
        Some(date.to_zoned(self.rules.clone()).ok()?.timestamp().as_millisecond())
    }

    /// The round times within a time, at most so many and as many as that allows. Each is round on the wall, on both sides of a change to
    /// summer time.
    #[must_use]
    pub fn ticks(&self, from: Millis, to: Millis, at_most: usize) -> Vec<TimeTick> {
        let most = i64::try_from(at_most).unwrap_or(i64::MAX).max(1);
        let span = to.saturating_sub(from).max(0);
        let fits = |(_, lasts): &&(Step, Millis)| span / lasts <= most;
        let (step, lasts) = STEPS.iter().find(fits).copied().unwrap_or(STEPS[STEPS.len() - 1]);
        let times = match step {
            Step::OfDay(step) => self.times_of_day(from, to, step),
            Step::Days(_) | Step::Months(_) => self.days(from, to, step, span / lasts > most),
        };
        times.into_iter().map(|at| TimeTick { at, label: self.label(at, step) }).collect()
    }

    fn times_of_day(&self, from: Millis, to: Millis, step: Millis) -> Vec<Millis> {
        let walk = step.min(OFFSETS);
        let begin = from.div_euclid(walk) * walk;
        let is_round = |at: &Millis| {
            let time = self.local(*at);
            let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
            *at >= from && (seconds * SECOND) % step == 0
        };
        std::iter::successors(Some(begin), |at| at.checked_add(walk)).take_while(|at| *at <= to).filter(is_round).collect()
    }

    /// Of more years than an axis has room for, each fifth year.
    fn days(&self, from: Millis, to: Millis, step: Step, are_too_many: bool) -> Vec<Millis> {
        let is_round = |date: &Date| match step {
            Step::Days(step) => days_since_1970(*date) % step == 0,
            Step::Months(step) => date.day() == 1 && (date.month() - 1) % step == 0 && (!are_too_many || date.year() % 5 == 0),
            Step::OfDay(_) => true,
        };
        let last = self.local(to).date();
        let days = std::iter::successors(Some(self.local(from).date()), |date| date.tomorrow().ok());
        let round = days.take_while(|date| *date <= last).filter(is_round);
        round.filter_map(|date| self.midnight(date)).filter(|at| (from..=to).contains(at)).collect()
    }

    fn label(&self, at: Millis, step: Step) -> String {
        let time = self.local(at);
        match step {
            Step::OfDay(step) if step < MINUTE => self.time(at),
            // Where a day begins among times, the day is what is worth saying.
            Step::OfDay(_) if time.hour() != 0 || time.minute() != 0 => self.hour_and_minute(at),
            Step::Months(_) => format!("{:04}-{:02}", time.year(), time.month()),
            Step::OfDay(_) | Step::Days(_) => format!("{:02}-{:02}", time.month(), time.day()),
        }
    }
}

fn days_since_1970(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_millisecond().div_euclid(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn labels(zone: &str, from: &str, to: &str, most: usize) -> Vec<String> {
        Zone::named(zone).ticks(at(from), at(to), most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn an_hour_has_round_times_of_the_readers_zone() {
        let utc = labels("", "2026-11-30T13:00:00Z", "2026-11-30T14:00:00Z", 7);
        assert_eq!(utc, ["13:00", "13:10", "13:20", "13:30", "13:40", "13:50", "14:00"]);
        // Half an hour beside UTC.
        let kolkata = labels("Asia/Kolkata", "2026-11-30T13:04:00Z", "2026-11-30T19:04:00Z", 6);
        assert_eq!(kolkata, ["19:00", "20:00", "21:00", "22:00", "23:00", "12-01"]);
        assert_eq!(labels("", "2026-11-30T13:00:05Z", "2026-11-30T13:01:05Z", 3), ["13:00:30", "13:01:00"]);
    }

    #[test]
    fn times_are_round_on_both_sides_of_a_change_to_summer_time() {
        let berlin = Zone::named("Europe/Berlin");
        let spring = berlin.ticks(at("2026-03-28T23:00:00Z"), at("2026-03-29T11:00:00Z"), 6);
        let labels: Vec<&str> = spring.iter().map(|tick| tick.label.as_str()).collect();
        // The clocks go from two to three: nothing stands at two.
        assert_eq!(labels, ["03-29", "04:00", "06:00", "08:00", "10:00", "12:00"]);
        assert_eq!(spring[1].at - spring[0].at, 3 * HOUR);
        assert_eq!(spring[2].at - spring[1].at, 2 * HOUR);
        // And back from three to two: the hour comes twice, and so does its mark.
        let autumn = berlin.ticks(at("2026-10-24T23:00:00Z"), at("2026-10-25T03:00:00Z"), 4);
        let labels: Vec<&str> = autumn.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["01:00", "02:00", "02:00", "03:00", "04:00"]);
        // Days begin at midnight there, and one of them has 23 hours.
        let days = berlin.ticks(at("2026-03-27T23:00:00Z"), at("2026-04-02T22:00:00Z"), 7);
        assert_eq!(days[1].at - days[0].at, 24 * HOUR);
        assert_eq!(days[2].at - days[1].at, 23 * HOUR);
    }

    #[test]
    fn long_times_have_days_months_and_years() {
        let week = labels("", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 7);
        assert_eq!(week.len(), 8);
        assert_eq!(week[0], "11-23");
        let year = labels("", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 7);
        assert_eq!(year, ["2026-01", "2026-03", "2026-05", "2026-07", "2026-09", "2026-11", "2027-01"]);
        let long = labels("", "2006-06-01T00:00:00Z", "2026-06-01T00:00:00Z", 7);
        assert_eq!(long, ["2010-01", "2015-01", "2020-01", "2025-01"]);
        assert!(labels("", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", 7).is_empty());
    }

    #[test]
    fn a_name_that_is_no_zone_is_utc() {
        for name in ["", "Nowhere/Land", "../../etc/passwd", "<b>"] {
            assert_eq!(Zone::named(name).name(), "UTC");
        }
        let zurich = Zone::named("Europe/Zurich");
        assert_eq!(zurich.date_and_time(at("2026-07-01T11:30:45Z")), "2026-07-01 13:30");
        assert_eq!(zurich.time(at("2026-07-01T11:30:45Z")), "13:30:45");
    }
}
