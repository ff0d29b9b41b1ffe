//! Postal addresses, American, German and Chinese, and postcodes by their name.

use crate::column::ValueType;
use crate::finding::Tag;
use crate::lists::{STREETS, fold};
use crate::rule::{Alone, BASE, Fit, Need, Rule};
use crate::shape::is_character;

/// Words with which an address is none of a place where letters go.
const OTHER_ADDRESSES: &[&str] = &["ip", "mac", "email", "mail", "web", "url", "wallet", "memory", "bus", "contract", "网址", "邮箱"];

pub(crate) const ADDRESS: Rule = Rule {
    id: "address",
    tag: Tag::PostalAddress,
    names: &[
        "address",
        "addr",
        "adresse",
        "anschrift",
        "street",
        "street address",
        "street name",
        "strasse",
        "lieferadresse",
        "rechnungsadresse",
        "wohnadresse",
        "address1",
        "address2",
        "地址",
        "住址",
        "住所",
        "街道",
    ],
    hints: &["location", "home", "residence", "shipping", "billing", "delivery", "wohnsitz", "lieferung", "位置"],
    about: ABOUT_ADDRESS,
    against: OTHER_ADDRESSES,
    fit: address,
    named: Need { form: 0.6, likely: 0.4, sure: 0.0 },
    hinted: Need { form: 0.8, likely: 0.6, sure: 0.5 },
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.9, sure: 0.8 }, distinct: 8, beginnings: 5, beginning: 4 }),
    ..BASE
};

/// As [`crate::rule::ABOUT`], and the other kinds of addresses.
const ABOUT_ADDRESS: &[&str] = &[
    "id", "ids", "key", "count", "flag", "is", "has", "type", "kind", "status", "verified", "valid", "hash", "length", "version", "at",
    "date", "country", "code", "typ", "anzahl", "ip", "mac", "email", "mail", "web", "url", "wallet", "memory", "bus", "contract", "网址",
    "邮箱", "类型", "状态",
];

pub(crate) const POSTCODE: Rule = Rule {
    id: "postcode",
    tag: Tag::PostalAddress,
    names: &["zip", "zip code", "zipcode", "postcode", "post code", "postal code", "postalcode", "postleitzahl", "plz", "邮编", "邮政编码"],
    about: &["id", "count", "file", "path", "type", "status", "url", "archive", "类型"],
    types: &[ValueType::Text, ValueType::Whole],
    fit: postcode,
    named: Need::form(0.8),
    ..BASE
};

fn address(value: &str) -> Fit {
    if value.chars().any(is_character) { chinese(value) } else { western(value) }
}

fn western(value: &str) -> Fit {
    let words: Vec<&str> = value.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|word| !word.is_empty()).collect();
    if is_american(&words) || is_german(&words) || is_box(&words) {
        return Fit::Sure;
    }
    let ends = words.last().is_some_and(|last| is_street(last) || has_street_end(last));
    let has_place = words.windows(2).any(|pair| is_postcode(pair[0]) && pair[1].chars().next().is_some_and(char::is_uppercase));
    if ends || has_place {
        return Fit::Likely;
    }
    let has = |of: fn(char) -> bool| value.chars().any(of);
    if words.len() > 1 && has(char::is_alphabetic) && has(char::is_numeric) { Fit::Form } else { Fit::No }
}

/// A number, a name and what streets are called, all with capitals: `12 Old Mill Road`.
fn is_american(words: &[&str]) -> bool {
    let Some((number, rest)) = words.split_first() else { return false };
    let capitals = rest.iter().take_while(|word| word.chars().next().is_some_and(char::is_uppercase)).take(5);
    is_house(number) && capitals.skip(1).any(|word| is_street(word))
}

/// A street and a number after it: `Lange Str. 12a`, `Schleichgasse 9/5`.
fn is_german(words: &[&str]) -> bool {
    words.windows(2).any(|pair| {
        let begins = pair[0].chars().next().is_some_and(char::is_uppercase);
        begins && is_house(pair[1]) && (has_street_end(pair[0]) || GERMAN.contains(&plain(pair[0]).as_str()))
    })
}

/// A box: `PO Box 12`, and those of the American army.
fn is_box(words: &[&str]) -> bool {
    let begins = words.first().is_some_and(|first| ["po", "psc", "unit", "cmr", "postfach"].contains(&plain(first).as_str()));
    let at = words.iter().position(|word| ["box", "postfach"].contains(&plain(word).as_str()));
    begins && at.and_then(|at| words.get(at + 1)).is_some_and(|number| is_house(number))
}

/// What streets are called in German, also at the end of a word.
const GERMAN: &[&str] =
    &["strasse", "str", "gasse", "weg", "platz", "allee", "ring", "ufer", "damm", "chaussee", "steig", "pfad", "graben", "markt"];

fn is_street(word: &str) -> bool {
    STREETS.contains(plain(word).as_str())
}

fn has_street_end(word: &str) -> bool {
    let word = plain(word);
    GERMAN.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end))
}

/// A word without signs, folded.
fn plain(word: &str) -> String {
    fold(&word.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>())
}

/// A number of a house: `12`, `12a`, `41-58`, `9/5`.
fn is_house(word: &str) -> bool {
    let begins = word.chars().next().is_some_and(|letter| letter.is_ascii_digit());
    begins && word.len() <= 10 && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-/".contains(letter)) && letters(word) <= 2
}

fn letters(word: &str) -> usize {
    word.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// What roads are called, and what stands after their names.
const ROADS: &[char] = &['路', '街', '道', '巷', '弄', '胡', '里'];
const HOUSES: &[char] = &['号', '座', '栋', '幢', '楼', '室', '單', '单', '号', '號'];
/// What regions and places are called.
const PLACES: &[char] = &['省', '市', '区', '县', '州', '镇', '乡', '村', '旗', '區', '縣'];

fn chinese(value: &str) -> Fit {
    let characters: Vec<char> = value.chars().collect();
    let road = characters.iter().position(|character| ROADS.contains(character));
    let is_house = |character: &char| HOUSES.contains(character) || character.is_ascii_digit();
    let has_house = road.is_some_and(|road| road > 0 && characters[road..].iter().any(is_house));
    let places = characters.iter().filter(|character| PLACES.contains(character)).count();
    match (has_house, road.is_some(), places) {
        (true, _, _) | (_, true, 2..) => Fit::Sure,
        (_, true, _) | (_, _, 2..) => Fit::Likely,
        (_, _, 1) => Fit::Form,
        _ => Fit::No,
    }
}

fn is_postcode(word: &str) -> bool {
    (5..=6).contains(&word.len()) && word.bytes().all(|letter| letter.is_ascii_digit())
}

/// Postcodes of most countries: short, with a digit, in capitals.
fn postcode(value: &str) -> Fit {
    let is_written = (3..=10).contains(&value.len())
        && value.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || " -".contains(letter));
    if is_written && value.bytes().any(|letter| letter.is_ascii_digit()) { Fit::Form } else { Fit::No }
}

#[cfg(test)]
mod tests {
    use super::{Fit, address, postcode};

    #[test]
    fn the_words_of_streets_decide() {
        let cases = [
            (
                Fit::Sure,
                &[
                    "706 Jackson Oval Apt. 690",
                    "592 Dillon Village\nSouth Charles, OH 09796",
                    "Lange Str. 12a",
                    "Meral-Jockel-Gasse 41-58",
                    "PO Box 12",
                    "PSC 4564, Box 9702",
                    "天津市长春县大兴李路k座 325968",
                    "福州路P座",
                ][..],
            ),
            (Fit::Likely, &["Compton Forges", "Kadeallee", "33663 Weißwasser", "惠州街"]),
            (Fit::Form, &["Room 12 of the hotel", "荆门市"]),
            (Fit::No, &["", "Claims inspector", "12", "5", "红色"]),
        ];
        for (expected, values) in cases {
            for value in values {
                assert_eq!(address(value), expected, "{value}");
            }
        }
        assert!(address("5 people walk along the road") < Fit::Sure);
    }

    #[test]
    fn a_postcode_is_short_and_has_a_digit() {
        for value in ["05549", "SW1A 1AA", "12345-6789", "K1A 0B1"] {
            assert_eq!(postcode(value), Fit::Form, "{value}");
        }
        for value in ["", "12", "Berlin", "ABC", "12345678901"] {
            assert_eq!(postcode(value), Fit::No, "{value}");
        }
    }
}
