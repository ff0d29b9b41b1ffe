//! The lists of words that rules look into. They are files, part of what is frozen.

use std::collections::HashSet;
use std::sync::LazyLock;

const GIVEN_NAMES: &str = include_str!("../words/given_names.txt");
const SURNAMES: &str = include_str!("../words/surnames.txt");
const CHINESE_SURNAMES: &str = include_str!("../words/chinese_surnames.txt");
const CHINESE_GIVEN: &str = include_str!("../words/chinese_given.txt");
const STREET_WORDS: &str = include_str!("../words/street_words.txt");
const CURRENCIES: &str = include_str!("../words/currencies.txt");

/// Given names of English and German, folded.
pub(crate) static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| words(GIVEN_NAMES).collect());
/// Surnames of English and German, folded.
pub(crate) static FAMILY: LazyLock<HashSet<&str>> = LazyLock::new(|| words(SURNAMES).collect());
/// What a street is called: the last word of its name, folded.
pub(crate) static STREETS: LazyLock<HashSet<&str>> = LazyLock::new(|| words(STREET_WORDS).collect());
/// The codes of currencies.
pub(crate) static CODES: LazyLock<HashSet<&str>> = LazyLock::new(|| words(CURRENCIES).collect());
/// Chinese surnames of one character.
pub(crate) static CHINESE_FAMILY: LazyLock<HashSet<char>> =
    LazyLock::new(|| words(CHINESE_SURNAMES).filter(|word| word.chars().count() > 2).flat_map(str::chars).collect());
/// Chinese surnames of two characters.
pub(crate) static CHINESE_DOUBLE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(CHINESE_SURNAMES).filter(|word| word.chars().count() == 2).collect());
/// Characters of Chinese given names.
pub(crate) static CHINESE_GIVENS: LazyLock<HashSet<char>> = LazyLock::new(|| words(CHINESE_GIVEN).flat_map(str::chars).collect());

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

/// All lists, in a fixed order, for the hash of what is frozen.
pub(crate) fn all() -> String {
    [GIVEN_NAMES, SURNAMES, CHINESE_SURNAMES, CHINESE_GIVEN, STREET_WORDS, CURRENCIES].concat()
}

/// A word as the lists write it: small, without accents, umlauts as two letters.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'æ' => folded.push_str("ae"),
            'ö' | 'ø' | 'œ' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            _ => folded.push(letter),
        }
    }
    folded
}
