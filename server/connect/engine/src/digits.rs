//! The digits of a number as it was written: whether a float or a decimal holds each of them.

use serde_json::Number;

/// A number without zeros that say nothing: its sign, its digits, and how many of them stand behind the point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digits {
    negative: bool,
    digits: String,
    /// Less than nothing where zeros follow the digits.
    fraction: i64,
}

impl Digits {
    /// `-12.50`, `1e5`, `.5`; nothing for what is no plain number.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if (whole.is_empty() && part.is_empty()) || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let all = format!("{whole}{part}");
        let trimmed = all.trim_end_matches('0');
        let behind = i64::try_from(part.len()).ok()? - i64::from(exponent) - i64::try_from(all.len() - trimmed.len()).ok()?;
        let digits = trimmed.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, fraction: 0 });
        }
        Some(Self { negative, digits, fraction: behind })
    }

    /// How many digits stand before the point.
    pub(crate) fn whole(&self) -> i64 {
        (i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - self.fraction).max(0)
    }

    /// How many digits stand behind the point.
    pub(crate) fn fraction(&self) -> i64 {
        self.fraction.max(0)
    }
}

/// Whether a float comes back as it was written.
pub(crate) fn is_exact_float(text: &str) -> bool {
    // So few digits come back from any float.
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if (1..=15).contains(&digits) && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.')) {
        return Digits::of(text).is_some();
    }
    let Some(written) = Digits::of(text) else { return false };
    let Some(float) = text.parse::<f64>().ok().and_then(Number::from_f64) else { return false };
    // As answers write it: of two neighbours that are as near, the one with an even digit at its end. Some programs write the other.
    let other = float.as_f64().and_then(|float| Digits::of(&format!("{float:e}")));
    Digits::of(&float.to_string()).as_ref() == Some(&written) || other == Some(written)
}

/// The unscaled integer of a decimal; nothing where it has more digits than that holds, before the point or behind it.
pub(crate) fn unscaled(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let number = Digits::of(text)?;
    let zeros = i64::from(scale) - number.fraction;
    let length = i64::try_from(number.digits.len()).ok()? + zeros;
    if number.digits.is_empty() {
        return Some(0);
    }
    if zeros < 0 || length > i64::from(precision) {
        return None;
    }
    let digits = format!("{}{}", number.digits, "0".repeat(usize::try_from(zeros).ok()?));
    let value: i128 = digits.parse().ok()?;
    Some(if number.negative { -value } else { value })
}

/// Whether a time is written with more than microseconds, which no column of ours holds.
pub(crate) fn is_finer_than_micros(text: &str) -> bool {
    let Some((_, part)) = text.rsplit_once(['.', ',']) else { return false };
    part.bytes().take_while(u8::is_ascii_digit).skip(6).any(|digit| digit != b'0')
}

/// A count since 1970 in microseconds: of seconds, milliseconds, microseconds or nanoseconds, by its size. Seconds reach to the year 5138. Nothing
/// for one that is between two microseconds.
pub(crate) fn epoch_micros(count: i64) -> Option<i64> {
    match count.unsigned_abs() {
        0..100_000_000_000 => count.checked_mul(1_000_000),
        100_000_000_000..100_000_000_000_000 => count.checked_mul(1_000),
        100_000_000_000_000..100_000_000_000_000_000 => Some(count),
        _ => (count % 1_000 == 0).then_some(count / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_exact_where_it_comes_back_as_it_was_written() {
        for text in ["0.1", "1.50", "-2.75", "1e5", "1E300", "100000", "0", "0.30000000000000004", "9007199254740992", "5e-324"] {
            assert!(is_exact_float(text), "{text}");
        }
        // Halfway between two numbers of as many digits.
        for text in ["0.7548294067382812", "0.7548294067382813", "-1951988540969317.2", "89.08059692382812"] {
            assert!(is_exact_float(text), "{text}");
        }
        for text in [
            "9007199254740993",
            "0.75482940673828145",
            "12345678901234567.89",
            "0.12345678901234567890",
            "1e999",
            "",
            ".",
            "-",
            "1.2.3",
            "abc",
            "1e",
        ] {
            assert!(!is_exact_float(text), "{text}");
        }
    }

    #[test]
    fn a_count_since_1970_is_of_the_unit_that_its_size_says() {
        for count in [1_704_067_200, 1_704_067_200_000, 1_704_067_200_000_000, 1_704_067_200_000_000_000] {
            assert_eq!(epoch_micros(count), Some(1_704_067_200_000_000), "{count}");
        }
        assert_eq!((epoch_micros(-1), epoch_micros(1_704_067_200_000_000_001)), (Some(-1_000_000), None));
    }

    #[test]
    fn what_is_finer_than_a_microsecond_is_seen() {
        for text in ["2013-01-01T10:00:00.123456789Z", "10:00:00.0000001", "2013-01-01 10:00:00,123456001+02:00"] {
            assert!(is_finer_than_micros(text), "{text}");
        }
        for text in ["2013-01-01T10:00:00.123456000Z", "10:00:00", "2013-01-01T10:00:00.5+02:00", "01.02.2013"] {
            assert!(!is_finer_than_micros(text), "{text}");
        }
    }

    #[test]
    fn a_decimal_has_all_its_digits_or_is_none() {
        assert_eq!(unscaled("12.5", 10, 2), Some(1250));
        assert_eq!(unscaled("-12.50000", 10, 2), Some(-1250));
        assert_eq!(unscaled("1.5e3", 10, 2), Some(150_000));
        assert_eq!(unscaled("0.000", 4, 0), Some(0));
        assert_eq!(unscaled("18446744073709551615", 20, 0), Some(18_446_744_073_709_551_615));
        for text in ["0.005", "123456789.00", "x", "", "1e99", "1,5"] {
            assert_eq!(unscaled(text, 10, 2), None, "{text}");
        }
        let number = Digits::of("1200.50").unwrap();
        assert_eq!((number.whole(), number.fraction()), (4, 1));
    }
}
