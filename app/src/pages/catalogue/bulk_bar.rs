//! Picking assets of a list: a form that leads to the page on which they are tagged, with a script and without one.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use leptos_router::components::Form;
use model::catalogue::AssetPath;

use super::bulk_query::{ASSET, BULK, asset_value};
use crate::ui::Icon;
use crate::words::words;

/// The box of one asset.
pub(super) fn pick(path: &AssetPath, name: &str) -> AnyView {
    let label = (words().catalogue_bulk.select_one)(name);
    view! { <label class="pick"><input class="check" type="checkbox" name=ASSET value=asset_value(&path.to_string()) aria-label=label/></label> }.into_any()
}

/// A card with a list of assets, each with its box where the reader may tag.
pub(super) fn bulk_form(may_tag: bool, list: AnyView) -> AnyView {
    let say = &words().catalogue_bulk;
    if !may_tag {
        return view! { <section class="card clip">{list}</section> }.into_any();
    }
    let (count, alive) = (RwSignal::new(0_u32), RwSignal::new(false));
    Effect::new(move |_| {
        alive.set(true);
        count.set(picked());
    });
    let all = move |event| {
        tick_all(event_target_checked(&event));
        count.set(picked());
    };
    view! {
        <section class="card clip picks-form" on:change=move |_| count.set(picked())>
            <Form method="get" action=BULK>
                <div class="bulk hide-phone">
                    <label class="choice center" hidden=move || !alive.get()>
                        <input class="check" type="checkbox" on:change=all/><span>{say.select_page}</span>
                    </label>
                    <b class="medium" role="status">{move || (say.selected)(count.get())}</b>
                    <span class="push row"><button class="btn btn-sm" type="submit"><Icon name="tag"/>{say.tag_selected}</button></span>
                </div>
                {list}
            </Form>
        </section>
    }
    .into_any()
}

fn boxes() -> Vec<HtmlInputElement> {
    let Ok(found) = document().query_selector_all(".picks-form .pick input") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn picked() -> u32 {
    u32::try_from(boxes().iter().filter(|input| input.checked()).count()).unwrap_or(u32::MAX)
}

fn tick_all(on: bool) {
    for input in boxes() {
        input.set_checked(on);
    }
}
