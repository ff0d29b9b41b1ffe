//! Assets and what passes from one to the next: what is near an asset, what lies between two, and what there is to find. Cycles and
//! assets that read themselves are as good as others.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::{AssetKind, AssetPath, EdgeKind, EdgeKinds, LineageEdge, asset_of};

mod neighbourhood;

pub use neighbourhood::{FAN, GraphBox, GraphLink, MAX_BOXES, Neighbourhood, Opening};

/// The two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where data comes from.
    Up,
    /// Where it goes.
    Down,
}

/// Assets, each linked with those that are made of it.
#[derive(Debug, Clone, Default)]
pub struct LineageGraph {
    assets: Vec<AssetPath>,
    places: HashMap<AssetPath, usize>,
    down: Vec<BTreeMap<usize, EdgeKinds>>,
    up: Vec<BTreeSet<usize>>,
}

impl LineageGraph {
    #[must_use]
    pub fn new<'a>(edges: impl IntoIterator<Item = &'a LineageEdge>) -> Self {
        let mut graph = Self::default();
        edges.into_iter().for_each(|edge| graph.link(&edge.from, &edge.to, edge.how));
        graph
    }

    /// Links the assets of two paths. What a dataset is made of goes through its job.
    pub fn link(&mut self, from: &AssetPath, to: &AssetPath, how: EdgeKind) {
        let (from, to) = (asset_of(from), asset_of(to));
        match job_between(from, to) {
            Some(job) => {
                self.link_assets(from, &job, how);
                self.link_assets(&job, to, how);
            }
            None => self.link_assets(from, to, how),
        }
    }

    fn link_assets(&mut self, from: &AssetPath, to: &AssetPath, how: EdgeKind) {
        let (from, to) = (self.add(from), self.add(to));
        self.down[from].entry(to).or_default().insert(how);
        self.up[to].insert(from);
    }

    /// Puts an asset into the graph; a table comes with its source.
    pub fn add(&mut self, asset: &AssetPath) -> usize {
        if let Some(place) = self.places.get(asset) {
            return *place;
        }
        let place = self.assets.len();
        self.assets.push(asset.clone());
        self.places.insert(asset.clone(), place);
        self.down.push(BTreeMap::new());
        self.up.push(BTreeSet::new());
        if let (AssetKind::Table, Some(source)) = (asset.kind(), asset.parent()) {
            self.link_assets(&source, asset, EdgeKind::Read);
        }
        place
    }

    #[must_use]
    pub fn contains(&self, asset: &AssetPath) -> bool {
        self.places.contains_key(asset)
    }

    /// All of them, in the order in which they came.
    #[must_use]
    pub fn assets(&self) -> &[AssetPath] {
        &self.assets
    }

    /// The assets next to one, by their paths.
    #[must_use]
    pub fn next_to(&self, asset: &AssetPath, side: Side) -> Vec<&AssetPath> {
        self.places.get(asset).map(|place| self.near(*place, side)).unwrap_or_default().into_iter().map(|near| &self.assets[near]).collect()
    }

    /// How an asset is made of another; nothing where it is not.
    #[must_use]
    pub fn kinds(&self, from: &AssetPath, to: &AssetPath) -> Option<EdgeKinds> {
        self.down[*self.places.get(from)?].get(self.places.get(to)?).copied()
    }

    /// By their paths, so that the same edges give the same drawing in whatever order they were read.
    fn near(&self, place: usize, side: Side) -> Vec<usize> {
        let mut near: Vec<usize> = match side {
            Side::Up => self.up[place].iter().copied().collect(),
            Side::Down => self.down[place].keys().copied().collect(),
        };
        near.sort_unstable_by(|one, other| self.assets[*one].cmp(&self.assets[*other]));
        near
    }

    /// All that lies on one side of an asset, near ones first; never the asset itself.
    #[must_use]
    pub fn reach(&self, asset: &AssetPath, side: Side) -> Vec<&AssetPath> {
        let Some(start) = self.places.get(asset) else { return Vec::new() };
        self.walk(*start, side).into_iter().skip(1).map(|(place, _)| &self.assets[place]).collect()
    }

    /// A shortest way from one asset to another along the data, or against it where there is none along it. Both ends are part of it.
    #[must_use]
    pub fn route(&self, from: &AssetPath, to: &AssetPath) -> Option<Vec<AssetPath>> {
        let (start, end) = (*self.places.get(from)?, *self.places.get(to)?);
        let named = |way: Vec<usize>| way.into_iter().map(|place| self.assets[place].clone()).collect();
        self.way(start, end, Side::Down).or_else(|| self.way(start, end, Side::Up)).map(named)
    }

    fn way(&self, start: usize, end: usize, side: Side) -> Option<Vec<usize>> {
        let before: HashMap<usize, usize> = self.walk(start, side).into_iter().collect();
        let mut way = vec![end];
        let mut at = end;
        while at != start {
            at = *before.get(&at)?;
            way.push(at);
        }
        way.reverse();
        Some(way)
    }

    /// Each asset that is reached, with the one that it was reached from; the first is the start, from itself.
    fn walk(&self, start: usize, side: Side) -> Vec<(usize, usize)> {
        let mut found = vec![(start, start)];
        let mut is_found = vec![false; self.assets.len()];
        is_found[start] = true;
        let mut queue = VecDeque::from([start]);
        while let Some(place) = queue.pop_front() {
            for next in self.near(place, side) {
                if !std::mem::replace(&mut is_found[next], true) {
                    found.push((next, place));
                    queue.push_back(next);
                }
            }
        }
        found
    }
}

/// The job by which an asset becomes a dataset; nothing where it is the job itself.
pub(super) fn job_between(from: &AssetPath, to: &AssetPath) -> Option<AssetPath> {
    match to {
        AssetPath::Dataset { domain, name } if from.kind() != AssetKind::Job => Some(AssetPath::job(domain, name)),
        _ => None,
    }
}

/// Whether the name of an asset holds all of some words, whatever their case; without words, none does.
#[must_use]
pub fn is_found_by(asset: &AssetPath, words: &str) -> bool {
    let name = asset.parts().join("/").to_lowercase();
    let words = words.to_lowercase();
    let mut words = words.split_whitespace().peekable();
    words.peek().is_some() && words.all(|word| name.contains(word))
}

#[cfg(test)]
mod tests;
