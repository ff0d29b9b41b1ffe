//! Which column each box stands in, and the places that lines take in the columns between.

use std::collections::{BTreeMap, BTreeSet};

use super::acyclic::Acyclic;

/// What takes a place in a column: a box, or the lines of one box that pass through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Box(usize),
    Pass,
}

pub(super) struct Layered {
    /// Boxes first, by their own numbers.
    pub(super) items: Vec<Item>,
    /// The items of each column, from top to bottom.
    pub(super) columns: Vec<Vec<usize>>,
    pub(super) column_of: Vec<usize>,
    /// Items of the columns beside an item that it is linked with.
    pub(super) left: Vec<Vec<usize>>,
    pub(super) right: Vec<Vec<usize>>,
    /// The place that the lines of a box take in a column.
    passes: BTreeMap<(usize, usize), usize>,
}

impl Layered {
    pub(super) fn of(graph: &Acyclic) -> Self {
        let column_of = columns_of(graph);
        let width = column_of.iter().max().map_or(0, |last| last + 1);
        let mut layered = Self {
            items: (0..graph.boxes).map(Item::Box).collect(),
            columns: vec![Vec::new(); width],
            left: vec![Vec::new(); graph.boxes],
            right: vec![Vec::new(); graph.boxes],
            passes: BTreeMap::new(),
            column_of,
        };
        let mut pairs = BTreeSet::new();
        for (from, to) in &graph.links {
            let mut at = *from;
            for column in layered.column_of[*from] + 1..layered.column_of[*to] {
                let pass = layered.pass(*from, column);
                pairs.insert((at, pass));
                at = pass;
            }
            pairs.insert((at, *to));
        }
        for (one, other) in pairs {
            layered.right[one].push(other);
            layered.left[other].push(one);
        }
        for (item, column) in layered.column_of.iter().enumerate() {
            layered.columns[*column].push(item);
        }
        layered
    }

    fn pass(&mut self, from: usize, column: usize) -> usize {
        let new = self.items.len();
        let pass = *self.passes.entry((from, column)).or_insert(new);
        if pass == new {
            self.items.push(Item::Pass);
            self.column_of.push(column);
            self.left.push(Vec::new());
            self.right.push(Vec::new());
        }
        pass
    }

    /// The places of a line from one box to another, in the columns between them.
    pub(super) fn passes(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        (self.column_of[from] + 1..self.column_of[to]).filter_map(move |column| self.passes.get(&(from, column)).copied())
    }
}

/// As far left as what leads to a box allows; where nothing does, as far right as what it leads to allows.
fn columns_of(graph: &Acyclic) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); graph.boxes];
    let mut waits_for = vec![0_usize; graph.boxes];
    for (from, to) in &graph.links {
        next[*from].push(*to);
        waits_for[*to] += 1;
    }
    let is_first: Vec<bool> = waits_for.iter().map(|count| *count == 0).collect();
    let mut ready: Vec<usize> = (0..graph.boxes).filter(|place| is_first[*place]).collect();
    let mut column_of = vec![0; graph.boxes];
    while let Some(place) = ready.pop() {
        for to in &next[place] {
            column_of[*to] = column_of[*to].max(column_of[place] + 1);
            waits_for[*to] -= 1;
            if waits_for[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    for place in (0..graph.boxes).filter(|place| is_first[*place]) {
        let nearest = next[place].iter().map(|to| column_of[*to]).min();
        column_of[place] = nearest.map_or(0, |nearest| nearest - 1);
    }
    column_of
}
