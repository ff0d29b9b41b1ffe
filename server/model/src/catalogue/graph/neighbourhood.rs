//! What is near an asset, as much of it as can be drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::{LineageGraph, Side};
use crate::catalogue::{AssetKind, AssetPath, EdgeKinds};

/// More boxes than this at once nobody can read.
pub const MAX_BOXES: usize = 200;
/// So many neighbours of one side are shown before somebody asks for the others.
pub const FAN: usize = 12;

/// What somebody has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub center: AssetPath,
    /// How many steps from the centre are shown against the data, and along it.
    pub up: u32,
    pub down: u32,
    /// Assets of which all neighbours of one side are shown.
    pub opened: Vec<(AssetPath, Side)>,
    /// Assets that are shown besides.
    pub also: Vec<AssetPath>,
}

impl Opening {
    /// One step to each side.
    #[must_use]
    pub fn around(center: AssetPath) -> Self {
        Self { center, up: 1, down: 1, opened: Vec::new(), also: Vec::new() }
    }
}

/// One box: an asset, or some of one kind that the reader may not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphBox {
    /// Nothing of those that the reader may not see: neither their names nor what lies behind them.
    pub asset: Option<AssetPath>,
    pub kind: AssetKind,
    /// How many assets it stands for.
    pub count: u32,
    /// Neighbours of each side that are not shown.
    pub more_up: u32,
    pub more_down: u32,
}

/// A link of two boxes, by their places in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphLink {
    pub from: usize,
    pub to: usize,
    pub kinds: EdgeKinds,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbourhood {
    pub boxes: Vec<GraphBox>,
    pub links: Vec<GraphLink>,
    /// Assets that are shown, of those that are shown or next to one of these.
    pub shown: u32,
    pub of: u32,
}

impl LineageGraph {
    /// What is near an asset. Those that `is_visible` says no to have neither names nor neighbours.
    #[must_use]
    pub fn neighbourhood(&self, opening: &Opening, is_visible: &dyn Fn(&AssetPath) -> bool) -> Neighbourhood {
        let Some(center) = self.places.get(&opening.center) else { return Neighbourhood::default() };
        let mut walk = Walk { graph: self, is_visible, shown: Vec::new(), is_shown: vec![false; self.assets.len()] };
        walk.show(*center);
        for place in opening.also.iter().filter_map(|asset| self.places.get(asset)) {
            walk.show(*place);
        }
        for (side, steps) in [(Side::Up, opening.up), (Side::Down, opening.down)] {
            let mut frontier = vec![*center];
            for _ in 0..steps {
                frontier = frontier.into_iter().flat_map(|place| walk.open(place, side, FAN)).collect();
            }
        }
        walk.open_all(&opening.opened);
        walk.drawn()
    }
}

struct Walk<'a> {
    graph: &'a LineageGraph,
    is_visible: &'a dyn Fn(&AssetPath) -> bool,
    shown: Vec<usize>,
    is_shown: Vec<bool>,
}

impl Walk<'_> {
    fn may_see(&self, place: usize) -> bool {
        (self.is_visible)(&self.graph.assets[place])
    }

    fn show(&mut self, place: usize) -> bool {
        let is_new = self.shown.len() < MAX_BOXES && !self.is_shown[place];
        if is_new {
            self.is_shown[place] = true;
            self.shown.push(place);
        }
        is_new
    }

    /// Shows so many more neighbours of one side; gives all that are shown.
    fn open(&mut self, place: usize, side: Side, most: usize) -> Vec<usize> {
        if !self.may_see(place) {
            return Vec::new();
        }
        let mut left = most;
        let near = self.graph.near(place, side);
        for next in &near {
            if left > 0 && self.show(*next) {
                left -= 1;
            }
        }
        near.into_iter().filter(|next| self.is_shown[*next]).collect()
    }

    /// An asset that is opened may show another one that is.
    fn open_all(&mut self, opened: &[(AssetPath, Side)]) {
        let mut left: Vec<(usize, Side)> =
            opened.iter().filter_map(|(asset, side)| Some((*self.graph.places.get(asset)?, *side))).collect();
        loop {
            let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|(place, _)| self.is_shown[*place]);
            if now.is_empty() {
                return;
            }
            for (place, side) in now {
                self.open(place, side, MAX_BOXES);
            }
            left = later;
        }
    }

    fn drawn(&self) -> Neighbourhood {
        let mut boxes: Vec<GraphBox> = Vec::new();
        let mut box_of: BTreeMap<usize, usize> = BTreeMap::new();
        let mut veiled: BTreeMap<(AssetKind, Vec<(usize, Side)>), usize> = BTreeMap::new();
        for place in &self.shown {
            let asset = &self.graph.assets[*place];
            let kind = asset.kind();
            let count_hidden = |side| count(self.graph.near(*place, side).iter().filter(|near| !self.is_shown[**near]).count());
            let new = if self.may_see(*place) {
                Some(GraphBox {
                    asset: Some(asset.clone()),
                    kind,
                    count: 1,
                    more_up: count_hidden(Side::Up),
                    more_down: count_hidden(Side::Down),
                })
            } else {
                match veiled.get(&(kind, self.seen_near(*place))) {
                    Some(known) => {
                        boxes[*known].count += 1;
                        box_of.insert(*place, *known);
                        None
                    }
                    None => {
                        veiled.insert((kind, self.seen_near(*place)), boxes.len());
                        Some(GraphBox { asset: None, kind, count: 1, more_up: 0, more_down: 0 })
                    }
                }
            };
            if let Some(new) = new {
                box_of.insert(*place, boxes.len());
                boxes.push(new);
            }
        }
        Neighbourhood { links: self.links(&box_of), boxes, shown: count(self.shown.len()), of: count(self.shown.len() + self.not_shown()) }
    }

    /// What of the shown assets an asset is next to that the reader may not see: assets of one kind are one box where this is the same.
    fn seen_near(&self, place: usize) -> Vec<(usize, Side)> {
        let near = |side: Side| self.graph.near(place, side).into_iter().map(move |near| (near, side));
        let is_seen = |(near, _): &(usize, Side)| self.is_shown[*near] && self.may_see(*near);
        near(Side::Up).chain(near(Side::Down)).filter(is_seen).collect()
    }

    /// Nothing is said of what those are to one another that the reader may not see.
    fn links(&self, box_of: &BTreeMap<usize, usize>) -> Vec<GraphLink> {
        let mut links: BTreeMap<(usize, usize), EdgeKinds> = BTreeMap::new();
        for place in &self.shown {
            for (next, kinds) in &self.graph.down[*place] {
                if !self.is_shown[*next] || !self.may_see(*place) && !self.may_see(*next) {
                    continue;
                }
                let link = links.entry((box_of[place], box_of[next])).or_default();
                *link = link.with(*kinds);
            }
        }
        links.into_iter().map(|((from, to), kinds)| GraphLink { from, to, kinds }).collect()
    }

    fn not_shown(&self) -> usize {
        let seen = self.shown.iter().filter(|place| self.may_see(**place));
        let near = seen.flat_map(|place| [Side::Up, Side::Down].map(|side| self.graph.near(*place, side))).flatten();
        near.filter(|near| !self.is_shown[*near]).collect::<BTreeSet<_>>().len()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Neighbourhood {
    #[must_use]
    pub fn place_of(&self, asset: &AssetPath) -> Option<usize> {
        self.boxes.iter().position(|known| known.asset.as_ref() == Some(asset))
    }

    /// Which boxes lie on a way from one box to another along the data, or against it where there is none along it.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> Vec<bool> {
        let along = |from: usize, to: usize| {
            let (after, before) = (self.reached(from, Side::Down), self.reached(to, Side::Up));
            after[to].then(|| after.into_iter().zip(before).map(|(after, before)| after && before).collect())
        };
        along(from, to).or_else(|| along(to, from)).unwrap_or_else(|| vec![false; self.boxes.len()])
    }

    fn reached(&self, from: usize, side: Side) -> Vec<bool> {
        let mut is_reached = vec![false; self.boxes.len()];
        let mut left = vec![from];
        while let Some(place) = left.pop() {
            if std::mem::replace(&mut is_reached[place], true) {
                continue;
            }
            left.extend(self.links.iter().filter_map(|link| match side {
                Side::Down => (link.from == place).then_some(link.to),
                Side::Up => (link.to == place).then_some(link.from),
            }));
        }
        is_reached
    }
}
