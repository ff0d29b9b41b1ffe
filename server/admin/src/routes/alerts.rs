//! Alerts, objectives, silences, maintenance windows, receivers and notices.

use axum::extract::State;
use control::Control;
use control::alerts::{AlertRuleInput, MaintenanceInput, NoticeQuery, ObjectiveInput, ReceiverInput, SilenceInput};
use control::model::alert::AlertRule;
use control::model::view::{
    AlertEventView, AlertPreview, AlertRuleView, AlertView, MaintenanceView, NoticeView, ObjectiveView, ReceiverSaved, ReceiverView,
    RiskView, SilenceView,
};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path, Query};
use crate::operation::Table;

/// Where a named object of a domain is.
type Place = Path<(String, String)>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Acknowledged {
    #[serde(default)]
    note: String,
}

pub(super) fn add(table: Table) -> Table {
    const RULE: &str = "/admin/v1/alert-rules/{domain}/{rule}";
    const OBJECTIVE: &str = "/admin/v1/objectives/{domain}/{objective}";
    const WINDOW: &str = "/admin/v1/maintenance-windows/{domain}/{window}";
    let table = table
        .add::<(), Vec<AlertView>, _, _>(Method::GET, "/admin/v1/alerts", "List the alerts of my domains that are not ok", alerts)
        .add::<(), Vec<AlertEventView>, _, _>(
            Method::GET,
            "/admin/v1/alerts/{domain}/history",
            "List what fired, was acknowledged or resolved in a domain, newest first",
            history,
        )
        .add::<Acknowledged, (), _, _>(
            Method::POST,
            "/admin/v1/alerts/{domain}/{alert}/acknowledge",
            "Acknowledge a firing alert",
            acknowledge,
        )
        .add::<(), Vec<AlertRuleView>, _, _>(Method::GET, "/admin/v1/alert-rules", "List the alert rules of my domains", rules)
        .add::<AlertRuleInput, (), _, _>(Method::PUT, RULE, "Create an alert rule, or change it (with the edit that was seen)", set_rule)
        .add::<(), (), _, _>(Method::DELETE, RULE, "Delete an alert rule", delete_rule)
        .add::<AlertRule, Vec<AlertPreview>, _, _>(
            Method::POST,
            "/admin/v1/alert-previews/{domain}",
            "Say when a rule would have fired in the past week",
            preview,
        )
        .add::<(), Vec<ObjectiveView>, _, _>(
            Method::GET,
            "/admin/v1/objectives",
            "List the objectives of my domains, with their error budgets",
            objectives,
        )
        .add::<ObjectiveInput, (), _, _>(
            Method::PUT,
            OBJECTIVE,
            "Create an objective, or change it (with the edit that was seen)",
            set_objective,
        )
        .add::<(), (), _, _>(Method::DELETE, OBJECTIVE, "Delete an objective", delete_objective)
        .add::<(), Vec<MaintenanceView>, _, _>(
            Method::GET,
            "/admin/v1/maintenance-windows",
            "List the maintenance windows of my domains",
            windows,
        )
        .add::<MaintenanceInput, (), _, _>(
            Method::PUT,
            WINDOW,
            "Create a maintenance window, or change it (with the edit that was seen)",
            set_window,
        )
        .add::<(), (), _, _>(Method::DELETE, WINDOW, "Delete a maintenance window", delete_window)
        .add::<(), Vec<RiskView>, _, _>(Method::GET, "/admin/v1/risks", "List what is live in my domains and lacks protection", risks);
    receivers_and_silences(table)
}

fn receivers_and_silences(table: Table) -> Table {
    const RECEIVER: &str = "/admin/v1/receivers/{domain}/{receiver}";
    table
        .add::<(), Vec<SilenceView>, _, _>(Method::GET, "/admin/v1/silences", "List the silences of my domains", silences)
        .add::<SilenceInput, String, _, _>(Method::POST, "/admin/v1/silences", "Silence alerts until a time", new_silence)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/silences/{domain}/{silence}", "End a silence now", end_silence)
        .add::<(), Vec<ReceiverView>, _, _>(Method::GET, "/admin/v1/receivers", "List the receivers of my domains", receivers)
        .add::<ReceiverInput, ReceiverSaved, _, _>(
            Method::PUT,
            RECEIVER,
            "Create a receiver, or change it (with the edit that was seen); a secret is shown once",
            set_receiver,
        )
        .add::<(), (), _, _>(Method::DELETE, RECEIVER, "Delete a receiver with what waits for it", delete_receiver)
        .add::<(), (), _, _>(
            Method::POST,
            "/admin/v1/receivers/{domain}/{receiver}/test",
            "Send a test notice to a receiver",
            test_receiver,
        )
        .add::<(), Vec<NoticeView>, _, _>(
            Method::GET,
            "/admin/v1/notices",
            "List the latest notices (`?dead=true`: those that could not be sent)",
            notices,
        )
        .with_query::<NoticeQuery>()
        .add::<(), (), _, _>(Method::POST, "/admin/v1/notices/{domain}/{notice}/retry", "Send a notice again that could not be sent", retry)
}

async fn alerts(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<AlertView>> {
    answer(control.alerts(&caller).await)
}

async fn history(State(control): State<Control>, Asker(caller): Asker, Path(domain): Path<String>) -> Answer<Vec<AlertEventView>> {
    answer(control.alert_history(&caller, &domain).await)
}

async fn acknowledge(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, alert)): Place,
    Body(input): Body<Acknowledged>,
) -> Answer<()> {
    answer(control.acknowledge_alert(&caller, &domain, &alert, &input.note).await)
}

async fn rules(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<AlertRuleView>> {
    answer(control.alert_rules(&caller).await)
}

async fn set_rule(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, rule)): Place,
    Body(input): Body<AlertRuleInput>,
) -> Answer<()> {
    answer(control.set_alert_rule(&caller, (&domain, &rule), &input).await)
}

async fn delete_rule(State(control): State<Control>, Asker(caller): Asker, Path((domain, rule)): Place) -> Answer<()> {
    answer(control.delete_alert_rule(&caller, &domain, &rule).await)
}

async fn preview(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(domain): Path<String>,
    Body(rule): Body<AlertRule>,
) -> Answer<Vec<AlertPreview>> {
    answer(control.preview_alert_rule(&caller, &domain, &rule).await)
}

async fn objectives(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<ObjectiveView>> {
    answer(control.objectives(&caller).await)
}

async fn set_objective(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, objective)): Place,
    Body(input): Body<ObjectiveInput>,
) -> Answer<()> {
    answer(control.set_objective(&caller, (&domain, &objective), &input).await)
}

async fn delete_objective(State(control): State<Control>, Asker(caller): Asker, Path((domain, objective)): Place) -> Answer<()> {
    answer(control.delete_objective(&caller, &domain, &objective).await)
}

async fn windows(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<MaintenanceView>> {
    answer(control.maintenance_windows(&caller).await)
}

async fn set_window(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, window)): Place,
    Body(input): Body<MaintenanceInput>,
) -> Answer<()> {
    answer(control.set_maintenance_window(&caller, (&domain, &window), &input).await)
}

async fn delete_window(State(control): State<Control>, Asker(caller): Asker, Path((domain, window)): Place) -> Answer<()> {
    answer(control.delete_maintenance_window(&caller, &domain, &window).await)
}

async fn risks(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<RiskView>> {
    answer(control.risks(&caller).await)
}

async fn silences(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<SilenceView>> {
    answer(control.silences(&caller).await)
}

async fn new_silence(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<SilenceInput>) -> Answer<String> {
    answer(control.new_silence(&caller, &input).await)
}

async fn end_silence(State(control): State<Control>, Asker(caller): Asker, Path((domain, silence)): Place) -> Answer<()> {
    answer(control.end_silence(&caller, &domain, &silence).await)
}

async fn receivers(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<ReceiverView>> {
    answer(control.receivers(&caller).await)
}

async fn set_receiver(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, receiver)): Place,
    Body(input): Body<ReceiverInput>,
) -> Answer<ReceiverSaved> {
    answer(control.set_receiver(&caller, (&domain, &receiver), &input).await)
}

async fn delete_receiver(State(control): State<Control>, Asker(caller): Asker, Path((domain, receiver)): Place) -> Answer<()> {
    answer(control.delete_receiver(&caller, &domain, &receiver).await)
}

async fn test_receiver(State(control): State<Control>, Asker(caller): Asker, Path((domain, receiver)): Place) -> Answer<()> {
    answer(control.test_receiver(&caller, &domain, &receiver).await)
}

async fn notices(State(control): State<Control>, Asker(caller): Asker, Query(query): Query<NoticeQuery>) -> Answer<Vec<NoticeView>> {
    answer(control.notices(&caller, query).await)
}

async fn retry(State(control): State<Control>, Asker(caller): Asker, Path((domain, notice)): Place) -> Answer<()> {
    answer(control.retry_notice(&caller, &domain, &notice).await)
}
