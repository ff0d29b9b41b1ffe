//! The areas of the portal: one table for the side bar, the tab bar of narrow screens, and where a reader is.

use model::Action;
use model::view::Me;

use crate::words::{Words, words};

/// One area: its list, and all pages below it.
#[derive(Debug)]
pub(crate) struct Area {
    /// The address of its first page; those below begin with it.
    pub(crate) to: &'static str,
    /// Its name: see [`Area::name`].
    name: Text,
    pub(crate) icon: &'static str,
    /// Where its link stands in the side bar.
    pub(crate) group: Group,
    pub(crate) seen_by: SeenBy,
    /// Whether its link is in the tab bar too.
    pub(crate) in_tab_bar: bool,
    /// The same of its page `new`; empty where it has none.
    new: Text,
}

/// Which text it is: the table holds for every language.
type Text = fn(&Words) -> &'static str;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    First,
    Build,
    Run,
    Govern,
    /// It has its link elsewhere.
    None,
}

impl Group {
    /// Those of the side bar, from top to bottom.
    pub(crate) const SHOWN: [Self; 4] = [Self::First, Self::Build, Self::Run, Self::Govern];

    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Build => Some(words().frame.build),
            Self::Run => Some(words().frame.run),
            Self::Govern => Some(words().frame.govern),
            Self::First | Self::None => None,
        }
    }

    pub(crate) fn areas(self) -> impl Iterator<Item = &'static Area> {
        AREAS.iter().filter(move |area| area.group == self)
    }
}

/// Whose side bar has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenBy {
    Everybody,
    Auditors,
    Admins,
}

impl SeenBy {
    pub(crate) fn lets(self, me: &Me) -> bool {
        match self {
            Self::Everybody => true,
            Self::Auditors => me.is_admin || !me.domains_where(Action::SeeAudit).is_empty(),
            Self::Admins => me.is_admin,
        }
    }
}

pub(crate) const HOME: &str = "/";
/// Its link says how many requests wait for the reader.
pub(crate) const INBOX: &str = "/inbox";
/// Its link says how many alerts fire that nobody looks after.
pub(crate) const ALERTS: &str = "/monitoring/alerts";

const COMMON: Area = Area {
    to: HOME,
    name: |say| say.frame.home,
    icon: "home",
    group: Group::First,
    seen_by: SeenBy::Everybody,
    in_tab_bar: false,
    new: |_| "",
};

const BUILD: Area = Area { group: Group::Build, ..COMMON };
const RUN: Area = Area { group: Group::Run, ..COMMON };
const GOVERN: Area = Area { group: Group::Govern, ..COMMON };

pub(crate) static AREAS: &[Area] = &[
    Area { in_tab_bar: true, ..COMMON },
    Area { to: INBOX, name: |say| say.frame.inbox, icon: "inbox", in_tab_bar: true, ..COMMON },
    Area { to: "/apis", name: |say| say.frame.apis, icon: "api", in_tab_bar: true, new: |say| say.frame.new_api, ..BUILD },
    Area { to: "/sources", name: |say| say.frame.sources, icon: "source", in_tab_bar: true, new: |say| say.frame.new_source, ..BUILD },
    Area { to: "/datasets", name: |say| say.frame.datasets, icon: "dataset", new: |say| say.frame.new_dataset, ..BUILD },
    Area { to: "/monitoring", name: |say| say.frame.monitoring, icon: "chart", ..RUN },
    Area { to: ALERTS, name: |say| say.alerts.title, icon: "bell", ..RUN },
    Area { to: "/apps", name: |say| say.frame.apps, icon: "key", ..GOVERN },
    Area { to: "/domains", name: |say| say.frame.domains, icon: "graph", ..GOVERN },
    Area { to: "/people", name: |say| say.frame.people, icon: "user", seen_by: SeenBy::Admins, ..GOVERN },
    Area { to: "/audit", name: |say| say.frame.audit, icon: "audit", seen_by: SeenBy::Auditors, ..GOVERN },
    Area { to: "/account", name: |say| say.frame.account, icon: "user", group: Group::None, ..COMMON },
];

impl Area {
    pub(crate) fn name(&self) -> &'static str {
        (self.name)(words())
    }

    /// What its page `new` is called; empty where it has none.
    fn new_name(&self) -> &'static str {
        (self.new)(words())
    }

    /// Whether an address is of this area, and not of one below it.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let is_below = |other: &Area| other.to != self.to && self.begins(other.to) && other.begins(path);
        self.begins(path) && !AREAS.iter().any(is_below)
    }

    fn begins(&self, path: &str) -> bool {
        path.strip_prefix(self.to).is_some_and(|rest| rest.is_empty() || (self.to != HOME && rest.starts_with('/')))
    }
}

/// Where the reader is, read out of the address: the same on the server and in the browser. The last one is the page itself.
pub(crate) fn crumbs(path: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let Some((first, rest)) = parts.split_first() else { return vec![(COMMON.name().to_owned(), HOME.to_owned())] };
    let say = &words().frame;
    let list = format!("/{first}");
    let own = |name: &str| (name.to_owned(), String::new());
    let Some(area) = AREAS.iter().find(|area| area.to == list) else { return vec![own(say.not_found)] };
    let mut found = vec![(area.name().to_owned(), list.clone())];
    match (*first, rest) {
        (_, []) => {}
        (_, ["new"]) => found.push(own(area.new_name())),
        ("inbox", _) => found.push(own(say.request)),
        ("apis" | "apps" | "datasets", [domain, name, rest @ ..]) => {
            found.push((format!("{domain}/{name}"), format!("{list}/{domain}/{name}")));
            found.extend(rest.first().map(|part| own(&part_name(part))));
        }
        ("monitoring", ["objectives"]) => found.push(own(words().objectives.title)),
        ("monitoring", ["alerts", rest @ ..]) => {
            found.push((words().alerts.title.to_owned(), ALERTS.to_owned()));
            found.extend(part_of_alerts(rest).map(|name| own(&name)));
        }
        ("monitoring", ["requests", rest @ ..]) => {
            found.push((say.requests.to_owned(), format!("{list}/requests")));
            found.extend(rest.first().map(|id| own(id)));
        }
        ("monitoring", [_, rest @ ..]) => found.push(own(&rest.join("/"))),
        ("sources", [name, "tables", table, ..]) => found.extend([((*name).to_owned(), format!("{list}/{name}")), own(table)]),
        (_, [name, ..]) => found.push(own(name)),
    }
    found
}

/// The address of the page of which an address is a part: the tabs of an API stand on its page.
pub(crate) fn page_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((page, "versions" | "access" | "traffic")) if page.starts_with("/apis/") => page,
        _ => path,
    }
}

/// The name of a page of alerts, by its part of the address.
fn part_of_alerts(rest: &[&str]) -> Option<String> {
    let say = words();
    match rest {
        ["silences"] => Some(say.alert_silences.title.to_owned()),
        ["receivers"] => Some(say.alert_receivers.title.to_owned()),
        ["rules", "new"] => Some(say.alert_rule.new_title.to_owned()),
        ["rules", rest @ ..] => Some(rest.join("/")),
        _ => None,
    }
}

/// The name of a page of an API, by its part of the address.
fn part_name(part: &str) -> String {
    let say = &words().frame;
    match part {
        "edit" => say.edit.to_owned(),
        "test" => say.test.to_owned(),
        "accelerate" => say.accelerate.to_owned(),
        "versions" => say.versions.to_owned(),
        "access" => say.access.to_owned(),
        "traffic" => say.traffic.to_owned(),
        other => capitalized(other),
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tabs_of_an_api_are_one_page() {
        for path in ["/apis/travel/plane", "/apis/travel/plane/versions", "/apis/travel/plane/access", "/apis/travel/plane/traffic"] {
            assert_eq!(page_of(path), "/apis/travel/plane");
        }
        for path in ["/", "/apis", "/apis/travel/plane/test", "/apps/travel/access"] {
            assert_eq!(page_of(path), path);
        }
    }

    #[test]
    fn each_area_has_a_page_and_no_address_is_of_two() {
        let routes = include_str!("routes.rs");
        for area in AREAS {
            let path = area.to.trim_start_matches('/');
            assert!(routes.contains(&format!("path!(\"{path}\") view=")), "{} leads to no page", area.to);
            assert_eq!(routes.contains(&format!("path!(\"{path}/new\")")), !area.new_name().is_empty(), "{}", area.to);
            assert_eq!(AREAS.iter().filter(|other| other.holds(area.to)).count(), 1, "{}", area.to);
        }
        let of = |path: &str| AREAS.iter().find(|area| area.holds(path)).map(Area::name);
        assert_eq!((of("/"), of("/apis/travel/plane")), (Some("Home"), Some("APIs")));
        assert_eq!((of("/monitoring/alerts/silences"), of("/monitoring/requests")), (Some("Alerts"), Some("Monitoring")));
        assert_eq!(of("/apisx"), None);
    }

    #[test]
    fn the_address_says_where_one_is() {
        let names = |path: &str| crumbs(path).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let cases: &[(&str, &[&str])] = &[
            ("/", &["Home"]),
            ("/datasets", &["Datasets and jobs"]),
            ("/apis/new", &["APIs", "New API"]),
            ("/sources/new", &["Sources", "New source"]),
            ("/inbox/0190", &["Inbox", "Request"]),
            ("/apis/travel/plane", &["APIs", "travel/plane"]),
            ("/apis/travel/plane/versions", &["APIs", "travel/plane", "Versions"]),
            ("/sources/flights-db", &["Sources", "flights-db"]),
            ("/sources/flights-db/tables/planes", &["Sources", "flights-db", "planes"]),
            ("/monitoring", &["Monitoring"]),
            ("/monitoring/source/flights-db", &["Monitoring", "flights-db"]),
            ("/monitoring/api/travel/plane", &["Monitoring", "travel/plane"]),
            ("/monitoring/alerts", &["Monitoring", "Alerts"]),
            ("/monitoring/alerts/silences", &["Monitoring", "Alerts", "Silences"]),
            ("/monitoring/alerts/rules/new", &["Monitoring", "Alerts", "New alert rule"]),
            ("/monitoring/alerts/rules/travel/errors", &["Monitoring", "Alerts", "travel/errors"]),
            ("/monitoring/objectives", &["Monitoring", "Objectives"]),
            ("/monitoring/requests", &["Monitoring", "Requests"]),
            ("/monitoring/requests/0190", &["Monitoring", "Requests", "0190"]),
            ("/domains/travel", &["Domains", "travel"]),
            ("/ärger", &["Not found"]),
        ];
        for (path, wanted) in cases {
            assert_eq!(names(path), *wanted, "{path}");
        }
        assert_eq!(crumbs("/apis/travel/plane/versions")[1].1, "/apis/travel/plane");
        assert_eq!(crumbs("/sources/flights-db/tables/planes")[1].1, "/sources/flights-db");
        assert_eq!(crumbs("/monitoring/requests/0190")[1].1, "/monitoring/requests");
    }
}
