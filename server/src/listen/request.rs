//! The body of a request, for which its client is not waited for without end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Version, header};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::bounds::THROWN_AWAY;
use super::patience::Patience;

/// Why a body could not be read.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body on its way in: it fails when too little of it comes for too long.
pub(crate) struct RequestBody {
    /// There until it is dropped.
    incoming: Option<Incoming>,
    patience: Patience,
    timeout: Duration,
    /// Its last frame was read.
    over: bool,
    /// What nobody reads is read all the same once the answer is on its way, see [`discard`].
    discarded: bool,
    late: Option<Arc<AtomicBool>>,
}

impl RequestBody {
    /// A request as hyper gives it.
    pub(super) fn of(request: Request<Incoming>, timeout: Duration) -> Request<Self> {
        // HTTP/2 ends one request without the others. Whoever asks before sending sends nothing once the answer is there.
        let discarded = request.version() < Version::HTTP_2 && !request.headers().contains_key(header::EXPECT);
        request.map(|incoming| Self {
            incoming: Some(incoming),
            patience: Patience::new(timeout),
            timeout,
            over: false,
            discarded,
            late: None,
        })
    }

    /// Becomes true when the body does not come in time.
    pub(crate) fn late(&mut self) -> Arc<AtomicBool> {
        self.late.get_or_insert_default().clone()
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(incoming) = &mut this.incoming else { return Poll::Ready(None) };
        match Pin::new(incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.patience.earn(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                this.over = true;
                Poll::Ready(None)
            }
            Poll::Pending if this.patience.poll_over(context).is_ready() => {
                // Nobody who is this slow is waited for again.
                this.discarded = false;
                if let Some(late) = &this.late {
                    late.store(true, Ordering::Relaxed);
                }
                Poll::Ready(Some(Err("the body did not come in time".into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.discarded || self.is_end_stream() {
            return;
        }
        if let (Some(incoming), Ok(runtime)) = (self.incoming.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(self.timeout, discard(incoming)));
        }
    }
}

/// Reads what a client still sends of a body, within reason, after it was answered: a connection that is closed before
/// that is a reset to its client, who then does not see the answer.
async fn discard(mut incoming: Incoming) {
    let mut seen = 0;
    while let Some(Ok(frame)) = std::future::poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > THROWN_AWAY {
            return;
        }
    }
}
