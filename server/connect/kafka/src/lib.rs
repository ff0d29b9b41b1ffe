//! Kafka: topics as tables, asked by the engine as they stand, and as feeds of changes that never end.
//!
//! No consumer groups: each reader is given all partitions and says itself where it begins, because how far a dataset is stands
//! with its rows and nowhere else. So there is nothing to rebalance, and a broker that goes or a partition that moves is
//! librdkafka's matter.

mod client;
mod connector;
mod feed;
mod format;
mod message;
mod position;
mod schemas;
mod topic;

use connect::Connector;

pub use connector::Kafka;

/// The connectors of this crate.
#[must_use]
pub fn connectors() -> Vec<&'static dyn Connector> {
    vec![&Kafka]
}
