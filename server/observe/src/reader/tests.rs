use super::*;
use crate::{Latencies, encode};

/// 2013-01-01T10:00:00Z.
const NOW: Millis = 1_357_034_400_000;
const STEP: Millis = 10 * SECOND;

/// A chunk with points at so many intervals from its beginning, each with so many requests.
fn chunk(start: Millis, points: &[(Millis, u64)]) -> Vec<u8> {
    let points = points.iter().map(|(slot, count)| {
        let mut point = Point::empty(start + slot * STEP);
        point.counters.insert(Counter::Ok.number(), *count);
        let mut latencies = Latencies::default();
        (0..*count).for_each(|micros| latencies.add(1_000 + micros));
        point.latencies = Some(latencies);
        (start + slot * STEP, point)
    });
    encode(Tier::TenSeconds, start, &points.collect()).unwrap()
}

#[test]
fn a_range_gets_the_finest_tier_that_is_kept_and_fits() {
    let plan = |back: Millis, step| Plan::new(NOW - back, NOW, step, NOW);
    let cases = [
        (HOUR, Some(STEP), Tier::TenSeconds, STEP, false),
        (HOUR, Some(15 * SECOND), Tier::TenSeconds, 30 * SECOND, true),
        (DAY, Some(STEP), Tier::Minute, MINUTE, true),
        (6 * HOUR, None, Tier::TenSeconds, 30 * SECOND, false),
        (7 * DAY, Some(MINUTE), Tier::Minute, 15 * MINUTE, true),
        (30 * DAY, Some(HOUR), Tier::Hour, HOUR, false),
        // Kept as hours alone, however little of it is asked for.
        (20 * DAY, Some(STEP), Tier::Hour, HOUR, true),
        (3_653 * DAY, Some(STEP), Tier::Hour, 7 * DAY, true),
        (Millis::MAX, Some(STEP), Tier::Hour, 14 * DAY, true),
    ];
    for (back, step, tier, chosen, coarser) in cases {
        let plan = plan(back, step);
        assert_eq!((plan.tier, plan.step, plan.is_coarser), (tier, chosen, coarser), "{back}");
        assert!((plan.to - plan.from) / plan.step <= MAX_POINTS && plan.from % plan.step == 0 && plan.from >= 0);
        assert_eq!(read(&plan, &[], &[]).intervals.len() as i64, (plan.to - plan.from) / plan.step);
    }
    assert!(read(&Plan::new(NOW, NOW - HOUR, None, NOW), &[], &[]).intervals.is_empty());
    assert!(read(&Plan::new(NOW + DAY, NOW + 2 * DAY, Some(-5), NOW), &[], &[]).intervals.is_empty(), "nothing is known of tomorrow");
    assert!(read(&Plan::new(0, NOW, Some(Millis::MAX), NOW), &[], &[]).intervals.len() <= 1);
}

#[test]
fn nodes_are_merged_and_gaps_stay_gaps() {
    let start = NOW - 10 * MINUTE;
    let (one, two) = (chunk(start, &[(0, 100), (1, 50)]), chunk(start, &[(1, 150), (4, 10)]));
    let alive = chunk(start, &[(0, 1), (1, 1), (2, 1), (4, 1)]);
    let stored = |bytes| StoredChunk { start, bytes };
    // Half of the fifth interval has passed.
    let plan = Plan::new(start, NOW, Some(STEP), start + 4 * STEP + 5 * SECOND);
    let read = read(&plan, &[stored(&one), stored(&two)], &[stored(&alive)]);
    let counts: Vec<Option<u64>> = read.intervals.iter().map(|interval| interval.point().map(|point| point.counter(Counter::Ok))).collect();
    assert_eq!(counts, [Some(100), Some(200), None, None, Some(10)]);
    assert_eq!((&read.intervals[2].state, &read.intervals[3].state), (&State::Quiet, &State::Gap));
    let rates: Vec<Option<f64>> = read.intervals.iter().map(|interval| interval.per_second(Counter::Ok)).collect();
    assert_eq!(rates, [Some(10.0), Some(20.0), Some(0.0), None, Some(2.0)]);
    assert_eq!(read.intervals.iter().map(|interval| interval.is_open).collect::<Vec<_>>(), [false, false, false, false, true]);
    // 1,000 to 1,049 µs once, and 1,000 to 1,149 µs.
    let median = read.intervals[1].percentile(50.0).unwrap();
    assert!((1_040..=1_070).contains(&median), "{median}");
    assert!(read.unreadable.is_empty());
}

#[test]
fn longer_intervals_are_the_sum_of_theirs() {
    let start = NOW - 10 * MINUTE;
    let bytes = chunk(start, &[(0, 1), (1, 2), (2, 3), (3, 4), (58, 5), (59, 6)]);
    let read = read(&Plan::new(start, NOW, Some(30 * SECOND), NOW), &[StoredChunk { start, bytes: &bytes }], &[]);
    let counts: Vec<u64> = read.intervals.iter().filter_map(Interval::point).map(|point| point.counter(Counter::Ok)).collect();
    assert_eq!((read.intervals.len(), counts), (20, vec![6, 4, 11]));
}

#[test]
fn points_of_the_future_are_left_out_and_damage_is_named() {
    let start = NOW - 10 * MINUTE;
    let (past, future) = (chunk(start, &[(3, 7)]), chunk(NOW, &[(0, 1), (1, 1), (30, 1)]));
    let chunks = [
        StoredChunk { start, bytes: &past },
        StoredChunk { start: NOW, bytes: &future },
        StoredChunk { start, bytes: &past[..past.len() - 1] },
    ];
    let plan = Plan::new(start, Millis::MAX, Some(STEP), NOW + 1);
    let read = read(&plan, &chunks, &[]);
    assert_eq!(read.intervals.iter().filter_map(Interval::point).count(), 2, "the past, and what is open");
    assert!(read.intervals.last().is_some_and(|last| last.at == NOW && last.is_open));
    assert_eq!(read.unreadable, [Unreadable { start, cause: Malformed::Compression }]);
}
