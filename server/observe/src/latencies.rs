//! Times that something took, as a log-linear histogram. All that is used of the crate `histogram` is used here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use histogram::{AtomicHistogram32, Config};

/// Each power of two is divided into so many powers of two of buckets: a bucket is at most 1/32 wide, and its middle errs by at most
/// 1.6 %.
pub(crate) const FINE: u8 = 5;
/// Half as many buckets, for figures that are kept for a year: at most 3.2 %.
pub(crate) const COARSE: u8 = 4;
/// Times of 2^26 µs, about 67 s, and longer share the last bucket. The longest time is kept beside.
const MAX_POWER: u8 = 26;
const MAX_VALUE: u64 = (1 << MAX_POWER) - 1;

/// Where counters of 32 bits begin again.
const END: u64 = 1 << 32;

#[allow(clippy::panic)] // while this is compiled, and never later
const LAYOUT: Config = match Config::new(FINE, MAX_POWER) {
    Ok(layout) => layout,
    Err(_) => panic!("the layout of the histogram is not one of the crate's"),
};

/// How many buckets there are. Indexes are below it.
pub(crate) fn buckets(power: u8) -> u16 {
    ((MAX_POWER - power + 1) as u16) << power
}

fn bucket_of(value: u64, power: u8) -> u16 {
    let value = value.min(MAX_VALUE);
    let shift = (value | 1).ilog2().saturating_sub(u32::from(power));
    // Below 2^(power + 1), the bucket is the value. Above, `shift` says how many powers of two above, and `value >> shift` keeps the
    // leading bit.
    ((u64::from(shift) << power) + (value >> shift)) as u16
}

/// The smallest value of a bucket.
fn start_of(bucket: u16, power: u8) -> u64 {
    let (block, within) = (bucket >> power, u64::from(bucket) & ((1 << power) - 1));
    match block {
        0 => within,
        block => ((1 << power) + within) << (block - 1),
    }
}

/// The value in the middle of a bucket, rounded down.
fn middle_of(bucket: u16, power: u8) -> u64 {
    let (start, end) = (start_of(bucket, power), start_of(bucket + 1, power));
    start + (end - start - 1) / 2
}

/// Is added to by many threads at once and never reset. 2.8 KB, so it is made when something is measured first.
pub struct LiveLatencies {
    buckets: AtomicHistogram32,
    sum: AtomicU64,
    max: AtomicU64,
    carried: Mutex<Option<Box<Carried>>>,
}

/// Counters of 32 bits come to their end. From half the way on, readings are added up here, as long as one is taken before the other half
/// is over.
struct Carried {
    last: Latencies,
    all: Latencies,
}

impl Default for LiveLatencies {
    fn default() -> Self {
        Self { buckets: AtomicHistogram32::with_config(&LAYOUT), sum: AtomicU64::new(0), max: AtomicU64::new(0), carried: Mutex::new(None) }
    }
}

impl LiveLatencies {
    /// Atomic additions; no lock.
    pub fn add(&self, micros: u64) {
        // A value within the layout is never refused.
        let _ = self.buckets.increment(micros.min(MAX_VALUE));
        self.sum.fetch_add(micros, Ordering::Relaxed);
        // Nearly always a read alone, which threads share.
        if micros > self.max.load(Ordering::Relaxed) {
            self.max.fetch_max(micros, Ordering::Relaxed);
        }
    }

    /// All since the beginning; no count is ever smaller than it was. The recorder takes the difference to the reading before.
    #[must_use]
    pub fn read(&self) -> Latencies {
        let mut carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.counted();
        if carried.is_none() && now.buckets.iter().all(|(_, count)| *count < END / 2) {
            return now;
        }
        let carried = carried.get_or_insert_with(|| Box::new(Carried { last: now.clone(), all: now.clone() }));
        carried.all.merge(&now.since(&carried.last));
        carried.last = now;
        carried.all.clone()
    }

    fn counted(&self) -> Latencies {
        let counts = self.buckets.load();
        let occupied = counts.as_slice().iter().enumerate().filter(|(_, count)| **count > 0);
        Latencies {
            power: FINE,
            buckets: occupied.map(|(bucket, count)| (bucket as u16, u64::from(*count))).collect(),
            sum: self.sum.load(Ordering::Relaxed),
            max: self.max.load(Ordering::Relaxed),
        }
    }
}

/// Times in microseconds: the buckets that are not empty, and the exact sum and maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies {
    pub(crate) power: u8,
    /// In the order of the buckets; no count is 0.
    pub(crate) buckets: Vec<(u16, u64)>,
    pub(crate) sum: u64,
    pub(crate) max: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { power: FINE, buckets: Vec::new(), sum: 0, max: 0 }
    }
}

impl Latencies {
    pub fn add(&mut self, micros: u64) {
        let bucket = bucket_of(micros, self.power);
        match self.buckets.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(1),
            Err(at) => self.buckets.insert(at, (bucket, 1)),
        }
        self.sum = self.sum.saturating_add(micros);
        self.max = self.max.max(micros);
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |count, (_, more)| count.saturating_add(*more))
    }

    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// How many took at most so long, where a bucket is counted by its middle. What is added later never makes it smaller; therefore the
    /// exact maximum is not asked.
    #[must_use]
    pub fn count_up_to(&self, micros: u64) -> u64 {
        let within = self.buckets.iter().take_while(|(bucket, _)| middle_of(*bucket, self.power) <= micros);
        within.fold(0, |count, (_, more)| count.saturating_add(*more))
    }

    /// The bytes of memory that it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.buckets.len() * size_of::<(u16, u64)>()
    }

    /// Adds all of another. Where one of the two is coarse, the result is.
    pub fn merge(&mut self, other: &Self) {
        let power = self.power.min(other.power);
        let (mine, others) = (self.with_power(power), other.with_power(power));
        let mut all = Vec::with_capacity(mine.len().max(others.len()));
        let (mut left, mut right) = (mine.into_iter().peekable(), others.into_iter().peekable());
        while let (Some((bucket, count)), Some((other_bucket, other_count))) = (left.peek().copied(), right.peek().copied()) {
            if bucket <= other_bucket {
                left.next();
            }
            if other_bucket <= bucket {
                right.next();
            }
            all.push(match bucket.cmp(&other_bucket) {
                std::cmp::Ordering::Less => (bucket, count),
                std::cmp::Ordering::Greater => (other_bucket, other_count),
                std::cmp::Ordering::Equal => (bucket, count.saturating_add(other_count)),
            });
        }
        all.extend(left.chain(right));
        *self = Self { power, buckets: all, sum: self.sum.saturating_add(other.sum), max: self.max.max(other.max) };
    }

    /// With buckets that are so much wider, and the same sum and maximum.
    #[must_use]
    pub fn coarser(&self, power: u8) -> Self {
        let power = power.min(self.power);
        Self { power, buckets: self.with_power(power), sum: self.sum, max: self.max }
    }

    fn with_power(&self, power: u8) -> Vec<(u16, u64)> {
        if power >= self.power {
            return self.buckets.clone();
        }
        let mut wider: Vec<(u16, u64)> = Vec::with_capacity(self.buckets.len());
        for (bucket, count) in &self.buckets {
            let bucket = bucket_of(start_of(*bucket, self.power), power);
            match wider.last_mut() {
                Some((last, total)) if *last == bucket => *total = total.saturating_add(*count),
                _ => wider.push((bucket, *count)),
            }
        }
        wider
    }

    /// What has been added since an earlier reading of the same counters. Where a count is smaller than it was, the counters were begun
    /// anew, and all of this reading is new. Counters of 32 bits may have passed their end meanwhile.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut before = earlier.buckets.iter().copied().peekable();
        let mut buckets = Vec::with_capacity(self.buckets.len());
        for (bucket, count) in &self.buckets {
            if before.peek().is_some_and(|(earlier, _)| earlier < bucket) {
                return self.clone();
            }
            let old = before.next_if(|(earlier, _)| earlier == bucket).map_or(0, |(_, count)| count);
            match growth(*count, old) {
                Some(0) => {}
                Some(more) => buckets.push((*bucket, more)),
                None => return self.clone(),
            }
        }
        if before.next().is_some() || self.sum < earlier.sum {
            return self.clone();
        }
        let max = self.max_since(earlier, &buckets);
        Self { power: self.power, buckets, sum: self.sum - earlier.sum, max }
    }

    /// The exact maximum where it has grown; otherwise the end of the highest bucket that has.
    fn max_since(&self, earlier: &Self, grown: &[(u16, u64)]) -> u64 {
        match grown.last() {
            Some(_) if self.max > earlier.max => self.max,
            Some((bucket, _)) if start_of(*bucket + 1, self.power) <= MAX_VALUE => self.max.min(start_of(*bucket + 1, self.power) - 1),
            Some(_) => self.max,
            None => 0,
        }
    }

    /// The time that `percent` of all took at most; nothing where there are none. Between the ends of a bucket, values are taken as
    /// evenly spread.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        if percent >= 100.0 {
            return Some(self.max);
        }
        let rank = ((percent.max(0.0) / 100.0 * count as f64).ceil() as u64).clamp(1, count);
        let mut below = 0_u64;
        for (bucket, count) in &self.buckets {
            if below.saturating_add(*count) >= rank {
                let (start, end) = (start_of(*bucket, self.power), start_of(*bucket + 1, self.power));
                let within = ((rank - below) as f64 - 0.5) / *count as f64;
                return Some((start + ((end - start) as f64 * within) as u64).min(self.max));
            }
            below = below.saturating_add(*count);
        }
        Some(self.max)
    }

    /// How many took longer, to the width of a bucket: those of the bucket that the time falls into count as not longer.
    #[must_use]
    pub fn above(&self, micros: u64) -> u64 {
        let own = bucket_of(micros, self.power);
        self.buckets.iter().filter(|(bucket, _)| *bucket > own).fold(0, |count, (_, more)| count.saturating_add(*more))
    }

    /// The same with counts that compress better. Between two neighbouring buckets, at most a quarter of what the smaller one holds is
    /// counted in the other one, and nothing moves further. Count, sum and maximum stay exact.
    #[must_use]
    pub(crate) fn rounded(&self) -> Self {
        let (mut above, mut given) = (0_u64, 0_u64);
        let mut buckets = Vec::with_capacity(self.buckets.len());
        for (at, (bucket, count)) in self.buckets.iter().enumerate().rev() {
            above = above.saturating_add(*count);
            let lower = at.checked_sub(1).and_then(|at| self.buckets.get(at)).filter(|(lower, _)| lower + 1 == *bucket);
            let step = lower.map_or(1, |(_, below)| step_for((*count).min(*below) / 2));
            let edge = above.saturating_add(step / 2) / step * step;
            if edge > given {
                buckets.push((*bucket, edge - given));
            }
            given = edge;
        }
        buckets.reverse();
        Self { power: self.power, buckets, sum: self.sum, max: self.max }
    }
}

/// Adds many histograms up, with the same result as merging them one after another and much faster: no memory is taken for each.
#[derive(Debug, Clone)]
pub struct LatenciesSum {
    power: u8,
    /// By their bucket.
    counts: Vec<u64>,
    sum: u64,
    max: u64,
}

impl Default for LatenciesSum {
    fn default() -> Self {
        Self { power: FINE, counts: vec![0; usize::from(buckets(FINE))], sum: 0, max: 0 }
    }
}

impl LatenciesSum {
    pub fn add(&mut self, more: &Latencies) {
        if more.power < self.power {
            let coarser = self.total().coarser(more.power);
            *self = Self { power: more.power, counts: vec![0; usize::from(buckets(more.power))], sum: 0, max: 0 };
            self.add(&coarser);
        }
        for (bucket, count) in &more.buckets {
            let bucket = if more.power == self.power { *bucket } else { bucket_of(start_of(*bucket, more.power), self.power) };
            if let Some(own) = self.counts.get_mut(usize::from(bucket)) {
                *own = own.saturating_add(*count);
            }
        }
        self.sum = self.sum.saturating_add(more.sum);
        self.max = self.max.max(more.max);
    }

    /// All that was added.
    #[must_use]
    pub fn total(&self) -> Latencies {
        let occupied = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        Latencies {
            power: self.power,
            buckets: occupied.map(|(bucket, count)| (bucket as u16, *count)).collect(),
            sum: self.sum,
            max: self.max,
        }
    }
}

/// The largest power of two that is not above; 1 for 0.
fn step_for(bound: u64) -> u64 {
    bound.checked_ilog2().map_or(1, |power| 1 << power)
}

fn growth(now: u64, before: u64) -> Option<u64> {
    match now.checked_sub(before) {
        Some(more) => Some(more),
        None if (END / 2..END).contains(&before) && now < END / 2 => Some(now + END - before),
        None => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
