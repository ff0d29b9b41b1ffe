//! What was typed into a form that a document took with it, such as one that was loaded anew: kept in the tab's own storage until the form is
//! there again. Passwords and secrets are not kept.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, PerformanceNavigation, Storage};
use leptos_router::hooks::use_location;

use super::field_in_hand::dispatch;
use crate::signed_in::MeResource;

/// Fields that stand there only once another one has its value are found in a later round.
const ROUNDS: u32 = 3;

/// What holds a value of somebody who types.
const FIELDS: &str = "select, input:not([type=hidden], [type=password], [type=file]), textarea";

/// The values by their fields; a box that is ticked has an empty one.
type Values = BTreeMap<String, Option<String>>;

/// Whose values these are, and of which page. Empty until it is known who reads.
pub(super) fn kept_place() -> RwSignal<String> {
    let (place, me) = (RwSignal::new(String::new()), use_context::<MeResource>());
    // The page that a form began on is its page, also while another one comes.
    let path = use_location().pathname.get_untracked();
    Effect::new(move |_| {
        if let Some(Ok(known)) = me.and_then(|MeResource(me)| me.get()) {
            place.set(format!("unsaved:{}:{path}", known.email));
        }
    });
    place
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// How a field is told from the others of its page; nothing where it cannot be.
fn key(field: &Element) -> Option<String> {
    let id = field.id();
    if !id.is_empty() {
        return Some(id);
    }
    let name = field.get_attribute("name")?;
    let value = field.dyn_ref::<HtmlInputElement>().filter(|field| is_box(field)).map(HtmlInputElement::value).unwrap_or_default();
    Some(format!("{name} {value}"))
}

fn is_box(field: &HtmlInputElement) -> bool {
    matches!(field.type_().as_str(), "checkbox" | "radio")
}

/// The value of a field; none for a box that is not ticked.
fn value(field: &Element) -> Option<String> {
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        return if is_box(field) { field.checked().then(String::new) } else { Some(field.value()) };
    }
    let of_area = field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value);
    of_area.or_else(|| field.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value))
}

fn put(field: &Element, value: Option<&str>) {
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        if is_box(field) { field.set_checked(value.is_some()) } else { field.set_value(value.unwrap_or_default()) }
    } else if let Some(field) = field.dyn_ref::<HtmlTextAreaElement>() {
        field.set_value(value.unwrap_or_default());
    } else if let Some(field) = field.dyn_ref::<HtmlSelectElement>() {
        field.set_value(value.unwrap_or_default());
    }
}

fn fields(around: &Element) -> Vec<Element> {
    let Ok(found) = around.query_selector_all(FIELDS) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn stored(place: &str) -> Values {
    let text = storage().and_then(|storage| storage.get_item(place).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn store(place: &str, values: &Values) {
    if values.is_empty() {
        forget_values(place);
    } else if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(values)) {
        let _ = storage.set_item(place, &text);
    }
}

/// Keeps what stands in the fields.
pub(super) fn keep_values(around: &Element, place: &str) {
    if place.is_empty() {
        return;
    }
    let mut values = stored(place);
    values.extend(fields(around).iter().filter_map(|field| Some((key(field)?, value(field)))));
    store(place, &values);
}

/// Nothing of the page is kept any more.
pub(super) fn forget_values(place: &str) {
    let _ = storage().map(|storage| storage.remove_item(place));
}

/// Whether the document is one that was there before: loaded anew, or gone back to.
fn is_again() -> bool {
    window().performance().is_some_and(|performance| performance.navigation().type_() != PerformanceNavigation::TYPE_NAVIGATE)
}

/// Puts what was kept back into the fields, which tell it as if it were typed now. Who comes by a link begins anew.
pub(super) fn give_back(around: &Element, place: &str) {
    if !is_again() {
        return forget_values(place);
    }
    round(around.clone(), place.to_owned(), ROUNDS);
}

fn round(around: Element, place: String, left: u32) {
    let mut values = stored(&place);
    if values.is_empty() || left == 0 {
        return;
    }
    for field in fields(&around) {
        let Some(kept) = key(&field).and_then(|key| values.remove(&key)) else { continue };
        if value(&field) != kept {
            put(&field, kept.as_deref());
            dispatch(&field, "input");
            dispatch(&field, "change");
        }
    }
    store(&place, &values);
    set_timeout(move || round(around, place, left - 1), Duration::ZERO);
}
