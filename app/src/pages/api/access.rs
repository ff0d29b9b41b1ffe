//! Who may call an API.

use leptos::prelude::*;
use model::Action;
use model::view::{ApiDetail, AppView};

use super::Shared;
use super::public_card::public_card;
use crate::ui::{
    ActionForm, ConfirmDialog, Empty, Field, FieldPicker, FormProblem, FormToken, Load, NumberField, Time, Unsaved, done, field_error,
};
use crate::words::words;

#[component]
pub(crate) fn AccessTab() -> impl IntoView {
    let Shared { detail, me, grant, end_grant, apps, .. } = expect_context();
    let say = &words().api_access;
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
                        {(!may).then(|| view! { <p class="t-3 s13">{say.only_approvers}</p> })}
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
    let say = &words().api_access;
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let rows = detail.apps.clone();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.grants}</h2><span class="count">{rows.len()}</span></div>
            {if rows.is_empty() {
                view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
            } else {
                view! {
                    <div class="table-wrap" tabindex="0" role="region" aria-label=say.grants><table class="table table-cards">
                        <thead><tr><th>{say.app}</th><th>{say.granted_by}</th><th>{say.granted}</th><th>{say.expires}</th><th class="num">{say.rate}</th><th>{say.hidden}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                        <tbody>{rows.into_iter().map(|grant| {
                            let app = format!("{}/{}", grant.app_domain, grant.app);
                            let (domain, name) = (domain.clone(), name.clone());
                            let (id, title) = (format!("revoke-{app}"), (say.revoke_title)(&app, &format!("{domain}/{name}")));
                            let effects = vec![(say.revoke_effect)(&app), say.revoke_undo.to_owned()];
                            view! {
                                <tr><td class="lead-cell medium">{app.clone()}</td><td class="t-2" data-label=say.granted_by>{grant.granted_by}</td><td class="t-2 tn" data-label=say.granted><Time at=grant.created_at/></td>
                                <td class="t-2 tn" data-label=say.expires>{match grant.expires_at { Some(at) => view! { <Time at/> }.into_any(), None => say.never.into_any() }}</td>
                                <td class="num" data-label=say.rate>{grant.limit.map_or(say.no_limit.to_owned(), |rate| rate.per_second.to_string())}</td>
                                <td class="t-2" data-label=say.hidden>{if grant.hidden.is_empty() { say.no_hidden.to_owned() } else { grant.hidden.join(", ") }}</td>
                                <td class="fit">{may.then(|| view! {
                                    <ActionForm action=end_grant><FormToken/>
                                        <input type="hidden" name="domain" value=domain/>
                                        <input type="hidden" name="name" value=name/>
                                        <input type="hidden" name="app" value=app/>
                                        <ConfirmDialog id act=say.revoke title effects/>
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
    let say = &words().api_access;
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    if apps.is_empty() {
        return view! { <p class="t-2 s13">{say.no_apps}<a href="/apps">{say.create_app}</a></p> }.into_any();
    }
    let fields = detail.shown_version().map(|version| version.spec.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>());
    let (fields, picked) = (fields.unwrap_or_default(), RwSignal::new(Vec::new()));
    let (calls, limit) = (field_error(grant, "per_second"), field_error(grant, "limit"));
    let limit_error = Signal::derive(move || calls.get().or_else(|| limit.get()));
    view! {
        <Unsaved saved=done(grant)>
            <ActionForm action=grant><FormToken/>
                <section class="card card-pad stack">
                    <h2>{say.grant}</h2>
                    <input type="hidden" name="domain" value=domain/>
                    <input type="hidden" name="name" value=name/>
                    <div class="form-row">
                        <Field id="app" label=say.app><select class="select" id="app" name="app">{apps.into_iter().map(|app| {
                            let path = format!("{}/{}", app.domain, app.name);
                            view! { <option value=path.clone()>{path.clone()}</option> }
                        }).collect_view()}</select></Field>
                        <NumberField id="days" label=say.days help=say.days_help name="days" value=String::new() error=field_error(grant, "days")/>
                        <NumberField id="per_second" label=say.rate_limit help=say.rate_limit_help name="per_second" value=String::new() error=limit_error/>
                    </div>
                    {(!fields.is_empty()).then(|| view! { <FieldPicker id="hidden" label=say.hidden note=say.optional help=say.hidden_help name="hidden[]" fields picked error=field_error(grant, "hidden")/> })}
                    <div class="row"><button class="btn btn-primary" type="submit">{say.grant}</button></div>
                </section>
            </ActionForm>
        </Unsaved>
    }
    .into_any()
}
