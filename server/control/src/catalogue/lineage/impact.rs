//! What is affected if an asset or a column goes.

use model::Problem;
use model::catalogue::impact::{Impact, Impacted};
use model::catalogue::{AssetKind, AssetPath};
use model::view::{ImpactHidden, ImpactItem, ImpactView};

use super::calls::Calls;
use crate::{Caller, Control};

impl Control {
    /// Everything downstream of an asset or a column: how surely, by which route, whose it is, and how much it is asked for. Of what the
    /// caller may not see, only how much there is.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see.
    pub async fn impact(&self, caller: &Caller, path: &AssetPath) -> Result<ImpactView, Problem> {
        let sight = self.sight(caller).await?;
        let asset = self.lineage_place(&sight, path).await?;
        self.current_lineage().await?;
        let calls = self.calls().await?;
        let downstream = self.downstream(&asset, &calls).await?;
        let impact = Impact::of(&asset, &downstream.edges, &downstream.unknown, &|asset| sight.sees(asset));
        let assets: Vec<AssetPath> = impact.assets.iter().map(|one| one.asset.clone()).collect();
        let about = self.about_assets(&assets).await?;
        let item = |one: &Impacted| ImpactItem {
            path: one.asset.clone(),
            effect: one.effect,
            columns: one.columns.clone(),
            owner: about.get(&one.asset).and_then(|about| about.owner.clone()),
            requests: requests(&calls, &one.asset, &assets),
            route: one.route.clone(),
        };
        Ok(ImpactView {
            affected: impact.assets.iter().map(item).collect(),
            hidden: impact.hidden.into_iter().map(|(kind, count)| ImpactHidden { kind, count }).collect(),
            is_cut: downstream.is_cut,
            asset,
        })
    }
}

/// Of an API its own; of an app those to the APIs that are affected.
fn requests(calls: &Calls, asset: &AssetPath, affected: &[AssetPath]) -> Option<u64> {
    match asset.kind() {
        AssetKind::Api => calls.requests(asset),
        AssetKind::App => {
            let of_affected = calls.of_app(asset).filter(|(api, _)| affected.contains(api));
            of_affected.filter_map(|(_, call)| call.requests).reduce(u64::saturating_add)
        }
        _ => None,
    }
}
