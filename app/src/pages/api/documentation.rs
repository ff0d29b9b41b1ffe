//! What a consumer needs: how to call it, what to give, what comes back, and what happens when it does not.

use leptos::prelude::*;
use model::Action;
use model::documentation::Documentation;
use model::ready_calls::{ANY_KEY, Place, key_variable};
use model::snapshot::Environment;
use model::view::{ApiDetail, AppView, Me, VersionView};

use super::Shared;
use crate::pages::documentation::manual;
use crate::ui::{Callout, Empty, Icon, Load, Time, Tone};
use crate::words::words;

#[component]
pub(crate) fn DocumentationTab() -> impl IntoView {
    let Shared { detail, me, url, apps, .. } = expect_context();
    let say = &words().documentation;
    view! {
        <div>
        <Load resource=detail quiet=true view=move |detail| match detail.shown_version().cloned() {
            Some(version) => view! { <Load resource=url view=move |places| {
                let (detail, version) = (detail.clone(), version.clone());
                view! { <Load resource=apps view=move |apps| {
                    let (detail, version, places) = (detail.clone(), version.clone(), places.clone());
                    view! { <Load resource=me view=move |me| page(&detail, &version, &places, &own_apps(&detail, &apps, &me))/> }
                }/> }
            }/> }.into_any(),
            None => view! {
                <div class="card mt-6"><Empty title=say.none_title text=say.none_text>
                    <Suspense>{move || {
                        let (domain, path) = (detail.summary.domain.clone(), detail.summary.path());
                        Suspend::new(async move {
                            let edits = me.await.is_ok_and(|me| me.can(Action::EditApi, &domain));
                            edits.then(|| view! { <a class="btn" href=format!("/apis/{path}/edit")>{say.edit_draft}</a> })
                        })
                    }}</Suspense>
                </Empty></div>
            }.into_any(),
        }/>
        </div>
    }
    .into_any()
}

/// An app of the reader's that may call the API.
struct OwnApp {
    path: String,
    /// What the variable with its key is called.
    variable: String,
    /// The public part of a key that works where the API is live.
    key: Option<String>,
}

/// The apps whose keys the reader may make and that have access, those with a key first.
fn own_apps(detail: &ApiDetail, apps: &[AppView], me: &Me) -> Vec<OwnApp> {
    let environment = environment_of(detail);
    let has_access =
        |app: &&AppView| detail.apps.iter().any(|grant| !grant.expired && grant.app_domain == app.domain && grant.app == app.name);
    let mut own: Vec<OwnApp> = apps
        .iter()
        .filter(|app| me.can(Action::EditApp, &app.domain))
        .filter(has_access)
        .map(|app| OwnApp {
            path: format!("{}/{}", app.domain, app.name),
            variable: key_variable(&app.name),
            key: app.keys.iter().find(|key| key.works() && key.environment == environment).map(|key| key.id.clone()),
        })
        .collect();
    own.sort_by_key(|app| app.key.is_none());
    own
}

/// Where the API is called: in prod, or in test where it is live there alone.
fn environment_of(detail: &ApiDetail) -> Environment {
    detail.summary.live.iter().map(|live| live.environment).max().unwrap_or_default()
}

/// Which key the calls are made with, or how to come by one.
fn keys(detail: &ApiDetail, own: &[OwnApp]) -> AnyView {
    let say = &words().documentation;
    match own.first() {
        None => {
            let access = format!("/apis/{}/access", detail.summary.path());
            view! { <p class="small mt-2 t-3">{say.key_help}<a href=access>{say.access}</a>" "<code>"POST"</code>{say.post_help}</p> }
                .into_any()
        }
        Some(OwnApp { path, variable, key: Some(key) }) => view! {
            <p class="small mt-2 t-3">{say.variable}<code>{variable.clone()}</code>{say.key}<code>{format!("slk_{key}_…")}</code>{say.app}<a href=format!("/apps/{path}")>{path.clone()}</a>". "<code>"POST"</code>{say.post_help}</p>
        }
        .into_any(),
        Some(OwnApp { path, variable, key: None }) => {
            let (variable, to) = (variable.clone(), format!("/apps/{path}#keys"));
            let title = (say.no_key)(path, environment_of(detail).key());
            view! {
                <div class="mt-2"><Callout tone=Tone::Warn>
                    <p><b>{title}</b>{say.no_key_help}<code>{variable}</code>"."</p>
                    <a class="btn btn-sm" href=to>{say.create_key}</a>
                </Callout></div>
            }
            .into_any()
        }
    }
}

fn page(detail: &ApiDetail, version: &VersionView, (url, grpc): &(String, String), own: &[OwnApp]) -> impl IntoView + use<> {
    let say = &words().documentation;
    let api = detail.summary.clone();
    let spec = version.spec.clone();
    let key = own.first().map_or(ANY_KEY, |app| app.variable.as_str());
    let place = Place { http: url, grpc, domain: &api.domain, name: &api.name, key };
    let documentation = Documentation::of(place, version.number, &spec);
    let openapi = format!("/api/{}/openapi.json", api.path());
    let schema = format!("/api/{}/schema.proto", api.path());
    let tables = spec.table().map(|table| table.name.clone());
    let source = spec.source.clone();
    view! {
        <div class="with-aside mt-6">
            {manual(documentation, keys(detail, own))}
            <aside class="stack">
                <section class="card card-pad"><h3 class="mb-3">{say.overview}</h3><dl class="kv">
                    <dt>{say.owner}</dt><dd>{api.owner.clone()}</dd>
                    <dt>{say.kind}</dt><dd>{api.kind.words()}</dd>
                    <dt>{say.version}</dt><dd>{(say.version_by)(version.number, &version.author)}</dd>
                    {api.live.iter().map(|live| view! { <dt>{(say.live_in)(live.environment.key())}</dt><dd>{(say.released)(live.version)}<Time at=live.since/></dd> }).collect_view()}
                    {(!source.is_empty()).then(|| view! { <dt>{say.source}</dt><dd>{match tables {
                        Some(table) => view! { <a href=format!("/sources/{source}/tables/{table}")>{format!("{source}.{table}")}</a> }.into_any(),
                        None => view! { <a href=format!("/sources/{source}")>{source.clone()}</a> }.into_any(),
                    }}</dd> })}
                    {spec.union().map(|body| view! { <dt>{say.steps}</dt><dd>{body.steps.iter().map(|step| view! { <a href=format!("/apis/{}/{}", api.domain, step.api)>{step.api.clone()}</a>" " }).collect_view()}</dd> })}
                </dl></section>
                <section class="card card-pad stack-2"><h3 class="mb-2">{say.downloads}</h3>
                    <a class="btn btn-sm left" href=openapi rel="external" download="openapi.json"><Icon name="download"/>{say.openapi}</a>
                    <a class="btn btn-sm left" href=schema rel="external" download=format!("{}.proto", api.name)><Icon name="download"/>{say.protobuf}</a>
                </section>
            </aside>
        </div>
    }
}
