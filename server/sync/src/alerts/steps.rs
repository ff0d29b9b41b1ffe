//! One evaluation, without I/O: the states of all series a step further, with the history and the notices that come of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::alert::{AlertState, Notice, NoticeAlert, NoticeKind, NotificationPolicy, Phase, Timing, Transition, Verdict};
use model::clock::Millis;
use model::view::Subject;
use store::{AlertEventRow, AlertStateRow, StoreError};

use super::mutes::Mutes;

/// One series of a rule or an objective, as its figures are.
pub(super) struct Watched {
    pub(super) definition_id: String,
    pub(super) domain: String,
    pub(super) name: String,
    pub(super) condition: String,
    /// The text of the subject; of an objective with the burn rate behind it.
    pub(super) series: String,
    pub(super) subject: Subject,
    pub(super) timing: Timing,
    pub(super) verdict: Verdict,
    pub(super) value: Option<f64>,
    pub(super) policy: NotificationPolicy,
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) put: Vec<AlertStateRow>,
    pub(super) deleted: Vec<AlertStateRow>,
    pub(super) events: Vec<AlertEventRow>,
    /// With the names of their receivers.
    pub(super) notices: Vec<(Notice, Vec<String>)>,
}

/// The condition of a notice, where the definition that had one is gone.
const NOT_WATCHED: &str = "no longer watched, because the rule, the objective or its object was deleted";

/// What ended with its definition: its domain and name with whoever was told, and its series.
type Gone = BTreeMap<(String, String, Vec<String>), Vec<NoticeAlert>>;

type ToTell<'a> = BTreeMap<(&'a str, NoticeKind), (&'a Watched, Vec<NoticeAlert>)>;

/// Takes a step of each series that is watched, and ends those that no longer are. `resting` are watched, and not looked at this time.
///
/// # Errors
/// A state that cannot be written.
pub(super) fn step_all(
    watched: &[Watched],
    resting: &HashSet<(String, String)>,
    known: Vec<AlertStateRow>,
    mutes: &Mutes,
    (at, id): (Millis, &dyn Fn() -> String),
) -> Result<Steps, StoreError> {
    let (mut steps, mut told) = (Steps::default(), ToTell::new());
    let mut known: HashMap<(String, String), AlertStateRow> =
        known.into_iter().map(|row| ((row.definition_id.clone(), row.series.clone()), row)).collect();
    for series in watched {
        let row = known.remove(&(series.definition_id.clone(), series.series.clone()));
        // A state that cannot be read begins anew: what it was is told in the history.
        let before = row.as_ref().and_then(|row| row.decoded().ok());
        let was_known = row.is_some();
        let mut state = before.unwrap_or_else(|| AlertState::new(at));
        let began = matches!(state.phase, Phase::Ok | Phase::Resolved);
        state.value = series.value.or(state.value);
        let transition = state.step(series.timing, series.verdict, at);
        let is_new = began && matches!(state.phase, Phase::Pending | Phase::Firing);
        let alert_id = row.filter(|_| !is_new).map_or_else(id, |row| row.alert_id);
        let is_muted = mutes.hold((&series.domain, &series.name), &series.subject, at);
        if let Some(kind) = state.take_notice(&series.policy, is_muted, at) {
            let alert = NoticeAlert { subject: series.series.clone(), value: state.value, since: state.since };
            told.entry((series.definition_id.as_str(), kind)).or_insert_with(|| (series, Vec::new())).1.push(alert);
        }
        let row = series.row(alert_id).with(&state)?;
        steps.events.extend(transition.map(|transition| event(id(), &row, transition, (at, state.value))));
        match (state.phase, was_known) {
            (Phase::Ok, false) => {}
            (Phase::Ok, true) => steps.deleted.push(row),
            _ => steps.put.push(row),
        }
    }
    let mut gone = Gone::new();
    for (place, row) in known {
        if resting.contains(&place) {
            continue;
        }
        if let Ok(mut state) = row.decoded() {
            let transition = state.end(at);
            steps.events.extend(transition.map(|transition| event(id(), &row, transition, (at, state.value))));
            let alert = NoticeAlert { subject: row.series.clone(), value: state.value, since: state.since };
            let receivers = std::mem::take(&mut state.told);
            match watched.iter().find(|series| series.definition_id == row.definition_id) {
                // Its receivers are known by the other series of its definition.
                Some(of) => {
                    if let Some(kind) = state.take_notice(&of.policy, false, at) {
                        told.entry((of.definition_id.as_str(), kind)).or_insert_with(|| (of, Vec::new())).1.push(alert);
                    }
                }
                None if receivers.is_empty() => {}
                None => gone.entry((row.domain.clone(), row.name.clone(), receivers)).or_default().push(alert),
            }
        }
        steps.deleted.push(row);
    }
    let told = told.into_iter().map(|((_, kind), (of, alerts))| {
        let notice = Notice::new(kind, (&of.domain, &of.name), &of.condition, alerts, at);
        (notice, of.policy.receivers.clone())
    });
    let ended = gone.into_iter().map(|((domain, name, receivers), alerts)| {
        let notice = Notice::new(NoticeKind::Resolved, (&domain, &name), NOT_WATCHED, alerts, at);
        (notice, receivers)
    });
    steps.notices = told.chain(ended).collect();
    Ok(steps)
}

impl Watched {
    fn row(&self, alert_id: String) -> AlertStateRow {
        AlertStateRow {
            definition_id: self.definition_id.clone(),
            series: self.series.clone(),
            alert_id,
            domain: self.domain.clone(),
            name: self.name.clone(),
            phase: String::new(),
            state: String::new(),
            ack_by: None,
            ack_at: None,
            ack_note: None,
        }
    }
}

fn event(id: String, row: &AlertStateRow, transition: Transition, (at, value): (Millis, Option<f64>)) -> AlertEventRow {
    let kind = match transition {
        Transition::Fired => "fired",
        Transition::Resolved => "resolved",
    };
    AlertEventRow {
        id,
        alert_id: row.alert_id.clone(),
        domain: row.domain.clone(),
        name: row.name.clone(),
        series: row.series.clone(),
        kind: kind.into(),
        at_ms: at,
        value: value.map(|value| value.to_string()),
        by_whom: None,
    }
}

#[cfg(test)]
mod tests;
