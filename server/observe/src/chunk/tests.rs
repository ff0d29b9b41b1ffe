use model::clock::{DAY, HOUR, MINUTE};

use super::*;
use crate::Counter;
use crate::point::tests::any;
use crate::seeded::Seeded;

/// 2013-01-01T00:00:00Z.
const START: Millis = 1_356_998_400_000;

fn chunk(chance: &mut Seeded, tier: Tier) -> BTreeMap<Millis, Point> {
    let mut points = BTreeMap::new();
    for slot in 0..tier.slots() as i64 {
        if chance.below(4) > 0 {
            let at = START + slot * tier.step();
            points.insert(at, any(chance, at));
        }
    }
    points
}

/// As it is stored: latencies are those of the tier.
fn stored(tier: Tier, points: &BTreeMap<Millis, Point>) -> BTreeMap<Millis, Point> {
    let as_kept =
        |point: &Point| Point { latencies: point.latencies.as_ref().map(|all| all.coarser(tier.power()).rounded()), ..point.clone() };
    points.iter().map(|(at, point)| (*at, as_kept(point))).collect()
}

#[test]
fn points_come_back_with_numbers_of_a_newer_program() {
    let mut chance = Seeded::new(21);
    for round in 0..300 {
        let tier = Tier::ALL[round % 3];
        let points = chunk(&mut chance, tier);
        let bytes = encode(tier, START, &points).unwrap();
        assert_eq!(decode(tier, START, &bytes).unwrap(), stored(tier, &points), "round {round}");
    }
    let mut extreme = Point::empty(START);
    extreme.counters.extend([(1, u64::MAX), (u16::MAX, 1)]);
    extreme.gauges.insert(0, GaugeRange { at: START, last: 0, min: i64::MIN, max: i64::MAX });
    let points = BTreeMap::from([(START, extreme), (START + MINUTE, Point::empty(START))]);
    assert_eq!(decode(Tier::Minute, START, &encode(Tier::Minute, START, &points).unwrap()).unwrap(), points);
}

#[test]
fn what_is_not_of_the_chunk_is_left_out() {
    let points = [START - MINUTE, START + 1, START + HOUR].map(|at| (at, Point::empty(at))).into();
    let bytes = encode(Tier::Minute, START, &points).unwrap();
    assert!(decode(Tier::Minute, START, &bytes).unwrap().is_empty());
}

/// A body of our own, compressed as a chunk is.
fn made(body: &[u8], said: u64) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    put(&mut bytes, said);
    bytes.extend(compress(body).unwrap());
    bytes
}

#[test]
fn bytes_that_are_no_chunk_are_named() {
    let decoded = |bytes: &[u8]| decode(Tier::Minute, START, bytes).map(|points| points.len());
    let good = encode(Tier::Minute, START, &BTreeMap::from([(START, Point::empty(START))])).unwrap();
    assert_eq!(decoded(&good), Ok(1));
    assert_eq!(decoded(&[]), Err(Malformed::Cut("its version")));
    assert_eq!(decoded(&[9, 1, 1]), Err(Malformed::Version(9)));
    assert_eq!(decode(Tier::Hour, START, &good), Err(Malformed::OutOfRange("its tier")));
    assert_eq!(decode(Tier::Minute, START + 1, &good), Err(Malformed::OutOfRange("its beginning")));
    assert_eq!(decode(Tier::Minute, Millis::MAX - Millis::MAX % HOUR, &good), Err(Malformed::OutOfRange("its beginning")));
    // A gigabyte of zeros in some kilobytes, and lengths that are not so.
    let bomb = vec![0; 64 << 20];
    assert_eq!(decoded(&made(&bomb, 1 << 30)), Err(Malformed::OutOfRange("the length of the body")));
    assert_eq!(decoded(&made(&bomb, 1 << 20)), Err(Malformed::Compression));
    assert_eq!(decoded(&made(&[2, 0, 0, 0, 0, 0], 7)), Err(Malformed::OutOfRange("the length of the body")));
    assert_eq!(decoded(&made(&[2, 61], 2)), Err(Malformed::OutOfRange("the number of points")));
    assert_eq!(decoded(&made(&[2, 1, 60], 3)), Err(Malformed::OutOfRange("the place of a point")));
    assert_eq!(decoded(&made(&[2, 1, 0, 0, 1], 5)), Err(Malformed::Cut("the number of a counter")));
    assert_eq!(decoded(&made(&[2, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0xc0, 5], 12)), Err(Malformed::OutOfRange("the place of a bucket")));
    assert_eq!(decoded(&made(&[2, 1, 0, 0, 0, 0, 1, 0, 0, 0], 10)), Err(Malformed::OutOfRange("a bucket")));
    // No points, counters, gauges or buckets, and one byte more.
    assert_eq!(decoded(&made(&[2, 0, 0, 0, 0], 5)), Ok(0));
    assert_eq!(decoded(&made(&[2, 0, 0, 0, 0, 7], 6)), Err(Malformed::Trailing));
}

#[test]
fn spoilt_bytes_are_an_error_and_never_other_figures() {
    let mut chance = Seeded::new(22);
    let mut refused = 0;
    for round in 0..1_200_usize {
        let tier = Tier::ALL[round % 3];
        let points = chunk(&mut chance, tier);
        let mut bytes = encode(tier, START, &points).unwrap();
        let at = chance.below(bytes.len() as u64) as usize;
        match round % 4 {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, chance.below(256) as u8),
            _ => bytes[at..].iter_mut().for_each(|byte| *byte = chance.below(256) as u8),
        }
        match decode(tier, START, &bytes) {
            Err(_) => refused += 1,
            // A bit of the frame's header that says nothing about its content.
            Ok(found) => assert_eq!(found, stored(tier, &points), "round {round}"),
        }
        // Behind the checksum too: bodies of chance are refused or read, without a panic.
        let body: Vec<u8> = std::iter::once(tier.number()).chain((0..chance.below(80)).map(|_| chance.below(24) as u8)).collect();
        let _ = decode(tier, START, &made(&body, body.len() as u64));
    }
    assert!(refused > 1_150, "{refused}");
}

/// The bytes of a tier, from a few chunks of it, for an API whose times are log-normal around `middle`.
fn bytes_of(chance: &mut Seeded, tier: Tier, per_second: f64) -> f64 {
    let step_s = (tier.step() / 1_000) as f64;
    let mut points = BTreeMap::new();
    for slot in 0..tier.slots() as i64 {
        let requests = per_second * step_s * (0.97 + 0.06 * chance.unit());
        let mut point = Point::empty(START + slot * tier.step());
        let mut latencies = Latencies::default();
        // Each bucket has as many as it would have of so many requests, give or take its square root.
        for bucket in 0..buckets(latencies.power) {
            let (start, end) = crate::latencies::tests::bounds(bucket, latencies.power);
            let share = normal(start as f64) - normal(end as f64);
            let mean = requests * share.abs();
            let count = if mean < 0.01 { 0.0 } else { (mean + mean.sqrt() * chance.normal()).round().max(0.0) };
            if count > 0.0 {
                latencies.buckets.push((bucket, count as u64));
            }
        }
        (latencies.sum, latencies.max) = ((requests * 314.0) as u64, 1_500 + chance.below(1_000));
        let count = latencies.count();
        for (counter, share) in [(Counter::Ok, 0.99), (Counter::CacheL1, 0.6), (Counter::CacheMiss, 0.4), (Counter::BytesOut, 900.0)] {
            point.counters.insert(counter.number(), (count as f64 * share) as u64);
        }
        for counter in [Counter::GatewayMicros, Counter::CacheMicros, Counter::SourceMicros] {
            point.counters.insert(counter.number(), latencies.sum / 4 + chance.below(1 + latencies.sum / 20));
        }
        point.latencies = Some(latencies);
        points.insert(START + slot * tier.step(), point);
    }
    // A day's or a fortnight's chunks resemble one another.
    let chunks = (tier.kept_for() / tier.chunk_span()) as f64;
    encode(tier, START, &points).unwrap().len() as f64 * chunks
}

/// How much of a log-normal distribution around 300 µs with σ 0.3 is below a time.
fn normal(micros: f64) -> f64 {
    let z = (micros.max(0.5) / 300.0).ln() / 0.3;
    // The logistic approximation of Bowling and others: within 0.02 %.
    1.0 / (1.0 + (-0.07056 * z.powi(3) - 1.5976 * z).exp())
}

#[test]
fn a_busy_api_takes_at_most_three_megabytes_over_all_tiers() {
    let mut chance = Seeded::new(23);
    let sizes = Tier::ALL.map(|tier| bytes_of(&mut chance, tier, 1_000.0));
    let all = sizes.iter().sum::<f64>();
    assert!(all < 3.0e6, "{sizes:?}, {all} in all");
    // One that is asked once a second, and never rests.
    let slow = Tier::ALL.map(|tier| bytes_of(&mut chance, tier, 1.0)).iter().sum::<f64>();
    assert!(slow < all, "{slow}");
    assert_eq!((Tier::TenSeconds.kept_for(), Tier::Minute.kept_for(), Tier::Hour.kept_for()), (DAY, 14 * DAY, 365 * DAY));
}
