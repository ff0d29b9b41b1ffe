//! What is searched for, and by whom.

use model::ErrorCode;
use model::clock::Millis;
use serde::{Deserialize, Serialize};

use crate::entry::RequestEntry;

/// A search, newest first. What is absent narrows nothing. A node that is asked by a newer one refuses a member that it does not know, and
/// does not give more than was asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    pub request_id: Option<String>,
    pub api: Option<String>,
    pub app: Option<String>,
    pub code: CodeFilter,
    pub from: Option<Millis>,
    /// Itself not.
    pub to: Option<Millis>,
    pub after: Option<Cursor>,
    pub limit: usize,
    pub sees: Sees,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeFilter {
    #[default]
    Any,
    Ok,
    Failed,
    Code(ErrorCode),
}

/// Whose requests may be found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sees {
    All,
    /// Those of APIs of these domains, and those of apps of those.
    Of {
        apis: Vec<String>,
        apps: Vec<String>,
    },
    #[default]
    None,
}

/// A place in the order of entries: what stands behind it is older.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    pub(crate) at: Millis,
    pub(crate) request_id: String,
}

impl Cursor {
    /// `None` for a text that is no cursor.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (at, request_id) = text.split_once('.')?;
        Some(Self { at: at.parse().ok()?, request_id: request_id.to_owned() })
    }

    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}", self.at, self.request_id)
    }

    pub(crate) fn of(entry: &RequestEntry) -> Self {
        Self { at: entry.at, request_id: entry.request_id.clone() }
    }
}

/// What of an entry decides whether it is found.
pub(crate) struct Row<'a> {
    pub(crate) at: Millis,
    pub(crate) request_id: &'a str,
    pub(crate) api: &'a str,
    pub(crate) app: &'a str,
    /// Empty for a success.
    pub(crate) code: &'a str,
}

impl<'a> Row<'a> {
    pub(crate) fn of(entry: &'a RequestEntry) -> Self {
        Self {
            at: entry.at,
            request_id: &entry.request_id,
            api: &entry.api,
            app: &entry.app,
            code: entry.code.map(ErrorCode::key).unwrap_or_default(),
        }
    }
}

impl Search {
    /// Whether an entry is among those that are searched for, wherever it comes from.
    #[must_use]
    pub fn admits(&self, entry: &RequestEntry) -> bool {
        self.takes(&Row::of(entry))
    }

    pub(crate) fn takes(&self, row: &Row<'_>) -> bool {
        let is = |wanted: &Option<String>, of: &str| wanted.as_deref().is_none_or(|wanted| wanted == of);
        is(&self.request_id, row.request_id)
            && is(&self.api, row.api)
            && is(&self.app, row.app)
            && self.code.takes(row.code)
            && self.from.is_none_or(|from| row.at >= from)
            && self.to.is_none_or(|to| row.at < to)
            && self.after.as_ref().is_none_or(|after| (row.at, row.request_id) < (after.at, after.request_id.as_str()))
            && self.sees.takes(row)
    }

    /// Whether entries of these times can be among those that are searched for.
    pub(crate) fn may_be_between(&self, first: Millis, last: Millis) -> bool {
        // An id of a request says when that began.
        let of_id = self.request_id.as_deref().and_then(time_of);
        self.from.is_none_or(|from| last >= from)
            && self.to.is_none_or(|to| first < to)
            && self.after.as_ref().is_none_or(|after| first <= after.at)
            && of_id.is_none_or(|at| first - AROUND <= at && at <= last + AROUND)
    }
}

/// How far the time in an id may be from the time of its entry.
const AROUND: Millis = 1_000;

/// The time in a UUIDv7.
fn time_of(id: &str) -> Option<Millis> {
    let (high, low) = (id.get(..8)?, id.get(9..13)?);
    let is_timed = id.len() == 36 && id.as_bytes().get(14) == Some(&b'7');
    is_timed.then(|| Millis::from_str_radix(&format!("{high}{low}"), 16).ok()).flatten()
}

impl CodeFilter {
    fn takes(self, code: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Ok => code.is_empty(),
            Self::Failed => !code.is_empty(),
            Self::Code(wanted) => code == wanted.key(),
        }
    }
}

impl Sees {
    fn takes(&self, row: &Row<'_>) -> bool {
        let within = |path: &str, domains: &[String]| {
            let domain = path.split_once('/').map(|(domain, _)| domain);
            domain.is_some_and(|domain| domains.iter().any(|known| known == domain))
        };
        match self {
            Self::All => true,
            Self::Of { apis, apps } => within(row.api, apis) || within(row.app, apps),
            Self::None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_its_request_began() {
        assert_eq!(time_of("01890a5d-ac96-774b-bcce-b302099a8057"), Some(0x0189_0a5d_ac96));
        assert_eq!(time_of("01890a5d-ac96-474b-bcce-b302099a8057"), None, "another kind of id");
        assert_eq!(time_of("x"), None);
    }

    #[test]
    fn who_sees_one_domain_sees_the_requests_of_its_apis_and_of_its_apps() {
        let sees = Sees::Of { apis: vec!["travel".into()], apps: vec!["finance".into()] };
        let row = |api, app| Row { at: 0, request_id: "", api, app, code: "" };
        assert!(sees.takes(&row("travel/plane", "other/app")) && sees.takes(&row("other/api", "finance/app")));
        assert!(!sees.takes(&row("finance/api", "travel/app")) && !sees.takes(&row("", "")) && !Sees::None.takes(&row("travel/plane", "")));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = Cursor { at: 7, request_id: "a".into() };
        assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        assert_eq!(Cursor::read("7"), None);
    }
}
