//! Objectives with what is left of their error budgets, and what is at risk.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::alert::RiskKind;
use model::view::{ObjectiveView, RiskView, SubjectKind};

use super::api::{DeleteObjective, SetObjective, objectives};
use super::frame::{OBJECTIVES, pages};
use super::objective_form::form;
use super::shown::ObjectivesShown;
use crate::ui::{
    ActionForm, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, PageHead, PageName, address_memo, confirms, done, loaded,
};
use crate::words::words;

/// Below, a budget is nearly used up.
const LITTLE: f64 = 0.25;

#[component]
pub(crate) fn ObjectivesPage() -> impl IntoView {
    let (set, delete) = (FormAction::<SetObjective>::new(), FormAction::<DeleteObjective>::new());
    let (was_set, was_deleted) = (done(set), done(delete));
    let say = &words().objectives;
    confirms(was_deleted, say.deleted);
    let query = use_query_map();
    // The objective that is changed stands in the address, so that its form works without a script.
    let changed = address_memo(move |_| query.with(|query| query.get("change").unwrap_or_default()));
    let shown = loaded(move || (was_set.get(), was_deleted.get(), changed.get()), |_| objectives());
    view! {
        <PageName name=say.title/>
        <Load resource=shown page=true view=move |shown| page(shown, &changed.get_untracked(), set, delete)/>
    }
    .into_any()
}

fn page(shown: ObjectivesShown, changed: &str, set: FormAction<SetObjective>, delete: FormAction<DeleteObjective>) -> AnyView {
    let say = &words().objectives;
    let ObjectivesShown { objectives, risks, domains, objects, receivers } = shown;
    let of_changed = objectives.iter().map(|(of, _)| of).find(|of| path_of(of) == changed && domains.contains(&of.domain));
    let form = (!domains.is_empty()).then(|| form(&domains, (&objects, &receivers), of_changed, set));
    view! {
        <PageHead title=say.title lead=say.lead/>
        {pages(OBJECTIVES)}
        <div class="stack-6">
            <FormProblem action=delete/>
            {list(objectives, &domains, delete)}
            {form}
            {at_risk(risks)}
        </div>
    }
    .into_any()
}

fn path_of(of: &ObjectiveView) -> String {
    format!("{}/{}", of.domain, of.name)
}

fn list(objectives: Vec<(ObjectiveView, Option<f64>)>, domains: &[String], delete: FormAction<DeleteObjective>) -> AnyView {
    let say = &words().objectives;
    let count = objectives.len();
    let body = if objectives.is_empty() {
        view! { <Empty title=say.none_title text=say.none_text/> }.into_any()
    } else {
        let rows = objectives.into_iter().map(|(of, burn)| {
            let may = domains.contains(&of.domain);
            row(&of, burn, may.then_some(delete))
        });
        let rows = rows.collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table table-cards">
                <thead><tr><th>{say.objective}</th><th>{say.object}</th><th>{say.target}</th><th class="num">{say.bad}</th><th class="num">{say.left}</th><th class="num">{say.burn_rate}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="objectives"><div class="card-head"><h2>{say.objectives}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn row(of: &ObjectiveView, burn: Option<f64>, delete: Option<FormAction<DeleteObjective>>) -> AnyView {
    let say = &words().objectives;
    let (bad, left) = match &of.budget {
        None => (say.unknown.to_owned(), say.unknown.into_any()),
        Some(budget) => {
            let class = if budget.left <= 0.0 {
                "badge badge-bad"
            } else if budget.left < LITTLE {
                "badge badge-warn"
            } else {
                "badge badge-ok"
            };
            let left = (say.percent)(&format!("{:.1}", budget.left * 100.0));
            ((say.bad_of)(budget.outcomes.bad, budget.outcomes.total), view! { <span class=class>{left}</span> }.into_any())
        }
    };
    let burn = burn.map_or_else(|| say.unknown.to_owned(), |burn| format!("{burn:.2}"));
    let buttons = delete.map(|delete| buttons(of, delete));
    let figures = crate::pages::monitoring::address(of.objective.subject.kind.key(), &of.objective.subject.path);
    view! {
        <tr>
            <td class="lead-cell medium">{path_of(of)}</td>
            <td data-label=say.object><a href=figures>{of.objective.subject.path.clone()}</a></td>
            <td class="t-2" data-label=say.target>{of.objective.words()}</td>
            <td class="num" data-label=say.bad>{bad}</td>
            <td class="num" data-label=say.left>{left}</td>
            <td class="num" data-label=say.burn_rate>{burn}</td>
            <td class="fit">{buttons}</td>
        </tr>
    }
    .into_any()
}

fn buttons(of: &ObjectiveView, delete: FormAction<DeleteObjective>) -> AnyView {
    let say = &words().objectives;
    let path = path_of(of);
    let (domain, name) = (of.domain.clone(), of.name.clone());
    let (title, dialog) = ((say.delete_title)(&path), format!("objective-{domain}-{name}"));
    let effects = vec![(say.delete_effect)(&of.objective.subject.path), say.delete_undo.to_owned()];
    view! {
        <div class="row nowrap">
            <a class="btn btn-sm" href=format!("{OBJECTIVES}?change={path}#objective-form")>{say.change}</a>
            <ActionForm action=delete><FormToken/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <ConfirmDialog id=dialog act=say.delete title effects/>
            </ActionForm>
        </div>
    }
    .into_any()
}

fn at_risk(risks: Vec<RiskView>) -> AnyView {
    let say = &words().objectives;
    let count = risks.len();
    let body = if risks.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_risks}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.risks><table class="table table-cards">
                <thead><tr><th>{say.object}</th><th>{say.risk}</th><th>{say.what_to_do}</th></tr></thead>
                <tbody>{risks.into_iter().map(risk_row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        <section class="card clip" id="risks">
            <div class="card-head"><h2>{say.risks}</h2><span class="count">{count}</span></div>
            {body}
        </section>
    }
    .into_any()
}

fn risk_row(risk: RiskView) -> AnyView {
    let say = &words().objectives;
    let to = match (risk.subject, risk.kind) {
        (SubjectKind::Source, _) => format!("/sources/{}", risk.path),
        (_, RiskKind::NoLimit) => format!("/apis/{}/traffic", risk.path),
        (_, RiskKind::NoFallback) => format!("/apis/{}/edit", risk.path),
        _ => format!("/apis/{}", risk.path),
    };
    let name = match risk.kind {
        RiskKind::NoOwner => say.no_owner,
        RiskKind::NoFallback => say.no_fallback,
        RiskKind::NoLimit => say.no_limit,
        RiskKind::NoObjective => say.no_objective,
        RiskKind::NoLoadLimits => say.no_load_limits,
    };
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell" href=to>{risk.path}</a></td>
            <td class="fit" data-label=say.risk><span class="badge badge-warn">{name}</span></td>
            <td class="t-2" data-label=say.what_to_do>{risk.kind.words()}</td>
        </tr>
    }
    .into_any()
}
