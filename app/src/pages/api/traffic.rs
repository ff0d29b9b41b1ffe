//! What changes at once: the limit and priority of an API, what its caches did, and the button that empties them.

use leptos::prelude::*;
use model::Action;
use model::snapshot::Priority;
use model::spec::CachePolicy;
use model::view::{ApiDetail, CallFigures, Lapse, LapseKind, SwitchesView};

use super::Shared;
use super::api::{Purge, SetSwitches};
use crate::ui::{Callout, ConfirmDialog, Empty, Field, FormProblem, Load, Tone, field_error, grouped, rate_fields, rate_words, span_words};

#[component]
pub(crate) fn TrafficTab() -> impl IntoView {
    let Shared { detail, me, set_switches: set, purge, switches, .. } = expect_context();
    view! {
        <div class="mt-6 stack-6">
            <FormProblem action=set at=id_of/>
            <FormProblem action=purge/>
            {move || purge.value().get().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>"Cache purged."</b>" The next call of each kind reads anew, on every node."</p></Callout> })}
            {move || set.value().get().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>"In force."</b>" Every gateway has it within a second."</p></Callout> })}
            <Load resource=detail quiet=true view=move |detail| view! {
                <Load resource=me view=move |me| {
                    let may = me.can(Action::Switch, &detail.summary.domain);
                    let detail = detail.clone();
                    view! { <Load resource=switches view=move |view| page(&detail, &view, may, set, purge)/> }
                }/>
            }/>
        </div>
    }
    .into_any()
}

fn page(
    detail: &ApiDetail,
    view: &SwitchesView,
    may: bool,
    set: ServerAction<SetSwitches>,
    purge: ServerAction<Purge>,
) -> impl IntoView + use<> {
    let policy = detail.shown_version().and_then(|version| version.spec.policy.cache.clone());
    view! {
        {detail.summary.lapse.map(lapse)}
        {figures(&view.figures)}
        {limits(detail, view, may, set)}
        {cache(detail, policy, may, purge)}
    }
}

/// What went wrong lately.
fn lapse(lapse: Lapse) -> impl IntoView {
    let tone = if lapse.kind == LapseKind::Failed && lapse.goes_on() { Tone::Bad } else { Tone::Warn };
    view! { <Callout tone><p>{lapse.words()}" As this node counted it in the last ten minutes."</p></Callout> }
}

fn figures(figures: &[CallFigures]) -> impl IntoView + use<> {
    let figures = figures.to_vec();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Calls of this node since it was started"</h2></div>
            {if figures.is_empty() {
                view! { <Empty title="Not live yet" text="Once it is live, its calls are counted here."/> }.into_any()
            } else {
                view! { <div class="table-wrap" tabindex="0" role="region" aria-label="Figures by environment"><table class="table table-cards">
                    <thead><tr><th>"In"</th><th class="num">"Answered"</th><th class="num">"Degraded"</th><th class="num">"Failed"</th><th class="num">"Limited"</th><th class="num">"Mean"</th><th class="num">"Memory"</th><th class="num">"Redis"</th><th class="num">"Stale"</th><th class="num">"Fetched"</th></tr></thead>
                    <tbody>{figures.into_iter().map(|of| {
                        let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
                        view! {
                            <tr><td class="lead-cell medium">{of.environment.key()}</td><td class="num" data-label="Answered">{number(of.answered)}</td><td class="num" data-label="Degraded">{number(of.degraded)}</td><td class="num" data-label="Failed">{number(of.failed)}</td>
                            <td class="num" data-label="Limited">{number(of.limited)}</td><td class="num nowrap" data-label="Mean">{number(of.mean_us)}" µs"</td>
                            <td class="num" data-label="Memory">{number(of.l1)}</td><td class="num" data-label="Redis">{number(of.l2)}</td><td class="num" data-label="Stale">{number(of.stale)}</td><td class="num" data-label="Fetched">{number(of.miss)}</td></tr>
                        }
                    }).collect_view()}</tbody>
                </table></div> }.into_any()
            }}
        </section>
    }
}

fn limits(detail: &ApiDetail, view: &SwitchesView, may: bool, set: ServerAction<SetSwitches>) -> impl IntoView + use<> {
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let switches = view.switches;
    if !may {
        let words = rate_words(switches.limit);
        return view! { <section class="card card-pad stack-2"><h2>"Limit"</h2><p>{words}" Priority "{switches.priority.key()}"."</p><p class="small t-3">"Owners of this domain change it."</p></section> }.into_any();
    }
    view! {
        <ActionForm action=set>
            <section class="card card-pad stack">
                <h2>"Limit and priority"</h2>
                <p class="t-2 s13">"For the calls of all apps together; an app's own limit stands with its grant, under Access. Takes effect at once."</p>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <div class="form-row">
                    {rate_fields("", switches.limit, [limit_error(set), field_error(set, "burst")])}
                    <Field id="priority" label="Priority" help="Which part of the gateway it shares."><select class="select" id="priority" name="priority">{Priority::ALL.map(|priority| view! { <option value=priority.key() selected=priority == switches.priority>{priority.key()}</option> }).collect_view()}</select></Field>
                </div>
                <div class="row"><button class="btn btn-primary" type="submit">"Set it"</button></div>
            </section>
        </ActionForm>
    }
    .into_any()
}

/// A limit as a whole is told at its first number.
fn id_of(field: &str) -> String {
    if field == "limit" { "per_second".to_owned() } else { field.to_owned() }
}

/// What is wrong with the number of calls, or with the limit as a whole.
fn limit_error(set: ServerAction<SetSwitches>) -> Signal<Option<String>> {
    let (calls, limit) = (field_error(set, "per_second"), field_error(set, "limit"));
    Signal::derive(move || calls.get().or_else(|| limit.get()))
}

fn cache(detail: &ApiDetail, policy: Option<CachePolicy>, may: bool, purge: ServerAction<Purge>) -> impl IntoView + use<> {
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let kept = policy.is_some();
    let (title, effects) = (
        format!("Purge the response cache of {domain}/{name}?"),
        vec![
            "All kept responses of this API are deleted on every node. Until new ones are kept, each request reads its source.".to_owned(),
        ],
    );
    let words = match policy {
        None => "Answers are not kept: every call reads anew. A new version can keep them, under Policy.".to_owned(),
        Some(policy) => {
            let place = match (policy.memory, policy.redis) {
                (true, true) => "in memory and in Redis",
                (false, true) => "in Redis",
                _ => "in memory",
            };
            let stale = if policy.stale_ms > 0 {
                format!(", and given for {} more while a new one is fetched", span_words(policy.stale_ms))
            } else {
                String::new()
            };
            format!("Answers are kept {place} for {}{stale}.", span_words(policy.ttl_ms))
        }
    };
    view! {
        <section class="card card-pad stack-2">
            <h2>"Kept answers"</h2>
            <p class="t-2">{words}</p>
            {(may && kept).then(|| view! {
                <ActionForm action=purge>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                    <ConfirmDialog id="purge" act="Purge cache" title effects class="btn btn-bad"/>
                </ActionForm>
            })}
        </section>
    }
}
