//! Who may see, change and call an asset, and whom to ask.

use leptos::prelude::*;
use model::catalogue::AssetPath;
use model::redirect::query_value;

use super::api_asset::asset_access;
use super::shared::Shared;
use super::shown::{AccessShown, Right, RightLine};
use super::tab::AssetTab;
use crate::asset_address::asset_title;
use crate::ui::{Icon, Load, Loaded, loaded};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct AccessTab {
    shared: Shared,
    shown: Loaded<Option<AccessShown>>,
}

impl AccessTab {
    pub(super) fn new(shared: Shared) -> Self {
        let shown = loaded(
            move || shared.at.with(|at| at.shows(AssetTab::Access)),
            |at| async move {
                match at {
                    Some(at) => asset_access(at.path).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { shared, shown }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, shown } = self;
        view! {
            <Load resource=shown view=move |shown| shown.map(|shown| {
                let path = shared.at.with_untracked(|at| at.path.parse::<AssetPath>().ok());
                path.map(|path| page(&path, shown))
            })/>
        }
        .into_any()
    }
}

fn page(path: &AssetPath, shown: AccessShown) -> AnyView {
    let say = &words().catalogue_asset;
    let AccessShown { domain, rights, owners, apps } = shown;
    let rows = rights.into_iter().map(row).collect_view();
    let ask = ask(path, &domain, owners);
    let apps = apps.map(|apps| callers(path, apps));
    view! {
        <div class="with-aside">
            <div class="stack-6">
                <section class="card clip">
                    <div class="card-head"><h2>{say.who_may}</h2><span class="small t-3">{(say.in_domain)(&domain)}</span></div>
                    <div class="table-wrap" tabindex="0" role="region" aria-label=say.who_may><table class="table table-cards">
                        <thead><tr><th>{say.right}</th><th>{say.you}</th><th>{say.roles}</th><th>{say.people}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table></div>
                    <div class="card-foot"><span>{say.admins_too}</span></div>
                </section>
                {apps}
            </div>
            <aside class="stack">{ask}</aside>
        </div>
    }
    .into_any()
}

fn right_name(right: Right) -> &'static str {
    let say = &words().catalogue_asset;
    match right {
        Right::See => say.may_see,
        Right::ReadSample => say.may_sample,
        Right::SeeSql => say.may_see_sql,
        Right::Edit => say.may_edit,
        Right::Certify => say.may_certify,
        Right::Grant => say.may_grant,
    }
}

fn row(line: RightLine) -> AnyView {
    let say = &words().catalogue_asset;
    let (class, mine) = if line.mine { ("badge badge-ok", say.yes) } else { ("badge", say.no) };
    let roles = line.roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(", ");
    let people = if line.people.is_empty() { say.nobody.to_owned() } else { line.people.join(", ") };
    view! {
        <tr>
            <td class="lead-cell medium">{right_name(line.right)}</td>
            <td class="fit" data-label=say.you><span class=class>{mine}</span></td>
            <td class="t-2" data-label=say.roles>{roles}</td>
            <td class="t-2" data-label=say.people>{people}</td>
        </tr>
    }
    .into_any()
}

fn ask(path: &AssetPath, domain: &str, owners: Vec<String>) -> AnyView {
    let say = &words().catalogue_asset;
    let subject = query_value(&(say.mail_subject)(&asset_title(path))).replace('/', "%2F");
    let links = owners.iter().map(|owner| {
        let to = format!("mailto:{}?subject={subject}", query_value(owner).replace("%40", "@"));
        view! { <li><a href=to>{owner.clone()}</a></li> }
    });
    let links = links.collect_view();
    let how = if owners.is_empty() { (say.ask_admin)(domain) } else { (say.ask_owner)(domain) };
    view! {
        <section class="card card-pad stack-2">
            <h2>{say.how_to_ask}</h2>
            <p class="t-2 s13">{how}</p>
            <ul class="bullets s13">{links}</ul>
        </section>
    }
    .into_any()
}

fn callers(path: &AssetPath, apps: Vec<(String, bool)>) -> AnyView {
    let say = &words().catalogue_asset;
    let AssetPath::Api { domain, name } = path else { return ().into_any() };
    let to = format!("/apis/{domain}/{name}/access");
    let count = apps.len();
    let rows = apps.into_iter().map(|(app, expired)| {
        let state = if expired { say.grant_ended } else { say.grant_holds };
        view! { <li><span class="glyph"><Icon name="app"/></span><div><p><b>{app}</b></p></div><span class="small t-3">{state}</span></li> }
    });
    let body = if count == 0 {
        view! { <p class="card-pad t-2 s13">{say.no_callers}</p> }.into_any()
    } else {
        view! { <ul class="todo">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.callers}</h2><span class="count">{count}</span><a class="end s13" href=to>{say.grants}</a></div>
            {body}
        </section>
    }
    .into_any()
}
