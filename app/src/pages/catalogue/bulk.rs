//! Tags on many assets at once: which assets, which tags, what would change, and the way back. What is chosen stands in the address, so
//! that the preview works without a script.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{TaggingCounts, TaggingDone, TaggingLine, TaggingPreview, TaggingView, UndoDone};

use super::api_tagging::{TagAssets, UndoTagging, bulk_tagging};
use super::bulk_form::choice;
use super::bulk_query::BulkQuery;
use super::shown::BulkShown;
use crate::navigation::CATALOGUE;
use crate::ui::{
    ActionForm, Callout, FormAction, FormProblem, FormToken, Icon, Load, PageHead, PageName, Time, Tone, address_memo, done, loaded,
    no_access,
};
use crate::words::words;

#[component]
pub(crate) fn BulkPage() -> impl IntoView {
    let address = use_query_map();
    let query = address_memo(move |_| address.with(BulkQuery::of));
    let (tag, undo) = (FormAction::<TagAssets>::new(), FormAction::<UndoTagging>::new());
    let (tagged, undone) = (done(tag), done(undo));
    let shown = loaded(move || (query.get(), tagged.get(), undone.get()), |(query, ..)| bulk_tagging(query));
    let say = &words().catalogue_bulk;
    view! {
        <PageName name=say.title/>
        <Load resource=shown page=true view=move |shown| {
            if shown.domains.is_empty() && shown.tags.is_empty() {
                return no_access(say.only_builders);
            }
            page(&query.get_untracked(), shown, (tag, undo))
        }/>
    }
    .into_any()
}

fn page(query: &BulkQuery, shown: BulkShown, (tag, undo): (FormAction<TagAssets>, FormAction<UndoTagging>)) -> AnyView {
    let say = &words().catalogue_bulk;
    let preview = shown.preview.clone().map(|preview| previewed(query, preview, tag));
    let made = shown.done.clone();
    view! {
        <PageHead title=say.title lead=say.lead><a class="btn" href=CATALOGUE>{say.back}</a></PageHead>
        <div class="stack-6">
            <FormProblem action=tag/><FormProblem action=undo/>
            {move || tag.answer().and_then(Result::ok).map(|done| told(&done, undo))}
            {move || undo.answer().and_then(Result::ok).map(|undone| told_undone(&undone))}
            {choice(query, &shown)}
            {preview}
            {undoable(made, undo)}
        </div>
    }
    .into_any()
}

fn previewed(query: &BulkQuery, preview: TaggingPreview, tag: FormAction<TagAssets>) -> AnyView {
    let say = &words().catalogue_bulk;
    let changes = preview.counts.changes();
    let asked = serde_json::to_string(query).unwrap_or_default();
    let act = if query.remove { say.remove_tags } else { say.add_tags };
    let apply = (changes > 0).then(|| {
        view! {
            <ActionForm action=tag><FormToken/>
                <input type="hidden" name="query" value=asked/><input type="hidden" name="expect" value=changes.to_string()/>
                <button class="btn btn-primary" type="submit"><Icon name="tag"/>{act}</button>
            </ActionForm>
        }
    });
    view! {
        <section class="card card-pad stack" id="preview">
            <h2>{say.preview}</h2>
            {counts(&preview.counts)}
            {lines(say.refused, preview.refused)}
            {lines(say.already, preview.already)}
            {(changes == 0).then(|| view! { <p class="t-2 s13">{say.no_change}</p> })}
            <div class="row">{apply}</div>
        </section>
    }
    .into_any()
}

/// What is or would be changed, a line for each number that is not 0.
fn counts(counts: &TaggingCounts) -> AnyView {
    let say = &words().catalogue_bulk;
    let all = [
        (counts.assets, say.of_assets),
        (counts.added, say.added),
        (counts.removed, say.removed),
        (counts.held, say.held),
        (counts.already, say.so_already),
        (counts.refused, say.are_refused),
    ];
    let shown = all.into_iter().enumerate().filter(|(index, (count, _))| *index == 0 || *count > 0);
    let shown = shown.map(|(_, (count, text))| view! { <li>{text(count)}</li> });
    view! { <ul class="bullets">{shown.collect_view()}</ul> }.into_any()
}

fn lines(title: &'static str, lines: Vec<TaggingLine>) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let rows = lines.into_iter().map(|line| view! { <li><code>{line.asset}</code>" "{line.tag}": "{line.reason}</li> });
    view! { <details><summary class="s13">{title}</summary><ul class="bullets small t-2 mt-2">{rows.collect_view()}</ul></details> }
        .into_any()
}

/// What was done just now, with the way back.
fn told(done: &TaggingDone, undo: FormAction<UndoTagging>) -> AnyView {
    let say = &words().catalogue_bulk;
    let change = done.change.clone();
    let (counts, refused) = (counts(&done.counts), lines(say.refused, done.refused.clone()));
    let requests = done.requests.iter().map(|id| view! { <li><a href=format!("/inbox/{id}")>{say.open_request}</a></li> }).collect_view();
    view! {
        <Callout tone=Tone::Ok>
            <p><b>{say.done}</b></p>
            {counts}{refused}
            <ul class="bullets">{requests}</ul>
            {change.map(|id| view! { <div class="mt-2">{undo_button(id, undo)}</div> })}
        </Callout>
    }
    .into_any()
}

fn undo_button(id: String, undo: FormAction<UndoTagging>) -> AnyView {
    view! {
        <ActionForm action=undo><FormToken/>
            <input type="hidden" name="id" value=id/>
            <button class="btn btn-sm" type="submit"><Icon name="undo"/>{words().catalogue_bulk.undo}</button>
        </ActionForm>
    }
    .into_any()
}

fn told_undone(undone: &UndoDone) -> AnyView {
    let say = &words().catalogue_bulk;
    let all =
        [(undone.removed, say.undo_removed), (undone.restored, say.undo_restored), (undone.kept, say.undo_kept), (undone.held, say.held)];
    let shown = all.into_iter().filter(|(count, _)| *count > 0).map(|(count, text)| view! { <li>{text(count)}</li> });
    let (shown, kept) = (shown.collect_view(), lines(say.kept, undone.kept_lines.clone()));
    view! {
        <Callout tone=Tone::Ok>
            <p><b>{say.undone}</b></p>
            <ul class="bullets">{shown}</ul>
            {kept}
        </Callout>
    }
    .into_any()
}

/// What can still be undone.
fn undoable(made: Vec<TaggingView>, undo: FormAction<UndoTagging>) -> AnyView {
    let say = &words().catalogue_bulk;
    if made.is_empty() {
        return ().into_any();
    }
    let rows = made.into_iter().map(|change| {
        view! { <li><span class="glyph"><Icon name="tag"/></span><p><b>{(say.changes)(change.changes)}</b>" "<Time at=change.at/></p>{undo_button(change.id, undo)}</li> }
    });
    view! {
        <section class="card clip" id="undo">
            <div class="card-head"><h2>{say.last_changes}</h2></div>
            <ul class="todo">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}
