//! Datasets: made by form, built by a worker, switched and rolled back.

mod build;
mod edit;
mod job;
mod list;
mod runs;

pub use edit::NewDataset;
