//! Addresses as people write them: parsed before anything is decided by them, and never with a secret inside.

use std::net::IpAddr;

use reqwest::Url;

use crate::egress::{self, Peer};
use crate::{SourceError, SourceErrorKind};

/// What stands in the place of a user and password that an address holds.
const HIDDEN: &str = "hidden";

/// An address from which keys are fetched: over https, or from the machine itself where that may be dialled.
///
/// # Errors
/// What is no such address, one with a user or password inside, and one that may not be dialled, as a sentence.
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
    egress::check(&url, Peer::Service)
}

/// Whether a setting is an address with a user or password inside.
#[must_use]
pub fn has_login(setting: &str) -> bool {
    with_login(setting).is_some()
}

/// A setting as people and files may see it: an address without the user and password inside.
#[must_use]
pub fn shown(setting: &str) -> String {
    let Some(mut url) = with_login(setting) else { return setting.to_owned() };
    // An address that has a login has a place for one.
    let is_hidden = url.set_username(HIDDEN).and_then(|()| url.set_password(None)).is_ok();
    if is_hidden { url.into() } else { HIDDEN.to_owned() }
}

/// The host of an address, for logs: all else of it may be secret.
#[must_use]
pub fn host_of(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn with_login(setting: &str) -> Option<Url> {
    let url = Url::parse(setting.trim()).ok()?;
    (url.has_host() && (!url.username().is_empty() || url.password().is_some())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_an_address_is_found_and_hidden() {
        for (setting, seen) in [
            ("https://reader:quite-secret@api.example.com/v1?x=1", "https://hidden@api.example.com/v1?x=1"),
            ("redis://:quite-secret@redis.example.com:6379/0", "redis://hidden@redis.example.com:6379/0"),
            (" http://token@127.0.0.1:80/", "http://hidden@127.0.0.1/"),
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
