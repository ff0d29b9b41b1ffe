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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(rfc3339(1_357_034_400_000), "2013-01-01T10:00:00Z");
        assert_eq!(ago(0, 30 * SECOND), "just now");
        assert_eq!(ago(0, 125 * MINUTE), "2 h ago");
        assert_eq!(ago(0, 49 * HOUR), "2 d ago");
    }
}
