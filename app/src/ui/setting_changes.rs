//! Settings before and after a change that somebody decides on.

use leptos::prelude::*;
use model::view::SettingChange;

/// A table of them; of secrets, only their labels.
#[component]
pub(crate) fn SettingChanges(changes: Vec<SettingChange>, secrets: Vec<String>) -> impl IntoView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Settings before and after"><table class="table table-dense">
            <thead><tr><th>"Setting"</th><th>"Before"</th><th>"After"</th></tr></thead>
            <tbody>
                {changes.into_iter().map(|setting| view! {
                    <tr><td class="medium">{setting.label}</td><td><code>{setting.before}</code></td><td><code>{setting.after}</code></td></tr>
                }).collect_view()}
                {secrets.into_iter().map(|label| view! {
                    <tr><td class="medium">{label}</td><td class="t-3">"sealed"</td><td class="t-3">"given anew, sealed"</td></tr>
                }).collect_view()}
            </tbody>
        </table></div>
    }
}
