//! Who may do what: one table, action by role, printed in docs/roles.md and held by every use case.

use serde::{Deserialize, Serialize};

/// What a person is in one domain. `admin` is not a role of a domain: it is everything, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Builder,
    Approver,
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Builder, Role::Approver, Role::Owner];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Builder => "builder",
            Self::Approver => "approver",
            Self::Owner => "owner",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// What the role is for, in a line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Viewer => "Reads the domain, tries APIs, requests access",
            Self::Builder => "Creates sources, APIs and apps, and submits them for review",
            Self::Approver => "Approves or rejects the requests of others",
            Self::Owner => "Everything of a builder, and limits, rollback and members",
        }
    }
}

/// Everything that a use case can ask leave for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// See sources, tables, APIs, requests and apps of the domain.
    See,
    /// Call a live version in the test console.
    TryLive,
    /// Read sample rows of a source and try a draft against it.
    ReadSample,
    EditSource,
    EditApi,
    Submit,
    Decide,
    Rollback,
    EditApp,
    Grant,
    /// Make datasets and build them.
    EditDataset,
    /// Limits, priorities, purges: what changes at once.
    Switch,
    /// Say whether everybody can read the documentation of an API.
    PublishDocumentation,
    /// Alert rules, objectives, silences and maintenance windows, and acknowledging.
    EditAlert,
    /// Where notices of alerts go.
    EditReceiver,
    SeeAudit,
    EditMembers,
    /// Domains and people: admins alone.
    Administer,
}

impl Action {
    pub const ALL: [Action; 18] = [
        Action::See,
        Action::TryLive,
        Action::ReadSample,
        Action::EditSource,
        Action::EditApi,
        Action::Submit,
        Action::Decide,
        Action::Rollback,
        Action::EditApp,
        Action::Grant,
        Action::EditDataset,
        Action::Switch,
        Action::PublishDocumentation,
        Action::EditAlert,
        Action::EditReceiver,
        Action::SeeAudit,
        Action::EditMembers,
        Action::Administer,
    ];

    /// What it means to a person: *You may not … in travel.*
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::See => "view a domain",
            Self::TryLive => "try a live API",
            Self::ReadSample => "read sample rows",
            Self::EditSource => "change sources",
            Self::EditApi => "create or change APIs",
            Self::Submit => "submit an API for review",
            Self::Decide => "approve or reject requests",
            Self::Rollback => "roll an API back",
            Self::EditApp => "create or change apps and their keys",
            Self::Grant => "grant or revoke access to an API",
            Self::EditDataset => "create or build datasets",
            Self::Switch => "change limits and priorities, or purge the response cache",
            Self::PublishDocumentation => "make the documentation of an API public",
            Self::EditAlert => "create or change alerts and objectives, or silence alerts",
            Self::EditReceiver => "change the receivers of alerts",
            Self::SeeAudit => "read the audit log",
            Self::EditMembers => "change the members of the domain",
            Self::Administer => "administer domains and people",
        }
    }

    /// The table. A role that is not named for an action does not have it.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        use Role::{Approver, Builder, Owner, Viewer};
        match self {
            Self::See | Self::TryLive => &[Viewer, Builder, Approver, Owner],
            Self::ReadSample => &[Builder, Approver, Owner],
            Self::EditSource | Self::EditApi | Self::Submit | Self::EditApp | Self::EditDataset | Self::EditAlert => &[Builder, Owner],
            Self::Decide => &[Approver],
            Self::Grant => &[Approver, Owner],
            Self::Rollback | Self::EditMembers | Self::Switch | Self::PublishDocumentation | Self::EditReceiver => &[Owner],
            Self::SeeAudit => &[Approver, Owner],
            Self::Administer => &[],
        }
    }

    #[must_use]
    pub fn allowed_to(self, role: Role) -> bool {
        self.roles().contains(&role)
    }
}

/// The table as Markdown, for docs/roles.md; a test holds the two together.
#[must_use]
pub fn table_as_markdown() -> String {
    let mut out = String::from("| action | viewer | builder | approver | owner | admin |\n| --- | --- | --- | --- | --- | --- |\n");
    for action in Action::ALL {
        out.push_str(&format!("| {} |", action.words()));
        for role in Role::ALL {
            out.push_str(if action.allowed_to(role) { " yes |" } else { " |" });
        }
        out.push_str(" yes |\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_all_of_a_builder_but_nobody_has_administer() {
        for action in Action::ALL {
            assert!(!action.allowed_to(Role::Builder) || action.allowed_to(Role::Owner), "{action:?}");
            assert!(!action.allowed_to(Role::Viewer) || action.allowed_to(Role::Approver), "{action:?}");
        }
        assert!(Action::Administer.roles().is_empty());
    }

    #[test]
    fn the_printed_table_is_this_table() {
        let printed = include_str!("../../../docs/roles.md");
        assert!(printed.contains(&table_as_markdown()), "docs/roles.md should hold:\n{}", table_as_markdown());
    }
}
