//! Undoing a change of tags in one step. What somebody else has changed since stays, and is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::audit::AuditAction;
use model::catalogue::{HeldAsset, TagTarget, TagUndo, ValueOrigin, tag_undo};
use model::view::{TaggingLine, TaggingView, UndoDone};
use model::{Action, ErrorCode, Problem};
use store::{AssetRow, AssetTagRow, StoreError, TagChangeStepRow, TagRow};

use super::held::Removals;
use super::planned_tagging::LISTED;
use super::rights::{SetBy, Setters};
use super::written_tags::WrittenTags;
use crate::{Caller, Control};

/// What an undo looks at.
struct Standing {
    assets: HashMap<String, AssetRow>,
    tags: BTreeMap<String, TagRow>,
    carried: HashMap<(String, String), AssetTagRow>,
    /// Removals that wait already.
    waiting: BTreeSet<(String, String)>,
    setters: Setters,
}

/// What an undo writes and tells.
#[derive(Default)]
struct Undoing {
    written: WrittenTags,
    removals: Removals,
    done: UndoDone,
}

impl Control {
    /// The changes that the caller has made and can undo, the newest first.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn taggings(&self, caller: &Caller) -> Result<Vec<TaggingView>, Problem> {
        let rows = self.store.tag_changes_of(caller.email()).await?;
        let of_one = |(row, steps): (store::TagChangeRow, i64)| TaggingView { id: row.id, at: row.at, changes: steps.unsigned_abs() };
        Ok(rows.into_iter().map(of_one).collect())
    }

    /// Undoes a change: added tags are removed again, removed ones are put back as they were. The removal of a masking tag waits for two
    /// approvals.
    ///
    /// # Errors
    /// For whoever made it, and for admins; where it was undone already or is more than 30 days old.
    pub async fn undo_tagging(&self, caller: &Caller, id: &str) -> Result<UndoDone, Problem> {
        let change = self.store.tag_change(id).await?.filter(|row| row.by_whom == caller.email() || caller.is_admin());
        let change = change.ok_or_else(|| Problem::not_found("change of tags"))?;
        let mut tx = self.write(caller).await?;
        // Nobody else writes from here on.
        let steps = self.store.tag_change_steps(&change.id).await?;
        let standing = self.standing(&steps).await?;
        let mut undoing = Undoing::default();
        for step in &steps {
            undoing.step(caller, &standing, step)?;
        }
        tx.close_tag_change(id).await.map_err(|error| match error {
            StoreError::Stale => Problem::new(ErrorCode::Conflict, "This change was undone already."),
            other => Problem::from(other),
        })?;
        let Undoing { written, removals, mut done } = undoing;
        written.write(&mut tx, ValueOrigin::Person).await?;
        for (domain, subject, text) in written.audit(id) {
            self.note(&mut tx, AuditAction::TaggingUndone, (&domain, &subject), None, Some(text)).await?;
        }
        done.requests = self.request_removals(&mut tx, caller, removals.into_list()).await?;
        self.commit(tx).await?;
        Ok(done)
    }

    async fn standing(&self, steps: &[TagChangeStepRow]) -> Result<Standing, Problem> {
        let ids = |of: fn(&TagChangeStepRow) -> &String| -> Vec<String> {
            steps.iter().map(of).cloned().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (assets, tags) = (ids(|step| &step.asset_id), ids(|step| &step.tag_id));
        let carried = self.store.asset_tags(&assets, &tags).await?;
        let rows = self.store.assets_by_ids(&assets).await?;
        let known = self.store.tags().await?;
        Ok(Standing {
            assets: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
            tags: known.into_iter().filter(|row| tags.contains(&row.id)).map(|row| (row.id.clone(), row)).collect(),
            carried: carried.into_iter().map(|row| ((row.asset_id.clone(), row.tag_id.clone()), row)).collect(),
            waiting: self.waiting_removals().await?.into_keys().collect(),
            setters: self.setters().await?,
        })
    }
}

impl Undoing {
    /// Undoes one tag on one asset, or says why it stays as it is.
    fn step(&mut self, caller: &Caller, standing: &Standing, step: &TagChangeStepRow) -> Result<(), Problem> {
        let pair = (step.asset_id.clone(), step.tag_id.clone());
        let (asset, tag) = (standing.assets.get(&step.asset_id), standing.tags.get(&step.tag_id));
        let (Some(asset), Some(tag)) = (asset, tag) else {
            self.keep(caller, (asset, tag), "The tag is not there any more.");
            return Ok(());
        };
        let set_by = SetBy::of(tag.vocabulary.as_deref(), &standing.setters)?;
        let left = (step.adds != 0).then(|| step.mark());
        let now = standing.carried.get(&pair);
        let undo = tag_undo(left.as_ref(), now.map(AssetTagRow::mark).as_ref());
        let target = TagTarget { id: asset.id.clone(), path: asset.path.clone(), domain: asset.domain.clone() };
        let row = AssetTagRow {
            asset_id: step.asset_id.clone(),
            tag_id: step.tag_id.clone(),
            origin: step.origin.clone(),
            by_whom: step.by_whom.clone(),
            at: step.at,
        };
        match undo {
            TagUndo::Keep => self.keep(caller, (Some(asset), Some(tag)), "The tag was changed on this asset since."),
            TagUndo::Remove | TagUndo::Restore if !set_by.lets(caller, &asset.domain) => {
                self.keep(caller, (Some(asset), Some(tag)), &set_by.refusal(&asset.domain));
            }
            TagUndo::Restore => {
                self.done.restored += 1;
                self.written.note(&target, (&tag.name, true), row, &step.change_id);
            }
            TagUndo::Remove if tag.masks == 0 => {
                self.done.removed += 1;
                self.written.note(&target, (&tag.name, false), row, &step.change_id);
            }
            TagUndo::Remove if standing.waiting.contains(&pair) => {
                self.keep(caller, (Some(asset), Some(tag)), "The removal of the tag is in review already.");
            }
            TagUndo::Remove => {
                self.done.held += 1;
                self.removals.add((&tag.id, &tag.name), &target.domain, HeldAsset { id: target.id, path: target.path });
            }
        }
        Ok(())
    }

    /// Of an asset that the caller may not see any more, nothing is named.
    fn keep(&mut self, caller: &Caller, (asset, tag): (Option<&AssetRow>, Option<&TagRow>), reason: &str) {
        self.done.kept += 1;
        if self.done.kept_lines.len() < LISTED {
            let asset = asset.filter(|asset| caller.can(Action::See, &asset.domain)).map(|asset| asset.path.clone()).unwrap_or_default();
            let tag = tag.map(|tag| tag.name.clone()).unwrap_or_default();
            self.done.kept_lines.push(TaggingLine { asset, tag, reason: reason.to_owned() });
        }
    }
}
