//! What holds for an asset: its own tags, those that flow to it, its terms, and whether its values are masked.

use std::collections::{BTreeMap, BTreeSet};

use model::catalogue::{AssetPath, CarriedTag, TagFlow};
use model::view::{AssetTagsView, AssetTermView, EffectiveTagView};
use model::{Action, Problem};
use store::TagOnRow;

use super::rights::{SetBy, Setters};
use crate::{Caller, Control};

impl Control {
    /// Which of the assets are masked, by a tag of their own, of what they are part of, or of what they are made of. Whose values are
    /// masked does not depend on who asks.
    pub(crate) async fn masks_of(&self, paths: &[AssetPath]) -> Result<BTreeSet<AssetPath>, Problem> {
        Ok(self.store.masked_paths(paths).await?)
    }

    /// The tags and terms of an asset.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see.
    pub async fn asset_tags(&self, caller: &Caller, path: &AssetPath) -> Result<AssetTagsView, Problem> {
        let asset = self.visible_asset(caller, path).await?;
        let edges = self.store.direct_edges_into(std::slice::from_ref(&asset.path)).await?;
        let flow = TagFlow::new(&edges);
        let places: Vec<String> = flow.upstream(&asset.path).into_iter().chain([asset.path.as_str()]).map(str::to_owned).collect();
        let rows = self.store.tags_on_paths(&places).await?;
        let mut carried: BTreeMap<String, Vec<CarriedTag>> = BTreeMap::new();
        for row in &rows {
            carried.entry(row.path.clone()).or_default().push(CarriedTag { tag: row.tag_id.clone(), flows: row.flows != 0 });
        }
        let (setters, removals) = (self.setters().await?, self.waiting_removals().await?);
        let mut tags = Vec::new();
        for holding in flow.tags(&asset.path, &carried) {
            let at = holding.from.unwrap_or(&asset.path);
            let Some(row) = rows.iter().find(|row| row.path == at && row.tag_id == holding.tag) else { continue };
            let mut view = tag_view(caller, row, &setters)?;
            if let Some(from) = holding.from {
                view.flowed = true;
                view.may_remove = false;
                view.from = from.parse().ok().filter(|_| caller.can(Action::See, &row.domain));
            } else {
                view.removal = removals.get(&(row.asset_id.clone(), row.tag_id.clone())).cloned();
            }
            tags.push(view);
        }
        let terms = self.store.terms_on(std::slice::from_ref(&asset.id)).await?;
        let seen = terms.into_iter().filter(|(_, _, domain, _)| caller.can(Action::See, domain));
        let terms = seen.map(|(_, id, domain, name)| AssetTermView { id, domain, name }).collect();
        let masked = match asset.path.parse::<AssetPath>() {
            Ok(path) => !self.masks_of(std::slice::from_ref(&path)).await?.is_empty(),
            Err(_) => false,
        };
        Ok(AssetTagsView { tags, terms, masked })
    }
}

/// A tag where it stands.
fn tag_view(caller: &Caller, row: &TagOnRow, setters: &Setters) -> Result<EffectiveTagView, Problem> {
    let set_by = SetBy::of(row.vocabulary.as_deref(), setters)?;
    Ok(EffectiveTagView {
        id: row.tag_id.clone(),
        name: row.name.clone(),
        vocabulary: row.vocabulary.clone(),
        colour: row.colour.clone(),
        flows: row.flows != 0,
        masks: row.masks != 0,
        origin: row.decoded_origin()?,
        by: row.by_whom.clone(),
        at: row.at,
        flowed: false,
        from: None,
        may_remove: set_by.lets(caller, &row.domain),
        removal: None,
    })
}
