//! Panics: counted wherever they happen, and caught where a request is answered.

use std::any::Any;
use std::panic::{AssertUnwindSafe, set_hook, take_hook};
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use gateway::{Clock, RequestId};
use model::{ErrorCode, Problem};

use crate::config::LogFormat;
use crate::host::Machine;

/// A panic belongs to the process, and so does its count.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts every panic from now on, before it is told: for people as ever, and for programs as a line of the log.
pub(crate) fn count_all(format: LogFormat) {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        match format {
            LogFormat::Text => before(panic),
            LogFormat::Json => {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                tracing::error!(place = place.as_str(), cause = connect::error::panic_text(panic.payload()), "a thread panicked");
            }
        }
    }));
}

/// Panics since the process began.
pub(crate) fn counted() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Answers a request; where that panics, gives what its caller is told, and the id under which the cause was logged.
pub(crate) fn caught<F: Future>(answer: F) -> impl Future<Output = Result<F::Output, Box<(RequestId, Problem)>>> {
    AssertUnwindSafe(answer).catch_unwind().map(|answered| answered.map_err(|cause| Box::new(told(&*cause))))
}

fn told(cause: &(dyn Any + Send)) -> (RequestId, Problem) {
    let request_id = RequestId::new(Machine.request_id(Clock::now(&Machine)));
    tracing::error!(request_id = request_id.as_str(), cause = connect::error::panic_text(cause), "a request panicked");
    let detail = "The request failed because of a fault in Sluice. Give the request id to the operator.";
    (request_id, Problem::new(ErrorCode::Internal, detail))
}
