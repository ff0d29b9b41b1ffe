//! Attempts to sign in, counted before the password is checked, so that parallel guesses cannot pass the limit
//! together. Everything is kept in the memory of this node and in bounded space: a flood writes nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::clock::{MINUTE, Millis};
use sha2::{Digest, Sha256};

/// How many failed attempts are free, and how long it takes to forget one of them.
struct Rule {
    free: u32,
    forget_one: Millis,
}

/// For one account from one address: whoever guesses elsewhere does not lock the owner out.
const BY_ACCOUNT: Rule = Rule { free: 5, forget_one: 15 * MINUTE };
/// For one address, whatever the accounts: against few passwords that are tried on many people.
const BY_ADDRESS: Rule = Rule { free: 20, forget_one: MINUTE };
/// The wait after the last free attempt; each further failure doubles it.
const FIRST_WAIT: Millis = MINUTE;
const LONGEST_WAIT: Millis = 15 * MINUTE;
/// Tallies of each kind that are kept at most.
const MOST_TALLIES: usize = 20_000;

/// The network that an attempt comes from. `None` is this process itself.
type Network = Option<IpAddr>;
/// An account by the hash of its e-mail: what was typed is not kept.
type Account = [u8; 32];

#[derive(Default)]
struct Tallies {
    accounts: HashMap<(Network, Account), Tally>,
    addresses: HashMap<Network, Tally>,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    failures: u32,
    /// Up to when failures have been forgotten.
    counted_at: Millis,
    closed_until: Millis,
}

/// The attempts of this node.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<Tallies>);

/// One attempt that was counted as a failure in advance.
pub(super) struct Attempt {
    network: Network,
    account: Account,
}

impl Attempts {
    /// Counts an attempt, or says how many milliseconds to wait. One step under one lock: nothing comes in between.
    pub(super) fn reserve(&self, address: Option<IpAddr>, email: &str, now: Millis) -> Result<Attempt, Millis> {
        let attempt = Attempt { network: network(address), account: account(email) };
        let mut tallies = self.lock();
        let Tallies { accounts, addresses } = &mut *tallies;
        // The address first: one that has to wait leaves no tally of the accounts that it names.
        let by_address = tally(addresses, attempt.network, &BY_ADDRESS, now);
        by_address.refuse(now)?;
        let by_account = tally(accounts, (attempt.network, attempt.account), &BY_ACCOUNT, now);
        by_account.refuse(now)?;
        by_address.add(&BY_ADDRESS, now);
        by_account.add(&BY_ACCOUNT, now);
        Ok(attempt)
    }

    /// The attempt was right: the account's failures are forgotten, and the address gets this attempt back.
    pub(super) fn succeeded(&self, attempt: &Attempt) {
        let mut tallies = self.lock();
        tallies.accounts.remove(&(attempt.network, attempt.account));
        if let Some(tally) = tallies.addresses.get_mut(&attempt.network) {
            tally.give_back(&BY_ADDRESS);
        }
    }

    /// The attempt was never checked, for a reason of ours: it does not count.
    pub(super) fn unchecked(&self, attempt: &Attempt) {
        let mut tallies = self.lock();
        if let Some(tally) = tallies.accounts.get_mut(&(attempt.network, attempt.account)) {
            tally.give_back(&BY_ACCOUNT);
        }
        if let Some(tally) = tallies.addresses.get_mut(&attempt.network) {
            tally.give_back(&BY_ADDRESS);
        }
    }

    /// Forgets the failures of an account from an address: its owner came with an invitation link.
    pub(super) fn forget(&self, address: Option<IpAddr>, email: &str) {
        self.lock().accounts.remove(&(network(address), account(email)));
    }

    fn lock(&self) -> MutexGuard<'_, Tallies> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn forget(&mut self, rule: &Rule, now: Millis) {
        let periods = (now - self.counted_at).max(0) / rule.forget_one;
        self.failures = self.failures.saturating_sub(u32::try_from(periods).unwrap_or(u32::MAX));
        self.counted_at += periods * rule.forget_one;
    }

    fn refuse(&self, now: Millis) -> Result<(), Millis> {
        let wait = self.closed_until - now;
        if wait > 0 { Err(wait) } else { Ok(()) }
    }

    fn add(&mut self, rule: &Rule, now: Millis) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= rule.free {
            let doublings = (self.failures - rule.free).min(4);
            self.closed_until = now + (FIRST_WAIT << doublings).min(LONGEST_WAIT);
        }
    }

    fn give_back(&mut self, rule: &Rule) {
        self.failures = self.failures.saturating_sub(1);
        if self.failures < rule.free {
            self.closed_until = 0;
        }
    }
}

/// An IPv6 network of 64 bits belongs to one customer, so it counts as one address.
fn network(address: Option<IpAddr>) -> Network {
    address.map(|address| match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    })
}

fn account(email: &str) -> Account {
    Sha256::digest(email.as_bytes()).into()
}

/// The tally of a key, with what is old forgotten; a new one where there is none.
fn tally<'t, K: Copy + Eq + Hash>(tallies: &'t mut HashMap<K, Tally>, key: K, rule: &Rule, now: Millis) -> &'t mut Tally {
    if tallies.len() >= MOST_TALLIES && !tallies.contains_key(&key) {
        make_room(tallies, rule, now);
    }
    let tally = tallies.entry(key).or_insert(Tally { counted_at: now, ..Tally::default() });
    tally.forget(rule, now);
    tally
}

/// Drops what is forgotten, and of the rest the older half where all of it is fresh.
fn make_room<K: Copy + Eq + Hash>(tallies: &mut HashMap<K, Tally>, rule: &Rule, now: Millis) {
    tallies.retain(|_, tally| {
        tally.forget(rule, now);
        tally.failures > 0
    });
    if tallies.len() >= MOST_TALLIES {
        let mut times: Vec<Millis> = tallies.values().map(|tally| tally.counted_at).collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        tallies.retain(|_, tally| tally.counted_at > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_000 * MINUTE;

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_account_waits_longer_each_time_and_its_owner_elsewhere_does_not() {
        let attempts = Attempts::default();
        for _ in 0..5 {
            assert!(attempts.reserve(at("192.0.2.1"), "me@example", NOW).is_ok());
        }
        assert_eq!(attempts.reserve(at("192.0.2.1"), "me@example", NOW).err(), Some(MINUTE));
        assert!(attempts.reserve(at("192.0.2.2"), "me@example", NOW).is_ok());
        let later = NOW + MINUTE;
        assert!(attempts.reserve(at("192.0.2.1"), "me@example", later).is_ok());
        assert_eq!(attempts.reserve(at("192.0.2.1"), "me@example", later).err(), Some(2 * MINUTE));
    }

    #[test]
    fn an_address_is_limited_whatever_it_names_and_gets_back_what_was_right() {
        let attempts = Attempts::default();
        let right = attempts.reserve(at("2001:db8::1"), "me@example", NOW).ok().unwrap();
        attempts.succeeded(&right);
        let through = (0..100).filter(|one| attempts.reserve(at(&format!("2001:db8::{one:x}")), &format!("{one}@example"), NOW).is_ok());
        assert_eq!(through.count(), 20);
        assert!(attempts.reserve(at("2001:db8:0:1::1"), "me@example", NOW).is_ok(), "another network");
        assert!(attempts.reserve(at("2001:db8::1"), "me@example", NOW + MINUTE).is_ok(), "one a minute");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let attempts = Attempts::default();
        for one in 0..u32::try_from(3 * MOST_TALLIES).unwrap() {
            let address = IpAddr::V4(one.into());
            let _ = attempts.reserve(Some(address), "me@example", NOW + Millis::from(one));
        }
        let tallies = attempts.lock();
        assert!(tallies.accounts.len() <= MOST_TALLIES && tallies.addresses.len() <= MOST_TALLIES);
    }
}
