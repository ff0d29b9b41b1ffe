//! The address of the page on which many assets are tagged: which assets, which tags, and what is done with them.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The address of the page.
pub(super) const BULK: &str = "/catalogue/bulk";
/// The parameter of an asset that was picked.
pub(super) const ASSET: &str = "asset";
/// The most assets that an address names.
const MAX_ASSETS: usize = 500;

/// The path of an asset as the value of a parameter: the router decodes those twice, and a path may hold a percent sign.
pub(super) fn asset_value(path: &str) -> String {
    path.replace('%', "%25")
}

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkQuery {
    /// Paths of assets that were picked.
    pub assets: Vec<String>,
    /// Words, a domain, a kind and a tag: all assets that have them, where none were picked.
    pub words: String,
    pub domain: String,
    pub kind: String,
    /// The path of the source or the table that they are part of.
    pub under: String,
    /// The id of a tag that they have.
    pub tagged: String,
    /// Whether they have no tag yet.
    pub untagged: bool,
    /// Ids of the tags.
    pub tags: Vec<String>,
    /// Whether the tags are taken away, and not added.
    pub remove: bool,
}

impl BulkQuery {
    pub(super) fn of(address: &ParamsMap) -> Self {
        let text = |name: &str| address.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let all = |name: &str| address.get_all(name).unwrap_or_default();
        Self {
            assets: all(ASSET).into_iter().take(MAX_ASSETS).collect(),
            words: text("words"),
            domain: text("domain"),
            kind: text("kind"),
            under: text("under"),
            tagged: text("tagged"),
            untagged: text("untagged") == "true",
            tags: all("tag"),
            remove: text("act") == "remove",
        }
    }

    /// Whether it says which assets.
    pub(super) fn names_assets(&self) -> bool {
        let texts = [&self.words, &self.domain, &self.kind, &self.under, &self.tagged];
        !self.assets.is_empty() || self.untagged || texts.iter().any(|text| !text.is_empty())
    }

    /// What says which assets, as fields of a form that asks for another address.
    pub(super) fn selection(&self) -> Vec<(&'static str, String)> {
        let assets = self.assets.iter().map(|asset| (ASSET, asset_value(asset)));
        let texts =
            [("words", &self.words), ("domain", &self.domain), ("kind", &self.kind), ("under", &self.under), ("tagged", &self.tagged)];
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.clone()));
        let untagged = self.untagged.then(|| ("untagged", "true".to_owned()));
        assets.chain(texts).chain(untagged).collect()
    }
}
