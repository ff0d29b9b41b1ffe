//! International bank account numbers (ISO 13616).

use crate::check_digits::mod_97;
use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const IBAN: Rule = Rule {
    id: "iban",
    tag: Tag::Iban,
    names: &["iban"],
    hints: &[
        "account number",
        "account no",
        "bank account",
        "account",
        "konto",
        "kontonummer",
        "bankverbindung",
        "bankkonto",
        "账号",
        "银行账户",
    ],
    fit,
    named: Need::sure(0.5),
    hinted: Need::sure(0.6),
    alone: Some(Alone::sure(0.9)),
    check: Some("mod_97"),
    ..BASE
};

/// How long the shortest and the longest are. Each country has one length, and new ones come; the check digits decide.
const LENGTHS: std::ops::RangeInclusive<usize> = 15..=34;

fn fit(value: &str) -> Fit {
    let written: String = value.chars().filter(|letter| *letter != ' ').map(|letter| letter.to_ascii_uppercase()).collect();
    let is = |at: usize, of: fn(&u8) -> bool| written.as_bytes().get(at).is_some_and(of);
    let begins = is(0, u8::is_ascii_uppercase) && is(1, u8::is_ascii_uppercase) && is(2, u8::is_ascii_digit) && is(3, u8::is_ascii_digit);
    if !begins || !LENGTHS.contains(&written.len()) || !written.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        return Fit::No;
    }
    if mod_97(&written) { Fit::Sure } else { Fit::Form }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn length_and_check_digits_decide() {
        assert_eq!(fit("DE89 3704 0044 0532 0130 00"), Fit::Sure);
        assert_eq!(fit("gb29nwbk60161331926819"), Fit::Sure);
        assert_eq!(fit("DE88370400440532013000"), Fit::Form);
        for value in ["", "D", "é", "DE893704004405", "8937DE0400440532013000", "DEé9370400440532013000"] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}
