//! Names of people: English and German by lists of names, Chinese by surnames and the characters of given names.

use crate::finding::Tag;
use crate::lists::{CHINESE_DOUBLE, CHINESE_FAMILY, CHINESE_GIVENS, FAMILY, GIVEN, fold};
use crate::rule::{Alone, BASE, Fit, Need, Rule};
use crate::rules::person_words::{NOT_OF_PEOPLE, PARTICLES, PEOPLE, THINGS, TITLES};
use crate::shape::is_character;

pub(crate) const PERSON_NAME: Rule = Rule {
    id: "person_name",
    tag: Tag::PersonName,
    names: &[
        "full name",
        "fullname",
        "first name",
        "firstname",
        "last name",
        "lastname",
        "given name",
        "surname",
        "family name",
        "middle name",
        "maiden name",
        "customer name",
        "client name",
        "employee name",
        "patient name",
        "contact name",
        "passenger name",
        "guest name",
        "person name",
        "cardholder name",
        "cardholder",
        "recipient name",
        "contact person",
        "fname",
        "lname",
        "forename",
        "vorname",
        "nachname",
        "familienname",
        "kundenname",
        "ansprechpartner",
        "mitarbeiter name",
        "kunde name",
        "姓名",
        "联系人",
        "收件人",
        "客户名",
        "用户姓名",
        "持卡人",
    ],
    hints: &[
        "author",
        "owner",
        "manager",
        "contact",
        "customer",
        "employee",
        "client",
        "patient",
        "agent",
        "assignee",
        "sales rep",
        "recipient",
        "sender",
        "kontakt",
        "kunde",
        "kundin",
        "mitarbeiter",
        "bearbeiter",
        "empfaenger",
        "person",
        "客户",
        "负责人",
        "经办人",
        "员工",
    ],
    against: THINGS,
    fit,
    named: Need::form(0.7),
    hinted: Need { form: 0.9, likely: 0.2, sure: 0.0 },
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.35, sure: 0.07 }, distinct: 8, beginnings: 5, beginning: 4 }),
    ..BASE
};

/// A column that is only called a name: of a person, where its table or its values say so.
pub(crate) const BARE_NAME: Rule = Rule {
    id: "bare_name",
    tag: Tag::PersonName,
    hints: &["name", "display name", "名字"],
    tables: PEOPLE,
    against: THINGS,
    fit,
    named: Need::form(0.7),
    hinted: Need { form: 0.9, likely: 0.3, sure: 0.05 },
    ..BASE
};

/// Given names alone, by the list of them.
pub(crate) const GIVEN_NAME: Rule = Rule {
    id: "given_name",
    tag: Tag::PersonName,
    against: THINGS,
    fit: given_name,
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.6, sure: 0.6 }, distinct: 12, beginnings: 5, beginning: 1 }),
    ..BASE
};

fn given_name(value: &str) -> Fit {
    let is_one = !value.contains(char::is_whitespace) && is_of_name(value);
    match is_one && !value.chars().any(is_character) {
        true if GIVEN.contains(fold(value).as_str()) => Fit::Sure,
        true => Fit::Form,
        false => Fit::No,
    }
}

fn fit(value: &str) -> Fit {
    if value.chars().any(is_character) { chinese(value) } else { western(value) }
}

fn western(value: &str) -> Fit {
    let Some(words) = words(value) else { return Fit::No };
    let is_known = |word: &str, list: &std::collections::HashSet<&str>| word.split('-').any(|part| list.contains(fold(part).as_str()));
    match words.as_slice() {
        [] => Fit::No,
        [_] => Fit::Form,
        [given, .., family] if words.len() <= 4 => match (is_known(given, &GIVEN), is_known(family, &FAMILY)) {
            (true, true) => Fit::Sure,
            (true, false) => Fit::Likely,
            _ => Fit::Form,
        },
        _ => Fit::No,
    }
}

/// The words of a name in their usual order, without titles; nothing where a word is of no name.
fn words(value: &str) -> Option<Vec<&str>> {
    let letters = |word: &str| fold(&word.chars().filter(|letter| letter.is_alphabetic()).collect::<String>());
    let (family, given) = value.split_once(", ").unwrap_or(("", value));
    let all: Vec<&str> = given.split_whitespace().chain(family.split_whitespace()).collect();
    let words: Vec<&str> = all.into_iter().filter(|word| !TITLES.contains(&letters(word).as_str())).collect();
    words.iter().all(|word| is_of_name(word) && !NOT_OF_PEOPLE.contains(&letters(word).as_str())).then_some(words)
}

/// How long the longest word of a name is.
const LONGEST_WORD: usize = 25;

fn is_of_name(word: &str) -> bool {
    let is_written = word.chars().all(|letter| letter.is_alphabetic() || "-'’.".contains(letter));
    let begins = word.chars().next().is_some_and(char::is_uppercase) || PARTICLES.contains(&word);
    is_written && begins && word.chars().count() <= LONGEST_WORD
}

fn chinese(value: &str) -> Fit {
    let characters: Vec<char> = value.chars().filter(|character| *character != '·').collect();
    if characters.len() > 4 || !characters.iter().all(|character| is_character(*character)) {
        return Fit::No;
    }
    let family = if characters.len() > 2 && CHINESE_DOUBLE.contains(characters[..2].iter().collect::<String>().as_str()) { 2 } else { 1 };
    let given = &characters[family..];
    let is_family = family == 2 || CHINESE_FAMILY.contains(&characters[0]);
    // Many words begin with a character that is a surname, too.
    let is_given = (1..=2).contains(&given.len()) && given.iter().all(|character| CHINESE_GIVENS.contains(character));
    if is_family && is_given { Fit::Sure } else { Fit::Form }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn lists_of_names_decide() {
        let cases = [
            (
                Fit::Sure,
                &[
                    "Matthew Williams",
                    "Dr. Anna-Lena Müller",
                    "Jo Pearson Smith",
                    "MÜLLER, HANS",
                    "Karl von Weber",
                    "王芳",
                    "欧阳伟",
                    "李小龙",
                ][..],
            ),
            (Fit::Likely, &["Emma Chair", "Anna B. Pruschke"]),
            (Fit::Form, &["Luzia", "Xyz Qwerty", "桌子", "霞", "王府井", "马克杯"]),
            (
                Fit::No,
                &[
                    "",
                    "Smith LLC",
                    "Hill, Young and Brown",
                    "anthonywright",
                    "Room 12",
                    "One Two Three Four Five",
                    "北京市朝阳区",
                    "hello world",
                    "A/B Test",
                ],
            ),
        ];
        for (expected, values) in cases {
            for value in values {
                assert_eq!(fit(value), expected, "{value}");
            }
        }
    }
}
