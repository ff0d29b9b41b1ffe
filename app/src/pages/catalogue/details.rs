//! The form of what people answer for: owner, steward, tier and links.

use leptos::prelude::*;
use model::catalogue::{AssetField, AssetLink, Tier, ValueOrigin};
use model::view::AssetPage;

use super::marks::tier_name;
use super::meanwhile::{meanwhile, seen_edit};
use super::shared::Shared;
use crate::ui::{Callout, Field, SaveForm, SelectField, TextArea, TextField, Tone, error_at};
use crate::words::words;

/// Links as they stand in their field: one in each line, its title before its address.
pub(super) fn links_text(links: &[AssetLink]) -> String {
    links.iter().map(|link| format!("{} {}", link.title, link.url)).collect::<Vec<_>>().join("\n")
}

pub(super) fn details(asset: &AssetPage, shared: Shared) -> AnyView {
    let say = &words().catalogue_asset;
    let set = shared.set;
    // What a person has said. What a rule or the source says would become a person's word by being sent.
    let said = |field: AssetField| {
        let by_person = asset.values.iter().find(|value| value.field == field && value.origin == ValueOrigin::Person);
        by_person.map(|value| value.value.clone()).unwrap_or_default()
    };
    let tiers = Tier::ALL.map(|tier| (tier.key().to_owned(), tier_name(tier).to_owned()));
    let tiers = std::iter::once((String::new(), say.no_tier.to_owned())).chain(tiers).collect();
    let (path, links) = (asset.summary.path.to_string(), links_text(&asset.links));
    let theirs = meanwhile(set, shared.at);
    let edit = seen_edit(asset.edit, theirs);
    let (owner, steward, tier) = (said(AssetField::Owner), said(AssetField::Steward), said(AssetField::Tier));
    view! {
        <section class="card card-pad">
            <details class="edit" id="edit-details">
                <summary class="btn btn-sm">{say.edit_details}</summary>
                <div class="mt-4 stack">{move || theirs.get().map(|theirs| others_values(&theirs))}<SaveForm action=set save=say.save_details saved=say.details_saved>
                    <input type="hidden" name="path" value=path/><input type="hidden" name="edit" value=move || edit.get()/>
                    <TextField id="owner" label=say.owner help=say.owner_help name="owner" value=owner error=error_at(set, &["owner"])/>
                    <TextField id="steward" label=say.steward help=say.steward_help name="steward" value=steward error=error_at(set, &["steward"])/>
                    <SelectField id="tier" label=say.tier name="tier" choices=tiers value=tier error=error_at(set, &["tier"])/>
                    <Field id="links" label=say.links note=say.optional help=say.links_help error=error_at(set, &["links"])>
                        <TextArea class="textarea" id="links" name="links" rows=3 text=links/>
                    </Field>
                </SaveForm></div>
            </details>
        </section>
    }
    .into_any()
}

/// What somebody else has saved meanwhile; what was typed stands in the fields.
fn others_values(theirs: &AssetPage) -> AnyView {
    let say = &words().catalogue_asset;
    let values = [
        (say.owner, theirs.summary.owner.clone()),
        (say.steward, theirs.summary.steward.clone()),
        (say.tier, theirs.summary.tier.map(|tier| tier.key().to_owned())),
        (say.links, Some(links_text(&theirs.links)).filter(|links| !links.is_empty())),
    ];
    let rows = values.into_iter().filter_map(|(name, value)| Some(view! { <dt>{name}</dt><dd class="kept-lines">{value?}</dd> }));
    let rows = rows.collect_view();
    view! {
        <Callout tone=Tone::Warn><p><b>{say.details_meanwhile}</b>{say.details_kept}</p><dl class="kv mt-2">{rows}</dl></Callout>
    }
    .into_any()
}
