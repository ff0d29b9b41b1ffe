//! The step in which an API is tried: its console, and the cases that are kept of it.

use leptos::prelude::*;

use super::edits::keep_case;
use super::state::Editor;
use crate::pages::api::Console;
use crate::ui::{Callout, CaseBadge, Icon, Tone};
use crate::words::words;

/// The cases that are kept, with what they gave when they were called last.
#[component]
fn Cases(editor: Editor) -> impl IntoView {
    let say = &words().editor;
    let names = Memo::new(move |_| editor.spec.with(|spec| spec.cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>()));
    let results = move || editor.report.get().and_then(Result::ok).map(|report| report.cases).unwrap_or_default();
    move || {
        let names = names.get();
        (!names.is_empty()).then(|| view! {
            <section class="card clip mt-4">
                <div class="card-head"><h2>{say.cases}</h2><span class="count">{names.len()}</span></div>
                <div class="card-pad stack-2">{names.into_iter().enumerate().map(|(index, name)| {
                    let result = results().into_iter().find(|result| result.name == name);
                    view! { <div class="row"><CaseBadge result/><code>{name.clone()}</code><button class="btn btn-quiet btn-sm btn-icon push" type="button" aria-label=(say.remove_case)(&name) on:click=move |_| editor.change(|spec| drop(spec.cases.remove(index)))><Icon name="x"/></button></div> }
                }).collect_view()}</div>
            </section>
        })
    }
}

#[component]
pub(super) fn TryStep(editor: Editor) -> impl IntoView {
    let say = &words().editor;
    let (domain, name) = editor.place();
    view! {
        {move || {
            let faults = editor.report.get().and_then(Result::ok).map(|report| report.errors).unwrap_or_default();
            (!faults.is_empty()).then(|| view! {
                <div class="mb-4"><Callout tone=Tone::Warn><p><b>{say.correct_first}</b></p><ul class="problem-list">{faults.into_iter().map(|fault| view! { <li><code>{fault.field}</code>" "{fault.message}</li> }).collect_view()}</ul></Callout></div>
            })
        }}
        <Console domain name version=None spec=editor.spec.get_untracked() keep=Callback::new(move |case| editor.change(|spec| keep_case(spec, case)))/>
        <Cases editor/>
    }
    .into_any()
}
