//! The figures of this process itself: its share of a processor, its memory, its open files, and how late its timers are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use observe::{Gauge, Reading, SeriesKey, SeriesKind};
use rustix::time::{ClockId, clock_gettime};
use tokio_util::sync::CancellationToken;

/// How often it is seen how late a timer is.
const EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Node {
    key: SeriesKey,
    /// The processor time at the reading before.
    before: Mutex<(Instant, Duration)>,
    /// In microseconds, the longest since the last reading.
    delay: Arc<AtomicU64>,
    /// The one of the last reading.
    last_delay: AtomicU64,
}

/// What a process uses. What the system does not tell is nothing.
pub(crate) struct Process {
    /// Processor time since it began, in microseconds.
    pub(crate) processor_micros: u64,
    /// Memory that is no file's.
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) open_files: Option<u64>,
    /// How late a timer was at most, within the ten seconds before the last reading.
    pub(crate) delay_micros: u64,
}

impl Node {
    /// Of the process with this address. Timers are watched until it is told to stop.
    pub(crate) fn start(address: &str, stop: CancellationToken) -> Self {
        let delay = Arc::new(AtomicU64::new(0));
        tokio::spawn(watch_timers(delay.clone(), stop));
        let before = Mutex::new((Instant::now(), processor_time()));
        Self { key: SeriesKey::new(SeriesKind::Node, None, address), before, delay, last_delay: AtomicU64::new(0) }
    }

    /// What is so now. What the system does not tell is left out.
    pub(crate) fn reading(&self, revision: i64) -> (SeriesKey, Reading) {
        let delay = self.delay.swap(0, Ordering::Relaxed);
        self.last_delay.store(delay, Ordering::Relaxed);
        let mut reading = Reading::default()
            .gauge(Gauge::Revision, revision)
            .gauge(Gauge::LoopDelayMicros, whole(delay))
            .gauge(Gauge::CpuPermille, whole(self.processor_permille()));
        if let Some(bytes) = memory_bytes() {
            reading = reading.gauge(Gauge::MemoryBytes, whole(bytes));
        }
        if let Some(files) = open_files() {
            reading = reading.gauge(Gauge::OpenFiles, whole(files));
        }
        (self.key.clone(), reading)
    }

    /// The same for whoever takes differences by himself. It changes nothing of what is read.
    pub(crate) fn process(&self) -> Process {
        Process {
            processor_micros: micros(processor_time()),
            memory_bytes: memory_bytes(),
            open_files: open_files(),
            delay_micros: self.last_delay.load(Ordering::Relaxed),
        }
    }

    /// Of one core, since the reading before.
    fn processor_permille(&self) -> u64 {
        let now = (Instant::now(), processor_time());
        let before = std::mem::replace(&mut *self.before.lock().unwrap_or_else(PoisonError::into_inner), now);
        permille(now.1.saturating_sub(before.1), now.0 - before.0)
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn permille(used: Duration, passed: Duration) -> u64 {
    micros(used).saturating_mul(1_000) / micros(passed).max(1)
}

/// What all threads of this process have used.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn memory_bytes() -> Option<u64> {
    std::fs::read_to_string("/proc/self/status").ok().as_deref().and_then(anonymous_bytes)
}

fn open_files() -> Option<u64> {
    // One of them is the folder that is read.
    std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count().saturating_sub(1) as u64)
}

/// Memory that is no file's, of `/proc/self/status`.
fn anonymous_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1_024)
}

/// A timer that fires late says that threads were busy with something that should have waited elsewhere.
async fn watch_timers(delay: Arc<AtomicU64>, stop: CancellationToken) {
    loop {
        let due = tokio::time::Instant::now() + EVERY;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(due) => {}
        }
        delay.fetch_max(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_of_the_line_that_has_it() {
        let status = "Name:\tsluice\nVmRSS:\t   51200 kB\nRssAnon:\t   41984 kB\nRssFile:\t    9216 kB\n";
        assert_eq!(anonymous_bytes(status), Some(41_984 << 10));
        for wrong in ["", "RssAnon:", "RssAnon:\t12 MB", "RssAnon:\t-1 kB", "RssAnon:\t18446744073709551615 kB", "VmRSS:\t1 kB"] {
            assert_eq!(anonymous_bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_share_of_a_core_is_that_of_the_time_that_has_passed() {
        let seconds = Duration::from_secs;
        assert_eq!(permille(seconds(5), seconds(10)), 500);
        assert_eq!(permille(seconds(20), seconds(10)), 2_000, "two cores");
        assert_eq!((permille(seconds(0), seconds(0)), permille(seconds(0), seconds(9))), (0, 0));
    }

    #[tokio::test]
    async fn work_on_the_thread_of_timers_is_seen_as_their_delay() {
        let stop = CancellationToken::new();
        let node = Node::start("127.0.0.1:8080", stop.clone());
        tokio::time::sleep(EVERY / 2).await;
        // Holds the one thread of this test well past the time of the timer.
        let began = Instant::now();
        while began.elapsed() < 3 * EVERY {}
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(node.delay.load(Ordering::Relaxed) > 100_000);
        let (key, _) = node.reading(7);
        assert_eq!((key.to_string().as_str(), node.delay.load(Ordering::Relaxed)), ("node::127.0.0.1:8080", 0));
        stop.cancel();
    }
}
