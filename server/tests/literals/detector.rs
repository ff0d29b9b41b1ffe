//! Which literals of a file are texts for people.
//!
//! A literal is one if it has two words beside each other, or a word of three letters or more that begins with an upper-case letter. Where
//! only a text can stand, such as between two tags, any word of three letters is enough. Elsewhere a single lower-case word is taken for
//! the key of a value.

use std::collections::BTreeSet;

use crate::tokens::{Token, after_group, starts, tokens, without_tests};

/// Attributes that hold a text and nothing else.
const TEXTS: &[&str] =
    &["act", "alt", "aria-label", "data-label", "help", "label", "lead", "note", "save", "saved", "text", "title", "what"];
/// Attributes that hold no text, by what stands before the first hyphen or colon of their name.
const NO_TEXTS: &[&str] = &[
    "action",
    "aria",
    "autocomplete",
    "class",
    "content",
    "d",
    "data",
    "enctype",
    "fill",
    "for",
    "href",
    "icon",
    "id",
    "inputmode",
    "key",
    "kind",
    "method",
    "name",
    "on",
    "path",
    "points",
    "preserveAspectRatio",
    "prop",
    "rel",
    "role",
    "scope",
    "src",
    "stroke",
    "style",
    "target",
    "transform",
    "type",
    "value",
    "viewBox",
];
/// Elements whose text is code.
const CODE: &[&str] = &["code", "kbd", "pre"];
/// Macros whose texts are read in a log, or by whoever reads a failed test.
const MACROS: &[&str] =
    &["assert", "assert_eq", "assert_ne", "debug", "debug_assert", "error", "include_str", "info", "panic", "trace", "unreachable", "warn"];
/// Words that are the same in every language.
const NAMES: &[&str] = &["MiB", "Sluice", "UTC", "null"];
/// Stands for what `{…}` puts into a text.
const VALUE: char = '\0';

/// What the place of a literal says of it.
#[derive(PartialEq)]
enum Place {
    Text,
    Code,
    Unknown,
}

/// Each text for people that a file writes itself, with its line. `classes` are those of the stylesheets.
pub(super) fn texts(file: &str, classes: &BTreeSet<String>) -> Vec<(usize, String)> {
    let tokens = without_tests(&tokens(file));
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if let Some(behind) = after_code(&tokens, at) {
            at = behind;
            continue;
        }
        if let Some(literal) = tokens[at].as_str().strip_prefix('"') {
            let place = place(&tokens, at);
            if place != Place::Code && is_text(literal, place == Place::Text, classes) {
                found.push((tokens[at].line, literal.to_owned()));
            }
        }
        at += 1;
    }
    found
}

/// Behind an attribute of Rust, or a macro of the list, that begins here.
fn after_code(tokens: &[Token], at: usize) -> Option<usize> {
    let rest = &tokens[at..];
    if starts(rest, &["#", "["]) {
        return Some(after_group(tokens, at + 1));
    }
    let is_macro = MACROS.contains(&rest[0].as_str()) && ["(", "[", "{"].iter().any(|open| starts(&rest[1..], &["!", *open]));
    (is_macro || starts(rest, &["#", "!", "["])).then(|| after_group(tokens, at + 2))
}

fn place(tokens: &[Token], at: usize) -> Place {
    let before = |count: usize| at.checked_sub(count).map_or("", |place| tokens[place].as_str());
    let goes_on = tokens.get(at + 1).is_some_and(|next| ["<", "{"].contains(&next.as_str()));
    match (before(2), before(1)) {
        // What it is compared with.
        ("=" | "!", "=") | ("class", "(") => Place::Code,
        (_, "=") => attribute(tokens, at),
        // The arm of a match.
        ("=", ">") => Place::Unknown,
        (_, ">") if goes_on => {
            let tag = tokens[..at].iter().rposition(|token| token.as_str() == "<").map_or("", |open| tokens[open + 1].as_str());
            if CODE.contains(&tag) { Place::Code } else { Place::Text }
        }
        (_, "}") if goes_on => Place::Text,
        _ => Place::Unknown,
    }
}

/// The same, behind the `=` of an attribute, or of something else.
fn attribute(tokens: &[Token], at: usize) -> Place {
    let Some(mut begin) = at.checked_sub(2) else { return Place::Unknown };
    while begin >= 2 && ["-", ":"].contains(&tokens[begin - 1].as_str()) {
        begin -= 2;
    }
    let name: String = tokens[begin..at - 1].iter().map(Token::as_str).collect();
    let first = name.split(['-', ':']).next().unwrap_or_default();
    match begin.checked_sub(1).map_or("", |before| tokens[before].as_str()) {
        "let" | "mut" => Place::Unknown,
        "PageName" => Place::Text,
        _ if TEXTS.contains(&name.as_str()) => Place::Text,
        _ if NO_TEXTS.contains(&first) => Place::Code,
        _ => Place::Unknown,
    }
}

/// Whether people read it. It is `certain` where only a text can stand.
fn is_text(literal: &str, certain: bool, classes: &BTreeSet<String>) -> bool {
    let plain = plain(literal);
    let is_mark = |letter: char| ".,;:!?()\"'“”…".contains(letter);
    let words: Vec<&str> = plain.split_whitespace().map(|word| word.trim_matches(is_mark)).collect();
    if !certain && words.iter().all(|word| word.contains(VALUE) || classes.contains(*word)) {
        return false;
    }
    let are_words = |pair: &[&str]| {
        let (one, other) = (pair[0], pair[1]);
        let has_value = (is_word(one, 3) && other.contains(VALUE)) || (one.contains(VALUE) && is_word(other, 3));
        has_value || (is_word(one, 2) && is_word(other, 2))
    };
    words.iter().any(|word| is_word(word, 3) && (certain || word.starts_with(char::is_uppercase))) || words.windows(2).any(are_words)
}

/// Whether it is made of as many letters or more, and is no name that stays as it is.
fn is_word(word: &str, least: usize) -> bool {
    let is_plain = word.starts_with(char::is_alphabetic) && word.chars().all(|letter| letter.is_alphabetic() || "'’-".contains(letter));
    is_plain && word.chars().count() >= least && !NAMES.contains(&word)
}

/// A literal without its escapes, with [`VALUE`] for each value that is put into it.
fn plain(literal: &str) -> String {
    let mut plain = String::new();
    let mut letters = literal.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                if letters.next() == Some('u') {
                    letters.find(|letter| *letter == '}');
                }
                plain.push(' ');
            }
            '{' if letters.next_if_eq(&'{').is_some() => {}
            '{' => {
                letters.find(|letter| *letter == '}');
                plain.push(VALUE);
            }
            letter => plain.push(letter),
        }
    }
    plain
}
