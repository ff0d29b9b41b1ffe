//! Alerts: what fires, the rules with their preview, silences and maintenance windows, receivers, and objectives.

pub(crate) mod api;
mod at_risk;
mod callout;
#[cfg(feature = "ssr")]
mod choices;
#[cfg(feature = "ssr")]
mod drafting;
mod firing;
mod frame;
#[cfg(feature = "ssr")]
mod gathered;
#[cfg(feature = "ssr")]
mod listed;
mod maintenance;
mod matched;
#[cfg(feature = "ssr")]
mod metrics;
mod named;
mod notices;
mod objective_form;
#[cfg(feature = "ssr")]
mod objective_reading;
mod objective_text;
mod objectives;
#[cfg(feature = "ssr")]
mod preview;
mod receiver_picker;
mod receivers;
mod risks;
mod rule;
mod rule_draft;
mod rule_fields;
mod rule_form;
#[cfg(feature = "ssr")]
mod rule_text;
mod shown;
mod silences;
#[cfg(feature = "ssr")]
mod typed;

pub(crate) use callout::FiringNow;
pub(crate) use firing::AlertsPage;
pub(crate) use objectives::ObjectivesPage;
pub(crate) use receivers::ReceiversPage;
pub(crate) use rule::{NewRulePage, RulePage};
pub(crate) use silences::SilencesPage;
