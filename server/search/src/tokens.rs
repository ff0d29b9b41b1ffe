//! What of a text is in the index: its words and their stems, the parts of names, and names as a whole.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

use crate::fold::{folded, is_han};
use crate::split::{cut, identifiers, parts};
use crate::{chinese, dictionary};

/// The most of a description that is searched, in bytes.
const MAX_TEXT: usize = 20_000;
/// The longest name, in bytes.
const MAX_NAME: usize = 1_000;
/// The longest token, in bytes.
const MAX_TOKEN: usize = 64;
/// A name that is not made of words is found by any end of it that has as many letters.
const MIN_END: usize = 4;
/// Shorter names have no such ends.
const MIN_UNKNOWN: usize = 7;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

/// The English stem of a word in lower case. Other words have none.
pub(crate) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    STEMMER.stem(word)
}

/// The tokens of a field of one document.
#[derive(Debug, Default)]
pub(crate) struct Tokens(HashSet<String>);

impl Tokens {
    pub(crate) fn put(&mut self, token: &str) {
        if !token.is_empty() && !self.0.contains(cut(token, MAX_TOKEN)) {
            self.0.insert(cut(token, MAX_TOKEN).to_owned());
        }
    }

    /// A whole id, however long it is.
    pub(crate) fn put_whole(&mut self, id: &str) {
        self.0.insert(id.to_owned());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The words of a text that somebody has written.
    pub(crate) fn put_text(&mut self, text: &str) {
        let text = cut(text, MAX_TEXT);
        for place in identifiers(text) {
            self.put_parts(&text[place], &mut None);
        }
    }

    /// The parts of a name, and the name as a whole. What cannot be taken apart goes into `ends`.
    pub(crate) fn put_name(&mut self, name: &str, ends: &mut Tokens) {
        let name = cut(name, MAX_NAME);
        let mut ends = Some(ends);
        for place in identifiers(name) {
            self.put_parts(&name[place], &mut ends);
        }
    }

    /// With `ends` also words that are written together.
    fn put_parts(&mut self, identifier: &str, ends: &mut Option<&mut Tokens>) {
        let parts = parts(identifier);
        if parts.len() > 1 {
            self.put(&joined(identifier));
        }
        for part in parts {
            let word = folded(part);
            if word.starts_with(is_han) {
                chinese::words_of(&word, true).iter().for_each(|word| self.put(word));
                continue;
            }
            self.put_word(&word);
            let Some(ends) = ends else { continue };
            match dictionary::words_of(&word) {
                Some(words) => words.into_iter().for_each(|word| self.put_word(word)),
                None => ends.put_ends(&word),
            }
        }
    }

    fn put_word(&mut self, word: &str) {
        self.put(word);
        self.put(&stem(word));
        if let Some(long) = dictionary::long_form(word) {
            self.put(long);
            self.put(&stem(long));
        }
    }

    /// The ends of a word that is in no dictionary: `kundennummer` is found by `nummer`.
    fn put_ends(&mut self, word: &str) {
        if word.len() > MAX_TOKEN || word.chars().count() < MIN_UNKNOWN || dictionary::is_word(word) {
            return;
        }
        let starts = word.char_indices().map(|(at, _)| at).skip(1);
        starts.map(|at| &word[at..]).filter(|end| end.chars().count() >= MIN_END).for_each(|end| self.put(end));
    }
}

/// A name as it is compared as a whole: `SalesRegion` and `sales_region` are one.
pub(crate) fn joined(name: &str) -> String {
    let mut out = folded(cut(name, MAX_NAME));
    out.retain(char::is_alphanumeric);
    out.truncate(out.floor_char_boundary(MAX_TOKEN));
    out
}

/// A whole id, such as `table:flights-db/public.flights`, as it is compared.
pub(crate) fn whole(id: &str) -> String {
    let mut out = folded(cut(id.trim(), MAX_NAME));
    out.truncate(out.floor_char_boundary(MAX_NAME));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut tokens, mut ends) = (Tokens::default(), Tokens::default());
        tokens.put_name(text, &mut ends);
        let sorted = |tokens: Tokens| {
            let mut all: Vec<String> = tokens.0.into_iter().collect();
            all.sort_unstable();
            all
        };
        (sorted(tokens), sorted(ends))
    }

    #[test]
    fn a_name_is_found_by_its_parts_and_as_a_whole() {
        for text in ["SalesRegions", "sales_regions", "sales-regions"] {
            assert_eq!(name(text).0, ["region", "regions", "sale", "sales", "salesregions"], "{text}");
        }
        assert_eq!(
            name("driverlicense"),
            (vec!["driver", "driverlicens", "driverlicense", "licens", "license"].into_iter().map(str::to_owned).collect(), vec![])
        );
        assert!(name("tailnum").0.contains(&"number".to_owned()));
        assert!(name("航班表").0.contains(&"航班".to_owned()));
    }

    #[test]
    fn what_is_in_no_dictionary_is_found_by_its_ends() {
        let (tokens, ends) = name("kundennummer");
        assert!(tokens.contains(&"kundennummer".to_owned()));
        assert!(ends.contains(&"nummer".to_owned()) && ends.iter().all(|end| end.len() >= MIN_END));
        assert!(name("percentage").1.is_empty() && name("xyz").1.is_empty());
    }

    #[test]
    fn a_text_of_any_length_has_bounded_tokens() {
        let mut tokens = Tokens::default();
        tokens.put_text(&"ä_".repeat(100_000));
        tokens.put_text(&"x".repeat(100_000));
        assert!(tokens.iter().all(|token| token.len() <= MAX_TOKEN));
    }
}
