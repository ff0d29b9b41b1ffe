//! Which series a rule watches: one object, all of a kind in its domain, or its domain as a whole.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::snapshot::Environment;
use crate::view::{Metric, Subject, SubjectKind};

const MAX_ADDRESS: usize = 255;

/// What a rule watches. Each object that it names is a series with a state of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selector {
    pub kind: SubjectKind,
    /// Of APIs, apps, sources and domains alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// One object: `travel/plane`, the name of a source, or the address of a node. Absent for all of the kind in the domain, also those that
    /// are made later; nodes belong to no domain, and a domain is watched as one object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The metrics that a kind of object has; none for a kind that no rule can watch.
#[must_use]
pub fn metrics_of(kind: SubjectKind) -> &'static [Metric] {
    match kind {
        SubjectKind::Api => &[
            Metric::Requests,
            Metric::Errors,
            Metric::ErrorShare,
            Metric::LatencyP50,
            Metric::LatencyP95,
            Metric::LatencyP99,
            Metric::LatencyMax,
            Metric::CacheMiss,
            Metric::BytesOut,
            Metric::LimitHits,
            Metric::Degraded,
            Metric::BreakerOpen,
        ],
        SubjectKind::Source => &[
            Metric::Statements,
            Metric::Errors,
            Metric::ErrorShare,
            Metric::LatencyP50,
            Metric::LatencyP95,
            Metric::LatencyP99,
            Metric::LatencyMax,
            Metric::Running,
            Metric::Waiting,
        ],
        SubjectKind::Dataset => &[Metric::Freshness, Metric::VersionAge, Metric::Lag, Metric::Rows, Metric::RejectedRows],
        SubjectKind::Job => &[Metric::Rows, Metric::RejectedRows, Metric::Lag],
        SubjectKind::Compartment => &[Metric::Running, Metric::Waiting, Metric::Refused],
        SubjectKind::App => &[Metric::Requests, Metric::Errors, Metric::ErrorShare],
        SubjectKind::Node => &[Metric::Cpu, Metric::Memory, Metric::OpenFiles, Metric::LoopDelay],
        // Of all APIs of the domain together. What is open or waits is of each API alone.
        SubjectKind::Domain => &[
            Metric::Requests,
            Metric::Errors,
            Metric::ErrorShare,
            Metric::LatencyP50,
            Metric::LatencyP95,
            Metric::LatencyP99,
            Metric::LatencyMax,
            Metric::CacheMiss,
            Metric::BytesOut,
            Metric::LimitHits,
            Metric::Degraded,
        ],
        SubjectKind::AppApi => &[],
    }
}

fn has_environment(kind: SubjectKind) -> bool {
    matches!(kind, SubjectKind::Api | SubjectKind::App | SubjectKind::Source | SubjectKind::Domain)
}

/// Whether a text can be the address of a process.
fn is_address(text: &str) -> bool {
    (1..=MAX_ADDRESS).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

/// Whether a path is one of a domain. The name of a source does not say its domain.
pub(super) fn is_in(path: &str, domain: &str) -> bool {
    path.strip_prefix(domain).and_then(|rest| rest.strip_prefix('/')).is_some_and(crate::name::is_name)
}

impl Selector {
    #[must_use]
    pub fn one(subject: &Subject) -> Self {
        Self { kind: subject.kind, environment: subject.environment, path: Some(subject.path.clone()) }
    }

    #[must_use]
    pub fn all(kind: SubjectKind, environment: Option<Environment>) -> Self {
        Self { kind, environment, path: None }
    }

    /// Whether an object of the domain is watched.
    #[must_use]
    pub fn selects(&self, subject: &Subject) -> bool {
        self.kind == subject.kind && self.environment == subject.environment && self.path.as_ref().is_none_or(|path| *path == subject.path)
    }

    /// What is wrong with it, for a rule of a domain. Whether the object exists is for the server to know.
    #[must_use]
    pub fn errors(&self, domain: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if metrics_of(self.kind).is_empty() {
            let message = "Rules watch APIs, apps, sources, datasets, jobs, compartments, nodes and domains. Choose one of these.";
            return vec![FieldError::new("watch.kind", message)];
        }
        match (has_environment(self.kind), self.environment) {
            (true, None) => errors.push(FieldError::new("watch.environment", "Choose the environment: test or prod.")),
            (false, Some(_)) => {
                errors.push(FieldError::new("watch.environment", format!("A {} belongs to no environment. Leave empty.", self.kind.key())));
            }
            _ => {}
        }
        errors.extend(self.path.as_ref().and_then(|path| self.path_error(path, domain)));
        errors
    }

    fn path_error(&self, path: &str, domain: &str) -> Option<FieldError> {
        let (fits, message) = match self.kind {
            SubjectKind::Source => {
                (crate::name::is_name(path), "Enter the name of a source. Leave empty for all sources of the domain.".to_owned())
            }
            SubjectKind::Node => {
                (is_address(path), "Enter the address of a node, such as 10.0.0.1:8080. Leave empty for all nodes.".to_owned())
            }
            SubjectKind::Domain => (path == domain, format!("A rule of {domain} watches the domain {domain} alone. Leave empty.")),
            _ => (is_in(path, domain), format!("Enter a path of this domain, such as {domain}/name. Leave empty for all of the domain.")),
        };
        (!fits).then(|| FieldError::new("watch.path", message))
    }

    /// `API travel/plane in prod`, `all datasets of travel`, `domain travel in prod`.
    #[must_use]
    pub fn words(&self, domain: &str) -> String {
        let (one, many) = kind_words(self.kind);
        let place = self.environment.map_or_else(String::new, |environment| format!(" in {}", environment.key()));
        match (self.kind, &self.path) {
            (SubjectKind::Domain, _) => format!("{one} {domain}{place}"),
            (SubjectKind::Node, None) => format!("all {many}"),
            (_, Some(path)) => format!("{one} {path}{place}"),
            (_, None) => format!("all {many} of {domain}{place}"),
        }
    }
}

fn kind_words(kind: SubjectKind) -> (&'static str, &'static str) {
    match kind {
        SubjectKind::Api => ("API", "APIs"),
        SubjectKind::App => ("app", "apps"),
        SubjectKind::AppApi => ("app and API", "apps and APIs"),
        SubjectKind::Source => ("source", "sources"),
        SubjectKind::Dataset => ("dataset", "datasets"),
        SubjectKind::Job => ("job", "jobs"),
        SubjectKind::Compartment => ("compartment", "compartments"),
        SubjectKind::Node => ("node", "nodes"),
        SubjectKind::Domain => ("domain", "domains"),
    }
}

/// An object as the state of its series is stored under: `api:prod:travel/plane`.
#[must_use]
pub fn subject_text(subject: &Subject) -> String {
    format!("{}:{}:{}", subject.kind.key(), subject.environment.map_or("", Environment::key), subject.path)
}

/// Nothing where a newer program has written it.
#[must_use]
pub fn read_subject(text: &str) -> Option<Subject> {
    let mut parts = text.splitn(3, ':');
    let kind = SubjectKind::from_key(parts.next()?)?;
    let environment = match parts.next()? {
        "" => None,
        key => Some(Environment::from_key(key)?),
    };
    Some(Subject::new(kind, environment, parts.next()?))
}

/// Stands between the object of an objective and its burn rate in the text of a series.
pub const BURN_RATE: char = '#';

/// The object that the series of an alert is about, and the burn rate of an objective.
#[must_use]
pub fn read_series(series: &str) -> (Option<Subject>, Option<&str>) {
    match series.rsplit_once(BURN_RATE) {
        Some((subject, rate)) => (read_subject(subject), Some(rate)),
        None => (read_subject(series), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Subject {
        Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane")
    }

    #[test]
    fn one_or_all_of_a_kind_are_watched() {
        let (one, all) = (Selector::one(&plane()), Selector::all(SubjectKind::Api, Some(Environment::Prod)));
        let other = Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/delays");
        assert_eq!([one.selects(&plane()), one.selects(&other), all.selects(&plane()), all.selects(&other)], [true, false, true, true]);
        let test = Subject::new(SubjectKind::Api, Some(Environment::Test), "travel/plane");
        assert!(!one.selects(&test) && !all.selects(&test));
        assert_eq!(one.words("travel"), "API travel/plane in prod");
        assert_eq!(Selector::all(SubjectKind::Dataset, None).words("travel"), "all datasets of travel");
        assert_eq!(Selector::all(SubjectKind::Domain, Some(Environment::Prod)).words("travel"), "domain travel in prod");
        assert_eq!(Selector::all(SubjectKind::Node, None).words("travel"), "all nodes");
    }

    #[test]
    fn what_no_rule_can_watch_is_said() {
        let fields = |selector: &Selector| selector.errors("travel").into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&Selector::one(&plane())).is_empty());
        assert_eq!(fields(&Selector::all(SubjectKind::AppApi, Some(Environment::Prod))), ["watch.kind"]);
        assert_eq!(fields(&Selector::all(SubjectKind::Api, None)), ["watch.environment"]);
        assert_eq!(fields(&Selector::all(SubjectKind::Dataset, Some(Environment::Prod))), ["watch.environment"]);
        for path in ["finance/plane", "travel/", "travel", "travels/plane", "travel/a b"] {
            let elsewhere = Selector { path: Some(path.into()), ..Selector::one(&plane()) };
            assert_eq!(fields(&elsewhere), ["watch.path"], "{path}");
        }
        let named = |kind, environment, path: &str| Selector { kind, environment, path: Some(path.into()) };
        let prod = Some(Environment::Prod);
        for (selector, is_fine) in [
            (named(SubjectKind::App, prod, "travel/website"), true),
            (named(SubjectKind::App, prod, "finance/website"), false),
            (named(SubjectKind::Domain, prod, "travel"), true),
            (named(SubjectKind::Domain, prod, "finance"), false),
            (named(SubjectKind::Node, None, "10.0.0.1:8080"), true),
            (named(SubjectKind::Node, None, "10.0.0.1 8080"), false),
            (named(SubjectKind::Node, None, ""), false),
        ] {
            let wanted = if is_fine { Vec::new() } else { vec!["watch.path".to_owned()] };
            assert_eq!(fields(&selector), wanted, "{selector:?}");
        }
        assert_eq!(fields(&Selector::all(SubjectKind::Domain, None)), ["watch.environment"]);
        assert_eq!(fields(&Selector::all(SubjectKind::Node, prod)), ["watch.environment"]);
        let source = Selector { path: Some("flights-db".into()), ..Selector::all(SubjectKind::Source, Some(Environment::Prod)) };
        assert!(fields(&source).is_empty());
    }

    #[test]
    fn objects_come_back_from_their_text() {
        for subject in [plane(), Subject::new(SubjectKind::Dataset, None, "travel/a:b")] {
            assert_eq!(read_subject(&subject_text(&subject)), Some(subject));
        }
        assert_eq!(subject_text(&plane()), "api:prod:travel/plane");
        assert_eq!(read_series("api:prod:travel/plane"), (Some(plane()), None));
        assert_eq!(read_series("api:prod:travel/plane#1h"), (Some(plane()), Some("1h")));
        for unknown in ["", "api", "api:moon:x", "planet::x"] {
            assert_eq!(read_subject(unknown), None, "{unknown}");
        }
    }
}
