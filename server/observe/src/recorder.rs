//! From readings of ever-growing counters to the chunks that are to be written.
//!
//! - **A reading belongs to the ten seconds before it.** Where readings were missed, all since the last one stands in the interval of the
//!   reading, which says since when it counts (`Point::since`): the missed intervals are a gap, the rate is that of the whole time, and
//!   nothing is lost or counted twice.
//! - **A counter that is smaller than it was** was begun anew, and counts from 0.
//! - **A clock that went back** by no more than two intervals changes nothing: figures go into the newest interval until the clock is
//!   there again. One that went further back begins another row of chunks ([`Chunk::writer`]), so that no written chunk is replaced by one
//!   that lacks its points. A reader leaves out what lies behind its own clock.
//! - **The chunk of the present is written at each tick**, whole and under the same name, in all tiers: a process that is killed loses
//!   what happened since its last reading, and writing a chunk twice changes nothing.
//! - **While nothing can be written**, chunks wait for ten minutes' worth of ticks from their end. Older ones are dropped and counted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::clock::{HOUR, MINUTE, Millis};

use crate::{Counter, Gauge, GaugeRange, Latencies, Point, SeriesKey, SeriesKind, Tier, encode};

/// How long a chunk that has ended waits to be written. It is counted in ticks, so that a clock that is set drops nothing.
pub const HELD_FOR: Millis = 10 * MINUTE;

/// All that a series has counted since its process began, and its gauges of now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    counters: BTreeMap<u16, u64>,
    gauges: BTreeMap<u16, i64>,
    latencies: Option<Latencies>,
}

impl Reading {
    #[must_use]
    pub fn counter(mut self, counter: Counter, count: u64) -> Self {
        self.counters.insert(counter.number(), count);
        self
    }

    #[must_use]
    pub fn gauge(mut self, gauge: Gauge, value: i64) -> Self {
        self.gauges.insert(gauge.number(), value);
        self
    }

    #[must_use]
    pub fn latencies(mut self, latencies: Latencies) -> Self {
        self.latencies = Some(latencies);
        self
    }

    /// Nothing where it was not counted.
    #[must_use]
    pub fn counted(&self, counter: Counter) -> Option<u64> {
        self.counters.get(&counter.number()).copied()
    }

    /// Nothing where it was not measured.
    #[must_use]
    pub fn measured(&self, gauge: Gauge) -> Option<i64> {
        self.gauges.get(&gauge.number()).copied()
    }

    /// Nothing where nothing was timed.
    #[must_use]
    pub fn timed(&self) -> Option<&Latencies> {
        self.latencies.as_ref()
    }
}

/// A chunk that is to be written, over an earlier one of the same writer, series, tier and start with a smaller `tick`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The process, in this start of it.
    pub writer: String,
    pub series: SeriesKey,
    pub tier: Tier,
    pub start: Millis,
    /// Grows with each tick of the writer: an older writing that arrives late is known by it.
    pub tick: i64,
    pub bytes: Vec<u8>,
}

/// What a tick gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tick {
    pub number: i64,
    pub chunks: Vec<Chunk>,
    /// Points of all tiers that were dropped, because they could not be written in time.
    pub dropped: u64,
}

/// The points of one series in one tier, since the beginning of a chunk.
#[derive(Default)]
struct Open {
    start: Millis,
    points: BTreeMap<Millis, Point>,
    /// The intervals that have changed since the chunk was written.
    unwritten: BTreeSet<Millis>,
}

/// A chunk that has ended and is not written yet.
struct Ended {
    chunk: Chunk,
    at_tick: i64,
    unwritten: u64,
}

#[derive(Default)]
struct Tracked {
    before: Reading,
    open: [Open; Tier::ALL.len()],
}

/// The figures of one process.
pub struct Recorder {
    writer: String,
    /// How often the clock has gone back.
    turns: u32,
    tick: i64,
    last: Millis,
    newest: Millis,
    series: BTreeMap<SeriesKey, Tracked>,
    ended: VecDeque<Ended>,
}

impl Recorder {
    /// `writer` is a name that no other process has and that this one did not have before: a node and an id made at its start.
    #[must_use]
    pub fn new(writer: impl Into<String>, started_at: Millis) -> Self {
        Self {
            writer: writer.into(),
            turns: 0,
            tick: 0,
            last: started_at,
            newest: Tier::TenSeconds.interval(started_at),
            series: BTreeMap::new(),
            ended: VecDeque::new(),
        }
    }

    /// When the next reading is best taken: at the end of the present interval.
    #[must_use]
    pub fn next_at(now: Millis) -> Millis {
        Tier::TenSeconds.interval(now) + Tier::TenSeconds.step()
    }

    /// Takes the readings of now. Series that are not among them, or in which nothing has changed, cost nothing. The next tick comes after
    /// [`Recorder::written`], or after the writing has failed.
    pub fn tick(&mut self, now: Millis, readings: impl IntoIterator<Item = (SeriesKey, Reading)>) -> Tick {
        self.tick += 1;
        let (interval, since) = self.interval_of(now);
        for (key, reading) in readings {
            let tracked = self.series.entry(key.clone()).or_default();
            let point = difference(&tracked.before, &reading, since, now);
            let is_news = !point.is_still() || reading.gauges != tracked.before.gauges || key.kind == SeriesKind::Node;
            tracked.before = reading;
            if is_news {
                self.keep(&key, interval, &point);
            }
        }
        self.end_chunks(Some(interval));
        (self.last, self.newest) = (now, interval);
        let dropped = self.drop_old();
        Tick { number: self.tick, chunks: self.unwritten(), dropped }
    }

    /// All chunks of a tick are written.
    pub fn written(&mut self, tick: &Tick) {
        self.ended.retain(|ended| ended.chunk.tick > tick.number);
        if tick.number == self.tick {
            self.series.values_mut().flat_map(|tracked| &mut tracked.open).for_each(|open| open.unwritten.clear());
        }
    }

    /// The interval that a reading belongs to, and since when it counts.
    fn interval_of(&mut self, now: Millis) -> (Millis, Millis) {
        let step = Tier::TenSeconds.step();
        let span = now.saturating_sub(self.last);
        // The middle of the time that it counts, so that a reading a moment early or late falls into the same interval.
        let counted = if span > 0 { span.min(step) } else { step };
        let interval = Tier::TenSeconds.interval(now.saturating_sub(counted / 2));
        if interval < self.newest.saturating_sub(2 * step) {
            self.end_chunks(None);
            self.turns += 1;
            return (interval, interval);
        }
        let interval = interval.max(self.newest);
        // Nobody misses readings for an hour: the clock was set.
        let counts_since = if (0..HOUR).contains(&span) { self.last } else { interval };
        (interval, interval.min(counts_since))
    }

    fn keep(&mut self, key: &SeriesKey, interval: Millis, point: &Point) {
        for (at, tier) in Tier::ALL.into_iter().enumerate() {
            let start = tier.chunk(interval);
            let is_over = self.series.get(key).is_some_and(|tracked| tracked.open[at].start != start);
            if is_over {
                self.end_chunk(key, at);
            }
            let Some(tracked) = self.series.get_mut(key) else { continue };
            let (open, interval) = (&mut tracked.open[at], tier.interval(interval));
            open.start = start;
            open.points
                .entry(interval)
                .and_modify(|own| own.merge(point))
                .or_insert_with(|| Point { since: point.since.min(interval), ..point.clone() });
            open.unwritten.insert(interval);
        }
    }

    /// Ends the chunks that an interval is not in; all of them where there is none.
    fn end_chunks(&mut self, interval: Option<Millis>) {
        let keys: Vec<SeriesKey> = self.series.keys().cloned().collect();
        for (at, tier) in Tier::ALL.into_iter().enumerate() {
            for key in &keys {
                let is_over = self.series.get(key).is_some_and(|tracked| {
                    let open = &tracked.open[at];
                    !open.points.is_empty() && interval.is_none_or(|interval| tier.chunk(interval) != open.start)
                });
                if is_over {
                    self.end_chunk(key, at);
                }
            }
        }
    }

    fn end_chunk(&mut self, key: &SeriesKey, at: usize) {
        let (writer, tick) = (self.writer(), self.tick);
        let Some(tracked) = self.series.get_mut(key) else { return };
        let open = std::mem::take(&mut tracked.open[at]);
        if let Some(chunk) = open.chunk(writer, key, Tier::ALL[at], tick) {
            self.ended.push_back(Ended { chunk, at_tick: tick, unwritten: open.unwritten.len() as u64 });
        }
    }

    fn drop_old(&mut self) -> u64 {
        let oldest = self.tick - HELD_FOR / Tier::TenSeconds.step();
        let dropped = self.ended.iter().filter(|ended| ended.at_tick < oldest).map(|ended| ended.unwritten).sum();
        self.ended.retain(|ended| ended.at_tick >= oldest);
        dropped
    }

    /// What has ended first, so that it is written before the memory for it is over.
    fn unwritten(&mut self) -> Vec<Chunk> {
        let tick = self.tick;
        let mut chunks: Vec<Chunk> = Vec::new();
        for ended in &mut self.ended {
            ended.chunk.tick = tick;
            chunks.push(ended.chunk.clone());
        }
        let writer = self.writer();
        for (key, tracked) in &self.series {
            for (open, tier) in tracked.open.iter().zip(Tier::ALL) {
                chunks.extend(open.chunk(writer.clone(), key, tier, tick));
            }
        }
        chunks
    }

    fn writer(&self) -> String {
        match self.turns {
            0 => self.writer.clone(),
            turns => format!("{}~{turns}", self.writer),
        }
    }
}

impl Open {
    /// Nothing where all is written.
    fn chunk(&self, writer: String, series: &SeriesKey, tier: Tier, tick: i64) -> Option<Chunk> {
        if self.unwritten.is_empty() {
            return None;
        }
        let bytes = encode(tier, self.start, &self.points).ok()?;
        Some(Chunk { writer, series: series.clone(), tier, start: self.start, tick, bytes })
    }
}

/// What has happened between two readings.
fn difference(before: &Reading, now: &Reading, since: Millis, at: Millis) -> Point {
    let mut point = Point::empty(since);
    for (number, count) in &now.counters {
        let more = before.counters.get(number).map_or(*count, |old| count.checked_sub(*old).unwrap_or(*count));
        if more > 0 {
            point.counters.insert(*number, more);
        }
    }
    point.gauges = now.gauges.iter().map(|(number, value)| (*number, GaugeRange::once(at - at.rem_euclid(1_000), *value))).collect();
    let latencies = now.latencies.as_ref().map(|all| before.latencies.as_ref().map_or_else(|| all.clone(), |old| all.since(old)));
    point.latencies = latencies.filter(|all| !all.is_empty());
    point
}

#[cfg(test)]
mod tests;
