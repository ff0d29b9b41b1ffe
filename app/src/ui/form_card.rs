//! A card that says how something is, and has the form that changes it behind a button.

use leptos::prelude::*;

use crate::words::words;

/// `lines` say how it is, or `empty` does where there are none; the form is drawn anew each time it is opened.
#[component]
pub(crate) fn FormCard(
    title: &'static str,
    /// What the button that opens the form says.
    change: &'static str,
    may_edit: bool,
    lines: Vec<String>,
    empty: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <section class="card card-pad stack">
            <div class="between">
                <h2>{title}</h2>
                {may_edit.then(|| view! { <button class="btn btn-sm" type="button" on:click=move |_| open.update(|open| *open = !*open)>{move || if open.get() { words().ui_forms.close } else { change }}</button> })}
            </div>
            <Show when=move || !open.get()>
                {if lines.is_empty() {
                    view! { <p class="t-2">{empty}</p> }.into_any()
                } else {
                    view! { <ul class="bullets">{lines.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view()}</ul> }.into_any()
                }}
            </Show>
            <Show when=move || open.get()>{children()}</Show>
        </section>
    }
}
