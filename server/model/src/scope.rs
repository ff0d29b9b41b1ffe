//! Scopes of personal tokens: what a token may do of what its person may. One table, action by scope, beside that of roles.

use serde::{Deserialize, Serialize};

use crate::Action;

/// A closed list, stored with each token. Every token may read; the other scopes add to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Read,
    Write,
    Approve,
    Admin,
}

impl Scope {
    pub const ALL: [Scope; 4] = [Scope::Read, Scope::Write, Scope::Approve, Scope::Admin];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Approve => "approve",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }

    /// What the scope is for, in a line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Read => "Read everything that you may read, read samples, try APIs, export. Every token has this scope.",
            Self::Write => "Change sources, APIs, datasets, apps, keys and limits, and submit for review",
            Self::Approve => "Approve or reject requests, and grant access",
            Self::Admin => "Change members, and as an admin: domains and people",
        }
    }

    /// The scope that an action needs.
    #[must_use]
    pub fn of(action: Action) -> Self {
        match action {
            Action::See | Action::TryLive | Action::ReadSample | Action::SeeAudit => Self::Read,
            Action::EditSource
            | Action::EditApi
            | Action::Submit
            | Action::Rollback
            | Action::EditApp
            | Action::EditDataset
            | Action::Switch
            | Action::PublishDocumentation
            | Action::EditAlert
            | Action::EditReceiver => Self::Write,
            Action::Decide | Action::Grant => Self::Approve,
            Action::EditMembers | Action::Administer => Self::Admin,
        }
    }

    /// Scopes as they are stored: their keys, with commas between.
    #[must_use]
    pub fn write_list(scopes: &[Scope]) -> String {
        scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>().join(",")
    }

    /// Stored scopes. An empty text is a token from before there were scopes: it keeps all that it had. A scope that
    /// is not known here is left out, so that a token is never worth more than it says.
    #[must_use]
    pub fn read_list(text: &str) -> Vec<Scope> {
        if text.is_empty() {
            return Self::ALL.to_vec();
        }
        text.split(',').filter_map(Self::from_key).collect()
    }
}

/// The table as Markdown, for docs/roles.md; a test holds the two together.
#[must_use]
pub fn scopes_as_markdown() -> String {
    let mut out = String::from("| action | scope |\n| --- | --- |\n");
    for action in Action::ALL {
        out.push_str(&format!("| {} | {} |\n", action.words(), Scope::of(action).key()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_and_old_tokens_keep_everything() {
        assert_eq!(Scope::read_list(&Scope::write_list(&[Scope::Read, Scope::Approve])), [Scope::Read, Scope::Approve]);
        assert_eq!(Scope::read_list(""), Scope::ALL);
        assert_eq!(Scope::read_list("read,later"), [Scope::Read]);
    }

    #[test]
    fn the_printed_table_is_this_table() {
        let printed = include_str!("../../../docs/roles.md");
        assert!(printed.contains(&scopes_as_markdown()), "docs/roles.md should hold:\n{}", scopes_as_markdown());
    }
}
