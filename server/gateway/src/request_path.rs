//! What an address of the data plane asks for.

use std::num::NonZeroU32;

use model::name::is_name;

use crate::formats::Format;
use crate::stack::Target;

/// Whether a path belongs to the data plane. What hangs under an API for people (`/docs`, and the documents without a
/// key) is the portal's.
#[must_use]
pub fn is_api_path(path: &str, has_key: bool) -> bool {
    match path.strip_prefix("/api/") {
        None => false,
        Some(rest) if rest.ends_with("/docs") => false,
        Some("openapi.json") => true,
        Some(rest) => has_key || !(rest.ends_with("/openapi.json") || rest.ends_with("/schema.proto")),
    }
}

/// What an address asks for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// `travel/plane`
    pub(crate) path: &'a str,
    pub(crate) version: Option<i64>,
    pub(crate) what: What,
    /// The form that the address ends in: `delays.csv`.
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Call,
    Batch,
    OpenApi,
    Proto,
}

impl What {
    /// The methods that it takes, as the header `allow` names them.
    pub(crate) fn methods(self) -> &'static str {
        match self {
            Self::Call => "GET, HEAD, POST",
            Self::Batch => "POST",
            Self::OpenApi | Self::Proto => "GET, HEAD",
        }
    }
}

impl<'a> Asked<'a> {
    pub(crate) fn target(self, calls: NonZeroU32) -> Target<'a> {
        Target { path: self.path, version: self.version, calls }
    }
}

/// Where the document of all that a key may call is.
pub(crate) const ALL: &str = "/api/openapi.json";

pub(crate) fn asked(path: &str) -> Option<Asked<'_>> {
    let rest = path.strip_prefix("/api/")?;
    let (rest, format) = suffix(rest)?;
    let (domain, after) = rest.split_once('/')?;
    let name = after.split('/').next().unwrap_or_default();
    if !is_name(domain) || !is_name(name) {
        return None;
    }
    let path = &rest[..domain.len() + 1 + name.len()];
    let (mut version, mut what) = (None, What::Call);
    let mut tail = rest[path.len()..].split('/').skip(1).peekable();
    if let Some(number) =
        tail.peek().and_then(|part| part.strip_prefix('v')).and_then(|digits| digits.parse().ok()).filter(|number| *number > 0)
    {
        version = Some(number);
        tail.next();
    }
    if let Some(part) = tail.next() {
        what = match part {
            "batch" => What::Batch,
            "openapi.json" => What::OpenApi,
            "schema.proto" => What::Proto,
            _ => return None,
        };
    }
    tail.next().is_none().then_some(Asked { path, version, what, format })
}

/// Takes the form off the end of a path; `None` for one that there is not. The documents keep their names.
fn suffix(path: &str) -> Option<(&str, Option<Format>)> {
    let last = path.rsplit('/').next().unwrap_or_default();
    match last.split_once('.') {
        None | Some(("openapi", "json") | ("schema", "proto")) => Some((path, None)),
        Some((name, key)) => Format::from_key(key).map(|format| (&path[..path.len() - last.len() + name.len()], Some(format))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let of = |path| asked(path).map(|asked| (asked.path, asked.version, asked.what));
        assert_eq!(of("/api/travel/plane"), Some(("travel/plane", None, What::Call)));
        assert_eq!(of("/api/travel/plane/v3"), Some(("travel/plane", Some(3), What::Call)));
        assert_eq!(of("/api/travel/plane/v3/batch"), Some(("travel/plane", Some(3), What::Batch)));
        assert_eq!(of("/api/travel/plane/openapi.json"), Some(("travel/plane", None, What::OpenApi)));
        let form = |path| asked(path).map(|asked| (asked.path, asked.version, asked.format));
        assert_eq!(form("/api/travel/plane.csv"), Some(("travel/plane", None, Some(Format::Csv))));
        assert_eq!(form("/api/travel/plane/v3.parquet"), Some(("travel/plane", Some(3), Some(Format::Parquet))));
        for wrong in [
            "/api/travel",
            "/api/travel/",
            "/api/Travel/plane",
            "/api/travel/plane/",
            "/api/travel/plane/v0",
            "/api/travel/plane.xml",
            "/api/travel/plane.csv.csv",
            "/api/travel/plane/x",
            "/api/a/b/c/d",
            "/api/travel/plane/batch/v3",
        ] {
            assert!(of(wrong).is_none(), "{wrong}");
        }
        assert!(!is_api_path("/api/travel/plane/docs", true));
        assert!(!is_api_path("/api/travel/plane/openapi.json", false));
    }
}
