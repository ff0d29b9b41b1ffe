//! Server functions of alerts, silences, receivers and objectives.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::alert::WeekDay;
use model::view::ReceiverSaved;

use super::rule_draft::RuleDraft;
use super::rule_fields::RuleFields;
use super::shown::{AlertLine, AlertsShown, ObjectivesShown, ReceiversShown, SilencesShown};
use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "alerts")]
pub async fn alerts() -> Result<AlertsShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::gathered::alerts(&control, &caller).await?)
}

/// What fires on an API, on all of a domain, or on all that the reader sees where neither is named.
#[server(prefix = "/fn", endpoint = "firing-alerts")]
pub async fn firing_alerts(#[server(default)] domain: String, #[server(default)] path: String) -> Result<Vec<AlertLine>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::gathered::firing(&control, &caller, (&domain, &path)).await?)
}

#[server(prefix = "/fn", endpoint = "acknowledge-alert")]
pub async fn acknowledge_alert(domain: String, id: String, #[server(default)] note: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.acknowledge_alert(&caller, &domain, &id, &note).await?)
}

/// The form of a rule with its preview. Of a new one where `name` is empty.
#[server(prefix = "/fn", endpoint = "alert-rule-draft", input = Json)]
pub async fn alert_rule_draft(
    #[server(default)] domain: String,
    #[server(default)] name: String,
    #[server(default)] fields: RuleFields,
) -> Result<RuleDraft, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::drafting::draft(&control, &caller, (&domain, &name), fields).await?)
}

#[server(prefix = "/fn", endpoint = "set-alert-rule")]
pub async fn set_alert_rule(fields: RuleFields) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let input = control::alerts::AlertRuleInput { edit: super::rule_text::edit(&fields.edit)?, rule: super::rule_text::read(&fields)? };
    control.set_alert_rule(&caller, (&fields.domain, &fields.name), &input).await?;
    crate::session::go_to("/monitoring/alerts");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-alert-rule")]
pub async fn delete_alert_rule(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.delete_alert_rule(&caller, &domain, &name).await?;
    crate::session::go_to("/monitoring/alerts");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "silences")]
pub async fn silences() -> Result<SilencesShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::listed::silences(&control, &caller).await?)
}

/// Silences alerts for some hours or until a time; from now on where no beginning is named. What is left empty is any.
#[server(prefix = "/fn", endpoint = "new-silence")]
pub async fn new_silence(
    domain: String,
    #[server(default)] rule: String,
    #[server(default)] kind: String,
    #[server(default)] environment: String,
    #[server(default)] path: String,
    #[server(default)] hours: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] reason: String,
) -> Result<(), PortalError> {
    use super::typed;
    let (control, caller) = crate::session::asker().await?;
    let from = typed::time("from", &from)?;
    let hours = model::number::optional(&hours, &(1..=24 * 90_i64)).map_err(|message| model::Problem::field("hours", message))?;
    let to = match (typed::time("to", &to)?, hours) {
        (Some(to), _) => to,
        (None, Some(hours)) => from.unwrap_or_else(|| control.now(&caller)) + hours * model::clock::HOUR,
        (None, None) => return Err(model::Problem::field("hours", crate::words::words().alert_silences.no_end).into()),
    };
    let input = control::alerts::SilenceInput { domain, matcher: typed::matcher(&rule, &kind, &environment, &path)?, from, to, reason };
    control.new_silence(&caller, &input).await?;
    Ok(())
}

#[server(prefix = "/fn", endpoint = "end-silence")]
pub async fn end_silence(domain: String, id: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.end_silence(&caller, &domain, &id).await?)
}

/// Makes a maintenance window. What is left empty is any.
#[server(prefix = "/fn", endpoint = "new-maintenance-window")]
pub async fn new_maintenance_window(
    domain: String,
    name: String,
    #[server(default)] days: Vec<WeekDay>,
    #[server(default)] start: String,
    #[server(default)] minutes: String,
    #[server(default)] zone: String,
    #[server(default)] rule: String,
    #[server(default)] kind: String,
    #[server(default)] environment: String,
    #[server(default)] path: String,
    #[server(default)] reason: String,
) -> Result<(), PortalError> {
    use super::typed;
    let (control, caller) = crate::session::asker().await?;
    let duration = model::number::whole(&minutes, &(1..=24 * 60)).map_err(|message| model::Problem::field("minutes", message))?;
    let window = model::alert::MaintenanceWindow {
        matcher: typed::matcher(&rule, &kind, &environment, &path)?,
        days,
        start_minute: typed::minute_of_day("start", &start)?,
        duration_minutes: duration,
        zone: zone.trim().to_owned(),
        reason,
    };
    let input = control::alerts::MaintenanceInput { edit: None, window };
    Ok(control.set_maintenance_window(&caller, (&domain, &name), &input).await?)
}

#[server(prefix = "/fn", endpoint = "delete-maintenance-window")]
pub async fn delete_maintenance_window(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.delete_maintenance_window(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "receivers")]
pub async fn receivers() -> Result<ReceiversShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::listed::receivers(&control, &caller).await?)
}

/// Makes a receiver, or changes the one whose edit was seen. The secret of a webhook is given this once.
#[server(prefix = "/fn", endpoint = "set-receiver")]
pub async fn set_receiver(
    domain: String,
    name: String,
    #[server(default)] edit: String,
    channel: String,
    #[server(default)] to: String,
    #[server(default)] url: String,
    #[server(default)] new_secret: bool,
    #[server(default)] form_token: String,
) -> Result<ReceiverSaved, PortalError> {
    use model::alert::ReceiverChannel;
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let channel = match channel.as_str() {
        "portal" => ReceiverChannel::Portal,
        "email" => ReceiverChannel::Email { to: super::typed::names(&to) },
        "webhook" => ReceiverChannel::Webhook { url: url.trim().to_owned() },
        _ => return Err(model::Problem::field("channel", crate::words::words().alert_rule.bad_choice).into()),
    };
    let input = control::alerts::ReceiverInput { edit: super::rule_text::edit(&edit)?, channel, new_secret };
    Ok(control.set_receiver(&caller, (&domain, &name), &input).await?)
}

#[server(prefix = "/fn", endpoint = "delete-receiver")]
pub async fn delete_receiver(domain: String, name: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.delete_receiver(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "test-receiver")]
pub async fn test_receiver(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.test_receiver(&caller, &domain, &name).await?)
}

#[server(prefix = "/fn", endpoint = "retry-notice")]
pub async fn retry_notice(domain: String, id: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.retry_notice(&caller, &domain, &id).await?)
}

#[server(prefix = "/fn", endpoint = "objectives")]
pub async fn objectives() -> Result<ObjectivesShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::listed::objectives(&control, &caller).await?)
}

/// Makes an objective, or changes the one whose edit was seen.
#[server(prefix = "/fn", endpoint = "set-objective")]
pub async fn set_objective(
    domain: String,
    name: String,
    #[server(default)] edit: String,
    #[server(default)] kind: String,
    #[server(default)] environment: String,
    #[server(default)] path: String,
    #[server(default)] target: String,
    #[server(default)] within: String,
    #[server(default)] period_days: String,
    #[server(default)] min_bad: String,
    #[server(default)] also_bad: String,
    #[server(default)] receivers: Vec<String>,
) -> Result<(), PortalError> {
    use super::objective_reading::read;
    use super::objective_text::Typed;
    let (control, caller) = crate::session::asker().await?;
    let receivers = super::typed::receivers_of(&domain, &receivers);
    let objective = read(&Typed { kind, environment, path, target, within, period_days, min_bad, also_bad, receivers })?;
    let input = control::alerts::ObjectiveInput { edit: super::rule_text::edit(&edit)?, objective };
    control.set_objective(&caller, (&domain, &name), &input).await?;
    // Away from the address that names what is changed.
    crate::session::go_to("/monitoring/objectives");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-objective")]
pub async fn delete_objective(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.delete_objective(&caller, &domain, &name).await?;
    crate::session::go_to("/monitoring/objectives");
    Ok(())
}
