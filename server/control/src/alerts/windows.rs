//! Maintenance windows: each week the same hours, in which nobody is told of alerts.

use model::alert::MaintenanceWindow;
use model::schedule::week_time;
use model::view::MaintenanceView;
use model::{Action, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::AlertDefinitionKind;

use super::definitions::Sent;
use crate::failure::from_json;
use crate::{Caller, Control};

/// A maintenance window as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceInput {
    /// The edit that was seen; absent for a new window.
    #[serde(default)]
    pub edit: Option<i64>,
    pub window: MaintenanceWindow,
}

impl Control {
    /// The maintenance windows of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn maintenance_windows(&self, caller: &Caller) -> Result<Vec<MaintenanceView>, Problem> {
        let mut views = Vec::new();
        for row in self.visible_definitions(caller, AlertDefinitionKind::Window).await? {
            let window = row.window()?;
            let (edit, updated_at) = (row.edit, row.updated_at);
            views.push(MaintenanceView { domain: row.domain, name: row.name, window, edit, updated_by: row.updated_by, updated_at });
        }
        Ok(views)
    }

    /// Makes a maintenance window or changes it.
    ///
    /// # Errors
    /// Fields out of bounds; a zone that is not known; a window that somebody else has changed.
    pub async fn set_maintenance_window(
        &self,
        caller: &Caller,
        (domain, name): (&str, &str),
        input: &MaintenanceInput,
    ) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        let errors = self.window_errors(&input.window);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let definition = serde_json::to_string(&input.window).map_err(|error| from_json(&error))?;
        self.save_definition(caller, Sent { kind: AlertDefinitionKind::Window, domain, name, definition, edit: input.edit }).await
    }

    pub(crate) fn window_errors(&self, window: &MaintenanceWindow) -> Vec<FieldError> {
        let mut errors = window.errors();
        if week_time(&window.zone, self.host.now()).is_none() {
            errors.push(FieldError::new("zone", "Unknown time zone. Enter a name such as Europe/Zurich or UTC."));
        }
        errors
    }

    /// # Errors
    /// Where there is no such window.
    pub async fn delete_maintenance_window(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        self.delete_definition(caller, AlertDefinitionKind::Window, (domain, name)).await
    }
}
