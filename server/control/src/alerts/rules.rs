//! Alert rules.

use model::alert::{AlertRule, Selector, Template, preview, subject_text};
use model::view::{AlertPreview, AlertRuleView, SubjectKind};
use model::{Action, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::AlertDefinitionKind;

use super::definitions::Sent;
use crate::failure::from_json;
use crate::{Caller, Control};

/// Objects that a preview is made for.
const PREVIEWED: usize = 20;

/// A rule as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRuleInput {
    /// The edit that was seen; absent for a new rule.
    #[serde(default)]
    pub edit: Option<i64>,
    pub rule: AlertRule,
}

impl Control {
    /// The rules of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn alert_rules(&self, caller: &Caller) -> Result<Vec<AlertRuleView>, Problem> {
        let mut views = Vec::new();
        for row in self.visible_definitions(caller, AlertDefinitionKind::Rule).await? {
            let rule = row.rule()?;
            let (edit, updated_at) = (row.edit, row.updated_at);
            views.push(AlertRuleView { domain: row.domain, name: row.name, rule, edit, updated_by: row.updated_by, updated_at });
        }
        Ok(views)
    }

    /// Makes a rule or changes it.
    ///
    /// # Errors
    /// Fields out of bounds; objects and receivers that are not there; a rule that somebody else has changed.
    pub async fn set_alert_rule(&self, caller: &Caller, (domain, name): (&str, &str), input: &AlertRuleInput) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        may_watch(caller, &input.rule.watch)?;
        self.refuse_rule(domain, &input.rule).await?;
        let definition = serde_json::to_string(&input.rule).map_err(|error| from_json(&error))?;
        self.save_definition(caller, Sent { kind: AlertDefinitionKind::Rule, domain, name, definition, edit: input.edit }).await
    }

    /// # Errors
    /// Where there is no such rule.
    pub async fn delete_alert_rule(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        self.delete_definition(caller, AlertDefinitionKind::Rule, (domain, name)).await
    }

    /// When a rule would have fired in the past week, for the first twenty of its objects.
    ///
    /// # Errors
    /// Fields out of bounds; figures that cannot be read.
    pub async fn preview_alert_rule(&self, caller: &Caller, domain: &str, rule: &AlertRule) -> Result<Vec<AlertPreview>, Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        may_watch(caller, &rule.watch)?;
        self.refuse_rule(domain, rule).await?;
        let weeks = self.ports.samples.past_week(domain, rule, PREVIEWED).await?;
        let views = weeks.iter().map(|of| AlertPreview { series: subject_text(&of.subject), episodes: preview(rule, &of.samples) });
        Ok(views.collect())
    }

    async fn refuse_rule(&self, domain: &str, rule: &AlertRule) -> Result<(), Problem> {
        let mut errors = rule.errors(domain);
        if !rule.template.is_empty() && Template::from_name(&rule.template).is_none() {
            errors.push(model::FieldError::new("template", format!("There is no template {}. Leave empty for none.", rule.template)));
        }
        if errors.is_empty() {
            errors = self.missing(domain, &rule.notify, &rule.watch).await?;
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
    }
}

/// Nodes belong to no domain, and their figures are for admins: so are the rules on them.
///
/// # Errors
/// For everybody else.
pub(crate) fn may_watch(caller: &Caller, watch: &Selector) -> Result<(), Problem> {
    if watch.kind == SubjectKind::Node { caller.authorise(Action::Administer, "") } else { Ok(()) }
}
