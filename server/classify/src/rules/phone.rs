//! Telephone numbers: North America, Germany, China, and the international form of all.
//!
//! The rules are our own. The crates that know all numbering plans carry them as data that changes with each of their versions, and some
//! twenty more crates with them: neither frozen nor light.

use crate::column::ValueType;
use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const PHONE: Rule = Rule {
    id: "phone",
    tag: Tag::Phone,
    names: NAMES,
    hints: HINTS,
    types: &[ValueType::Text, ValueType::Whole],
    fit,
    named: Need::form(0.6),
    hinted: Need { form: 0.9, likely: 0.4, sure: 0.0 },
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.6, sure: 0.2 }, distinct: 5, beginnings: 5, beginning: 4 }),
    ..BASE
};

/// A Chinese mobile number without a sign between its digits, which numbers of orders look like: their beginnings must differ.
pub(crate) const MOBILE_CN: Rule = Rule {
    id: "mobile_cn",
    tag: Tag::Phone,
    names: NAMES,
    hints: HINTS,
    types: &[ValueType::Text, ValueType::Whole],
    fit: mobile,
    named: Need::sure(0.6),
    hinted: Need::sure(0.9),
    alone: Some(Alone { need: Need::sure(0.95), distinct: 8, beginnings: 5, beginning: 3 }),
    ..BASE
};

const NAMES: &[&str] = &[
    "phone",
    "telephone",
    "phonenumber",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "msisdn",
    "telefon",
    "telefonnummer",
    "handy",
    "handynummer",
    "mobilnummer",
    "mobil",
    "rufnummer",
    "telefax",
    "手机",
    "电话",
    "座机",
    "传真",
];
const HINTS: &[&str] = &["contact", "contact number", "kontakt", "whatsapp", "sms", "联系方式"];

/// The beginnings of Chinese mobile numbers: 13, 15, 17, 18 and 19 without those that nobody has, and some of 14 and 16.
const CHINESE_MOBILE: &[&str] = &["13", "145", "147", "149", "15", "162", "165", "166", "167", "17", "18", "19"];

fn fit(value: &str) -> Fit {
    let Some(number) = Number::read(value) else { return Fit::No };
    if number.is_international {
        return number.international();
    }
    number.american().max(number.german()).max(number.chinese())
}

/// A number in groups, as it is written.
struct Number {
    is_international: bool,
    groups: Vec<String>,
    /// Whether the first group stands in brackets.
    is_bracketed: bool,
}

impl Number {
    fn read(value: &str) -> Option<Self> {
        let number = without_extension(value);
        let is_plus = number.starts_with('+');
        let rest = number.trim_start_matches('+').replace("(0)", " ");
        if !rest.chars().all(|letter| letter.is_ascii_digit() || " ()-./".contains(letter)) {
            return None;
        }
        let groups: Vec<String> =
            rest.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::to_owned).collect();
        let length: usize = groups.iter().map(String::len).sum();
        if !(7..=15).contains(&length) {
            return None;
        }
        let mut number = Self { is_international: is_plus, is_bracketed: rest.starts_with('('), groups };
        number.drop_double_zero();
        Some(number)
    }

    /// `00` and `001` before other groups are the sign `+`, as it is dialled.
    fn drop_double_zero(&mut self) {
        let is_dialled = self.groups.len() > 1 && self.groups[0].starts_with("00") && self.groups[0].len() <= 5;
        if is_dialled && self.groups[0].len() > 2 {
            self.groups[0].drain(..2);
            self.is_international = true;
        }
    }

    fn digits(&self) -> String {
        self.groups.concat()
    }

    /// With the code of a country before it.
    fn international(&self) -> Fit {
        let digits = self.digits();
        let is_known = match (digits.strip_prefix('1'), digits.strip_prefix("86")) {
            (Some(number), _) => is_american(number),
            (_, Some(number)) => (9..=12).contains(&number.len()),
            _ => !digits.starts_with('0') && digits.len() >= 8,
        };
        if is_known { Fit::Sure } else { Fit::No }
    }

    /// Three, three and four digits, where neither group of three begins with 0 or 1.
    fn american(&self) -> Fit {
        let digits = self.digits();
        let (number, groups) = match digits.strip_prefix('1') {
            Some(rest) if rest.len() == 10 => (rest, self.groups.strip_prefix(&["1".to_owned()][..]).unwrap_or(&self.groups)),
            _ => (digits.as_str(), self.groups.as_slice()),
        };
        let lengths: Vec<usize> = groups.iter().map(String::len).collect();
        match (is_american(number), lengths.as_slice()) {
            (true, [3, 3, 4]) => Fit::Sure,
            (true, [3, 7]) => Fit::Likely,
            (true, [10 | 11]) => Fit::Form,
            _ => Fit::No,
        }
    }

    /// An area code that begins with one 0, and the number.
    fn german(&self) -> Fit {
        let digits = self.digits();
        let begins = digits.starts_with('0') && !digits.starts_with("00");
        if !begins || !(8..=12).contains(&digits.len()) {
            return Fit::No;
        }
        match self.groups.as_slice() {
            [_] => Fit::Form,
            [area, rest @ ..] if (3..=5).contains(&area.len()) && rest.len() <= 3 => {
                if self.is_bracketed {
                    Fit::Sure
                } else {
                    Fit::Likely
                }
            }
            _ => Fit::No,
        }
    }

    /// A mobile number, in groups of three, four and four digits or in one.
    fn chinese(&self) -> Fit {
        let lengths: Vec<usize> = self.groups.iter().map(String::len).collect();
        match (mobile(&self.digits()), lengths.as_slice()) {
            (Fit::Sure, [3, 4, 4]) => Fit::Sure,
            (Fit::Sure, [11]) => Fit::Form,
            _ => Fit::No,
        }
    }
}

/// Eleven digits of a Chinese mobile number.
fn mobile(value: &str) -> Fit {
    let is_written = value.len() == 11 && value.bytes().all(|letter| letter.is_ascii_digit());
    if is_written && CHINESE_MOBILE.iter().any(|beginning| value.starts_with(beginning)) { Fit::Sure } else { Fit::No }
}

fn is_american(number: &str) -> bool {
    let begins = |at: usize| number.as_bytes().get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    number.len() == 10 && begins(0) && begins(3)
}

/// The number before `x123`, `ext. 123` or `app. 12`.
fn without_extension(value: &str) -> &str {
    let at = value.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(value.len());
    let (number, extension) = value.split_at(at);
    let digits = extension.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || ". ".contains(letter));
    let is_extension = ["x", "ext", "app"].iter().any(|word| extension.to_ascii_lowercase().starts_with(word));
    let is_number = (1..=6).contains(&digits.len()) && digits.chars().all(|letter| letter.is_ascii_digit());
    if is_extension && is_number { number.trim() } else { value }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn numbers_are_told_by_their_groups() {
        let cases = [
            (
                Fit::Sure,
                &[
                    "+49 (0) 30 901820",
                    "001-707-336-6258",
                    "(783)703-8836",
                    "248.990.6828x836",
                    "(03402) 883646",
                    "152 2316 0250",
                    "+86 10 6552 9988",
                ][..],
            ),
            (Fit::Likely, &["03685 311067", "030/901820", "0211-12345678"]),
            (Fit::Form, &["6845011070", "0471228070", "15223160250"]),
            (
                Fit::No,
                &[
                    "673-35-4825",
                    "978-0-09-030789-0",
                    "0-07-569436-0",
                    "2024-12-02",
                    "10.0.19041.1",
                    "22345678901",
                    "123-456-7890",
                    "1700000000000",
                ],
            ),
            (Fit::No, &["", "+", "x", "12", "192.168.100.200", "550e8400-e29b-41d4", "1.5", "-78.081124", "00"]),
        ];
        for (expected, values) in cases {
            for value in values {
                assert_eq!(fit(value), expected, "{value}");
            }
        }
    }
}
