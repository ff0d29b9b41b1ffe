//! What a step of a Union gave.

use bytes::Bytes;
use model::union::Degraded;
use model::view::StepTrace;

pub(crate) struct Outcome {
    pub(crate) rows: Vec<Bytes>,
    /// There were more rows than it gives.
    pub(crate) more: bool,
    pub(crate) degraded: Option<Degraded>,
    pub(crate) trace: StepTrace,
}
