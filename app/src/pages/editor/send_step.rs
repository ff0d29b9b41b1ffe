//! Sending: what the check says, where it should go, and why.

use leptos::prelude::*;
use model::snapshot::Environment;

use super::api::Submit;
use super::state::{Editor, Saved};
use crate::ui::{ActionForm, Callout, Field, FormAction, FormProblem, Icon, ProblemCallout, SampleTable, Tone, Unsaved, done};
use crate::words::words;

#[component]
pub(super) fn SendStep(editor: Editor) -> impl IntoView {
    let say = &words().editor_check;
    let submit = FormAction::<Submit>::new();
    let (domain, name) = editor.place();
    let ready = move || {
        editor.report.get().is_some_and(|report| report.is_ok_and(|report| report.errors.is_empty())) && editor.saved.get() == Saved::Kept
    };
    // The check beside the form may be older than the last change.
    Effect::new(move |_| editor.check_now());
    view! {
        <div class="stack">
            {move || match editor.report.get() {
                None => view! { <p class="t-2">{say.checking}</p> }.into_any(),
                Some(Err(error)) => view! { <ProblemCallout error/> }.into_any(),
                Some(Ok(report)) if report.errors.is_empty() => view! {
                    <Callout tone=Tone::Ok><p><b>{say.passed}</b>{say.ran}</p></Callout>
                    {report.costs.into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{(say.cost)(&text)}</p></Callout> }).collect_view()}
                    {report.cases.into_iter().filter(|case| !case.passed).map(|case| view! { <Callout tone=Tone::Bad><p><b>{(say.case_failed)(&case.name)}</b>{(say.case_failed_help)(&case.message)}</p></Callout> }).collect_view()}
                    {report.warnings.into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{(say.warning)(&text)}</p></Callout> }).collect_view()}
                    {(!report.sample.rows.is_empty()).then(|| view! { <section class="card clip"><div class="card-head"><h2>{say.approver_sample}</h2></div><SampleTable sample=report.sample/></section> })}
                }.into_any(),
                Some(Ok(report)) => view! {
                    <Callout tone=Tone::Bad><p><b>{say.cannot_send}</b></p><ul class="problem-list">{report.errors.into_iter().map(|error| view! { <li><code>{error.field}</code>" "{error.message}</li> }).collect_view()}</ul></Callout>
                }.into_any(),
            }}
            {move || editor.unread_words().map(|words| view! { <Callout tone=Tone::Bad><p>{words}</p></Callout> })}
            <FormProblem action=submit/>
            <Unsaved saved=done(submit)>
                <ActionForm action=submit>
                    <section class="card card-pad stack">
                        <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                        <input type="hidden" name="edit" value=move || editor.seen().to_string()/>
                        <div class="form-row">
                            <Field id="environment" label=say.environment><select class="select" id="environment" name="environment">{[Environment::Prod, Environment::Test].map(|this| view! { <option value=this.key()>{this.key()}</option> }).collect_view()}</select></Field>
                            <Field id="reason" label=say.reason note=say.optional help=say.reason_help><input class="input" id="reason" name="reason"/></Field>
                        </div>
                        <p class="t-2 s13">{say.effects}</p>
                        <div class="row"><button class="btn btn-primary" type="submit" disabled=move || !ready() || submit.pending().get()><Icon name="send"/>{say.send}</button></div>
                    </section>
                </ActionForm>
            </Unsaved>
        </div>
    }
    .into_any()
}
