//! Dates and times of every year that a source can hold, as texts and as counts since 1970. Sources mark an open end with 9999-12-31 or
//! beyond, which is outside of what calendar libraries take once a zone is in play. Years outside of 0000 to 9999 are written in the
//! expanded form of ISO 8601: a sign and six digits, `-000043-03-15` for the 44th year before Christ, or seven where there are so many.

use std::io::Write;

/// Seconds, and microseconds, of a day.
const DAY: i64 = 86_400;
const MICROS_OF_DAY: i64 = DAY * 1_000_000;
/// Days of 400 years, after which the calendar begins again.
const ERA: i64 = 146_097;
/// Days between the first of March of year 0 and 1970.
const TO_1970: i64 = 719_468;

/// Days since 1970 of a date of the Gregorian calendar, which is continued into all years: Howard Hinnant's `days_from_civil`. Nothing
/// where there is no such day.
#[must_use]
pub fn days_of(year: i64, month: u32, day: u32) -> Option<i32> {
    if !(1..=12).contains(&month) || day == 0 || day > length_of(year, month) {
        return None;
    }
    let shifted = year - i64::from(month <= 2);
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    i32::try_from(era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970).ok()
}

fn length_of(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a count of days: `civil_from_days`.
#[must_use]
pub fn civil(days: i64) -> (i64, u32, u32) {
    let days = days + TO_1970;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let part = |number: i64| u32::try_from(number).unwrap_or_default();
    (year + era * 400 + i64::from(month <= 2), part(month), part(of_year - (153 * shifted + 2) / 5 + 1))
}

/// Appends a date. Millions are written for every list and every build, so the usual ones are put digit by digit.
pub fn push_date(out: &mut Vec<u8>, days: i64) {
    let (year, month, day) = civil(days);
    match u32::try_from(year).ok().filter(|year| *year <= 9_999) {
        Some(year) => {
            two(out, year / 100);
            two(out, year % 100);
        }
        // Writing to a Vec cannot fail.
        None => drop(write!(out, "{year:+07}")),
    }
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
}

/// Appends a time of day.
pub fn push_time(out: &mut Vec<u8>, micros: i64) {
    let (seconds, part) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    // More than a day cannot be told apart from its hours here; connectors give no such time.
    let seconds = u32::try_from(seconds.clamp(0, DAY)).unwrap_or_default();
    two(out, seconds / 3_600);
    out.push(b':');
    two(out, seconds / 60 % 60);
    out.push(b':');
    two(out, seconds % 60);
    if part > 0 {
        let digits = format!(".{part:06}");
        out.extend_from_slice(digits.trim_end_matches('0').as_bytes());
    }
}

/// Appends a point in time, in UTC.
pub fn push_timestamp(out: &mut Vec<u8>, micros: i64) {
    push_date(out, micros.div_euclid(MICROS_OF_DAY));
    out.push(b'T');
    push_time(out, micros.rem_euclid(MICROS_OF_DAY));
    out.push(b'Z');
}

fn two(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]);
}

/// A date at the beginning of a text, and what is behind it.
#[must_use]
pub fn read_date(text: &str) -> Option<(i32, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_signed = unsigned.len() < text.len();
    let (year, rest) = digits(unsigned, 4, if is_signed { 7 } else { 4 })?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    let year = if text.starts_with('-') { -i64::from(year) } else { i64::from(year) };
    Some((days_of(year, month, day)?, rest))
}

/// A date, or a point in time in UTC, as PostgreSQL reads it, which knows no year 0 and no sign before a year: `0044-03-15 BC`. Nothing for
/// what is in a usual year.
#[must_use]
pub fn in_eras(text: &str) -> Option<String> {
    let (days, rest) = read_date(text)?;
    let (year, month, day) = civil(days.into());
    if (1..=9_999).contains(&year) {
        return None;
    }
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    let rest = rest.replace('T', " ").replace('Z', "+00");
    Some(format!("{year:04}-{month:02}-{day:02}{rest}{era}"))
}

/// A time of day at the beginning of a text, in microseconds, and what is behind it. The end of a day is a time, as PostgreSQL has it.
#[must_use]
pub fn read_time(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = digits(text, 2, 2)?;
    let (minute, mut rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (mut second, mut part) = (0, 0);
    if let Some(behind) = rest.strip_prefix(':') {
        (second, rest) = digits(behind, 2, 2)?;
        if let Some(behind) = rest.strip_prefix('.') {
            let length = behind.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, behind) = behind.split_at(length);
            // What is finer than a microsecond has no place.
            let kept: String = digits.chars().chain(std::iter::repeat('0')).take(6).collect();
            part = if length == 0 { return None } else { kept.parse::<i64>().ok()? };
            rest = behind;
        }
    }
    let micros = (i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * 1_000_000 + part;
    (minute < 60 && second < 60 && micros <= MICROS_OF_DAY).then_some((micros, rest))
}

/// A point in time: with a zone, or without one, which is taken for UTC.
#[must_use]
pub fn read_timestamp(text: &str) -> Option<i64> {
    let (days, rest) = read_date(text)?;
    let (time, zone) = read_time(rest.strip_prefix(['T', 't', ' '])?)?;
    let offset = if zone.is_empty() { 0 } else { read_zone(zone)? };
    if time == MICROS_OF_DAY {
        return None;
    }
    i64::from(days).checked_mul(MICROS_OF_DAY)?.checked_add(time)?.checked_sub(offset * 1_000_000)
}

/// `Z`, `+02`, `+02:00`, `+0200`, in seconds.
fn read_zone(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(text.strip_prefix(['+', '-'])?, 2, 2)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { digits(rest, 2, 2)? };
    (rest.is_empty() && hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 3_600 + minutes * 60))
}

/// As many digits as there are, where there are neither fewer nor more than may be, and what is behind them.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    // Behind two digits of a compact zone there are two more.
    let taken = text.bytes().take_while(u8::is_ascii_digit).count().min(most);
    if taken < least {
        return None;
    }
    let (number, rest) = text.split_at(taken);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn sentinels_of_every_source_have_a_place() {
        for (text, micros) in [
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("+010000-01-01T00:00:00Z", 253_402_300_800_000_000),
            ("-000043-03-15T00:00:00Z", -63_517_824_000_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ] {
            assert_eq!(read_timestamp(text), Some(micros), "{text}");
            assert_eq!(written(|out| push_timestamp(out, micros)), text);
        }
        assert_eq!(read_timestamp("9999-12-31 23:59:59"), Some(253_402_300_799_000_000));
        assert_eq!(read_timestamp("2013-01-01T05:00:00.5-0500"), Some(1_357_034_400_500_000));
        assert_eq!(read_time("24:00:00"), Some((86_400_000_000, "")));
        assert_eq!(written(|out| push_time(out, 86_400_000_000)), "24:00:00");
        // The two ends of PostgreSQL's dates.
        for (text, days) in [("-004713-11-24", -2_440_588), ("+5874897-12-31", 2_145_042_905)] {
            assert_eq!(read_date(text), Some((days, "")), "{text}");
            assert_eq!(written(|out| push_date(out, days.into())), text);
        }
        // Microseconds since 1970 end thirty years before those of PostgreSQL, which it counts from 2000.
        assert_eq!(read_timestamp("+294247-01-10T04:00:54.775807Z"), Some(i64::MAX));
        assert_eq!(read_timestamp("+294276-12-31T23:59:59.999999Z"), None);
        for no in ["2013-02-30", "0000-00-00", "2013-00-15", "13-01-01", "20130-01-01", ""] {
            assert_eq!(read_date(no), None, "{no}");
        }
        for no in ["2013-01-01", "2013-01-01T24:00:00Z", "2013-01-01T10:61:00Z", "2013-01-01T10:00:00+25", "2013-01-01T10:00:00."] {
            assert_eq!(read_timestamp(no), None, "{no}");
        }
    }

    #[test]
    fn years_of_other_eras_are_written_as_postgres_reads_them() {
        for (text, wanted) in [
            ("+5874897-12-31", Some("5874897-12-31")),
            ("-004713-11-24", Some("4714-11-24 BC")),
            ("0000-03-15", Some("0001-03-15 BC")),
            ("+010000-01-01T10:00:00.5Z", Some("10000-01-01 10:00:00.5+00")),
            ("-000043-03-15T00:00:00Z", Some("0044-03-15 00:00:00+00 BC")),
            ("9999-12-31", None),
            ("0001-01-01T00:00:00Z", None),
            ("soon", None),
        ] {
            assert_eq!(in_eras(text).as_deref(), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn dates_and_times_are_those_of_the_library(days in -719_600_i64..2_932_896, time in 0_i64..MICROS_OF_DAY) {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).unwrap()).unwrap();
            prop_assert_eq!(written(|out| push_date(out, days)), date.to_string());
            let text = date.to_string();
            prop_assert_eq!(read_date(&text), Some((i32::try_from(days).unwrap(), "")));
            let micros = days * MICROS_OF_DAY + time;
            if let Ok(known) = jiff::Timestamp::from_microsecond(micros) {
                prop_assert_eq!(written(|out| push_timestamp(out, micros)), known.to_string());
            }
            prop_assert_eq!(read_timestamp(&written(|out| push_timestamp(out, micros))), Some(micros));
        }
    }
}
