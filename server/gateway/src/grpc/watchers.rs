//! Who watches the health service: streams without an end that need no key, and so are few, in all and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const MOST: u32 = 64;
const MOST_OF_ONE: u32 = 8;

/// The open watches of the process, by address. Those whose address is not known count as of one.
#[derive(Clone, Default)]
pub(super) struct Watchers(Arc<Mutex<HashMap<Option<IpAddr>, u32>>>);

/// One open watch, which ends with its value.
pub(super) struct Watcher {
    all: Watchers,
    address: Option<IpAddr>,
}

impl Watchers {
    /// `None` where there are as many as may be.
    pub(super) fn enter(&self, address: Option<IpAddr>) -> Option<Watcher> {
        let mut open = self.open();
        let of_one = open.get(&address).copied().unwrap_or_default();
        if of_one >= MOST_OF_ONE || open.values().sum::<u32>() >= MOST {
            return None;
        }
        open.insert(address, of_one + 1);
        Some(Watcher { all: self.clone(), address })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut open = self.all.open();
        let left = open.get(&self.address).map_or(0, |count| count - 1);
        if left == 0 {
            open.remove(&self.address);
        } else {
            open.insert(self.address, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_few_in_all_and_of_one_address_and_leave_their_place() {
        let watchers = Watchers::default();
        let address = |last: u8| Some(IpAddr::from([10, 0, 0, last]));
        let mut open: Vec<Watcher> = (0..MOST_OF_ONE).map(|_| watchers.enter(address(1)).unwrap()).collect();
        assert!(watchers.enter(address(1)).is_none());
        open.extend((MOST_OF_ONE..MOST).map(|count| watchers.enter(address(u8::try_from(count).unwrap())).unwrap()));
        assert!(watchers.enter(address(200)).is_none());
        open.remove(0);
        assert!(watchers.enter(address(1)).is_some());
        drop(open);
        assert!(watchers.open().is_empty());
    }
}
