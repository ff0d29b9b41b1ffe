//! Following and comparing: a live dataset version takes the changes of its table, and is held against it.

pub(crate) mod beside;
pub(crate) mod compare;
pub(crate) mod cursor;
pub(crate) mod feed;
pub(crate) mod follow;
pub(crate) mod gone;
pub(crate) mod progress;
pub(crate) mod table_rows;
pub(crate) mod target;
