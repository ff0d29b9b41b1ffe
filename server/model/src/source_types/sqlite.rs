//! Types by the names that columns of SQLite are declared with. A name says what SQLite would like values to be (its affinity), and any
//! name may stand there: the usual ones are known, and others are told by the words in them, nearly as SQLite itself tells them.

use super::SQLITE;

/// What names are called in the table that are told by what is in them.
pub(super) const INTEGERS: &str = "another name with a word such as INT, BIGINT or LONG";
pub(super) const FLOATS: &str = "another name with REAL, FLOA or DOUB in it";
pub(super) const BLOBS: &str = "another name with BLOB in it";

/// Under which name the table has a declared type.
pub(super) fn name(lower: &str) -> &str {
    let base = lower.split('(').next().unwrap_or_default().trim();
    if is_known(base) {
        return base;
    }
    let mut words = base.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let has = |parts: &[&str]| parts.iter().any(|part| base.contains(part));
    // A part of a word is not enough, though it is for SQLite: a POINT and an INTERVAL hold texts.
    if words.clone().any(is_integer) {
        INTEGERS
    } else if has(&["char", "clob", "text"]) {
        base
    } else if has(&["blob"]) {
        BLOBS
    } else if has(&["real", "floa", "doub"]) {
        FLOATS
    } else if base.contains("long") && words.all(|word| matches!(word, "long" | "unsigned" | "signed")) {
        INTEGERS
    } else {
        base
    }
}

/// Whether a name is told by itself.
pub(super) fn is_known(base: &str) -> bool {
    SQLITE.iter().any(|known| known.names.contains(&base))
}

fn is_integer(word: &str) -> bool {
    let unsigned = word.strip_prefix('u').unwrap_or(word);
    let sized = unsigned.strip_prefix("int").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    sized || matches!(unsigned, "integer" | "tinyint" | "smallint" | "mediumint" | "bigint")
}
