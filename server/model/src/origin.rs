//! Origins of web pages, as browsers name them: a scheme, a host, and a port where it is not the usual one.

/// The most origins of one app.
pub const MAX_ORIGINS: usize = 20;
const MAX_ORIGIN: usize = 255;

/// An origin as browsers send it, out of what a person wrote.
///
/// # Errors
/// What is wrong with it, and what to write.
pub fn read_origin(text: &str) -> Result<String, String> {
    let written = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let wrong = |why: &str| Err(format!("{}: {why} Enter an origin such as https://app.example.com.", text.trim()));
    if written.contains('*') {
        return wrong("An asterisk is not allowed, because every page could then use the key.");
    }
    let Some((scheme, host)) = written.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")) else {
        return wrong("An origin begins with https:// or http://.");
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() || written.len() > MAX_ORIGIN || !host.chars().all(is_host) {
        return wrong("An origin is a host name in ASCII, with an optional port and without a path.");
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    Ok(format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_browsers_send_it() {
        for (text, origin) in [
            (" https://App.Example.com/ ", "https://app.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://a.example:443", "https://a.example"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(read_origin(text).as_deref(), Ok(origin));
        }
        for text in
            ["", "*", "https://*.example.com", "a.example.com", "https://a.example/path", "https://me@a.example", "ftp://a", "https://"]
        {
            assert!(read_origin(text).unwrap_err().contains("such as"), "{text}");
        }
    }
}
