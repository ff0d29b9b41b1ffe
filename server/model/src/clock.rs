//! Times are UTC milliseconds inside and RFC 3339 outside.

use jiff::Timestamp;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

/// `2013-01-01T10:00:00Z`; empty for a time outside the years that RFC 3339 can write.
#[must_use]
pub fn rfc3339(at: Millis) -> String {
    Timestamp::from_millisecond(at).map(|time| time.to_string()).unwrap_or_default()
}

/// A time as programs write it: RFC 3339, or milliseconds since 1970 in UTC.
#[must_use]
pub fn parse_time(text: &str) -> Option<Millis> {
    let text = text.trim();
    text.parse::<Millis>().ok().or_else(|| Some(text.parse::<Timestamp>().ok()?.as_millisecond()))
}

/// How long ago, in the words of the portal: `just now`, `12 min ago`, `3 h ago`, `5 d ago`.
#[must_use]
pub fn ago(at: Millis, now: Millis) -> String {
    match now.saturating_sub(at) {
        past if past < MINUTE => "just now".into(),
        past if past < HOUR => format!("{} min ago", past / MINUTE),
        past if past < DAY => format!("{} h ago", past / HOUR),
        past => format!("{} d ago", past / DAY),
    }
}

/// A time as people say it from now: `just now`, `12 min ago`, `in 3 h`.
#[must_use]
pub fn relative(at: Millis, now: Millis) -> String {
    match at.saturating_sub(now) {
        ahead if ahead < MINUTE => ago(at, now),
        ahead if ahead < HOUR => format!("in {} min", ahead / MINUTE),
        ahead if ahead < DAY => format!("in {} h", ahead / HOUR),
        ahead => format!("in {} d", ahead / DAY),
    }
}

/// A zone by how far it is ahead of UTC, in minutes: `UTC+05:30`.
#[must_use]
pub fn offset_words(ahead: i32) -> String {
    let sign = if ahead < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", ahead.abs() / 60, ahead.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(rfc3339(1_357_034_400_000), "2013-01-01T10:00:00Z");
        let read = ["2013-01-01T10:00:00Z", "2013-01-01T11:00:00+01:00", " 1357034400000 ", "yesterday", ""].map(parse_time);
        assert_eq!(read, [Some(1_357_034_400_000), Some(1_357_034_400_000), Some(1_357_034_400_000), None, None]);
        assert_eq!(ago(0, 30 * SECOND), "just now");
        assert_eq!(ago(0, 125 * MINUTE), "2 h ago");
        assert_eq!(ago(0, 49 * HOUR), "2 d ago");
        assert_eq!([relative(0, 125 * MINUTE), relative(30 * SECOND, 0), relative(0, 0)], ["2 h ago", "just now", "just now"]);
        assert_eq!([relative(HOUR - 1, 0), relative(HOUR, 0), relative(90 * DAY, 0)], ["in 59 min", "in 1 h", "in 90 d"]);
        assert_eq!(relative(Millis::MAX, Millis::MIN), format!("in {} d", Millis::MAX / DAY));
        assert_eq!([0, 330, -210].map(offset_words), ["UTC+00:00", "UTC+05:30", "UTC-03:30"]);
    }
}
