//! Pairs in one piece of memory and their order beside them. To compare two of them mostly looks at a few bytes that stand beside one
//! another: those in which keys differ at all (the abbreviated keys of PostgreSQL's own sort are the idea). Keys of numbers are mostly zeros.

/// Bytes of a key that stand with its place.
const BEGIN: usize = size_of::<u128>();
/// The part of a run that its order takes where pairs are as short as it has room for; where they are shorter still, it grows.
const OF_ORDER: usize = 2;
/// Bytes of a key that are looked at for where keys differ.
const LOOKED_AT: usize = 64;

#[derive(Default)]
pub(crate) struct Run {
    bytes: Vec<u8>,
    order: Vec<Spot>,
    /// At which of their first bytes keys differ, as far as all of them go.
    differ: Differ,
}

/// Where a pair stands.
struct Spot {
    /// What comes first in its key of the bytes that differ; known once all keys are.
    begin: u128,
    at: usize,
    key: usize,
    value: usize,
}

/// The bits in which any key differs from the first, at each byte.
struct Differ {
    first: [u8; LOOKED_AT],
    bits: [u8; LOOKED_AT],
    /// Bytes that every key has.
    length: usize,
}

impl Default for Differ {
    fn default() -> Self {
        Self { first: [0; LOOKED_AT], bits: [0; LOOKED_AT], length: 0 }
    }
}

impl Differ {
    fn first(key: &[u8]) -> Self {
        let mut differ = Self { length: key.len().min(LOOKED_AT), ..Self::default() };
        differ.first[..differ.length].copy_from_slice(&key[..differ.length]);
        differ
    }

    fn see(&mut self, key: &[u8]) {
        self.length = self.length.min(key.len());
        for ((bits, first), byte) in self.bits.iter_mut().zip(&self.first).zip(key) {
            *bits |= first ^ byte;
        }
    }

    /// The places of the first bytes that differ, and up to where keys are the same where those are.
    fn places(&self) -> (Vec<usize>, usize) {
        let mut places: Vec<usize> = (0..self.length).filter(|place| self.bits[*place] != 0).collect();
        let seen = if places.len() > BEGIN { places[BEGIN] } else { self.length };
        places.truncate(BEGIN);
        (places, seen)
    }
}

impl Run {
    /// Room for all that it may take, which is none before it is used: grown bit by bit it would be copied and take twice as much.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
        self.order.reserve(bytes / OF_ORDER / size_of::<Spot>());
    }

    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        if self.order.is_empty() {
            self.differ = Differ::first(key);
        } else {
            self.differ.see(key);
        }
        self.order.push(Spot { begin: 0, at: self.bytes.len(), key: key.len(), value: value.len() });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
    }

    /// What it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + self.order.len() * size_of::<Spot>()
    }

    /// What it has taken of memory, whether it needs it or not.
    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.bytes.capacity() + self.order.capacity()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.order.clear();
    }

    /// By key, and where keys are the same by value.
    pub(crate) fn sort(&mut self) {
        let (places, seen) = self.differ.places();
        let bytes = &self.bytes;
        for spot in &mut self.order {
            let mut begin = [0; BEGIN];
            for (byte, place) in begin.iter_mut().zip(&places) {
                *byte = bytes[spot.at + place];
            }
            spot.begin = u128::from_be_bytes(begin);
        }
        let key = |spot: &Spot| &bytes[spot.at + seen..spot.at + spot.key];
        let value = |spot: &Spot| &bytes[spot.at + spot.key..spot.at + spot.key + spot.value];
        self.order.sort_unstable_by(|a, b| {
            let by_key = a.begin.cmp(&b.begin).then_with(|| key(a).cmp(key(b)));
            by_key.then_with(|| value(a).cmp(value(b)))
        });
    }

    /// The pair at a place of the order.
    pub(crate) fn pair(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let spot = self.order.get(index)?;
        Some(self.bytes[spot.at..spot.at + spot.key + spot.value].split_at(spot.key))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        (0..self.order.len()).filter_map(|index| self.pair(index))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_sorted_as_a_vector_of_them_is(pairs in proptest::collection::vec(("a{0,20}[\\x00a-c]{0,20}(a{60}[a-c]{0,3}|b{30}[a-c]{0,40})?", "[a-c]{0,3}"), 0..60)) {
            let mut run = Run::default();
            pairs.iter().for_each(|(key, value)| run.push(key.as_bytes(), value.as_bytes()));
            run.sort();
            let mut wanted = pairs;
            wanted.sort();
            let sorted: Vec<(String, String)> = run
                .pairs()
                .map(|(key, value)| (String::from_utf8(key.to_vec()).unwrap(), String::from_utf8(value.to_vec()).unwrap()))
                .collect();
            prop_assert_eq!(sorted, wanted);
        }
    }
}
