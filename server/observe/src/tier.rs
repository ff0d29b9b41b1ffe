//! How finely figures are kept, and for how long.

use model::clock::{DAY, HOUR, MINUTE, Millis, SECOND};

use crate::latencies::{COARSE, FINE};

/// Intervals and chunks begin at multiples of their length from 1970 in UTC.
///
/// A silent series has no chunks. An API with 1,000 requests a second, day and night, whose times are spread around one middle
/// (log-normal, σ 0.3), takes about 2.5 MB over all tiers: 0.6 MB, 1.4 MB and 0.5 MB. `chunk::tests` has its sum. Two thirds of it are
/// latencies, which grow with the number of their buckets: `Latencies::rounded` bounds what each of them costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    TenSeconds,
    Minute,
    Hour,
}

impl Tier {
    pub const ALL: [Tier; 3] = [Self::TenSeconds, Self::Minute, Self::Hour];

    /// Stored: a number is never given to another tier.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::TenSeconds => 1,
            Self::Minute => 2,
            Self::Hour => 3,
        }
    }

    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| i64::from(tier.number()) == number)
    }

    /// The length of an interval.
    #[must_use]
    pub fn step(self) -> Millis {
        match self {
            Self::TenSeconds => 10 * SECOND,
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
        }
    }

    /// Chunks that ended so long ago may be deleted.
    #[must_use]
    pub fn kept_for(self) -> Millis {
        match self {
            Self::TenSeconds => DAY,
            Self::Minute => 14 * DAY,
            Self::Hour => 365 * DAY,
        }
    }

    /// The length of a chunk. The present chunk is written again with each reading, so it is short: 60, 60 and 24 intervals.
    #[must_use]
    pub fn chunk_span(self) -> Millis {
        match self {
            Self::TenSeconds => 10 * MINUTE,
            Self::Minute => HOUR,
            Self::Hour => DAY,
        }
    }

    /// The beginning of the interval of a time.
    #[must_use]
    pub fn interval(self, at: Millis) -> Millis {
        at.saturating_sub(at.rem_euclid(self.step()))
    }

    /// The beginning of the chunk of a time.
    #[must_use]
    pub fn chunk(self, at: Millis) -> Millis {
        at.saturating_sub(at.rem_euclid(self.chunk_span()))
    }

    pub(crate) fn slots(self) -> u64 {
        (self.chunk_span() / self.step()).unsigned_abs()
    }

    pub(crate) fn power(self) -> u8 {
        match self {
            Self::TenSeconds | Self::Minute => FINE,
            Self::Hour => COARSE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_divides_the_next_and_its_own_chunks() {
        for pair in Tier::ALL.windows(2) {
            assert_eq!((pair[1].step() % pair[0].step(), pair[1].chunk_span() % pair[0].chunk_span()), (0, 0));
            assert!(pair[1].kept_for() > pair[0].kept_for());
        }
        for tier in Tier::ALL {
            assert_eq!(tier.chunk_span() % tier.step(), 0);
            assert_eq!(Tier::from_number(i64::from(tier.number())), Some(tier));
        }
        // 2013-01-01T10:00:07Z, and a time before 1970.
        assert_eq!(Tier::TenSeconds.interval(1_357_034_407_000), 1_357_034_400_000);
        assert_eq!(Tier::Minute.interval(-1), -MINUTE);
        assert_eq!(Tier::Hour.chunk(1_357_034_407_000), 1_356_998_400_000);
    }
}
