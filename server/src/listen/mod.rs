//! Accepting connections on a port: HTTP/1.1 and HTTP/2 alike, bounded in number, time and memory, drained when the
//! process is told to stop.

mod bounds;
mod caps;
mod connection;
mod patience;
mod request;
mod response;
mod stall;
mod streams;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use bounds::{Bounds, WHOLE_REQUEST};
pub(crate) use caps::Caps;
pub(crate) use connection::Peer;
pub(crate) use request::RequestBody;
pub(crate) use tls::{Pair, Tls};

use bounds::{DRAIN, PROBE_EVERY, UNSENT};
use stall::Stall;

/// A port, and what bounds its connections.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) bounds: Bounds,
    /// Those of all ports together.
    pub(crate) caps: Arc<Caps>,
    pub(crate) tls: Option<Tls>,
}

/// Lets this process hold as many connections as the machine allows: each takes a file, and the limit that processes
/// begin with is often a thousand. Gives the files that it may hold.
pub(crate) fn allow_many_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(cause = %error, "the limit of open files could not be raised");
            limit.current
        }
    }
}

/// # Errors
/// An address that is in use, with the setting that chooses another.
pub(crate) async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("Sluice cannot listen on {address}: {error}. Stop the program that uses the address, or set {setting}"))
}

/// Accepts until told to stop, then lets what is under way finish. `answer` is told who is at the other end.
pub(crate) async fn serve<F, B>(
    port: Port,
    answer: impl Fn(Request<RequestBody>, Peer) -> F + Clone + Send + 'static,
    stop: CancellationToken,
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Each connection holds a receiver until its end.
    let (stopping, stopped) = watch::channel(());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = port.listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most often too many open files: give those under way a moment to end.
                tracing::warn!(cause = %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Without a place it is closed at once: a response would cost what the caps are there to save.
        let Some(place) = port.caps.take(address.ip()) else { continue };
        prepare(&stream);
        let peer = Peer { address, reserved: place.reserved };
        let bounds = if place.reserved { port.bounds.reserved() } else { port.bounds };
        let (answer, stopped) = (answer.clone(), stopped.clone());
        let acceptor = port.tls.as_ref().map(Tls::acceptor);
        tokio::spawn(async move {
            let stream = Stall::new(stream, bounds.timeout);
            match acceptor {
                None => connection::run(stream, peer, bounds, answer, stopped).await,
                // Boxed: a connection without TLS does not pay for the size of this.
                Some(acceptor) => Box::pin(connection::run_secured(acceptor, stream, peer, bounds, answer, stopped)).await,
            }
            drop(place);
        });
    }
    drop(stopped);
    let _ = stopping.send(());
    let _ = tokio::time::timeout(DRAIN, stopping.closed()).await;
}

/// What the kernel is asked to do for a connection. One that does not know how does without.
fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = socket2::SockRef::from(stream);
    let probes = socket2::TcpKeepalive::new().with_time(PROBE_EVERY).with_interval(PROBE_EVERY);
    let _ = socket.set_tcp_keepalive(&probes);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_notsent_lowat(UNSENT);
}
