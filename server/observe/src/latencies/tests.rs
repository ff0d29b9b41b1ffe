use histogram::Histogram;

use super::*;
use crate::seeded::Seeded;

pub(crate) fn bounds(bucket: u16, power: u8) -> (u64, u64) {
    (start_of(bucket, power), start_of(bucket + 1, power))
}

fn of(values: &[u64]) -> Latencies {
    let mut all = Latencies::default();
    values.iter().for_each(|value| all.add(*value));
    all
}

#[test]
fn buckets_are_those_of_the_crate() {
    let mut chance = Seeded::new(1);
    for power in [FINE, COARSE] {
        let all = Histogram::new(power, MAX_POWER).unwrap();
        assert_eq!(all.as_slice().len(), usize::from(buckets(power)));
        for (index, bucket) in all.iter().enumerate() {
            assert_eq!(start_of(index as u16, power), bucket.start(), "bucket {index}");
        }
        for _ in 0..2_000 {
            let magnitude = 1 + chance.below(26);
            let value = chance.below(1 << magnitude);
            let mut one = Histogram::new(power, MAX_POWER).unwrap();
            one.increment(value).unwrap();
            assert_eq!(one.as_slice().iter().position(|count| *count == 1), Some(usize::from(bucket_of(value, power))), "{value}");
        }
    }
}

#[test]
fn what_threads_add_is_read_and_long_times_share_the_last_bucket() {
    let live = LiveLatencies::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|micros| live.add(micros)));
        }
    });
    live.add(u64::from(u32::MAX));
    let read = live.read();
    assert_eq!((read.count(), read.max(), read.sum()), (4_001, u64::from(u32::MAX), 4 * 499_500 + u64::from(u32::MAX)));
    assert_eq!(read.percentile(100.0), Some(u64::from(u32::MAX)));
    assert_eq!(Latencies::default().percentile(50.0), None);
}

#[test]
fn a_sum_is_what_merging_gives() {
    let mut chance = Seeded::new(7);
    for _ in 0..100 {
        let (mut merged, mut sum) = (Latencies::default(), LatenciesSum::default());
        for _ in 0..chance.below(6) {
            let mut part = of(&chance.times(50));
            if chance.below(4) == 0 {
                part = part.coarser(COARSE);
            }
            merged.merge(&part);
            sum.add(&part);
        }
        assert_eq!(sum.total(), merged);
    }
}

#[test]
fn merging_is_adding_whatever_the_order() {
    let mut chance = Seeded::new(2);
    for _ in 0..200 {
        let mut parts: [Latencies; 3] = std::array::from_fn(|_| of(&chance.times(50)));
        if chance.below(3) == 0 {
            parts[0] = parts[0].coarser(COARSE);
        }
        let merged = |order: [usize; 3]| {
            let mut all = parts[order[0]].clone();
            all.merge(&parts[order[1]]);
            all.merge(&parts[order[2]]);
            all
        };
        let mut last_two = parts[1].clone();
        last_two.merge(&parts[2]);
        let mut grouped = parts[0].clone();
        grouped.merge(&last_two);
        assert_eq!(merged([0, 1, 2]), grouped);
        assert_eq!(merged([0, 1, 2]), merged([2, 0, 1]));
    }
}

#[test]
fn differences_are_what_was_added_since() {
    let mut chance = Seeded::new(3);
    let mut all = Latencies::default();
    for _ in 0..100 {
        let (before, more) = (all.clone(), of(&chance.times(30)));
        all.merge(&more);
        let since = all.since(&before);
        assert_eq!((&since.buckets, since.sum, since.count()), (&more.buckets, more.sum, more.count()));
        assert!(since.max >= more.max && since.max <= all.max, "the end of the bucket, or exact");
    }
    let begun_anew = of(&[5, 7_000]);
    assert_eq!(begun_anew.since(&all), begun_anew);
    let wrapped = |count, sum| Latencies { buckets: vec![(9, count)], sum, max: 9, ..Latencies::default() };
    assert_eq!(wrapped(5, 200).since(&wrapped(u64::from(u32::MAX), 100)).count(), 6, "32 bits went over their end");
}

/// The exact percentile of what was recorded.
fn exact(sorted: &[u64], percent: f64) -> u64 {
    sorted[((percent / 100.0 * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len()) - 1]
}

#[test]
fn percentiles_of_three_nodes_are_within_two_percent_and_four_for_an_hour() {
    let mut chance = Seeded::new(4);
    for round in 0..60 {
        let count = 1_000 + chance.below(20_000) as usize;
        let middle = 200.0 * 10_f64.powf(chance.unit() * 4.0);
        let spread = 0.2 + chance.unit() * 0.8;
        let mut values: Vec<u64> = (0..count)
            .map(|_| match round % 3 {
                // Evenly over every magnitude; around a middle; around two of them.
                0 => 100.0 * 600_000_f64.powf(chance.unit()),
                1 => middle * (spread * chance.normal()).exp(),
                _ if chance.below(10) == 0 => 20.0 * middle * (spread * chance.normal()).exp(),
                _ => middle * (spread * chance.normal()).exp(),
            })
            .map(|value| (value as u64).clamp(100, 60_000_000))
            .collect();
        let mut nodes: [Latencies; 3] = Default::default();
        values.iter().enumerate().for_each(|(at, value)| nodes[at % 3].add(*value));
        values.sort_unstable();
        for (power, bound) in [(FINE, 0.02), (COARSE, 0.04)] {
            let mut all = Latencies::default();
            nodes.iter().for_each(|node| all.merge(&node.coarser(power).rounded()));
            assert_eq!((all.count(), all.sum(), all.max()), (count as u64, values.iter().sum::<u64>(), values[count - 1]));
            for percent in [50.0, 95.0, 99.0] {
                let (found, expected) = (all.percentile(percent).unwrap() as f64, exact(&values, percent) as f64);
                let error = (found - expected).abs() / expected;
                assert!(error <= bound, "round {round}: p{percent} of {count} is {found}, not {expected}, at power {power}");
            }
        }
    }
}

#[test]
fn rounding_moves_no_more_than_a_quarter_to_a_neighbour() {
    let mut chance = Seeded::new(5);
    for _ in 0..200 {
        let first = chance.below(600) as u16;
        let some = (first..first + 60).map(|at| (at, chance.below(5).min(1) * (1 + chance.below(5_000))));
        let buckets: Vec<(u16, u64)> = some.filter(|(_, count)| *count > 0).collect();
        let exact = Latencies { buckets, sum: 1, max: 1, ..Latencies::default() };
        let rounded = exact.rounded();
        assert_eq!(rounded.count(), exact.count());
        let held = |all: &Latencies, above: u16| all.buckets.iter().filter(|(at, _)| *at >= above).map(|(_, count)| count).sum::<u64>();
        for pair in exact.buckets.windows(2) {
            let moved = held(&exact, pair[1].0).abs_diff(held(&rounded, pair[1].0));
            let bound = if pair[0].0 + 1 == pair[1].0 { pair[0].1.min(pair[1].1) / 4 } else { 0 };
            assert!(moved <= bound, "{moved} of {bound}");
        }
    }
    let few = of(&[1, 2, 3]);
    assert_eq!(few.rounded(), few);
}

#[test]
fn counts_up_to_a_time_err_by_half_a_bucket_and_never_fall() {
    let mut chance = Seeded::new(7);
    for _ in 0..200 {
        let (mut all, mut values) = (Latencies::default(), Vec::new());
        let mut last = [0; 8];
        for value in chance.times(200) {
            all.add(value);
            values.push(value);
            let bounds: [u64; 8] = std::array::from_fn(|power| 40 * 10_u64.pow(power as u32));
            let counts = bounds.map(|bound| all.count_up_to(bound));
            let exact = |most: u64| values.iter().filter(|value| **value <= most).count() as u64;
            for (bound, count) in bounds.into_iter().zip(counts) {
                assert!(exact((bound - bound / 64).saturating_sub(1)) <= count && count <= exact(bound + bound / 64 + 1), "{bound}");
            }
            assert!(counts.is_sorted() && last.iter().zip(counts).all(|(before, count)| *before <= count), "{last:?} {counts:?}");
            last = counts;
        }
    }
    assert_eq!(of(&[5, 9, 40]).count_up_to(9), 2, "short times have buckets of their own");
    assert_eq!(of(&[5, 1 << 40]).count_up_to(u64::MAX), 2);
}

#[test]
fn counts_go_on_where_the_counters_begin_again() {
    let live = LiveLatencies::default();
    live.add(100);
    live.add(7);
    for quarters in 1..=9_u64 {
        live.buckets.add(100, 1 << 30).unwrap();
        let read = live.read();
        assert_eq!((read.count(), read.sum(), read.max()), (2 + (quarters << 30), 107, 100));
        assert_eq!((read.count_up_to(50), read.since(&Latencies::default())), (1, read.clone()));
    }
}
