//! Names in parts: `customerEmail`, `cust_email`, `CUST-EMAIL` and `客户email` all have the word `email`.

use crate::lists::fold;
use crate::shape::is_character;

/// A name as its words, small and without accents. Characters of Chinese stay together.
pub(crate) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        if at > 0 && begins(letters[at - 1], letter, letters.get(at + 1).copied()) {
            push(&mut words, &mut word);
        }
        if letter.is_alphanumeric() {
            word.push(letter);
        }
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(fold(word));
        word.clear();
    }
}

/// Whether a word begins at this letter.
fn begins(before: char, letter: char, next: Option<char>) -> bool {
    let small_follows = next.is_some_and(char::is_lowercase);
    !letter.is_alphanumeric()
        || !before.is_alphanumeric()
        || is_character(before) != is_character(letter)
        || (before.is_lowercase() && letter.is_uppercase())
        || (before.is_uppercase() && letter.is_uppercase() && small_follows)
}

/// Where a phrase, such as `card number`, stands among words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The words themselves.
    pub(crate) part: String,
    /// The words that are not part of it.
    pub(crate) others: Vec<String>,
    /// Whether it is only the end of a longer word, as in `kundenemail`.
    pub(crate) is_end: bool,
}

/// The first of these phrases among the words, or at the end of one.
pub(crate) fn find(words: &[String], phrases: &[&str]) -> Option<Found> {
    let whole = phrases.iter().filter_map(|phrase| whole(words, phrase)).max_by_key(|found| found.part.len());
    whole.or_else(|| phrases.iter().find_map(|phrase| end(words, phrase)))
}

fn whole(words: &[String], phrase: &str) -> Option<Found> {
    let parts: Vec<&str> = phrase.split(' ').collect();
    let at = words.windows(parts.len()).position(|window| window.iter().zip(&parts).all(|(word, part)| says(word, part)))?;
    let others = words.iter().enumerate().filter(|(place, _)| *place < at || *place >= at + parts.len());
    let mut others: Vec<String> = others.map(|(_, word)| word.clone()).collect();
    // Chinese has no spaces: what stands beside the phrase in the same run is another word.
    if let [one] = parts.as_slice()
        && words[at] != *one
        && one.chars().all(is_character)
    {
        others.push(words[at].replace(one, ""));
    }
    Some(Found { part: phrase.to_owned(), others, is_end: false })
}

/// Whether a word is this one, or more than one of it. A run of Chinese says it by having it.
fn says(word: &str, part: &str) -> bool {
    let is_plural = || word.strip_prefix(part).is_some_and(|end| matches!(end, "s" | "es"));
    word == part || is_plural() || (part.chars().all(is_character) && word.contains(part))
}

/// How short an end may be: shorter ones end too many other words.
const SHORTEST_END: usize = 5;

fn end(words: &[String], phrase: &str) -> Option<Found> {
    let is_end = |word: &&String| word.len() > phrase.len() && word.ends_with(phrase);
    if phrase.len() < SHORTEST_END || !phrase.is_ascii() || phrase.contains(' ') {
        return None;
    }
    let word = words.iter().find(is_end)?;
    let others = words.iter().filter(|other| *other != word).cloned().collect();
    Some(Found { part: phrase.to_owned(), others, is_end: true })
}

/// Whether any of the words says one of these.
pub(crate) fn any(words: &[String], of: &[&str]) -> bool {
    words.iter().any(|word| of.iter().any(|other| says(word, other)))
}

#[cfg(test)]
mod tests {
    use super::{find, words};

    #[test]
    fn names_come_apart_as_people_write_them() {
        let cases: &[(&str, &[&str])] = &[
            ("customerEmail", &["customer", "email"]),
            ("cust_email", &["cust", "email"]),
            ("CUST-EMAIL.2", &["cust", "email", "2"]),
            ("HTTPServerIP", &["http", "server", "ip"]),
            ("客户email", &["客户", "email"]),
            ("手机号", &["手机号"]),
            ("Straße", &["strasse"]),
            ("address1", &["address1"]),
            ("", &[]),
            ("___", &[]),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name), *expected, "{name}");
        }
    }

    #[test]
    fn a_phrase_is_found_with_what_stands_beside_it() {
        let found = |name: &str, phrases: &[&str]| find(&words(name), phrases);
        let card = found("billingCardNumberHash", &["card", "card number"]).unwrap();
        assert_eq!(
            (card.part.as_str(), card.others.as_slice(), card.is_end),
            ("card number", &["billing".into(), "hash".into()][..], false)
        );
        let phone = found("客户手机号状态", &["手机"]).unwrap();
        assert_eq!(phone.others, ["客户号状态"]);
        assert!(found("kundenemail", &["email"]).unwrap().is_end);
        assert_eq!(found("mailing", &["email"]), None);
        assert_eq!(found("trip", &["ip"]), None);
    }
}
