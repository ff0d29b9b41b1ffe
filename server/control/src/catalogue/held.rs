//! Changes of what is masked: held back until two people have approved them, and put in force then.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::catalogue::{HeldAsset, HeldRemoval, HeldTag, ValueOrigin};
use model::view::{HeldChange, RequestKind, SettingChange};
use model::{Action, Problem};
use store::{HeldChangeRow, StoreError, Tx};

use crate::failure::{from_json, stored};
use crate::review::{Held, changed_since};
use crate::{Caller, Control};

/// Assets that a request shows.
const SHOWN: usize = 500;

impl Control {
    /// What a request changes of what a tag does, and the assets that carry it.
    pub(crate) async fn tag_change(
        &self,
        caller: &Caller,
        tag: &str,
        (before, held): (&HeldTag, &HeldChangeRow),
    ) -> Result<HeldChange, Problem> {
        let after: HeldTag = stored(&held.definition, &format!("the request {}", held.request_id))?;
        let word = |is: bool| if is { "Yes" } else { "No" };
        let change = |label: &str, before: bool, after: bool| {
            (before != after).then(|| SettingChange { label: label.into(), before: word(before).into(), after: word(after).into() })
        };
        let changes = [
            change("Values are masked", before.acts.masks, after.acts.masks),
            change("Flows along the lineage", before.acts.flows, after.acts.flows),
        ];
        let mut targets = self.store.assets_with_tag(tag, "").await?;
        targets.retain(|target| caller.can(Action::See, &target.domain));
        let assets = targets.into_iter().take(SHOWN).map(|target| target.path).collect();
        let changes = changes.into_iter().flatten().collect();
        Ok(HeldChange { changes, secrets: Vec::new(), apis: Vec::new(), datasets: Vec::new(), assets })
    }

    /// What a request takes a tag off. Whoever sees the request sees the domain.
    pub(crate) fn removal_change(&self, _: &Caller, removal: &HeldRemoval) -> HeldChange {
        let change = SettingChange { label: "Tag".into(), before: removal.name.clone(), after: String::new() };
        let assets = removal.assets.iter().take(SHOWN).map(|asset| asset.path.clone()).collect();
        HeldChange { changes: vec![change], secrets: Vec::new(), apis: Vec::new(), datasets: Vec::new(), assets }
    }

    /// Puts in force what two people have approved of a tag.
    ///
    /// # Errors
    /// Where the tag does something else by now than when that was asked for.
    pub(crate) async fn put_tag_acts(&self, tx: &mut Tx, tag: &str, (before, held): (&HeldTag, &HeldChangeRow)) -> Result<(), Problem> {
        let after: HeldTag = stored(&held.definition, &format!("the request {}", held.request_id))?;
        tx.set_tag_acts(tag, before.acts, after.acts).await.map_err(|error| match error {
            StoreError::Stale => changed_since(&format!("The settings of tag {}", before.name)),
            other => Problem::from(other),
        })
    }

    /// Takes a tag off the assets that two people have approved. Those that do not carry it any more stay as they are.
    pub(crate) async fn put_removal(&self, tx: &mut Tx, removal: &HeldRemoval) -> Result<(), Problem> {
        let ids: Vec<String> = removal.assets.iter().map(|asset| asset.id.clone()).collect();
        let carried = self.store.asset_tags(&ids, std::slice::from_ref(&removal.tag)).await?;
        tx.delete_asset_tags(&removal.tag, &ids).await?;
        let gone: Vec<_> = carried.into_iter().map(|row| (row.asset_id, vec![removal.name.clone()], Vec::new())).collect();
        tx.note_tags(&gone, ValueOrigin::Person).await?;
        Ok(())
    }

    /// Asks for the removal of masking tags, with one request for each tag and domain; gives the ids of the requests.
    pub(super) async fn request_removals(&self, tx: &mut Tx, caller: &Caller, removals: Vec<HeldRemoval>) -> Result<Vec<String>, Problem> {
        let mut requests = Vec::new();
        for removal in removals {
            let text = |removal: &HeldRemoval| serde_json::to_string(removal).map_err(|error| from_json(&error));
            let before = text(&removal)?;
            let after = text(&HeldRemoval { assets: Vec::new(), ..removal.clone() })?;
            let held = Held {
                kind: RequestKind::Untag,
                // Several may wait for the same tag.
                object_id: &self.host.id(),
                before: (before.clone(), Vec::new()),
                after: (after.clone(), Vec::new()),
            };
            requests.push(self.write_request(tx, caller, held).await?);
            self.note(tx, AuditAction::TagRequested, (&removal.domain, &removal.name), Some(before), Some(after)).await?;
        }
        Ok(requests)
    }

    /// The removals that wait, by the ids of the asset and the tag: their requests.
    pub(super) async fn waiting_removals(&self) -> Result<BTreeMap<(String, String), String>, Problem> {
        let mut waiting = BTreeMap::new();
        for request in self.store.open_requests(RequestKind::Untag.key()).await? {
            let Some(held) = self.store.held_change(&request.id).await? else { continue };
            let removal: HeldRemoval = stored(&held.before_definition, &format!("the request {}", request.id))?;
            waiting.extend(removal.assets.into_iter().map(|asset| ((asset.id, removal.tag.clone()), request.id.clone())));
        }
        Ok(waiting)
    }
}

/// Removals of tags from assets, gathered by tag and domain.
#[derive(Default)]
pub(super) struct Removals(BTreeMap<(String, String), HeldRemoval>);

impl Removals {
    pub(super) fn add(&mut self, (tag, name): (&str, &str), domain: &str, asset: HeldAsset) {
        let key = (tag.to_owned(), domain.to_owned());
        let (tag, name, domain) = (tag.to_owned(), name.to_owned(), domain.to_owned());
        let removal = self.0.entry(key).or_insert(HeldRemoval { tag, name, domain, assets: Vec::new() });
        removal.assets.push(asset);
    }

    pub(super) fn into_list(self) -> Vec<HeldRemoval> {
        self.0.into_values().collect()
    }
}
