//! How high everything stands in its column: near the middle of what it is linked with, and never over anything else.

use super::layers::{Item, Layered};
use super::shapes::{Gaps, Size};

/// Sweeps over the columns, to each side.
const SWEEPS: usize = 4;

/// The middle of each item, measured from the upper edge of the drawing.
pub(super) struct Heights {
    pub(super) middle: Vec<i32>,
    pub(super) height: i32,
}

pub(super) fn place(layered: &Layered, sizes: &[Size], gaps: Gaps) -> Heights {
    let height_of = |item: usize| match layered.items[item] {
        Item::Box(place) => sizes[place].height.max(0),
        Item::Pass => 0,
    };
    let gap = |one: usize, other: usize| match (layered.items[one], layered.items[other]) {
        (Item::Box(_), Item::Box(_)) => gaps.boxes,
        _ => gaps.lines,
    };
    let mut middle = vec![0; layered.items.len()];
    let apart: Vec<Vec<i64>> = layered.columns.iter().map(|column| offsets(column, &height_of, &gap)).collect();
    for (column, apart) in layered.columns.iter().zip(&apart) {
        set(column, apart, &vec![0; column.len()], &mut middle);
    }
    for sweep in 0..2 * SWEEPS {
        let is_rightward = sweep % 2 == 0;
        let near = if is_rightward { &layered.left } else { &layered.right };
        let count = layered.columns.len();
        for step in 0..count {
            let at = if is_rightward { step } else { count - 1 - step };
            let column = &layered.columns[at];
            let wanted: Vec<i64> = column.iter().map(|item| mean(&near[*item], &middle).unwrap_or(middle[*item])).collect();
            set(column, &apart[at], &wanted, &mut middle);
        }
    }
    let top = (0..middle.len()).map(|item| middle[item] - i64::from(height_of(item) / 2)).min().unwrap_or(0);
    let shift = i64::from(gaps.margin) - top;
    let bottom = (0..middle.len()).map(|item| middle[item] + i64::from(height_of(item) + 1) / 2).max().unwrap_or(0);
    let middle = middle.into_iter().map(|height| small(height + shift)).collect();
    Heights { middle, height: small(bottom + shift + i64::from(gaps.margin)) }
}

/// How far below the first item of a column each one stands at least.
fn offsets(column: &[usize], height_of: &dyn Fn(usize) -> i32, gap: &dyn Fn(usize, usize) -> i32) -> Vec<i64> {
    let mut offsets = vec![0; column.len().min(1)];
    for pair in column.windows(2) {
        // Rounded up on both sides, so that boxes of odd heights stand clear too.
        let half = |item: usize| i64::from((height_of(item) + 1) / 2);
        let last = offsets.last().copied().unwrap_or(0);
        offsets.push(last + half(pair[0]) + i64::from(gap(pair[0], pair[1])) + half(pair[1]));
    }
    offsets
}

fn mean(near: &[usize], middle: &[i64]) -> Option<i64> {
    let sum: i64 = near.iter().map(|item| middle[*item]).sum();
    (!near.is_empty()).then(|| sum.div_euclid(i64::try_from(near.len()).unwrap_or(i64::MAX)))
}

/// Puts the items of a column as near to where they are wanted as their order and their distances allow: of all ways to do that, the one with
/// the smallest sum of squares. Items that would stand over one another move as one block.
fn set(column: &[usize], apart: &[i64], wanted: &[i64], middle: &mut [i64]) {
    struct Block {
        items: i64,
        /// Of what is wanted, each less its offset.
        sum: i64,
    }
    impl Block {
        fn at(&self) -> i64 {
            self.sum.div_euclid(self.items)
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (wanted, apart) in wanted.iter().zip(apart) {
        blocks.push(Block { items: 1, sum: wanted - apart });
        while let [.., before, last] = blocks.as_slice()
            && before.at() > last.at()
        {
            let (items, sum) = (last.items, last.sum);
            blocks.pop();
            if let Some(before) = blocks.last_mut() {
                before.items += items;
                before.sum += sum;
            }
        }
    }
    let starts = blocks.iter().flat_map(|block| (0..block.items).map(|_| block.at()));
    for ((item, apart), start) in column.iter().zip(apart).zip(starts) {
        middle[*item] = start + apart;
    }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
