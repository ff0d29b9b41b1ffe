//! APIs: making them, their drafts, the check against the real source, and what there is to see of them.

mod callable;
mod cases;
mod check;
mod check_form;
mod check_made;
mod check_script;
mod draft;
mod format_sql;
mod list;
mod numbers;
mod own_types;
mod public;
mod steps;
mod trial;

pub use draft::SaveDraft;

pub(crate) use cases::hash_of;
pub(crate) use check::CheckInput;
pub(crate) use list::Inventory;
pub(crate) use steps::{Beside, Planned};
