//! A domain's shares of the gateway: the limit of each priority, for all of its APIs together.

use leptos::prelude::*;
use model::snapshot::Priority;
use model::view::CompartmentView;

use super::api::SetCompartment;
use crate::ui::{Callout, FormProblem, Tone, field_error, rate_fields, rate_words};

/// What a priority is for, in a line.
fn about(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "What must answer when not all can.",
        Priority::Medium => "What most APIs are.",
        Priority::Low => "What can wait: reports, trials.",
    }
}

pub(crate) fn shares(of: Vec<CompartmentView>, may: bool, set: ServerAction<SetCompartment>) -> impl IntoView {
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Shares of the gateway"</h2></div>
            <div class="card-pad stack">
                <p class="t-2 s13">"Each priority has a share of its own, so that a rush on one leaves the others alone. A limit holds for all APIs of this domain with that priority together, and takes effect at once."</p>
                <FormProblem action=set/>
                {move || set.value().get().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>"In force."</b>" Every gateway has it within a second."</p></Callout> })}
            </div>
            <ul class="shares">{of.into_iter().map(|share| row(share, may, set)).collect_view()}</ul>
        </section>
    }
}

fn row(share: CompartmentView, may: bool, set: ServerAction<SetCompartment>) -> impl IntoView {
    let CompartmentView { domain, priority, limit } = share;
    let of = format!("{}-", priority.key());
    let form = move || {
        view! {
            <ActionForm action=set>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="priority" value=priority.key()/>
                <div class="form-row">
                    {rate_fields(&of, limit, [field_error(set, format!("{of}per_second")), field_error(set, format!("{of}burst"))])}
                </div>
                <div class="row mt-2"><button class="btn btn-sm" type="submit">{format!("Set {}", priority.key())}</button></div>
            </ActionForm>
        }
    };
    view! {
        <li class="stack-2"><p><b>{priority.key()}</b>" "<span class="t-3">{about(priority)}</span></p>
            {if may { form().into_any() } else { view! { <p>{rate_words(limit)}</p> }.into_any() }}
        </li>
    }
}
