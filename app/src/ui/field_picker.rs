//! Fields picked out of a list: a box for each, which a form sends without any script. With one there are a search, all
//! and none.

use leptos::html::Input;
use leptos::prelude::*;

use super::Icon;
use super::field::{described, invalid};
use crate::words::words;

/// A field and its box.
type Row = (String, NodeRef<Input>);

#[component]
pub(crate) fn FieldPicker(
    /// The id of the group; its lines are `<id>-about`, `<id>-help` and `<id>-error`.
    id: &'static str,
    label: &'static str,
    #[prop(optional)] note: &'static str,
    #[prop(optional)] help: &'static str,
    /// What the boxes are called in a form that is sent as it is.
    #[prop(optional)]
    name: Option<&'static str>,
    fields: Vec<String>,
    /// In the order in which they were picked.
    picked: RwSignal<Vec<String>>,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let say = &words().ui_forms;
    let (search, alive) = (RwSignal::new(String::new()), RwSignal::new(false));
    let rows = StoredValue::new(fields.into_iter().map(|field| (field, NodeRef::new())).collect::<Vec<Row>>());
    // What was ticked before the browser's half came counts too.
    Effect::new(move |_| {
        alive.set(true);
        let ticked: Vec<String> = rows.get_value().into_iter().filter(|(_, box_of)| is_ticked(*box_of)).map(|(field, _)| field).collect();
        picked.update(|picked| put_all(picked, ticked, true));
    });
    let tick_all = move |on: bool| {
        let text = search.get_untracked();
        let shown: Vec<Row> = rows.get_value().into_iter().filter(|(field, _)| holds(field, &text)).collect();
        for (_, box_of) in &shown {
            if let Some(input) = box_of.get_untracked() {
                input.set_checked(on);
            }
        }
        picked.update(|picked| put_all(picked, shown.into_iter().map(|(field, _)| field).collect(), on));
    };
    let about =
        Signal::derive(move || picked.with(|picked| if picked.is_empty() { String::new() } else { (say.selected)(&picked.join(", ")) }));
    let (invalid, described) = (invalid(error), described(id, !help.is_empty(), about, error));
    let boxes = rows.get_value().into_iter().map(|(field, box_of)| {
        let (value, shown, changed, invalid) = (field.clone(), field.clone(), field.clone(), invalid.clone());
        let is_picked = picked.with_untracked(|picked| picked.contains(&field));
        let change = move |event: leptos::ev::Event| picked.update(|picked| put_all(picked, vec![changed.clone()], event_target_checked(&event)));
        view! {
            <label class="choice" hidden=move || search.with(|text| !holds(&shown, text))>
                <input class="check" type="checkbox" name=name value=value checked=is_picked aria-invalid=invalid node_ref=box_of on:change=change/>
                <span class="mono small">{field}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field" class:field-bad=move || error.with(Option::is_some) id=id tabindex="-1" aria-describedby=described>
            <legend class="label">{label}{(!note.is_empty()).then(|| view! { <span class="opt">{note}</span> })}</legend>
            <div class="row nowrap" hidden=move || !alive.get()>
                <input class="input input-sm" type="search" autocomplete="off" placeholder=say.search aria-label=(say.search_in)(label)
                    on:keydown=keep_form on:input=move |event| search.set(event_target_value(&event))/>
                <button class="btn btn-sm" type="button" on:click=move |_| tick_all(true)>{say.select_all}</button>
                <button class="btn btn-sm" type="button" on:click=move |_| tick_all(false)>{say.select_none}</button>
            </div>
            <div class="picks">{boxes.collect_view()}</div>
            {lines(id, help, about, error)}
        </fieldset>
    }
    .into_any()
}

/// What is known of the choice, and its error or its help.
fn lines(id: &'static str, help: &'static str, about: Signal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        {move || Some(about.get()).filter(|about| !about.is_empty()).map(|about| view! { <p class="help" id=format!("{id}-about")>{about}</p> })}
        {move || match error.get() {
            Some(message) => view! {
                <p class="field-error" id=format!("{id}-error") role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p>
            }.into_any(),
            None if !help.is_empty() => view! { <p class="help" id=format!("{id}-help")>{help}</p> }.into_any(),
            None => ().into_any(),
        }}
    }
}

/// The key that ends a search must not send the form around it.
fn keep_form(event: leptos::ev::KeyboardEvent) {
    if event.key() == "Enter" {
        event.prevent_default();
    }
}

fn is_ticked(box_of: NodeRef<Input>) -> bool {
    box_of.get_untracked().is_some_and(|input| input.checked())
}

fn holds(field: &str, search: &str) -> bool {
    field.to_lowercase().contains(&search.trim().to_lowercase())
}

/// Adds fields behind those that are picked, or takes them out.
fn put_all(picked: &mut Vec<String>, fields: Vec<String>, on: bool) {
    if on {
        let new: Vec<String> = fields.into_iter().filter(|field| !picked.contains(field)).collect();
        picked.extend(new);
    } else {
        picked.retain(|known| !fields.contains(known));
    }
}

#[cfg(test)]
mod tests {
    use super::{holds, put_all};

    #[test]
    fn fields_keep_the_order_in_which_they_were_picked() {
        let mut picked = Vec::new();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        put_all(&mut picked, names(&["month", "year"]), true);
        put_all(&mut picked, names(&["year", "day"]), true);
        assert_eq!(picked, names(&["month", "year", "day"]));
        put_all(&mut picked, names(&["year", "none"]), false);
        assert_eq!(picked, names(&["month", "day"]));
        assert!(holds("dep_Delay", " delay ") && holds("dep", "") && !holds("dep", "arr"));
    }
}
