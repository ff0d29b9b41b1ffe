//! How workers tell one another that they live.

use std::time::Duration;

use model::clock::{Millis, SECOND};

/// How often a worker says that it lives, of each run and each version that it has.
pub(crate) const BEAT: Duration = Duration::from_secs(5);
/// A worker that was not heard of for so long is dead; its run is begun again within half a minute.
pub(crate) const SILENCE: Millis = 20 * SECOND;
