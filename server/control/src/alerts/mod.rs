//! Alerts: rules, objectives, maintenance windows, silences, receivers, and what came of them. Figures are read and notices are sent by the
//! evaluator (`sync/alerts`); both meet in rows of the metadata.

mod definitions;
mod firing;
mod notices;
mod objectives;
mod objects;
mod own_figures;
mod receivers;
mod risks;
mod rules;
mod silences;
mod windows;

pub(crate) use definitions::Sent;
pub use notices::NoticeQuery;
pub use objectives::ObjectiveInput;
pub use receivers::ReceiverInput;
pub use rules::AlertRuleInput;
pub(crate) use rules::may_watch;
pub use silences::SilenceInput;
pub use windows::MaintenanceInput;
