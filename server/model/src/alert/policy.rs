//! Who is told of an alert, and how often.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::{MINUTE, Millis};

/// A week.
const MAX_REPEAT: u32 = 7 * 24 * 60;
const MAX_RECEIVERS: usize = 20;

/// Who is told, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NotificationPolicy {
    /// Receivers of the domain, by name. None: the alert is shown in the portal alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<String>,
    /// Notices again after so long, while an alert fires that nobody has acknowledged. Absent for one notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_minutes: Option<u32>,
    /// No notice that an alert is resolved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_resolved: bool,
}

impl NotificationPolicy {
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.receivers.len() > MAX_RECEIVERS {
            errors.push(FieldError::new("notify.receivers", format!("At most {MAX_RECEIVERS} receivers.")));
        }
        let twice = self.receivers.iter().enumerate().find(|(index, name)| self.receivers[..*index].contains(name));
        if let Some((index, name)) = twice {
            errors.push(FieldError::new(format!("notify.receivers.{index}"), format!("{name} is named twice.")));
        }
        if self.repeat_minutes.is_some_and(|minutes| !(5..=MAX_REPEAT).contains(&minutes)) {
            let message = format!("Enter between 5 and {MAX_REPEAT} minutes. Leave empty for one notice.");
            errors.push(FieldError::new("notify.repeat_minutes", message));
        }
        errors
    }

    #[must_use]
    pub fn repeat_after(&self) -> Option<Millis> {
        self.repeat_minutes.map(|minutes| Millis::from(minutes) * MINUTE)
    }
}
