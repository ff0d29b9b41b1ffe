//! What a node watches of itself, without a rule: whether its figures over time are written. The process that is asked knows it, and not
//! the metadata, which may be on the same full disk.

use model::Action;
use model::alert::{Phase, SHOWN_FOR, subject_text};
use model::view::{AlertView, Subject, SubjectKind};

use crate::{Caller, Control};

/// The name of the alert, and its id: each process has one of it.
const FIGURES_UNWRITTEN: &str = "figures-unwritten";

impl Control {
    /// That the figures of this node cannot be written, or could not be until not long ago. For those who run nodes.
    pub(crate) fn figures_alert(&self, caller: &Caller) -> Option<AlertView> {
        if !caller.can(Action::Administer, "") {
            return None;
        }
        let outage = self.ports.own_figures.outage()?;
        let (phase, since) = match outage.ended {
            None => (Phase::Firing, outage.since),
            Some(ended) if self.host.now() - ended < SHOWN_FOR => (Phase::Resolved, ended),
            Some(_) => return None,
        };
        Some(AlertView {
            id: FIGURES_UNWRITTEN.into(),
            domain: String::new(),
            name: FIGURES_UNWRITTEN.into(),
            series: subject_text(&Subject::new(SubjectKind::Node, None, self.ports.own_figures.node())),
            phase,
            since,
            value: None,
            acknowledged: None,
            is_told: false,
        })
    }
}
