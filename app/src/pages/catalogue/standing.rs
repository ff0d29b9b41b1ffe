//! Whether an asset can be relied on: certify it, deprecate it, or make it a draft again.

use leptos::prelude::*;
use model::catalogue::AssetStatus;
use model::view::AssetPage;

use super::api_asset::SetAssetStatus;
use super::at::At;
use super::tab::AssetTab;
use crate::ui::{ActionForm, FormAction, FormToken, Icon, PickField, error_at};
use crate::words::words;

pub(super) fn standing(asset: &AssetPage, successors: Vec<(String, String)>, set: FormAction<SetAssetStatus>) -> AnyView {
    let say = &words().catalogue_asset;
    let status = asset.summary.status;
    let certify = (status != AssetStatus::Certified).then(|| to(asset, AssetStatus::Certified, say.certify, set));
    let again = (status != AssetStatus::Draft).then(|| to(asset, AssetStatus::Draft, say.make_draft, set));
    view! {
        <section class="card card-pad stack" id="standing">
            <h2>{say.status}</h2>
            <p class="t-2 s13">{said_of(status)}</p>
            <div class="row">{certify}{again}</div>
            {deprecate(asset, successors, set)}
        </section>
    }
    .into_any()
}

fn said_of(status: AssetStatus) -> &'static str {
    let say = &words().catalogue_asset;
    match status {
        AssetStatus::Draft => say.is_draft,
        AssetStatus::Certified => say.is_certified,
        AssetStatus::Deprecated => say.is_deprecated,
    }
}

/// A button that gives an asset a status.
fn to(asset: &AssetPage, status: AssetStatus, act: &'static str, set: FormAction<SetAssetStatus>) -> AnyView {
    let (path, edit) = (asset.summary.path.to_string(), asset.edit.to_string());
    view! {
        <ActionForm action=set><FormToken/>
            <input type="hidden" name="path" value=path/><input type="hidden" name="edit" value=edit/>
            <input type="hidden" name="status" value=status.key()/>
            <button class="btn btn-sm" type="submit"><Icon name=if status == AssetStatus::Certified { "shield" } else { "undo" }/>{act}</button>
        </ActionForm>
    }
    .into_any()
}

/// Whoever deprecates sees who uses it, and names what to use instead.
fn deprecate(asset: &AssetPage, successors: Vec<(String, String)>, set: FormAction<SetAssetStatus>) -> AnyView {
    let say = &words().catalogue_asset;
    if asset.summary.status == AssetStatus::Deprecated {
        return ().into_any();
    }
    let (path, edit) = (asset.summary.path.to_string(), asset.edit.to_string());
    let impact = At::address(&asset.summary.path, AssetTab::Lineage);
    view! {
        <details class="edit" id="deprecate">
            <summary class="btn btn-sm">{say.deprecate}</summary>
            <div class="mt-4"><ActionForm action=set><FormToken/>
                <div class="stack">
                    <p class="t-2 s13">{say.deprecate_effect}<a href=impact>{say.see_impact}</a></p>
                    <input type="hidden" name="path" value=path/><input type="hidden" name="edit" value=edit/>
                    <input type="hidden" name="status" value=AssetStatus::Deprecated.key()/>
                    <PickField id="successor" label=say.successor note=say.optional help=say.successor_help name="successor" choices=successors error=error_at(set, &["successor"])/>
                    <div class="row"><button class="btn btn-bad" type="submit">{say.deprecate}</button></div>
                </div>
            </ActionForm></div>
        </details>
    }
    .into_any()
}
