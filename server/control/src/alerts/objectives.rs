//! Objectives, with what is left of their error budgets.

use model::alert::{Objective, Selector, burn_rates};
use model::view::ObjectiveView;
use model::{Action, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::AlertDefinitionKind;

use super::definitions::Sent;
use crate::failure::from_json;
use crate::{Caller, Control};

/// An objective as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveInput {
    /// The edit that was seen; absent for a new objective.
    #[serde(default)]
    pub edit: Option<i64>,
    pub objective: Objective,
}

impl Control {
    /// The objectives of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn objectives(&self, caller: &Caller) -> Result<Vec<ObjectiveView>, Problem> {
        let mut views = Vec::new();
        for row in self.visible_definitions(caller, AlertDefinitionKind::Objective).await? {
            let objective = row.objective()?;
            // Logged where it went wrong; the objective is shown without it.
            let budget = self.ports.samples.over_period(&objective).await.ok().map(|outcomes| objective.budget(outcomes));
            let windows = self.ports.samples.over_windows(&objective).await.unwrap_or_default();
            let rates = burn_rates(objective.period_days);
            let burning = rates.iter().zip(windows).map(|(rate, (long, short))| rate.burning(&objective, long, short)).collect();
            views.push(ObjectiveView {
                domain: row.domain,
                name: row.name,
                objective,
                edit: row.edit,
                updated_by: row.updated_by,
                updated_at: row.updated_at,
                budget,
                burning,
            });
        }
        Ok(views)
    }

    /// The domains and names of the objectives of the caller's domains, without what their budgets take to read.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn objective_names(&self, caller: &Caller) -> Result<Vec<(String, String)>, Problem> {
        let rows = self.visible_definitions(caller, AlertDefinitionKind::Objective).await?;
        Ok(rows.into_iter().map(|row| (row.domain, row.name)).collect())
    }

    /// Makes an objective or changes it.
    ///
    /// # Errors
    /// Fields out of bounds; objects and receivers that are not there; an objective that somebody else has changed.
    pub async fn set_objective(&self, caller: &Caller, (domain, name): (&str, &str), input: &ObjectiveInput) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        let objective = &input.objective;
        let mut errors = objective.errors(domain);
        if errors.is_empty() {
            errors = self.missing(domain, &objective.notify, &Selector::one(&objective.subject)).await?;
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let definition = serde_json::to_string(objective).map_err(|error| from_json(&error))?;
        self.save_definition(caller, Sent { kind: AlertDefinitionKind::Objective, domain, name, definition, edit: input.edit }).await
    }

    /// # Errors
    /// Where there is no such objective.
    pub async fn delete_objective(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        self.delete_definition(caller, AlertDefinitionKind::Objective, (domain, name)).await
    }
}
