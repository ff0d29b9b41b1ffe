//! The columns of boxes: which are shown, and how they are linked.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::Problem;
use model::catalogue::graph::Neighbourhood;
use model::catalogue::{AssetPath, LineageEdge, asset_of, trace};
use model::view::{LineageColumn, LineageColumnLink};
use store::LineageEnd;

use crate::Control;

/// Columns of one box.
const MOST: usize = 40;

/// The columns of each box, and how they are linked.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) of_box: BTreeMap<usize, Vec<LineageColumn>>,
    /// How many more columns a box has than are shown.
    pub(super) more: BTreeMap<usize, u32>,
    pub(super) links: Vec<LineageColumnLink>,
}

impl Control {
    /// Those of the assets that somebody has opened, and those on the way of the column that is looked at.
    pub(super) async fn columns_of_boxes(
        &self,
        shown: &Neighbourhood,
        opened: &[AssetPath],
        column: Option<&AssetPath>,
    ) -> Result<Columns, Problem> {
        if opened.is_empty() && column.is_none() {
            return Ok(Columns::default());
        }
        let assets: Vec<AssetPath> = shown.boxes.iter().filter_map(|one| one.asset.clone()).collect();
        let seen: HashSet<&AssetPath> = assets.iter().collect();
        let mut edges = self.store.lineage_edges(&assets, LineageEnd::From).await?;
        edges.retain(|edge| edge.from != *asset_of(&edge.from) && seen.contains(asset_of(&edge.to)));
        let on = column.map(|column| trace(&edges, column)).unwrap_or_default();
        let mut columns = Columns::default();
        for (place, asset) in shown.boxes.iter().enumerate().filter_map(|(place, one)| Some((place, one.asset.as_ref()?))) {
            if !asset.kind().has_columns() {
                continue;
            }
            let of_asset = self.shown_columns(asset, (&edges, &on), opened.contains(asset)).await?;
            columns.more.insert(place, u32::try_from(of_asset.len().saturating_sub(MOST)).unwrap_or(u32::MAX));
            columns.of_box.insert(place, of_asset.into_iter().take(MOST).collect());
        }
        columns.links = links(&edges, &on, shown, &columns.of_box);
        Ok(columns)
    }

    /// In the order of the catalogue; columns that only definitions name come last.
    async fn shown_columns(
        &self,
        asset: &AssetPath,
        (edges, on): (&[LineageEdge], &BTreeSet<AssetPath>),
        is_open: bool,
    ) -> Result<Vec<LineageColumn>, Problem> {
        let is_on = |name: &str| on.contains(&asset.column(name));
        let mut names = if is_open { self.store.known_columns(asset).await? } else { Vec::new() };
        let mut known: HashSet<String> = names.iter().cloned().collect();
        let ends = edges.iter().flat_map(|edge| [&edge.from, &edge.to]).filter(|end| *end != asset && asset_of(end) == asset);
        let named: BTreeSet<&str> = ends.map(AssetPath::name).filter(|name| is_open || is_on(name)).collect();
        names.extend(named.into_iter().filter(|name| known.insert((*name).to_owned())).map(str::to_owned));
        Ok(names.into_iter().map(|name| LineageColumn { is_on: is_on(&name), name }).collect())
    }
}

/// Between columns that are shown; where one end is not, to its box.
fn links(
    edges: &[LineageEdge],
    on: &BTreeSet<AssetPath>,
    shown: &Neighbourhood,
    of_box: &BTreeMap<usize, Vec<LineageColumn>>,
) -> Vec<LineageColumnLink> {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let places: BTreeMap<&AssetPath, usize> =
        shown.boxes.iter().enumerate().filter_map(|(place, one)| Some((one.asset.as_ref()?, place))).collect();
    let end = |path: &AssetPath| {
        let place = *places.get(asset_of(path))?;
        let columns = of_box.get(&place).map(Vec::as_slice).unwrap_or_default();
        let is_column = path != asset_of(path);
        let column = columns.iter().position(|column| is_column && column.name == path.name());
        Some((place, column.map(number)))
    };
    let mut links = BTreeSet::new();
    for edge in edges {
        let (Some((from, from_column)), Some((to, to_column))) = (end(&edge.from), end(&edge.to)) else { continue };
        if from_column.is_some() || to_column.is_some() {
            let is_on = on.contains(&edge.from) && on.contains(&edge.to);
            links.insert((number(from), from_column, number(to), to_column, edge.how, is_on));
        }
    }
    let link = |(from, from_column, to, to_column, how, is_on)| LineageColumnLink { from, from_column, to, to_column, how, is_on };
    links.into_iter().map(link).collect()
}
