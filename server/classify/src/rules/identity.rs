//! Numbers that states give to people.

use crate::check_digits::{digits, mod_11_2, mod_11_10};
use crate::column::ValueType;
use crate::finding::Tag;
use crate::rule::{ABOUT, Alone, BASE, Fit, Need, Rule};

/// The Chinese resident identity number: region, birthday, serial number, check digit.
pub(crate) const RESIDENT_IDENTITY_CN: Rule = Rule {
    id: "resident_identity_cn",
    tag: Tag::IdentityNumber,
    names: &["id card", "idcard", "id card no", "id card number", "identity card", "resident id", "sfz", "sfzh", "身份证", "证件号"],
    hints: &["id number", "id no", "national id", "personal id", "identity number", "identity", "certificate no", "cert no"],
    types: &[ValueType::Text, ValueType::Whole],
    fit: resident,
    named: Need::sure(0.5),
    hinted: Need::sure(0.7),
    alone: Some(Alone::sure(0.9)),
    check: Some("mod_11_2"),
    ..BASE
};

/// The German tax identification number.
pub(crate) const TAX_ID_DE: Rule = Rule {
    id: "tax_id_de",
    tag: Tag::IdentityNumber,
    names: &["steuer id", "steuerid", "steueridentifikationsnummer", "steuer identifikationsnummer", "steuer idnr", "steueridnr", "idnr"],
    hints: &["tax id", "tax number", "tin", "steuernummer", "national id", "identity number"],
    types: &[ValueType::Text, ValueType::Whole],
    fit: tax_id,
    named: Need::sure(0.5),
    hinted: Need::sure(0.7),
    alone: Some(Alone::sure(0.9)),
    check: Some("mod_11_10"),
    ..BASE
};

/// The American social security number. It has no check digit, so that its dashes must say it.
pub(crate) const SOCIAL_SECURITY_US: Rule = Rule {
    id: "social_security_us",
    tag: Tag::IdentityNumber,
    names: &["ssn", "social security", "social security number", "social security no", "socialsecuritynumber"],
    hints: &["national id", "tax id", "identity number", "tin"],
    types: &[ValueType::Text, ValueType::Whole],
    fit: social_security,
    named: Need::form(0.8),
    hinted: Need::sure(0.9),
    alone: Some(Alone { need: Need::sure(0.97), distinct: 20, beginnings: 15, beginning: 4 }),
    ..BASE
};

/// A number of a passport: only its name tells it.
pub(crate) const PASSPORT: Rule = Rule {
    id: "passport",
    tag: Tag::IdentityNumber,
    names: &["passport", "passport number", "passport no", "reisepass", "reisepassnummer", "passnummer", "护照"],
    about: ABOUT,
    types: &[ValueType::Text, ValueType::Whole],
    fit: passport,
    named: Need::form(0.8),
    ..BASE
};

fn resident(value: &str) -> Fit {
    let is_number = value.len() == 18 && value.is_ascii() && value.bytes().take(17).all(|letter| letter.is_ascii_digit());
    if !is_number || !is_birthday(&value[6..14]) || !(b'1'..=b'8').contains(&value.as_bytes()[0]) {
        return Fit::No;
    }
    if mod_11_2(value) { Fit::Sure } else { Fit::Form }
}

/// Whether `YYYYMMDD` may be the birthday of somebody alive.
fn is_birthday(text: &str) -> bool {
    let part = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(0);
    (1880..=2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8))
}

fn tax_id(value: &str) -> Fit {
    let written: String = value.chars().filter(|letter| *letter != ' ' && *letter != '/').collect();
    let Some(number) = digits(&written).filter(|number| number.len() == 11 && number[0] != 0) else { return Fit::No };
    let times = |digit: u32| number[..10].iter().filter(|other| **other == digit).count();
    let counts: Vec<usize> = (0..10).map(times).collect();
    // One digit stands there two or three times, the others once at most.
    let is_mixed = counts.iter().filter(|count| **count > 1).count() == 1 && counts.iter().all(|count| *count <= 3);
    if is_mixed && mod_11_10(&number) { Fit::Sure } else { Fit::No }
}

fn social_security(value: &str) -> Fit {
    let parts: Vec<&str> = value.split('-').collect();
    let plain = digits(value).filter(|number| number.len() == 9).is_some();
    let (area, group, serial, fit) = match parts.as_slice() {
        [area, group, serial] if (area.len(), group.len(), serial.len()) == (3, 2, 4) => (*area, *group, *serial, Fit::Sure),
        [number] if plain => (&number[..3], &number[3..5], &number[5..], Fit::Form),
        _ => return Fit::No,
    };
    let all_digits = [area, group, serial].iter().all(|part| part.bytes().all(|letter| letter.is_ascii_digit()));
    let is_given_out = !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000";
    if all_digits && is_given_out { fit } else { Fit::No }
}

fn passport(value: &str) -> Fit {
    let is_written = (6..=10).contains(&value.len()) && value.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if is_written && digits >= 4 { Fit::Form } else { Fit::No }
}

#[cfg(test)]
mod tests {
    use super::{Fit, passport, resident, social_security, tax_id};

    #[test]
    fn check_digits_and_structure_decide() {
        assert_eq!(resident("11010519491231002X"), Fit::Sure);
        assert_eq!(resident("110105194912310021"), Fit::Form);
        assert_eq!(resident("110105194913310021"), Fit::No);
        assert_eq!(resident("１１0105194912310021"), Fit::No);
        assert_eq!(tax_id("86 095 742 719"), Fit::Sure);
        assert_eq!(tax_id("11111111111"), Fit::No);
        assert_eq!(social_security("673-35-4825"), Fit::Sure);
        assert_eq!(social_security("673354825"), Fit::Form);
        assert_eq!(social_security("943-97-6896"), Fit::No);
        assert_eq!(social_security("é73-35-4825"), Fit::No);
        assert_eq!(passport("C01X00T47"), Fit::Form);
        assert_eq!(passport("Germany"), Fit::No);
    }
}
