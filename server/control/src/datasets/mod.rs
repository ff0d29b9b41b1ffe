//! Datasets: made by form, built by a worker, switched and rolled back.

mod build;
mod edit;
mod list;

pub use edit::NewDataset;
