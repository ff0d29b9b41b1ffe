//! The order of what stands in each column, so that few lines cross: some sweeps over the columns, each of which sorts a column by where
//! its neighbours stand, and the best order of all of them.

use super::layers::Layered;

/// Sweeps to each side. The order seldom gets better after these.
const SWEEPS: usize = 6;
/// Fractions of a place, in which means are compared without floating point.
const PARTS: usize = 1_000;

pub(super) fn arrange(layered: &mut Layered) {
    start(layered);
    let mut place = places(layered);
    let mut best = layered.columns.clone();
    let mut fewest = crossings(layered, &place);
    for sweep in 0..2 * SWEEPS {
        if fewest == 0 {
            break;
        }
        let is_rightward = sweep % 2 == 0;
        let last = layered.columns.len() - 1;
        for step in 0..last {
            let column = if is_rightward { step + 1 } else { last - 1 - step };
            sort(layered, &mut place, column, (is_rightward, sweep % 4 < 2));
        }
        let now = crossings(layered, &place);
        if now < fewest {
            fewest = now;
            best.clone_from(&layered.columns);
        }
    }
    layered.columns = best;
}

/// In the order of a walk from the left, so that what belongs together begins together.
fn start(layered: &mut Layered) {
    let mut rank = vec![usize::MAX; layered.items.len()];
    let mut next = 0;
    let firsts: Vec<usize> = layered.columns.iter().flatten().copied().filter(|item| layered.left[*item].is_empty()).collect();
    for first in firsts {
        let mut stack = vec![first];
        while let Some(item) = stack.pop() {
            if rank[item] == usize::MAX {
                rank[item] = next;
                next += 1;
                stack.extend(layered.right[item].iter().rev());
            }
        }
    }
    for column in &mut layered.columns {
        column.sort_by_key(|item| rank[*item]);
    }
}

/// Sorts a column by the middle or the mean of where the neighbours of each item stand. What has none stays where it is.
fn sort(layered: &mut Layered, place: &mut [usize], column: usize, (is_rightward, by_middle): (bool, bool)) {
    let near = if is_rightward { &layered.left } else { &layered.right };
    let wanted = |item: usize| -> Option<usize> {
        let mut places: Vec<usize> = near[item].iter().map(|other| place[*other]).collect();
        places.sort_unstable();
        let count = places.len();
        match count {
            0 => None,
            _ if by_middle => Some(PARTS * (places[(count - 1) / 2] + places[count / 2]) / 2),
            _ => Some(PARTS * places.iter().sum::<usize>() / count),
        }
    };
    let items = std::mem::take(&mut layered.columns[column]);
    let keys: Vec<Option<usize>> = items.iter().map(|item| wanted(*item)).collect();
    let mut moving: Vec<(usize, usize)> = items.iter().zip(&keys).filter_map(|(item, key)| Some(((*key)?, *item))).collect();
    // A stable sort: of equals the order stays.
    moving.sort_by_key(|(key, _)| *key);
    let mut moving = moving.into_iter().map(|(_, item)| item);
    let sorted: Vec<usize> =
        items.iter().zip(&keys).filter_map(|(item, key)| if key.is_some() { moving.next() } else { Some(*item) }).collect();
    sorted.iter().enumerate().for_each(|(at, item)| place[*item] = at);
    layered.columns[column] = sorted;
}

/// Where each item stands in its column.
pub(super) fn places(layered: &Layered) -> Vec<usize> {
    let mut places = vec![0; layered.items.len()];
    for column in &layered.columns {
        column.iter().enumerate().for_each(|(at, item)| places[*item] = at);
    }
    places
}

/// How many pairs of lines cross, over all columns.
pub(super) fn crossings(layered: &Layered, place: &[usize]) -> u64 {
    let between = |pair: &[Vec<usize>]| {
        let mut sums = Sums(vec![0; pair[1].len() + 1]);
        let mut crossings = 0;
        let mut lines = 0;
        for item in &pair[0] {
            for other in &layered.right[*item] {
                crossings += lines - sums.up_to(place[*other]);
            }
            for other in &layered.right[*item] {
                sums.add(place[*other]);
                lines += 1;
            }
        }
        crossings
    };
    layered.columns.windows(2).map(between).sum()
}

/// How many numbers up to each one were added: a tree of partial sums.
struct Sums(Vec<u64>);

impl Sums {
    fn add(&mut self, number: usize) {
        let mut at = number + 1;
        while at < self.0.len() {
            self.0[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn up_to(&self, number: usize) -> u64 {
        let mut at = number + 1;
        let mut sum = 0;
        while at > 0 {
            sum += self.0[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}
