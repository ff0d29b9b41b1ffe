//! How many connections there may be, in all and of one address, with a reserve beyond that.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bounds::{RESERVE, RESERVE_PER_ADDRESS};

/// What is counted of the connections of all ports together.
pub(crate) struct Caps {
    most: u32,
    most_of_one: u32,
    open: Mutex<Open>,
    refused: AtomicU64,
}

#[derive(Default)]
struct Open {
    all: Count,
    by_address: HashMap<IpAddr, Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    ordinary: u32,
    reserved: u32,
}

/// The place of one connection, given back with its value.
pub(crate) struct Place {
    caps: Arc<Caps>,
    address: IpAddr,
    /// Beyond the caps: whoever has it may ask for health and administer, and nothing else.
    pub(crate) reserved: bool,
}

impl Caps {
    pub(crate) fn new(most: u32, most_of_one: u32) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, open: Mutex::default(), refused: AtomicU64::new(0) })
    }

    /// A place for a connection that was just accepted; `None` where even the reserve is taken. At that moment only the
    /// address is known, so the reserve is given to anybody, and what it may be used for is looked at with its request.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut open = self.open();
        let (all, mut of_one) = (open.all, open.by_address.get(&address).copied().unwrap_or_default());
        let reserved = all.ordinary >= self.most || of_one.ordinary >= self.most_of_one;
        if reserved && (all.reserved >= RESERVE || of_one.reserved >= RESERVE_PER_ADDRESS) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *open.all.of(reserved) += 1;
        *of_one.of(reserved) += 1;
        open.by_address.insert(address, of_one);
        Some(Place { caps: self.clone(), address, reserved })
    }

    /// A request over a connection of the reserve was refused.
    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections that are open now, and what was refused since the process began.
    pub(crate) fn figures(&self) -> (u32, u64) {
        let all = self.open().all;
        (all.ordinary + all.reserved, self.refused.load(Ordering::Relaxed))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn of(&mut self, reserved: bool) -> &mut u32 {
        if reserved { &mut self.reserved } else { &mut self.ordinary }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.caps.open();
        *open.all.of(self.reserved) -= 1;
        if let Some(of_one) = open.by_address.get_mut(&self.address) {
            *of_one.of(self.reserved) -= 1;
            if of_one.ordinary + of_one.reserved == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// Whoever has one address of IPv6 has the other 2^64 of its network too.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_caps_there_is_the_reserve_and_then_nothing() {
        let caps = Caps::new(4, 3);
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let mut places: Vec<Place> = (0..3).filter_map(|_| caps.take(one)).collect();
        assert!(places.len() == 3 && places.iter().all(|place| !place.reserved));
        places.extend((0..20).filter_map(|_| caps.take(one)));
        assert_eq!((places.len(), caps.figures()), (11, (11, 12)), "one address gets a part of the reserve");
        let other: IpAddr = "::ffff:192.0.2.2".parse().unwrap();
        let first = caps.take(other).unwrap();
        assert!(!first.reserved && caps.take(other).unwrap().reserved, "another gets what is left");
        drop((places, first));
        assert_eq!(caps.figures().0, 0);
        assert!(!caps.take(one).unwrap().reserved, "a place that is given back is taken again");
    }

    #[test]
    fn an_address_of_ipv6_stands_for_its_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
