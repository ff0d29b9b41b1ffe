//! The page of an API: documentation first, then its versions and who may call it; and its test console.

mod accelerate;
mod access;
pub(crate) mod api;
mod console;
mod console_response;
mod documentation;
mod public_card;
mod traffic;
mod versions;

use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::Action;
use model::spec::ApiKind;
use model::view::{ApiDetail, AppView, Me, SwitchesView};

use self::api::{EndGrant, Grant, Purge, Retire, Rollback, SetPublicDocumentation, SetSwitches, api_detail, public_url, switches};
use crate::pages::alerts::FiringNow;
use crate::pages::apps::api::apps;
use crate::signed_in::MeResource;
use crate::ui::{FormAction, Heading, Icon, LiveBadge, Load, Loaded, PageName, Tab, Tabs, api_params, done, loaded};
use crate::words::words;

pub(crate) use accelerate::AcceleratePage;
pub(crate) use access::AccessTab;
pub(crate) use console::{Console, ConsolePage};
pub(crate) use documentation::DocumentationTab;
pub(crate) use traffic::TrafficTab;
pub(crate) use versions::VersionsTab;

/// What the tabs share: the API, and the actions after which it is loaded anew.
#[derive(Clone, Copy)]
struct Shared {
    detail: Loaded<ApiDetail>,
    me: Loaded<Me>,
    rollback: FormAction<Rollback>,
    retire: FormAction<Retire>,
    grant: FormAction<Grant>,
    end_grant: FormAction<EndGrant>,
    set_documentation: FormAction<SetPublicDocumentation>,
    url: Loaded<(String, String)>,
    apps: Loaded<Vec<AppView>>,
    set_switches: FormAction<SetSwitches>,
    purge: FormAction<Purge>,
    switches: Loaded<SwitchesView>,
}

/// A count of days out of a form; empty for no end.
#[cfg(feature = "ssr")]
pub(crate) fn days(text: &str) -> Result<Option<i64>, model::Problem> {
    model::number::unbounded(text, &(1..=control::access::MAX_DAYS)).map_err(|message| model::Problem::field("days", message))
}

#[component]
pub(crate) fn ApiPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let (rollback, retire) = (FormAction::<Rollback>::new(), FormAction::<Retire>::new());
    let (grant, end_grant) = (FormAction::<Grant>::new(), FormAction::<EndGrant>::new());
    let set_documentation = FormAction::<SetPublicDocumentation>::new();
    let acts = (done(rollback), done(retire), done(grant), done(end_grant), done(set_documentation));
    let versions = move || (acts.0.get(), acts.1.get(), acts.2.get(), acts.3.get(), acts.4.get());
    let detail = loaded(move || (at.get(), versions()), |((domain, name), _)| api_detail(domain, name));
    // Made here and not in the tabs: resources are matched between server and browser by the order in which they are
    // made, and what stands below is made at another moment on either side.
    let url = loaded(|| (), |()| public_url());
    let apps = loaded(|| (), |()| apps());
    let (set_switches, purge) = (FormAction::<SetSwitches>::new(), FormAction::<Purge>::new());
    let (set, purged) = (done(set_switches), done(purge));
    let switched = move || (set.get(), purged.get());
    let switches = loaded(move || (at.get(), switched()), |((domain, name), _)| switches(domain, name));
    let firing = FiringNow::on(move || {
        let (domain, name) = at.get();
        (domain.clone(), format!("{domain}/{name}"))
    });
    provide_context(Shared { detail, me, rollback, retire, grant, end_grant, set_documentation, url, apps, set_switches, purge, switches });
    view! {
        <Load resource=detail page=true view=move |detail| head(&detail, me)/>
        {firing.shown()}
        <Outlet/>
    }
    .into_any()
}

fn head(detail: &ApiDetail, me: Loaded<Me>) -> impl IntoView + use<> {
    let say = &words().api;
    let api = detail.summary.clone();
    let path = api.path();
    let base = format!("/apis/{path}");
    let title = detail.shown_version().map_or(api.title.clone(), |version| version.spec.title.clone());
    let tab = |tail: &str, name: &'static str, count: Option<usize>| Tab { to: format!("{base}{tail}"), name, count };
    let tabs = vec![
        tab("", say.documentation, None),
        tab("/versions", say.versions, Some(detail.versions.len())),
        tab("/access", say.access, Some(detail.apps.len())),
        tab("/traffic", say.traffic, None),
        Tab { to: crate::pages::monitoring::address("api", &path), name: say.monitoring, count: None },
    ];
    let (edit, test, domain) = (format!("{base}/edit"), format!("{base}/test"), api.domain.clone());
    let has_draft = api.draft.is_some();
    let asks_source =
        detail.shown_version().is_some_and(|version| version.spec.kind() == ApiKind::Kv && version.spec.serve_from.dataset().is_none());
    let accelerate = asks_source.then(|| format!("{base}/accelerate"));
    let callable = !detail.versions.is_empty();
    view! {
        <PageName name=api.name.clone()/>
        <div class="page-head nomargin">
            <div>
                <div class="page-title"><Heading>{path}</Heading><LiveBadge api=api.clone()/><span class="badge">{api.kind.words()}</span></div>
                <p class="lead">{title}</p>
            </div>
            <div class="actions">
                <Suspense>{move || {
                    let (edit, domain, accelerate) = (edit.clone(), domain.clone(), accelerate.clone());
                    Suspend::new(async move {
                        me.await.ok().filter(|me| me.can(Action::EditApi, &domain)).map(|_| view! {
                            {accelerate.map(|accelerate| view! { <a class="btn" href=accelerate><Icon name="bolt"/>{say.accelerate}</a> })}
                            <a class="btn" href=edit><Icon name="doc"/>{if has_draft { say.edit_draft } else { say.new_version }}</a>
                        })
                    })
                }}</Suspense>
                {callable.then(|| view! { <a class="btn btn-primary" href=test><Icon name="play"/>{say.try_it}</a> })}
            </div>
        </div>
        <Tabs label=say.tabs tabs/>
    }
}
