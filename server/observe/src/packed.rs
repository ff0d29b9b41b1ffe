//! Latencies in few bytes, for those of many series that are kept in memory.

use crate::Latencies;
use crate::varint::{Reader, put};

/// A tenth of the memory of [`Latencies`], which come back as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedLatencies(Box<[u8]>);

impl From<&Latencies> for PackedLatencies {
    fn from(latencies: &Latencies) -> Self {
        let mut bytes = vec![latencies.power];
        put(&mut bytes, latencies.sum);
        put(&mut bytes, latencies.max);
        let mut before = 0;
        for (bucket, count) in &latencies.buckets {
            put(&mut bytes, u64::from(bucket - before));
            put(&mut bytes, *count);
            before = *bucket;
        }
        Self(bytes.into_boxed_slice())
    }
}

impl PackedLatencies {
    #[must_use]
    pub fn unpacked(&self) -> Latencies {
        self.read().unwrap_or_default()
    }

    /// Nothing never comes: the bytes are those of this process, made above.
    fn read(&self) -> Option<Latencies> {
        const WHAT: &str = "packed latencies";
        let mut reader = Reader(&self.0);
        let power = reader.byte(WHAT).ok()?;
        let (sum, max) = (reader.number(WHAT).ok()?, reader.number(WHAT).ok()?);
        let mut buckets = Vec::with_capacity(reader.0.len() / 2);
        let mut bucket = 0;
        while !reader.0.is_empty() {
            bucket += u16::try_from(reader.number(WHAT).ok()?).ok()?;
            buckets.push((bucket, reader.number(WHAT).ok()?));
        }
        Some(Latencies { power, buckets, sum, max })
    }

    /// The bytes of memory that it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_come_back_as_they_were_in_a_fraction_of_their_memory() {
        let mut latencies = Latencies::default();
        assert_eq!(PackedLatencies::from(&latencies).unpacked(), latencies);
        (0..20_000_u64).for_each(|number| latencies.add(number * number % 90_000));
        latencies.add(u64::MAX);
        for latencies in [latencies.coarser(4), latencies] {
            let packed = PackedLatencies::from(&latencies);
            assert_eq!(packed.unpacked(), latencies);
            assert!(packed.weight() * 4 < latencies.weight(), "{} of {}", packed.weight(), latencies.weight());
        }
    }
}
