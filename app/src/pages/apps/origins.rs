//! Origins: the web pages whose scripts may call with an app's key.

use leptos::prelude::*;
use model::view::AppView;

use super::api::SetOrigins;
use crate::ui::{Field, SaveForm, TextArea, field_error};

pub(super) fn origins(app: &AppView, may: bool, set: ServerAction<SetOrigins>) -> impl IntoView + use<> {
    let (domain, name, text) = (app.domain.clone(), app.name.clone(), app.origins.join("\n"));
    let known = app.origins.join(", ");
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Web pages (CORS)"</h2><span class="count">{app.origins.len()}</span></div>
            <p class="card-pad t-2 s13">{if known.is_empty() { "None. A browser lets no page read what this app is answered.".to_owned() } else { known }}</p>
            {may.then(|| view! {
                <details class="card-pad">
                    <summary>"Change allowed origins"</summary>
                    <div class="mt-4"><SaveForm action=set save="Save origins">
                        <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/>
                        <Field id="origins" label="Allowed origins" note="optional" help="One a line, such as https://app.example.com. A key in a page is readable by everybody who opens it: give it few grants and low limits." error=field_error(set, "origins")><TextArea class="input" id="origins" name="origins" rows=3 placeholder="https://app.example.com" text=text/></Field>
                    </SaveForm></div>
                </details>
            })}
        </section>
    }
}
