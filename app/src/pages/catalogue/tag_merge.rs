//! Merging a tag into another one: which one, and what that means, before it is done.

use leptos::prelude::*;
use leptos_router::components::Form;
use model::view::{MergePreview, TagView};

use super::api_tags::MergeTags;
use super::frame::TAGS;
use crate::ui::{ActionForm, ConfirmDialog, FormAction, FormProblem, FormToken, SelectField};
use crate::words::words;

/// The other tag stands in the address, so that the preview works without a script.
pub(super) fn merge(tag: &TagView, tags: &[TagView], preview: Option<MergePreview>, act: FormAction<MergeTags>) -> AnyView {
    let say = &words().catalogue_tags;
    let others: Vec<(String, String)> = tags.iter().filter(|of| of.id != tag.id).map(|of| (of.id.clone(), of.tag.name.clone())).collect();
    if others.is_empty() {
        return ().into_any();
    }
    let id = tag.id.clone();
    let into = preview.as_ref().and_then(|preview| others.iter().find(|(_, name)| *name == preview.into)).map(|(id, _)| id.clone());
    let into = into.unwrap_or_default();
    let merging = preview.map(|preview| merging(&tag.id, into.clone(), &preview, act));
    view! {
        <section class="card card-pad stack" id="tag-merge">
            <h2>{(say.merge_title)(&tag.tag.name)}</h2>
            <p class="t-2 s13">{say.merge_about}</p>
            <FormProblem action=act/>
            <Form method="get" action=TAGS noscroll=true>
                <div class="row">
                    <input type="hidden" name="change" value=id/>
                    <SelectField id="into" label=say.merge_into name="into" choices=others value=into/>
                    <button class="btn" type="submit">{say.show_merge}</button>
                </div>
            </Form>
            {merging}
        </section>
    }
    .into_any()
}

fn merging(id: &str, into: String, preview: &MergePreview, act: FormAction<MergeTags>) -> AnyView {
    let say = &words().catalogue_tags;
    let effects = vec![
        (say.merge_assets)(preview.assets),
        (say.merge_both)(preview.both),
        (say.merge_masked)(preview.masked),
        say.merge_undo.to_owned(),
    ];
    let title = (say.merge_confirm)(&preview.from, &preview.into);
    let lines = effects.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view();
    let (id, expect) = (id.to_owned(), preview.assets.to_string());
    view! {
        <ul class="bullets s13">{lines}</ul>
        <ActionForm action=act><FormToken/>
            <input type="hidden" name="id" value=id/><input type="hidden" name="into" value=into/>
            <input type="hidden" name="expect" value=expect/>
            <ConfirmDialog id="merge-tags" act=say.merge title effects class="btn btn-bad"/>
        </ActionForm>
    }
    .into_any()
}
