//! The one reader of numbers that people type. It takes what can mean one number alone, and nothing else: a text that it cannot read is
//! told beside its field, and never taken for 0, for an empty field or for the nearest number.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::{FieldError, Problem};

/// What people put between groups of three digits: a comma, blanks of several widths, an underscore, apostrophes.
const SEPARATORS: [char; 8] = [',', ' ', '\u{a0}', '\u{2009}', '\u{202f}', '_', '\'', '\u{2019}'];

/// A number that a form may ask for.
pub trait Whole: Copy + Into<i128> + TryFrom<i128> {}
impl<N: Copy + Into<i128> + TryFrom<i128>> Whole for N {}

/// A whole number within its bounds.
///
/// # Errors
/// One sentence that says what may stand there.
pub fn whole<N: Whole>(text: &str, bounds: &RangeInclusive<N>) -> Result<N, String> {
    within(text, bounds).ok_or_else(|| format!("{}.", wanted(bounds)))
}

/// The same of a field that may be empty.
///
/// # Errors
/// One sentence that says what may stand there.
pub fn optional<N: Whole>(text: &str, bounds: &RangeInclusive<N>) -> Result<Option<N>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    within(text, bounds).map(Some).ok_or_else(|| format!("{}. Leave the field empty for no value.", wanted(bounds)))
}

/// Any number that the type holds, of a field that may be empty, where those who decide look at its bounds themselves.
///
/// # Errors
/// The sentence of [`optional`], where there is no such number.
pub fn unbounded<N: Whole>(text: &str, bounds: &RangeInclusive<N>) -> Result<Option<N>, String> {
    match read(text).and_then(|number| N::try_from(number).ok()) {
        None => optional(text, bounds),
        number => Ok(number),
    }
}

fn wanted<N: Whole>(bounds: &RangeInclusive<N>) -> String {
    format!("Enter a whole number between {} and {}", grouped(*bounds.start()), grouped(*bounds.end()))
}

fn within<N: Whole>(text: &str, bounds: &RangeInclusive<N>) -> Option<N> {
    let number = read(text)?;
    let (least, most): (i128, i128) = ((*bounds.start()).into(), (*bounds.end()).into());
    if (least..=most).contains(&number) { N::try_from(number).ok() } else { None }
}

/// Digits with a sign at the most, and either no separators or the same one before each group of three: `1,5` may be one and a half.
fn read(text: &str) -> Option<i128> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = match digits.chars().find(|letter| SEPARATORS.contains(letter)) {
        None => digits.to_owned(),
        Some(separator) => {
            let groups: Vec<&str> = digits.split(separator).collect();
            let (first, others) = groups.split_first()?;
            let fits = (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3);
            fits.then(|| groups.concat())?
        }
    };
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i128 = plain.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// `3,600`: how a count stands in a text that people read. The only place that writes the separators.
#[must_use]
pub fn grouped<N: TryInto<i128>>(number: N) -> String {
    let number = number.try_into().unwrap_or(i128::MAX);
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The texts that were typed into the number fields of a form, by the names of the fields.
pub type Typed = BTreeMap<String, String>;

/// Reads the numbers of one form into what it is about, and remembers what is wrong with which. A field that was not sent leaves its
/// number as it is.
#[derive(Debug)]
pub struct FormNumbers<'a> {
    typed: &'a Typed,
    errors: Vec<FieldError>,
}

impl<'a> FormNumbers<'a> {
    #[must_use]
    pub fn of(typed: &'a Typed) -> Self {
        Self { typed, errors: Vec::new() }
    }

    /// A field that must be filled.
    pub fn whole<N: Whole>(&mut self, field: &str, into: &mut N, bounds: &RangeInclusive<N>) {
        self.read(field, into, |text| whole(text, bounds));
    }

    /// A field that may be empty.
    pub fn optional<N: Whole>(&mut self, field: &str, into: &mut Option<N>, bounds: &RangeInclusive<N>) {
        self.read(field, into, |text| optional(text, bounds));
    }

    /// A field that stands for a number where it is empty.
    pub fn or<N: Whole>(&mut self, field: &str, into: &mut N, (empty, bounds): (N, &RangeInclusive<N>)) {
        self.read(field, into, |text| Ok(optional(text, bounds)?.unwrap_or(empty)));
    }

    fn read<T>(&mut self, field: &str, into: &mut T, read: impl FnOnce(&str) -> Result<T, String>) {
        let Some(text) = self.typed.get(field) else { return };
        match read(text) {
            Ok(number) => *into = number,
            Err(message) => self.errors.push(FieldError::new(field, message)),
        }
    }

    /// Everything that is wrong with the form, where a number is: `others` says what else is.
    ///
    /// # Errors
    /// Where a number could not be read.
    pub fn finish(mut self, others: impl FnOnce() -> Vec<FieldError>) -> Result<(), Problem> {
        if self.errors.is_empty() {
            return Ok(());
        }
        let more = others().into_iter().filter(|other| !self.errors.iter().any(|error| error.field == other.field));
        let more: Vec<FieldError> = more.collect();
        self.errors.extend(more);
        Err(Problem::fields(self.errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_mean_one_number_alone_is_read() {
        let bounds = -20_000..=20_000_000_i64;
        for (text, number) in [
            ("0", 0),
            ("007", 7),
            (" 42 ", 42),
            ("\t42\n", 42),
            ("+5", 5),
            ("-5", -5),
            ("\u{2212}5", -5),
            ("10,000", 10_000),
            ("-10,000", -10_000),
            ("10 000", 10_000),
            ("10\u{a0}000", 10_000),
            ("10\u{202f}000", 10_000),
            ("10\u{2009}000", 10_000),
            ("10_000", 10_000),
            ("10'000", 10_000),
            ("10\u{2019}000", 10_000),
            ("1,000,000", 1_000_000),
            ("20000000", 20_000_000),
        ] {
            assert_eq!((whole(text, &bounds), optional(text, &bounds)), (Ok(number), Ok(Some(number))), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_number_or_may_mean_two_is_refused_with_a_sentence() {
        let bounds = 1..=3_600_u32;
        for text in [
            "abc",
            "1e3",
            "0x10",
            "1.5",
            "1,5",
            "10.000",
            "1,00",
            "1,0000",
            ",100",
            "100,",
            "1,,000",
            "1 000,000",
            "1,000_000",
            "--1",
            "+-1",
            "- 1",
            "1-",
            "10 s",
            "10%",
            "NaN",
            "inf",
            "½",
            "１０",
            "٣",
            "1\u{200b}0",
            "0",
            "-1",
            "3601",
            "3,601",
            "9999999999999999999999",
            "99999999999999999999999999999999999999999999999999",
        ] {
            assert_eq!(whole(text, &bounds), Err("Enter a whole number between 1 and 3,600.".into()), "{text:?}");
            let or_empty = "Enter a whole number between 1 and 3,600. Leave the field empty for no value.";
            assert_eq!(optional(text, &bounds), Err(or_empty.into()), "{text:?}");
        }
        for text in ["", " ", "\u{a0}\t"] {
            assert!(whole(text, &bounds).is_err());
            assert_eq!(optional(text, &bounds), Ok(None));
        }
        assert_eq!(["", "0", "3,601"].map(|text| unbounded(text, &bounds)), [Ok(None), Ok(Some(0)), Ok(Some(3_601))]);
        assert!(["abc", "-1", "4294967296"].into_iter().all(|text| unbounded(text, &bounds).is_err()));
        assert_eq!(whole("4294967295", &(0..=u32::MAX)), Ok(u32::MAX));
        assert!(whole("4294967296", &(0..=u32::MAX)).unwrap_err().contains("4,294,967,295"));
    }

    #[test]
    fn a_form_is_told_all_that_is_wrong_and_what_was_not_sent_stays() {
        let typed: Typed = [("a", "1,000"), ("b", "abc"), ("c", ""), ("d", "")].map(|(field, text)| (field.into(), text.into())).into();
        let (mut a, mut b, mut c, mut d, mut e) = (1_u32, 2_u32, Some(3_u32), 4_u32, 5_u32);
        let bounds = 0..=10_000;
        let mut numbers = FormNumbers::of(&typed);
        numbers.whole("a", &mut a, &bounds);
        numbers.whole("b", &mut b, &bounds);
        numbers.optional("c", &mut c, &bounds);
        numbers.or("d", &mut d, (0, &bounds));
        numbers.whole("e", &mut e, &bounds);
        assert_eq!((a, b, c, d, e), (1_000, 2, None, 0, 5));
        let others = || vec![FieldError::new("b", "Once is enough."), FieldError::new("zone", "There is none.")];
        let fields: Vec<String> = numbers.finish(others).unwrap_err().errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["b", "zone"]);
        assert!(FormNumbers::of(&Typed::new()).finish(others).is_ok());
    }
}
