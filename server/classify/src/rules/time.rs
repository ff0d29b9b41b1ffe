//! Dates, times of day and points in time, as types, as texts and as numbers.

use crate::column::ValueType;
use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const TIME: Rule = Rule {
    id: "time",
    tag: Tag::Time,
    names: &[
        "timestamp",
        "ts",
        "date",
        "time",
        "datetime",
        "at",
        "birthday",
        "dob",
        "birthdate",
        "born",
        "epoch",
        "geburtsdatum",
        "geburtstag",
        "datum",
        "zeit",
        "zeitpunkt",
        "uhrzeit",
        "zeitstempel",
        "时间",
        "日期",
        "生日",
    ],
    hints: &[
        "created",
        "updated",
        "modified",
        "deleted",
        "start",
        "end",
        "since",
        "until",
        "expires",
        "expiry",
        "due",
        "erstellt",
        "geaendert",
        "beginn",
        "ende",
    ],
    about: &[
        "id", "zone", "format", "count", "flag", "is", "has", "diff", "delta", "duration", "key", "code", "type", "status", "out", "次数",
        "类型",
    ],
    against: &["duration", "elapsed", "timeout", "length", "version", "release", "build", "dauer", "laufzeit", "时长", "版本"],
    types: &[ValueType::Text, ValueType::Whole, ValueType::Fraction],
    by_type: Some(ValueType::Time),
    fit,
    named: Need::form(0.8),
    hinted: Need::form(0.95),
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.9, sure: 0.9 }, distinct: 3, beginnings: 1, beginning: 4 }),
    ..BASE
};

fn fit(value: &str) -> Fit {
    if value.chars().all(|letter| letter.is_ascii_digit() || letter == '.') && value.matches('.').count() <= 1 {
        return if is_number(value) { Fit::Form } else { Fit::No };
    }
    if is_time(value) {
        // Of an hour of one digit, it may be a duration as well.
        let is_clock = value.find(':') != Some(1) || value.ends_with(['M', 'm']);
        return if is_clock { Fit::Sure } else { Fit::Form };
    }
    let end = value.find(['T', ' ']).filter(|at| value[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()));
    let (date, time) = end.map_or((value, ""), |at| (&value[..at], &value[at + 1..]));
    let is_dated = is_date(date) && (time.is_empty() || is_time(time));
    match is_dated {
        // Versions are written so, but for the zero before one digit.
        true if date.matches('.').count() == 2 && date.find('.') == Some(4) && date.len() < 10 => Fit::Form,
        true => Fit::Sure,
        false if is_worded(value) => Fit::Sure,
        false => Fit::No,
    }
}

/// Three numbers that are year, month and day, in any order that people use.
fn is_date(text: &str) -> bool {
    let text = text.strip_suffix(['日', '号']).unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let [one, two, three] = parts.as_slice() else { return false };
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.bytes().all(|letter| letter.is_ascii_digit()));
    let is_year = |part: &str| part.len() == 4 && number(part).is_some_and(|year| (1000..3000).contains(&year));
    let upto = |part: &str, most: u32| part.len() <= 2 && number(part).is_some_and(|value| (1..=most).contains(&value));
    let is_day = |one: &str, other: &str| (upto(one, 12) && upto(other, 31)) || (upto(one, 31) && upto(other, 12));
    (is_year(one) && upto(two, 12) && upto(three, 31)) || (is_year(three) && is_day(one, two))
}

/// `HH:MM`, with seconds, their parts, and a zone.
fn is_time(text: &str) -> bool {
    let text = text.trim_end_matches('Z');
    let zone = text.rfind(['+', '-']).filter(|at| *at > 4);
    let (time, zone) = zone.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    let time = ["AM", "PM", "am", "pm"].iter().find_map(|half| time.strip_suffix(half)).unwrap_or(time).trim_end();
    let (clock, parts) = time.split_once('.').unwrap_or((time, ""));
    let groups: Vec<&str> = clock.split(':').collect();
    let upto = |group: &str, most: u32| group.len() <= 2 && group.parse::<u32>().is_ok_and(|value| value <= most);
    let is_digits = |text: &str| text.bytes().all(|letter| letter.is_ascii_digit());
    let is_clock = match groups.as_slice() {
        [hour, minute] => upto(hour, 24) && minute.len() == 2 && upto(minute, 59),
        [hour, minute, second] => upto(hour, 24) && minute.len() == 2 && upto(minute, 59) && upto(second, 60),
        _ => false,
    };
    is_clock && is_digits(parts) && zone.len() <= 5 && is_digits(&zone.replace(':', ""))
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt", "dez"];

/// `12 January 2020`, `Jan 12, 2020`, `12. Mai 2020`.
fn is_worded(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
    let month = |word: &&&str| MONTHS.iter().any(|month| word.to_lowercase().starts_with(month));
    let is = |word: &&&str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&word.len()) && word.bytes().all(|letter| letter.is_ascii_digit())
    };
    (3..=4).contains(&words.len())
        && words.iter().filter(month).count() == 1
        && words.iter().any(|word| is(&word, 4..=4))
        && words.iter().any(|word| is(&word, 1..=2))
}

/// Seconds since 1970 of 2000 to 2040, and the bounds of their digits.
const SECONDS: std::ops::Range<u64> = 946_684_800..2_208_988_800;

/// A count of seconds, or of thousandths to billionths of them, since 1970; or `YYYYMMDD` and `YYYYMMDDHHMMSS`.
fn is_number(value: &str) -> bool {
    let whole = value.split('.').next().unwrap_or(value);
    let Ok(number) = whole.parse::<u64>() else { return false };
    match whole.len() {
        8 | 14 => is_date(&format!("{}-{}-{}", &whole[..4], &whole[4..6], &whole[6..8])),
        9 | 10 => SECONDS.contains(&number),
        12 | 13 => SECONDS.contains(&(number / 1_000)),
        15 | 16 => SECONDS.contains(&(number / 1_000_000)),
        18 | 19 => SECONDS.contains(&(number / 1_000_000_000)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn times_are_told_from_numbers_and_versions() {
        let sure = [
            "2024-12-02T01:10:42.643985",
            "1998-06-24",
            "2024-12-02 01:10:42+02:00",
            "2024-12-02T01:10:42Z",
            "24.12.2020",
            "12/31/2020",
            "11:04:58",
            "9:05 AM",
            "2020年5月6日",
            "Jan 12, 2020",
            "12. Mai 2020",
        ];
        for value in sure {
            assert_eq!(fit(value), Fit::Sure, "{value}");
        }
        for value in ["1700000000", "1700000000123", "20240131", "1227452056.762944", "2024.5.20", "1:03:38"] {
            assert_eq!(fit(value), Fit::Form, "{value}");
        }
        for value in [
            "",
            "1.2.3",
            "10.0.0.1",
            "2024-13-45",
            "99:99",
            "12345",
            "673-35-4825",
            "May",
            "b2:b4:ea",
            "T",
            " ",
            "978-0-09",
            "é T1",
            "20249931",
        ] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}
