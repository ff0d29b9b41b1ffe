//! Origins: the web pages whose scripts may call with an app's key.

use leptos::prelude::*;
use model::view::AppView;

use super::api::SetOrigins;
use crate::ui::{Field, FormAction, SaveForm, TextArea, field_error};
use crate::words::words;

pub(super) fn origins(app: &AppView, may: bool, set: FormAction<SetOrigins>) -> impl IntoView + use<> {
    let (domain, name, text) = (app.domain.clone(), app.name.clone(), app.origins.join("\n"));
    let say = &words().apps;
    let known = app.origins.join(", ");
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.origins}</h2><span class="count">{app.origins.len()}</span></div>
            <p class="card-pad t-2 s13">{if known.is_empty() { say.no_origins.to_owned() } else { known }}</p>
            {may.then(|| view! {
                <details class="card-pad">
                    <summary>{say.edit_origins}</summary>
                    <div class="mt-4"><SaveForm action=set save=say.save_origins>
                        <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/>
                        <Field id="origins" label=say.origins_field note=say.optional help=say.origins_help error=field_error(set, "origins")><TextArea class="input" id="origins" name="origins" rows=3 placeholder=say.origins_example text=text/></Field>
                    </SaveForm></div>
                </details>
            })}
        </section>
    }
}
