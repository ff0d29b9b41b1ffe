//! Values as JSON text, by our types. One place for every writer of answers, so that a row reads the same whichever
//! store it comes out of.

use std::io::Write;

/// A JSON string with its escapes.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            // Writing to a Vec cannot fail.
            _ => drop(write!(out, "\\u{byte:04x}")),
        }
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

/// What floats are called that are no number, in every form of a response. The words are those of protobuf's JSON mapping.
const FLOAT_WORDS: [&str; 3] = [NAN, INFINITY, MINUS_INFINITY];
const NAN: &str = "NaN";
const INFINITY: &str = "Infinity";
const MINUS_INFINITY: &str = "-Infinity";

/// What a float is called that is no number.
#[must_use]
pub fn float_word(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_finite() => None,
        _ if value.is_nan() => Some(NAN),
        _ if value > 0.0 => Some(INFINITY),
        _ => Some(MINUS_INFINITY),
    }
}

/// Whether a text is what [`float_word`] calls a float.
#[must_use]
pub fn is_float_word(text: &str) -> bool {
    FLOAT_WORDS.contains(&text)
}

/// JSON has no infinities and no NaN; they become strings.
pub fn write_float(out: &mut Vec<u8>, value: f64) {
    match serde_json::Number::from_f64(value) {
        Some(number) => drop(write!(out, "{number}")),
        None => write_text(out, float_word(value).unwrap_or_default()),
    }
}

/// JSON text of a source as it is, digits, doubled names and all, or as a string where it is not JSON after all (SQLite checks none).
pub fn write_json(out: &mut Vec<u8>, text: &str) {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        let from = out.len();
        out.extend_from_slice(text.as_bytes());
        // Never part of a value, and a row of NDJSON must stay on its line.
        out[from..].iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    } else {
        write_text(out, text);
    }
}

/// JSON text without the blanks around its parts: its digits, its order and doubled names as they are written.
#[must_use]
pub fn compact(text: &str) -> String {
    let (mut out, mut in_text, mut is_escaped) = (String::with_capacity(text.len()), false, false);
    for sign in text.chars() {
        if !in_text && matches!(sign, ' ' | '\n' | '\r' | '\t') {
            continue;
        }
        out.push(sign);
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_in_texts_stay_and_others_go() {
        let json = "{ \"a b\" : [1.10, 1e5 ,\n\"\\\" c\\\\\" , \" d\"] }";
        assert_eq!(compact(json), "{\"a b\":[1.10,1e5,\"\\\" c\\\\\",\" d\"]}");
    }

    #[test]
    fn what_is_written_reads_back() {
        let odd = "a \"quoted\" \\ \n\r\t\u{1}\u{1f} ü 🛫";
        let mut out = Vec::new();
        write_text(&mut out, odd);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), odd);
        for (value, written) in [(1.5, "1.5"), (f64::NAN, "\"NaN\""), (f64::INFINITY, "\"Infinity\""), (f64::NEG_INFINITY, "\"-Infinity\"")]
        {
            out.clear();
            write_float(&mut out, value);
            assert_eq!(out, written.as_bytes());
            assert_eq!(is_float_word(written.trim_matches('"')), !value.is_finite());
        }
        out.clear();
        write_json(&mut out, "{\"a\":");
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), "{\"a\":");
        out.clear();
        write_json(&mut out, "{\"b\": 1.10,\n \"a\": 12345678901234567890123, \"a\": 1e400}");
        assert_eq!(out, b"{\"b\": 1.10,  \"a\": 12345678901234567890123, \"a\": 1e400}");
    }
}
