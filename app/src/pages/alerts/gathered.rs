//! What fires, the rules and the history, put together for their page and for the pages of what they watch.

use std::cmp::Reverse;

use control::{Caller, Control};
use model::alert::{BURN_RATE, Phase, Selector, read_series};
use model::clock::{DAY, Millis};
use model::schedule::week_time;
use model::view::{AlertEventView, AlertRuleView, AlertView, MaintenanceView, Metric, ObjectiveView, SilenceView, Subject, SubjectKind};
use model::{Action, Problem};

use super::metrics;
use super::shown::{AlertLine, AlertsShown, EventLine, RuleLine};
use crate::pages::monitoring::address;
use crate::words::words;

/// Lines of history that the page shows: those of the last days.
const SHOWN_FOR: Millis = 7 * DAY;
const MAX_EVENTS: usize = 100;

/// What an alert is told by.
struct Known<'a> {
    caller: &'a Caller,
    now: Millis,
    rules: Vec<AlertRuleView>,
    /// Read only where one of them has an alert: their budgets are read with them.
    objectives: Vec<ObjectiveView>,
    silences: Vec<SilenceView>,
    windows: Vec<MaintenanceView>,
}

impl<'a> Known<'a> {
    async fn of(control: &Control, caller: &'a Caller, alerts: &[AlertView]) -> Result<Known<'a>, Problem> {
        let of_objective = alerts.iter().any(|alert| alert.series.contains(BURN_RATE));
        let objectives = if of_objective { control.objectives(caller).await? } else { Vec::new() };
        Ok(Self {
            caller,
            now: control.now(caller),
            rules: control.alert_rules(caller).await?,
            objectives,
            silences: control.silences(caller).await?,
            windows: control.maintenance_windows(caller).await?,
        })
    }

    fn line(&self, alert: AlertView) -> AlertLine {
        let (subject, burn_rate) = read_series(&alert.series);
        let is_of_node = alert.domain.is_empty();
        let (link, condition, value) = match burn_rate {
            _ if is_of_node => of_node(subject.as_ref()),
            None => self.of_rule(&alert),
            Some(rate) => self.of_objective(&alert, rate),
        };
        AlertLine {
            link,
            condition,
            value,
            object: object_words(&alert.domain, &alert.series),
            figures: subject.as_ref().map(figures_of).unwrap_or_default(),
            silenced_until: subject.as_ref().and_then(|subject| self.silenced_until(&alert, subject)),
            in_maintenance: subject.as_ref().is_some_and(|subject| self.is_in_maintenance(&alert, subject)),
            may_edit: !is_of_node && self.caller.can(Action::EditAlert, &alert.domain),
            subject,
            id: alert.id,
            domain: alert.domain,
            name: alert.name,
            phase: alert.phase,
            since: alert.since,
            acknowledged: alert.acknowledged,
        }
    }

    /// Its page, its condition and its value.
    fn of_rule(&self, alert: &AlertView) -> (String, String, String) {
        let rule = self.rules.iter().find(|rule| rule.domain == alert.domain && rule.name == alert.name);
        let condition = rule.map(|rule| metrics::condition(&rule.rule)).unwrap_or_default();
        let metric = rule.map_or(Metric::Requests, |rule| rule.rule.metric);
        let value = alert.value.map(|value| metrics::value(metric, value)).unwrap_or_default();
        (rule_page(&alert.domain, &alert.name), condition, value)
    }

    /// The value of an objective is how fast it uses its error budget.
    fn of_objective(&self, alert: &AlertView, rate: &str) -> (String, String, String) {
        let say = &words().alerts;
        let objective = self.objectives.iter().find(|of| of.domain == alert.domain && of.name == alert.name);
        let condition = objective.map(|of| (say.condition_of_objective)(&of.objective.words(), rate)).unwrap_or_default();
        let value = alert.value.map(|value| (say.burn_rate_of)(&crate::ui::chart::number(value))).unwrap_or_default();
        ("/monitoring/objectives".to_owned(), condition, value)
    }

    fn silenced_until(&self, alert: &AlertView, subject: &Subject) -> Option<Millis> {
        let of_domain = self.silences.iter().filter(|silence| silence.domain == alert.domain).map(|of| &of.silence);
        of_domain.filter(|silence| silence.mutes(&alert.name, subject, self.now)).map(|silence| silence.to).max()
    }

    fn is_in_maintenance(&self, alert: &AlertView, subject: &Subject) -> bool {
        self.windows
            .iter()
            .filter(|window| window.domain == alert.domain)
            .any(|of| week_time(&of.window.zone, self.now).is_some_and(|at| of.window.mutes(&alert.name, subject, at)))
    }
}

/// The page of a node that says something of itself, and what it says: that its figures cannot be written.
fn of_node(subject: Option<&Subject>) -> (String, String, String) {
    let page = subject.map(|subject| address(subject.kind.key(), &subject.path)).unwrap_or_default();
    (page, words().alerts.figures_unwritten.to_owned(), String::new())
}

/// The page with the figures of an object; a domain has its own in the overview.
fn figures_of(subject: &Subject) -> String {
    if subject.kind == SubjectKind::Domain {
        format!("/monitoring?domain={}", subject.path)
    } else {
        address(subject.kind.key(), &subject.path)
    }
}

/// `API travel/plane in prod`
pub(super) fn object_words(domain: &str, series: &str) -> String {
    let (subject, _) = read_series(series);
    subject.map_or_else(|| series.to_owned(), |subject| Selector::one(&subject).words(domain))
}

pub(super) fn rule_page(domain: &str, name: &str) -> String {
    format!("/monitoring/alerts/rules/{domain}/{name}")
}

/// Firing before pending before resolved, and the newest of each first.
fn order(line: &AlertLine) -> (u8, Reverse<Millis>) {
    let place = match line.phase {
        Phase::Firing => 0,
        Phase::Pending => 1,
        Phase::Resolved | Phase::Ok => 2,
    };
    (place, Reverse(line.since))
}

pub(super) async fn alerts(control: &Control, caller: &Caller) -> Result<AlertsShown, Problem> {
    let all = control.alerts(caller).await?;
    let known = Known::of(control, caller, &all).await?;
    let mut alerts: Vec<AlertLine> = all.into_iter().filter(|alert| alert.phase != Phase::Ok).map(|alert| known.line(alert)).collect();
    alerts.sort_by_key(order);
    let rules = known.rules.iter().map(|rule| rule_line(rule, &alerts)).collect();
    let domains = control.domains(caller).await?;
    let mut events = Vec::new();
    for domain in &domains {
        let of_domain = control.alert_history(caller, &domain.name).await?;
        events.extend(of_domain.into_iter().filter(|event| event.at >= known.now - SHOWN_FOR).map(|event| event_line(&domain.name, event)));
    }
    events.sort_by_key(|event: &EventLine| Reverse(event.at));
    events.truncate(MAX_EVENTS);
    let may_edit = domains.iter().any(|domain| caller.can(Action::EditAlert, &domain.name));
    Ok(AlertsShown { alerts, rules, events, may_edit })
}

fn rule_line(rule: &AlertRuleView, alerts: &[AlertLine]) -> RuleLine {
    let page = rule_page(&rule.domain, &rule.name);
    let firing = alerts.iter().filter(|alert| alert.phase == Phase::Firing && alert.link == page).count();
    RuleLine {
        domain: rule.domain.clone(),
        name: rule.name.clone(),
        object: rule.rule.watch.words(&rule.domain),
        condition: metrics::condition(&rule.rule),
        receivers: rule.rule.notify.receivers.clone(),
        firing: firing as u64,
    }
}

fn event_line(domain: &str, event: AlertEventView) -> EventLine {
    EventLine {
        domain: domain.to_owned(),
        object: object_words(domain, &event.series),
        name: event.name,
        kind: event.kind,
        at: event.at,
        by: event.by,
    }
}

/// What fires on an API, on all of a domain, or on all that the caller sees where neither is named.
pub(super) async fn firing(control: &Control, caller: &Caller, (domain, path): (&str, &str)) -> Result<Vec<AlertLine>, Problem> {
    let is_asked = |alert: &AlertView| {
        let on_path = || read_series(&alert.series).0.is_some_and(|subject| subject.kind == SubjectKind::Api && subject.path == path);
        alert.phase == Phase::Firing && (domain.is_empty() || alert.domain == domain) && (path.is_empty() || on_path())
    };
    let all: Vec<AlertView> = control.alerts(caller).await?.into_iter().filter(is_asked).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(control, caller, &all).await?;
    let mut lines: Vec<AlertLine> = all.into_iter().map(|alert| known.line(alert)).collect();
    lines.sort_by_key(order);
    Ok(lines)
}
