//! How accelerated data is made: a worker asks for the runs that schedules want, takes those that were asked for, reads
//! the table, writes a new dataset version beside the live one, proves it, and switches. A bad build never touches the live one.
//!
//! The control plane and this crate never call each other: they meet in the rows of jobs, runs and dataset versions.

mod alerts;
mod beat;
mod build;
mod failed;
mod figures;
mod incremental;
mod metadata_retry;
mod publish;
mod readable;
mod said;
#[cfg(test)]
mod samples;
mod schedule;
mod source;
mod worker;

use std::sync::Arc;

use accel::Stores;
use connect::Mapper;
use connect::pools::Pools;
use connect::vault::Vault;
use model::clock::Millis;
use store::Store;
use tokio::sync::Notify;

pub use alerts::{AlertFigures, Alerts, Mail, PastWeek, Webhooks};
pub use figures::Figures;
pub use said::Said;
pub use schedule::alarms::{Alarm, AlarmKind, Alarms};
pub use worker::run;

/// Time and ids, handed in from outside.
pub trait Host: Send + Sync {
    fn now(&self) -> Millis;
    /// A new UUIDv7.
    fn id(&self) -> String;
}

/// What a worker works with. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    pub store: Store,
    pub stores: Stores,
    pub pools: Arc<Pools>,
    pub vault: Arc<Vault>,
    pub host: Arc<dyn Host>,
    pub mapper: Arc<dyn Mapper>,
    /// Who it is, among several.
    pub name: String,
    /// Told when a change was made in this process; otherwise the rows are looked at each second.
    pub changed: Arc<Notify>,
    /// What somebody should look at.
    pub alarms: Arc<Alarms>,
    /// What its work has come to, for figures over time.
    pub figures: Arc<Figures>,
    /// What it has said of rows that cannot be read.
    pub said: Arc<Said>,
    /// Tells this process of a change that the worker made.
    pub announce: Arc<dyn Fn(i64) + Send + Sync>,
}
