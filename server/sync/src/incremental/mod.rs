//! Following and comparing: a live dataset version takes the changes of its table, and is compared with it.

pub(crate) mod cursor;
pub(crate) mod delete_detection;
mod differences;
pub(crate) mod feed;
pub(crate) mod merge_join;
mod position;
pub(crate) mod progress;
pub(crate) mod reconcile;
pub(crate) mod sync;
pub(crate) mod table_rows;
pub(crate) mod target;
