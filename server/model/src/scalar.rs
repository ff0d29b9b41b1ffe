//! The numbers behind texts: a date as its days, a time as its microseconds, a decimal as its unscaled integer. Used
//! where values are ordered, compared or put into columns.

/// `12.5` at scale 2 as 1250; digits beyond the scale are rounded half away from zero.
#[must_use]
pub fn scaled(text: &str, scale: i8) -> Option<i128> {
    let scale = usize::try_from(scale).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let kept = part.get(..part.len().min(scale))?;
    let mut number: i128 = format!("{whole}{kept:0<scale$}").parse().ok()?;
    if part.as_bytes().get(scale).is_some_and(|digit| *digit >= b'5') {
        number = number.checked_add(1)?;
    }
    Some(if negative { -number } else { number })
}

/// `1250` at scale 2 as `12.50`.
#[must_use]
pub fn decimal_text(unscaled: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// Days since 1970-01-01.
#[must_use]
pub fn days(text: &str) -> Option<i32> {
    let date: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    Some(epoch.until((jiff::Unit::Day, date)).ok()?.get_days())
}

/// Microseconds since midnight.
#[must_use]
pub fn micros_of_day(text: &str) -> Option<i64> {
    let time: jiff::civil::Time = text.parse().ok()?;
    let whole = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some(whole * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000)
}

/// Microseconds since 1970, of a timestamp with a zone, or one without, which is taken for UTC.
#[must_use]
pub fn micros(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The date so many days after 1970-01-01.
#[must_use]
pub fn date_text(days: i32) -> Option<String> {
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(date.to_string())
}

/// The time of day so many microseconds after midnight.
#[must_use]
pub fn time_text(micros: i64) -> Option<String> {
    let time = jiff::civil::Time::midnight().checked_add(jiff::SignedDuration::from_micros(micros)).ok()?;
    Some(time.to_string())
}

/// The timestamp so many microseconds after 1970.
#[must_use]
pub fn timestamp_text(micros: i64) -> Option<String> {
    Some(jiff::Timestamp::from_microsecond(micros).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(scaled("12.5", 2), Some(1250));
        assert_eq!(scaled("-0.005", 2), Some(-1));
        assert_eq!(scaled("7", 0), Some(7));
        assert_eq!(scaled("x", 2), None);
        assert_eq!(decimal_text(-1250, 2), "-12.50");
        assert_eq!(decimal_text(5, 0), "5");
    }

    #[test]
    fn times_become_their_counts() {
        assert_eq!(days("2013-01-01"), Some(15_706));
        assert_eq!(days("1969-12-31"), Some(-1));
        assert_eq!(micros("2013-01-01 10:00:00"), Some(1_357_034_400_000_000));
        assert_eq!(micros("2013-01-01T05:00:00-05:00"), Some(1_357_034_400_000_000));
        assert_eq!(micros_of_day("00:00:01.5"), Some(1_500_000));
        assert_eq!(days("soon"), None);
        assert_eq!(date_text(15_706).as_deref(), Some("2013-01-01"));
        assert_eq!(time_text(1_500_000).as_deref(), Some("00:00:01.5"));
        assert_eq!(timestamp_text(1_357_034_400_000_000).as_deref(), Some("2013-01-01T10:00:00Z"));
    }
}
