//! What happened to a thing, on the time axis of its chart: releases, dataset versions, settings.

use std::collections::BTreeSet;

use model::Problem;
use model::audit::{AuditAction, AuditRow};
use model::clock::Millis;
use model::snapshot::Environment;
use model::view::{Mark, MarkKind};

use crate::Control;

/// The newest ones of a chart; more cannot be told apart.
const MOST: usize = 50;

/// Rows of the audit log, or of the history of alerts, that are looked through for them.
pub(super) const LOOKED_THROUGH: i64 = 1_000;

/// Whose marks.
#[derive(Clone, Copy)]
pub(super) enum Marked<'a> {
    Api(&'a str),
    Dataset(&'a str),
    /// Of all APIs and datasets of domains.
    Domains(&'a BTreeSet<String>),
}

impl Control {
    /// The marks within a time, by time. Whoever calls has checked what the caller may see.
    pub(super) async fn marks(
        &self,
        of: Marked<'_>,
        environment: Option<Environment>,
        (from, to): (Millis, Millis),
    ) -> Result<Vec<Mark>, Problem> {
        // An API and a dataset may have the same path.
        let is_asked = |kind: MarkKind| match of {
            Marked::Api(_) => kind != MarkKind::VersionSwitch,
            Marked::Dataset(_) => kind == MarkKind::VersionSwitch,
            Marked::Domains(_) => true,
        };
        let rows = match of {
            Marked::Api(path) | Marked::Dataset(path) => self.store.audit_of_time(path, from, to, LOOKED_THROUGH).await?,
            Marked::Domains(domains) => {
                let mut rows = self.store.recent_audit(from, to).await?;
                rows.retain(|row| domains.contains(&row.domain));
                rows
            }
        };
        let mut marks = Vec::new();
        for row in rows {
            if marks.len() == MOST {
                break;
            }
            let Some((kind, about)) = said(&row, environment).filter(|(kind, _)| is_asked(*kind)) else { continue };
            let about = match about {
                About::Version(id) => self.store.version(&id).await?.map_or_else(String::new, |version| format!("v{}", version.number)),
                About::Text(text) => text,
            };
            marks.push(Mark { at: row.at, kind, text: format!("{} {about}", row.subject).trim_end().to_owned() });
        }
        marks.reverse();
        Ok(marks)
    }
}

/// The newest of them, by time.
pub(super) fn newest(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| mark.at);
    marks.split_off(marks.len().saturating_sub(MOST))
}

#[derive(Debug, PartialEq, Eq)]
enum About {
    /// Of an API, by its id.
    Version(String),
    Text(String),
}

/// What a row of the audit log says of an environment; of each where none is named.
fn said(row: &AuditRow, environment: Option<Environment>) -> Option<(MarkKind, About)> {
    let is_of = |text: &str| environment.is_none_or(|environment| text.ends_with(&format!(" in {}", environment.key())));
    let after = row.after.as_deref().unwrap_or_default();
    let text = |text: &str| About::Text(text.to_owned());
    match row.kind()? {
        AuditAction::ApiReleased if is_of(after) => {
            let version = after.split_once(' ').map_or(after, |(version, _)| version);
            Some((MarkKind::Release, About::Version(version.to_owned())))
        }
        AuditAction::ApiRetired if is_of(row.before.as_deref().unwrap_or_default()) => Some((MarkKind::Release, text("retired"))),
        AuditAction::ApiSwitched => Some((MarkKind::SettingChange, text("limit or priority"))),
        AuditAction::ApiPurged => Some((MarkKind::SettingChange, text("response cache purged"))),
        AuditAction::CompartmentLimited => Some((MarkKind::SettingChange, text("compartment limit"))),
        // A build says the environment of its version, and who switched by hand does not.
        AuditAction::DatasetLive if is_of(after) => version_switch(after),
        AuditAction::DatasetLetThrough | AuditAction::DatasetRolledBack => version_switch(after),
        _ => None,
    }
}

/// `version 7: 300 rows in prod`, or `version 7`.
fn version_switch(after: &str) -> Option<(MarkKind, About)> {
    let number = after.strip_prefix("version ")?.split(':').next()?;
    Some((MarkKind::VersionSwitch, About::Text(format!("v{number}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(action: AuditAction, before: &str, after: &str) -> AuditRow {
        AuditRow {
            id: String::new(),
            revision: 1,
            at: 5,
            actor: "owner@demo".into(),
            action: action.key().into(),
            domain: "travel".into(),
            subject: "travel/plane".into(),
            before: Some(before.into()),
            after: Some(after.into()),
            request_id: String::new(),
        }
    }

    #[test]
    fn the_newest_marks_are_kept_in_the_order_of_time() {
        let mark = |at| Mark { at, kind: MarkKind::Alert, text: String::new() };
        let kept: Vec<i64> = newest((0..60).rev().map(mark).collect()).into_iter().map(|mark| mark.at).collect();
        assert_eq!(kept, (10..60).collect::<Vec<_>>());
        assert!(newest(Vec::new()).is_empty());
    }

    #[test]
    fn marks_are_of_the_environment_that_is_shown() {
        let prod = |row: &AuditRow| said(row, Some(Environment::Prod));
        let released = row(AuditAction::ApiReleased, "", "0190-ab in prod");
        assert_eq!(prod(&released), Some((MarkKind::Release, About::Version("0190-ab".into()))));
        assert_eq!(said(&released, Some(Environment::Test)), None);
        assert_eq!(prod(&row(AuditAction::ApiRetired, "0190-ab in test", "")), None);
        let live = row(AuditAction::DatasetLive, "", "version 12: 3,322 rows in prod");
        assert_eq!(prod(&live), Some((MarkKind::VersionSwitch, About::Text("v12".into()))));
        assert_eq!(said(&live, Some(Environment::Test)), None);
        let by_hand = said(&row(AuditAction::DatasetRolledBack, "version 3", "version 2"), None);
        assert_eq!(by_hand, Some((MarkKind::VersionSwitch, About::Text("v2".into()))));
        assert_eq!(prod(&row(AuditAction::ApiSwitched, "", "")).map(|(kind, _)| kind), Some(MarkKind::SettingChange));
        assert_eq!(prod(&row(AuditAction::DraftSaved, "", "")), None);
    }
}
