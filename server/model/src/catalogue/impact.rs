//! What is affected if an asset or a column goes: everything downstream, how surely, and by which route.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use serde::{Deserialize, Serialize};

use super::graph::{LineageGraph, Side, job_between};
use super::{AssetKind, AssetPath, EdgeKind, LineageEdge, LineageUnknown, asset_of};

/// How something is affected; the surest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Values of it are missing.
    Direct,
    /// Its values stay, and other rows or another order come of it.
    Indirect,
    /// It reads what is affected, and it is not known which columns of it.
    Unknown,
}

impl Effect {
    pub const ALL: [Effect; 3] = [Self::Direct, Self::Indirect, Self::Unknown];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::Unknown => "unknown",
        }
    }
}

/// An asset that is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impacted {
    pub asset: AssetPath,
    pub effect: Effect,
    /// Its columns that are affected, where these are known.
    pub columns: Vec<String>,
    /// From the asset that goes to this one. Nothing stands for an asset that the reader may not see.
    pub route: Vec<Option<AssetPath>>,
}

/// All that is affected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Impact {
    /// The surest first, and of those the nearest.
    pub assets: Vec<Impacted>,
    /// How many of each kind there are more that the reader may not see.
    pub hidden: BTreeMap<AssetKind, u32>,
}

impl Impact {
    /// Of the edges downstream of an asset or a column.
    #[must_use]
    pub fn of(start: &AssetPath, edges: &[LineageEdge], unknown: &[LineageUnknown], is_visible: &dyn Fn(&AssetPath) -> bool) -> Self {
        let mut walk = Walk::new(edges, unknown);
        walk.from(start);
        let mut impact = Self::default();
        for found in walk.impacted(start) {
            if is_visible(&found.asset) {
                let seen = |step: Option<AssetPath>| step.filter(|asset| is_visible(asset));
                impact.assets.push(Impacted { route: found.route.into_iter().map(seen).collect(), ..found });
            } else {
                *impact.hidden.entry(found.asset.kind()).or_default() += 1;
            }
        }
        impact
    }
}

/// How far something is from the start: how surely first, then in steps.
type Distance = (Effect, u32);

/// Columns, and assets as a whole, by their paths.
struct Walk<'a> {
    graph: LineageGraph,
    of_path: HashMap<&'a AssetPath, Vec<&'a LineageEdge>>,
    /// What each definition says of columns of an asset that it reads: which assets it uses by column.
    by_column: BTreeSet<(&'a AssetPath, &'a AssetPath)>,
    unknown: HashMap<&'a AssetPath, Vec<&'a AssetPath>>,
    reached: BTreeMap<AssetPath, (Distance, Option<AssetPath>)>,
}

impl<'a> Walk<'a> {
    fn new(edges: &'a [LineageEdge], unknown: &'a [LineageUnknown]) -> Self {
        let mut of_path: HashMap<&AssetPath, Vec<&LineageEdge>> = HashMap::new();
        let mut by_column = BTreeSet::new();
        for edge in edges {
            of_path.entry(&edge.from).or_default().push(edge);
            if edge.from.kind() == AssetKind::Column {
                by_column.insert((asset_of(&edge.from), asset_of(&edge.to)));
            }
        }
        let mut places: HashMap<&AssetPath, Vec<&AssetPath>> = HashMap::new();
        unknown.iter().for_each(|one| places.entry(&one.by).or_default().push(&one.place));
        Self { graph: LineageGraph::new(edges), of_path, by_column, unknown: places, reached: BTreeMap::new() }
    }

    fn from(&mut self, start: &AssetPath) {
        let mut heap = BinaryHeap::from([Reverse(((Effect::Direct, 0), start.clone(), None))]);
        while let Some(Reverse((distance, place, before))) = heap.pop() {
            if self.reached.contains_key(&place) {
                continue;
            }
            let next = if place.kind() == AssetKind::Column { self.after_column(&place) } else { self.after_asset(&place) };
            let farther = |effect: Effect| (distance.0.max(effect), distance.1 + 1);
            heap.extend(next.into_iter().map(|(place_after, effect)| Reverse((farther(effect), place_after, Some(place.clone())))));
            self.reached.insert(place, (distance, before));
        }
    }

    /// What is made of a column, what it decides over, and what may use it.
    fn after_column(&self, column: &AssetPath) -> Vec<(AssetPath, Effect)> {
        let mut next = Vec::new();
        for edge in self.of_path.get(column).into_iter().flatten() {
            next.push((edge.to.clone(), if edge.how.is_indirect() { Effect::Indirect } else { Effect::Direct }));
        }
        let asset = asset_of(column);
        for edge in self.of_path.get(asset).into_iter().flatten() {
            // An app gets all fields of an API, unless it is said which.
            if edge.how == EdgeKind::Call && edge.to.kind() == AssetKind::App && !self.by_column.contains(&(asset, &edge.to)) {
                next.push((edge.to.clone(), Effect::Direct));
            }
            next.extend(self.unknown.get(&edge.by).into_iter().flatten().map(|place| ((*place).clone(), Effect::Unknown)));
        }
        next
    }

    fn after_asset(&self, asset: &AssetPath) -> Vec<(AssetPath, Effect)> {
        let effect = |next: &AssetPath| match self.graph.kinds(asset, next) {
            Some(kinds) if kinds.is_indirect() => Effect::Indirect,
            _ => Effect::Direct,
        };
        self.graph.next_to(asset, Side::Down).into_iter().map(|next| (next.clone(), effect(next))).collect()
    }

    /// Each asset once, however many of its columns are affected.
    fn impacted(&self, start: &AssetPath) -> Vec<Impacted> {
        let mut found: BTreeMap<AssetPath, (Distance, Impacted)> = BTreeMap::new();
        for (place, (distance, _)) in &self.reached {
            let route = self.route(place);
            let own: Vec<String> = if place.kind() == AssetKind::Column { vec![place.name().to_owned()] } else { Vec::new() };
            // A job is on the route to its dataset, whichever column that goes by.
            for (end, columns) in jobs_on(&route).chain([(route.len() - 1, own)]) {
                let asset = route[end].clone();
                let route = route[..=end].iter().cloned().map(Some).collect();
                let one = Impacted { asset: asset.clone(), effect: distance.0, columns, route };
                merge(&mut found, asset, (*distance, one));
            }
        }
        found.remove(asset_of(start));
        let mut all: Vec<(Distance, Impacted)> = found.into_values().collect();
        all.sort_by(|(one, a), (other, b)| (one, &a.asset).cmp(&(other, &b.asset)));
        all.into_iter().map(|(_, impacted)| impacted).collect()
    }

    /// The assets from the start to a place.
    fn route(&self, place: &AssetPath) -> Vec<AssetPath> {
        let mut way = vec![place];
        while let Some((_, Some(before))) = way.last().and_then(|last| self.reached.get(*last)) {
            way.push(before);
        }
        let mut route: Vec<AssetPath> = Vec::new();
        for asset in way.into_iter().rev().map(asset_of) {
            let job = route.last().and_then(|last| job_between(last, asset)).filter(|_| route.last() != Some(asset));
            route.extend(job);
            if route.last() != Some(asset) {
                route.push(asset.clone());
            }
        }
        route
    }
}

/// Where jobs stand before the end of a route.
fn jobs_on(route: &[AssetPath]) -> impl Iterator<Item = (usize, Vec<String>)> {
    let jobs = route.iter().enumerate().take(route.len().saturating_sub(1)).skip(1);
    jobs.filter(|(_, asset)| asset.kind() == AssetKind::Job).map(|(place, _)| (place, Vec::new())).collect::<Vec<_>>().into_iter()
}

fn merge(found: &mut BTreeMap<AssetPath, (Distance, Impacted)>, asset: AssetPath, (distance, one): (Distance, Impacted)) {
    match found.get_mut(&asset) {
        None => drop(found.insert(asset, (distance, one))),
        Some((known, all)) => {
            let mut columns: BTreeSet<String> = all.columns.drain(..).collect();
            columns.extend(one.columns.iter().cloned());
            if distance < *known {
                (*known, *all) = (distance, one);
            }
            all.columns = columns.into_iter().collect();
        }
    }
}

#[cfg(test)]
mod tests;
