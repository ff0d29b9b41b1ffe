//! Words that the texts for people no longer use: each has a term of the field in its place, or says what it is about. A text with one of
//! them fails here.

use crate::tokens::{Token, tokens, without_tests};
use crate::{project, sources};

/// The old words, and what is said instead.
const OLD: &[(&[&str], &str)] = &[
    (&["kept answers", "forget them"], "response cache, purge"),
    (&["made anew", "anew", "begun", "gone on from"], "build, start, resume"),
    (&["follower", "between two builds", "begins before"], "incremental sync, lookback window"),
    (&["put aside", "cannot be taken", "dirty"], "rejected rows"),
    (&["data version"], "dataset version"),
    (&["without a word", "how it is compared", "held against"], "delete detection, reconciliation"),
    (&["bears"], "load limits"),
    (&["what becomes of"], "column mapping"),
    (&["does not get", "open it to", "let in", "close to it"], "grant access, revoke access"),
    (&["signed tokens", "trust an issuer"], "JWT issuer"),
    (&["how much it matters"], "priority"),
    (&["asked instead", "stood in for"], "fallback"),
    (&["go back to"], "roll back to"),
    (&["let it go live"], "promote to live"),
    (&["calls/s", "after a rest", "since it was started"], "requests/s, burst, since restart"),
    (&["wants a hand", "somebody asks", "somebody else decides", "pick somebody"], "a sentence that names who does what"),
    (&["as many must", "makes up for"], "a sentence that names the number"),
    (&["throw it away", "throw away", "shut out"], "discard, deactivate"),
    (&["give up after", "gave no connection"], "time out"),
    (&["may ask for", "fills the console"], "allow field selection, used in Try it"),
    (&["does not open anything"], "invalid or expired"),
    (&["kv", "question by form", "question in SQL", "several APIs as one"], "key lookup, query builder, SQL query, Union"),
    (&["name in the answer"], "response field name"),
    (&["count of different", "without its sign", "rising"], "count distinct, absolute value, ascending"),
    (&["not whole", "only these", "if you like"], "incomplete, allowed values, optional"),
    (&["either-or", "each row once", "in pages"], "OR group, distinct rows, pagination"),
    (&["bounds of one", "rows come from", "where it fails"], "request limits, serve from, on failure"),
    (&["not what they seem", "may be written into"], "type overrides, allow dataset output"),
    (&["it is a rule", "break it", "seen what it costs"], "check failed, accept full-table read"),
    (&["rows without one", "should not part"], "a sentence that names the rows or fields"),
    (&["parsed, prepared"], "checked: ran once on test values"),
];

/// Where texts for people are written, below the root of the project. Texts of one word are keys, but for those of the portal.
const PLACES: &[(&str, bool)] = &[
    ("app/src/words", true),
    ("server/model/src", false),
    ("server/control/src", false),
    ("server/sync/src", false),
    ("server/gateway/src", false),
];

/// The words of a text in lower case, with one space before, between and behind them.
fn spaced(text: &str) -> String {
    let is_of_word = |letter: char| letter.is_alphanumeric() || "_-/'".contains(letter);
    let words: String = text.chars().map(|letter| if is_of_word(letter) { letter } else { ' ' }).collect();
    format!(" {} ", words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The old words of a file, each with its line and what is said instead.
fn found(file: &str, single: bool) -> Vec<(usize, &'static str, &'static str)> {
    let all: Vec<Token> = without_tests(&tokens(file));
    let mut found = Vec::new();
    for token in all {
        let Some(text) = token.as_str().strip_prefix('"').filter(|text| single || text.contains(' ')) else { continue };
        let text = spaced(&text.replace("\\\n", " "));
        for (old, instead) in OLD {
            found.extend(old.iter().filter(|old| text.contains(&spaced(old))).map(|old| (token.line, *old, *instead)));
        }
    }
    found
}

#[test]
fn texts_for_people_use_the_terms_of_the_glossary() {
    let root = project();
    let mut wrong = Vec::new();
    for (place, single) in PLACES {
        let mut files = Vec::new();
        sources(&root.join(place), &mut files);
        assert!(files.len() > 20, "{place} was not found");
        for file in files {
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            let old = found(&std::fs::read_to_string(&file).unwrap(), *single);
            wrong.extend(old.into_iter().map(|(line, old, instead)| format!("{name}:{line}: \"{old}\" (say: {instead})")));
        }
    }
    assert!(wrong.is_empty(), "{} texts use old words:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_old_word_is_found_in_a_text_and_nowhere_else() {
    let lines = |file: &str| found(file, false).into_iter().map(|(line, old, _)| (line, old)).collect::<Vec<_>>();
    assert_eq!(lines("fn f() -> &'static str {\n    \"Begun at\"\n}"), [(2, "begun")]);
    assert_eq!(lines("fn f() { say(\"Rows that are put \\\n  aside.\") }"), [(1, "put aside")]);
    for none in ["// Begun at\nfn f() {}", "const KEY: &str = \"dirty\";", "fn f() { say(\"A form of it bearskin\") }"] {
        assert!(lines(none).is_empty(), "{none}");
    }
    assert_eq!(found("const KIND: &str = \"kv\";", true).len(), 1);
}
