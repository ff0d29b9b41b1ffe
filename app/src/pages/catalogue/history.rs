//! What was changed of an asset, by whom, and what stood there before.

use leptos::prelude::*;
use model::catalogue::AssetPath;
use model::list::{ListPage, ListQuery};
use model::view::AssetEvent;

use super::api_asset::asset_history;
use super::at::At;
use super::shared::Shared;
use super::tab::AssetTab;
use super::values::origin_note;
use crate::asset_address::asset_address;
use crate::ui::{Empty, Load, Loaded, Time, loaded, page_links, rows_found};
use crate::words::words;

/// The longest text that a line shows.
const SHOWN: usize = 160;

#[derive(Clone, Copy)]
pub(super) struct HistoryTab {
    at: Memo<At>,
    events: Loaded<Option<ListPage<AssetEvent>>>,
}

impl HistoryTab {
    pub(super) fn new(shared: Shared) -> Self {
        let at = shared.at;
        let events = loaded(
            move || at.with(|at| at.shows(AssetTab::History)),
            |at| async move {
                match at {
                    Some(at) => asset_history(at.path, at.query).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { at, events }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { at, events } = self;
        view! {
            <Load resource=events view=move |page| page.map(|page| {
                let at = at.get_untracked();
                let path = at.path.parse::<AssetPath>().ok();
                path.map(|path| list(asset_address(&path), at.query, page))
            })/>
        }
        .into_any()
    }
}

fn list(address: String, query: ListQuery, page: ListPage<AssetEvent>) -> AnyView {
    let say = &words().catalogue_asset;
    let extent = page.extent;
    if page.rows.is_empty() {
        return view! { <div class="card"><Empty title=say.no_history_title text=say.no_history_text/></div> }.into_any();
    }
    let link = move |page: u32| format!("{address}{}", At::link(AssetTab::History, &query.at_page(page)));
    let pages = (extent.pages() > 1).then(|| page_links((extent.page, extent.pages()), say.history, link));
    view! {
        <section class="card clip">
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.history><table class="table table-cards">
                <thead><tr><th>{say.changed}</th><th>{say.time}</th><th>{say.by}</th><th>{say.before}</th><th>{say.after}</th></tr></thead>
                <tbody>{page.rows.into_iter().map(row).collect_view()}</tbody>
            </table></div>
            <div class="card-foot list-foot"><span role="status">{rows_found(say.changes, extent)}</span>{pages}</div>
        </section>
    }
    .into_any()
}

fn row(event: AssetEvent) -> AnyView {
    let say = &words().catalogue_asset;
    let note = origin_note(event.origin);
    let (before, after) = (event.before.map(shortened), event.after.map(shortened));
    let (had, has) = (before.is_some().then_some(say.before), after.is_some().then_some(say.after));
    view! {
        <tr>
            <td class="lead-cell medium">{field_name(&event.field)}</td>
            <td class="fit t-2 tn" data-label=say.time><Time at=event.at/></td>
            <td class="fit" data-label=say.by>{event.by}{note.map(|note| view! { <span class="sub">{note}</span> })}</td>
            <td class="t-2 kept-lines" data-label=had>{before}</td>
            <td class="kept-lines" data-label=has>{after}</td>
        </tr>
    }
    .into_any()
}

fn shortened(text: String) -> String {
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("…".chars()).collect() }
}

/// What was changed, by its key in the history.
fn field_name(key: &str) -> String {
    let say = &words().catalogue_asset;
    let name = match key {
        "description" => say.description,
        "owner" => say.owner,
        "steward" => say.steward,
        "tier" => say.tier,
        "status" => say.status,
        "successor" => say.successor,
        "links" => say.links,
        "registered" => say.registered,
        "name" => say.name,
        "type" => say.data_type,
        "gone" => say.gone,
        "back" => say.back,
        "tag" => say.tag,
        other => return other.to_owned(),
    };
    name.to_owned()
}
