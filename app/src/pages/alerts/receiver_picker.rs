//! The receivers of a rule or an objective, picked out of those that there are.

use leptos::prelude::*;

use crate::ui::FieldPicker;
use crate::words::words;

/// Names as they stand in one text: `team, night`.
pub(super) fn names_in(text: &str) -> Vec<String> {
    text.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A box for each; those that are picked and no longer known stay, so that they can be taken out.
pub(super) fn receiver_picker(name: &'static str, known: &[String], picked: Vec<String>, error: Signal<Option<String>>) -> AnyView {
    let say = &words().alert_rule;
    let gone = picked.iter().filter(|name| !known.contains(name)).cloned();
    let fields: Vec<String> = known.iter().cloned().chain(gone).collect();
    if fields.is_empty() {
        return view! { <div class="field"><p class="label">{say.receivers}</p><p class="help">{say.no_receivers}</p></div> }.into_any();
    }
    let picked = RwSignal::new(picked);
    view! { <FieldPicker id="receivers" label=say.receivers note=say.receivers_note name=name fields picked error=error/> }.into_any()
}
