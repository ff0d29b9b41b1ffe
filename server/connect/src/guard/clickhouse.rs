//! ClickHouse's quoted texts and names as its own lexer reads them.

/// The value of what stands between single quotes: `\'` is a quote, and a backslash before a letter that it does not escape stays, as in
/// `'\d+'`. Nothing for escapes that stand for bytes (`\x41`, `\0`) or for no text (`\N`).
pub(super) fn text(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        match letter {
            // A doubled quote is one.
            '\'' => {
                letters.next();
                out.push('\'');
            }
            '\\' => match letters.next()? {
                'a' => out.push('\u{7}'),
                'b' => out.push('\u{8}'),
                'e' => out.push('\u{1b}'),
                'f' => out.push('\u{c}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'v' => out.push('\u{b}'),
                'x' | '0' | 'N' => return None,
                alone @ ('\\' | '\'' | '"' | '`' | '/' | '=' | '\u{1}'..='\u{1f}') => out.push(alone),
                other => out.extend(['\\', other]),
            },
            other => out.push(other),
        }
    }
    Some(out)
}

/// A quoted name without its doubled quotes.
pub(super) fn name(raw: &str, quote: char) -> String {
    raw.replace(&format!("{quote}{quote}"), &quote.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_the_server() {
        for (raw, value) in [
            (r"it\'s", "it's"),
            ("it''s", "it's"),
            (r"\\", r"\"),
            (r"\d+\.\%\_", r"\d+\.\%\_"),
            (r"a\tb\e\/\=", "a\tb\u{1b}/="),
            ("a\\\nb", "a\nb"),
            (r"\é", r"\é"),
        ] {
            assert_eq!(text(raw).as_deref(), Some(value), "{raw}");
        }
        for raw in [r"\x41", r"\0", r"\N", "\\"] {
            assert_eq!(text(raw), None, "{raw}");
        }
        assert_eq!(name("a``b", '`'), "a`b");
    }
}
