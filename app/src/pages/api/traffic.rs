//! What changes at once: the limit and priority of an API, what its caches did, and the button that empties them.

use leptos::prelude::*;
use model::Action;
use model::snapshot::Priority;
use model::spec::CachePolicy;
use model::view::{ApiDetail, CallFigures, Lapse, LapseKind, SwitchesView};

use super::Shared;
use super::api::{Purge, SetSwitches};
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Empty, Field, FormAction, FormProblem, Load, Tone, Unsaved, done, field_error, grouped,
    rate_fields, rate_words, span_words,
};
use crate::words::words;

#[component]
pub(crate) fn TrafficTab() -> impl IntoView {
    let Shared { detail, me, set_switches: set, purge, switches, .. } = expect_context();
    let say = &words().api_traffic;
    view! {
        <div class="mt-6 stack-6">
            <FormProblem action=set at=id_of/>
            <FormProblem action=purge/>
            {move || purge.answer().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>{say.purged}</b>{say.purged_help}</p></Callout> })}
            {move || set.answer().and_then(Result::ok).map(|()| view! { <Callout tone=Tone::Ok><p><b>{say.saved}</b>{say.saved_help}</p></Callout> })}
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
    set: FormAction<SetSwitches>,
    purge: FormAction<Purge>,
) -> impl IntoView + use<> {
    let policy = detail.shown_version().and_then(|version| version.spec.policy.cache.clone());
    view! {
        {detail.summary.lapse.map(lapse)}
        {figures(&view.figures)}
        <p><a href=format!("/monitoring/requests?api={}/{}", detail.summary.domain, detail.summary.name)>{words().request_log.of_this_api}</a></p>
        {limits(detail, view, may, set)}
        {cache(detail, policy, may, purge)}
    }
}

/// What went wrong lately.
fn lapse(lapse: Lapse) -> impl IntoView {
    let tone = if lapse.kind == LapseKind::Failed && lapse.goes_on() { Tone::Bad } else { Tone::Warn };
    view! { <Callout tone><p>{lapse.words()}{words().api_traffic.lapse_help}</p></Callout> }
}

fn figures(figures: &[CallFigures]) -> impl IntoView + use<> {
    let say = &words().api_traffic;
    let figures = figures.to_vec();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.figures}</h2></div>
            {if figures.is_empty() {
                view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
            } else {
                view! { <div class="table-wrap" tabindex="0" role="region" aria-label=say.table><table class="table table-cards">
                    <thead><tr><th>{say.environment}</th><th class="num">{say.answered}</th><th class="num">{say.degraded}</th><th class="num">{say.failed}</th><th class="num">{say.limited}</th><th class="num">{say.mean}</th><th class="num">{say.memory}</th><th class="num">{say.redis}</th><th class="num">{say.stale}</th><th class="num">{say.fetched}</th></tr></thead>
                    <tbody>{figures.into_iter().map(|of| {
                        let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
                        view! {
                            <tr><td class="lead-cell medium">{of.environment.key()}</td><td class="num" data-label=say.answered>{number(of.answered)}</td><td class="num" data-label=say.degraded>{number(of.degraded)}</td><td class="num" data-label=say.failed>{number(of.failed)}</td>
                            <td class="num" data-label=say.limited>{number(of.limited)}</td><td class="num nowrap" data-label=say.mean>{(say.mean_us)(&number(of.mean_us))}</td>
                            <td class="num" data-label=say.memory>{number(of.l1)}</td><td class="num" data-label=say.redis>{number(of.l2)}</td><td class="num" data-label=say.stale>{number(of.stale)}</td><td class="num" data-label=say.fetched>{number(of.miss)}</td></tr>
                        }
                    }).collect_view()}</tbody>
                </table></div> }.into_any()
            }}
        </section>
    }
}

fn limits(detail: &ApiDetail, view: &SwitchesView, may: bool, set: FormAction<SetSwitches>) -> impl IntoView + use<> {
    let say = &words().api_traffic;
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let switches = view.switches;
    if !may {
        let words = rate_words(switches.limit);
        return view! { <section class="card card-pad stack-2"><h2>{say.limit}</h2><p>{words}{(say.priority_is)(switches.priority.key())}</p><p class="small t-3">{say.only_owners}</p></section> }.into_any();
    }
    view! {
        <Unsaved saved=done(set)>
            <ActionForm action=set>
                <section class="card card-pad stack">
                    <h2>{say.settings}</h2>
                    <p class="t-2 s13">{say.settings_help}</p>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                    <div class="form-row">
                        {rate_fields("", switches.limit, [limit_error(set), field_error(set, "burst")])}
                        <Field id="priority" label=say.priority help=say.priority_help><select class="select" id="priority" name="priority">{Priority::ALL.map(|priority| view! { <option value=priority.key() selected=priority == switches.priority>{priority.key()}</option> }).collect_view()}</select></Field>
                    </div>
                    <div class="row"><button class="btn btn-primary" type="submit">{say.save}</button></div>
                </section>
            </ActionForm>
        </Unsaved>
    }
    .into_any()
}

/// A limit as a whole is told at its first number.
fn id_of(field: &str) -> String {
    if field == "limit" { "per_second".to_owned() } else { field.to_owned() }
}

/// What is wrong with the number of calls, or with the limit as a whole.
fn limit_error(set: FormAction<SetSwitches>) -> Signal<Option<String>> {
    let (calls, limit) = (field_error(set, "per_second"), field_error(set, "limit"));
    Signal::derive(move || calls.get().or_else(|| limit.get()))
}

fn cache(detail: &ApiDetail, policy: Option<CachePolicy>, may: bool, purge: FormAction<Purge>) -> impl IntoView + use<> {
    let say = &words().api_traffic;
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let kept = policy.is_some();
    let (title, effects) = ((say.purge_title)(&format!("{domain}/{name}")), vec![say.purge_effect.to_owned()]);
    let words = match policy {
        None => say.cache_off.to_owned(),
        Some(policy) => {
            let place = match (policy.memory, policy.redis) {
                (true, true) => say.in_both,
                (false, true) => say.in_redis,
                _ => say.in_memory,
            };
            let ttl = span_words(policy.ttl_ms);
            if policy.stale_ms > 0 { (say.cached_stale)(place, &ttl, &span_words(policy.stale_ms)) } else { (say.cached)(place, &ttl) }
        }
    };
    view! {
        <section class="card card-pad stack-2">
            <h2>{say.cache}</h2>
            <p class="t-2">{words}</p>
            {(may && kept).then(|| view! {
                <ActionForm action=purge>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                    <ConfirmDialog id="purge" act=say.purge title effects class="btn btn-bad"/>
                </ActionForm>
            })}
        </section>
    }
}
