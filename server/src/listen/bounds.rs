//! What one connection may cost: how long it may keep the server waiting, and how much memory it may hold. Only the
//! time-out and the caps are an operator's to set; the rest stands here with its reason.

use std::time::Duration;

use gateway::Memory;

/// How long calls under way may take once the process was told to stop.
pub(super) const DRAIN: Duration = Duration::from_secs(10);
/// How often a silent peer is asked, by the kernel, whether it is still there. Pings of HTTP/2 would take a lock and a
/// look at the clock for every frame.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(30);
/// The longest that anything but an API may take to begin its response. APIs have time-outs of their own.
pub(crate) const WHOLE_REQUEST: Duration = Duration::from_secs(300);

/// Requests of one HTTP/2 connection at once. Load generators and gRPC clients stay below 100; each may hold a window.
pub(super) const MAX_STREAMS: u32 = 256;
/// How much a client may send of one request, and of all requests of a connection, before it is read, in bytes. The
/// largest message is 1 MiB, and nothing that is sent often is longer than the first.
pub(super) const STREAM_WINDOW: u32 = 256 << 10;
pub(super) const CONNECTION_WINDOW: u32 = 1 << 20;
/// The headers of one HTTP/2 request, in bytes: a token of 8 KiB and as much again.
pub(super) const MAX_HEADERS: u32 = 16 << 10;
/// What is kept of an HTTP/2 response that its client does not take yet, in bytes: four frames.
pub(super) const SEND_BUFFER: usize = 64 << 10;
/// What an HTTP/1.1 connection holds of a request or a response, in bytes: a query may have 64 KiB, with headers behind it.
pub(super) const HTTP1_BUFFER: usize = 128 << 10;
/// The pieces in which a response is handed over, in bytes. What is left of it stays with its request, where it is seen
/// that its client does not take it.
pub(super) const PIECE: usize = 32 << 10;
/// What the kernel keeps unsent of a connection, in bytes. More would hide for minutes that a client does not read, and
/// less would wake us up too often while it does.
pub(super) const UNSENT: u32 = 128 << 10;
/// Of a body that nobody wants any more, as much is read and discarded, in bytes: a client that is cut off while it
/// sends sees a reset instead of the response.
pub(super) const THROWN_AWAY: usize = 16 << 20;
/// Bodies that are not longer are not counted, in bytes.
pub(super) const BODY_UNCOUNTED: u64 = 64 << 10;
/// Bytes that earn a client, or a body, one more second of waiting. A modem is faster.
pub(super) const BYTES_PER_SECOND: u64 = 4 << 10;

/// Connections beyond the caps that are let in all the same, for `/healthz` and for administrators, and of one address.
pub(super) const RESERVE: u32 = 64;
pub(super) const RESERVE_PER_ADDRESS: u32 = 8;
/// A connection of the reserve is soon somebody else's.
const RESERVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may keep the server waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// For its handshake, its first request, the headers of a request, more of a body, and for taking more of a response.
    pub(super) timeout: Duration,
    /// For its next request, over HTTP/2. HTTP/1.1 has the time-out for that as well: its headers are waited for.
    pub(super) idle: Duration,
    /// What large request bodies are counted in.
    pub(super) bodies: Memory,
}

impl Bounds {
    pub(crate) fn new(timeout: Duration, bodies: Memory) -> Self {
        Self { timeout, idle: timeout * 4, bodies }
    }

    /// Those of a connection of the reserve.
    pub(super) fn reserved(self) -> Self {
        let timeout = self.timeout.min(RESERVE_TIMEOUT);
        Self { timeout, idle: timeout, ..self }
    }

    /// How often a connection is looked at.
    pub(super) fn look_every(self) -> Duration {
        self.timeout / 3
    }
}
