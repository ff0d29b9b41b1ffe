//! Tags and the vocabularies that govern them: what they mean, what they do, and how many assets carry them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Action;
use model::redirect::query_value;
use model::view::{MergePreview, TagView};

use super::api_tags::{DeleteTag, SetTag, preview_merge, tags};
use super::frame::{TAGS, pages};
use super::shown::TagsShown;
use super::tag_acts::Acts;
use super::tag_form::tag_form;
use super::tag_merge::merge;
use super::vocabularies::vocabularies;
use crate::navigation::CATALOGUE;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, PageHead, PageName, Tone, address_memo, confirms,
    done, grouped, loaded,
};
use crate::words::words;

/// What the address names: the tag that is changed, the one that it is merged into, and the vocabulary that is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    change: String,
    into: String,
    vocabulary: String,
}

#[component]
pub(crate) fn TagsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let acts = Acts {
        set: FormAction::new(),
        delete: FormAction::new(),
        merge: FormAction::new(),
        set_vocabulary: FormAction::new(),
        delete_vocabulary: FormAction::new(),
    };
    let dones = [done(acts.set), done(acts.delete), done(acts.merge), done(acts.set_vocabulary), done(acts.delete_vocabulary)];
    let say = &words().catalogue_tags;
    confirms(dones[1], say.deleted);
    confirms(dones[2], say.merged);
    confirms(dones[4], say.vocabulary_deleted);
    let query = use_query_map();
    let asked = address_memo(move |_| {
        let text = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        Asked { change: text("change"), into: text("into"), vocabulary: text("vocabulary") }
    });
    let shown = loaded(move || (dones.map(|done| done.get()), asked.get()), |_| tags());
    let merging = loaded(move || asked.with(|asked| (asked.change.clone(), asked.into.clone())), |(id, into)| preview_merge(id, into));
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {pages(TAGS)}
        <Load resource=shown page=true view=move |shown| view! {
            <Load resource=merging view=move |merging| {
                let shown = shown.clone();
                view! {
                    <Load resource=me view=move |me| {
                        let may = (me.is_admin || !me.domains_where(Action::EditCatalogue).is_empty(), me.is_admin);
                        page(&shown, &asked.get_untracked(), merging.clone(), may, acts)
                    }/>
                }
            }/>
        }/>
    }
    .into_any()
}

fn page(shown: &TagsShown, asked: &Asked, merging: Option<MergePreview>, (may_make, is_admin): (bool, bool), acts: Acts) -> AnyView {
    let changed = shown.tags.iter().find(|tag| tag.id == asked.change && tag.may_edit);
    let of_vocabulary = shown.vocabularies.iter().find(|known| known.name == asked.vocabulary);
    let form = (may_make || changed.is_some()).then(|| tag_form(&shown.vocabularies, changed, acts.set));
    let merge = changed.map(|tag| merge(tag, &shown.tags, merging, acts.merge));
    view! {
        <div class="stack-6">
            <FormProblem action=acts.delete/><FormProblem action=acts.delete_vocabulary/>
            {waiting(acts.set)}
            {list(&shown.tags, acts.delete)}
            {form}
            {merge}
            {vocabularies(&shown.vocabularies, of_vocabulary, is_admin, acts)}
        </div>
    }
    .into_any()
}

/// What two people must approve before a tag that was saved just now does it.
fn waiting(set: FormAction<SetTag>) -> impl IntoView {
    let say = &words().catalogue_tags;
    move || {
        let request = set.answer().and_then(Result::ok).and_then(|saved| saved.request)?;
        Some(view! {
            <Callout tone=Tone::Warn><p><b>{say.two_approvals}</b><a href=format!("/inbox/{request}")>{say.open_request}</a></p></Callout>
        })
    }
}

fn list(tags: &[TagView], delete: FormAction<DeleteTag>) -> AnyView {
    let say = &words().catalogue_tags;
    let count = tags.len();
    let body = if tags.is_empty() {
        view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
    } else {
        let rows = tags.iter().map(|tag| row(tag, delete)).collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table table-cards">
                <thead><tr><th>{say.tag}</th><th>{say.vocabulary}</th><th>{say.meaning}</th><th>{say.effect}</th><th class="num">{say.assets}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="tags"><div class="card-head"><h2>{say.title}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn row(of: &TagView, delete: FormAction<DeleteTag>) -> AnyView {
    let say = &words().catalogue_tags;
    let (class, name) = (format!("tag tag-{}", of.tag.colour.key()), of.tag.name.clone());
    let to = format!("{CATALOGUE}?tag={}", query_value(&name));
    let vocabulary = of.tag.vocabulary.clone().unwrap_or_else(|| say.free.to_owned());
    let has_meaning = (!of.tag.meaning.is_empty()).then_some(say.meaning);
    let acts = of.tag.acts();
    let has_effect = (acts.flows || acts.masks || of.waiting.is_some()).then_some(say.effect);
    let waits = of.waiting.as_ref().map(|waiting| {
        view! { <a class="badge badge-info" href=format!("/inbox/{}", waiting.request)>{(say.approved_by)(waiting.approvals.len())}</a> }
    });
    let buttons = of.may_edit.then(|| buttons(of, delete));
    view! {
        <tr>
            <td class="lead-cell"><a class=class href=to>{name}</a></td>
            <td class="fit t-2" data-label=say.vocabulary>{vocabulary}</td>
            <td class="t-2" data-label=has_meaning>{of.tag.meaning.clone()}</td>
            <td data-label=has_effect><span class="row">
                {acts.masks.then(|| view! { <span class="badge">{say.masks}</span> })}
                {acts.flows.then(|| view! { <span class="badge">{say.flows}</span> })}{waits}
            </span></td>
            <td class="num" data-label=say.assets>{grouped(i64::try_from(of.assets).unwrap_or(i64::MAX))}</td>
            <td class="fit">{buttons}</td>
        </tr>
    }
    .into_any()
}

fn buttons(of: &TagView, delete: FormAction<DeleteTag>) -> AnyView {
    let say = &words().catalogue_tags;
    let (title, dialog) = ((say.delete_title)(&of.tag.name), format!("tag-{}", of.id));
    let effects = vec![(say.delete_effect)(of.assets), say.delete_undo.to_owned()];
    let (id, change) = (of.id.clone(), format!("{TAGS}?change={}#tag-form", of.id));
    view! {
        <div class="row nowrap">
            <a class="btn btn-sm" href=change>{say.change}</a>
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="id" value=id/>
                <ConfirmDialog id=dialog act=say.delete title effects/>
            </ActionForm>
        </div>
    }
    .into_any()
}
