//! The concurrency slots of a pool, shared fairly among its consumers: the apps that call, and the people who try.
//!
//! While nobody waits, a slot is taken and given back by atomic operations alone: no lock, no allocation. Once somebody
//! waits, slots are handed out under a lock: each consumer has a queue of its own, and the next slot goes to the
//! consumer that holds the fewest, in turn among equals.
//!
//! A consumer may take another slot only while it holds fewer than three times the free ones (the dynamic threshold of
//! Choudhury and Hahne). One consumer alone so gets twelve of sixteen, and there is a slot left for whoever comes next.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::MAX_CONNECTIONS;

/// Slots of one pool.
pub(crate) const SLOTS: usize = MAX_CONNECTIONS as usize;
/// Statements of one consumer that may wait for a slot.
pub(crate) const MAX_WAITING: usize = 512;
/// See the module.
const TIMES_FREE: usize = 3;
/// The holder of a slot that nobody holds.
const FREE: u64 = 0;

/// On whose behalf a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Consumer(u64);

impl Consumer {
    /// The platform itself: builds, checks, browsing. Their pools are their own, so they have no threshold.
    pub const PLATFORM: Self = Self(1);

    /// An app, by its place among the apps of this process.
    #[must_use]
    pub fn app(index: u32) -> Self {
        Self(2 + u64::from(index))
    }

    /// A person who tries an API from the portal.
    #[must_use]
    pub fn person(name: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        // Numbers of apps never have this bit.
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]) | 1 << 63)
    }

    fn may_take(self, held: usize, free: usize) -> bool {
        free > 0 && (self == Self::PLATFORM || held < TIMES_FREE * free)
    }
}

/// Why there is no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSlot {
    /// As many statements of this consumer wait as may.
    QueueFull,
    /// None became free in time.
    Late,
}

pub(crate) struct Slots {
    /// Who holds each slot.
    holders: [AtomicU64; SLOTS],
    /// Statements that wait, of all consumers. Changed under the lock of the queues, read without it.
    waiting: AtomicUsize,
    queues: Mutex<Queues>,
}

#[derive(Default)]
struct Queues {
    next_ticket: u64,
    /// None of them is empty. The one that was served last stands last.
    all: VecDeque<Queue>,
}

struct Queue {
    consumer: Consumer,
    waiters: VecDeque<(u64, oneshot::Sender<usize>)>,
}

impl Slots {
    pub(crate) fn new() -> Arc<Self> {
        let holders = std::array::from_fn(|_| AtomicU64::new(FREE));
        Arc::new(Self { holders, waiting: AtomicUsize::new(0), queues: Mutex::default() })
    }

    pub(crate) fn running(&self) -> usize {
        self.holders.iter().filter(|holder| holder.load(Ordering::Relaxed) != FREE).count()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Whether statements of others than this consumer wait.
    pub(crate) fn others_wait(&self, consumer: Consumer) -> bool {
        self.waiting() > 0 && self.lock().all.iter().any(|queue| queue.consumer != consumer)
    }

    /// A slot, where one can be had without a wait and nobody is before this consumer.
    pub(crate) fn take_now(self: &Arc<Self>, consumer: Consumer) -> Option<Slot> {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            return None;
        }
        let index = self.claim(consumer)?;
        // Two statements of one consumer may have counted at the same moment.
        let (held, free) = self.count(consumer);
        if consumer.may_take(held.saturating_sub(1), free + 1) {
            return Some(Slot { slots: self.clone(), index });
        }
        self.release(index);
        None
    }

    /// A slot, once one is handed out to this consumer.
    pub(crate) async fn wait(self: &Arc<Self>, consumer: Consumer, at_most: Duration) -> Result<Slot, NoSlot> {
        let mut waiter = self.enqueue(consumer).ok_or(NoSlot::QueueFull)?;
        match tokio::time::timeout(at_most, &mut waiter.receiver).await {
            Ok(Ok(index)) => Ok(Slot { slots: self.clone(), index }),
            _ => Err(NoSlot::Late),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many slots a consumer holds, and how many are free.
    fn count(&self, consumer: Consumer) -> (usize, usize) {
        let (mut held, mut free) = (0, 0);
        for holder in &self.holders {
            let holder = holder.load(Ordering::SeqCst);
            held += usize::from(holder == consumer.0);
            free += usize::from(holder == FREE);
        }
        (held, free)
    }

    /// Takes a free slot for a consumer that may have one.
    fn claim(&self, consumer: Consumer) -> Option<usize> {
        let (held, free) = self.count(consumer);
        if !consumer.may_take(held, free) {
            return None;
        }
        self.holders.iter().position(|holder| {
            holder.load(Ordering::Relaxed) == FREE && holder.compare_exchange(FREE, consumer.0, Ordering::SeqCst, Ordering::SeqCst).is_ok()
        })
    }

    /// Gives a slot back, to whoever waits. Either this sees that somebody waits, or who begins to wait sees the free
    /// slot: both write before they read.
    fn release(&self, index: usize) {
        self.holders[index].store(FREE, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.hand_out(&mut self.lock());
        }
    }

    fn enqueue(self: &Arc<Self>, consumer: Consumer) -> Option<Waiter> {
        let (sender, receiver) = oneshot::channel();
        let mut queues = self.lock();
        let known = queues.all.iter().position(|queue| queue.consumer == consumer);
        let at = known.unwrap_or_else(|| {
            queues.all.push_back(Queue { consumer, waiters: VecDeque::new() });
            queues.all.len() - 1
        });
        if queues.all[at].waiters.len() >= MAX_WAITING {
            return None;
        }
        let ticket = queues.next_ticket;
        queues.next_ticket += 1;
        queues.all[at].waiters.push_back((ticket, sender));
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.hand_out(&mut queues);
        drop(queues);
        Some(Waiter { slots: self.clone(), consumer, ticket, receiver })
    }

    /// Hands free slots out for as long as there is somebody who may have one.
    fn hand_out(&self, queues: &mut Queues) {
        while let Some(at) = self.next(queues) {
            // Where the slot has just been taken by somebody who need not wait, the next look says what is left.
            let Some(index) = self.claim(queues.all[at].consumer) else { continue };
            let Some(mut queue) = queues.all.remove(at) else { return };
            if let Some((_, sender)) = queue.waiters.pop_front() {
                self.waiting.fetch_sub(1, Ordering::SeqCst);
                if sender.send(index).is_err() {
                    self.holders[index].store(FREE, Ordering::SeqCst);
                }
            }
            if !queue.waiters.is_empty() {
                queues.all.push_back(queue);
            }
        }
    }

    /// The queue that is served next: of those that may have a slot, the consumer that holds the fewest, and the one
    /// that was not served for the longest time among equals.
    fn next(&self, queues: &Queues) -> Option<usize> {
        let counted = queues.all.iter().enumerate().map(|(at, queue)| (at, queue.consumer, self.count(queue.consumer)));
        let may = counted.filter(|(_, consumer, (held, free))| consumer.may_take(*held, *free));
        may.min_by_key(|(_, _, (held, _))| *held).map(|(at, ..)| at)
    }

    fn leave(&self, consumer: Consumer, ticket: u64) {
        let mut queues = self.lock();
        let Some(at) = queues.all.iter().position(|queue| queue.consumer == consumer) else { return };
        let waiters = &mut queues.all[at].waiters;
        let Some(place) = waiters.iter().position(|(known, _)| *known == ticket) else { return };
        drop(waiters.remove(place));
        let is_empty = waiters.is_empty();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if is_empty {
            drop(queues.all.remove(at));
        }
    }
}

/// One who waits. Who leaves, also in the middle of the wait, leaves the queue, and gives back what came too late.
struct Waiter {
    slots: Arc<Slots>,
    consumer: Consumer,
    ticket: u64,
    receiver: oneshot::Receiver<usize>,
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.slots.leave(self.consumer, self.ticket);
        if let Ok(index) = self.receiver.try_recv() {
            self.slots.release(index);
        }
    }
}

/// A slot that is held until this is dropped.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    index: usize,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.release(self.index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(30);

    /// As many slots as a consumer gets without a wait.
    fn all_of(slots: &Arc<Slots>, consumer: Consumer) -> Vec<Slot> {
        std::iter::from_fn(|| slots.take_now(consumer)).collect()
    }

    #[tokio::test]
    async fn one_consumer_leaves_room_for_the_next_and_the_platform_takes_all() {
        let slots = Slots::new();
        let held: Vec<Vec<Slot>> = (0..5).map(|app| all_of(&slots, Consumer::app(app))).collect();
        let counts: Vec<usize> = held.iter().map(Vec::len).collect();
        assert_eq!((counts.as_slice(), slots.running()), ([12, 3, 1, 0, 0].as_slice(), SLOTS));
        assert_eq!(all_of(&Slots::new(), Consumer::PLATFORM).len(), SLOTS);
        assert_ne!(Consumer::person("a"), Consumer::person("b"));
    }

    #[tokio::test]
    async fn a_modest_consumer_is_served_before_a_greedy_one_that_waits_already() {
        let slots = Slots::new();
        let (greedy, modest) = (Consumer::app(0), Consumer::app(1));
        let mut held = all_of(&slots, greedy);
        assert_eq!(slots.wait(greedy, SOON).await.err(), Some(NoSlot::Late), "the free slots are for others");
        let mut more: Vec<_> = (0..20).map(|_| Box::pin(slots.wait(greedy, LONG))).collect();
        for wait in &mut more {
            assert!(futures::poll!(wait.as_mut()).is_pending());
        }
        let first = slots.wait(modest, SOON).await.ok();
        let second = slots.wait(modest, SOON).await.ok();
        assert!(first.is_some() && second.is_some());
        assert_eq!((slots.count(greedy), slots.waiting()), ((12, 2), 20));
        // The greedy one goes on once it holds less than its share of what is free.
        drop(held.drain(..8));
        assert_eq!((slots.count(greedy), slots.waiting()), ((11, 3), 13));
        drop((more, first, second, held));
        assert_eq!((slots.running(), slots.waiting(), slots.lock().all.len()), (0, 0, 0));
    }

    #[tokio::test]
    async fn a_full_queue_is_the_consumer_s_own_and_who_leaves_leaves_nothing_behind() {
        let slots = Slots::new();
        let (greedy, modest) = (Consumer::app(0), Consumer::app(1));
        let held = all_of(&slots, greedy);
        let mut waits: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(slots.wait(greedy, LONG))).collect();
        for wait in &mut waits {
            assert!(futures::poll!(wait.as_mut()).is_pending());
        }
        assert_eq!(slots.wait(greedy, SOON).await.err(), Some(NoSlot::QueueFull));
        assert!(slots.wait(modest, SOON).await.is_ok());
        // Slots are handed out to some who leave before they look.
        drop(held);
        drop(waits);
        assert_eq!((slots.running(), slots.waiting()), (0, 0));
        assert_eq!(all_of(&slots, greedy).len(), 12);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn under_contention_no_slot_is_lost() {
        let slots = Slots::new();
        let one = |consumer: Consumer| {
            let slots = slots.clone();
            async move {
                for _ in 0..200 {
                    let slot = match slots.take_now(consumer) {
                        Some(slot) => slot,
                        None => slots.wait(consumer, LONG).await.ok().unwrap(),
                    };
                    assert!(slots.count(consumer).0 > 0);
                    tokio::task::yield_now().await;
                    drop(slot);
                }
            }
        };
        let tasks: Vec<_> = (0..48).map(|app| tokio::spawn(one(Consumer::app(app % 3)))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!((slots.running(), slots.waiting()), (0, 0));
    }
}
