//! A field for a time zone. The browser offers every zone, found by its city; what is typed is what is sent.

use leptos::prelude::*;
use model::view::ZoneView;

use super::asked::Asked;
use super::field::{FieldWords, described, framed, invalid};
use crate::words::words;

#[component]
pub(crate) fn ZonePicker(
    id: &'static str,
    label: &'static str,
    /// The zones to choose from, as the server knows them.
    zones: Asked<Vec<ZoneView>>,
    zone: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let about = Signal::derive(move || {
        let chosen = zones.latest().and_then(|zones| zones.into_iter().find(|known| zone.with(|zone| *zone == known.name)));
        chosen.map(|chosen| chosen.words()).unwrap_or_default()
    });
    let help = words().ui_forms.zone_help;
    let (invalid, described) = (invalid(error), described(id, true, about, error));
    let list = format!("{id}-zones");
    let choose = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event).trim().to_owned();
        let known = untrack(|| zones.latest()).unwrap_or_default();
        let chosen = ZoneView::named(&known, &typed).map_or(typed.clone(), |zone| zone.name.clone());
        // The zone may be the one that was chosen before, while the field still says how it was found.
        event_target::<web_sys::HtmlInputElement>(&event).set_value(&chosen);
        zone.set(chosen);
    };
    let control = view! {
        <input class="input" id=id list=list.clone() autocomplete="off" prop:value=zone value=zone.get_untracked() aria-invalid=invalid aria-describedby=described on:change=choose/>
        <datalist id=list>
            {move || zones.latest().unwrap_or_default().into_iter().map(|zone| {
                let words = zone.words();
                view! { <option value=zone.name>{words}</option> }
            }).collect_view()}
        </datalist>
    };
    framed(FieldWords { id: id.into(), label: label.into(), note: String::new(), help: help.into(), about }, error, control)
}
