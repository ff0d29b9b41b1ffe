//! The body of a request, for which its client is not waited for without end.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use connect::Consumer;
use gateway::{Memory, Reservation};
use http::{Request, Version, header};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use model::{ErrorCode, Problem};

use super::bounds::{BODY_UNCOUNTED, Bounds, THROWN_AWAY};
use super::connection::Peer;
use super::patience::Patience;

/// Why a body could not be read.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body on its way in: it fails when too little of it comes for too long.
pub(crate) struct RequestBody {
    /// There until it is dropped.
    incoming: Option<Incoming>,
    patience: Patience,
    timeout: Duration,
    bodies: Memory,
    address: IpAddr,
    /// Bytes that came.
    seen: u64,
    /// What they hold of the memory for bodies, once they are many. Whoever reads the body holds it until its end.
    counted: Option<Reservation>,
    /// Its last frame was read.
    over: bool,
    /// What nobody reads is read all the same once the response is on its way, see [`discard`].
    discarded: bool,
    fault: Option<Arc<OnceLock<Problem>>>,
}

impl RequestBody {
    /// A request as hyper gives it.
    pub(super) fn of(request: Request<Incoming>, bounds: Bounds, peer: Peer) -> Request<Self> {
        // HTTP/2 ends one request without the others. Whoever asks before sending sends nothing once the response is there.
        let discarded = request.version() < Version::HTTP_2 && !request.headers().contains_key(header::EXPECT);
        request.map(|incoming| Self {
            incoming: Some(incoming),
            patience: Patience::new(bounds.timeout),
            timeout: bounds.timeout,
            bodies: bounds.bodies,
            address: peer.address.ip(),
            seen: 0,
            counted: None,
            over: false,
            discarded,
            fault: None,
        })
    }

    /// Tells why the body could not be read, once that is so.
    pub(crate) fn fault(&mut self) -> Arc<OnceLock<Problem>> {
        self.fault.get_or_insert_default().clone()
    }

    /// Counts what came, where it is much.
    fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.seen += bytes as u64;
        if self.seen <= BODY_UNCOUNTED {
            return Ok(());
        }
        let of_peer = || self.bodies.reservation(Consumer::person(&self.address.to_string()));
        self.counted.get_or_insert_with(of_peer).hold(self.seen)
    }

    fn fail(&self, problem: Problem) -> BodyError {
        if let Some(fault) = &self.fault {
            let _ = fault.set(problem.clone());
        }
        problem.into()
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
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.patience.earn(bytes);
                Poll::Ready(Some(match this.count(bytes) {
                    Ok(()) => Ok(frame),
                    Err(problem) => Err(this.fail(problem)),
                }))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                this.over = true;
                Poll::Ready(None)
            }
            Poll::Pending if this.patience.poll_over(context).is_ready() => {
                // Nobody who is this slow is waited for again.
                this.discarded = false;
                let detail = "The body of the request did not arrive in time. Send the request again.";
                let late = Problem { status: 408, ..Problem::new(ErrorCode::Invalid, detail) };
                Poll::Ready(Some(Err(this.fail(late))))
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
/// that is a reset to its client, who then does not see the response.
async fn discard(mut incoming: Incoming) {
    let mut seen = 0;
    while let Some(Ok(frame)) = std::future::poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > THROWN_AWAY {
            return;
        }
    }
}
