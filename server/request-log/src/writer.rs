//! Takes entries and writes them into segments, on a thread of its own. Whoever hands one over never waits.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::clock::Millis;

use crate::entry::{RequestEntry, weight};
use crate::folder;
use crate::pace::Pace;
use crate::reader::Reader;
use crate::shared::{Figures, Shared};

/// Entries that may wait for the thread.
const WAITING: usize = 1_024;
/// When a segment is closed.
const SEGMENT_TIME: Duration = Duration::from_secs(60);
const SEGMENT_BYTES: usize = 4 << 20;
/// How long the end of the process waits for the last segment.
const CLOSING: Duration = Duration::from_secs(5);

/// What a request log is made of.
pub struct Settings {
    pub folder: PathBuf,
    /// How long entries are kept, in milliseconds, and how many bytes of segments.
    pub keep_for: Millis,
    pub keep_bytes: u64,
    /// What this node is called.
    pub node: String,
    /// The time, for the age of segments.
    pub now: Box<dyn Fn() -> Millis + Send>,
}

enum Message {
    Entry(Box<RequestEntry>),
    /// Writes what there is, and says so.
    Close(SyncSender<()>),
}

/// The request log of one node. Cheap to clone.
#[derive(Clone)]
pub struct RequestLog(Arc<Inner>);

struct Inner {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
    folder: PathBuf,
    node: String,
    /// Successes of all APIs of the node together: a hundred a second, however many APIs there are.
    successes: Pace<10, 500>,
    /// Until it is started.
    waiting: Mutex<Option<Writer>>,
}

impl RequestLog {
    /// Nothing is written before it is started.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let shared = Arc::new(Shared::default());
        let (folder, node) = (settings.folder.clone(), settings.node.clone());
        let writer = Writer { settings, receiver, shared: shared.clone(), bytes: 0, close_at: Instant::now() + SEGMENT_TIME };
        Self(Arc::new(Inner { sender, shared, folder, node, successes: Pace::default(), waiting: Mutex::new(Some(writer)) }))
    }

    /// Starts to write, once.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(&self) -> Result<(), String> {
        let Some(writer) = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        let started = std::thread::Builder::new().name("request-log".into()).spawn(move || writer.run());
        started.map(drop).map_err(|error| format!("the thread of the request log cannot be started: {error}"))
    }

    #[must_use]
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// Whether there is room for one more success of any API.
    #[must_use]
    pub fn lets_success(&self, now: Millis) -> bool {
        self.0.successes.lets(now)
    }

    /// Takes an entry, or drops and counts it where the thread is behind.
    pub fn keep(&self, entry: RequestEntry) {
        let counter = match self.0.sender.try_send(Message::Entry(Box::new(entry))) {
            Ok(()) => &self.0.shared.kept,
            Err(_) => &self.0.shared.dropped,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    #[must_use]
    pub fn figures(&self) -> Figures {
        self.0.shared.figures()
    }

    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(self.0.folder.clone(), self.0.shared.clone(), &self.0.node)
    }

    /// Writes what is not written yet, and waits a while for it.
    pub fn close(&self) {
        let (done, wait) = sync_channel(1);
        if self.0.sender.try_send(Message::Close(done)).is_ok() {
            let _ = wait.recv_timeout(CLOSING);
        }
    }
}

struct Writer {
    settings: Settings,
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
    /// What the open segment holds, about.
    bytes: usize,
    close_at: Instant,
}

impl Writer {
    fn run(mut self) {
        folder::remove_parts(&self.settings.folder);
        self.remove_old();
        loop {
            match self.receiver.recv_timeout(self.close_at.saturating_duration_since(Instant::now())) {
                Ok(Message::Entry(entry)) => self.add(*entry),
                Ok(Message::Close(done)) => {
                    self.close_segment();
                    let _ = done.send(());
                }
                Err(RecvTimeoutError::Timeout) => self.close_segment(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.close_segment();
                    return;
                }
            }
        }
    }

    fn add(&mut self, entry: RequestEntry) {
        self.bytes += weight(&entry);
        self.shared.push(Arc::new(entry));
        // While many come, none of them is waited for.
        if self.bytes >= SEGMENT_BYTES || Instant::now() >= self.close_at {
            self.close_segment();
        }
    }

    fn close_segment(&mut self) {
        self.close_at = Instant::now() + SEGMENT_TIME;
        let entries = self.shared.open();
        if entries.is_empty() {
            return self.remove_old();
        }
        let written = folder::write(&self.settings.folder, &entries);
        let was_stopped = self.shared.stopped.swap(written.is_err(), Ordering::Relaxed);
        if let Err(cause) = written {
            self.shared.lost.fetch_add(entries.len() as u64, Ordering::Relaxed);
            if !was_stopped {
                tracing::error!(
                    cause,
                    "the request log cannot be written; requests are not affected, and their entries are lost until it can"
                );
            }
        } else if was_stopped {
            tracing::info!("the request log is written again");
        }
        // Readers look here first and at the folder after that, and miss nothing.
        self.shared.clear();
        self.bytes = 0;
        self.remove_old();
    }

    fn remove_old(&self) {
        let before = (self.settings.now)() - self.settings.keep_for;
        folder::remove_old(&self.settings.folder, before, self.settings.keep_bytes);
    }
}

#[cfg(test)]
mod tests;
