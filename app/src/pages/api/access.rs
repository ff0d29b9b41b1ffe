//! Who may call an API.

use leptos::prelude::*;
use model::Action;
use model::view::{ApiDetail, AppView};

use super::Shared;
use super::public_card::public_card;
use crate::ui::{ConfirmDialog, Empty, Field, FieldPicker, FormProblem, FormToken, Load, NumberField, Time, field_error};

#[component]
pub(crate) fn AccessTab() -> impl IntoView {
    let Shared { detail, me, grant, end_grant, apps, .. } = expect_context();
    view! {
        <div class="mt-6 stack">
            <FormProblem action=grant at=|field| if field == "limit" { "per_second".to_owned() } else { field.to_owned() }/>
            <FormProblem action=end_grant/>
            <Load resource=detail quiet=true view=move |detail| view! {
                <Load resource=me view=move |me| {
                    let may = me.can(Action::Grant, &detail.summary.domain);
                    let for_form = detail.clone();
                    let publishes = me.can(Action::PublishDocumentation, &detail.summary.domain);
                    view! {
                        {grants(&detail, may)}
                        {may.then(|| view! { <Load resource=apps view=move |apps| form(&for_form, apps)/> })}
                        {(!may).then(|| view! { <p class="t-3 s13">"Approvers and owners of this domain open the API to apps."</p> })}
                        {public_card(&detail, publishes)}
                    }
                }/>
            }/>
        </div>
    }
    .into_any()
}

fn grants(detail: &ApiDetail, may: bool) -> impl IntoView + use<> {
    let Shared { end_grant, .. } = expect_context();
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let rows = detail.apps.clone();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Apps that may call it"</h2><span class="count">{rows.len()}</span></div>
            {if rows.is_empty() {
                view! { <Empty title="No app may call it yet" text="An app gets a key under Apps and keys; here it is let in."/> }.into_any()
            } else {
                view! {
                    <div class="table-wrap" tabindex="0" role="region" aria-label="Apps and their grants"><table class="table table-cards">
                        <thead><tr><th>"App"</th><th>"Opened by"</th><th>"Since"</th><th>"Until"</th><th class="num">"Calls a second"</th><th>"Hidden"</th><th><span class="sr">"Actions"</span></th></tr></thead>
                        <tbody>{rows.into_iter().map(|grant| {
                            let app = format!("{}/{}", grant.app_domain, grant.app);
                            let (domain, name) = (domain.clone(), name.clone());
                            let (id, title) = (format!("revoke-{app}"), format!("Revoke the access of {app} to {domain}/{name}?"));
                            let effects = vec![
                                format!("Requests of {app} to this API are refused at once."),
                                "To undo this, grant access again. The end, the rate limit and the hidden fields of the grant are not kept.".to_owned(),
                            ];
                            view! {
                                <tr><td class="lead-cell medium">{app.clone()}</td><td class="t-2" data-label="Opened by">{grant.granted_by}</td><td class="t-2 tn" data-label="Since"><Time at=grant.created_at/></td>
                                <td class="t-2 tn" data-label="Until">{match grant.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => "no end".into_any() }}</td>
                                <td class="num" data-label="Calls a second">{grant.limit.map_or("no limit".to_owned(), |rate| rate.per_second.to_string())}</td>
                                <td class="t-2" data-label="Hidden">{if grant.hidden.is_empty() { "nothing".to_owned() } else { grant.hidden.join(", ") }}</td>
                                <td class="fit">{may.then(|| view! {
                                    <ActionForm action=end_grant><FormToken/>
                                        <input type="hidden" name="domain" value=domain/>
                                        <input type="hidden" name="name" value=name/>
                                        <input type="hidden" name="app" value=app/>
                                        <ConfirmDialog id act="Revoke access" title effects/>
                                    </ActionForm>
                                })}</td></tr>
                            }
                        }).collect_view()}</tbody>
                    </table></div>
                }.into_any()
            }}
        </section>
    }
}

fn form(detail: &ApiDetail, apps: Vec<AppView>) -> impl IntoView + use<> {
    let Shared { grant, .. } = expect_context();
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    if apps.is_empty() {
        return view! { <p class="t-2 s13">"There is no app yet. "<a href="/apps">"Make one"</a>", then open this API to it."</p> }
            .into_any();
    }
    let fields = detail.shown_version().map(|version| version.spec.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>());
    let (fields, picked) = (fields.unwrap_or_default(), RwSignal::new(Vec::new()));
    let (calls, limit) = (field_error(grant, "per_second"), field_error(grant, "limit"));
    let limit_error = Signal::derive(move || calls.get().or_else(|| limit.get()));
    view! {
        <ActionForm action=grant><FormToken/>
            <section class="card card-pad stack">
                <h2>"Open it to an app"</h2>
                <input type="hidden" name="domain" value=domain/>
                <input type="hidden" name="name" value=name/>
                <div class="form-row">
                    <Field id="app" label="App"><select class="select" id="app" name="app">{apps.into_iter().map(|app| {
                        let path = format!("{}/{}", app.domain, app.name);
                        view! { <option value=path.clone()>{path.clone()}</option> }
                    }).collect_view()}</select></Field>
                    <NumberField id="days" label="Days" note="Empty for no end" name="days" value=String::new() error=field_error(grant, "days")/>
                    <NumberField id="per_second" label="Calls a second" note="Empty for no limit" name="per_second" value=String::new() error=limit_error/>
                </div>
                {(!fields.is_empty()).then(|| view! { <FieldPicker id="hidden" label="Hidden fields" note="None for all fields" help="The app does not get the fields that are ticked." name="hidden[]" fields picked error=field_error(grant, "hidden")/> })}
                <div class="row"><button class="btn btn-primary" type="submit">"Open it"</button></div>
            </section>
        </ActionForm>
    }
    .into_any()
}
