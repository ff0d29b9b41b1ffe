//! One request: what changes, what it would do, who is affected, and the decision.

use leptos::prelude::*;
use model::view::{Rejection, RequestDetail, RequestKind, RequestState, RequestView};
use model::{ApiSpec, ErrorCode, spec_summary};

use super::api::{Decide, Withdraw, request};
use super::diff::DiffTable;
use super::held;
use crate::error::PortalError;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, CaseBadge, Choice, CodeBlock, ConfirmDialog, FormAction, FormProblem, FormToken, Heading, Icon, Load, PageName,
    SampleTable, SettingChanges, StateBadge, Time, Unsaved, done, loaded, param,
};
use crate::words::words;

#[component]
pub(crate) fn RequestPage() -> impl IntoView {
    let id = param("id");
    let decide = FormAction::<Decide>::new();
    let withdraw = FormAction::<Withdraw>::new();
    let (decided, withdrawn) = (done(decide), done(withdraw));
    let detail = loaded(move || (id.get(), decided.get(), withdrawn.get()), |(id, _, _)| request(id));
    let MeResource(me) = expect_context();
    let ended = move || {
        let is_out = |error: PortalError| error.0.code == ErrorCode::Unauthenticated;
        untrack(|| decide.problem()).is_some_and(is_out) || untrack(|| withdraw.problem()).is_some_and(is_out)
    };
    // The number in the side bar counts what waits: one less now, or one that somebody else has decided on.
    Effect::new(move |before: Option<[usize; 2]>| {
        let acted = [decide.answers(), withdraw.answers()];
        // Where the session has ended, somebody signs in again in place, and what is typed stays.
        if before.is_some_and(|before| before != acted) && !ended() {
            me.refetch();
        }
        acted
    });
    view! { <Load resource=detail page=true view=move |detail| page(&detail, decide, withdraw)/> }.into_any()
}

fn page(detail: &RequestDetail, decide: FormAction<Decide>, withdraw: FormAction<Withdraw>) -> AnyView {
    match (&detail.change, &detail.spec) {
        (Some(change), _) => held::page(&detail.request, change.clone(), decide, withdraw).into_any(),
        (None, Some(spec)) => version(detail, spec, decide, withdraw).into_any(),
        (None, None) => ().into_any(),
    }
}

/// A version of an API that is to go live.
fn version(detail: &RequestDetail, spec: &ApiSpec, decide: FormAction<Decide>, withdraw: FormAction<Withdraw>) -> impl IntoView + use<> {
    let say = &words().inbox;
    let request = detail.request.clone();
    let path = format!("{}/{}", request.domain, request.name);
    let title = request.title();
    let others: Vec<String> = detail.authors.iter().filter(|author| **author != request.author).cloned().collect();
    view! {
        <PageName name=title.clone()/>
        <div class="page-head"><div>
            <div class="page-title"><Heading>{title}</Heading><StateBadge state=request.state/></div>
            <p class="lead">{(say.sent_for)(&request.author)}<b>{request.environment.key()}</b>", "<Time at=request.created_at/>
                {(!request.reason.is_empty()).then(|| (say.quoted)(&request.reason))}
                {(!others.is_empty()).then(|| (say.also_edited)(&others.join(", ")))}</p>
        </div></div>
        <div class="stack">
            {decided(&request, detail.may_edit.then(|| format!("/apis/{path}/edit")))}
            {sent_again(detail)}
            {effects(detail, spec)}
            {in_words(detail, spec)}
            <div class="grid cols-2">
                <section class="card clip">
                    <div class="card-head"><h2>{say.sample}</h2><div class="end"><a class="s13" href=format!("/apis/{path}/test?version={}", request.version)>{(say.try_version)(request.version)}</a></div></div>
                    {if detail.evidence.sample.rows.is_empty() {
                        view! { <p class="card-pad t-2 s13">{say.no_sample}</p> }.into_any()
                    } else {
                        view! { <SampleTable sample=detail.evidence.sample.clone()/> }.into_any()
                    }}
                </section>
                <section class="card clip">
                    <div class="card-head"><h2>{say.affected_apps}</h2><span class="count">{detail.affected_apps.len()}</span></div>
                    {if detail.affected_apps.is_empty() {
                        view! { <p class="card-pad t-2 s13">{say.no_apps}</p> }.into_any()
                    } else {
                        view! { <ul class="todo">{detail.affected_apps.iter().map(|app| view! { <li><span class="glyph"><Icon name="app"/></span><p><b>{app.clone()}</b></p><span></span></li> }).collect_view()}</ul> }.into_any()
                    }}
                </section>
            </div>
            {what_changes(detail)}
            {(!detail.evidence.cases.is_empty()).then(|| view! {
                <section class="card clip">
                    <div class="card-head"><h2>{say.test_cases}</h2><span class="count">{detail.evidence.cases.len()}</span></div>
                    <div class="card-pad stack-2">{detail.evidence.cases.iter().cloned().map(|result| view! { <div class="row"><CaseBadge result=Some(result.clone())/><code>{result.name}</code><span class="t-2 s13">{result.message}</span></div> }).collect_view()}</div>
                </section>
            })}
            {(!detail.evidence.sql.is_empty()).then(|| view! { <CodeBlock title=say.statement text=detail.evidence.sql.clone()/> })}
            {(!detail.evidence.plan.lines.is_empty()).then(|| view! { <CodeBlock title=say.plan text=detail.evidence.plan.lines.join("\n")/> })}
        </div>
        {decision(&request, &detail.evidence.costs, say.approve_release, decide, withdraw)}
    }
}

/// What can be done with a request, and what went wrong with it.
pub(super) fn decision(
    request: &RequestView,
    costs: &[String],
    yes: &'static str,
    decide: FormAction<Decide>,
    withdraw: FormAction<Withdraw>,
) -> impl IntoView + use<> {
    let say = &words().inbox;
    let is_open = request.state == RequestState::Open;
    let decides = is_open && request.may_decide;
    let (decide_id, withdraw_id) = (request.id.clone(), request.id.clone());
    let (costs, mine) = (costs.join(" "), request.mine);
    let effects = vec![say.withdraw_effect.to_owned()];
    view! {
        <FormProblem action=withdraw/>
        {(!decides).then(|| view! { <FormProblem action=decide/> })}
        {decides.then(|| view! {
            <Unsaved saved=done(decide)>
                <ActionForm action=decide><FormToken/>
                    <input type="hidden" name="id" value=decide_id/>
                    {(!costs.is_empty()).then(|| view! {
                        <div class="card card-pad mt-4"><Choice name="accept_costs" value="yes" label=say.accept_cost help=costs/></div>
                    })}
                    <div class="action-bar decide">
                        <div class="said"><FormProblem action=decide/></div>
                        <div class="field grow"><label class="sr" for="why">{say.reason}</label><input class="input" id="why" name="reason" placeholder=say.reason_example/></div>
                        <span class="end">
                            <button class="btn btn-bad" type="submit" name="decision" value="reject">{say.reject}</button>
                            <button class="btn btn-primary" type="submit" name="decision" value="approve">{yes}</button>
                        </span>
                    </div>
                </ActionForm>
            </Unsaved>
        })}
        {(is_open && mine).then(|| view! {
            <ActionForm action=withdraw><FormToken/>
                <input type="hidden" name="id" value=withdraw_id/>
                <div class="action-bar"><span class="t-2 s13">{say.yours}</span><span class="end"><ConfirmDialog id="withdraw" act=say.withdraw title=say.withdraw_title effects class="btn"/></span></div>
            </ActionForm>
        })}
    }
}

/// Who decided, where what was approved can be seen, and where what was sent back can be mended.
pub(super) fn decided(request: &RequestView, edit: Option<String>) -> Option<impl IntoView + use<>> {
    let say = &words().inbox;
    let request = request.clone();
    let by = request.decided_by.clone()?;
    let (done, link, verb) = match request.kind {
        RequestKind::Version => (say.released, format!("/apis/{}/{}", request.domain, request.name), say.view_documentation),
        RequestKind::Binding => (say.applied, format!("/sources/{}", request.name), say.view_source),
        RequestKind::Dataset => (say.applied, format!("/datasets/{}/{}", request.domain, request.name), say.view_dataset),
    };
    let (class, icon, told) = match request.state {
        RequestState::Approved => ("callout callout-ok", "ok", done),
        RequestState::Rejected => ("callout callout-bad", "x", say.rejected),
        _ => ("callout", "undo", say.withdrawn),
    };
    Some(view! {
        <div class=class role="status"><Icon name=icon/><p><b>{told(&by)}</b>", "<Time at=request.decided_at.unwrap_or_default()/>
            {request.decision.clone().filter(|text| !text.is_empty()).map(|text| (say.quoted)(&text))}</p>
            {(request.state == RequestState::Approved).then(|| view! { <span class="end"><a class="btn btn-sm" href=link>{verb}</a></span> })}
            {edit.map(|edit| view! { <span class="end"><a class="btn btn-sm" href=edit>{say.edit_draft}</a></span> })}
        </div>
    })
}

fn effects(detail: &RequestDetail, spec: &ApiSpec) -> impl IntoView + use<> {
    let say = &words().inbox;
    let breaks = detail.breaks.clone();
    let took = detail.evidence.sample.took_ms;
    let warnings: Vec<String> = detail.evidence.costs.iter().chain(&detail.evidence.warnings).cloned().collect();
    view! {
        <dl class="card effects">
            <div><dt>{say.compatibility}</dt>{if detail.replaces.is_none() {
                view! { <dd>{say.new}<small>{say.new_help}</small></dd> }.into_any()
            } else if breaks.is_empty() {
                view! { <dd class="t-ok">{say.compatible}<small>{say.compatible_help}</small></dd> }.into_any()
            } else {
                view! { <dd class="t-bad">{if breaks.len() == 1 { say.one_break.to_owned() } else { (say.breaks)(breaks.len()) }}<small>{breaks.join(" ")}</small></dd> }.into_any()
            }}</div>
            <div><dt>{say.duration}</dt><dd>{(say.millis)(took)}<small>{say.duration_help}</small></dd></div>
            <div><dt>{say.reads}</dt>{reads(detail, spec)}</div>
            <div><dt>{say.limits}</dt><dd>{(say.timeout)(spec.policy.timeout_ms)}<small>{(say.limits_help)(spec.policy.max_rows, spec.policy.max_bytes >> 20)}</small></dd></div>
        </dl>
        {warnings.into_iter().map(|text| view! { <div class="callout callout-warn"><Icon name="warn"/><p>{text}</p></div> }).collect_view()}
    }
}

/// What one call reads. Where nothing has explained it, that is said, and not that it is little.
fn reads(detail: &RequestDetail, spec: &ApiSpec) -> AnyView {
    let say = &words().inbox;
    let plan = &detail.evidence.plan;
    if !plan.full_scans.is_empty() {
        return view! { <dd class="t-warn">{say.full_tables}<small>{plan.full_scans.join(", ")}</small></dd> }.into_any();
    }
    if let Some(dataset) = spec.serve_from.dataset() {
        return view! { <dd class="t-ok">{say.by_key}<small>{(say.by_key_help)(dataset)}</small></dd> }.into_any();
    }
    if spec.union().is_some() {
        return view! { <dd>{say.other_apis}<small>{say.other_apis_help}</small></dd> }.into_any();
    }
    if plan.lines.is_empty() {
        return view! { <dd>{say.unknown}<small>{say.unknown_help}</small></dd> }.into_any();
    }
    view! { <dd class="t-ok">{say.part}<small>{say.part_help}</small></dd> }.into_any()
}

/// The definition in sentences: what it gives, for which parameters, from where, at which cost.
fn in_words(detail: &RequestDetail, spec: &ApiSpec) -> impl IntoView + use<> {
    let say = &words().inbox;
    let took = detail.evidence.sample.took_ms;
    let mut cost = detail.evidence.costs.clone();
    cost.push((say.cost_sentence)(took, spec.policy.timeout_ms));
    let parts = [
        (say.response, spec_summary::gives(spec)),
        (say.parameters, spec_summary::parameters(spec)),
        (say.serve_from, spec_summary::from_where(spec)),
        (say.cost, cost),
    ];
    view! {
        <section class="card card-pad" aria-labelledby="in-words"><h2 class="mb-3" id="in-words">{say.summary}</h2><dl class="kv">
            {parts.into_iter().map(|(label, lines)| view! {
                <dt>{label}</dt><dd>{lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}</dd>
            }).collect_view()}
        </dl></section>
    }
}

/// A version that was rejected before: why, and what is other now.
fn sent_again(detail: &RequestDetail) -> Option<impl IntoView + use<>> {
    let say = &words().inbox;
    let Rejection { version, request, by, at, reason } = detail.rejected.clone()?;
    let changes = detail.since_rejection.clone();
    Some(view! {
        <section class="card clip" aria-labelledby="sent-again">
            <div class="card-head"><h2 id="sent-again">{say.sent_again}</h2><div class="end"><a class="s13" href=format!("/inbox/{request}")>{(say.view_version)(version)}</a></div></div>
            <p class="card-pad">{(say.rejected_version)(&by, version)}<Time at/>{(!reason.is_empty()).then(|| (say.quoted)(&reason))}</p>
            {if changes.is_empty() {
                view! { <p class="card-pad t-warn">{say.same_as_rejected}</p> }.into_any()
            } else {
                view! { <SettingChanges changes secrets=Vec::new()/> }.into_any()
            }}
        </section>
    })
}

/// What differs from the version that is replaced, by setting; and the whole definition, line by line, for those who want it.
fn what_changes(detail: &RequestDetail) -> impl IntoView + use<> {
    let say = &words().inbox;
    let version = detail.request.version;
    let sides = detail.replaces.map_or_else(|| (say.sides_of_new)(version), |old| (say.sides)(old, version));
    let (changes, lines) = (detail.changes.clone(), detail.diff.clone());
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.changes}</h2>{detail.replaces.map(|old| view! { <span class="small t-3">{(say.from_version)(old, version)}</span> })}</div>
            {match (detail.replaces, changes.is_empty()) {
                (None, _) => view! { <p class="card-pad t-2 s13">{say.no_live_version}</p> }.into_any(),
                (Some(_), true) => view! { <p class="card-pad t-2 s13">{say.no_changes}</p> }.into_any(),
                (Some(_), false) => view! { <SettingChanges changes secrets=Vec::new()/> }.into_any(),
            }}
            <details><summary class="card-pad s13">{say.definition}</summary><DiffTable lines label=sides/></details>
        </section>
    }
}
