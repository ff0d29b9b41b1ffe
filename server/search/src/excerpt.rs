//! What of a document shows why it was found: a piece of its description, and columns.

use std::ops::Range;

use model::asset_document::{AssetDocument, DocumentColumn};
use model::view::Excerpt;

use crate::dictionary::{long_form, short_forms, words_of};
use crate::fold::{folded, is_han};
use crate::spelling::nearest;
use crate::split::{cut, identifiers, parts};
use crate::tokens::{joined, stem};
use crate::words::{Part, Word};

/// The length of a piece, in bytes, and what of it stands before the first word that was searched for.
const LENGTH: usize = 240;
const BEFORE: usize = 60;
/// The most columns that are shown.
const MAX_COLUMNS: usize = 12;
/// The shortest word that is looked for within longer ones.
const MIN_INNER: usize = 3;

/// A word that was searched for, in its forms.
struct Form {
    text: String,
    stem: String,
    /// Its abbreviations, and what it abbreviates: never within a longer word.
    abbreviations: Vec<&'static str>,
}

impl Form {
    fn new(text: String) -> Self {
        let abbreviations = long_form(&text).into_iter().chain(short_forms(&text)).collect();
        Self { stem: stem(&text).into_owned(), abbreviations, text }
    }

    fn is_han(&self) -> bool {
        self.text.starts_with(is_han)
    }

    /// Whether an identifier is the word, or has it as a part.
    fn is_in(&self, identifier: &str) -> bool {
        let is = |text: &str| text == self.text || stem(text) == self.stem || self.abbreviations.contains(&text);
        let has = |part: String| is(&part) || words_of(&part).is_some_and(|words| words.into_iter().any(is));
        is(&joined(identifier)) || parts(identifier).into_iter().map(folded).any(has)
    }

    /// Whether a name has the word somewhere, also within a longer one.
    fn is_within(&self, name: &str, joined: &str) -> bool {
        let within = |text: &str| text.chars().count() >= MIN_INNER && joined.contains(text);
        if self.is_han() { name.contains(&self.text) } else { within(&self.text) || within(&self.stem) || self.is_in(name) }
    }
}

/// The words that were searched for.
pub(crate) struct Forms {
    parts: Vec<Form>,
    /// Words of several parts, as a whole.
    whole: Vec<Form>,
}

impl Forms {
    /// Of words with errors, the forms are those of the best result.
    pub(crate) fn new(words: &[Word], best: Option<&AssetDocument>) -> Self {
        let meant = |part: &Part| Form::new(best.map_or_else(|| part.text.clone(), |best| nearest(part, best)));
        let several = words.iter().filter(|word| word.parts.len() > 1);
        Self {
            parts: words.iter().flat_map(|word| &word.parts).map(meant).collect(),
            whole: several.map(|word| Form::new(word.joined.clone())).collect(),
        }
    }

    /// Whether an identifier is one of the words, or has one as a part.
    fn are_in(&self, identifier: &str) -> bool {
        self.parts.iter().chain(&self.whole).any(|form| form.is_in(identifier))
    }

    /// How many of the words a name has.
    fn count_in(&self, name: &str) -> usize {
        let joined = joined(name);
        self.parts.iter().filter(|form| form.is_within(name, &joined)).count()
    }

    fn han(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|form| form.is_han()).map(|form| form.text.as_str())
    }
}

/// The columns whose names have the words, in their order: of all that have any, those with the most.
pub(crate) fn columns_with(columns: &[DocumentColumn], forms: &Forms) -> Vec<String> {
    let counted: Vec<(usize, &String)> = columns.iter().map(|column| (forms.count_in(&column.name), &column.name)).collect();
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or_default();
    let best = counted.into_iter().filter(|(count, _)| *count == most && most > 0).map(|(_, name)| name);
    best.take(MAX_COLUMNS).cloned().collect()
}

/// The piece of a text around the first word that was searched for; its beginning where it has none.
pub(crate) fn excerpt(text: &str, forms: &Forms) -> Vec<Excerpt> {
    let places = marks(text, forms);
    let first = places.first().map_or(0, |place| place.start);
    let start = if first <= BEFORE { 0 } else { word_start(text, first - BEFORE) };
    let end = start + cut(&text[start..], LENGTH).len();
    let mut pieces = Vec::new();
    let mut put = |text: &str, marked: bool| {
        if !text.is_empty() {
            pieces.push(Excerpt { text: text.to_owned(), marked });
        }
    };
    put(if start > 0 { "… " } else { "" }, false);
    let mut at = start;
    for place in places.into_iter().filter(|place| place.start >= start && place.end <= end) {
        put(&text[at..place.start], false);
        put(&text[place.clone()], true);
        at = place.end;
    }
    put(&text[at..end], false);
    put(if end < text.len() { " …" } else { "" }, false);
    pieces
}

/// The places of words that were searched for, from first to last.
fn marks(text: &str, forms: &Forms) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for place in identifiers(text) {
        if !text[place.clone()].starts_with(is_han) {
            found.extend(forms.are_in(&text[place.clone()]).then_some(place));
            continue;
        }
        let mut at = place.start;
        while let Some(mark) = first_of(forms, &text[at..place.end]) {
            found.push(at + mark.start..at + mark.end);
            at += mark.end;
        }
    }
    found
}

fn first_of(forms: &Forms, text: &str) -> Option<Range<usize>> {
    forms.han().filter_map(|word| text.find(word).map(|at| at..at + word.len())).min_by_key(|place| place.start)
}

/// The beginning of the word around a place.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[..at].rfind(char::is_whitespace).map_or(at, |space| space + text[space..].chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words_of as words;

    fn marked(text: &str, query: &str) -> String {
        let forms = Forms::new(&words(query), None);
        excerpt(text, &forms).into_iter().map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text }).collect()
    }

    #[test]
    fn the_words_that_were_searched_for_are_marked() {
        for (text, query, wanted) in [
            ("One aircraft by its tail number.", "tail numbers", "One aircraft by its [tail] [number]."),
            ("Feeds sales_region daily", "SalesRegion", "Feeds [sales_region] daily"),
            ("每天的航班延误。", "航班", "每天的[航班]延误。"),
            ("<b>flights</b>", "flight", "<b>[flights]</b>"),
            ("", "flight", ""),
        ] {
            assert_eq!(marked(text, query), wanted);
        }
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_word() {
        let text = format!("{} needle {}", "straw ".repeat(100), "ä".repeat(400));
        let cut = marked(&text, "needle");
        assert!(cut.starts_with("… straw ") && cut.contains("[needle]") && cut.ends_with(" …"), "{cut}");
        assert!(cut.len() < LENGTH + 20);
    }

    #[test]
    fn columns_are_found_by_a_part_an_abbreviation_and_within_a_word() {
        let column = |name: &str| DocumentColumn { name: name.into(), description: String::new() };
        let columns = ["tailnum", "seat_count", "kundennummer", "航班号", "seat_row"].map(column);
        let with = |query: &str| columns_with(&columns, &Forms::new(&words(query), None)).join(",");
        for (query, wanted) in [
            ("number", "tailnum"),
            ("seats", "seat_count,seat_row"),
            ("seat rows", "seat_row"),
            ("nummer", "kundennummer"),
            ("航班", "航班号"),
            ("x", ""),
        ] {
            assert_eq!(with(query), wanted, "{query}");
        }
    }
}
