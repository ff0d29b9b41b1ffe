//! Where words end: texts into identifiers, and identifiers into their parts.

use std::ops::Range;

use crate::fold::{is_han, is_unseen};

/// The longest identifier that is looked at, in bytes; what is behind it is left out.
const MAX_IDENTIFIER: usize = 128;

/// The identifiers of a text, by their place: letters and digits of any script, joined by `_` and `-`. A run of Chinese is one of its own.
pub(crate) fn identifiers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|(_, character)| character.is_alphanumeric())?;
        let han = is_han(first);
        let mut end = start + first.len_utf8();
        while let Some((at, character)) = rest.peek().copied() {
            let joins = matches!(character, '_' | '-') && !han;
            if !(joins || is_unseen(character) || character.is_alphanumeric() && is_han(character) == han) {
                break;
            }
            rest.next();
            if character.is_alphanumeric() {
                end = at + character.len_utf8();
            }
        }
        Some(start..end)
    })
}

/// The parts of an identifier: at `_` and `-`, where a capital begins a word, and between letters and digits.
pub(crate) fn parts(identifier: &str) -> Vec<&str> {
    let shown = cut(identifier, MAX_IDENTIFIER);
    let letters: Vec<(usize, char)> = shown.char_indices().filter(|(_, character)| !is_unseen(*character)).collect();
    let mut found = Vec::new();
    let mut start = None;
    for (index, (at, character)) in letters.iter().copied().enumerate() {
        if !character.is_alphanumeric() {
            found.extend(start.take().map(|start: usize| &shown[start..at]));
            continue;
        }
        let Some(began) = start else {
            start = Some(at);
            continue;
        };
        let next = letters.get(index + 1).map(|(_, next)| *next);
        if index > 0 && is_border(letters[index - 1].1, character, next) {
            found.push(&shown[began..at]);
            start = Some(at);
        }
    }
    found.extend(start.map(|start| &shown[start..]));
    found
}

/// Whether a word begins with a character: `salesRegion`, `HTTPServer`, `address2`, `2nd`.
fn is_border(before: char, character: char, next: Option<char>) -> bool {
    let rises = before.is_lowercase() && character.is_uppercase();
    let ends_capitals = before.is_uppercase() && character.is_uppercase() && next.is_some_and(char::is_lowercase);
    rises || ends_capitals || before.is_numeric() != character.is_numeric()
}

/// At most so many bytes of a text, and no half character.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<Vec<&str>> {
        identifiers(text).map(|place| parts(&text[place])).collect()
    }

    #[test]
    fn names_end_where_people_see_it() {
        let cases: &[(&str, &[&[&str]])] = &[
            ("SalesRegion", &[&["Sales", "Region"]]),
            ("sales_region", &[&["sales", "region"]]),
            ("sales-region", &[&["sales", "region"]]),
            ("flights-db/public.flights", &[&["flights", "db"], &["public"], &["flights"]]),
            ("HTTPServerURL", &[&["HTTP", "Server", "URL"]]),
            ("address2Line", &[&["address", "2", "Line"]]),
            ("__dirty__", &[&["dirty"]]),
            ("what's new?", &[&["what"], &["s"], &["new"]]),
            ("航班_delay 表", &[&["航班"], &["delay"], &["表"]]),
            ("sales\u{200b}region", &[&["sales\u{200b}region"]]),
            ("- _ ,", &[]),
            ("", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(split(text), *wanted, "{text:?}");
        }
    }

    #[test]
    fn a_long_identifier_is_cut_between_characters() {
        let long = "ä".repeat(1_000);
        assert_eq!(parts(&long), vec![&long[..MAX_IDENTIFIER]]);
    }
}
