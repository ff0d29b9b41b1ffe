//! Searches that somebody has saved under a name.

use leptos::prelude::*;
use model::view::{AssetQuery, SavedView};

use super::api::{DeleteView, SaveView};
use crate::navigation::CATALOGUE;
use crate::ui::{ActionForm, ConfirmDialog, FormAction, FormToken, SaveForm, TextField, error_at};
use crate::words::words;

pub(super) fn views(saved: Vec<SavedView>, delete: FormAction<DeleteView>) -> AnyView {
    let say = &words().catalogue;
    if saved.is_empty() {
        return ().into_any();
    }
    let rows = saved.into_iter().map(|saved| {
        let to = format!("{CATALOGUE}{}", saved.query.address());
        let (dialog, title) = (format!("view-{}", saved.id), (say.delete_view_title)(&saved.name));
        view! {
            <li>
                <a href=to data-noscroll="true"><span>{saved.name}</span></a>
                <ActionForm action=delete><FormToken/>
                    <input type="hidden" name="id" value=saved.id/>
                    <ConfirmDialog id=dialog act=say.delete_view title effects=vec![say.delete_view_effect.to_owned()] class="btn btn-quiet btn-sm"/>
                </ActionForm>
            </li>
        }
    });
    view! { <section class="facet" id="saved-views"><h2>{say.saved_views}</h2><ul>{rows.collect_view()}</ul></section> }.into_any()
}

pub(super) fn save_form(query: &AssetQuery, save: FormAction<SaveView>) -> AnyView {
    let say = &words().catalogue;
    // The page is no part of what is searched for.
    let asked = serde_json::to_string(&query.at_page(0)).unwrap_or_default();
    view! {
        <details class="edit mb-3" id="save-view">
            <summary class="small">{say.save_view}</summary>
            <div class="mt-2"><SaveForm action=save save=say.save_view saved=say.view_saved class="btn btn-sm">
                <input type="hidden" name="query" value=asked/>
                <TextField id="view-name" label=say.view_name help=say.view_name_help name="name" required=true error=error_at(save, &["name"])/>
            </SaveForm></div>
        </details>
    }
    .into_any()
}
