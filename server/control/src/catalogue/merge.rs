//! Merging tags: the assets of one carry another from then on, in one transaction.

use model::audit::AuditAction;
use model::catalogue::ValueOrigin;
use model::view::MergePreview;
use model::{ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::TagRow;

use super::rights::SetBy;
use crate::failure::from_json;
use crate::{Caller, Control};

/// Which tag another one is merged into.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// The id of the tag that stays.
    pub into: String,
    /// How many assets the preview showed: with another number now, nothing is merged.
    #[serde(default)]
    pub expect: Option<u64>,
}

impl Control {
    /// What a merge of a tag into another would do.
    ///
    /// # Errors
    /// What [`Control::merge_tags`] would refuse.
    pub async fn preview_merge(&self, caller: &Caller, id: &str, into: &str) -> Result<MergePreview, Problem> {
        let (from, into) = self.mergeable(caller, id, into).await?;
        self.merge_counts(&from, &into).await
    }

    /// Merges a tag into another: the assets of the first carry the second, and the first ends.
    ///
    /// # Errors
    /// A tag that masks more than the other; an open request about the first; somebody who may not define both where they are used; another
    /// number of assets than the preview showed.
    pub async fn merge_tags(&self, caller: &Caller, id: &str, input: &MergeInput) -> Result<(), Problem> {
        self.mergeable(caller, id, &input.into).await?;
        let mut tx = self.write(caller).await?;
        // Nobody else writes from here on: what each masks is what it masks when they are merged.
        let (from, into) = self.mergeable(caller, id, &input.into).await?;
        let counts = self.merge_counts(&from, &into).await?;
        if input.expect.is_some_and(|expected| expected != counts.assets) {
            let detail = format!("The tag {} is on {} assets by now. Look at the preview again.", from.name, counts.assets);
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let targets = self.store.assets_with_tag(id, "").await?;
        tx.move_asset_tags(&from.id, &into.id).await?;
        let moved: Vec<_> = targets.into_iter().map(|target| (target.id, vec![from.name.clone()], vec![into.name.clone()])).collect();
        tx.note_tags(&moved, ValueOrigin::Person).await?;
        tx.delete_tag(&from.id, from.edit).await?;
        let after = serde_json::to_string(&counts).map_err(|error| from_json(&error))?;
        self.note(&mut tx, AuditAction::TagMerged, ("", &into.name), Some(from.name.clone()), Some(after)).await?;
        self.commit(tx).await
    }

    /// Both tags, where the caller may merge them.
    async fn mergeable(&self, caller: &Caller, from: &str, into: &str) -> Result<(TagRow, TagRow), Problem> {
        let (from, into) = (self.tag_row(from).await?, self.tag_row(into).await?);
        if from.id == into.id {
            return Err(Problem::field("into", "Choose another tag."));
        }
        let used_in = self.refuse_end(caller, &from).await?;
        let setters = self.setters().await?;
        let set_by = SetBy::of(into.vocabulary.as_deref(), &setters)?;
        if !set_by.lets_define(caller, &used_in) {
            return Err(set_by.refused());
        }
        if !from.acts().is_covered_by(into.acts()) {
            let detail = format!(
                "The tag {} masks values that {} does not mask. Let {} mask them first, or turn masking of {} off: two people approve that.",
                from.name, into.name, into.name, from.name
            );
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        Ok((from, into))
    }

    async fn merge_counts(&self, from: &TagRow, into: &TagRow) -> Result<MergePreview, Problem> {
        let (assets, both) = self.store.tags_together(&from.id, &into.id).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let is_new_mask = into.masks != 0 && from.masks == 0;
        Ok(MergePreview {
            from: from.name.clone(),
            into: into.name.clone(),
            assets: count(assets),
            both: count(both),
            masked: if is_new_mask { count(assets - both) } else { 0 },
        })
    }
}
