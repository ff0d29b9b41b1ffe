//! Where a redirect may lead: to a path of this portal, and nowhere else, however it is written.

use std::fmt::Write;

/// Where anything leads that may not be followed.
pub const HOME: &str = "/";
/// How often a target is decoded before it is looked at as whatever comes of it. More than that nobody writes.
const MAX_DECODINGS: usize = 4;

/// The target, where it is a path of this portal; [`HOME`] otherwise.
#[must_use]
pub fn inside(target: &str) -> &str {
    if is_inside(target) { target } else { HOME }
}

/// Browsers drop tabs and line feeds out of an address, read a backslash as a slash, and take what follows two slashes
/// for a host; whatever stands between us and them may decode what is encoded. So no form of it may have any of these.
fn is_inside(target: &str) -> bool {
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let mut text = target.as_bytes().to_vec();
    for _ in 0..MAX_DECODINGS {
        if !is_path(&text) {
            return false;
        }
        let decoded = decoded(&text);
        if decoded == text {
            return true;
        }
        text = decoded;
    }
    false
}

fn is_path(text: &[u8]) -> bool {
    let path = text.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    path.starts_with(b"/") && !path.windows(2).any(|pair| pair == b"//") && !text.iter().any(u8::is_ascii_control) && !path.contains(&b'\\')
}

/// `%41` is `A`; what is no such thing stays.
fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// A path as the value of a query's parameter.
#[must_use]
pub fn query_value(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_portal_are_followed() {
        for path in
            ["/", "/apis", "/apis/travel/plane?step=try&next=a//b", "/inbox/0198#top", "/sources/x/tables/caf%C3%A9", "/a%20b", "/100%"]
        {
            assert_eq!(inside(path), path);
        }
    }

    #[test]
    fn nothing_else_is() {
        for target in [
            "",
            "apis",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/%09/evil.example",
            "/%2F/evil.example",
            "/%2fevil.example",
            "/%5Cevil.example",
            "/%255Cevil.example",
            "/%252F/evil.example",
            "/.//evil.example",
            "/apis//evil.example",
            "/%0D%0Aset-cookie:a=b",
            "/a?b=%0A",
            "\n",
            "/\n",
            "/ ",
            "/é",
            "/%25252525252541",
            "javascript:alert(1)",
        ] {
            assert_eq!(inside(target), HOME, "{target:?}");
        }
    }

    #[test]
    fn a_path_comes_back_out_of_a_query() {
        assert_eq!(query_value("/apis/travel"), "/apis/travel");
        assert_eq!(query_value("/a%20b&c=d"), "/a%2520b%26c%3Dd");
        assert_eq!(decoded(query_value("/é%+&#?").as_bytes()), "/é%+&#?".as_bytes());
    }
}
