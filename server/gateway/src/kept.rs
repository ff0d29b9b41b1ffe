//! Where requests are kept, and which of them.

use model::ErrorCode;
use model::clock::Millis;
use request_log::{Figures, RequestLog, Sampler};

/// The request log of a gateway.
pub(crate) struct Kept {
    pub(crate) log: RequestLog,
    /// For those who are refused before their API is looked up.
    pub(crate) strangers: Sampler,
}

impl Kept {
    pub(crate) fn new(log: RequestLog) -> Self {
        Self { log, strangers: Sampler::default() }
    }

    /// Whether a request of an API is kept that ends now.
    pub(crate) fn keeps(&self, sampler: &Sampler, code: Option<ErrorCode>, now: Millis) -> bool {
        sampler.keeps(code, now) && (code.is_some() || self.log.lets_success(now))
    }

    pub(crate) fn figures(&self) -> Figures {
        self.log.figures()
    }
}
