//! The command palette: the areas of the portal and the assets of the catalogue, found by what is typed. The field keeps the focus; the
//! keys choose among the links below it.

use std::time::Duration;

use leptos::ev::{Event, KeyboardEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, MouseEvent};
use model::redirect::query_value;
use model::view::Me;

use crate::asset_address::asset_icon;
use crate::navigation::{AREAS, CATALOGUE, Group};
use crate::pages::home::api::suggest_assets;
use crate::pages::home::offers::AssetOffer;
use crate::ui::{Icon, Loaded};
use crate::words::words;

/// What stands below the field.
const LIST: &str = "palette-list";
/// So long after the last letter, the server is asked.
const WAIT: Duration = Duration::from_millis(120);

/// A link that is offered.
#[derive(Clone, PartialEq)]
struct Offer {
    icon: &'static str,
    name: String,
    note: String,
    to: String,
}

#[component]
pub(crate) fn Palette(me: Loaded<Me>, shown: RwSignal<bool>) -> impl IntoView {
    let say = &words().catalogue_search;
    let (text, found, at) = (RwSignal::new(String::new()), RwSignal::new(Vec::<AssetOffer>::new()), RwSignal::new(0_usize));
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    // The areas, the assets, and the search of the catalogue itself.
    let offers = Memo::new(move |_| {
        let text = text.get();
        let (areas, assets) = (areas(&text, me.get().and_then(Result::ok).as_ref()), found.get().into_iter().map(of_asset).collect());
        [areas, assets, of_text(&text)]
    });
    let count = move || offers.with(|offers| offers.iter().map(Vec::len).sum::<usize>());
    let typed = move |event: Event| {
        text.set(event_target_value(&event));
        at.set(0);
        ask_later(text, found);
    };
    let chosen = move |event: KeyboardEvent| {
        let all = count().max(1);
        if event.key() == "ArrowDown" {
            at.update(|at| *at = (*at + 1) % all);
        } else if event.key() == "ArrowUp" {
            at.update(|at| *at = (*at + all - 1) % all);
        } else if event.key() == "Enter" {
            open_option(at.get_untracked());
        } else {
            return;
        }
        event.prevent_default();
    };
    // A link, or beside the dialog. Escape is the browser's own.
    let close = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let (Some(target), Some(dialog)) = (target, dialog.get_untracked()) {
            let is_beside = target.is_same_node(Some(dialog.as_ref()));
            if is_beside || matches!(target.closest("a"), Ok(Some(_))) {
                dialog.close();
            }
        }
    };
    let groups = [say.areas, say.assets, ""];
    view! {
        <dialog class="palette" node_ref=dialog aria-label=say.find on:close=move |_| shown.set(false) on:click=close>
            <div class="ask">
                <Icon name="search"/>
                <input type="text" autofocus=true autocomplete="off" spellcheck="false" role="combobox" aria-label=say.find
                    aria-autocomplete="list" aria-expanded="true" aria-controls=LIST
                    aria-activedescendant=move || option_id(at.get()) on:input=typed on:keydown=chosen/>
                <kbd>{say.escape}</kbd>
            </div>
            <div role="listbox" id=LIST aria-label=say.found>
                {move || {
                    let mut first = 0;
                    offers.get().into_iter().zip(groups).filter(|(offers, _)| !offers.is_empty()).map(|(offers, name)| {
                        let before = first;
                        first += offers.len();
                        group(name, offers, before, at)
                    }).collect_view()
                }}
            </div>
            <div class="foot" aria-hidden="true">
                <span><kbd>{say.up}</kbd><kbd>{say.down}</kbd>{say.choose}</span><span><kbd>{say.enter}</kbd>{say.go}</span>
            </div>
            <p class="sr" role="status">{move || (say.count)(count())}</p>
        </dialog>
    }
    .into_any()
}

fn option_id(at: usize) -> String {
    format!("palette-{at}")
}

/// The browser's own click: forms that are not saved ask first, as for every link.
fn open_option(at: usize) {
    if let Some(option) = document().get_element_by_id(&option_id(at)) {
        option.unchecked_ref::<HtmlElement>().click();
    }
}

fn group(name: &'static str, offers: Vec<Offer>, before: usize, at: RwSignal<usize>) -> AnyView {
    let options = offers.into_iter().zip(before..).map(|(offer, index)| {
        view! {
            <a class="option" role="option" id=option_id(index) href=offer.to tabindex="-1"
                aria-selected=move || (at.get() == index).to_string()>
                <Icon name=offer.icon/><span>{offer.name}</span><small>{offer.note}</small>
            </a>
        }
    });
    let options = options.collect_view();
    if name.is_empty() {
        return options.into_any();
    }
    view! { <div role="group" aria-label=name><p class="group" aria-hidden="true">{name}</p>{options}</div> }.into_any()
}

/// The areas whose names have what was typed; all of them where nothing was.
fn areas(text: &str, me: Option<&Me>) -> Vec<Offer> {
    let typed = text.trim().to_lowercase();
    let is_meant = |name: &str| name.to_lowercase().contains(&typed);
    let seen = AREAS.iter().filter(|area| area.group != Group::None && me.is_some_and(|me| area.seen_by.lets(me)) && is_meant(area.name()));
    seen.map(|area| Offer { icon: area.icon, name: area.name().to_owned(), note: String::new(), to: area.to.to_owned() }).collect()
}

fn of_asset(asset: AssetOffer) -> Offer {
    Offer { icon: asset_icon(asset.kind), name: asset.name, note: asset.note, to: asset.to }
}

fn of_text(text: &str) -> Vec<Offer> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let name = (words().catalogue_search.search_for)(text);
    vec![Offer { icon: "search", name, note: String::new(), to: format!("{CATALOGUE}?q={}", query_value(text)) }]
}

/// Asks for assets once nothing was typed for a moment. What comes for another text than the present one is not shown.
fn ask_later(text: RwSignal<String>, found: RwSignal<Vec<AssetOffer>>) {
    let asked = text.get_untracked();
    let is_present = move |asked: &str| text.try_with_untracked(|text| text == asked) == Some(true);
    set_timeout(
        move || {
            if !is_present(&asked) {
                return;
            }
            spawn_local(async move {
                let given = suggest_assets(asked.clone()).await.unwrap_or_default();
                if is_present(&asked) {
                    let _ = found.try_set(given);
                }
            });
        },
        WAIT,
    );
}
