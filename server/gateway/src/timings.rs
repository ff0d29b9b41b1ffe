//! Where the time of one request goes.

use std::time::Instant;

use connect::Notes;
use model::view::{FETCH_SPAN, StepTrace};
use smallvec::SmallVec;

use crate::figures::CacheResult;
use crate::metrics::Spent;

/// The step of [`Timings`] in which rows are fetched.
pub(crate) const SOURCE: &str = FETCH_SPAN;

/// How long each step took, in the order in which they ran.
#[derive(Default)]
pub(crate) struct Timings {
    pub(crate) steps: Vec<(&'static str, u64)>,
    /// When each of them began.
    pub(crate) began: SmallVec<[Instant; 4]>,
    /// Unions: what each of its steps did.
    pub(crate) graph: Vec<StepTrace>,
    /// What its sources were asked, where that is noted.
    pub(crate) notes: Notes,
    /// Microseconds at a cache, and at the source or store or the steps of a Union; also of what failed there.
    pub(crate) cache: u64,
    pub(crate) source: u64,
    /// Where the rows came from, where the API keeps answers.
    pub(crate) result: Option<CacheResult>,
}

impl Timings {
    pub(crate) fn time<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.note(step, started, micros_since(started));
        result
    }

    fn note(&mut self, step: &'static str, started: Instant, took: u64) {
        self.steps.push((step, took));
        self.began.push(started);
    }

    /// Rows that were fetched or failed to be, see [`Timings::spend`].
    pub(crate) fn fetched(&mut self, started: Instant, at_source: Option<u64>) {
        let took = micros_since(started);
        self.note(SOURCE, started, took);
        self.spend(took, at_source);
    }

    /// Rows that it took so long to get, with what of it a cache says was spent at the source; without a cache, all of it was.
    pub(crate) fn spend(&mut self, took: u64, at_source: Option<u64>) {
        let source = at_source.unwrap_or(took).min(took);
        self.source = self.source.saturating_add(source);
        self.cache = self.cache.saturating_add(took - source);
    }

    /// Of a request that took so long.
    pub(crate) fn spent(&self, micros: u64) -> Spent {
        Spent { micros, cache: self.cache, source: self.source }
    }
}

pub(crate) fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}
