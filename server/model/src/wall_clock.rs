//! What the clocks of a zone show, some days earlier.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use crate::clock::Millis;

/// The clocks of a time zone.
#[derive(Debug, Clone)]
pub struct WallClock(TimeZone);

impl WallClock {
    /// By the IANA name of the zone, and UTC where it is empty; nothing where there is no such zone.
    #[must_use]
    pub fn of(zone: &str) -> Option<Self> {
        let zone = zone.trim();
        if zone.is_empty() { Some(Self(TimeZone::UTC)) } else { TimeZone::get(zone).ok().map(Self) }
    }

    /// When these clocks showed the same time of the day so many days earlier. The first time, where they showed it twice; nothing
    /// where they were put forward over it.
    #[must_use]
    pub fn days_before(&self, at: Millis, days: i64) -> Option<Millis> {
        let shown = Timestamp::from_millisecond(at).ok()?.to_zoned(self.0.clone()).datetime();
        let earlier = shown.checked_sub(Span::new().try_days(days).ok()?).ok()?;
        let there = self.0.to_ambiguous_timestamp(earlier);
        if matches!(there.offset(), AmbiguousOffset::Gap { .. }) {
            return None;
        }
        Some(there.earlier().ok()?.as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, parse_time, rfc3339};

    fn before(zone: &str, at: &str, days: i64) -> Option<String> {
        WallClock::of(zone).unwrap().days_before(parse_time(at).unwrap(), days).map(rfc3339)
    }

    #[test]
    fn the_same_time_of_the_day_is_meant_over_a_change_to_summer_time() {
        let berlin = |at: &str, days: i64| before("Europe/Berlin", at, days);
        // Noon of March 29th of 2026 is 10:00Z, and noon of the day before is 11:00Z.
        assert_eq!(berlin("2026-03-29T10:00:00Z", 1).as_deref(), Some("2026-03-28T11:00:00Z"));
        assert_eq!(berlin("2026-04-01T10:00:00Z", 7).as_deref(), Some("2026-03-25T11:00:00Z"));
        // On March 29th, no clock showed half past two.
        assert_eq!(berlin("2026-03-30T00:30:00Z", 1), None);
        assert_eq!(berlin("2026-03-30T01:00:00Z", 1).as_deref(), Some("2026-03-29T01:00:00Z"));
        // On October 25th, it was half past two twice.
        assert_eq!(berlin("2026-10-26T01:30:00Z", 1).as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(berlin("2026-10-25T00:30:00Z", 1).as_deref(), Some("2026-10-24T00:30:00Z"));
        assert_eq!(berlin("2026-10-25T01:30:00Z", 1).as_deref(), Some("2026-10-24T00:30:00Z"));
    }

    #[test]
    fn without_a_zone_a_day_has_24_hours() {
        assert_eq!(before("", "2026-03-29T10:00:00Z", 7).as_deref(), Some("2026-03-22T10:00:00Z"));
        assert_eq!(WallClock::of(" UTC ").unwrap().days_before(10 * DAY, 1), Some(9 * DAY));
        assert!(WallClock::of("Mars/Olympus").is_none());
        assert_eq!(WallClock::of("").unwrap().days_before(Millis::MAX, 1), None);
    }
}
