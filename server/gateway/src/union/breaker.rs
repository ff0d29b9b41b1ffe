//! Breakers of a step: one that fails again and again is not asked for a while, so that its callers do not wait for it and
//! what is behind it can recover. The pattern is Nygard's, with one trial call after each pause. Only what the step itself
//! does wrong counts: a caller's own fault says nothing of it, neither good nor bad.
//!
//! Each consumer has its own, since what fails for one (questions that take too long) may work for the others. Once it
//! fails for several it fails for all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use connect::Consumer;
use model::clock::Millis;

/// Failures in a row that open a breaker.
const FAILURES: u32 = 5;
/// How long it stays open, in milliseconds.
const PAUSE: Millis = 5_000;
/// So many consumers for whom it is open say that it is the step's fault.
const CONSUMERS: usize = 2;
/// Consumers whose failures are remembered.
const REMEMBERED: usize = 1_000;

#[derive(Default)]
pub(crate) struct Breakers {
    /// Whether anything has failed: calls of a step that works look at nothing else.
    failing: AtomicBool,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by_consumer: HashMap<Consumer, Breaker>,
    /// When the next of those may try for whom alone it did not fail.
    next_trial: Millis,
}

#[derive(Default)]
struct Breaker {
    failures: u32,
    /// From when on one call may try, while it is open.
    next_trial: Option<Millis>,
}

/// That a request may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Usual,
    /// The one after a pause.
    Trial,
}

/// One trial, and the next a pause later.
fn trial(next: &mut Millis, now: Millis) -> Option<Pass> {
    let is_due = now >= *next;
    if is_due {
        *next = now + PAUSE;
    }
    is_due.then_some(Pass::Trial)
}

impl Held {
    /// The breaker that holds the consumer's calls back: its own, or that of all.
    fn gate(&mut self, consumer: Consumer) -> Option<&mut Millis> {
        let open = self.by_consumer.values().filter(|breaker| breaker.next_trial.is_some()).count();
        let own = self.by_consumer.get_mut(&consumer).and_then(|breaker| breaker.next_trial.as_mut());
        own.or((open >= CONSUMERS).then_some(&mut self.next_trial))
    }
}

impl Breakers {
    /// Whether a request may be made now. After a pause one caller may; the others wait for what it finds.
    pub(crate) fn lets(&self, consumer: Consumer, now: Millis) -> Option<Pass> {
        if !self.failing.load(Ordering::Relaxed) {
            return Some(Pass::Usual);
        }
        self.held().gate(consumer).map_or(Some(Pass::Usual), |next| trial(next, now))
    }

    /// The request has shown nothing of the step. A trial is the next caller's.
    pub(crate) fn undecided(&self, consumer: Consumer, pass: Pass, now: Millis) {
        if pass == Pass::Trial
            && let Some(next) = self.held().gate(consumer)
        {
            *next = now;
        }
    }

    pub(crate) fn worked(&self, consumer: Consumer, pass: Pass) {
        if !self.failing.load(Ordering::Relaxed) {
            return;
        }
        let mut held = self.held();
        if held.by_consumer.remove(&consumer).is_none() && pass == Pass::Trial {
            // It works for one for whom it was closed because of others: it has recovered.
            held.by_consumer.clear();
        }
        self.failing.store(!held.by_consumer.is_empty(), Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, consumer: Consumer, now: Millis) {
        let mut held = self.held();
        let is_full = held.by_consumer.len() >= REMEMBERED && !held.by_consumer.contains_key(&consumer);
        if is_full && let Some(any) = held.by_consumer.keys().next().copied() {
            held.by_consumer.remove(&any);
        }
        let own = held.by_consumer.entry(consumer).or_default();
        own.failures += 1;
        if own.failures >= FAILURES {
            own.next_trial = Some(now + PAUSE);
            held.next_trial = now + PAUSE;
        }
        self.failing.store(true, Ordering::Relaxed);
    }

    /// Whether calls are held back now, of one consumer at least.
    pub(crate) fn is_open(&self) -> bool {
        self.failing.load(Ordering::Relaxed) && self.held().by_consumer.values().any(|breaker| breaker.next_trial.is_some())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breakers: &Breakers, consumer: Consumer, now: Millis) {
        for _ in 0..FAILURES {
            assert_eq!(breakers.lets(consumer, now), Some(Pass::Usual));
            breakers.failed(consumer, now);
        }
    }

    #[test]
    fn it_opens_after_failures_and_lets_one_try_after_a_pause() {
        let (breakers, app) = (Breakers::default(), Consumer::app(1));
        assert!(!breakers.is_open());
        fail(&breakers, app, 1_000);
        assert!(breakers.is_open());
        assert_eq!(breakers.lets(app, 1_000 + PAUSE - 1), None);
        assert_eq!(breakers.lets(app, 1_000 + PAUSE), Some(Pass::Trial));
        assert_eq!(breakers.lets(app, 1_000 + PAUSE), None);
        // A trial that ends by its caller's own fault is another caller's.
        breakers.undecided(app, Pass::Trial, 1_000 + PAUSE);
        assert_eq!(breakers.lets(app, 1_000 + PAUSE), Some(Pass::Trial));
        breakers.failed(app, 1_000 + PAUSE);
        assert_eq!(breakers.lets(app, 1_001 + PAUSE), None);
        assert_eq!(breakers.lets(app, 1_000 + 2 * PAUSE), Some(Pass::Trial));
        breakers.worked(app, Pass::Trial);
        assert_eq!([breakers.lets(app, 1_000 + PAUSE), breakers.lets(app, 1_000 + PAUSE)], [Some(Pass::Usual); 2]);
        assert!(!breakers.is_open());
        // What shows nothing leaves the count of failures as it is.
        for _ in 1..FAILURES {
            breakers.failed(app, 0);
        }
        breakers.undecided(app, Pass::Usual, 0);
        breakers.failed(app, 0);
        assert_eq!(breakers.lets(app, 0), None);
    }

    #[test]
    fn what_fails_for_one_is_asked_for_the_others_until_it_fails_for_several() {
        let breakers = Breakers::default();
        let [one, two, other] = [1, 2, 3].map(Consumer::app);
        fail(&breakers, one, 0);
        assert_eq!([breakers.lets(one, 0), breakers.lets(other, 0)], [None, Some(Pass::Usual)]);
        breakers.worked(other, Pass::Usual);
        assert_eq!(breakers.lets(one, 0), None, "that it works for others says nothing of it");
        fail(&breakers, two, 0);
        assert_eq!(breakers.lets(other, 0), None);
        assert_eq!([breakers.lets(other, PAUSE), breakers.lets(other, PAUSE)], [Some(Pass::Trial), None]);
        breakers.worked(other, Pass::Trial);
        assert_eq!([one, two, other].map(|app| breakers.lets(app, PAUSE)), [Some(Pass::Usual); 3]);
    }
}
