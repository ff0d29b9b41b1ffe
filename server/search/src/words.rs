//! The words of a query.

use model::view::MAX_QUERY;

use crate::chinese;
use crate::fold::{folded, is_han};
use crate::split::{identifiers, parts};
use crate::tokens::{joined, whole};

/// The most words of a query, and the most parts of one word; the rest is not read.
const MAX_WORDS: usize = 12;
const MAX_PARTS: usize = 8;

/// Words of questions that say nothing about data.
const STOP_WORDS: &[&str] = &[
    "a", "all", "an", "and", "any", "are", "as", "at", "by", "can", "do", "does", "each", "every", "find", "for", "from", "give", "has",
    "have", "how", "i", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "s", "show", "that", "the", "their", "there",
    "they", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who", "whose", "why", "with", "的", "了", "在", "是",
    "和", "与", "及", "请", "有", "哪里", "哪些", "什么", "怎么", "找",
];

/// A word of a query: what stands between two spaces.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// As an id.
    pub(crate) whole: String,
    /// As a name.
    pub(crate) joined: String,
    pub(crate) parts: Vec<Part>,
}

/// A part of a word, in lower case.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// The errors of typing with which it is read: none, 1 or 2.
    pub(crate) errors: u8,
}

impl Part {
    /// The most errors of typing that are thought of in a word of its length.
    pub(crate) fn most_errors(&self) -> u8 {
        match self.text.chars().count() {
            _ if self.text.starts_with(is_han) => 0,
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        }
    }
}

/// The words of a text. Words that say nothing are left out, unless there are no others.
pub(crate) fn words_of(text: &str) -> Vec<Word> {
    let text: String = text.chars().take(MAX_QUERY).collect();
    let text = text.replace("'s ", " ").replace("\u{2019}s ", " ");
    let words: Vec<Word> = text.split_whitespace().filter_map(word_of).take(MAX_WORDS).collect();
    let telling: Vec<Word> = words.iter().filter_map(telling).collect();
    if telling.is_empty() { words } else { telling }
}

fn word_of(text: &str) -> Option<Word> {
    let mut found = Vec::new();
    for place in identifiers(text) {
        for part in parts(&text[place]) {
            let part = folded(part);
            let words = if part.starts_with(is_han) { chinese::words_of(&part, false) } else { vec![part] };
            found.extend(words.into_iter().filter(|word| !word.is_empty()).map(|text| Part { text, errors: 0 }));
        }
    }
    found.truncate(MAX_PARTS);
    (!found.is_empty()).then(|| Word { whole: whole(text), joined: joined(text), parts: found })
}

/// The word without parts that say nothing, of which Chinese may have some.
fn telling(word: &Word) -> Option<Word> {
    let says_nothing = |part: &Part| STOP_WORDS.contains(&part.text.as_str());
    match word.parts.as_slice() {
        [part] if says_nothing(part) => None,
        parts if parts.iter().any(|part| part.text.starts_with(is_han)) => {
            let parts: Vec<Part> = parts.iter().filter(|part| !says_nothing(part)).cloned().collect();
            (!parts.is_empty()).then(|| Word { parts, ..word.clone() })
        }
        _ => Some(word.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let parts = |word: &Word| word.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("+");
        words_of(text).iter().map(parts).collect()
    }

    #[test]
    fn a_query_is_read_as_its_words() {
        for (text, wanted) in [
            ("SalesRegion  status", "sales+region status"),
            ("flights-db/public.flights", "flights+db+public+flights"),
            ("Where are the flights of the customer's planes?", "flights customer planes"),
            ("the of", "the of"),
            ("航班的延误", "航班+延误"),
            ("\u{202e}pay\u{200b}roll", "payroll"),
            ("--- ((( ''' \\ \0", ""),
        ] {
            assert_eq!(read(text).join(" "), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_query_of_any_length_has_bounded_words() {
        assert_eq!(read(&"word ".repeat(10_000)).len(), MAX_WORDS);
        assert_eq!(words_of(&"a1".repeat(10_000))[0].parts.len(), MAX_PARTS);
    }

    #[test]
    fn longer_words_may_have_more_errors() {
        let most = |text: &str| Part { text: text.into(), errors: 0 }.most_errors();
        assert_eq!([most("api"), most("plane"), most("passenger"), most("北京大学航班")], [0, 1, 2, 0]);
    }
}
