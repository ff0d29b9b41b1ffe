//! What a value looks like, without the value: evidence that may be shown to anybody who may see the column.

use std::collections::HashMap;

use crate::finding::Shape;

/// How many characters of a shape are kept.
const LONGEST: usize = 40;
/// How many shapes are told.
const TOLD: usize = 3;

/// The shape of one value: digits and characters one by one, letters as one for each run, and signs as they are.
pub(crate) fn of(value: &str) -> String {
    let mut shape = String::new();
    for (at, sign) in value.chars().map(class).scan('\0', followed).flatten().enumerate() {
        if at == LONGEST {
            shape.push('…');
            break;
        }
        shape.push(sign);
    }
    shape
}

/// What stands for a character.
fn class(character: char) -> char {
    match character {
        _ if character.is_numeric() => '9',
        _ if character.is_uppercase() => 'A',
        _ if character.is_alphabetic() && is_character(character) => '字',
        _ if character.is_alphabetic() => 'a',
        '\n' | '\t' | '\r' => ' ',
        _ if character.is_ascii() => character,
        _ => '·',
    }
}

/// One `a` for each run of small letters, and one `A` for each run of capitals.
fn followed(before: &mut char, sign: char) -> Option<Option<char>> {
    let again = *before == sign && matches!(sign, 'a' | 'A');
    *before = sign;
    Some((!again).then_some(sign))
}

/// Whether a character is one of Chinese, which has no letters.
pub(crate) fn is_character(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// The most frequent shapes of values, each of which comes with its count, the most frequent first.
pub(crate) fn most_frequent<'a>(values: impl Iterator<Item = (&'a str, u64)>) -> Vec<Shape> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for (value, count) in values {
        *counts.entry(of(value)).or_default() += count;
    }
    let mut shapes: Vec<Shape> = counts.into_iter().map(|(shape, count)| Shape { shape, count }).collect();
    shapes.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.shape.cmp(&other.shape)));
    shapes.truncate(TOLD);
    shapes
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_shape_shows_signs_and_no_value() {
        assert_eq!(of("anna.muster99@example.org"), "a.a99@a.a");
        assert_eq!(of("Anna-Lena O'Neil"), "Aa-Aa A'Aa");
        assert_eq!(of("673-35-4825"), "999-99-9999");
        assert_eq!(of("广东省 12号"), "字字字 99字");
        assert_eq!(of("1 Main St\nX"), "9 Aa Aa A");
        assert_eq!(of("€ ½ é É"), "· 9 a A");
        assert_eq!(of(&"7".repeat(100)).chars().count(), 41);
    }
}
