//! The memory that large responses and bodies hold at once, of all requests together.
//!
//! Each response is bounded on its own; this bounds their sum. What is small is not counted, so that small requests
//! cost nothing and are answered while large ones are refused. What is large is counted in steps under a lock, and is
//! given back when the last byte of it has gone to its client.
//!
//! A consumer may hold three times as much as is free (as with the slots of a source, see `connect/slots.rs`): one alone
//! gets three quarters, and there is something left for whoever comes next.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use connect::Consumer;
use model::{ErrorCode, Problem};

/// What is not larger is not counted, in bytes.
pub(crate) const UNCOUNTED: u64 = 64 << 10;
/// The steps in which is counted, in bytes.
const STEP: u64 = 256 << 10;
/// See the module.
const TIMES_FREE: u64 = 3;

/// A budget of bytes. Cheap to copy: it is never given back, so that who refers to it counts no references, which would
/// be a write to memory that all cores share.
#[derive(Debug, Clone, Copy)]
pub struct Memory(&'static Budget);

#[derive(Debug)]
struct Budget {
    most: u64,
    used: Mutex<Used>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Used {
    all: u64,
    /// Of those who hold something.
    by: HashMap<Consumer, u64>,
}

impl Memory {
    #[must_use]
    pub fn new(most: u64) -> Self {
        Self(Box::leak(Box::new(Budget { most, used: Mutex::default(), refused: AtomicU64::new(0) })))
    }

    /// A place in the budget that holds nothing yet.
    #[must_use]
    pub fn reservation(self, consumer: Consumer) -> Reservation {
        Reservation { memory: self, consumer, bytes: AtomicU64::new(0) }
    }

    /// Bytes that are held now, and what was refused since the process began.
    #[must_use]
    pub fn figures(self) -> (u64, u64) {
        (self.used().all, self.0.refused.load(Ordering::Relaxed))
    }

    fn used(&self) -> MutexGuard<'static, Used> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self, consumer: Consumer, more: u64) -> Result<(), Problem> {
        let mut used = self.used();
        let of_one = used.by.get(&consumer).copied().unwrap_or_default().saturating_add(more);
        let left = self.0.most.saturating_sub(used.all).checked_sub(more);
        if left.is_none_or(|left| of_one > left.saturating_mul(TIMES_FREE)) {
            drop(used);
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            return Err(overloaded());
        }
        used.all += more;
        used.by.insert(consumer, of_one);
        Ok(())
    }

    fn give_back(self, consumer: Consumer, bytes: u64) {
        let mut used = self.used();
        used.all = used.all.saturating_sub(bytes);
        if let Some(of_one) = used.by.get_mut(&consumer) {
            *of_one = of_one.saturating_sub(bytes);
            if *of_one == 0 {
                used.by.remove(&consumer);
            }
        }
    }
}

fn overloaded() -> Problem {
    let detail = "Too many large requests and responses are in progress. Read responses faster, request less, or try again in a moment.";
    Problem::new(ErrorCode::Overloaded, detail)
}

/// What one request holds of a budget, given back with its value.
#[derive(Debug)]
pub struct Reservation {
    memory: Memory,
    consumer: Consumer,
    bytes: AtomicU64,
}

impl Reservation {
    /// Holds at least so many bytes from now on.
    ///
    /// # Errors
    /// `overloaded` where they are not left.
    pub fn hold(&self, bytes: u64) -> Result<(), Problem> {
        let known = self.bytes.load(Ordering::Relaxed);
        if bytes <= UNCOUNTED.max(known) {
            return Ok(());
        }
        let more = bytes.next_multiple_of(STEP) - known;
        self.memory.take(self.consumer, more)?;
        self.bytes.fetch_add(more, Ordering::Relaxed);
        Ok(())
    }

    /// What is counted of it.
    pub(crate) fn held(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Hands over what it holds, as far as so many bytes need it; the rest is given back.
    pub(crate) fn hand_over(&self, bytes: u64) -> Self {
        let held = self.bytes.swap(0, Ordering::Relaxed);
        let kept = if bytes <= UNCOUNTED { 0 } else { bytes.next_multiple_of(STEP).min(held) };
        if held > kept {
            self.memory.give_back(self.consumer, held - kept);
        }
        Self { memory: self.memory, consumer: self.consumer, bytes: AtomicU64::new(kept) }
    }
}

/// A copy of a request holds nothing yet.
impl Clone for Reservation {
    fn clone(&self) -> Self {
        self.memory.reservation(self.consumer)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        if bytes > 0 {
            self.memory.give_back(self.consumer, bytes);
        }
    }
}

/// The bytes of a response that is whole, with what they hold of the budget.
pub(crate) struct Counted {
    bytes: Vec<u8>,
    held: Option<Reservation>,
}

impl Counted {
    /// Bytes that were counted while they were made.
    pub(crate) fn new(bytes: Vec<u8>, counted: &Reservation) -> Self {
        let held = (counted.held() > 0).then(|| counted.hand_over(bytes.len() as u64));
        Self { bytes, held }
    }

    /// The same in another encoding, which may be shorter.
    pub(crate) fn encoded(self, bytes: Vec<u8>) -> Self {
        let held = self.held.map(|held| held.hand_over(bytes.len() as u64));
        Self { bytes, held }
    }
}

/// Bytes of which nothing is counted.
impl From<Vec<u8>> for Counted {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, held: None }
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Counted> for Bytes {
    /// The budget has them back when nobody holds any part of them.
    fn from(counted: Counted) -> Self {
        if counted.held.is_some() { Self::from_owner(counted) } else { Self::from(counted.bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn one_consumer_leaves_something_for_the_next_and_small_ones_pass() {
        let memory = Memory::new(16 * MIB);
        let (greedy, modest) = (Consumer::app(0), Consumer::app(1));
        let held: Vec<Reservation> =
            std::iter::repeat_with(|| memory.reservation(greedy)).take_while(|one| one.hold(MIB).is_ok()).collect();
        assert_eq!((held.len(), memory.figures()), (12, (12 * MIB, 1)));
        let of_greedy = memory.reservation(greedy);
        assert_eq!(of_greedy.hold(MIB).unwrap_err().code, ErrorCode::Overloaded);
        assert!(of_greedy.hold(UNCOUNTED).is_ok(), "what is small is not counted");
        let of_modest = memory.reservation(modest);
        assert!(of_modest.hold(3 * MIB).is_ok() && of_modest.hold(4 * MIB).is_err());
        drop((held, of_modest));
        assert_eq!((memory.figures().0, memory.used().by.len()), (0, 0));
    }

    #[test]
    fn bytes_are_counted_until_the_last_part_of_them_is_gone() {
        let memory = Memory::new(16 * MIB);
        let call = memory.reservation(Consumer::PLATFORM);
        call.hold(3 * MIB).unwrap();
        let mut body = Bytes::from(Counted::new(vec![0; MIB as usize], &call));
        assert_eq!((memory.figures().0, call.held()), (MIB, 0), "the rows that it was made of are gone");
        let last = body.split_off(10);
        drop((body, call));
        assert_eq!(memory.figures().0, MIB);
        drop(last);
        assert_eq!(memory.figures().0, 0);
        let call = memory.reservation(Consumer::PLATFORM);
        call.hold(MIB).unwrap();
        let shorter = Counted::new(vec![0; MIB as usize], &call).encoded(vec![0; 300 << 10]);
        assert_eq!((memory.figures().0, shorter.as_ref().len()), (2 * STEP, 300 << 10));
        drop(shorter);
        assert_eq!(memory.figures().0, 0);
    }
}
