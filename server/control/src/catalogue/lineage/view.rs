//! The lineage around an asset, as it is drawn.

use std::collections::HashMap;

use model::Problem;
use model::catalogue::graph::{GraphBox, Neighbourhood, Opening, Side, is_found_by};
use model::catalogue::{AssetField, AssetKind, AssetPath, LineageUnknown, asset_of};
use model::view::{LineageBox, LineageFound, LineageGap, LineageLink, LineageQuery, LineageView, MAX_LINEAGE_STEPS};

use super::calls::Calls;
use super::columns::Columns;
use super::loading::Loaded;
use super::sight::Sight;
use crate::catalogue::said::Said;
use crate::{Caller, Control};

/// What a search shows at most.
const MOST_FOUND: usize = 50;
/// Assets that somebody can have opened at once: an address holds no more.
const MAX_OPENED: usize = 100;
/// The longest text that is searched for, in characters.
const MAX_WORDS: usize = 200;

/// What the search inside the lineage has found, and the way to the other end.
#[derive(Default)]
struct Reached {
    found: Vec<LineageFound>,
    route: Vec<AssetPath>,
    is_cut: bool,
}

/// What is said of an asset.
#[derive(Default)]
pub(super) struct About {
    pub(super) owner: Option<String>,
    is_missing: bool,
}

impl Control {
    /// What is near an asset or a column, as far as the caller may see it.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see; more that is opened or searched for than can be.
    pub async fn lineage(&self, caller: &Caller, query: &LineageQuery) -> Result<LineageView, Problem> {
        check(query)?;
        let sight = self.sight(caller).await?;
        let asset = self.lineage_place(&sight, &query.asset).await?;
        self.current_lineage().await?;
        let calls = self.calls().await?;
        let reached = self.reached(asset_of(&asset), query, (&calls, &sight)).await?;
        let opening = Opening {
            center: asset_of(&asset).clone(),
            up: query.up.min(MAX_LINEAGE_STEPS),
            down: query.down.min(MAX_LINEAGE_STEPS),
            opened: opened(query),
            also: reached.route.clone(),
        };
        let shown = self.around(&opening, &calls, &sight).await?;
        let column = (asset != opening.center).then_some(&asset);
        let columns = self.columns_of_boxes(&shown, &query.columns_of, column).await?;
        let assets: Vec<AssetPath> = shown.boxes.iter().filter_map(|one| one.asset.clone()).collect();
        let gaps = self.store.lineage_unknown(&assets).await?;
        let drawn = Drawn { on: on_path(&shown, &reached.route), about: self.about_assets(&assets).await?, shown, calls, gaps };
        Ok(LineageView {
            boxes: drawn.boxes(&columns),
            links: drawn.links(),
            column_links: columns.links,
            shown: drawn.shown.shown,
            of: drawn.shown.of,
            found: reached.found,
            is_cut: reached.is_cut,
            has_no_path: query.to.is_some() && reached.route.is_empty(),
            unknown: drawn.gaps.into_iter().map(|gap| LineageGap { place: gap.place, reason: gap.reason }).collect(),
            query: LineageQuery { asset, up: opening.up, down: opening.down, ..query.clone() },
        })
    }

    /// Looks through all that lies before and behind an asset, where somebody asks for something in it.
    async fn reached(&self, center: &AssetPath, query: &LineageQuery, (calls, sight): (&Calls, &Sight<'_>)) -> Result<Reached, Problem> {
        let to = query.to.as_ref().map(asset_of).filter(|to| sight.sees(to));
        let mut reached = Reached::default();
        if to.is_none() && query.find.trim().is_empty() {
            return Ok(reached);
        }
        let mut loaded = Loaded::default();
        for side in [Side::Up, Side::Down] {
            reached.is_cut |= self.load_side(&mut loaded, center, side, calls).await?;
            let near = loaded.graph.reach(center, side).into_iter();
            let found = near.filter(|asset| sight.sees(asset) && is_found_by(asset, &query.find));
            let is_before = side == Side::Up;
            reached.found.extend(found.take(MOST_FOUND).map(|asset| LineageFound { path: asset.clone(), is_before }));
        }
        reached.route = to.and_then(|to| loaded.graph.route(center, to)).unwrap_or_default();
        Ok(reached)
    }

    /// What is said of assets; nothing of those that the catalogue does not know.
    pub(super) async fn about_assets(&self, assets: &[AssetPath]) -> Result<HashMap<AssetPath, About>, Problem> {
        let rows = self.store.assets_at(assets).await?;
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let said = Said::by_asset(self.store.asset_values_of(&ids).await?)?;
        let mut about = HashMap::new();
        for row in rows {
            let owner = said.get(&row.id).and_then(|said| said.owned(AssetField::Owner));
            about.insert(row.decoded_path()?, About { owner, is_missing: row.gone_at.is_some() });
        }
        Ok(about)
    }
}

fn check(query: &LineageQuery) -> Result<(), Problem> {
    let opened = query.up_of.len() + query.down_of.len() + query.columns_of.len();
    if opened > MAX_OPENED {
        return Err(Problem::field("up_of", format!("At most {MAX_OPENED} assets can be opened at once. Look at one of them by itself.")));
    }
    if query.find.chars().count() > MAX_WORDS {
        return Err(Problem::field("find", format!("At most {MAX_WORDS} characters.")));
    }
    Ok(())
}

fn opened(query: &LineageQuery) -> Vec<(AssetPath, Side)> {
    let up = query.up_of.iter().map(|asset| (asset.clone(), Side::Up));
    up.chain(query.down_of.iter().map(|asset| (asset.clone(), Side::Down))).collect()
}

/// Which boxes lie between the ends of a way.
fn on_path(shown: &Neighbourhood, route: &[AssetPath]) -> Vec<bool> {
    let ends = route.first().and_then(|from| shown.place_of(from)).zip(route.last().and_then(|to| shown.place_of(to)));
    ends.map_or_else(|| vec![false; shown.boxes.len()], |(from, to)| shown.between(from, to))
}

/// What boxes and lines are made of.
struct Drawn {
    shown: Neighbourhood,
    /// Which boxes are on the highlighted path.
    on: Vec<bool>,
    calls: Calls,
    about: HashMap<AssetPath, About>,
    gaps: Vec<LineageUnknown>,
}

impl Drawn {
    fn boxes(&self, columns: &Columns) -> Vec<LineageBox> {
        let drawn = |(place, one): (usize, &GraphBox)| {
            let about = one.asset.as_ref().and_then(|asset| self.about.get(asset));
            LineageBox {
                path: one.asset.clone(),
                kind: one.kind,
                count: one.count,
                owner: about.and_then(|about| about.owner.clone()),
                requests: one.asset.as_ref().and_then(|asset| requests_of(&self.calls, asset)),
                is_missing: about.is_some_and(|about| about.is_missing),
                more_up: one.more_up,
                more_down: one.more_down,
                is_on: self.on[place],
                columns: columns.of_box.get(&place).cloned().unwrap_or_default(),
                more_columns: columns.more.get(&place).copied().unwrap_or(0),
                gaps: self
                    .gaps
                    .iter()
                    .filter(|gap| one.asset.as_ref() == Some(asset_of(&gap.place)))
                    .map(|gap| gap.reason.clone())
                    .collect(),
            }
        };
        self.shown.boxes.iter().enumerate().map(drawn).collect()
    }

    fn links(&self) -> Vec<LineageLink> {
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let asset = |place: usize| self.shown.boxes[place].asset.as_ref();
        let links = self.shown.links.iter().map(|link| LineageLink {
            from: number(link.from),
            to: number(link.to),
            kinds: link.kinds.iter().collect(),
            is_indirect: link.kinds.is_indirect(),
            requests: asset(link.from).zip(asset(link.to)).and_then(|(api, app)| self.calls.between(api, app)?.requests),
            is_on: self.on[link.from] && self.on[link.to],
        });
        links.collect()
    }
}

/// Of an API all of its requests, of an app those that it has made.
fn requests_of(calls: &Calls, asset: &AssetPath) -> Option<u64> {
    match asset.kind() {
        AssetKind::Api => calls.requests(asset),
        AssetKind::App => calls.of_app(asset).filter_map(|(_, call)| call.requests).reduce(u64::saturating_add),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_can_be_opened_as_an_address_holds() {
        let asset = AssetPath::api("t", "x");
        let query = LineageQuery { up_of: vec![asset.clone(); 60], ..LineageQuery::of(asset.clone()) };
        assert!(check(&query).is_ok());
        assert_eq!(check(&LineageQuery { columns_of: vec![asset; 41], ..query.clone() }).unwrap_err().errors[0].field, "up_of");
        assert_eq!(check(&LineageQuery { find: "x".repeat(201), ..query }).unwrap_err().errors[0].field, "find");
    }
}
