//! Words that are written together, taken apart with a dictionary: `driverlicense`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The longest text that is taken apart, in letters, and the most words of it.
const MAX_LETTERS: usize = 40;
const MAX_WORDS: usize = 4;
/// The shortest text that is taken apart.
const MIN_LETTERS: usize = 5;

/// See `words/README.md`.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../words/english.txt").lines().chain(include_str!("../words/data.txt").lines()).collect());

/// Abbreviations of names, and the words for which they stand.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("acct", "account"),
    ("addr", "address"),
    ("amt", "amount"),
    ("arr", "arrival"),
    ("attr", "attribute"),
    ("auth", "authorization"),
    ("avg", "average"),
    ("cat", "category"),
    ("cnt", "count"),
    ("cur", "currency"),
    ("curr", "currency"),
    ("cust", "customer"),
    ("dep", "departure"),
    ("dept", "department"),
    ("desc", "description"),
    ("dest", "destination"),
    ("dist", "distance"),
    ("dob", "birthday"),
    ("doc", "document"),
    ("dt", "date"),
    ("emp", "employee"),
    ("fname", "firstname"),
    ("freq", "frequency"),
    ("id", "identifier"),
    ("img", "image"),
    ("inv", "invoice"),
    ("lang", "language"),
    ("lat", "latitude"),
    ("lname", "lastname"),
    ("loc", "location"),
    ("lon", "longitude"),
    ("lng", "longitude"),
    ("max", "maximum"),
    ("mfr", "manufacturer"),
    ("mgr", "manager"),
    ("min", "minimum"),
    ("msg", "message"),
    ("no", "number"),
    ("nr", "number"),
    ("num", "number"),
    ("org", "organization"),
    ("orig", "origin"),
    ("pax", "passenger"),
    ("pct", "percent"),
    ("perf", "performance"),
    ("prod", "product"),
    ("pwd", "password"),
    ("qty", "quantity"),
    ("ref", "reference"),
    ("rev", "revenue"),
    ("sched", "scheduled"),
    ("seq", "sequence"),
    ("src", "source"),
    ("ssn", "social"),
    ("std", "standard"),
    ("tel", "telephone"),
    ("temp", "temperature"),
    ("ts", "timestamp"),
    ("txn", "transaction"),
    ("usr", "user"),
    ("val", "value"),
    ("yr", "year"),
];

/// The word for which an abbreviation stands.
pub(crate) fn long_form(word: &str) -> Option<&'static str> {
    ABBREVIATIONS.iter().find(|(short, _)| *short == word).map(|(_, long)| *long)
}

/// The abbreviations of a word.
pub(crate) fn short_forms(word: &str) -> impl Iterator<Item = &'static str> {
    ABBREVIATIONS.iter().filter(move |(_, long)| *long == word).map(|(short, _)| *short)
}

/// Whether it is a word of the dictionary, or the plural of one.
pub(crate) fn is_word(text: &str) -> bool {
    let singular = || text.strip_suffix('s').filter(|singular| singular.len() >= 4 && !singular.ends_with('s'));
    WORDS.contains(text) || singular().is_some_and(|singular| WORDS.contains(singular))
}

/// The words of a text in lower case without spaces: as few as it can be made of, and of those the ones that are most uneven in length.
/// Nothing for what is a word itself, or is not made of words.
pub(crate) fn words_of(text: &str) -> Option<Vec<&str>> {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase());
    if !plain || !(MIN_LETTERS..=MAX_LETTERS).contains(&text.len()) || is_word(text) {
        return None;
    }
    // The best way to each place: how many words, their squared lengths, and where the last one begins.
    let mut best: Vec<Option<(usize, usize, usize)>> = vec![None; text.len() + 1];
    best[0] = Some((0, 0, 0));
    for end in 2..=text.len() {
        for start in 0..end - 1 {
            let Some((count, squares, _)) = best[start].filter(|(count, ..)| *count < MAX_WORDS) else { continue };
            if !is_word(&text[start..end]) {
                continue;
            }
            let way = (count + 1, squares + (end - start).pow(2), start);
            if best[end].is_none_or(|(count, squares, _)| (way.0, squares) < (count, way.1)) {
                best[end] = Some(way);
            }
        }
    }
    let mut found = Vec::new();
    let mut end = text.len();
    while end > 0 {
        let (.., start) = best[end]?;
        found.push(&text[start..end]);
        end = start;
    }
    found.reverse();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_written_together_are_found() {
        for (text, wanted) in [
            ("driverlicense", "driver license"),
            ("tailnum", "tail num"),
            ("customerorderdate", "customer order date"),
            ("airtime", "air time"),
            ("userid", "user id"),
            ("warehousestocks", "warehouse stocks"),
        ] {
            assert_eq!(words_of(text).map(|words| words.join(" ")).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_word_stays_whole_and_what_has_no_words_is_left() {
        for text in ["percentage", "flights", "warehouse", "xqzvkj", "kundennummer", "", "id", "straße", "Driver", &"a".repeat(5_000)] {
            assert_eq!(words_of(text), None, "{text}");
        }
    }

    #[test]
    fn abbreviations_stand_for_one_word_each() {
        let mut short: Vec<&str> = ABBREVIATIONS.iter().map(|(short, _)| *short).collect();
        short.sort_unstable();
        assert!(short.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!((long_form("qty"), short_forms("number").collect::<Vec<_>>()), (Some("quantity"), vec!["no", "nr", "num"]));
    }
}
