//! Home: what needs me, what is mine, and a table to begin from.

pub(crate) mod api;
#[cfg(feature = "ssr")]
mod figures;
mod needs;
mod shown;

use leptos::prelude::*;
use model::Action;
use model::table::TableInfo;
use model::view::{ApiSummary, HomeSource, Me, RequestState, RequestView};

use self::shown::shown;
use crate::pages::apis::api::apis;
use crate::pages::inbox::api::requests;
use crate::pages::sources::api::offered_source;
use crate::pages::sources::ask_tables;
use crate::signed_in::MeResource;
use crate::ui::{DrawnInline, Empty, FromSource, Icon, LiveBadge, Load, Loaded, PageHead, PageName, Time, loaded, rows};
use crate::words::words;

#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let say = &words().home;
    let MeResource(me) = expect_context();
    let list = loaded(|| (), |()| apis());
    let asked = loaded(|| (), |()| requests());
    let needed = loaded(|| (), |()| api::needs());
    let offered = loaded(|| (), |()| offered_source());
    let figures = loaded(|| (), |()| api::home_figures());
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            let for_list = me.clone();
            let builds = !me.domains_where(Action::EditApi).is_empty();
            view! {
                <PageHead title=say.title lead=lead(&me)/>
                <div class="with-aside">
                    <div class="stack-6">
                        <Load resource=needed view=needs::card/>
                        <Load resource=list view=move |apis| my_apis(&for_list, apis, figures)/>
                    </div>
                    <aside class="stack">
                        {builds.then(|| view! { <Load resource=offered view=from_table/> })}
                        <Load resource=asked view=my_requests/>
                    </aside>
                </div>
            }
        }/>
    }
    .into_any()
}

fn lead(me: &Me) -> String {
    let say = &words().home;
    let domains: Vec<&str> = me.domains.keys().map(String::as_str).collect();
    match (domains.as_slice(), me.is_admin) {
        ([], true) => say.no_domains_of_admin.to_owned(),
        ([], false) => say.no_domains.to_owned(),
        ([one], _) => (say.domain)(one),
        (many, _) => (say.domains)(&many.join(", ")),
    }
}

fn my_apis(me: &Me, apis: Vec<ApiSummary>, figures: Loaded<Vec<(String, String)>>) -> impl IntoView + use<> {
    let say = &words().home;
    let (are_mine, shown) = shown(&me.email, apis);
    let title = if are_mine { say.my_apis } else { say.apis_of_domains };
    let builds = !me.domains_where(Action::EditApi).is_empty();
    view! {
        <section class="card clip" aria-labelledby="mine">
            <div class="card-head"><h2 id="mine">{title}</h2><span class="count">{shown.len()}</span><div class="end"><a class="s13" href="/apis">{say.all_apis}</a></div></div>
            {if shown.is_empty() {
                view! {
                    <Empty title=say.no_apis text=say.no_apis_text>
                        {builds.then(|| view! { <a class="btn btn-primary" href="/apis/new">{say.create_api}</a> })}
                    </Empty>
                }.into_any()
            } else {
                view! { <Load resource=figures view=move |figures| view! { <ApiRows apis=shown.clone() figures/> }/> }.into_any()
            }}
        </section>
    }
}

#[component]
fn ApiRows(
    apis: Vec<ApiSummary>,
    /// Of some of them, what is drawn in their row.
    figures: Vec<(String, String)>,
) -> impl IntoView {
    let say = &words().home;
    let figures_of = move |path: &str| figures.iter().find(|(of, _)| of == path).map(|(_, html)| html.clone()).unwrap_or_default();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.apis><table class="table table-cards">
            <thead><tr><th>{say.api}</th><th>{say.api_type}</th><th>{say.state}</th><th>{say.requests}</th><th>{say.source}</th><th>{say.owner}</th></tr></thead>
            <tbody>{apis.into_iter().map(|api| {
                let figures = figures_of(&api.path());
                let head = (!figures.is_empty()).then_some(say.requests);
                view! {
                    <tr>
                        <td class="lead-cell"><a class="main-cell" href=format!("/apis/{}", api.path())>{api.path()}</a><span class="sub">{api.title.clone()}</span></td>
                        <td class="fit hide-phone"><span class="badge">{api.kind.words()}</span></td>
                        <td class="fit" data-label=say.state><LiveBadge api=api.clone()/></td>
                        <td class="fit" data-label=head><DrawnInline html=figures/></td>
                        <td class="fit t-2" data-label=(!api.source.is_empty()).then_some(say.source)>{api.source.clone()}</td>
                        <td class="fit t-2 hide-phone">{api.owner.clone()}</td>
                    </tr>
                }
            }).collect_view()}</tbody>
        </table></div>
    }
}

fn from_table(offered: Option<HomeSource>) -> AnyView {
    let say = &words().home;
    let Some(HomeSource { name, environment, known }) = offered else {
        return view! {
            <section class="card"><Empty title=say.no_sources text=say.no_sources_text>
                <a class="btn btn-primary" href="/sources/new">{say.create_source}</a>
            </Empty></section>
        }
        .into_any();
    };
    let of = name.clone();
    let asked = ask_tables(known, move || (of.clone(), environment));
    let (what, all) = ((say.tables_of)(&name), format!("/sources/{name}"));
    let source = name.clone();
    view! {
        <section class="card clip" aria-labelledby="from">
            <div class="card-head"><h2 id="from">{say.from_table}</h2></div>
            <FromSource asked what view=move |tables| table_links(&source, tables)/>
            <div class="card-foot">{move || asked.told().map(|_| view! { <span class="dot dot-ok" aria-hidden="true"></span><span>{(say.responds)(&name)}</span> })}<a class="push" href=all>{say.all_tables}</a></div>
        </section>
    }
    .into_any()
}

fn table_links(source: &str, tables: Vec<TableInfo>) -> impl IntoView + use<> {
    let say = &words().home;
    let links = tables.into_iter().take(5).map(|info| {
        let key = if info.key.is_empty() { say.no_key.to_owned() } else { (say.key)(&info.key.join(", ")) };
        let about = match info.rows {
            Some(count) => (say.rows_and_key)(&rows(count), &key),
            None => key,
        };
        view! {
            <li><a href=format!("/apis/new?source={source}&table={}", info.table.name)><Icon name="table" class="t-3"/>
                <span><span class="medium">{info.table.name.clone()}</span><br/><small>{about}</small></span><span class="go">{say.create_api}</span></a></li>
        }
    });
    view! { <ul class="tables-list">{links.collect_view()}</ul> }
}

fn my_requests(asked: Vec<RequestView>) -> impl IntoView {
    let say = &words().home;
    let mine: Vec<RequestView> = asked.into_iter().filter(|request| request.mine).take(5).collect();
    (!mine.is_empty()).then(|| view! {
        <section class="card clip" aria-labelledby="asked">
            <div class="card-head"><h2 id="asked">{say.my_requests}</h2></div>
            <ul class="todo">{mine.into_iter().map(|request| {
                let (glyph, icon, word) = match request.state {
                    RequestState::Open => ("glyph glyph-info", "clock", say.sent),
                    RequestState::Approved => ("glyph glyph-ok", "check", say.approved),
                    RequestState::Rejected => ("glyph glyph-bad", "x", say.rejected),
                    RequestState::Withdrawn => ("glyph", "undo", say.withdrawn),
                };
                let at = request.decided_at.unwrap_or(request.created_at);
                view! {
                    <li><span class=glyph><Icon name=icon/></span>
                        <p><b><a class="main-cell" href=format!("/inbox/{}", request.id)>{request.subject()}</a></b><br/>{word}" "<Time at/></p><span></span></li>
                }
            }).collect_view()}</ul>
        </section>
    })
}
