//! The kinds of things that have a page of figures.

use crate::words::Words;

pub(super) const OVERVIEW: &str = "/monitoring";

/// Which text it is: the table holds for every language.
pub(super) type Text = fn(&Words) -> &'static str;

/// A kind of thing that has a page of figures, as addresses name it.
pub(super) struct Kind {
    pub(super) key: &'static str,
    /// Its figures are those of an environment.
    pub(super) has_environments: bool,
    pub(super) lead: Text,
    /// Where the thing itself has its page, before its path; empty where it has none.
    pub(super) page: &'static str,
    /// What the link there says.
    pub(super) link: Text,
}

/// The figures of a thing without a page of its own lead to those of all.
const COMMON: Kind =
    Kind { key: "", has_environments: false, lead: |say| say.monitoring.lead, page: "", link: |say| say.monitoring.overview };

static KINDS: [Kind; 7] = [
    Kind { key: "api", has_environments: true, lead: |say| say.monitoring.lead_api, page: "/apis/", link: |say| say.monitoring.view_api },
    Kind { key: "app", has_environments: true, lead: |say| say.monitoring.lead_app, page: "/apps/", link: |say| say.monitoring.view_app },
    Kind {
        key: "source",
        has_environments: true,
        lead: |say| say.monitoring.lead_source,
        page: "/sources/",
        link: |say| say.monitoring.view_source,
    },
    Kind { key: "dataset", lead: |say| say.monitoring.lead_dataset, page: "/datasets/", link: |say| say.monitoring.view_dataset, ..COMMON },
    Kind { key: "job", lead: |say| say.monitoring.lead_job, page: "/datasets/", link: |say| say.monitoring.view_dataset, ..COMMON },
    Kind { key: "compartment", lead: |say| say.monitoring.lead_compartment, ..COMMON },
    Kind { key: "node", lead: |say| say.monitoring.lead_node, ..COMMON },
];

pub(super) fn kind_of(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.key == key)
}

/// Whether the figures of a kind are those of an environment.
#[cfg(feature = "ssr")]
pub(super) fn has_environments(key: &str) -> bool {
    kind_of(key).is_some_and(|kind| kind.has_environments)
}

/// The page with the figures of a thing.
pub(crate) fn address(kind: &str, path: &str) -> String {
    format!("{OVERVIEW}/{kind}/{path}")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use model::view::SubjectKind;

    use super::*;

    #[test]
    fn each_kind_is_one_of_the_model() {
        for kind in &KINDS {
            assert!(SubjectKind::from_key(kind.key).is_some(), "{}", kind.key);
        }
    }
}
