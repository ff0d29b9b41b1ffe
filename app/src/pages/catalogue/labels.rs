//! The tags and terms of an asset: its own, and those that flow to it; added and removed in place.

use leptos::prelude::*;
use model::redirect::query_value;
use model::view::{AssetTermView, EffectiveTagView};

use super::api_tagging::{MapTerm, asset_labels};
use super::frame::GLOSSARY;
use super::shared::Shared;
use super::shown::LabelsShown;
use super::tab::AssetTab;
use super::values::origin_note;
use crate::asset_address::{asset_address, asset_title};
use crate::navigation::CATALOGUE;
use crate::ui::{ActionForm, FormAction, FormProblem, FormToken, Icon, Load, Loaded, done, loaded};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct Labels {
    shared: Shared,
    map: FormAction<MapTerm>,
    shown: Loaded<Option<LabelsShown>>,
}

impl Labels {
    pub(super) fn new(shared: Shared) -> Self {
        let map = FormAction::<MapTerm>::new();
        let acts = [done(shared.tag), done(map)];
        let path = move || shared.at.with(|at| at.shows(AssetTab::Overview)).map(|at| at.path);
        let shown = loaded(
            move || (path(), acts.map(|act| act.get())),
            |(path, _)| async move {
                match path {
                    Some(path) => asset_labels(path).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { shared, map, shown }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, map, shown } = self;
        view! { <Load resource=shown view=move |shown| shown.map(|shown| card(shown, shared, map))/> }.into_any()
    }
}

fn card(shown: LabelsShown, shared: Shared, map: FormAction<MapTerm>) -> AnyView {
    let say = &words().catalogue_asset;
    let LabelsShown { labels, tags, terms, may_map } = shown;
    let path = shared.at.with_untracked(|at| at.path.clone());
    let none = (labels.tags.is_empty() && labels.terms.is_empty()).then(|| view! { <p class="t-2 s13">{say.no_tags}</p> });
    let masked = labels.masked.then(|| view! { <p class="row s13 t-2"><Icon name="eye-off"/><span>{say.masked}</span></p> });
    let of_tags = labels.tags.into_iter().map(|tag| tag_row(tag, &path, shared)).collect_view();
    let of_terms = labels.terms.into_iter().map(|term| term_row(term, &path, may_map.then_some(map))).collect_view();
    let add_tag = (!tags.is_empty()).then(|| adder((shared.tag, "tag", "add-tag"), (say.tag, say.add_tag), tags, &path));
    let add_term = (!terms.is_empty()).then(|| adder((map, "term", "add-term"), (say.term, say.map_term), terms, &path));
    view! {
        <section class="card card-pad stack" id="labels">
            <h2>{say.tags_and_terms}</h2>
            <FormProblem action=shared.tag/><FormProblem action=map/>
            {none}{masked}
            <ul class="labels">{of_tags}{of_terms}</ul>
            <div class="row">{add_tag}{add_term}</div>
        </section>
    }
    .into_any()
}

fn tag_row(tag: EffectiveTagView, path: &str, shared: Shared) -> AnyView {
    let say = &words().catalogue_asset;
    let class = format!("tag tag-{}", tag.colour);
    let to = format!("{CATALOGUE}?tag={}", query_value(&tag.name));
    let from = tag.from.as_ref().map(|from| view! { <a href=asset_address(from)>{asset_title(from)}</a> });
    let note = match (tag.flowed, from) {
        (true, Some(from)) => view! { <span class="small t-3">{say.flows_from}{from}</span> }.into_any(),
        (true, None) => view! { <span class="small t-3">{say.flows_here}</span> }.into_any(),
        (false, _) => {
            view! { <span class="small t-3">{origin_note(tag.origin).map_or_else(|| (say.set_by)(&tag.by), str::to_owned)}</span> }
                .into_any()
        }
    };
    let waits = tag.removal.is_some().then(|| view! { <span class="badge badge-info">{say.removal_waits}</span> });
    let label = (say.remove_tag)(&tag.name);
    let (id, path) = (tag.id, path.to_owned());
    let remove = tag.may_remove.then(|| {
        view! {
            <ActionForm action=shared.tag><FormToken/>
                <input type="hidden" name="path" value=path/><input type="hidden" name="tag" value=id/><input type="hidden" name="remove" value="true"/>
                <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label=label><Icon name="x"/></button>
            </ActionForm>
        }
    });
    view! { <li class="row"><a class=class href=to>{tag.name}</a>{note}{waits}{remove}</li> }.into_any()
}

fn term_row(term: AssetTermView, path: &str, map: Option<FormAction<MapTerm>>) -> AnyView {
    let say = &words().catalogue_asset;
    let to = format!("{GLOSSARY}?term={}", query_value(&term.id));
    let label = (say.unmap_term)(&term.name);
    let (id, path) = (term.id, path.to_owned());
    let remove = map.map(|map| {
        view! {
            <ActionForm action=map><FormToken/>
                <input type="hidden" name="path" value=path/><input type="hidden" name="term" value=id/><input type="hidden" name="remove" value="true"/>
                <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label=label><Icon name="x"/></button>
            </ActionForm>
        }
    });
    view! {
        <li class="row"><Icon name="book"/><a href=to>{term.name}</a><span class="small t-3">{(say.term_of)(&term.domain)}</span>{remove}</li>
    }
    .into_any()
}

/// A list to choose from, and the button that adds what is chosen.
fn adder<S: 'static>(
    (action, name, id): (FormAction<S>, &'static str, &'static str),
    (label, act): (&'static str, &'static str),
    choices: Vec<(String, String)>,
    path: &str,
) -> AnyView {
    let options = choices.into_iter().map(|(value, name)| view! { <option value=value>{name}</option> }).collect_view();
    let path = path.to_owned();
    view! {
        <ActionForm action=action><FormToken/>
            <div class="row nowrap">
                <input type="hidden" name="path" value=path/>
                <select class="select input-sm auto" id=id name=name aria-label=label>{options}</select>
                <button class="btn btn-sm" type="submit">{act}</button>
            </div>
        </ActionForm>
    }
    .into_any()
}
