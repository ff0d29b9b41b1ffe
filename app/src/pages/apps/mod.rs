//! Apps: the consumers of APIs, their keys and what is open to them.

pub(crate) mod api;
mod issuers;
mod origins;

use leptos::prelude::*;
use model::Action;
use model::list::ListQuery;
use model::view::AppView;

use self::api::{DeleteApp, DeleteIssuer, NewApp, NewIssuer, NewKey, RevokeKey, SetOrigins, app, list_apps};
use self::issuers::{NewSecret, issuers};
use self::origins::origins;
use crate::pages::monitoring::MonitoringLink;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, Column, ConfirmDialog, DataTable, Empty, Filter, FormAction, FormProblem, FormToken, ListPlace, Load, NumberField,
    PageHead, PageName, SaveForm, SelectField, TextField, Time, Tone, api_params, as_they_are, confirms, copyable, done,
    environment_choices, field_error, list_query, loaded, some_text,
};
use crate::words::words;

fn place() -> ListPlace {
    ListPlace { name: words().apps.list_name, path: "/apps" }
}

#[component]
pub(crate) fn AppsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let make = FormAction::<NewApp>::new();
    let made = done(make);
    let say = &words().apps;
    let query = list_query();
    let list = loaded(move || (query.with(ListQuery::of_rows), made.get()), |(query, _)| list_apps(query));
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        <div class="stack-6">
            <DataTable place=place() query list columns=columns() filters=vec![Filter::domains()] empty=move || view! {
                <Empty title=say.none_title text=say.none_text/>
            }/>
            <Load resource=me view=move |me| {
                let domains = me.domains_where(Action::EditApp);
                (!domains.is_empty()).then(|| view! {
                    <section class="card card-pad stack">
                        <h2>{say.create}</h2>
                        <SaveForm action=make save=say.create saved=say.created>
                            <div class="form-row">
                                <SelectField id="domain" label=say.domain name="domain" choices=as_they_are(domains)/>
                                <TextField id="name" label=say.name help=say.name_help name="name" error=field_error(make, "name") required=true placeholder=say.name_example/>
                            </div>
                        </SaveForm>
                    </section>
                })
            }/>
        </div>
    }
    .into_any()
}

fn columns() -> Vec<Column<AppView>> {
    let say = &words().apps;
    let keys = |app: &AppView| app.keys.iter().filter(|key| key.works()).count();
    let grants = |app: &AppView| {
        let apis =
            app.grants.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.api_domain, grant.api)).collect::<Vec<_>>();
        some_text(&apis.join(", "))
    };
    vec![
        Column::new("app", say.app, |app: &AppView| {
            let path = format!("{}/{}", app.domain, app.name);
            view! { <a class="main-cell" href=format!("/apps/{path}")>{path.clone()}</a> }
        })
        .sorts()
        .leads(),
        Column::new("owner", say.owner, |app: &AppView| app.owner.clone()).class("t-2").sorts(),
        Column::new("keys", say.keys, keys).class("num"),
        Column::optional("grants", say.grants, grants).class("t-2"),
    ]
}

#[component]
pub(crate) fn AppPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let (make, revoke) = (FormAction::<NewKey>::new(), FormAction::<RevokeKey>::new());
    let (trust, distrust) = (FormAction::<NewIssuer>::new(), FormAction::<DeleteIssuer>::new());
    let delete = FormAction::<DeleteApp>::new();
    let set = FormAction::<SetOrigins>::new();
    let acts = [done(make), done(revoke), done(trust), done(distrust), done(set)];
    let say = &words().apps;
    confirms(acts[1], say.key_revoked);
    confirms(acts[3], words().issuers.removed);
    let versions = move || acts.map(|act| act.get());
    let detail = loaded(move || (at.get(), versions()), |((domain, name), _)| app(domain, name));
    view! {
        <Load resource=detail page=true view=move |app| {
            let path = format!("{}/{}", app.domain, app.name);
            let domain = app.domain.clone();
            let owned = (say.owned_by)(&app.owner);
            view! {
                <PageName name=path.clone()/>
                <PageHead title=path.clone() lead=owned><MonitoringLink kind="app" path/></PageHead>
                <div class="stack-6">
                    <FormProblem action=revoke/>
                    <FormProblem action=distrust/>
                    <FormProblem action=delete/>
                    <NewSecret make=trust/>
                    {move || make.answer().and_then(Result::ok).map(|key| view! {
                        <Callout tone=Tone::Ok><p class="mb-2"><b>{say.new_key}</b>{say.new_key_help}</p><div id="new-key">{copyable(key.secret, say.copy_key)}</div></Callout>
                    })}
                    <Load resource=me view={ let app = app.clone(); move |me| keys(&app, me.can(Action::EditApp, &domain), make, revoke) }/>
                    {grants(&app)}
                    <Load resource=me view={ let app = app.clone(); move |me| issuers(&app, me.can(Action::EditApp, &app.domain), trust, distrust) }/>
                    <Load resource=me view={ let app = app.clone(); move |me| origins(&app, me.can(Action::EditApp, &app.domain), set) }/>
                    <Load resource=me view={ let app = app.clone(); move |me| me.can(Action::EditApp, &app.domain).then(|| deletion(&app, delete)) }/>
                </div>
            }
        }/>
    }
    .into_any()
}

fn keys(app: &AppView, may: bool, make: FormAction<NewKey>, revoke: FormAction<RevokeKey>) -> impl IntoView + use<> {
    let (domain, name) = (app.domain.clone(), app.name.clone());
    let (form_domain, form_name) = (domain.clone(), name.clone());
    let keys = app.keys.clone();
    let say = &words().apps;
    view! {
        <section class="card clip" id="keys">
            <div class="card-head"><h2>{say.keys}</h2><span class="count">{keys.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.keys_of_app><table class="table table-cards">
                <thead><tr><th>{say.key}</th><th>{say.environment}</th><th>{say.created_at}</th><th>{say.expires}</th><th>{say.state}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{keys.into_iter().map(|key| {
                    let live = key.works();
                    let ended = if key.revoked_at.is_some() { say.revoked } else { say.expired };
                    let (domain, name, id) = (domain.clone(), name.clone(), key.id.clone());
                    let (revoke_id, title) = (format!("revoke-{id}"), (say.revoke_key_title)(&id));
                    let owner = format!("{domain}/{name}");
                    let effects = vec![
                        (say.revoke_key_effect)(&owner, key.environment.key()),
                        say.revoke_key_undo.to_owned(),
                    ];
                    view! {
                        <tr><td class="lead-cell mono">"slk_"{key.id.clone()}"_…"</td><td data-label=say.environment>{key.environment.key()}</td><td class="t-2 tn" data-label=say.created_at><Time at=key.created_at/>{(say.created_by)(&key.created_by)}</td>
                        <td class="t-2 tn" data-label=say.expires>{match key.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => say.never.into_any() }}</td>
                        <td class="fit" data-label=say.state>{if live { view! { <span class="badge badge-ok"><span class="dot dot-ok" aria-hidden="true"></span>{say.active}</span> }.into_any() } else { view! { <span class="badge">{ended}</span> }.into_any() }}</td>
                        <td class="fit">{(may && live).then(|| view! {
                            <ActionForm action=revoke><FormToken/>
                                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/><input type="hidden" name="key" value=id/>
                                <ConfirmDialog id=revoke_id act=say.revoke_key title effects/>
                            </ActionForm>
                        })}</td></tr>
                    }
                }).collect_view()}</tbody>
            </table></div>
            {may.then(|| view! {
                <div class="card-pad">
                    <SaveForm action=make save=say.create_key saved=say.key_created>
                        <input type="hidden" name="domain" value=form_domain/><input type="hidden" name="app" value=form_name/>
                        <div class="form-row">
                            <SelectField id="environment" label=say.environment name="environment" choices=environment_choices()/>
                            <NumberField id="days" label=say.lifetime note=say.lifetime_note name="days" value=String::new() error=field_error(make, "days")/>
                        </div>
                    </SaveForm>
                </div>
            })}
        </section>
    }
}

fn deletion(app: &AppView, delete: FormAction<DeleteApp>) -> impl IntoView + use<> {
    let (domain, name) = (app.domain.clone(), app.name.clone());
    let say = &words().apps;
    let title = (say.delete_title)(&format!("{domain}/{name}"));
    let keys = app.keys.iter().filter(|key| key.works()).count();
    let apis: Vec<String> =
        app.grants.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.api_domain, grant.api)).collect();
    let effects = vec![
        (say.delete_keys)(keys, app.issuers.len()),
        if apis.is_empty() { say.delete_no_grants.to_owned() } else { (say.delete_grants)(&apis.join(", ")) },
        say.delete_undo.to_owned(),
    ];
    view! {
        <section class="card card-pad stack-2">
            <h2>{say.delete}</h2>
            <p class="t-2 s13">{say.delete_about}</p>
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <ConfirmDialog id="delete-app" act=say.delete title effects class="btn btn-bad"/>
            </ActionForm>
        </section>
    }
}

fn grants(app: &AppView) -> impl IntoView + use<> {
    let grants = app.grants.clone();
    let say = &words().apps;
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.grants}</h2><span class="count">{grants.len()}</span></div>
            {if grants.is_empty() {
                view! { <p class="card-pad t-2 s13">{say.no_grants}</p> }.into_any()
            } else {
                view! { <div class="table-wrap" tabindex="0" role="region" aria-label=say.granted_apis><table class="table"><thead><tr><th>{say.api}</th><th>{say.granted_by}</th><th>{say.expires}</th></tr></thead><tbody>
                    {grants.into_iter().map(|grant| {
                        let path = format!("{}/{}", grant.api_domain, grant.api);
                        view! { <tr><td><a class="main-cell" href=format!("/apis/{path}")>{path.clone()}</a></td><td class="t-2">{grant.granted_by}</td><td class="t-2 tn">{match grant.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => say.never.into_any() }}</td></tr> }
                    }).collect_view()}
                </tbody></table></div> }.into_any()
            }}
        </section>
    }
}
