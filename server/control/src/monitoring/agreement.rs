//! Tests: what charts say of three processes agrees with the requests that they had, in each tier and by each way of reading.

use model::clock::{HOUR, MINUTE, Millis};
use model::snapshot::Environment;
use model::view::Metric;
use observe::{Counter, Interval, LiveLatencies, Plan, Reading, SeriesKey, SeriesKind, Tier, intervals};

use super::points::{Alive, Folds, Points, Window, gather};
use super::samples::{BEGAN, Written};
use super::slice::{Slice, SliceKey};
use super::values::value;

const OF_EACH: usize = 5_000;

fn api() -> SeriesKey {
    SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane")
}

/// Of every magnitude from 100 µs to 60 s; xorshift, so that it repeats.
fn times(seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..OF_EACH).map(|_| (100.0 * 600_000_f64.powf(next())) as u64).collect()
}

/// Three processes over half an hour, and all of their times in order.
fn three() -> (Written, Vec<u64>) {
    let (mut written, mut all) = (Written::default(), Vec::new());
    for (number, writer) in ["a:1/x", "b:1/y", "c:1/z"].into_iter().enumerate() {
        let (times, live) = (times(number as u64 + 17), LiveLatencies::default());
        let mut process = written.process(writer);
        let mut count = 0;
        for (tick, portion) in (1..=180).zip(times.chunks(OF_EACH.div_ceil(180))) {
            portion.iter().for_each(|micros| live.add(*micros));
            count += portion.len() as u64;
            process.tick(tick, [(api(), Reading::default().counter(Counter::Ok, count).latencies(live.read()))]);
        }
        all.extend(times);
    }
    all.sort_unstable();
    (written, all)
}

/// The points of a whole hour.
fn hour(written: &Written, tier: Tier, now: Millis) -> Points {
    let window = Window { tier, from: BEGAN, to: BEGAN + HOUR, step: HOUR, now };
    gather(&window, &written.rows(&api(), tier), &Alive::default()).points
}

fn whole(points: Points, now: Millis) -> Interval {
    let plan = Plan { tier: Tier::Hour, from: BEGAN, to: BEGAN + HOUR, step: HOUR, is_coarser: false, now };
    intervals(&plan, points, &Alive::default().any()).remove(0)
}

#[test]
fn each_tier_has_all_requests_and_percentiles_within_its_bound() {
    let (written, all) = three();
    let now = BEGAN + 2 * HOUR;
    for (tier, bound) in [(Tier::TenSeconds, 0.02), (Tier::Minute, 0.02), (Tier::Hour, 0.04)] {
        let interval = whole(hour(&written, tier, now), now);
        let point = interval.point().unwrap();
        let latencies = point.latencies.as_ref().unwrap();
        let (count, sum) = (all.len() as u64, all.iter().sum::<u64>());
        assert_eq!((point.counter(Counter::Ok), latencies.count(), latencies.sum()), (count, count, sum), "{tier:?}");
        assert_eq!(latencies.max(), *all.last().unwrap());
        for (metric, percent) in [(Metric::LatencyP50, 50), (Metric::LatencyP95, 95), (Metric::LatencyP99, 99)] {
            let exact = all[(all.len() * percent).div_ceil(100) - 1] as f64 / 1_000.0;
            let read = value(metric, &interval).unwrap();
            assert!((read / exact - 1.0).abs() <= bound, "{tier:?} {percent}: {read} ms, and exactly {exact} ms");
        }
        assert_eq!(value(Metric::Requests, &interval), Some(count as f64 / 3_600.0));
    }
}

#[test]
fn slices_say_the_same_as_the_chunks_of_the_series() {
    let (written, _) = three();
    let now = BEGAN + 2 * HOUR;
    for tier in Tier::ALL {
        let window = Window { tier, from: BEGAN, to: BEGAN + HOUR, step: HOUR, now };
        let mut folds = Folds::default();
        for key in SliceKey::of(SeriesKind::Api, &window) {
            let rows: Vec<_> = written.of_tier(tier).into_iter().filter(|row| row.start_ms == tier.chunk(key.from)).collect();
            let slice = Slice::new(&key, &rows, now);
            slice.domains.into_values().flatten().for_each(|(at, point)| folds.add(window.interval(at), point));
        }
        assert_eq!(folds.points(), hour(&written, tier, now), "{tier:?}");
    }
}

#[test]
fn nothing_of_the_future_is_read() {
    let mut written = Written::default();
    let mut process = written.process_from("a:1/x", BEGAN + 20 * MINUTE);
    process.tick(1, [(api(), Reading::default().counter(Counter::Ok, 5))]);
    for tier in [Tier::TenSeconds, Tier::Minute] {
        assert!(hour(&written, tier, BEGAN + 10 * MINUTE).is_empty(), "{tier:?}");
        assert_eq!(hour(&written, tier, BEGAN + 30 * MINUTE).len(), 1);
        let window = Window { tier, from: BEGAN, to: BEGAN + HOUR, step: HOUR, now: BEGAN + 10 * MINUTE };
        let keys: Vec<SliceKey> = SliceKey::of(SeriesKind::Api, &window).collect();
        let slices = keys.iter().map(|key| Slice::new(key, &written.of_tier(tier), window.now));
        assert!(slices.flat_map(|slice| slice.parts.into_values()).all(|part| part.requests == 0));
    }
}
