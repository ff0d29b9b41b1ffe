//! Objectives with what is left of their error budgets, and what is at risk.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::ObjectiveView;

use super::api::{DeleteObjective, SetObjective, objectives};
use super::at_risk::{at_risk, rate_words};
use super::frame::{OBJECTIVES, pages};
use super::objective_form::form;
use super::risks::risks as list_of_risks;
use super::shown::ObjectivesShown;
use crate::ui::{
    ActionForm, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, PageHead, PageName, address_memo, confirms, done, loaded,
};
use crate::words::words;

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
    let at_risk = at_risk(objectives.iter().map(|(of, _)| of));
    view! {
        <PageHead title=say.title lead=say.lead/>
        {pages(OBJECTIVES)}
        <div class="stack-6">
            <FormProblem action=delete/>
            {at_risk}
            {list(objectives, &domains, delete)}
            {form}
            {list_of_risks(risks)}
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
            } else if budget.left < ObjectiveView::LITTLE {
                "badge badge-warn"
            } else {
                "badge badge-ok"
            };
            let left = (say.percent)(&format!("{:.1}", budget.left * 100.0));
            ((say.bad_of)(budget.outcomes.bad, budget.outcomes.total), view! { <span class=class>{left}</span> }.into_any())
        }
    };
    let burn = burn.map_or_else(|| say.unknown.to_owned(), |burn| format!("{burn:.2}"));
    let burning = of.burning.iter().map(|burning| view! { <span class="sub">{rate_words(burning)}</span> }).collect_view();
    let buttons = delete.map(|delete| buttons(of, delete));
    let figures = crate::pages::monitoring::address(of.objective.subject.kind.key(), &of.objective.subject.path);
    view! {
        <tr>
            <td class="lead-cell medium">{path_of(of)}</td>
            <td data-label=say.object><a href=figures>{of.objective.subject.path.clone()}</a></td>
            <td class="t-2" data-label=say.target>{of.objective.words()}</td>
            <td class="num" data-label=say.bad>{bad}</td>
            <td class="num" data-label=say.left>{left}</td>
            <td class="num" data-label=say.burn_rate>{burn}{burning}</td>
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
