//! Alerts on the time axis of a chart, out of their history.

use std::collections::BTreeSet;

use model::alert::read_series;
use model::clock::Millis;
use model::snapshot::Environment;
use model::view::{Mark, MarkKind, Subject, SubjectKind};
use model::{Action, Problem};
use store::AlertEventRow;

use super::access::parts;
use super::marks::LOOKED_THROUGH;
use crate::{Caller, Control};

impl Control {
    /// When alerts fired on a thing, and when they were resolved. Whoever calls has checked that the caller may see the thing; its alerts
    /// are for those who may see its domain.
    pub(super) async fn alert_marks(&self, caller: &Caller, subject: &Subject, time: (Millis, Millis)) -> Result<Vec<Mark>, Problem> {
        let domain = match subject.kind {
            SubjectKind::Domain => subject.path.clone(),
            SubjectKind::Api | SubjectKind::Dataset | SubjectKind::Job | SubjectKind::Compartment => parts(&subject.path)?.0.to_owned(),
            SubjectKind::Source => self.store.source(&subject.path).await?.map(|source| source.domain).unwrap_or_default(),
            // No rule watches these.
            SubjectKind::App | SubjectKind::AppApi | SubjectKind::Node => return Ok(Vec::new()),
        };
        if !caller.can(Action::See, &domain) {
            return Ok(Vec::new());
        }
        if subject.kind == SubjectKind::Domain {
            return self.alert_marks_of_domains(&BTreeSet::from([domain]), subject.environment, time).await;
        }
        let events = self.store.alert_events_of_time(&domain, time, LOOKED_THROUGH).await?;
        Ok(events.iter().filter(|event| is_on(event, subject)).map(mark).collect())
    }

    /// The same of all that is watched in domains which the caller may see.
    pub(super) async fn alert_marks_of_domains(
        &self,
        domains: &BTreeSet<String>,
        environment: Option<Environment>,
        time: (Millis, Millis),
    ) -> Result<Vec<Mark>, Problem> {
        let mut marks = Vec::new();
        for domain in domains {
            let events = self.store.alert_events_of_time(domain, time, LOOKED_THROUGH).await?;
            marks.extend(events.iter().filter(|event| is_in(event, environment)).map(mark));
        }
        Ok(marks)
    }
}

fn is_on(event: &AlertEventRow, subject: &Subject) -> bool {
    let of = read_series(&event.series).0;
    of.is_some_and(|of| of.kind == subject.kind && of.path == subject.path && is_in(event, subject.environment))
}

/// What belongs to no environment, such as a dataset, is in each.
fn is_in(event: &AlertEventRow, environment: Option<Environment>) -> bool {
    let of = read_series(&event.series).0.and_then(|subject| subject.environment);
    of.is_none() || environment.is_none() || of == environment
}

fn mark(event: &AlertEventRow) -> Mark {
    Mark { at: event.at_ms, kind: MarkKind::Alert, text: format!("{}/{} {}", event.domain, event.name, event.kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_on_what_it_watches_in_its_environment() {
        let event = |series: &str| AlertEventRow {
            id: "e".into(),
            alert_id: "a".into(),
            domain: "travel".into(),
            name: "errors".into(),
            series: series.into(),
            kind: "fired".into(),
            at_ms: 7,
            value: None,
            by_whom: None,
        };
        let plane = |environment| Subject::new(SubjectKind::Api, Some(environment), "travel/plane");
        for series in ["api:prod:travel/plane", "api:prod:travel/plane#1h"] {
            assert!(is_on(&event(series), &plane(Environment::Prod)) && !is_on(&event(series), &plane(Environment::Test)), "{series}");
            assert!(!is_in(&event(series), Some(Environment::Test)), "{series}");
        }
        assert!(!is_on(&event("api:prod:travel/planes"), &plane(Environment::Prod)));
        assert!(!is_on(&event("dataset::travel/plane"), &plane(Environment::Prod)), "a dataset of the same name");
        assert!(is_on(&event("dataset::travel/plane"), &Subject::new(SubjectKind::Dataset, None, "travel/plane")));
        assert!(is_in(&event("dataset::travel/plane"), Some(Environment::Prod)));
        let told = mark(&event("api:prod:travel/plane"));
        assert_eq!((told.at, told.kind, told.text.as_str()), (7, MarkKind::Alert, "travel/errors fired"));
    }
}
