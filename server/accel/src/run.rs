//! Pairs in one piece of memory and their order beside them. To compare two of them mostly looks at a few bytes that stand beside one
//! another: those after what all keys share (the abbreviated keys of PostgreSQL's own sort are the idea).

/// Bytes of a key that stand with its place.
const BEGIN: usize = size_of::<u128>();

#[derive(Default)]
pub(crate) struct Run {
    bytes: Vec<u8>,
    order: Vec<Spot>,
    /// How many bytes at their beginning all keys share.
    shared: usize,
}

/// Where a pair stands.
struct Spot {
    /// What comes in its key after what all share; known once that is.
    begin: u128,
    at: usize,
    key: usize,
    value: usize,
}

impl Run {
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        self.shared = match self.order.first() {
            None => key.len(),
            Some(first) => self.key(first)[..self.shared].iter().zip(key).take_while(|(a, b)| a == b).count(),
        };
        self.order.push(Spot { begin: 0, at: self.bytes.len(), key: key.len(), value: value.len() });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
    }

    /// What it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + self.order.len() * size_of::<Spot>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.order.clear();
    }

    fn key(&self, spot: &Spot) -> &[u8] {
        &self.bytes[spot.at..spot.at + spot.key]
    }

    /// By key, and where keys are the same by value.
    pub(crate) fn sort(&mut self) {
        let (bytes, shared) = (&self.bytes, self.shared);
        let rest = |spot: &Spot| &bytes[spot.at + shared..spot.at + spot.key + spot.value];
        let key = |spot: &Spot| &bytes[spot.at + shared..spot.at + spot.key];
        for spot in &mut self.order {
            let mut begin = [0; BEGIN];
            let key = key(spot);
            let length = key.len().min(BEGIN);
            begin[..length].copy_from_slice(&key[..length]);
            spot.begin = u128::from_be_bytes(begin);
        }
        self.order.sort_unstable_by(|a, b| {
            let by_key = a.begin.cmp(&b.begin).then_with(|| key(a).cmp(key(b)));
            by_key.then_with(|| rest(a).cmp(rest(b)))
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
        fn pairs_are_sorted_as_a_vector_of_them_is(pairs in proptest::collection::vec(("a{0,20}[\\x00a-c]{0,20}", "[a-c]{0,3}"), 0..60)) {
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
