//! Where requests are kept, and which of them.

use std::sync::Arc;

use model::ErrorCode;
use model::clock::Millis;
use request_log::{Figures, RequestLog, Sampler};

use crate::traces::Traces;

/// The request log of a gateway.
pub(crate) struct Kept {
    pub(crate) log: RequestLog,
    /// For those who are refused before their API is looked up.
    pub(crate) strangers: Sampler,
    /// Where spans go, where they go anywhere.
    pub(crate) traces: Option<Arc<dyn Traces>>,
}

impl Kept {
    pub(crate) fn new(log: RequestLog, traces: Option<Arc<dyn Traces>>) -> Self {
        Self { log, strangers: Sampler::default(), traces }
    }

    /// Whether a request of an API is kept that ends now.
    pub(crate) fn keeps(&self, sampler: &Sampler, code: Option<ErrorCode>, now: Millis) -> bool {
        sampler.keeps(code, now) && (code.is_some() || self.log.lets_success(now))
    }

    pub(crate) fn figures(&self) -> Figures {
        self.log.figures()
    }
}
