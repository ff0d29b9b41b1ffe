//! Datasets: made by form, built by a worker, switched and rolled back.

mod accelerate;
mod backfill;
mod build;
mod cursor;
mod edit;
mod held;
mod into;
mod job;
mod list;
mod mapping;
mod rejected;
mod runs;

pub use accelerate::Accelerate;
pub use edit::NewDataset;
pub use mapping::PreviewMapping;

pub(crate) use edit::{gate_errors, table_of};
pub(crate) use held::{DatasetEdit, Fate};
pub(crate) use into::incremental_error;
pub(crate) use job::{job_errors, with_spec};
