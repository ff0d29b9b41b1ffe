//! Puts the page of a rule together: its form, what is wrong with it, and its preview.

use control::{Caller, Control};
use model::alert::{AlertRule, Phase, Template};
use model::{Action, ErrorCode, Problem};

use super::rule_draft::RuleDraft;
use super::rule_fields::RuleFields;
use super::{choices, listed, metrics, preview, rule_text, typed};
use crate::words::words;

/// What a form begins with where nobody has chosen anything.
const TEMPLATE: &str = "errors-p1";

/// Of a rule by its domain and name, or of a new one where they are empty.
pub(super) async fn draft(
    control: &Control,
    caller: &Caller,
    (domain, name): (&str, &str),
    asked: RuleFields,
) -> Result<RuleDraft, Problem> {
    let domains = listed::domains_where(control, caller, Action::EditAlert).await?;
    let is_new = name.is_empty();
    let mut fields =
        if is_new { new_fields(asked.clone(), &domains) } else { known_fields(control, caller, (domain, name), &asked).await? };
    fields.receivers = typed::names(&fields.receivers).join(", ");
    let may_edit = caller.can(Action::EditAlert, &fields.domain);
    let receivers = control.receivers(caller).await?.into_iter().filter(|receiver| receiver.domain == fields.domain);
    let objects = if may_edit { choices::objects(control, caller, std::slice::from_ref(&fields.domain), &[]).await? } else { Vec::new() };
    let alerts = control.alerts(caller).await?;
    let is_firing = |of: &&model::view::AlertView| of.phase == Phase::Firing && of.domain == domain && of.name == name;
    let mut draft = RuleDraft {
        is_new,
        may_edit,
        receivers: receivers.map(|receiver| receiver.name).collect(),
        may_watch_nodes: caller.can(Action::Administer, ""),
        objects,
        metrics: metrics::choices(),
        templates: Template::all().into_iter().map(Template::name).collect(),
        condition: String::new(),
        object: String::new(),
        problem: None,
        preview: None,
        is_ready: false,
        firing: alerts.iter().filter(is_firing).count() as u64,
        fields,
        domains,
    };
    match rule_text::read(&draft.fields) {
        Err(problem) => draft.problem = Some(problem),
        Ok(rule) => {
            let is_asked = may_edit && (!is_new || asked.is_filled());
            told(control, caller, &mut draft, (&rule, is_asked)).await;
        }
    }
    Ok(draft)
}

/// Puts the rule into words and, where that is asked for, previews it.
async fn told(control: &Control, caller: &Caller, draft: &mut RuleDraft, (rule, is_asked): (&AlertRule, bool)) {
    draft.condition = metrics::condition(rule);
    draft.object = rule.watch.words(&draft.fields.domain);
    if !is_asked {
        return;
    }
    match control.preview_alert_rule(caller, &draft.fields.domain, rule).await {
        Ok(weeks) => draft.preview = Some(preview::drawn(&draft.fields.domain, &weeks, control.now(caller), &crate::session::zone())),
        Err(problem) => draft.problem = Some(problem),
    }
    draft.is_ready = draft.problem.as_ref().is_none_or(|problem| !matches!(problem.code, ErrorCode::Invalid | ErrorCode::Forbidden));
}

fn new_fields(asked: RuleFields, domains: &[String]) -> RuleFields {
    let chosen = domains.iter().find(|domain| **domain == asked.domain).or_else(|| domains.first());
    let domain = chosen.cloned().unwrap_or_default();
    if asked.is_filled() {
        return RuleFields { domain, edit: String::new(), ..asked };
    }
    let template = Template::from_name(&asked.template).or_else(|| Template::from_name(TEMPLATE));
    template.map(|template| rule_text::written((&domain, ""), None, &template.rule(None, Vec::new()))).unwrap_or_default()
}

async fn known_fields(control: &Control, caller: &Caller, (domain, name): (&str, &str), asked: &RuleFields) -> Result<RuleFields, Problem> {
    let rules = control.alert_rules(caller).await?;
    let rule = rules.into_iter().find(|rule| rule.domain == domain && rule.name == name);
    let rule = rule.ok_or_else(|| Problem::not_found((words().alert_rule.named)(domain, name)))?;
    if asked.is_filled() {
        // The edit stays the one that was seen: whoever was faster is told at saving.
        return Ok(RuleFields { domain: domain.to_owned(), name: name.to_owned(), ..asked.clone() });
    }
    Ok(rule_text::written((domain, name), Some(rule.edit), &rule.rule))
}
