//! As many edges as a question needs, read a step at a time.

use std::collections::BTreeSet;

use model::Problem;
use model::catalogue::graph::{LineageGraph, Neighbourhood, Opening, Side};
use model::catalogue::{AssetKind, AssetPath, EdgeKind, LineageEdge, LineageUnknown, asset_of};
use store::LineageEnd;

use super::calls::Calls;
use super::sight::Sight;
use crate::Control;

/// Assets that are looked through for one question.
pub(super) const MOST: usize = 2_000;
/// How often boxes can show more boxes: each round shows some, and there are few.
const ROUNDS: usize = 30;

/// Assets with all of their edges.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) graph: LineageGraph,
    read: BTreeSet<AssetPath>,
}

/// The edges downstream of an asset, and what is not known of them.
pub(super) struct Downstream {
    pub(super) edges: Vec<LineageEdge>,
    pub(super) unknown: Vec<LineageUnknown>,
    pub(super) is_cut: bool,
}

impl Control {
    /// What is near an asset, with all that its boxes have behind them.
    pub(super) async fn around(&self, opening: &Opening, calls: &Calls, sight: &Sight<'_>) -> Result<Neighbourhood, Problem> {
        let mut loaded = Loaded::default();
        loaded.graph.add(&opening.center);
        for asset in &opening.also {
            loaded.graph.add(asset);
        }
        for _ in 0..ROUNDS {
            let shown = loaded.graph.neighbourhood(opening, &|asset| sight.sees(asset));
            let boxes = shown.boxes.iter().filter_map(|one| one.asset.clone());
            let missing: Vec<AssetPath> = boxes.filter(|asset| !loaded.read.contains(asset)).collect();
            if missing.is_empty() {
                break;
            }
            self.load(&mut loaded, &missing, calls).await?;
        }
        Ok(loaded.graph.neighbourhood(opening, &|asset| sight.sees(asset)))
    }

    /// Reads on from an asset to one side until nothing is left, or it is enough; says whether something is left.
    pub(super) async fn load_side(&self, loaded: &mut Loaded, start: &AssetPath, side: Side, calls: &Calls) -> Result<bool, Problem> {
        loaded.graph.add(start);
        loop {
            let reached = std::iter::once(start).chain(loaded.graph.reach(start, side));
            let missing: Vec<AssetPath> = reached.filter(|asset| !loaded.read.contains(*asset)).cloned().collect();
            if missing.is_empty() {
                return Ok(false);
            }
            if loaded.read.len() >= MOST {
                return Ok(true);
            }
            self.load(loaded, &missing, calls).await?;
        }
    }

    /// Reads the edges of some assets, on both sides.
    async fn load(&self, loaded: &mut Loaded, assets: &[AssetPath], calls: &Calls) -> Result<(), Problem> {
        let mut wanted: Vec<AssetPath> = assets.to_vec();
        // What a dataset is made of goes through its job, and is said of the dataset.
        wanted.extend(assets.iter().filter(|asset| asset.kind() == AssetKind::Job).filter_map(AssetPath::parent));
        for end in [LineageEnd::From, LineageEnd::To] {
            for link in self.store.lineage_links(&wanted, end).await? {
                // Who calls an API is known better than by grants that may have ended.
                if link.to.kind() != AssetKind::App {
                    loaded.graph.link(&link.from, &link.to, link.how);
                }
            }
        }
        for asset in assets {
            match asset {
                AssetPath::Source { source } => {
                    for table in self.store.lineage_tables(source).await? {
                        loaded.graph.add(&table);
                    }
                }
                AssetPath::Api { .. } => calls.of_api(asset).for_each(|(app, _)| loaded.graph.link(asset, app, EdgeKind::Call)),
                AssetPath::App { .. } => calls.of_app(asset).for_each(|(api, _)| loaded.graph.link(api, asset, EdgeKind::Call)),
                _ => {}
            }
        }
        loaded.read.extend(assets.iter().cloned());
        Ok(())
    }

    /// All edges downstream of an asset or a column, down to columns, and what is not known of them.
    pub(super) async fn downstream(&self, start: &AssetPath, calls: &Calls) -> Result<Downstream, Problem> {
        let mut edges: Vec<LineageEdge> = Vec::new();
        let mut found = BTreeSet::from([asset_of(start).clone()]);
        let mut next: Vec<AssetPath> = found.iter().cloned().collect();
        let mut is_cut = false;
        while !next.is_empty() {
            if found.len() > MOST {
                is_cut = true;
                break;
            }
            let mut new: Vec<LineageEdge> = self.store.lineage_edges(&next, LineageEnd::From).await?;
            new.retain(|edge| edge.to.kind() != AssetKind::App);
            for asset in &next {
                if let AssetPath::Source { source } = asset {
                    let read = |table: AssetPath| LineageEdge { from: asset.clone(), by: table.clone(), to: table, how: EdgeKind::Read };
                    new.extend(self.store.lineage_tables(source).await?.into_iter().map(read));
                }
                new.extend(calls.edges(asset));
            }
            next = new.iter().map(|edge| asset_of(&edge.to).clone()).filter(|asset| found.insert(asset.clone())).collect();
            edges.append(&mut new);
        }
        let by: BTreeSet<AssetPath> = edges.iter().map(|edge| edge.by.clone()).collect();
        let unknown = self.store.lineage_unknown(&by.into_iter().collect::<Vec<_>>()).await?;
        Ok(Downstream { edges, unknown, is_cut })
    }
}
