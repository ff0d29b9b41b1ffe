//! Small parts used by many pages.

mod asked;
mod badge;
mod callout;
mod code;
mod confirm_dialog;
mod field;
mod form_card;
mod form_token;
mod graph;
mod head;
mod icon;
mod limit;
mod load;
mod number_field;
mod params;
mod problem_page;
mod setting_changes;
mod table;
mod text_area;
mod time;

pub(crate) use asked::{Asked, FromSource, ask, ask_recalling};
pub(crate) use badge::{CaseBadge, LiveBadge, NeedBadge, StateBadge};
pub(crate) use callout::{Callout, Empty, FormErrors, FormProblem, ProblemCallout, SIGN_IN_AGAIN, Tone};
pub(crate) use code::{CodeBlock, JsonBlock, copyable};
pub(crate) use confirm_dialog::{ConfirmDialog, asks_now, close_dialog};
pub(crate) use field::{Choice, Field, done, field_error};
pub(crate) use form_card::FormCard;
pub(crate) use form_token::FormToken;
pub(crate) use graph::{GraphNode, StepGraph};
pub(crate) use head::{PageHead, PageName};
pub use icon::ICONS;
pub(crate) use icon::{Icon, Mark};
#[cfg(feature = "ssr")]
pub(crate) use limit::rate;
pub(crate) use limit::{rate_fields, rate_words};
pub(crate) use load::Load;
pub(crate) use number_field::{NumberField, number_text, typed_numbers};
pub(crate) use params::{api_params, param};
pub(crate) use problem_page::{ProblemPage, no_access};
pub(crate) use setting_changes::SettingChanges;
pub(crate) use table::SampleTable;
pub(crate) use text_area::TextArea;
pub(crate) use time::{Time, bytes_words, grouped, rows, span_words};
