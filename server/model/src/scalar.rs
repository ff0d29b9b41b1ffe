//! The numbers behind texts: a date as its days, a time as its microseconds, a decimal as its unscaled integer. Used
//! where values are ordered, compared or put into columns.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::calendar;

/// `12.5` at scale 2 as 1250; nothing where a digit would be lost.
#[must_use]
pub fn scaled(text: &str, scale: i8) -> Option<i128> {
    /// Digits that an integer of 64 bits holds whatever they are.
    const FEW: usize = 18;
    let scale = usize::try_from(scale).ok()?;
    let (negative, whole, part) = decimal_parts(text)?;
    let zeros = scale.checked_sub(part.len())?;
    let mut digits = whole.bytes().chain(part.bytes()).chain(std::iter::repeat_n(b'0', zeros)).map(|digit| digit - b'0');
    let number = if whole.len() + scale <= FEW {
        i128::from(digits.fold(0_i64, |number, digit| number * 10 + i64::from(digit)))
    } else {
        digits.try_fold(0_i128, |number, digit| number.checked_mul(10)?.checked_add(digit.into()))?
    };
    Some(if negative { -number } else { number })
}

/// A float at a scale. It holds 15 decimal digits; what sums leave behind those, as in 0.30000000000000004, is nothing that is lost.
#[must_use]
pub fn scaled_float(number: f64, scale: i8) -> Option<i128> {
    let as_written = |number: f64| scaled(&number.to_string(), scale);
    as_written(number).or_else(|| {
        let short: f64 = format!("{number:.14e}").parse().ok()?;
        // More than what a few sums leave behind is a part of the number.
        ((short - number).abs() <= 4.0 * f64::EPSILON * number.abs()).then(|| as_written(short))?
    })
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

/// A number as JSON writes it, with its exponent written out: `1.5e-3` as `0.0015`. Nothing for one that would have more than so many zeros.
#[must_use]
pub fn without_exponent(text: &str, most_zeros: usize) -> Option<Cow<'_, str>> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Some(Cow::Borrowed(text)) };
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent.parse::<i32>().ok()?);
    let length = i64::try_from(all.len()).ok()?;
    let zeros = usize::try_from((-point).max(point - length).max(0)).ok()?;
    if zeros > most_zeros {
        return None;
    }
    let zeros = "0".repeat(zeros);
    Some(Cow::Owned(if point <= 0 {
        format!("{sign}0.{zeros}{all}")
    } else if point >= length {
        format!("{sign}{all}{zeros}")
    } else {
        let (whole, part) = all.split_at(usize::try_from(point).ok()?);
        format!("{sign}{whole}.{part}")
    }))
}

/// The parts of a decimal: whether it is negative, its digits before the point without leading zeros, and those behind it without
/// trailing ones. Nothing for what is no plain decimal.
#[must_use]
pub fn decimal_parts(text: &str) -> Option<(bool, &str, &str)> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let is_zero = whole.is_empty() && part.is_empty();
    Some((text.starts_with('-') && !is_zero, whole, part))
}

/// The order of two decimals of any size; what is none, as NaN, comes last.
#[must_use]
pub fn decimal_order(a: &str, b: &str) -> Ordering {
    match (decimal_parts(a), decimal_parts(b)) {
        (Some((false, ..)), Some((true, ..))) => Ordering::Greater,
        (Some((true, ..)), Some((false, ..))) => Ordering::Less,
        (Some((negative, a, a_part)), Some((_, b, b_part))) => {
            let order = (a.len(), a, a_part).cmp(&(b.len(), b, b_part));
            if negative { order.reverse() } else { order }
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// A number of 32 bits as the number of 64 bits that is written with the same digits: 0.1, and not 0.10000000149011612.
#[must_use]
pub fn widened(number: f32) -> f64 {
    // Whole numbers of so few digits are the same in both.
    if !number.is_finite() || (number.fract() == 0.0 && number.abs() < 16_777_216.0) {
        return number.into();
    }
    // As the clients of databases write it: of two neighbours that are as near, the one with an even digit at its end.
    let written = serde_json::to_string(&number).ok().and_then(|text| text.parse().ok());
    written.unwrap_or_else(|| number.into())
}

/// Days since 1970-01-01. What is behind a date, a time of day, is left out.
#[must_use]
pub fn days(text: &str) -> Option<i32> {
    let (days, rest) = calendar::read_date(text)?;
    (rest.is_empty() || rest.starts_with(['T', 't', ' '])).then_some(days)
}

/// Microseconds since midnight.
#[must_use]
pub fn micros_of_day(text: &str) -> Option<i64> {
    if let Some((micros, "")) = calendar::read_time(text) {
        return Some(micros);
    }
    let time: jiff::civil::Time = text.parse().ok()?;
    let whole = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some(whole * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000)
}

/// Microseconds since 1970, of a timestamp with a zone, or one without, which is taken for UTC.
#[must_use]
pub fn micros(text: &str) -> Option<i64> {
    if let Some(micros) = calendar::read_timestamp(text) {
        return Some(micros);
    }
    // Other forms of the standard, as a date alone.
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The date so many days after 1970-01-01.
#[must_use]
pub fn date_text(days: i32) -> String {
    written(|out| calendar::push_date(out, days.into()))
}

/// The time of day so many microseconds after midnight; nothing for what is beyond the end of a day.
#[must_use]
pub fn time_text(micros: i64) -> Option<String> {
    (0..=86_400_000_000).contains(&micros).then(|| written(|out| calendar::push_time(out, micros)))
}

/// The timestamp so many microseconds after 1970.
#[must_use]
pub fn timestamp_text(micros: i64) -> String {
    written(|out| calendar::push_timestamp(out, micros))
}

/// What is written is of ASCII alone.
fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::with_capacity(32);
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(scaled("12.5", 2), Some(1250));
        assert_eq!(scaled("-0.50000", 2), Some(-50));
        assert_eq!(scaled("7", 0), Some(7));
        assert_eq!(scaled("-12345678901234567890123456789012345678", 0), Some(-12_345_678_901_234_567_890_123_456_789_012_345_678));
        assert_eq!(scaled("123456789012345678.9", 1), Some(1_234_567_890_123_456_789));
        for text in ["0.005", "12.345", "x", "", ".", "1e2", "1234567890123456789012345678901234567890"] {
            assert_eq!(scaled(text, 2), None, "{text}");
        }
        assert_eq!((scaled_float(0.1 + 0.2, 2), scaled_float(-12.35, 2), scaled_float(7.0, 0)), (Some(30), Some(-1235), Some(7)));
        assert_eq!((scaled_float(1_234_567_890_123_456.8, 0), scaled_float(123_456_789_012_345.67, 1)), (None, None));
        assert_eq!((scaled_float(12.345, 2), scaled_float(f64::NAN, 2), scaled_float(1e300, 2)), (None, None, None));
        assert_eq!(decimal_text(-1250, 2), "-12.50");
        assert_eq!(decimal_text(5, 0), "5");
        assert_eq!(decimal_parts("-0012.5000"), Some((true, "12", "5")));
        assert_eq!((decimal_parts("-0.0"), decimal_parts("NaN"), decimal_parts(".")), (Some((false, "", "")), None, None));
        let sorted = ["-10.5", "-9", "0", "0.000000000012345", "0.1", "9", "10", "123456789012345678901234567890.5", "NaN"];
        assert!(sorted.windows(2).all(|pair| decimal_order(pair[0], pair[1]) == Ordering::Less));
        assert_eq!(decimal_order("1.50", "01.5"), Ordering::Equal);
    }

    #[test]
    fn exponents_are_written_out() {
        for (text, plain) in [
            ("0.12345678901234567890", Some("0.12345678901234567890")),
            ("1.5e-3", Some("0.0015")),
            ("-1E-7", Some("-0.0000001")),
            ("12.345e1", Some("123.45")),
            ("1.5e+3", Some("1500")),
            ("1e999999999", None),
            ("1e-999999999", None),
            ("1e99999999999", None),
        ] {
            assert_eq!(without_exponent(text, 200).as_deref(), plain, "{text}");
        }
    }

    #[test]
    fn small_floats_keep_their_digits() {
        assert_eq!([0.1, 3.4, 16_777_216.0, 1e30].map(widened), [0.1, 3.4, 16_777_216.0, 1e30]);
        assert_eq!(widened(1e-40).to_string(), 1e-40_f32.to_string());
        assert_eq!([13_696_517.0 / 4.0, 3_040_241.0 / 8.0, -4_541_073.0 / 4.0].map(widened), [3_424_129.2, 380_030.12, -1_135_268.2]);
        assert!(widened(f32::NAN).is_nan() && widened(f32::NEG_INFINITY) == f64::NEG_INFINITY);
    }

    #[test]
    fn times_become_their_counts() {
        assert_eq!(days("2013-01-01"), Some(15_706));
        assert_eq!(days("1969-12-31"), Some(-1));
        assert_eq!(micros("2013-01-01 10:00:00"), Some(1_357_034_400_000_000));
        assert_eq!(micros("2013-01-01T05:00:00-05:00"), Some(1_357_034_400_000_000));
        assert_eq!(micros_of_day("00:00:01.5"), Some(1_500_000));
        assert_eq!(days("soon"), None);
        assert_eq!(date_text(15_706), "2013-01-01");
        assert_eq!(time_text(1_500_000).as_deref(), Some("00:00:01.5"));
        assert_eq!(timestamp_text(1_357_034_400_000_000), "2013-01-01T10:00:00Z");
    }
}
