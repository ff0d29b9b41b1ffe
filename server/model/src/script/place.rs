//! Where in a script an error is. Checks read the statement that a script renders to, in which parameters are placeholders
//! and brackets are gone: a place there is found again in the text that somebody wrote.

/// A line and a column, each from 1; columns count characters.
pub type Place = (usize, usize);

/// The place in `text` of what stands at a place of `rendered`; nothing where that is not certain.
#[must_use]
pub fn in_script(rendered: &str, place: Place, text: &str) -> Option<Place> {
    let offset = offset_of(rendered, place)?;
    if text.get(..offset) == rendered.get(..offset) {
        return Some(place);
    }
    let word = word_at(rendered, offset);
    let (there, here): (Vec<usize>, Vec<usize>) = (occurrences(rendered, word).collect(), occurrences(text, word).collect());
    // As many of the word in both: then each is the same one.
    let nth = there.iter().position(|at| *at == offset).filter(|_| there.len() == here.len())?;
    Some(place_of_offset(text, here[nth]))
}

/// The place that an error's sentence tells: `Line 2, column 8: …`, or `… at line 2, column 8 (carier)`.
#[must_use]
pub fn told(message: &str) -> Option<Place> {
    message.match_indices("ine ").filter(|(at, _)| message[..*at].ends_with(['l', 'L'])).find_map(|(at, found)| {
        let (line, rest) = message[at + found.len()..].split_once(", column ")?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        Some((line.parse().ok()?, rest[..end].parse().ok()?))
    })
}

/// A source's sentence, whose place is one of what was sent, with the place in the script; without one where that is not certain.
#[must_use]
pub fn moved(message: &str, rendered: &str, text: &str) -> String {
    let Some((line, column)) = told(message) else { return message.to_owned() };
    let said = format!("line {line}, column {column}");
    match in_script(rendered, (line, column), text) {
        Some((line, column)) => message.replacen(&said, &format!("line {line}, column {column}"), 1),
        None => message.replacen(&format!(" at {said}"), "", 1),
    }
}

/// A sentence with its place before it.
#[must_use]
pub fn tell(place: Option<Place>, message: &str) -> String {
    place.map_or_else(|| message.to_owned(), |(line, column)| format!("Line {line}, column {column}: {message}"))
}

/// What an editor selects for a place: the word that stands there, or one character, from and to in units of UTF-16.
#[must_use]
pub fn selection(text: &str, place: Place) -> Option<(u32, u32)> {
    let offset = offset_of(text, place)?;
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).ok();
    let from = units(&text[..offset])?;
    Some((from, from + units(word_at(text, offset))?))
}

fn offset_of(text: &str, (line, column): Place) -> Option<usize> {
    let mut begin = 0;
    for _ in 1..line {
        begin += text.get(begin..)?.find('\n')? + 1;
    }
    let rest = text.get(begin..)?;
    let of_line = rest.split('\n').next().unwrap_or_default();
    let within = of_line.char_indices().map(|(at, _)| at).chain([of_line.len()]).nth(column.checked_sub(1)?)?;
    Some(begin + within)
}

fn place_of_offset(text: &str, offset: usize) -> Place {
    let before = &text[..offset];
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[begin..].chars().count() + 1)
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The word that begins at an offset, or the one character that stands there.
fn word_at(text: &str, offset: usize) -> &str {
    let rest = &text[offset..];
    let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
    let end = if end > 0 { end } else { rest.chars().next().map_or(0, char::len_utf8) };
    &rest[..end]
}

/// Where a word stands, and is no part of a longer one.
fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = word.starts_with(is_of_word);
    let found = text.match_indices(word).filter(|(_, found)| !found.is_empty());
    found.map(|(at, _)| at).filter(move |at| {
        let (before, behind) = (text[..*at].chars().next_back(), text[at + word.len()..].chars().next());
        !is_word || !(before.is_some_and(is_of_word) || behind.is_some_and(is_of_word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_behind_parameters_is_found_again_in_the_script() {
        let text = "SELECT a FROM t\nWHERE b = :carrier [[ AND c = :day ]] AND wrong(x)";
        let rendered = "SELECT a FROM t\nWHERE b = $1  AND c = $2  AND wrong(x)";
        let column = |line: &str| line.find("wrong").map(|at| at + 1);
        let there = (2, column(rendered.lines().nth(1).unwrap()).unwrap());
        assert_eq!(in_script(rendered, there, text), Some((2, column(text.lines().nth(1).unwrap()).unwrap())));
        // What stands before any parameter is where it was; what is not in both as often is not certain.
        assert_eq!(in_script(rendered, (1, 15), text), Some((1, 15)));
        let without = "SELECT a FROM t\nWHERE b = $1  AND c(x)";
        assert_eq!(in_script(without, (2, 19), "SELECT a FROM t\nWHERE b = :b [[ AND c = 1 ]] AND c(x)"), None);
        assert_eq!(in_script(rendered, (9, 1), text), None);
    }

    #[test]
    fn an_editor_selects_the_word_by_its_own_units() {
        let text = "-- 𝄞 é\nSELECT flight FROM x";
        let (from, to) = selection(text, (2, 8)).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(String::from_utf16(&units[from as usize..to as usize]).unwrap(), "flight");
        assert_eq!(in_script("$1 flights flight", (1, 12), ":a flights flight"), Some((1, 12)));
        assert_eq!(selection("a(", (1, 2)), Some((1, 2)));
        assert_eq!(selection("a", (1, 2)), Some((1, 1)));
    }

    #[test]
    fn a_sentence_tells_its_place() {
        assert_eq!(told(&tell(Some((2, 8)), "No.")), Some((2, 8)));
        assert_eq!([told("line 3, column 1: no"), told("Line x, column 1: no"), told("No.")], [Some((3, 1)), None, None]);
        assert_eq!(tell(None, "No."), "No.");
        let said = "There is no such column at line 1, column 23 (carier). It may be gone.";
        assert_eq!(told(said), Some((1, 23)));
        assert_eq!(moved(said, "SELECT 1 WHERE $1 AND carier", "SELECT 1 WHERE :carrier AND carier"), said.replace("23", "29"));
        assert_eq!(
            moved(said, "SELECT 1 WHERE $1 AND carier", "SELECT carier WHERE :carrier AND carier"),
            said.replace(" at line 1, column 23", "")
        );
    }
}
