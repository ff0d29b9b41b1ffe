//! Business entities: the list, one with its tables and attributes, and the way to an API that gives it.

use leptos::prelude::*;
use model::Action;
use model::catalogue::{AssetPath, BusinessEntity};
use model::view::{EntityView, Me};

use super::api_entities::{DeleteEntity, NewApiOfEntity, entities, entity};
use super::entity_form::entity_form;
use super::frame::{ENTITIES, pages};
use crate::asset_address::asset_address;
use crate::pages::sources::api::sources;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Icon, Load, PageHead, PageName, SaveForm, TextField,
    Tone, api_params, field_error, loaded, no_access,
};
use crate::words::words;

#[component]
pub(crate) fn EntitiesPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().catalogue_entities;
    let list = loaded(|| (), |()| entities());
    view! {
        <PageName name=say.title/>
        <Load resource=me view=move |me| {
            let may = !me.domains_where(Action::EditCatalogue).is_empty();
            view! {
                <PageHead title=say.title lead=say.lead>
                    {may.then(|| view! { <a class="btn btn-primary" href=format!("{ENTITIES}/new")><Icon name="plus"/>{say.create}</a> })}
                </PageHead>
            }
        }/>
        {pages(ENTITIES)}
        <Load resource=list view=table/>
    }
    .into_any()
}

fn table(entities: Vec<EntityView>) -> AnyView {
    let say = &words().catalogue_entities;
    if entities.is_empty() {
        return view! { <div class="card"><Empty title=say.none_title text=say.none_text/></div> }.into_any();
    }
    let rows = entities.into_iter().map(|of| {
        let path = format!("{}/{}", of.domain, of.name);
        let tables = of.entity.tables.iter().map(|table| table.table.path()).collect::<Vec<_>>().join(", ");
        let state = (!of.problems.is_empty()).then(|| view! { <span class="badge badge-warn">{say.broken}</span> });
        view! {
            <tr>
                <td class="lead-cell"><a class="main-cell" href=format!("{ENTITIES}/{path}")>{path.clone()}</a><span class="sub">{of.entity.title}</span></td>
                <td class="t-2" data-label=say.source>{of.entity.source}</td>
                <td class="t-2" data-label=say.tables>{tables}</td>
                <td class="num" data-label=say.attributes>{of.entity.attributes.len()}{state}</td>
            </tr>
        }
    });
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table table-cards">
            <thead><tr><th>{say.entity}</th><th>{say.source}</th><th>{say.tables}</th><th class="num">{say.attributes}</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div></section>
    }
    .into_any()
}

#[component]
pub(crate) fn NewEntityPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().catalogue_entities;
    let all = loaded(|| (), |()| sources());
    view! {
        <PageName name=say.new_title/>
        <Load resource=me view=move |me| {
            let domains = me.domains_where(Action::EditCatalogue);
            if domains.is_empty() {
                return no_access(say.only_builders);
            }
            view! {
                <PageHead title=say.new_title lead=say.new_lead/>
                <Load resource=all view=move |sources| entity_form(None, &sources, domains.clone())/>
            }
            .into_any()
        }/>
    }
    .into_any()
}

#[component]
pub(crate) fn EntityPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let (delete, make) = (FormAction::<DeleteEntity>::new(), FormAction::<NewApiOfEntity>::new());
    let shown = loaded(move || at.get(), |(domain, name)| entity(domain, name));
    let all = loaded(|| (), |()| sources());
    view! {
        <Load resource=shown page=true view=move |of| {
            let (for_form, may_edit) = (of.clone(), of.may_edit);
            view! {
                {head(&of)}
                <div class="stack-6">
                    <FormProblem action=delete/>
                    {problems(&of)}
                    {tables(&of.entity)}
                    {attributes(&of.entity)}
                    <Load resource=me view=move |me| new_api(&of, &me, make)/>
                    {may_edit.then(|| {
                        let (for_form, deleted) = (for_form.clone(), for_form.clone());
                        view! {
                            <Load resource=all view=move |sources| entity_form(Some(&for_form), &sources, vec![for_form.domain.clone()])/>
                            {deletion(&deleted, delete)}
                        }
                    })}
                </div>
            }
        }/>
    }
    .into_any()
}

fn head(of: &EntityView) -> AnyView {
    let path = format!("{}/{}", of.domain, of.name);
    view! { <PageName name=path.clone()/><PageHead title=path lead=of.entity.title.clone()><a class="btn" href=ENTITIES>{words().catalogue_entities.all}</a></PageHead> }
        .into_any()
}

/// What does not fit the catalogue any more.
fn problems(of: &EntityView) -> AnyView {
    let lines = of.problems.iter().map(|problem| view! { <li>{problem.message.clone()}</li> }).collect_view();
    (!of.problems.is_empty())
        .then(|| {
            view! {
                <Callout tone=Tone::Warn><p><b>{words().catalogue_entities.problems}</b></p><ul class="bullets s13">{lines}</ul></Callout>
            }
        })
        .into_any()
}

fn tables(entity: &BusinessEntity) -> AnyView {
    let say = &words().catalogue_entities;
    let rows = entity.tables.iter().map(|table| {
        let joined = entity.joins.iter().filter(|join| join.left == table.name || join.right == table.name);
        let is_joined = joined.clone().next().is_some();
        let joins = joined.map(|join| {
            let pairs = join.on.iter().map(|on| format!("{}.{} = {}.{}", join.left, on.left, join.right, on.right));
            view! { <span class="sub mono">{pairs.collect::<Vec<_>>().join(", ")}</span> }
        });
        let (joins, has_joins) = (joins.collect_view(), is_joined.then_some(say.joins));
        let to = asset_address(&AssetPath::table(&entity.source, &table.table));
        view! {
            <tr>
                <td class="lead-cell medium">{table.name.clone()}</td>
                <td data-label=say.table><a href=to>{format!("{}.{}", entity.source, table.table.path())}</a></td>
                <td class="t-2" data-label=has_joins>{joins}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card clip" id="tables"><div class="card-head"><h2>{say.tables}</h2><span class="count">{entity.tables.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.tables><table class="table table-cards">
                <thead><tr><th>{say.name}</th><th>{say.table}</th><th>{say.joins}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn attributes(entity: &BusinessEntity) -> AnyView {
    let say = &words().catalogue_entities;
    let rows = entity.attributes.iter().map(|attribute| {
        let table = entity.tables.iter().find(|table| table.name == attribute.table);
        let column = table.map(|table| AssetPath::table(&entity.source, &table.table).column(&attribute.column));
        let link = column.map(|column| view! { <a class="mono" href=asset_address(&column)>{format!("{}.{}", attribute.table, attribute.column)}</a> });
        view! { <tr><td class="lead-cell medium">{attribute.name.clone()}<span class="sub">{attribute.title.clone()}</span></td><td data-label=say.column>{link}</td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card clip" id="attributes"><div class="card-head"><h2>{say.attributes}</h2><span class="count">{entity.attributes.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.attributes><table class="table table-cards">
                <thead><tr><th>{say.attribute}</th><th>{say.column}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

/// An API that gives the entity: its form begins with the tables, the joins and the attributes.
fn new_api(of: &EntityView, me: &Me, make: FormAction<NewApiOfEntity>) -> AnyView {
    let say = &words().catalogue_entities;
    if !me.can(Action::EditApi, &of.domain) {
        return ().into_any();
    }
    let (domain, name) = (of.domain.clone(), of.name.clone());
    view! {
        <section class="card card-pad stack" id="new-api">
            <h2>{say.create_api}</h2>
            <p class="t-2 s13">{say.create_api_about}</p>
            <SaveForm action=make save=say.create_api saved=say.api_created>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="entity" value=name.clone()/>
                <TextField id="api-name" label=say.api_name help=say.api_name_help name="name" value=name required=true error=field_error(make, "name")/>
            </SaveForm>
        </section>
    }
    .into_any()
}

fn deletion(of: &EntityView, delete: FormAction<DeleteEntity>) -> AnyView {
    let say = &words().catalogue_entities;
    let (domain, name) = (of.domain.clone(), of.name.clone());
    let title = (say.delete_title)(&format!("{domain}/{name}"));
    let effects = vec![say.delete_effect.to_owned(), say.delete_undo.to_owned()];
    view! {
        <ActionForm action=delete><FormToken/>
            <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
            <ConfirmDialog id="delete-entity" act=say.delete title effects class="btn btn-bad"/>
        </ActionForm>
    }
    .into_any()
}
