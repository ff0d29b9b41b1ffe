//! One build that is under way.

use std::sync::Arc;

use accel::Place;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::build_source::BuildSource;

/// Who builds, from what, into which place, and when it is to stop.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) from: &'a Arc<BuildSource>,
    pub(crate) to: &'a Place,
    pub(crate) stop: &'a CancellationToken,
}
