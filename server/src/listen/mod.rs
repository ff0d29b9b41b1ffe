//! Accepting connections on a port: HTTP/1.1 and HTTP/2 alike, bounded in time, drained when the process is told to stop.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long calls under way may take once the process was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may take to send its headers.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(15);
/// How often a silent peer is asked, by the kernel, whether it is still there. Pings of HTTP/2 would take a lock and a
/// look at the clock for every frame.
const PROBE_EVERY: Duration = Duration::from_secs(30);
/// Calls of one HTTP/2 connection at once.
const MAX_STREAMS: u32 = 1_024;

/// Lets this process hold as many connections as the machine allows: each takes a file, and the limit that processes
/// begin with is often a thousand.
pub(crate) fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        tracing::warn!(cause = %error, "the limit of open files stays where it is");
    }
}

/// # Errors
/// An address that is in use, with the setting that chooses another.
pub(crate) async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{address} cannot be listened on: {error}. Stop what uses it, or set {setting}"))
}

/// Accepts until told to stop, then lets what is under way finish. `answer` is told who is at the other end.
pub(crate) async fn serve<F, B>(
    listener: TcpListener,
    answer: impl Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + 'static,
    stop: CancellationToken,
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    // An answer goes out in one piece: cheaper than a list of pieces for bodies of this size.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT).writev(false);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most often too many open files: give those under way a moment to end.
                tracing::warn!(cause = %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let probes = socket2::TcpKeepalive::new().with_time(PROBE_EVERY).with_interval(PROBE_EVERY);
        let _ = socket2::SockRef::from(&stream).set_tcp_keepalive(&probes);
        let answer = answer.clone();
        let service = hyper::service::service_fn(move |request| {
            let answered = answer(request, peer);
            async move { Ok::<_, Infallible>(answered.await) }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(cause = %error, "a connection ended early");
            }
        });
    }
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}
