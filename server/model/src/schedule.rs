//! When a cron pattern comes next, in its own zone.

use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::FieldError;
use crate::alert::{WeekDay, WeekTime};
use crate::clock::Millis;
use crate::job::Cron;
use crate::view::{NextTime, ZoneView};

/// The first time after `now` that a pattern names; `None` where it names none any more.
///
/// # Errors
/// A pattern or a zone that cannot be read.
pub fn next_after(cron: &Cron, now: Millis) -> Result<Option<Millis>, FieldError> {
    let zone = TimeZone::get(cron.zone.trim())
        .map_err(|_| FieldError::new("zone", "Unknown time zone. Enter a name such as Europe/Zurich or UTC."))?;
    let pattern = parser().parse(cron.pattern.trim()).map_err(|error| {
        FieldError::new(
            "pattern",
            format!("The cron pattern cannot be read: {error}. The five fields are minute, hour, day, month and day of the week."),
        )
    })?;
    let from = Timestamp::from_millisecond(now).map_err(|_| FieldError::new("pattern", "The clock of this machine is out of range."))?;
    let (mut from, each_hour) = (from.to_zoned(zone), names_each_hour(&cron.pattern));
    while let Ok(next) = pattern.find_next_occurrence(&from, false) {
        if each_hour || !is_repeated(&next) {
            return Ok(Some(next.timestamp().as_millisecond()));
        }
        from = next;
    }
    Ok(None)
}

/// Whether a pattern names every hour, as `*/15 * * * *` does: such a job runs on through the hour that comes twice. One that names hours of
/// the day, also by a range, a step or a list, runs at each of them once.
fn names_each_hour(pattern: &str) -> bool {
    pattern.split_whitespace().nth(1).is_none_or(|hour| hour == "*")
}

/// Whether clocks have shown this time of the day already, before they were put back.
fn is_repeated(time: &Zoned) -> bool {
    let first = time.time_zone().to_ambiguous_zoned(time.datetime()).earlier();
    first.is_ok_and(|first| first < *time)
}

/// The minute of the day, since midnight, in a zone; UTC where none is named, `None` where there is no such zone.
#[must_use]
pub fn minute_of_day(zone: &str, now: Millis) -> Option<u16> {
    let zone = if zone.trim().is_empty() { TimeZone::UTC } else { TimeZone::get(zone.trim()).ok()? };
    let time = Timestamp::from_millisecond(now).ok()?.to_zoned(zone);
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

/// The time of the week in a zone; UTC where none is named, `None` where there is no such zone.
#[must_use]
pub fn week_time(zone: &str, now: Millis) -> Option<WeekTime> {
    let zone = if zone.trim().is_empty() { TimeZone::UTC } else { TimeZone::get(zone.trim()).ok()? };
    let time = Timestamp::from_millisecond(now).ok()?.to_zoned(zone);
    let day = *WeekDay::ALL.get(usize::try_from(time.weekday().to_monday_zero_offset()).ok()?)?;
    let minute = u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()?;
    Some(WeekTime { day, minute })
}

/// Every time zone that a schedule may name, by its name.
#[must_use]
pub fn zones(now: Millis) -> Vec<ZoneView> {
    let at = Timestamp::from_millisecond(now).unwrap_or_default();
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let mut zones: Vec<ZoneView> = names
        .filter_map(|name| {
            let offset = offset_words(TimeZone::get(&name).ok()?.to_offset(at));
            let city = name.rsplit('/').next().unwrap_or(&name).replace('_', " ");
            Some(ZoneView { name, city, offset })
        })
        .collect();
    zones.sort_by(|one, other| one.name.cmp(&other.name));
    zones
}

/// A time as the clocks of a zone show it; in UTC where there is no such zone.
#[must_use]
pub fn in_zone(at: Millis, zone: &str) -> NextTime {
    let zone = TimeZone::get(zone.trim()).unwrap_or(TimeZone::UTC);
    let time = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone);
    NextTime { at, local: format!("{}, {}", time.strftime("%a %Y-%m-%d %H:%M"), offset_words(time.offset())) }
}

/// `UTC+08:00`
fn offset_words(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// A pattern in words: `At 03:00, only on Monday`.
#[must_use]
pub fn words(cron: &Cron) -> Option<String> {
    let words = parser().parse(cron.pattern.trim()).ok()?.describe();
    // The library says "At every 15 minutes".
    Some(words.strip_prefix("At every").map(|rest| format!("Every{rest}")).unwrap_or(words))
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn at(text: &str) -> Millis {
        Timestamp::from_str(text).unwrap().as_millisecond()
    }

    fn times(pattern: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cron = Cron { pattern: pattern.into(), zone: zone.into() };
        let mut now = at(from);
        (0..count)
            .map(|_| {
                now = next_after(&cron, now).unwrap().unwrap();
                crate::clock::rfc3339(now)
            })
            .collect()
    }

    #[test]
    fn times_of_the_week_are_those_of_the_zone() {
        // A Sunday in UTC, and a Monday in Tokyo.
        let time = at("2026-03-29T22:30:00Z");
        assert_eq!(week_time("", time), Some(WeekTime { day: WeekDay::Sunday, minute: 22 * 60 + 30 }));
        assert_eq!(week_time("Asia/Tokyo", time), Some(WeekTime { day: WeekDay::Monday, minute: 7 * 60 + 30 }));
        assert_eq!(week_time("Mars/Olympus", time), None);
    }

    #[test]
    fn a_time_of_the_day_comes_once_a_day_in_its_zone() {
        // Zurich is an hour ahead of UTC, and two in summer, which begins on March 29th of 2026.
        let expected = ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"];
        assert_eq!(times("0 3 * * *", "Europe/Zurich", "2026-03-27T12:00:00Z", 3), expected);
    }

    #[test]
    fn a_clock_that_is_put_forward_or_back_neither_skips_nor_doubles_a_day() {
        // Half past two is not there on March 29th, and there twice on October 25th.
        let spring = times("30 2 * * *", "Europe/Zurich", "2026-03-28T00:00:00Z", 3);
        assert_eq!(spring.iter().map(|time| &time[..10]).collect::<Vec<_>>(), ["2026-03-28", "2026-03-29", "2026-03-30"], "{spring:?}");
        let autumn = times("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", 2);
        assert_eq!(autumn.iter().map(|time| &time[..10]).collect::<Vec<_>>(), ["2026-10-25", "2026-10-26"], "{autumn:?}");
    }

    #[test]
    fn hours_of_the_day_come_once_in_the_hour_that_comes_twice_and_each_hour_twice() {
        // On October 25th Zurich's clocks go from 03:00 back to 02:00, which is 01:00Z.
        let range = times("0 1-3 * * *", "Europe/Zurich", "2026-10-24T22:00:00Z", 4);
        assert_eq!(range, ["2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-26T00:00:00Z"]);
        let steps = times("*/30 2 * * *", "Europe/Zurich", "2026-10-24T22:00:00Z", 3);
        assert_eq!(steps, ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z"]);
        let of_hours = times("0 */2 * * *", "Europe/Zurich", "2026-10-24T23:00:00Z", 2);
        assert_eq!(of_hours, ["2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"]);
        let each = times("*/30 * * * *", "Europe/Zurich", "2026-10-24T23:59:00Z", 5);
        let whole =
            ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"];
        assert_eq!(each, whole);
    }

    #[test]
    fn the_hour_is_the_one_of_the_zone() {
        let noon = at("2026-07-01T12:05:00Z");
        assert_eq!(
            ["", "UTC", "Europe/Zurich", "America/New_York", "Mars"].map(|zone| minute_of_day(zone, noon)),
            [Some(725), Some(725), Some(845), Some(485), None]
        );
    }

    #[test]
    fn a_zone_is_found_by_its_city_with_how_far_it_is_from_utc() {
        let zones = zones(at("2026-07-01T12:00:00Z"));
        let of = |city: &str| zones.iter().find(|zone| zone.city == city).map(|zone| (zone.name.as_str(), zone.offset.as_str()));
        assert_eq!(of("Shanghai"), Some(("Asia/Shanghai", "UTC+08:00")));
        assert_eq!(of("New York"), Some(("America/New_York", "UTC-04:00")));
        assert_eq!(of("Kathmandu"), Some(("Asia/Kathmandu", "UTC+05:45")));
        assert!(zones.len() > 400 && zones.windows(2).all(|pair| pair[0].name < pair[1].name), "{}", zones.len());
    }

    #[test]
    fn a_time_is_told_by_the_clocks_of_its_zone() {
        let time = at("2026-12-01T19:00:00Z");
        assert_eq!(in_zone(time, "Asia/Shanghai").local, "Wed 2026-12-02 03:00, UTC+08:00");
        assert_eq!(in_zone(time, "America/St_Johns").local, "Tue 2026-12-01 15:30, UTC-03:30");
        assert_eq!(in_zone(time, "Mars/Olympus").local, "Tue 2026-12-01 19:00, UTC+00:00");
    }

    #[test]
    fn a_pattern_is_told_in_words() {
        let of = |pattern: &str| words(&Cron { pattern: pattern.into(), zone: "UTC".into() });
        assert_eq!(of("*/15 * * * *").as_deref(), Some("Every 15 minutes."));
        assert!(of("0 3 * * 1").is_some_and(|words| words.contains("03:00") && words.contains("Monday")), "{:?}", of("0 3 * * 1"));
        assert_eq!(of("at noon"), None);
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let cron = |pattern: &str, zone: &str| next_after(&Cron { pattern: pattern.into(), zone: zone.into() }, 0).unwrap_err().field;
        assert_eq!([cron("at noon", "UTC"), cron("0 25 * * *", "UTC"), cron("0 0 0 * * *", "UTC")], ["pattern", "pattern", "pattern"]);
        assert_eq!(cron("0 3 * * *", "Mars/Olympus"), "zone");
        assert_eq!(next_after(&Cron { pattern: "0 0 31 2 *".into(), zone: "UTC".into() }, 0), Ok(None));
    }
}
