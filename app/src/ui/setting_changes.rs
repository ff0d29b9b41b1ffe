//! Settings before and after a change that somebody decides on.

use leptos::prelude::*;
use model::view::SettingChange;

use crate::words::words;

/// A table of them; of secrets, only their labels.
#[component]
pub(crate) fn SettingChanges(changes: Vec<SettingChange>, secrets: Vec<String>) -> impl IntoView {
    let say = &words().ui;
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.settings_compared><table class="table table-dense">
            <thead><tr><th>{say.setting}</th><th>{say.before}</th><th>{say.after}</th></tr></thead>
            <tbody>
                {changes.into_iter().map(|setting| view! {
                    <tr><td class="medium">{setting.label}</td><td><code>{setting.before}</code></td><td><code>{setting.after}</code></td></tr>
                }).collect_view()}
                {secrets.into_iter().map(|label| view! {
                    <tr><td class="medium">{label}</td><td class="t-3">{say.secret_before}</td><td class="t-3">{say.secret_after}</td></tr>
                }).collect_view()}
            </tbody>
        </table></div>
    }
}
