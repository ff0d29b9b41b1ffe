use std::collections::HashMap;

use model::clock::{DAY, SECOND};
use model::snapshot::Environment;

use super::*;
use crate::seeded::Seeded;
use crate::{Plan, State, StoredChunk, decode, read};

/// 2013-01-01T10:00:00Z.
const BEGAN: Millis = 1_357_034_400_000;
const STEP: Millis = 10 * SECOND;

/// What the store does: the newest writing of a chunk stays.
#[derive(Default)]
struct Stored(HashMap<(String, SeriesKey, Tier, Millis), Chunk>);

impl Stored {
    fn put(&mut self, chunks: &[Chunk]) {
        for chunk in chunks {
            let name = (chunk.writer.clone(), chunk.series.clone(), chunk.tier, chunk.start);
            if self.0.get(&name).is_none_or(|known| known.tick < chunk.tick) {
                self.0.insert(name, chunk.clone());
            }
        }
    }

    /// The points of a series in a tier, of all writers.
    fn points(&self, key: &SeriesKey, tier: Tier) -> BTreeMap<Millis, Point> {
        let mut all: BTreeMap<Millis, Point> = BTreeMap::new();
        for chunk in self.0.values().filter(|chunk| chunk.series == *key && chunk.tier == tier) {
            for (at, point) in decode(tier, chunk.start, &chunk.bytes).unwrap() {
                all.entry(at).and_modify(|own| own.merge(&point)).or_insert(point);
            }
        }
        all
    }

    fn counts(&self, tier: Tier) -> Vec<(Millis, u64)> {
        self.points(&plane(), tier).into_iter().map(|(at, point)| ((at - BEGAN) / SECOND, point.counter(Counter::Ok))).collect()
    }
}

fn plane() -> SeriesKey {
    SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane")
}

fn ok(count: u64) -> Vec<(SeriesKey, Reading)> {
    vec![(plane(), Reading::default().counter(Counter::Ok, count))]
}

/// Ticks and writes.
fn write(recorder: &mut Recorder, stored: &mut Stored, now: Millis, count: u64) -> Tick {
    let tick = recorder.tick(now, ok(count));
    stored.put(&tick.chunks);
    recorder.written(&tick);
    tick
}

#[test]
fn counters_become_what_happened_between_two_readings() {
    let (mut recorder, mut stored) = (Recorder::new("one", BEGAN), Stored::default());
    // A moment late, as ticks are; begun anew before the fourth.
    for (seconds, count) in [(10, 100), (20, 150), (30, 150), (40, 7), (50, 10)] {
        write(&mut recorder, &mut stored, BEGAN + seconds * SECOND + 3, count);
    }
    assert_eq!(stored.counts(Tier::TenSeconds), [(0, 100), (10, 50), (30, 7), (40, 3)]);
    assert_eq!(stored.counts(Tier::Minute), [(0, 160)]);
    assert_eq!(stored.counts(Tier::Hour), [(0, 160)]);
    assert!(stored.points(&plane(), Tier::TenSeconds).iter().all(|(at, point)| point.since == *at));
    assert_eq!(Recorder::next_at(BEGAN + 3), BEGAN + STEP);
}

#[test]
fn missed_readings_are_a_gap_and_the_rate_is_that_of_all_the_time() {
    let (mut recorder, mut stored) = (Recorder::new("one", BEGAN), Stored::default());
    write(&mut recorder, &mut stored, BEGAN + STEP, 100);
    write(&mut recorder, &mut stored, BEGAN + 5 * STEP, 500);
    assert_eq!(stored.counts(Tier::TenSeconds), [(0, 100), (40, 400)]);
    assert_eq!(stored.points(&plane(), Tier::TenSeconds)[&(BEGAN + 4 * STEP)].since, BEGAN + STEP);
    let chunks: Vec<&Chunk> = stored.0.values().filter(|chunk| chunk.tier == Tier::TenSeconds).collect();
    let chunks: Vec<StoredChunk<'_>> = chunks.iter().map(|chunk| StoredChunk { start: chunk.start, bytes: &chunk.bytes }).collect();
    let read = read(&Plan::new(BEGAN, BEGAN + 5 * STEP, Some(STEP), BEGAN + 5 * STEP), &chunks, &[]);
    assert_eq!(read.intervals.iter().map(|interval| interval.state == State::Gap).collect::<Vec<_>>(), [false, true, true, true, false]);
    assert_eq!([0, 4].map(|at| read.intervals[at].per_second(Counter::Ok)), [Some(10.0), Some(10.0)]);
}

#[test]
fn silence_costs_nothing_but_a_node_says_that_it_lives() {
    let node = SeriesKey::new(SeriesKind::Node, None, "127.0.0.1:8080");
    let gauged = SeriesKey::new(SeriesKind::Source, Some(Environment::Prod), "warehouse");
    let mut recorder = Recorder::new("one", BEGAN);
    let mut names = Vec::new();
    for tick in 1..=4 {
        let pool = if tick == 3 { 9 } else { 8 };
        let mut readings = ok(0);
        readings.push((node.clone(), Reading::default()));
        readings.push((gauged.clone(), Reading::default().gauge(Gauge::PoolSize, pool)));
        let tick = recorder.tick(BEGAN + tick * STEP, readings);
        recorder.written(&tick);
        let ten = tick.chunks.iter().filter(|chunk| chunk.tier == Tier::TenSeconds);
        names.push(ten.map(|chunk| chunk.series.kind.key()).collect::<Vec<_>>());
    }
    assert_eq!(names, [vec!["source", "node"], vec!["node"], vec!["source", "node"], vec!["source", "node"]]);
}

#[test]
fn each_tier_is_the_sum_of_the_finer_one() {
    let mut chance = Seeded::new(31);
    let (mut recorder, mut stored) = (Recorder::new("one", BEGAN), Stored::default());
    let (mut count, mut latencies, mut now) = (0, Latencies::default(), BEGAN);
    for _ in 0..800 {
        now += STEP + if chance.below(20) == 0 { STEP * chance.below(4) as Millis } else { 0 };
        let times = chance.times(40);
        times.iter().for_each(|micros| latencies.add(*micros));
        count += times.len() as u64;
        let reading = Reading::default().counter(Counter::Ok, count).gauge(Gauge::Running, chance.below(9) as i64);
        let tick = recorder.tick(now, [(plane(), reading.latencies(latencies.clone()))]);
        if chance.below(4) > 0 {
            stored.put(&tick.chunks);
            recorder.written(&tick);
        }
    }
    let last = recorder.tick(now + STEP, []);
    stored.put(&last.chunks);
    for pair in Tier::ALL.windows(2) {
        let (fine, coarse) = (stored.points(&plane(), pair[0]), stored.points(&plane(), pair[1]));
        let mut parts: BTreeMap<Millis, Point> = BTreeMap::new();
        for point in fine.iter().map(|(at, point)| (pair[1].interval(*at), point)) {
            parts.entry(point.0).and_modify(|own| own.merge(point.1)).or_insert_with(|| point.1.clone());
        }
        assert_eq!(parts.keys().collect::<Vec<_>>(), coarse.keys().collect::<Vec<_>>());
        for (at, whole) in &coarse {
            let (part, figures) = (&parts[at], |all: &Point| all.latencies.as_ref().map(|all| (all.count(), all.sum())));
            assert_eq!((&part.counters, &part.gauges, figures(part)), (&whole.counters, &whole.gauges, figures(whole)));
        }
    }
    let whole: u64 = stored.counts(Tier::Hour).iter().map(|(_, count)| count).sum();
    assert_eq!((whole, last.dropped), (count, 0));
}

#[test]
fn a_process_that_is_killed_loses_what_came_after_its_last_reading() {
    let mut stored = Stored::default();
    let mut killed = Recorder::new("one", BEGAN);
    write(&mut killed, &mut stored, BEGAN + STEP, 100);
    let early = killed.tick(BEGAN + 2 * STEP, ok(150));
    let late = killed.tick(BEGAN + 3 * STEP, ok(160));
    // Written twice, and an earlier one after a later one.
    [&late, &early, &late, &early].iter().for_each(|tick| stored.put(&tick.chunks));
    // It begins again within the same minute, under another name.
    let mut again = Recorder::new("two", BEGAN + 35 * SECOND);
    write(&mut again, &mut stored, BEGAN + 4 * STEP, 5);
    assert_eq!(stored.counts(Tier::TenSeconds), [(0, 100), (10, 50), (20, 10), (30, 5)]);
    assert_eq!(stored.counts(Tier::Minute), [(0, 165)]);
}

#[test]
fn a_clock_that_is_set_loses_nothing_and_replaces_nothing() {
    for jump in [-DAY, -5 * MINUTE, -45 * SECOND, -15 * SECOND, 15 * SECOND, 5 * MINUTE, DAY, 40 * 365 * DAY] {
        let (mut recorder, mut stored) = (Recorder::new("one", BEGAN), Stored::default());
        let (mut now, mut count) = (BEGAN, 0);
        for tick in 1..=200 {
            now += STEP;
            // There, and back.
            now += match tick {
                70 => jump,
                140 => -jump,
                _ => 0,
            };
            count += 10;
            write(&mut recorder, &mut stored, now, count);
        }
        for tier in Tier::ALL {
            let whole: u64 = stored.counts(tier).iter().map(|(_, count)| count).sum();
            assert_eq!(whole, count, "{jump} in {tier:?}");
        }
        let most = stored.counts(Tier::TenSeconds).iter().map(|(_, count)| *count).max().unwrap();
        // Twice the time is counted where the clock goes over the same minutes twice.
        assert!(most <= 40, "{jump} made a spike of {most}");
        assert!(stored.counts(Tier::TenSeconds).iter().any(|(at, _)| (at * SECOND + BEGAN - now).abs() <= 3 * STEP), "{jump}: it goes on");
    }
}

#[test]
fn what_cannot_be_written_waits_for_ten_minutes_and_is_counted_then() {
    let (mut recorder, mut stored) = (Recorder::new("one", BEGAN), Stored::default());
    let (mut dropped, mut count) = (0, 0);
    // 10:00 to 10:10 is written. Then nothing is for ten minutes: nothing is lost.
    for tick in 1..=120 {
        count += 1;
        let tick = recorder.tick(BEGAN + tick * STEP, ok(count));
        if count <= 60 {
            stored.put(&tick.chunks);
            recorder.written(&tick);
        }
        dropped += tick.dropped;
    }
    write(&mut recorder, &mut stored, BEGAN + 121 * STEP, count);
    assert_eq!((dropped, stored.counts(Tier::TenSeconds).len()), (0, 120));
    // An hour: what has waited longest is dropped, and what is held stays small.
    for tick in 122..=480 {
        count += 1;
        let tick = recorder.tick(BEGAN + tick * STEP, ok(count));
        dropped += tick.dropped;
        assert!(tick.chunks.len() <= 6, "{} chunks are held", tick.chunks.len());
    }
    write(&mut recorder, &mut stored, BEGAN + 481 * STEP, count);
    let ten = stored.counts(Tier::TenSeconds).len() as u64;
    let minutes = stored.counts(Tier::Minute).len() as u64;
    assert!(dropped > 200 && ten + minutes + dropped >= 120 + 359, "{dropped} were dropped, {ten} and {minutes} are there");
    assert_eq!(stored.counts(Tier::Hour).iter().map(|(_, count)| count).sum::<u64>(), count, "the day has not ended");
}
