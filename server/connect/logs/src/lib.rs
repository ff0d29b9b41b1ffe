//! Log files: each log is a table of its lines, asked by the engine as it stands, and a feed that follows what is written, through
//! the rotation of its files.
//!
//! A file is known by its number on the disk and its first bytes, so a log that is renamed is not read twice, and one that is cut
//! short or whose number was given again is begun again. How far a dataset is stands with its rows, as for every feed.

mod connector;
mod feed;
mod files;
mod pattern;
mod tail;

use connect::Connector;

pub use connector::Logs;

/// The connectors of this crate.
#[must_use]
pub fn connectors() -> Vec<&'static dyn Connector> {
    vec![&Logs]
}
