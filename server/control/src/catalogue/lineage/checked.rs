//! How far edges are compared with definitions, in this process.

use tokio::sync::Mutex;

/// The revision up to which they are; nothing before the first time.
#[derive(Default)]
pub(crate) struct Checked(pub(super) Mutex<Option<i64>>);
