//! A domain's shares of the gateway: the limit of each priority, for all of its APIs together.

use leptos::prelude::*;
use model::snapshot::Priority;
use model::view::CompartmentView;

use super::api::SetCompartment;
use crate::ui::{ActionForm, Callout, FormAction, FormProblem, Tone, Unsaved, done, field_error, rate_fields, rate_words};
use crate::words::words;

/// What a priority is for, in a line.
fn about(priority: Priority) -> &'static str {
    let say = &words().domains;
    match priority {
        Priority::High => say.high_about,
        Priority::Medium => say.medium_about,
        Priority::Low => say.low_about,
    }
}

pub(crate) fn shares(of: Vec<CompartmentView>, may: bool, set: FormAction<SetCompartment>) -> impl IntoView {
    let say = &words().domains;
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.limits}</h2></div>
            <div class="card-pad stack">
                <p class="t-2 s13">{say.limits_about}</p>
                <FormProblem action=set/>
                {move || set.answer().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>{say.limit_saved}</b>{say.limit_saved_help}</p></Callout> })}
            </div>
            <ul class="shares">{of.into_iter().map(|share| row(share, may, set)).collect_view()}</ul>
        </section>
    }
}

fn row(share: CompartmentView, may: bool, set: FormAction<SetCompartment>) -> impl IntoView {
    let CompartmentView { domain, priority, limit } = share;
    let of = format!("{}-", priority.key());
    let say = &words().domains;
    let form = move || {
        view! {
            <Unsaved saved=done(set)>
                <ActionForm action=set>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="priority" value=priority.key()/>
                    <div class="form-row">
                        {rate_fields(&of, limit, [field_error(set, format!("{of}per_second")), field_error(set, format!("{of}burst"))])}
                    </div>
                    <div class="row mt-2"><button class="btn btn-sm" type="submit">{(say.save_limit)(priority.key())}</button></div>
                </ActionForm>
            </Unsaved>
        }
    };
    view! {
        <li class="stack-2"><p><b>{priority.key()}</b>" "<span class="t-3">{about(priority)}</span></p>
            {if may { form().into_any() } else { view! { <p>{rate_words(limit)}</p> }.into_any() }}
        </li>
    }
}
