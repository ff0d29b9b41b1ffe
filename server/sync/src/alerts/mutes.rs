//! Whether somebody is told of an alert: silences and maintenance windows, as of one time.

use model::alert::{MaintenanceWindow, Silence};
use model::clock::Millis;
use model::schedule::week_time;
use model::view::Subject;

/// By their domains.
#[derive(Default)]
pub(super) struct Mutes {
    pub(super) silences: Vec<(String, Silence)>,
    pub(super) windows: Vec<(String, MaintenanceWindow)>,
}

impl Mutes {
    pub(super) fn hold(&self, (domain, rule): (&str, &str), subject: &Subject, at: Millis) -> bool {
        let silenced = self.silences.iter().any(|(of, silence)| of == domain && silence.mutes(rule, subject, at));
        silenced
            || self.windows.iter().any(|(of, window)| {
                of == domain && week_time(&window.zone, at).is_some_and(|week_time| window.mutes(rule, subject, week_time))
            })
    }
}
