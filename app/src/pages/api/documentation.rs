//! What a consumer needs: how to call it, what to give, what comes back, and what happens when it does not.

use leptos::prelude::*;
use model::ready_calls::{ANY_KEY, Place, address, key_variable, ready_calls, test_values};
use model::snapshot::Environment;
use model::spec::{ApiKind, ApiSpec};
use model::view::{ApiDetail, AppView, Me, VersionView};
use model::{Action, ErrorCode, Field, Parameter};

use super::Shared;
use crate::ui::{Callout, CodeBlock, Empty, Icon, Load, Time, Tone, copyable};

#[component]
pub(crate) fn DocumentationTab() -> impl IntoView {
    let Shared { detail, me, url, apps, .. } = expect_context();
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
                <div class="card mt-6"><Empty title="No version yet" text="There is only a draft so far. Once it is sent and approved, this page says how to call it.">
                    <Suspense>{move || {
                        let (domain, path) = (detail.summary.domain.clone(), detail.summary.path());
                        Suspend::new(async move {
                            let edits = me.await.is_ok_and(|me| me.can(Action::EditApi, &domain));
                            edits.then(|| view! { <a class="btn" href=format!("/apis/{path}/edit")>"Open the draft"</a> })
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
    match own.first() {
        None => {
            let access = format!("/apis/{}/access", detail.summary.path());
            view! { <p class="small mt-2 t-3">"The key is that of an app with a grant for this API: see "<a href=access>"Access"</a>". "<code>"POST"</code>" takes the same parameters as a JSON object."</p> }
                .into_any()
        }
        Some(OwnApp { path, variable, key: Some(key) }) => view! {
            <p class="small mt-2 t-3"><code>{variable.clone()}</code>" holds the key "<code>{format!("slk_{key}_…")}</code>" of the app "<a href=format!("/apps/{path}")>{path.clone()}</a>". "<code>"POST"</code>" takes the same parameters as a JSON object."</p>
        }
        .into_any(),
        Some(OwnApp { path, variable, key: None }) => {
            let (variable, to) = (variable.clone(), format!("/apps/{path}#keys"));
            let title = format!("The app {path} has access, and no key for {}.", environment_of(detail).key());
            view! {
                <div class="mt-2"><Callout tone=Tone::Warn>
                    <p><b>{title}</b>" The calls expect it in "<code>{variable}</code>"."</p>
                    <a class="btn btn-sm" href=to>"Create a key"</a>
                </Callout></div>
            }
            .into_any()
        }
    }
}

fn page(detail: &ApiDetail, version: &VersionView, (url, grpc): &(String, String), own: &[OwnApp]) -> impl IntoView + use<> {
    let api = detail.summary.clone();
    let spec = version.spec.clone();
    let key = own.first().map_or(ANY_KEY, |app| app.variable.as_str());
    let place = Place { http: url, grpc, domain: &api.domain, name: &api.name, key };
    let keys = keys(detail, own);
    let given = test_values(&spec);
    let (address, calls) = (address(place, &given), ready_calls(place, &spec, &given));
    let openapi = format!("/api/{}/openapi.json", api.path());
    let schema = format!("/api/{}/schema.proto", api.path());
    let tables = spec.table().map(|table| table.name.clone());
    let source = spec.source.clone();
    view! {
        <div class="with-aside mt-6">
            <div class="doc">
                <section aria-labelledby="call"><h2 id="call">"Call it"</h2>
                    <div class="stack-2">
                        {copyable(address, "Copy the address")}
                        {calls.into_iter().map(|(title, text)| view! { <CodeBlock title=title text=text/> }).collect_view()}
                    </div>
                    {keys}
                </section>
                {parameters(&spec)}
                {fields(&spec)}
                {errors(&spec)}
            </div>
            <aside class="stack">
                <section class="card card-pad"><h3 class="mb-3">"At a glance"</h3><dl class="kv">
                    <dt>"Owner"</dt><dd>{api.owner.clone()}</dd>
                    <dt>"Kind"</dt><dd>{api.kind.words()}</dd>
                    <dt>"Version"</dt><dd>{version.number}", by "{version.author.clone()}</dd>
                    {api.live.iter().map(|live| view! { <dt>"Live in "{live.environment.key()}</dt><dd>"v"{live.version}" since "<Time at=live.since/></dd> }).collect_view()}
                    {(!source.is_empty()).then(|| view! { <dt>"Source"</dt><dd>{match tables {
                        Some(table) => view! { <a href=format!("/sources/{source}/tables/{table}")>{format!("{source}.{table}")}</a> }.into_any(),
                        None => view! { <a href=format!("/sources/{source}")>{source.clone()}</a> }.into_any(),
                    }}</dd> })}
                    {spec.union().map(|body| view! { <dt>"Made of"</dt><dd>{body.steps.iter().map(|step| view! { <a href=format!("/apis/{}/{}", api.domain, step.api)>{step.api.clone()}</a>" " }).collect_view()}</dd> })}
                    <dt>"Time-out"</dt><dd>{spec.policy.timeout_ms}" ms"</dd>
                    {(api.kind == ApiKind::Sql).then(|| view! {
                        <dt>"Rows at most"</dt><dd>{spec.policy.max_rows}</dd>
                        <dt>"Size at most"</dt><dd>{spec.policy.max_bytes >> 20}" MiB"</dd>
                        <dt>"Also as"</dt><dd>".ndjson, .csv, .excel, .parquet, .arrow and .columns behind its name: every row, as it is read"</dd>
                    })}
                </dl></section>
                <section class="card card-pad stack-2"><h3 class="mb-2">"Take it with you"</h3>
                    <a class="btn btn-sm left" href=openapi rel="external" download="openapi.json"><Icon name="download"/>"OpenAPI 3.1"</a>
                    <a class="btn btn-sm left" href=schema rel="external" download=format!("{}.proto", api.name)><Icon name="download"/>"Protobuf schema"</a>
                </section>
            </aside>
        </div>
    }
}

fn parameters(spec: &ApiSpec) -> impl IntoView + use<> {
    let mut rows: Vec<(String, String, &'static str, String, String)> = spec
        .parameters
        .iter()
        .map(|parameter| {
            let given = if parameter.required { "always" } else { "if you like" };
            (parameter.name.clone(), parameter.type_words(), given, about(parameter), parameter.test_value.clone().unwrap_or_default())
        })
        .collect();
    let text = str::to_owned;
    rows.push((
        text("fields"),
        text("list of names"),
        "if you like",
        text("Give back only these fields."),
        spec.fields.iter().take(2).map(|f| f.name.clone()).collect::<Vec<_>>().join(","),
    ));
    if let Some(size) = spec.page_size() {
        rows.push((text("limit"), text("integer"), "if you like", format!("Rows of one page; {size} without it."), text("10")));
        rows.push((
            text("after"),
            text("text"),
            "if you like",
            text("The next of the answer before: gives the page behind it."),
            String::new(),
        ));
    }
    view! {
        <section aria-labelledby="params"><h2 id="params">"Parameters"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of parameters"><table class="table table-cards">
                <thead><tr><th>"Name"</th><th>"Type"</th><th>"Given"</th><th>"What it is"</th><th>"Example"</th></tr></thead>
                <tbody>{rows.into_iter().map(|(name, kind, given, about, example)| {
                    let label = (!example.is_empty()).then_some("Example");
                    view! {
                        <tr><td class="lead-cell"><code class="medium">{name}</code></td><td class="t-3 nowrap" data-label="Type">{kind}</td><td class="nowrap" data-label="Given">{given}</td><td class="t-2 lead-cell">{about}</td><td class="mono small" data-label=label>{example}</td></tr>
                    }
                }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">"Any other parameter is an error, so that a typing mistake never goes unseen."</p>
        </section>
    }
}

/// What is written about a parameter, and its bounds.
fn about(parameter: &Parameter) -> String {
    let mut parts = Vec::new();
    if !parameter.about.is_empty() {
        parts.push(format!("{}.", parameter.about.trim_end_matches('.')));
    }
    if !parameter.choices.is_empty() {
        parts.push(format!("One of {}.", parameter.choices.join(", ")));
    }
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => parts.push(format!("From {min} to {max}.")),
        (Some(min), None) => parts.push(format!("At least {min}.")),
        (None, Some(max)) => {
            parts.push(format!("At most {max}{}.", if parameter.data_type == model::DataType::String { " characters" } else { "" }));
        }
        (None, None) => {}
    }
    if let Some(default) = &parameter.default {
        parts.push(format!("{default} without it."));
    }
    parts.join(" ")
}

fn fields(spec: &ApiSpec) -> impl IntoView + use<> {
    // The rows of a Union's steps stand below the field that holds them.
    let inner = |field: &Field| spec.step_of(field).map(|step| (step.gives_list(), step.fields.clone()));
    let mut rows: Vec<(String, String, bool, String)> = Vec::new();
    for field in &spec.fields {
        let Some((list, fields)) = inner(field) else {
            rows.push((field.name.clone(), field.data_type.word().to_owned(), field.nullable, field.about.clone()));
            continue;
        };
        rows.push((field.name.clone(), if list { "list of rows" } else { "object" }.to_owned(), !list, field.about.clone()));
        rows.extend(
            fields
                .into_iter()
                .map(|one| (format!("{}.{}", field.name, one.name), one.data_type.word().to_owned(), one.nullable, one.about)),
        );
    }
    view! {
        <section aria-labelledby="fields"><h2 id="fields">"Fields in the answer"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of fields"><table class="table table-dense table-cards">
                <thead><tr><th>"Name"</th><th>"Type"</th><th>"Empty"</th><th>"What it is"</th></tr></thead>
                <tbody>{rows.into_iter().map(|(name, kind, nullable, about)| view! {
                    <tr><td class="lead-cell"><code class="medium">{name}</code></td><td class="t-3 nowrap" data-label="Type">{kind}</td><td class="t-3 nowrap" data-label="Empty">{if nullable { "may be null" } else { "never" }}</td><td class="t-2 lead-cell">{about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
        </section>
    }
}

fn errors(spec: &ApiSpec) -> impl IntoView + use<> {
    let not_found = match spec.kind() {
        ApiKind::Kv => "No row has this key, or there is no such API.",
        ApiKind::Sql => "There is no such API, or it is not live where the key belongs.",
        ApiKind::Union => "A step that the answer needs has no such row, or there is no such API.",
    };
    let rows = [
        (ErrorCode::Invalid, "A parameter is unknown, missing or not of its type; errors names each."),
        (ErrorCode::Unauthenticated, "No key came with the call, or it has ended."),
        (ErrorCode::Forbidden, "The key's app has no grant for this API. Ask its owner."),
        (ErrorCode::NotFound, not_found),
        (ErrorCode::SourceUnavailable, "The source is away. Try again in a moment."),
        (ErrorCode::SourceBusy, "Your app has too many calls under way. Send fewer at once."),
        (ErrorCode::SourceTimeout, "The source took too long. Ask for less."),
    ];
    view! {
        <section aria-labelledby="errors"><h2 id="errors">"When it does not answer"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of errors"><table class="table table-dense">
                <thead><tr><th>"Status"</th><th>"Code"</th><th>"What to do"</th></tr></thead>
                <tbody>{rows.into_iter().map(|(code, text)| view! { <tr><td class="tn">{code.status()}</td><td class="mono small nowrap">{code.key()}</td><td class="t-2">{text}</td></tr> }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">"An error is problem JSON (RFC 9457) with a request id; name it when you ask for help."</p>
        </section>
    }
}
