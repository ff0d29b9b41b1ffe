//! Tags on assets: one or thousands, shown before, written in one transaction. Removals of masking tags wait for two approvals.

use model::audit::AuditAction;
use model::catalogue::{HeldAsset, TagFate, TagOutcome, TagTarget, ValueOrigin};
use model::view::{TaggingDone, TaggingPreview};
use model::{ErrorCode, Problem};
use store::{AssetTagRow, TagChangeRow, Tx};

use super::held::Removals;
use super::planned_tagging::{LISTED, PlannedTagging, Tagging, line};
use super::written_tags::WrittenTags;
use crate::{Caller, Control};

impl Control {
    /// What tagging would do: nothing is changed.
    ///
    /// # Errors
    /// No assets or no tags, too many of them, tags that there are not.
    pub async fn preview_tagging(&self, caller: &Caller, tagging: &Tagging) -> Result<TaggingPreview, Problem> {
        let planned = self.plan_tagging(caller, tagging).await?;
        let outcomes = planned.outcomes();
        let already = outcomes.iter().filter(|outcome| outcome.fate == TagFate::Already).take(LISTED).map(|outcome| {
            let reason = if outcome.choice.adds { "The asset carries the tag already." } else { "The asset does not carry the tag." };
            line(outcome, reason)
        });
        Ok(TaggingPreview { counts: planned.counts(&outcomes), refused: planned.refused(&outcomes), already: already.collect() })
    }

    /// Adds tags to assets and removes others, all in one change that can be undone. What the caller may not do is left out and told.
    ///
    /// # Errors
    /// The same; where all of it is refused; another number of changes than the preview showed.
    pub async fn tag_assets(&self, caller: &Caller, tagging: &Tagging) -> Result<TaggingDone, Problem> {
        self.plan_tagging(caller, tagging).await?.refuse_all()?;
        let mut tx = self.write(caller).await?;
        // Nobody else writes from here on.
        let planned = self.plan_tagging(caller, tagging).await?;
        let done = self.write_tagging(&mut tx, caller, &planned, ValueOrigin::Person).await?;
        let changes = done.counts.changes();
        if let Some(expected) = tagging.expect.filter(|expected| *expected != changes) {
            let detail =
                format!("The assets have changed since the preview: {changes} changes instead of {expected}. Look at the preview again.");
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        if changes > 0 {
            self.commit(tx).await?;
        }
        Ok(done)
    }

    /// Writes what [`Self::plan_tagging`] has found, the requests for what waits among it.
    pub(crate) async fn write_tagging(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        planned: &PlannedTagging,
        origin: ValueOrigin,
    ) -> Result<TaggingDone, Problem> {
        let outcomes = planned.outcomes();
        let counts = planned.counts(&outcomes);
        let change = (counts.added + counts.removed > 0).then(|| self.host.id());
        if let Some(id) = &change {
            self.write_tags(tx, caller, planned, (&outcomes, id, origin)).await?;
        }
        let mut removals = Removals::default();
        for outcome in outcomes.iter().filter(|outcome| outcome.fate == TagFate::Held) {
            let asset = HeldAsset { id: outcome.target.id.clone(), path: outcome.target.path.clone() };
            removals.add((&outcome.choice.id, &outcome.choice.name), &outcome.target.domain, asset);
        }
        let requests = self.request_removals(tx, caller, removals.into_list()).await?;
        Ok(TaggingDone { counts, change, refused: planned.refused(&outcomes), requests })
    }

    /// Writes what is changed at once, with its lines of history, its steps for an undo, and a row of the audit log for each domain.
    async fn write_tags(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        planned: &PlannedTagging,
        (outcomes, change, origin): (&[TagOutcome<'_>], &str, ValueOrigin),
    ) -> Result<(), Problem> {
        let (by, at) = (caller.email().to_owned(), tx.at());
        let mut written = WrittenTags::default();
        for outcome in outcomes {
            let (target, choice) = (outcome.target, outcome.choice);
            let row = match outcome.fate {
                TagFate::Added => AssetTagRow {
                    asset_id: target.id.clone(),
                    tag_id: choice.id.clone(),
                    origin: origin.key().into(),
                    by_whom: by.clone(),
                    at,
                },
                TagFate::Removed => match planned.carried.get(&(target.id.clone(), choice.id.clone())) {
                    Some(row) => row.clone(),
                    None => continue,
                },
                TagFate::Held | TagFate::Already | TagFate::Refused(_) => continue,
            };
            written.note(target, (&choice.name, choice.adds), row, change);
        }
        self.write_change(tx, (&written, by, change), origin).await
    }

    /// Puts a tag on assets that do not carry it, as one change.
    pub(crate) async fn put_tag(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (tag, name): (&str, &str),
        targets: &[TagTarget],
    ) -> Result<(), Problem> {
        let (by, at, change) = (caller.email().to_owned(), tx.at(), self.host.id());
        let mut written = WrittenTags::default();
        for target in targets {
            let (asset_id, origin) = (target.id.clone(), ValueOrigin::Person.key().to_owned());
            let row = AssetTagRow { asset_id, tag_id: tag.to_owned(), origin, by_whom: by.clone(), at };
            written.note(target, (name, true), row, &change);
        }
        self.write_change(tx, (&written, by, &change), ValueOrigin::Person).await
    }

    async fn write_change(
        &self,
        tx: &mut Tx,
        (written, by_whom, change): (&WrittenTags, String, &str),
        origin: ValueOrigin,
    ) -> Result<(), Problem> {
        let at = tx.at();
        written.write(tx, origin).await?;
        tx.insert_tag_change(&TagChangeRow { id: change.to_owned(), by_whom, at, undone_at: None }, written.steps()).await?;
        for (domain, subject, text) in written.audit(change) {
            self.note(tx, AuditAction::AssetTagged, (&domain, &subject), None, Some(text)).await?;
        }
        Ok(())
    }
}
