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
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Column, ConfirmDialog, DataTable, Empty, Filter, FormProblem, FormToken, ListPlace, Load, NumberField, PageHead, PageName,
    SaveForm, SelectField, TextField, Time, Tone, api_params, as_they_are, confirms, copyable, done, environment_choices, field_error,
    list_query, some_text,
};

const PLACE: ListPlace = ListPlace { name: "Apps", path: "/apps" };

#[component]
pub(crate) fn AppsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let make = ServerAction::<NewApp>::new();
    let made = done(make);
    let query = list_query();
    let list = Resource::new(move || (query.with(ListQuery::of_rows), made.get()), |(query, _)| list_apps(query));
    view! {
        <PageName name="Apps and keys"/>
        <PageHead title="Apps and keys" lead="An app calls APIs with its key. What it may call is opened on the API's own page."/>
        <div class="stack-6">
            <DataTable place=PLACE query list columns=columns() filters=vec![Filter::domains()] empty=|| view! {
                <Empty title="No app yet" text="Make an app for each program that calls your APIs. It gets its own key, and can be shut out alone."/>
            }/>
            <Load resource=me view=move |me| {
                let domains = me.domains_where(Action::EditApp);
                (!domains.is_empty()).then(|| view! {
                    <section class="card card-pad stack">
                        <h2>"Make an app"</h2>
                        <SaveForm action=make save="Make it" saved="The app is made.">
                            <div class="form-row">
                                <SelectField id="domain" label="Domain" name="domain" choices=as_they_are(domains)/>
                                <TextField id="name" label="Name" help="Lower-case letters, digits and hyphens." name="name" error=field_error(make, "name") required=true placeholder="flight-board"/>
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
    let keys = |app: &AppView| app.keys.iter().filter(|key| key.works()).count();
    let grants = |app: &AppView| {
        let apis =
            app.grants.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.api_domain, grant.api)).collect::<Vec<_>>();
        some_text(&apis.join(", "))
    };
    vec![
        Column::new("app", "App", |app: &AppView| {
            let path = format!("{}/{}", app.domain, app.name);
            view! { <a class="main-cell" href=format!("/apps/{path}")>{path.clone()}</a> }
        })
        .sorts()
        .leads(),
        Column::new("owner", "Owner", |app: &AppView| app.owner.clone()).class("t-2").sorts(),
        Column::new("keys", "Keys", keys).class("num"),
        Column::optional("grants", "May call", grants).class("t-2"),
    ]
}

#[component]
pub(crate) fn AppPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let (make, revoke) = (ServerAction::<NewKey>::new(), ServerAction::<RevokeKey>::new());
    let (trust, distrust) = (ServerAction::<NewIssuer>::new(), ServerAction::<DeleteIssuer>::new());
    let delete = ServerAction::<DeleteApp>::new();
    let set = ServerAction::<SetOrigins>::new();
    let acts = [done(make), done(revoke), done(trust), done(distrust), done(set)];
    confirms(acts[1], "The key is revoked.");
    confirms(acts[3], "The issuer is removed.");
    let versions = move || acts.map(|act| act.get());
    let detail = Resource::new(move || (at.get(), versions()), |((domain, name), _)| app(domain, name));
    view! {
        <Load resource=detail page=true view=move |app| {
            let path = format!("{}/{}", app.domain, app.name);
            let domain = app.domain.clone();
            view! {
                <PageName name=path.clone()/>
                <PageHead title=path lead=format!("Belongs to {}.", app.owner)/>
                <div class="stack-6">
                    <FormProblem action=revoke/>
                    <FormProblem action=distrust/>
                    <FormProblem action=delete/>
                    <NewSecret make=trust/>
                    {move || make.value().get().and_then(Result::ok).map(|key| view! {
                        <Callout tone=Tone::Ok><p class="mb-2"><b>"This is the key. It is shown this once."</b>" Keep it where the app can read it, and nowhere else."</p><div id="new-key">{copyable(key.secret, "Copy the key")}</div></Callout>
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

fn keys(app: &AppView, may: bool, make: ServerAction<NewKey>, revoke: ServerAction<RevokeKey>) -> impl IntoView + use<> {
    let (domain, name) = (app.domain.clone(), app.name.clone());
    let (form_domain, form_name) = (domain.clone(), name.clone());
    let keys = app.keys.clone();
    view! {
        <section class="card clip" id="keys">
            <div class="card-head"><h2>"Keys"</h2><span class="count">{keys.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Keys of the app"><table class="table table-cards">
                <thead><tr><th>"Key"</th><th>"For"</th><th>"Made"</th><th>"Until"</th><th>"State"</th><th><span class="sr">"Actions"</span></th></tr></thead>
                <tbody>{keys.into_iter().map(|key| {
                    let live = key.works();
                    let ended = if key.revoked_at.is_some() { "Revoked" } else { "Expired" };
                    let (domain, name, id) = (domain.clone(), name.clone(), key.id.clone());
                    let (revoke_id, title) = (format!("revoke-{id}"), format!("Revoke the key slk_{id}_…?"));
                    let effects = vec![
                        format!("Requests of {domain}/{name} with this key are refused at once in {}.", key.environment.key()),
                        "A revoked key cannot be restored. Make another key first, and give it to the program.".to_owned(),
                    ];
                    view! {
                        <tr><td class="lead-cell mono">"slk_"{key.id.clone()}"_…"</td><td data-label="For">{key.environment.key()}</td><td class="t-2 tn" data-label="Made"><Time at=key.created_at/>" by "{key.created_by}</td>
                        <td class="t-2 tn" data-label="Until">{match key.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => "no end".into_any() }}</td>
                        <td class="fit" data-label="State">{if live { view! { <span class="badge badge-ok"><span class="dot dot-ok" aria-hidden="true"></span>"Works"</span> }.into_any() } else { view! { <span class="badge">{ended}</span> }.into_any() }}</td>
                        <td class="fit">{(may && live).then(|| view! {
                            <ActionForm action=revoke><FormToken/>
                                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/><input type="hidden" name="key" value=id/>
                                <ConfirmDialog id=revoke_id act="Revoke" title effects/>
                            </ActionForm>
                        })}</td></tr>
                    }
                }).collect_view()}</tbody>
            </table></div>
            {may.then(|| view! {
                <div class="card-pad">
                    <SaveForm action=make save="Make a key" saved="The key is made.">
                        <input type="hidden" name="domain" value=form_domain/><input type="hidden" name="app" value=form_name/>
                        <div class="form-row">
                            <SelectField id="environment" label="For" name="environment" choices=environment_choices()/>
                            <NumberField id="days" label="Days" note="Empty for no end" name="days" value=String::new() error=field_error(make, "days")/>
                        </div>
                    </SaveForm>
                </div>
            })}
        </section>
    }
}

fn deletion(app: &AppView, delete: ServerAction<DeleteApp>) -> impl IntoView + use<> {
    let (domain, name) = (app.domain.clone(), app.name.clone());
    let title = format!("Delete the app {domain}/{name}?");
    let keys = app.keys.iter().filter(|key| key.works()).count();
    let apis: Vec<String> =
        app.grants.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.api_domain, grant.api)).collect();
    let effects = vec![
        format!("Keys that are deleted with it: {keys}. JWT issuers: {}.", app.issuers.len()),
        if apis.is_empty() { "The app has access to no API.".to_owned() } else { format!("Its access is deleted to {}.", apis.join(", ")) },
        "A deleted app cannot be restored.".to_owned(),
    ];
    view! {
        <section class="card card-pad stack-2">
            <h2>"Delete app"</h2>
            <p class="t-2 s13">"The app's keys, issuers and grants are deleted with it. Requests with its keys are refused at once."</p>
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <ConfirmDialog id="delete-app" act="Delete app" title effects class="btn btn-bad"/>
            </ActionForm>
        </section>
    }
}

fn grants(app: &AppView) -> impl IntoView + use<> {
    let grants = app.grants.clone();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"May call"</h2><span class="count">{grants.len()}</span></div>
            {if grants.is_empty() {
                view! { <p class="card-pad t-2 s13">"Nothing yet. Approvers and owners open an API to it on the API's page, under Access."</p> }.into_any()
            } else {
                view! { <div class="table-wrap" tabindex="0" role="region" aria-label="APIs that it may call"><table class="table"><thead><tr><th>"API"</th><th>"Opened by"</th><th>"Until"</th></tr></thead><tbody>
                    {grants.into_iter().map(|grant| {
                        let path = format!("{}/{}", grant.api_domain, grant.api);
                        view! { <tr><td><a class="main-cell" href=format!("/apis/{path}")>{path.clone()}</a></td><td class="t-2">{grant.granted_by}</td><td class="t-2 tn">{match grant.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => "no end".into_any() }}</td></tr> }
                    }).collect_view()}
                </tbody></table></div> }.into_any()
            }}
        </section>
    }
}
