//! The figures of this process on their way into their database: each ten seconds, what all its parts have counted is read, and written
//! beside the metadata. Nobody who answers requests waits for it.

mod node;
mod retention;
mod ticker;
mod writing;

use gateway::Gateway;
use observe::{Reading, SeriesKey};

pub(crate) use node::{Node, Process};
pub(crate) use ticker::{Giver, Ticker};
pub(crate) use writing::Unwritten;

/// What the gateway has counted: of each API, and of each app and API.
pub(crate) fn of_gateway(gateway: &Gateway) -> Vec<(SeriesKey, Reading)> {
    gateway.readings()
}
