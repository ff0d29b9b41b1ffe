//! Assets as the command palette offers them.

use model::catalogue::AssetKind;
use serde::{Deserialize, Serialize};

/// A link to an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetOffer {
    pub kind: AssetKind,
    /// `flights-db.planes`
    pub name: String,
    /// Its kind and its domain.
    pub note: String,
    pub to: String,
}

#[cfg(feature = "ssr")]
pub(super) fn of_assets(found: Vec<model::view::AssetSuggestion>) -> Vec<AssetOffer> {
    use crate::asset_address::{asset_address, asset_title};
    use crate::words::words;
    let offer = |asset: model::view::AssetSuggestion| {
        let path = asset.path.parse().ok()?;
        let kind = AssetKind::from_key(&asset.kind)?;
        let note = (words().catalogue_search.kind_in)(crate::pages::catalogue::kind_name(kind), &asset.domain);
        Some(AssetOffer { kind, name: asset_title(&path), note, to: asset_address(&path) })
    };
    found.into_iter().filter_map(offer).collect()
}
