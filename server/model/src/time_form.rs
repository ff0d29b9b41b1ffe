//! How a source that has no types of its own for times holds them: SQLite keeps texts of any pattern, seconds or milliseconds since
//! 1970, days, or julian days in a column that is declared as one of times. A value is compared with such a column in the form that
//! the column has; the form is learned from its rows, and stands behind the declared type: `datetime (epoch seconds)`.

use std::collections::BTreeSet;

use crate::scalar::{date_text, days, micros};
use crate::{DataType, Value};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Milliseconds between the first julian day and 1970.
const JULIAN_EPOCH: i64 = 210_866_760_000_000;
/// The last second that SQLite itself takes for one.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// What the values of a column of times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    Text(Pattern),
    /// Since 1970, as are the next two.
    Seconds,
    Millis,
    Days,
    JulianDays,
    /// Several forms, or none that is known: no comparison of such a column is right.
    Mixed,
}

/// How texts of times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    clock: Clock,
    has_t: bool,
    digits: Digits,
    zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// A date alone.
    None,
    Minutes,
    Seconds,
}

/// Digits of a second's fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    Fixed(usize),
    /// None for a whole second, else so many.
    NoneOr(usize),
    /// As many as are needed.
    Needed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    None,
    Utc,
    /// Minutes east of UTC.
    Offset(i64),
}

impl TimeForm {
    /// The form that the values of a column have; nothing where there are none.
    #[must_use]
    pub fn of_values(values: &[Value], data_type: DataType) -> Option<Self> {
        let (mut first, mut digits): (Option<Pattern>, BTreeSet<usize>) = (None, BTreeSet::new());
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            let number = match value {
                Value::Null => continue,
                #[allow(clippy::cast_precision_loss)] // told by its size alone
                Value::Int(number) => *number as f64,
                Value::Float(number) => *number,
                Value::Text(text) => {
                    let Some((pattern, _)) = read(text) else { return Some(Self::Mixed) };
                    let Digits::Fixed(count) = pattern.digits else { return Some(Self::Mixed) };
                    let known = *first.get_or_insert(pattern);
                    if (known.clock, known.has_t, known.zone) != (pattern.clock, pattern.has_t, pattern.zone) {
                        return Some(Self::Mixed);
                    }
                    digits.insert(count);
                    continue;
                }
                _ => return Some(Self::Mixed),
            };
            (least, most) = (least.min(number), most.max(number));
        }
        match (first, least <= most) {
            (None, false) => None,
            (None, true) => Some(of_numbers(least, most, data_type == DataType::Date)),
            (Some(_), true) => Some(Self::Mixed),
            (Some(pattern), false) => Some(of_digits(pattern, &digits)),
        }
    }

    /// The form that stands behind a column's declared type.
    #[must_use]
    pub fn of_native(native: &str) -> Option<Self> {
        let words = native.rsplit_once(" (")?.1.strip_suffix(')')?;
        let numbers = [Self::Seconds, Self::Millis, Self::Days, Self::JulianDays, Self::Mixed];
        let known = numbers.into_iter().find(|form| form.words() == words);
        known.or_else(|| of_example(words.strip_prefix("as ")?).map(Self::Text))
    }

    /// As it stands behind a declared type.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Seconds => "epoch seconds".into(),
            Self::Millis => "epoch milliseconds".into(),
            Self::Days => "days since 1970".into(),
            Self::JulianDays => "julian days".into(),
            Self::Mixed => "in more than one form".into(),
            Self::Text(pattern) => format!("as {}", pattern.example()),
        }
    }

    /// Whether values are bound in this form without being told so: dates alone.
    #[must_use]
    pub fn is_usual(self, data_type: DataType) -> bool {
        data_type == DataType::Date && matches!(self, Self::Text(Pattern { clock: Clock::None, .. }))
    }

    /// A date or a time, as callers write it, in this form.
    #[must_use]
    pub fn bound(self, text: &str) -> Option<Value> {
        let micros = micros_of(text)?;
        Some(match self {
            Self::Text(pattern) => Value::Text(pattern.write(micros)?),
            Self::Seconds => count(micros, SECOND),
            Self::Millis => count(micros, 1_000),
            Self::Days => count(micros, DAY),
            #[allow(clippy::cast_precision_loss)] // as SQLite counts them, from whole milliseconds
            Self::JulianDays => Value::Float((micros.div_euclid(1_000) + JULIAN_EPOCH) as f64 / 86_400_000.0),
            Self::Mixed => return None,
        })
    }

    /// Microseconds since 1970 of a stored number.
    #[must_use]
    pub fn micros_of(self, number: &Value) -> Option<i64> {
        let unit = match self {
            Self::Seconds => SECOND,
            Self::Millis => 1_000,
            Self::Days => DAY,
            Self::JulianDays => return julian(number),
            Self::Text(_) | Self::Mixed => return None,
        };
        match number {
            Value::Int(number) => number.checked_mul(unit),
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // bounded before
            Value::Float(number) if (number * unit as f64).abs() < 9e18 => Some((number * unit as f64).round() as i64),
            _ => None,
        }
    }

    /// The form of one number of which nothing else is known, as SQLite's own `auto` tells them apart.
    #[must_use]
    pub fn of_number(number: &Value, data_type: DataType) -> Self {
        match number {
            #[allow(clippy::cast_precision_loss)] // told by its size alone
            Value::Int(number) => of_numbers(*number as f64, *number as f64, data_type == DataType::Date),
            Value::Float(number) => of_numbers(*number, *number, data_type == DataType::Date),
            _ => Self::Mixed,
        }
    }
}

fn micros_of(text: &str) -> Option<i64> {
    if text.len() == 10 { i64::from(days(text)?).checked_mul(DAY) } else { micros(text) }
}

#[allow(clippy::cast_precision_loss)] // a part of a unit is no whole number
fn count(micros: i64, unit: i64) -> Value {
    if micros % unit == 0 { Value::Int(micros / unit) } else { Value::Float(micros as f64 / unit as f64) }
}

fn julian(number: &Value) -> Option<i64> {
    let day = match number {
        #[allow(clippy::cast_precision_loss)] // bounded below
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation)] // bounded by the guard
    let millis = (0.0..=5_373_484.5).contains(&day).then(|| (day * 86_400_000.0).round() as i64)?;
    (millis - JULIAN_EPOCH).checked_mul(1_000)
}

/// What numbers between these two count.
fn of_numbers(least: f64, most: f64, is_date: bool) -> TimeForm {
    let (near, far) = (least.abs().min(most.abs()), least.abs().max(most.abs()));
    if is_date && far < 1_000_000.0 {
        TimeForm::Days
    } else if least >= 1_000_000.0 && most <= 5_373_484.5 {
        TimeForm::JulianDays
    } else if far <= LAST_SECOND && !(is_date && far < 100_000_000.0) {
        TimeForm::Seconds
    } else if far > LAST_SECOND && far <= LAST_SECOND * 1_000.0 && !(100_000_000.0..10_000_000_000.0).contains(&near) {
        TimeForm::Millis
    } else {
        // Dates as 20130131, seconds among milliseconds, finer parts of a second.
        TimeForm::Mixed
    }
}

/// Texts with a zone have to be of one length, or they do not stand in the order of their times.
fn of_digits(pattern: Pattern, digits: &BTreeSet<usize>) -> TimeForm {
    let counts: Vec<usize> = digits.iter().copied().collect();
    let digits = match (counts.as_slice(), pattern.zone) {
        ([one], _) => Digits::Fixed(*one),
        (_, Zone::Utc | Zone::Offset(_)) => return TimeForm::Mixed,
        ([0, other], Zone::None) => Digits::NoneOr(*other),
        (_, Zone::None) => Digits::Needed,
    };
    TimeForm::Text(Pattern { digits, ..pattern })
}

/// The pattern of a text, and its microseconds since 1970.
fn read(text: &str) -> Option<(Pattern, i64)> {
    let date = text.get(..10).filter(|date| shaped(date, "0000-00-00"))?;
    let day = i64::from(days(date)?).checked_mul(DAY)?;
    let rest = &text[10..];
    if rest.is_empty() {
        let pattern = Pattern { clock: Clock::None, has_t: false, digits: Digits::Fixed(0), zone: Zone::None };
        return Some((pattern, day));
    }
    let has_t = rest.starts_with('T');
    let clock = rest.strip_prefix(['T', ' '])?;
    let number = |from: usize| clock.get(from..from + 2)?.parse::<i64>().ok();
    let minute = clock.get(..5).filter(|minute| shaped(minute, "00:00"))?;
    let has_seconds = clock.get(5..8).is_some_and(|second| shaped(second, ":00"));
    let (hours, minutes, seconds) = (number(0)?, number(3)?, if has_seconds { number(6)? } else { 0 });
    let mut rest = &clock[if has_seconds { 8 } else { minute.len() }..];
    let (mut digits, mut fraction) = (0, 0);
    if let Some(part) = rest.strip_prefix('.').filter(|_| has_seconds) {
        digits = part.bytes().take_while(u8::is_ascii_digit).count();
        fraction = format!("{:0<6}", part.get(..digits.min(6))?).parse().ok()?;
        rest = &part[digits..];
    }
    let zone = zone_of(rest)?;
    if hours > 23 || minutes > 59 || seconds > 59 || digits > 9 || (digits == 0 && clock.contains('.')) {
        return None;
    }
    let east = if let Zone::Offset(minutes) = zone { minutes } else { 0 };
    let time = ((hours * 60 + minutes - east) * 60 + seconds) * SECOND + fraction;
    let clock = if has_seconds { Clock::Seconds } else { Clock::Minutes };
    Some((Pattern { clock, has_t, digits: Digits::Fixed(digits), zone }, day.checked_add(time)?))
}

fn zone_of(text: &str) -> Option<Zone> {
    match text {
        "" => Some(Zone::None),
        "Z" => Some(Zone::Utc),
        _ => {
            let sign = if text.starts_with('-') { -1 } else { 1 };
            let offset = text.strip_prefix(['+', '-']).filter(|offset| shaped(offset, "00:00"))?;
            let (hours, minutes): (i64, i64) = (offset[..2].parse().ok()?, offset[3..].parse().ok()?);
            Some(Zone::Offset(sign * (hours * 60 + minutes)))
        }
    }
}

/// Whether a text has digits where a shape has zeros, and the shape's own signs elsewhere.
fn shaped(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(is, wanted)| if wanted == b'0' { is.is_ascii_digit() } else { is == wanted })
}

fn of_example(text: &str) -> Option<Pattern> {
    let (plain, digits) = match text.split_once("[.").and_then(|(head, rest)| Some((head, rest.split_once(']')?))) {
        None => (text.to_owned(), None),
        Some((head, ("n", tail))) => (format!("{head}{tail}"), Some(Digits::Needed)),
        Some((head, (zeros, tail))) => (format!("{head}{tail}"), Some(Digits::NoneOr(zeros.len()))),
    };
    let (pattern, _) = read(&plain)?;
    Some(Pattern { digits: digits.unwrap_or(pattern.digits), ..pattern })
}

impl Pattern {
    fn example(self) -> String {
        let between = if self.has_t { "T" } else { " " };
        let clock = match self.clock {
            Clock::None => return "2013-01-31".into(),
            Clock::Minutes => "17:30",
            Clock::Seconds => "17:30:00",
        };
        let digits = match self.digits {
            Digits::Fixed(0) => String::new(),
            Digits::Fixed(count) => format!(".{}", "0".repeat(count)),
            Digits::NoneOr(count) => format!("[.{}]", "0".repeat(count)),
            Digits::Needed => "[.n]".into(),
        };
        format!("2013-01-31{between}{clock}{digits}{}", self.zone.text())
    }

    /// A time in this pattern. What is finer than the pattern stands behind it, so that the text is greater than that of the time
    /// which the pattern can write, and less than that of the next one.
    fn write(self, micros: i64) -> Option<String> {
        let east = if let Zone::Offset(minutes) = self.zone { minutes * 60 * SECOND } else { 0 };
        let local = micros.checked_add(east)?;
        let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (seconds, fraction) = (time / SECOND, format!("{:06}", time % SECOND));
        let fraction = fraction.trim_end_matches('0');
        let minute = format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
        let second = format!("{:02}", seconds % 60);
        let point = |digits: &str| if digits.is_empty() { String::new() } else { format!(".{digits}") };
        let date = date_text(i32::try_from(day).ok()?);
        let between = if self.has_t { 'T' } else { ' ' };
        let zone = self.zone.text();
        Some(match self.clock {
            Clock::None if time == 0 => date,
            Clock::None => format!("{date} {minute}:{second}{}", point(fraction)),
            Clock::Minutes if time % (60 * SECOND) == 0 => format!("{date}{between}{minute}{zone}"),
            Clock::Minutes => format!("{date}{between}{minute}{zone}:{second}{}", point(fraction)),
            Clock::Seconds => {
                let count = match self.digits {
                    Digits::Fixed(count) => count,
                    Digits::NoneOr(_) if fraction.is_empty() => 0,
                    Digits::NoneOr(count) => count,
                    Digits::Needed => fraction.len(),
                };
                let (held, finer) = fraction.split_at(fraction.len().min(count));
                let held = if count == 0 { String::new() } else { format!(".{held:0<count$}") };
                let finer = if count == 0 { point(finer) } else { finer.to_owned() };
                format!("{date}{between}{minute}:{second}{held}{zone}{finer}")
            }
        })
    }
}

impl Zone {
    fn text(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Utc => "Z".into(),
            Self::Offset(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learned(texts: &[&str]) -> TimeForm {
        let values: Vec<Value> = texts.iter().map(|text| Value::Text((*text).to_owned())).collect();
        TimeForm::of_values(&values, DataType::Timestamp).unwrap()
    }

    #[test]
    fn a_value_is_written_as_the_column_has_it() {
        for (texts, wanted) in [
            (&["2024-01-05 10:00:00"][..], "2024-01-05 10:00:00"),
            (&["2024-01-05T10:00:00", "2024-01-06T10:00:00"][..], "2024-01-05T10:00:00"),
            (&["2024-01-05 10:00:00.123"][..], "2024-01-05 10:00:00.000"),
            (&["2024-01-05 10:00:00", "2024-01-05 10:00:00.123000"][..], "2024-01-05 10:00:00"),
            (&["2024-01-05T12:00:00+02:00"][..], "2024-01-05T12:00:00+02:00"),
            (&["2024-01-05 10:00"][..], "2024-01-05 10:00"),
            (&["2024-01-05"][..], "2024-01-05 10:00:00"),
            (&["2024-01-05T10:00:00Z"][..], "2024-01-05T10:00:00Z"),
        ] {
            let form = learned(texts);
            assert_eq!(form.bound("2024-01-05T10:00:00Z"), Some(Value::Text(wanted.into())), "{texts:?}");
            assert_eq!(TimeForm::of_native(&format!("datetime ({})", form.words())), Some(form), "{texts:?}");
        }
        for mixed in [
            ["2024-01-05 10:00:00", "2024-01-05T10:00:00"],
            ["2024-01-05", ""],
            ["2024-01-05", "10:00:00Z"],
            ["2024-01-05 10:00:00Z", "2024-01-05 10:00:00.5Z"],
        ] {
            assert_eq!(learned(&mixed), TimeForm::Mixed, "{mixed:?}");
        }
        assert!(learned(&["2013-01-01"]).is_usual(DataType::Date) && !learned(&["2013-01-01T10:00:00Z"]).is_usual(DataType::Timestamp));
    }

    #[test]
    fn numbers_are_told_apart_by_what_they_would_be() {
        let of = |number: Value, data_type| TimeForm::of_values(&[Value::Null, number], data_type).unwrap();
        let ten = Some(1_704_448_800_000_000);
        for (number, form) in [
            (Value::Int(1_704_448_800), TimeForm::Seconds),
            (Value::Int(1_704_448_800_000), TimeForm::Millis),
            (Value::Float(2_460_314.916_666_666_5), TimeForm::JulianDays),
        ] {
            assert_eq!((of(number.clone(), DataType::Timestamp), form.micros_of(&number)), (form, ten), "{number:?}");
            assert_eq!(form.bound("2024-01-05T10:00:00Z"), Some(number));
        }
        assert_eq!(of(Value::Int(19_727), DataType::Date), TimeForm::Days);
        assert_eq!(of(Value::Int(20_240_105), DataType::Date), TimeForm::Mixed);
        assert_eq!(TimeForm::of_values(&[Value::Null], DataType::Date), None);
        assert_eq!(TimeForm::of_native("decimal(10, 2)"), None);
    }

    proptest! {
        #[test]
        fn texts_of_a_pattern_stand_in_the_order_of_their_times(a in 0_i64..4_000_000_000_000_000, b in 0_i64..4_000_000_000_000_000, near in 0_i64..2_000_000) {
            for example in ["2024-01-05 10:00:00", "2024-01-05T10:00:00Z", "2024-01-05T10:00:00.000+05:30", "2024-01-05 10:00", "2024-01-05 10:00:00[.n]"] {
                let form = TimeForm::of_native(&format!("datetime (as {example})")).unwrap();
                for (a, b) in [(a, b), (a, a + near)] {
                    let text = |micros: i64| match form.bound(&crate::scalar::timestamp_text(micros)) {
                        Some(Value::Text(text)) => text,
                        other => panic!("{other:?}"),
                    };
                    prop_assert_eq!(text(a).cmp(&text(b)), a.cmp(&b), "{} and {} by {}", text(a), text(b), example);
                }
            }
        }
    }
}
