//! Whose assets are whose: what somebody may not see has no name in lineage.

use std::collections::HashMap;

use model::catalogue::{AssetKind, AssetPath, asset_of};
use model::{Action, Problem};
use store::LineageEnd;

use crate::{Caller, Control};

/// What one person may see.
pub(super) struct Sight<'a> {
    caller: &'a Caller,
    /// The domain of each source.
    sources: HashMap<String, String>,
}

impl Sight<'_> {
    /// Whether the person may see an asset, or the asset of a column. What is of no domain nobody but an admin sees.
    pub(super) fn sees(&self, path: &AssetPath) -> bool {
        self.domain(path).map_or_else(|| self.caller.is_admin(), |domain| self.caller.can(Action::See, domain))
    }

    fn domain<'b>(&'b self, path: &'b AssetPath) -> Option<&'b str> {
        match asset_of(path) {
            AssetPath::Source { source } | AssetPath::Table { source, .. } => self.sources.get(source).map(String::as_str),
            AssetPath::Dataset { domain, .. }
            | AssetPath::Job { domain, .. }
            | AssetPath::Api { domain, .. }
            | AssetPath::App { domain, .. } => Some(domain),
            AssetPath::Column { .. } => None,
        }
    }
}

impl Control {
    pub(super) async fn sight<'a>(&self, caller: &'a Caller) -> Result<Sight<'a>, Problem> {
        let sources = self.store.sources().await?.into_iter().map(|source| (source.name, source.domain)).collect();
        Ok(Sight { caller, sources })
    }

    /// The path that an asset has now, where the caller may see it. A table that no scan has registered is there where a definition names
    /// it.
    pub(super) async fn lineage_place(&self, sight: &Sight<'_>, path: &AssetPath) -> Result<AssetPath, Problem> {
        let missing = || Problem::not_found(format!("asset {path}"));
        if !sight.sees(path) {
            return Err(missing());
        }
        if let Some(row) = self.store.asset(&path.to_string()).await? {
            let now = row.decoded_path()?;
            return if sight.sees(&now) { Ok(now) } else { Err(missing()) };
        }
        let asset = asset_of(path).clone();
        if path.kind() == AssetKind::Column && self.store.asset(&asset.to_string()).await?.is_some() {
            return Ok(path.clone());
        }
        let at = std::slice::from_ref(&asset);
        let is_named = !self.store.lineage_links(at, LineageEnd::From).await?.is_empty()
            || !self.store.lineage_links(at, LineageEnd::To).await?.is_empty();
        if is_named { Ok(path.clone()) } else { Err(missing()) }
    }
}
