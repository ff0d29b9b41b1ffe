//! Monitoring: figures over time, of all APIs and of one thing. The server draws charts and lists; what is chosen stands in the address, so
//! that all of it works without a script.

pub(crate) mod api;
mod asked;
#[cfg(feature = "ssr")]
mod drawn;
mod kinds;
mod link;
mod ranges;
#[cfg(feature = "ssr")]
mod span;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::Me;

use self::api::{monitoring, monitoring_of, monitoring_why};
use self::asked::Asked;
use self::kinds::{Kind, OVERVIEW, kind_of};
use self::ranges::{environments, ranges};
use crate::error::PortalError;
use crate::pages::alerts::FiringNow;
use crate::signed_in::MeResource;
use crate::ui::{Drawn, Load, PageHead, PageName, address_memo, loaded, param};
use crate::words::words;

pub(crate) use self::kinds::address;
pub(crate) use self::link::MonitoringLink;

/// The kind of thing for which it is said why it is slow or failing.
const API: &str = "api";

fn asked() -> Memo<Asked> {
    let query = use_query_map();
    address_memo(move |_| Asked::of(&query.read()))
}

#[component]
pub(crate) fn MonitoringPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let asked = asked();
    let drawn = loaded(move || asked.get(), monitoring);
    let firing = FiringNow::on(move || (asked.with(|asked| asked.domain.clone()), String::new()));
    view! {
        <Load resource=drawn page=true view=move |html| view! {
            {move || asked.with(overview_head)}
            <Load resource=me view=move |me| {
                let domains: Vec<String> = me.domains.keys().cloned().collect();
                view! { <div class="row toolbar-scroll mb-4">{move || asked.with(|asked| view! {
                    {domain_choice(asked, &domains)}{environments(asked, OVERVIEW)}{ranges(asked, OVERVIEW)}
                })}</div> }
            }/>
            {firing.shown()}
            <Drawn html/>
            <Load resource=me quiet=true view=node_links/>
        }/>
    }
    .into_any()
}

fn overview_head(asked: &Asked) -> AnyView {
    let say = &words().monitoring;
    let lead = if asked.domain.is_empty() { say.lead.to_owned() } else { (say.lead_of_domain)(&asked.domain) };
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead>
            <a class="btn" href="/monitoring/objectives">{words().objectives.title}</a>
            <a class="btn" href="/monitoring/requests">{words().request_log.title}</a>
        </PageHead>
    }
    .into_any()
}

/// The way to the figures of each process, for those who run them.
fn node_links(me: Me) -> AnyView {
    let links = me.nodes.into_iter().map(|node| view! { <li><a href=address("node", &node.id)>{node.id.clone()}</a></li> });
    me.is_admin
        .then(|| {
            view! {
                <section class="card card-pad mt-4"><h2>{words().monitoring.nodes}</h2><ul class="row s13 mt-2">{links.collect_view()}</ul></section>
            }
        })
        .into_any()
}

/// A form and not a list of links: there may be many domains.
fn domain_choice(asked: &Asked, domains: &[String]) -> AnyView {
    let say = &words().monitoring;
    let chosen = asked.domain.clone();
    let others = asked.pairs().into_iter().filter(|(name, value)| *name != "domain" && !value.is_empty());
    let others: Vec<(&'static str, String)> = others.map(|(name, value)| (name, value.to_owned())).collect();
    view! {
        <form class="row nowrap" method="get" action=OVERVIEW>
            {others.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <select class="select input-sm auto" name="domain" aria-label=say.scope>
                <option value="">{say.all_domains}</option>
                {domains.iter().map(|domain| view! { <option value=domain.clone() selected=*domain == chosen>{domain.clone()}</option> }).collect_view()}
            </select>
            <button class="btn btn-sm" type="submit">{say.show}</button>
        </form>
    }
    .into_any()
}

/// The figures of a thing with a name of one part: a source or a node.
#[component]
pub(crate) fn NamePage() -> impl IntoView {
    let (kind, name) = (param("kind"), param("name"));
    page_of(Signal::derive(move || (kind.get(), name.get())))
}

/// The same of a thing in a domain.
#[component]
pub(crate) fn PathPage() -> impl IntoView {
    let (kind, domain, name) = (param("kind"), param("domain"), param("name"));
    page_of(Signal::derive(move || (kind.get(), format!("{}/{}", domain.get(), name.get()))))
}

fn page_of(at: Signal<(String, String)>) -> AnyView {
    let asked = asked();
    let drawn = loaded(move || (at.get(), asked.get()), |((kind, path), asked)| monitoring_of(kind, path, asked));
    let why = loaded(move || (at.get(), asked.get()), |((kind, path), asked)| why(kind, path, asked));
    view! {
        <Load resource=drawn page=true view=move |html| {
            let (key, path) = at.get_untracked();
            kind_of(&key).map(|kind| {
                let address = address(kind.key, &path);
                view! {
                    {head(kind, &path)}
                    <div class="row toolbar-scroll mb-4">{move || asked.with(|asked| view! {
                        {kind.has_environments.then(|| environments(asked, &address))}{ranges(asked, &address)}
                    })}</div>
                    {(kind.key == API).then(|| view! { <Load resource=why quiet=true view=|html| view! { <Drawn html/> }/> })}
                    <Drawn html/>
                }
            })
        }/>
    }
    .into_any()
}

/// Of an API alone: nothing else has rules.
async fn why(kind: String, path: String, asked: Asked) -> Result<String, PortalError> {
    if kind == API { monitoring_why(path, asked).await } else { Ok(String::new()) }
}

fn head(kind: &'static Kind, path: &str) -> AnyView {
    let say = words();
    let page = (!kind.page.is_empty()).then(|| (format!("{}{path}", kind.page), (kind.link)(say)));
    let other = match kind.key {
        "dataset" => Some((address("job", path), say.monitoring.job_figures)),
        "job" => Some((address("dataset", path), say.monitoring.dataset_figures)),
        _ => None,
    };
    let links = other.into_iter().chain(page).map(|(to, text)| view! { <a class="btn" href=to>{text}</a> }).collect_view();
    view! {
        <PageName name=path.to_owned()/>
        <PageHead title=path.to_owned() lead=(kind.lead)(say)><a class="btn" href=OVERVIEW>{say.monitoring.overview}</a>{links}</PageHead>
    }
    .into_any()
}
