//! Whether somebody is told of an alert: silences and maintenance windows.

use model::alert::{MaintenanceWindow, Silence};
use model::clock::Millis;
use model::schedule::week_time;
use model::view::Subject;

/// By their domains.
#[derive(Default)]
pub(super) struct Mutes {
    pub(super) silences: Vec<(String, Silence)>,
    pub(super) windows: Vec<(String, MaintenanceWindow)>,
    /// When somebody would be told: later than the time that is evaluated, which waits for late nodes.
    pub(super) told_at: Millis,
}

impl Mutes {
    /// Of what happened at a time: a silence that begins or ends meanwhile holds, too.
    pub(super) fn hold(&self, of: (&str, &str), subject: &Subject, at: Millis) -> bool {
        [at, self.told_at].into_iter().any(|at| self.hold_at(of, subject, at))
    }

    fn hold_at(&self, (domain, rule): (&str, &str), subject: &Subject, at: Millis) -> bool {
        let silenced = self.silences.iter().any(|(of, silence)| of == domain && silence.mutes(rule, subject, at));
        silenced
            || self.windows.iter().any(|(of, window)| {
                of == domain && week_time(&window.zone, at).is_some_and(|week_time| window.mutes(rule, subject, week_time))
            })
    }
}
