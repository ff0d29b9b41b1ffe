//! Addresses as people write them: parsed before anything is decided by them, and never with a secret inside.

use std::net::IpAddr;
use std::ops::Range;

use reqwest::Url;

use crate::egress::{self, Peer};
use crate::{SourceError, SourceErrorKind};

/// What stands in the place of a secret that an address holds.
const HIDDEN: &str = "hidden";

/// An address from which keys are fetched: over https, or from the machine itself where that may be dialled.
///
/// # Errors
/// What is no such address, one with a user, a password or another secret inside, and one that may not be dialled, as a sentence.
pub fn check_secure(text: &str) -> Result<(), SourceError> {
    let bad = |sentence: &str| SourceError::new(SourceErrorKind::Config, sentence);
    let url = Url::parse(text).map_err(|error| bad("The address must be a URL, such as https://id.example.com/keys.").because(error))?;
    let host: Option<IpAddr> = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse().ok());
    let is_secure = match url.scheme() {
        "https" => true,
        "http" => host.is_some_and(|host| host.is_loopback()),
        _ => false,
    };
    if !is_secure {
        return Err(bad("The address must begin with https://."));
    }
    if has_login(text) {
        return Err(bad("The address must not hold a user or a password."));
    }
    if let Some(name) = secret_parameter(text) {
        return Err(bad(&format!("The address must not contain a secret such as {name}, because it would be stored as plain text.")));
    }
    egress::check(&url, Peer::Service)
}

/// Whether a setting holds an address with a user or password inside, in any of its lines.
#[must_use]
pub fn has_login(setting: &str) -> bool {
    setting.split_whitespace().any(|word| with_login(word).is_some())
}

/// The name of a parameter in the address of a setting, in any of its lines, whose value is a secret by its name.
#[must_use]
pub fn secret_parameter(setting: &str) -> Option<String> {
    secrets(setting).into_iter().next().map(|(name, _)| name)
}

/// A setting as people and files may see it: its addresses without the users, passwords and secret parameters inside.
#[must_use]
pub fn shown(setting: &str) -> String {
    let (mut text, mut end) = (String::with_capacity(setting.len()), 0);
    for (_, value) in secrets(setting) {
        text.push_str(&setting[end..value.start]);
        text.push_str(HIDDEN);
        end = value.end;
    }
    text.push_str(&setting[end..]);
    text.split_inclusive(char::is_whitespace).map(without_login).collect()
}

/// A word with the white space behind it, without the login of an address.
fn without_login(word: &str) -> String {
    let plain = word.trim_end();
    let Some((before, mut url)) = with_login(plain) else { return word.to_owned() };
    // An address that has a login has a place for one.
    let is_hidden = url.set_username(HIDDEN).and_then(|()| url.set_password(None)).is_ok();
    format!("{before}{}{}", if is_hidden { url.as_str() } else { HIDDEN }, &word[plain.len()..])
}

/// The host of an address, for logs: all else of it may be secret.
#[must_use]
pub fn host_of(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The address that a word is, or that stands behind a name and `=` in it, if it has a login; with what stands before it.
fn with_login(word: &str) -> Option<(&str, Url)> {
    let behind = word.find('=').map(|at| at + 1);
    [0].into_iter().chain(behind).find_map(|at| {
        let url = Url::parse(&word[at..]).ok()?;
        (url.has_host() && (!url.username().is_empty() || url.password().is_some())).then(|| (&word[..at], url))
    })
}

/// Names of parameters that are secrets, without the signs between their words.
const SECRETS: [&str; 13] = [
    "key",
    "auth",
    "authorization",
    "jwt",
    "pass",
    "pwd",
    "sig",
    "appkey",
    "authkey",
    "privatekey",
    "securitykey",
    "sharedkey",
    "subscriptionkey",
];
/// How names of parameters end that are secrets, such as `access_token` and `X-Amz-Signature`.
const SECRET_ENDS: [&str; 9] = ["apikey", "accesskey", "secretkey", "token", "secret", "password", "passwd", "passphrase", "signature"];

/// The secret parameters of a setting: each by its name, and where its value stands.
fn secrets(setting: &str) -> Vec<(String, Range<usize>)> {
    let (mut found, mut start, mut in_query) = (Vec::new(), 0, false);
    for (at, sign) in setting.char_indices().chain([(setting.len(), '\n')]) {
        if !matches!(sign, '?' | '#' | '&' | ';') && !sign.is_whitespace() {
            continue;
        }
        if in_query && let Some((name, value)) = setting[start..at].split_once('=') {
            let name = decoded(name);
            if is_secret(&name) && is_literal(value) {
                found.push((name, at - value.len()..at));
            }
        }
        in_query = !sign.is_whitespace() && (in_query || matches!(sign, '?' | '#'));
        start = at + sign.len_utf8();
    }
    found
}

/// The name of a parameter as the service reads it.
fn decoded(name: &str) -> String {
    let read = Url::parse(&format!("http://any/?{name}")).ok();
    read.and_then(|url| url.query_pairs().next().map(|(name, _)| name.into_owned())).unwrap_or_default()
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase();
    SECRETS.contains(&name.as_str()) || SECRET_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether the value of a parameter stands there itself: not a value that callers give, as in `{key=1}`, and no pattern.
fn is_literal(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|sign| sign.is_alphanumeric() || "-._~%+=/:@,!$*'".contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_an_address_is_found_and_hidden() {
        for (setting, seen) in [
            ("https://reader:quite-secret@api.example.com/v1?x=1", "https://hidden@api.example.com/v1?x=1"),
            ("redis://:quite-secret@redis.example.com:6379/0", "redis://hidden@redis.example.com:6379/0"),
            (" http://token@127.0.0.1:80/", " http://hidden@127.0.0.1/"),
            ("a\nplane = https://u:p@x.example/p b", "a\nplane = https://hidden@x.example/p b"),
            ("plane=https://u@x.example/\n", "plane=https://hidden@x.example/\n"),
        ] {
            assert!(has_login(setting), "{setting}");
            assert_eq!(shown(setting), seen);
        }
        for setting in ["https://api.example.com/v1?mail=a@b", "db.example.com", "", "/srv/a@b.csv", "^(?<ip>\\S+)@x", "s3://bucket/a@b"] {
            assert!(!has_login(setting), "{setting}");
            assert_eq!(shown(setting), setting);
        }
    }

    #[test]
    fn a_secret_parameter_of_an_address_is_found_and_hidden() {
        for (setting, name, seen) in [
            ("https://api.example.com/v1?api_key=abc&x=1", "api_key", "https://api.example.com/v1?api_key=hidden&x=1"),
            ("planes\nplane = planes?x=1&Token=a%20b\nlast?y=2", "Token", "planes\nplane = planes?x=1&Token=hidden\nlast?y=2"),
            ("planes/{n=N1}?subscription-key=ab12", "subscription-key", "planes/{n=N1}?subscription-key=hidden"),
            ("https://x/?sv=1&sig=a+b/c==", "sig", "https://x/?sv=1&sig=hidden"),
            (
                "s3://b/x?X-Amz-Signature=ff&X-Amz-Security-Token=gg",
                "X-Amz-Signature",
                "s3://b/x?X-Amz-Signature=hidden&X-Amz-Security-Token=hidden",
            ),
            ("https://x/#access_token=t", "access_token", "https://x/#access_token=hidden"),
            ("https://x/?p%61ssword=t;key=u", "password", "https://x/?p%61ssword=hidden;key=hidden"),
        ] {
            assert_eq!(secret_parameter(setting).as_deref(), Some(name), "{setting}");
            assert_eq!(shown(setting), seen);
        }
        for setting in [
            "https://x/?key={key=12}",
            "planes?monkey=1&keys=2&page=3",
            "key = value, token=x",
            r"^(?<ip>\S+) /\?token=(?<token>\S+)$",
            "# orders\n{\"key\": \"token=x\"}",
            "https://x/?key=",
        ] {
            assert_eq!(secret_parameter(setting), None, "{setting}");
            assert_eq!(shown(setting), setting);
        }
        assert!(check_secure("https://id.example.com/keys?api_key=x").is_err_and(|error| error.sentence.contains("api_key")));
    }

    #[test]
    fn keys_are_fetched_over_https_alone() {
        for good in ["https://id.example.com/.well-known/jwks.json", "https://10.0.0.1/keys"] {
            assert!(check_secure(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example.com/keys",
            "http://127.0.0.1:x@evil.example/keys",
            "http://127.0.0.1:80@169.254.169.254/latest",
            "https://127.0.0.1/keys",
            "https://user:secret@id.example.com/keys",
            "file:///etc/passwd",
            "id.example.com",
            "",
        ] {
            assert!(check_secure(bad).is_err(), "{bad}");
        }
    }
}
