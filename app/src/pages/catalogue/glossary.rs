//! The glossary: what words of the business mean, by which other names they go, and which columns hold them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Action;
use model::catalogue::AssetPath;
use model::view::{TermPage, TermView};

use super::api_tagging::MapTerm;
use super::api_terms::{DeleteTerm, MapColumns, SetTerm, term, terms};
use super::frame::{GLOSSARY, pages};
use super::term_form::{column_form, term_form};
use crate::asset_address::{asset_address, asset_title};
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Icon, Load, PageHead, PageName, Prose, address_memo, confirms,
    done, grouped, loaded,
};
use crate::words::words;

/// What the page does.
#[derive(Clone, Copy)]
struct Acts {
    set: FormAction<SetTerm>,
    delete: FormAction<DeleteTerm>,
    map: FormAction<MapColumns>,
    unmap: FormAction<MapTerm>,
}

#[component]
pub(crate) fn GlossaryPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let acts = Acts { set: FormAction::new(), delete: FormAction::new(), map: FormAction::new(), unmap: FormAction::new() };
    let dones = [done(acts.set), done(acts.delete), done(acts.map), done(acts.unmap)];
    let say = &words().catalogue_terms;
    confirms(dones[1], say.deleted);
    let query = use_query_map();
    let asked = address_memo(move |_| query.with(|query| query.get("term").unwrap_or_default()));
    let shown = loaded(move || dones.map(|done| done.get()), |_| terms());
    let opened = loaded(move || (asked.get(), dones.map(|done| done.get())), |(id, _)| term(id));
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {pages(GLOSSARY)}
        <div class="stack-6">
            <FormProblem action=acts.delete/><FormProblem action=acts.unmap/>
            <Load resource=opened view=move |page| page.map(|page| one(&page, acts))/>
            <Load resource=shown page=true view=list/>
            // The form of the term that is open stands with it.
            {move || asked.get().is_empty().then(|| view! {
                <Load resource=me view=move |me| {
                    let domains = me.domains_where(Action::EditCatalogue);
                    (!domains.is_empty()).then(|| term_form(None, &domains, acts.set))
                }/>
            })}
        </div>
    }
    .into_any()
}

fn list(terms: Vec<TermView>) -> AnyView {
    let say = &words().catalogue_terms;
    let count = terms.len();
    let body = if terms.is_empty() {
        view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
    } else {
        let rows = terms.into_iter().map(row).collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table table-cards">
                <thead><tr><th>{say.term}</th><th>{say.domain}</th><th>{say.synonyms}</th><th class="num">{say.columns}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="terms"><div class="card-head"><h2>{say.terms}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn row(of: TermView) -> AnyView {
    let say = &words().catalogue_terms;
    let to = format!("{GLOSSARY}?term={}", of.id);
    let synonyms = of.term.synonyms.join(", ");
    let has_synonyms = (!synonyms.is_empty()).then_some(say.synonyms);
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell" href=to>{of.term.name}</a></td>
            <td class="fit t-2" data-label=say.domain>{of.domain}</td>
            <td class="t-2" data-label=has_synonyms>{synonyms}</td>
            <td class="num" data-label=say.columns>{grouped(i64::try_from(of.columns).unwrap_or(i64::MAX))}</td>
        </tr>
    }
    .into_any()
}

/// A term with what it means and the columns that hold it.
fn one(page: &TermPage, acts: Acts) -> AnyView {
    let say = &words().catalogue_terms;
    let of = &page.view;
    let meaning = if page.definition_html.is_empty() {
        view! { <p class="t-2 s13">{say.no_definition}</p> }.into_any()
    } else {
        view! { <Prose html=page.definition_html.clone()/> }.into_any()
    };
    let synonyms = (!of.term.synonyms.is_empty()).then(|| (say.also_called)(&of.term.synonyms.join(", ")));
    let columns = page.columns.iter().map(|column| column_row(column, of, acts.unmap)).collect_view();
    let none = page.columns.is_empty().then(|| view! { <p class="card-pad t-2 s13">{say.no_columns}</p> });
    let edit = of.may_edit.then(|| {
        view! { {column_form(&of.id, acts.map)}{term_form(Some(of), std::slice::from_ref(&of.domain), acts.set)}{deletion(of, acts.delete)} }
    });
    view! {
        <section class="card card-pad stack-2" id="term">
            <div class="between"><h2>{of.term.name.clone()}</h2><span class="small t-3">{of.domain.clone()}</span></div>
            {meaning}
            {synonyms.map(|text| view! { <p class="s13 t-2">{text}</p> })}
        </section>
        <section class="card clip" id="term-columns">
            <div class="card-head"><h2>{say.columns}</h2><span class="count">{page.columns.len()}</span></div>
            {none}<ul class="todo">{columns}</ul>
        </section>
        {edit}
    }
    .into_any()
}

fn column_row(column: &AssetPath, of: &TermView, unmap: FormAction<MapTerm>) -> AnyView {
    let say = &words().catalogue_terms;
    let title = asset_title(column);
    let (path, id, label) = (column.to_string(), of.id.clone(), (say.unmap)(&title));
    let act = of.may_edit.then(|| {
        view! {
            <ActionForm action=unmap><FormToken/>
                <input type="hidden" name="path" value=path/><input type="hidden" name="term" value=id/><input type="hidden" name="remove" value="true"/>
                <button class="btn btn-quiet btn-icon btn-sm" type="submit" aria-label=label><Icon name="x"/></button>
            </ActionForm>
        }
    });
    view! { <li><span class="glyph"><Icon name="column"/></span><p><a href=asset_address(column)>{title}</a></p><span>{act}</span></li> }
        .into_any()
}

fn deletion(of: &TermView, delete: FormAction<DeleteTerm>) -> AnyView {
    let say = &words().catalogue_terms;
    let effects = vec![(say.delete_effect)(of.columns), say.delete_undo.to_owned()];
    let (id, title) = (of.id.clone(), (say.delete_title)(&of.term.name));
    view! {
        <ActionForm action=delete><FormToken/>
            <input type="hidden" name="id" value=id/>
            <ConfirmDialog id="delete-term" act=say.delete title effects class="btn btn-bad"/>
        </ActionForm>
    }
    .into_any()
}
