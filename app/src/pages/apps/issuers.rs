//! Issuers: whose signed tokens stand for an app.

use leptos::prelude::*;
use model::view::AppView;

use super::api::{DeleteIssuer, NewIssuer};
use crate::ui::{
    Callout, ConfirmDialog, Field, FormToken, SaveForm, SelectField, TextArea, TextField, Time, Tone, copyable, environment_choices,
    field_error,
};

/// The secret of an issuer that was just made, shown this once.
#[component]
pub(super) fn NewSecret(make: ServerAction<NewIssuer>) -> impl IntoView {
    move || {
        let made = make.value().get().and_then(Result::ok)?;
        Some(match made.secret {
            Some(secret) => view! {
                <Callout tone=Tone::Ok><p class="mb-2"><b>"This is the secret. It is shown this once."</b>" Sign tokens with it: HS256, with iss, aud and exp."</p><div id="new-secret">{copyable(secret, "Copy the secret")}</div></Callout>
            }.into_any(),
            None => view! { <Callout tone=Tone::Ok><p><b>"Its tokens are taken from now on."</b></p></Callout> }.into_any(),
        })
    }
}

pub(super) fn issuers(
    app: &AppView,
    may: bool,
    make: ServerAction<NewIssuer>,
    delete: ServerAction<DeleteIssuer>,
) -> impl IntoView + use<> {
    let (domain, name, rows) = (app.domain.clone(), app.name.clone(), app.issuers.clone());
    let (form_domain, form_name) = (domain.clone(), name.clone());
    let empty = rows.is_empty();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Signed tokens (JWT)"</h2><span class="count">{rows.len()}</span></div>
            {empty.then(|| view! { <p class="card-pad t-2 s13">"None. A program that already has tokens of an identity provider can call with those instead of a key."</p> })}
            {(!empty).then(|| view! { <div class="table-wrap" tabindex="0" role="region" aria-label="Issuers"><table class="table table-cards">
                <thead><tr><th>"Issuer"</th><th>"Audience"</th><th>"For"</th><th>"Signed with"</th><th>"Fixed"</th><th>"Made"</th><th><span class="sr">"Actions"</span></th></tr></thead>
                <tbody>{rows.into_iter().map(|issuer| {
                    let (domain, name) = (domain.clone(), name.clone());
                    let (id, title) = (format!("issuer-{}", issuer.id), format!("Remove the issuer {}?", issuer.issuer));
                    let effects = vec![
                        format!("Tokens of this issuer for {} are refused at once in {}.", issuer.audience, issuer.environment.key()),
                        "To undo this, trust the issuer again. A shared secret cannot be restored: a new one is made.".to_owned(),
                    ];
                    let fixed: Vec<String> = issuer.fixed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                    view! {
                        <tr><td class="lead-cell medium">{issuer.issuer}</td><td data-label="Audience">{issuer.audience}</td><td class="fit t-2" data-label="For">{issuer.environment.key()}</td>
                        <td class="fit t-2" data-label="Signed with">{if issuer.shared_secret { "a shared secret" } else { "keys of its own" }}</td><td class="t-2" data-label=(!fixed.is_empty()).then_some("Fixed")>{fixed.join(", ")}</td><td class="t-2 tn" data-label="Made"><Time at=issuer.created_at/></td>
                        <td class="fit">{may.then(|| view! {
                            <ActionForm action=delete><FormToken/>
                                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/><input type="hidden" name="id" value=issuer.id.clone()/>
                                <ConfirmDialog id act="Remove issuer" title effects/>
                            </ActionForm>
                        })}</td></tr>
                    }
                }).collect_view()}</tbody>
            </table></div> })}
            {may.then(|| form(form_domain, form_name, make))}
        </section>
    }
}

fn form(domain: String, name: String, make: ServerAction<NewIssuer>) -> impl IntoView {
    view! {
        <details class="card-pad">
            <summary>"Trust an issuer"</summary>
            <div class="mt-4"><SaveForm action=make save="Trust it" saved="The issuer is trusted.">
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/>
                <div class="form-row">
                    <TextField id="issuer" label="Issuer" help="The iss of its tokens." name="issuer" error=field_error(make, "issuer") required=true placeholder="https://id.example.com"/>
                    <TextField id="audience" label="Audience" help="The aud that they must name." name="audience" error=field_error(make, "audience") required=true placeholder="flights"/>
                    <SelectField id="issuer-environment" label="For" name="environment" choices=environment_choices()/>
                </div>
                <TextField id="jwks_url" label="Address of its keys" note="Empty to make a shared secret here" help="RS256, ES256 or EdDSA; fetched anew by itself." name="jwks_url" error=field_error(make, "jwks_url") placeholder="https://id.example.com/.well-known/jwks.json"/>
                <Field id="fixed" label="Fixed parameters" note="optional" help="name=value, a line each. A caller with such a token cannot choose these." error=field_error(make, "fixed")><TextArea class="input" id="fixed" name="fixed" rows=2 placeholder="carrier=UA" text=String::new()/></Field>
            </SaveForm></div>
        </details>
    }
}
