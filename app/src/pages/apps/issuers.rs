//! Issuers: whose signed tokens stand for an app.

use leptos::prelude::*;
use model::view::AppView;

use super::api::{DeleteIssuer, NewIssuer};
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Field, FormAction, FormToken, SaveForm, SelectField, TextArea, TextField, Time, Tone, copyable,
    environment_choices, field_error,
};
use crate::words::words;

/// The secret of an issuer that was just made, shown this once.
#[component]
pub(super) fn NewSecret(make: FormAction<NewIssuer>) -> impl IntoView {
    let say = &words().issuers;
    move || {
        let made = make.answer().and_then(Result::ok)?;
        Some(match made.secret {
            Some(secret) => view! {
                <Callout tone=Tone::Ok><p class="mb-2"><b>{say.new_secret}</b>{say.new_secret_help}</p><div id="new-secret">{copyable(secret, say.copy_secret)}</div></Callout>
            }.into_any(),
            None => view! { <Callout tone=Tone::Ok><p><b>{say.accepted}</b></p></Callout> }.into_any(),
        })
    }
}

pub(super) fn issuers(app: &AppView, may: bool, make: FormAction<NewIssuer>, delete: FormAction<DeleteIssuer>) -> impl IntoView + use<> {
    let (domain, name, rows) = (app.domain.clone(), app.name.clone(), app.issuers.clone());
    let (form_domain, form_name) = (domain.clone(), name.clone());
    let say = &words().issuers;
    let empty = rows.is_empty();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.title}</h2><span class="count">{rows.len()}</span></div>
            {empty.then(|| view! { <p class="card-pad t-2 s13">{say.none}</p> })}
            {(!empty).then(|| view! { <div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table table-cards">
                <thead><tr><th>{say.issuer}</th><th>{say.audience}</th><th>{say.environment}</th><th>{say.signed_with}</th><th>{say.fixed}</th><th>{say.created_at}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows.into_iter().map(|issuer| {
                    let (domain, name) = (domain.clone(), name.clone());
                    let (id, title) = (format!("issuer-{}", issuer.id), (say.remove_title)(&issuer.issuer));
                    let effects = vec![
                        (say.remove_effect)(&issuer.audience, issuer.environment.key()),
                        say.remove_undo.to_owned(),
                    ];
                    let fixed: Vec<String> = issuer.fixed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                    view! {
                        <tr><td class="lead-cell medium">{issuer.issuer}</td><td data-label=say.audience>{issuer.audience}</td><td class="fit t-2" data-label=say.environment>{issuer.environment.key()}</td>
                        <td class="fit t-2" data-label=say.signed_with>{if issuer.shared_secret { say.shared_secret } else { say.own_keys }}</td><td class="t-2" data-label=(!fixed.is_empty()).then_some(say.fixed)>{fixed.join(", ")}</td><td class="t-2 tn" data-label=say.created_at><Time at=issuer.created_at/></td>
                        <td class="fit">{may.then(|| view! {
                            <ActionForm action=delete><FormToken/>
                                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/><input type="hidden" name="id" value=issuer.id.clone()/>
                                <ConfirmDialog id act=say.remove title effects/>
                            </ActionForm>
                        })}</td></tr>
                    }
                }).collect_view()}</tbody>
            </table></div> })}
            {may.then(|| form(form_domain, form_name, make))}
        </section>
    }
}

fn form(domain: String, name: String, make: FormAction<NewIssuer>) -> impl IntoView {
    let say = &words().issuers;
    view! {
        <details class="card-pad">
            <summary>{say.add}</summary>
            <div class="mt-4"><SaveForm action=make save=say.add saved=say.added>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="app" value=name/>
                <div class="form-row">
                    <TextField id="issuer" label=say.issuer help=say.issuer_help name="issuer" error=field_error(make, "issuer") required=true placeholder=say.issuer_example/>
                    <TextField id="audience" label=say.audience help=say.audience_help name="audience" error=field_error(make, "audience") required=true placeholder=say.audience_example/>
                    <SelectField id="issuer-environment" label=say.environment name="environment" choices=environment_choices()/>
                </div>
                <TextField id="jwks_url" label=say.jwks_url note=say.jwks_url_note help=say.jwks_url_help name="jwks_url" error=field_error(make, "jwks_url") placeholder=say.jwks_url_example/>
                <Field id="fixed" label=say.fixed note=say.optional help=say.fixed_help error=field_error(make, "fixed")><TextArea class="input" id="fixed" name="fixed" rows=2 placeholder=say.fixed_example text=String::new()/></Field>
            </SaveForm></div>
        </details>
    }
}
