//! Alerts and objectives: rules over figures, the state of each series of a rule, when somebody is told, and error budgets. Pure: every
//! time and every figure is handed in.
//!
//! The flapping guard is a minimum time, not a second threshold: an alert fires on until its condition was not met for so long, as
//! `keep_firing_for` of an alerting rule of Prometheus does
//! (<https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>). A second threshold would have to be chosen for each
//! metric, and says nothing to a share that jumps between 0 and 1.

mod burn_rate;
mod maintenance;
mod notice;
mod objective;
mod preview;
mod receiver;
mod rule;
mod selector;
mod silence;
mod state;
mod template;

pub use burn_rate::{BurnRate, burn_rates};
pub use maintenance::{MaintenanceWindow, WeekDay, WeekTime};
pub use notice::{MAX_NAMED, Notice, NoticeAlert, NoticeKind};
pub use objective::{Budget, Objective, ObjectiveKind, Outcomes, counts_as_bad};
pub use preview::{Episode, preview};
pub use receiver::{ReceiverChannel, ReceiverKind};
pub use rule::{AlertRule, NoData, NotificationPolicy, Operator};
pub use selector::{Selector, metrics_of, read_subject, subject_text};
pub use silence::{Matcher, Silence};
pub use state::{Acknowledgement, AlertState, MAX_STEP, Phase, Timing, Transition, Verdict};
pub use template::{Template, TemplateKind};

/// What is known of a metric over the window of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// Nothing where no node has reported, or where there was nothing to take a share or a percentile of.
    pub value: Option<f64>,
    /// What the value rests on: the failed requests of a share of errors, the requests of a latency or another share. 0 for a gauge or a rate.
    pub events: u64,
}
