//! How much: token buckets for grants, APIs and compartments. They live on from one snapshot to the next, so that a
//! release of one API does not give everybody a full bucket.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, QuantaClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use model::limit::Rate;

/// One bucket.
pub(crate) struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, QuantaClock, StateInformationMiddleware>,
    clock: QuantaClock,
    /// This node's part of the rate.
    rate: Rate,
}

/// What is left of the tightest bucket that a request went through; told in `ratelimit-*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limit: u32,
    pub(crate) burst: u32,
    pub(crate) remaining: u32,
    /// Seconds until the bucket is full again.
    pub(crate) reset: u32,
}

/// A request that is not let through: how long to wait, in whole seconds, and the bucket's figures.
pub(crate) struct Refused {
    pub(crate) retry_after: u64,
    pub(crate) budget: Budget,
}

impl Bucket {
    /// The bucket of the snapshot before, where its rate is still the same.
    pub(crate) fn renewed(last: Option<&Arc<Bucket>>, rate: Rate, gateways: u32) -> Arc<Bucket> {
        let part = part_of(rate, gateways);
        match last {
            Some(last) if last.rate == part => last.clone(),
            _ => Arc::new(Bucket::new(part)),
        }
    }

    fn new(rate: Rate) -> Self {
        let one = NonZeroU32::MIN;
        let quota =
            Quota::per_second(NonZeroU32::new(rate.per_second).unwrap_or(one)).allow_burst(NonZeroU32::new(rate.burst).unwrap_or(one));
        let clock = QuantaClock::default();
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone()).with_middleware::<StateInformationMiddleware>();
        Self { limiter, clock, rate }
    }

    /// Takes one token for each of `calls`.
    pub(crate) fn take(&self, calls: NonZeroU32) -> Result<Budget, Refused> {
        let decided = if calls.get() == 1 { self.limiter.check().map_err(Some) } else { self.take_many(calls) };
        match decided {
            Ok(state) => Ok(self.budget(state.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.map_or(Duration::from_secs(1), |until| until.wait_time_from(self.clock.now()));
                Err(Refused { retry_after: wait.as_secs_f64().ceil().max(1.0) as u64, budget: self.budget(0) })
            }
        }
    }

    #[allow(clippy::type_complexity)] // governor's own types
    fn take_many(
        &self,
        calls: NonZeroU32,
    ) -> Result<governor::middleware::StateSnapshot, Option<governor::NotUntil<<QuantaClock as Clock>::Instant>>> {
        match self.limiter.check_n(calls) {
            Ok(decided) => decided.map_err(Some),
            // More at once than the bucket ever holds.
            Err(_) => Err(None),
        }
    }

    fn budget(&self, remaining: u32) -> Budget {
        let missing = self.rate.burst.saturating_sub(remaining);
        Budget { limit: self.rate.per_second, burst: self.rate.burst, remaining, reset: missing.div_ceil(self.rate.per_second.max(1)) }
    }
}

/// One node's part of a rate.
fn part_of(rate: Rate, gateways: u32) -> Rate {
    let among = gateways.max(1);
    Rate { per_second: rate.per_second.div_ceil(among), burst: rate.burst.div_ceil(among) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn a_bucket_gives_its_burst_and_then_says_when() {
        let bucket = Bucket::new(Rate { per_second: 1, burst: 3 });
        assert_eq!(bucket.take(ONE).ok(), Some(Budget { limit: 1, burst: 3, remaining: 2, reset: 1 }));
        assert!(bucket.take(ONE).is_ok() && bucket.take(ONE).is_ok());
        let refused = bucket.take(ONE).err().unwrap();
        assert_eq!((refused.retry_after, refused.budget.remaining), (1, 0));
        assert!(bucket.take(NonZeroU32::new(9).unwrap()).is_err());
    }

    #[test]
    fn a_bucket_outlives_its_snapshot_unless_its_rate_changes() {
        let rate = Rate { per_second: 1, burst: 1 };
        let bucket = Bucket::renewed(None, rate, 1);
        assert!(bucket.take(ONE).is_ok());
        assert!(Bucket::renewed(Some(&bucket), rate, 1).take(ONE).is_err());
        assert!(Bucket::renewed(Some(&bucket), Rate { burst: 2, ..rate }, 1).take(ONE).is_ok());
    }
}
