//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_rustls::TlsAcceptor;

use super::bounds::{Bounds, CONNECTION_WINDOW, HTTP1_BUFFER, MAX_HEADERS, MAX_STREAMS, SEND_BUFFER, STREAM_WINDOW};
use super::request::RequestBody;
use super::response::ResponseBody;
use super::streams::Streams;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// The connection is one of the reserve: it is for health and for administrators alone.
    pub(crate) reserved: bool,
}

/// What goes on over a connection. Each request that is under way holds a reference, so that the references count them.
#[derive(Default)]
pub(super) struct Activity {
    requests: AtomicU64,
}

/// The references that are not requests: those of the connection and of its service.
const NOT_REQUESTS: usize = 2;

/// What comes next for a connection.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Go,
    /// It is told that nothing more is taken.
    Close,
    /// It did not go when it was told to.
    Cut,
}

/// Looks for connections over which nothing is asked.
struct Idle {
    bounds: Bounds,
    requests: u64,
    since: Instant,
    closing: bool,
}

/// Serves a connection until its end, which comes soon after `stop` has changed.
pub(super) async fn run<S, F, B>(
    stream: S,
    peer: Peer,
    bounds: Bounds,
    answer: impl Fn(Request<RequestBody>, Peer) -> F + Send + 'static,
    mut stop: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let activity = Arc::new(Activity::default());
    let of_service = activity.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        of_service.requests.fetch_add(1, Ordering::Relaxed);
        let open = of_service.clone();
        let answered = answer(RequestBody::of(request, bounds, peer), peer);
        async move { Ok::<_, Infallible>(answered.await.map(|body| ResponseBody::new(body, open))) }
    });
    let connection = builder(bounds, peer.reserved).serve_connection(TokioIo::new(stream), service).into_owned();
    let mut connection = pin!(connection);
    let mut idle = Idle { bounds, requests: 0, since: Instant::now(), closing: false };
    let mut looks = interval_at(Instant::now() + bounds.look_every(), bounds.look_every());
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = pin!(stop.changed());
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(cause = %error, "a connection ended early");
                }
                return;
            }
            _ = stopped.as_mut(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => match idle.look(&activity) {
                Next::Go => {}
                Next::Close => connection.as_mut().graceful_shutdown(),
                Next::Cut => return,
            }
        }
    }
}

/// The same behind a handshake, which has the time-out as well.
pub(super) async fn run_secured<S, F, B>(
    acceptor: TlsAcceptor,
    stream: S,
    peer: Peer,
    bounds: Bounds,
    answer: impl Fn(Request<RequestBody>, Peer) -> F + Send + 'static,
    stop: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match tokio::time::timeout(bounds.timeout, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => run(stream, peer, bounds, answer, stop).await,
        Ok(Err(error)) => tracing::debug!(cause = %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake did not end in time"),
    }
}

fn builder(bounds: Bounds, reserved: bool) -> Builder<Streams> {
    let mut builder = Builder::new(Streams { timeout: bounds.timeout });
    // A response goes out in one piece: cheaper than a list of pieces for bodies of this size.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(bounds.timeout).max_buf_size(HTTP1_BUFFER).writev(false);
    builder.http1().keep_alive(!reserved);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADERS)
        .max_send_buf_size(SEND_BUFFER);
    builder
}

impl Idle {
    fn look(&mut self, activity: &Arc<Activity>) -> Next {
        let requests = activity.requests.load(Ordering::Relaxed);
        if Arc::strong_count(activity) > NOT_REQUESTS || requests != self.requests {
            (self.requests, self.since) = (requests, Instant::now());
            return Next::Go;
        }
        // A silent socket, and half of what begins HTTP/2, never come to a first request.
        let patience = if self.closing || requests == 0 { self.bounds.timeout } else { self.bounds.idle };
        if self.since.elapsed() < patience {
            return Next::Go;
        }
        self.since = Instant::now();
        if std::mem::replace(&mut self.closing, true) { Next::Cut } else { Next::Close }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_connection_is_idle_while_nothing_is_under_way() {
        let activity = Arc::new(Activity::default());
        let _service = activity.clone();
        let bounds = Bounds::new(Duration::from_secs(10), gateway::Memory::new(1 << 20));
        let at = |seconds| Instant::now() - Duration::from_secs(seconds);
        let mut idle = Idle { bounds, requests: 0, since: at(11), closing: false };
        assert_eq!(idle.look(&activity), Next::Close, "there was no first request");
        idle.since = at(11);
        assert_eq!(idle.look(&activity), Next::Cut, "it did not go");

        activity.requests.store(1, Ordering::Relaxed);
        let mut idle = Idle { bounds, requests: 0, since: at(60), closing: false };
        assert_eq!(idle.look(&activity), Next::Go, "there was a request since");
        idle.since = at(20);
        assert_eq!(idle.look(&activity), Next::Go, "the next one may take longer");
        idle.since = at(41);
        let open = activity.clone();
        assert_eq!(idle.look(&activity), Next::Go, "a request is under way");
        drop(open);
        idle.since = at(41);
        assert_eq!(idle.look(&activity), Next::Close);
    }
}
