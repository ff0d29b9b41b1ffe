//! Tags as they are shown: how much each is used, who may change and set it, and what of it waits.

use std::collections::BTreeMap;

use model::catalogue::HeldTag;
use model::view::{RequestKind, TagView, WaitingTag};
use model::{Action, Problem};
use store::TagRow;

use super::rights::SetBy;
use crate::failure::stored;
use crate::{Caller, Control};

impl Control {
    /// All tags, for whoever is signed in. Assets are counted as far as the caller may see them.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn tags(&self, caller: &Caller) -> Result<Vec<TagView>, Problem> {
        let rows = self.store.tags().await?;
        self.tag_views(caller, rows).await
    }

    /// One tag.
    ///
    /// # Errors
    /// Where there is no such tag.
    pub async fn tag(&self, caller: &Caller, id: &str) -> Result<TagView, Problem> {
        let row = self.tag_row(id).await?;
        let views = self.tag_views(caller, vec![row]).await?;
        views.into_iter().next().ok_or_else(|| Problem::not_found("tag"))
    }

    async fn tag_views(&self, caller: &Caller, rows: Vec<TagRow>) -> Result<Vec<TagView>, Problem> {
        let (setters, used) = (self.setters().await?, self.tag_uses().await?);
        let mut waiting = self.waiting_tags().await?;
        let domains = if caller.is_admin() {
            self.store.domains().await?.into_iter().map(|row| row.name).collect()
        } else {
            caller.roles().keys().cloned().collect::<Vec<_>>()
        };
        let of_one = |row: TagRow| -> Result<TagView, Problem> {
            let set_by = SetBy::of(row.vocabulary.as_deref(), &setters)?;
            let none = BTreeMap::new();
            let used: &BTreeMap<String, u64> = used.get(&row.id).unwrap_or(&none);
            let used_in: Vec<String> = used.keys().cloned().collect();
            Ok(TagView {
                tag: row.definition()?,
                assets: used.iter().filter(|(domain, _)| caller.can(Action::See, domain)).map(|(_, count)| count).sum(),
                may_edit: set_by.lets_define(caller, &used_in),
                set_in: domains.iter().filter(|domain| set_by.lets(caller, domain)).cloned().collect(),
                waiting: waiting.remove(&row.id),
                id: row.id,
                edit: row.edit,
                updated_by: row.updated_by,
                updated_at: row.updated_at,
            })
        };
        rows.into_iter().map(of_one).collect()
    }

    /// How many assets carry each tag, by domain.
    async fn tag_uses(&self) -> Result<BTreeMap<String, BTreeMap<String, u64>>, Problem> {
        let mut uses: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for row in self.store.tag_use().await? {
            uses.entry(row.tag_id).or_default().insert(row.domain, u64::try_from(row.assets).unwrap_or_default());
        }
        Ok(uses)
    }

    /// The open requests about what tags do, by the ids of the tags.
    async fn waiting_tags(&self) -> Result<BTreeMap<String, WaitingTag>, Problem> {
        let open = self.store.open_requests(RequestKind::Tag.key()).await?;
        let mut waiting = BTreeMap::new();
        if open.is_empty() {
            return Ok(waiting);
        }
        let users: BTreeMap<String, String> = self.store.users().await?.into_iter().map(|row| (row.id, row.email)).collect();
        for request in open {
            let Some(held) = self.store.held_change(&request.id).await? else { continue };
            let asked: HeldTag = stored(&held.definition, &format!("the request {}", request.id))?;
            let approvals = self.store.approvals_of(&request.id).await?;
            let approvals = approvals.iter().filter_map(|row| users.get(&row.user_id).cloned()).collect();
            waiting.insert(request.object_id, WaitingTag { request: request.id, asked: asked.acts, approvals });
        }
        Ok(waiting)
    }
}
