//! Tags: their definitions. What a tag masks is changed by three people: one asks, two approve.

use model::audit::AuditAction;
use model::catalogue::{HeldTag, TagActs, TagDefinition, ValueOrigin};
use model::view::{RequestKind, TagSaved};
use model::{ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{StoreError, TagRow, Tx};

use super::rights::{SetBy, Setters};
use crate::failure::{from_json, stored};
use crate::review::Held;
use crate::{Caller, Control};

/// A tag as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagInput {
    /// The edit that was seen.
    pub edit: i64,
    pub tag: TagDefinition,
}

/// A checked definition on its way to its row.
pub(crate) struct PlannedTag {
    /// The row as it will be; what two people must approve is not in it.
    pub(crate) row: TagRow,
    pub(crate) before: Option<TagRow>,
    /// What is to be approved: what the tag does until then, and what it is asked to do.
    asked: Option<(TagActs, TagActs)>,
    /// The request that asks for the same already.
    waiting: Option<String>,
}

impl PlannedTag {
    /// Whether nothing of it is other than before.
    pub(crate) fn is_same(&self) -> bool {
        self.asked.is_none() && self.before.as_ref().is_some_and(|before| *before == self.row)
    }

    /// Whether a part of it waits for approvals once it is written.
    pub(crate) fn is_held(&self) -> bool {
        self.asked.is_some()
    }
}

impl Control {
    pub(super) async fn tag_row(&self, id: &str) -> Result<TagRow, Problem> {
        self.store.tag(id).await?.ok_or_else(|| Problem::not_found("tag"))
    }

    /// Makes a tag. Where it is to mask, that waits for two approvals; the rest is there at once.
    ///
    /// # Errors
    /// A name or a text that may not be used, a vocabulary that is not there or whose tags the caller may not define.
    pub async fn new_tag(&self, caller: &Caller, tag: &TagDefinition) -> Result<TagSaved, Problem> {
        let planned = self.plan_tag(caller, tag, None, &self.setters().await?).await?;
        let mut tx = self.write(caller).await?;
        let saved = self.write_tag(&mut tx, caller, &planned).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    /// Changes a tag: its assets keep it, under whatever name. What of it masks waits for two approvals.
    ///
    /// # Errors
    /// The same; a tag that somebody else has changed.
    pub async fn set_tag(&self, caller: &Caller, id: &str, input: &TagInput) -> Result<TagSaved, Problem> {
        let before = TagRow { edit: input.edit, ..self.tag_row(id).await? };
        let planned = self.plan_tag(caller, &input.tag, Some(before), &self.setters().await?).await?;
        let mut tx = self.write(caller).await?;
        let saved = self.write_tag(&mut tx, caller, &planned).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    /// Checks a definition, and takes what two people must approve out of it.
    pub(crate) async fn plan_tag(
        &self,
        caller: &Caller,
        tag: &TagDefinition,
        before: Option<TagRow>,
        setters: &Setters,
    ) -> Result<PlannedTag, Problem> {
        let tag = tag.tidied();
        let set_by = SetBy::of(tag.vocabulary.as_deref(), setters)?;
        let used_in = self.refuse_definition(caller, before.as_ref(), setters).await?;
        if !set_by.lets_define(caller, &used_in) {
            return Err(set_by.refused());
        }
        let errors = tag.errors();
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let now = before.as_ref().map_or(TagActs { flows: tag.flows, masks: false }, TagRow::acts);
        let mut asked = now.needs_approval(tag.acts()).then(|| (now, tag.acts()));
        let mut waiting = None;
        if let (Some(row), Some((_, acts))) = (&before, asked)
            && let Some((request, held)) = self.open_change(RequestKind::Tag, &row.id).await?
        {
            let known: HeldTag = stored(&held.definition, &format!("the request {}", request.id))?;
            if known.acts != acts {
                return Err(waits(&row.name));
            }
            (asked, waiting) = (None, Some(request.id));
        }
        let at_once = if asked.is_some() || waiting.is_some() { tag.with(now) } else { tag };
        let row = match &before {
            Some(row) => row.clone(),
            None => new_row(self.host.id()),
        };
        Ok(PlannedTag { row: row.with(&at_once), before, asked, waiting })
    }

    /// The domains that a tag is used in, where the caller may define it as it is.
    async fn refuse_definition(&self, caller: &Caller, row: Option<&TagRow>, setters: &Setters) -> Result<Vec<String>, Problem> {
        let Some(row) = row else { return Ok(Vec::new()) };
        let used_in = self.store.domains_of_tag(&row.id).await?;
        let set_by = SetBy::of(row.vocabulary.as_deref(), setters)?;
        if set_by.lets_define(caller, &used_in) { Ok(used_in) } else { Err(set_by.refused()) }
    }

    /// Writes what [`Self::plan_tag`] has checked, with the request for the rest.
    pub(crate) async fn write_tag(&self, tx: &mut Tx, caller: &Caller, planned: &PlannedTag) -> Result<TagSaved, Problem> {
        let row = TagRow { updated_by: caller.email().into(), updated_at: tx.at(), ..planned.row.clone() };
        let written = if planned.before.is_some() { tx.change_tag(&row).await } else { tx.insert_tag(&row).await };
        written.map_err(|error| match error {
            StoreError::Taken => {
                Problem::field("name", format!("There is a tag {} already. Choose another name, or merge the tags.", row.name))
            }
            other => Problem::from(other),
        })?;
        let before = planned.before.as_ref().map(text).transpose()?;
        self.note(tx, AuditAction::TagSet, ("", &row.name), before, Some(text(&row)?)).await?;
        let mut request = planned.waiting.clone();
        if let Some((before, after)) = planned.asked {
            request = Some(self.request_acts(tx, caller, &row, (before, after)).await?);
        }
        Ok(TagSaved { id: row.id, request })
    }

    async fn request_acts(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        row: &TagRow,
        (before, after): (TagActs, TagActs),
    ) -> Result<String, Problem> {
        let held = |acts| serde_json::to_string(&HeldTag { name: row.name.clone(), acts }).map_err(|error| from_json(&error));
        let (before, after) = (held(before)?, held(after)?);
        let asked =
            Held { kind: RequestKind::Tag, object_id: &row.id, before: (before.clone(), Vec::new()), after: (after.clone(), Vec::new()) };
        let request = self.write_request(tx, caller, asked).await.map_err(|error| match error {
            StoreError::Taken => waits(&row.name),
            other => Problem::from(other),
        })?;
        self.note(tx, AuditAction::TagRequested, ("", &row.name), Some(before), Some(after)).await?;
        Ok(request)
    }

    /// Deletes a tag, and takes it off all assets.
    ///
    /// # Errors
    /// Where it masks, a request about it is open, or the caller may not define it.
    pub async fn delete_tag(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        let row = self.tag_row(id).await?;
        self.refuse_end(caller, &row).await?;
        if row.masks != 0 {
            let detail = format!("The tag {} masks values. Turn masking off first: two people approve that.", row.name);
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let mut tx = self.write(caller).await?;
        let targets = self.store.assets_with_tag(id, "").await?;
        let ids: Vec<String> = targets.iter().map(|target| target.id.clone()).collect();
        tx.delete_asset_tags(id, &ids).await?;
        let gone: Vec<_> = ids.into_iter().map(|asset| (asset, vec![row.name.clone()], Vec::new())).collect();
        tx.note_tags(&gone, ValueOrigin::Person).await?;
        tx.delete_tag(id, row.edit).await?;
        self.note(&mut tx, AuditAction::TagDeleted, ("", &row.name), Some(text(&row)?), None).await?;
        self.commit(tx).await
    }

    /// The refusal of the end of a tag: by somebody who may not define it, or while a request about it is open.
    pub(super) async fn refuse_end(&self, caller: &Caller, row: &TagRow) -> Result<Vec<String>, Problem> {
        let used_in = self.refuse_definition(caller, Some(row), &self.setters().await?).await?;
        let is_removed = self.waiting_removals().await?.keys().any(|(_, tag)| *tag == row.id);
        if is_removed || self.open_change(RequestKind::Tag, &row.id).await?.is_some() {
            return Err(waits(&row.name));
        }
        Ok(used_in)
    }
}

fn new_row(id: String) -> TagRow {
    TagRow {
        id,
        vocabulary: None,
        name: String::new(),
        name_key: String::new(),
        colour: String::new(),
        meaning: String::new(),
        flows: 0,
        masks: 0,
        edit: 1,
        updated_by: String::new(),
        updated_at: 0,
    }
}

fn text(row: &TagRow) -> Result<String, Problem> {
    serde_json::to_string(&row.definition()?).map_err(|error| from_json(&error))
}

fn waits(tag: &str) -> Problem {
    let detail = format!("A change of tag {tag} is in review. Wait for the decision, or withdraw the request in the inbox.");
    Problem::new(ErrorCode::Conflict, detail)
}
