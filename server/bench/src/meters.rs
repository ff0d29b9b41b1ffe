//! What measuring takes of a request: the meters of the data plane as its short way adds to them, and nothing else of the product.
//!
//! The product always measures, and has no switch that could be set for a comparison. So its own files with the meters are compiled here
//! once more. All threads add to the meters of one API, as they do while everybody calls the same one. Between two requests each thread
//! does other work: long enough for the other threads to take the meters' memory, as in the product, and short enough for the difference
//! to be seen. Prints how many nanoseconds of a processor a request takes more with the meters than without.

#![allow(clippy::print_stdout)]

// The request log decides of each request whether it is kept. The crate of this name writes Parquet; what decides is two files of it.
extern crate self as request_log;

#[allow(dead_code, unreachable_pub)] // a file of another crate, which uses more of it
#[path = "../../gateway/src/figures.rs"]
mod figures;
#[allow(dead_code, unreachable_pub)]
#[path = "../../gateway/src/metrics.rs"]
mod metrics;
#[allow(dead_code, unreachable_pub)]
#[path = "../../request-log/src/pace.rs"]
mod pace;
#[allow(dead_code, unreachable_pub)]
#[path = "../../request-log/src/sampler.rs"]
mod sampler;

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use model::clock::Millis;
use model::snapshot::Environment;

use crate::metrics::{AppMeter, Meter, Spent};
use crate::pace::Pace;
pub(crate) use crate::sampler::Sampler;

/// Requests of a thread in one reading.
const REQUESTS: u64 = 50_000;
/// Of each side, in turn.
const READINGS: usize = 9;
/// Of the other work between two requests.
const STEPS: u32 = 1_000;
/// Of a response.
const BYTES: usize = 200;
/// The time of all requests: under load, nearly all come after the samplers have let as many as they let.
const NOW: Millis = 1_700_000_000_000;

/// What a request adds to or asks.
#[derive(Default)]
struct Meters {
    api: Meter,
    app: AppMeter,
    /// Successes of all APIs that the request log keeps.
    kept: Pace<10, 500>,
}

impl Meters {
    /// A good request: both looks at the clock, its counts, and whether it is kept.
    fn count(&self, number: u64) {
        let began = Instant::now();
        // Times differ, so that more than one bucket is added to.
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX).saturating_add(number % 40);
        self.api.count(None, Spent::in_gateway(micros), BYTES);
        self.app.count(Environment::Prod, None);
        black_box(self.api.kept().keeps(None, NOW) && self.kept.lets(NOW));
    }
}

fn main() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let meters = Meters::default();
    let with = || reading(threads, |number| meters.count(number));
    let without = || reading(threads, |_| ());
    // Both sides warm.
    let (_, _) = (with(), without());
    let mut differences: Vec<f64> = (0..READINGS).map(|_| with() - without()).collect();
    differences.sort_by(f64::total_cmp);
    println!("{}", differences[READINGS / 2]);
}

/// Nanoseconds of a request with its other work, on so many threads at once.
fn reading(threads: usize, measure: impl Fn(u64) + Sync) -> f64 {
    let start = Barrier::new(threads);
    let requests = || {
        start.wait();
        let began = Instant::now();
        for number in 0..REQUESTS {
            other_work(number);
            measure(number);
        }
        began.elapsed()
    };
    let times: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(requests)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    times.iter().sum::<Duration>().as_nanos() as f64 / (REQUESTS as f64 * times.len() as f64)
}

/// Each step needs the one before, so none can be left out.
fn other_work(number: u64) {
    let mut state = number | 1;
    for _ in 0..STEPS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
}
