//! Bounds of what people write into the catalogue, and characters that hide what a text says.

/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 20_000;
/// The longest name or e-mail address of an owner or a steward, in characters.
pub const MAX_PERSON: usize = 254;
/// The longest name of a table or a column of a source, in bytes: PostgreSQL indexes 2,704 bytes, and a path has two names, of which one
/// may take three times as much.
const MAX_SOURCE_NAME: usize = 500;
/// The most links of one asset.
pub const MAX_LINKS: usize = 20;

/// Whether a text has characters that nobody sees, or that turn the direction of others: zero-width characters, and marks, embeddings,
/// overrides and isolates of bidirectional text (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>).
#[must_use]
pub fn has_hidden_characters(text: &str) -> bool {
    text.chars().any(|letter| {
        matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
    })
}

/// Whether a table or a column of a source can be registered under its name. What has none, what is longer than an index takes and what
/// databases cannot hold is left out.
#[must_use]
pub fn can_be_registered(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_SOURCE_NAME && !name.contains('\0')
}

/// What is wrong with a text of several lines, such as a description. What it says is shown escaped, whatever it is.
#[must_use]
pub fn text_error(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().count();
    if length > longest {
        return Some(format!("At most {longest} characters; this text has {length}."));
    }
    let is_unprintable = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    text.chars().any(is_unprintable).then(|| "Remove the control characters. Line breaks and tabs are allowed.".into())
}

/// What is wrong with a name or a title: a line that must say what it seems to say.
#[must_use]
pub fn label_error(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > longest {
        return Some(format!("Enter 1 to {longest} characters."));
    }
    let is_hiding = text.chars().any(char::is_control) || has_hidden_characters(text);
    is_hiding.then(|| "Remove line breaks, control characters, zero-width characters and marks of text direction.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_bounded_in_characters_and_keeps_what_can_be_shown() {
        assert_eq!(text_error(&"飞".repeat(MAX_DESCRIPTION), MAX_DESCRIPTION), None);
        let said = text_error(&"x".repeat(100_000), MAX_DESCRIPTION).unwrap();
        assert!(said.contains("20000") && said.contains("100000"), "{said}");
        assert_eq!(text_error("<script>alert(1)</script>\n\t\u{202e}abc", MAX_DESCRIPTION), None);
        assert!(text_error("a\u{0}b", MAX_DESCRIPTION).is_some() && text_error("a\u{1b}[31m", MAX_DESCRIPTION).is_some());
    }

    #[test]
    fn names_of_sources_are_taken_as_they_are_where_they_can_be_kept() {
        for (name, wanted) in [("a\u{202e}b", true), ("a b#c", true), ("", false), ("a\0b", false)] {
            assert_eq!(can_be_registered(name), wanted, "{name:?}");
        }
        assert!(can_be_registered(&"x".repeat(500)) && !can_be_registered(&"x".repeat(501)));
    }

    #[test]
    fn a_name_says_what_it_seems_to_say() {
        for good in ["Passenger", "乘客", "naïve", "مسافر", "a b"] {
            assert_eq!(label_error(good, 63), None, "{good}");
        }
        for bad in ["", "  ", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{feff}a", "a\u{2066}b", "a\u{7}", "a\u{ad}b"] {
            assert!(label_error(bad, 63).is_some(), "{bad:?}");
        }
        assert!(label_error(&"x".repeat(64), 63).is_some());
    }
}
