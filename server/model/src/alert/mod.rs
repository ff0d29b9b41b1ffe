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
mod policy;
mod preview;
mod receiver;
mod risk;
mod rule;
mod sample;
mod selector;
mod silence;
mod state;
mod template;

pub use burn_rate::{BurnRate, Burning, burn_rates};
pub use maintenance::{MaintenanceWindow, WeekDay, WeekTime};
pub use notice::{MAX_NAMED, Notice, NoticeAlert, NoticeKind};
pub use objective::{Budget, Objective, ObjectiveKind, Outcomes, counts_as_bad};
pub use policy::NotificationPolicy;
pub use preview::{Episode, preview};
pub use receiver::{ReceiverChannel, ReceiverKind, receiver_place};
pub use risk::RiskKind;
pub use rule::{AlertRule, NoData, Operator};
pub use sample::Sample;
pub use selector::{BURN_RATE, Selector, metrics_of, read_series, read_subject, subject_text};
pub use silence::{Matcher, Silence};
pub use state::{Acknowledgement, AlertState, MAX_STEP, Phase, SHOWN_FOR, Timing, Transition, Verdict};
pub use template::{Template, TemplateKind};
