//! The versions of an API, and the way back to an earlier one.

use leptos::prelude::*;
use model::Action;
use model::snapshot::Environment;
use model::view::{ApiDetail, VersionView};

use super::Shared;
use super::api::{Retire, Rollback};
use crate::ui::{Empty, FormProblem, FormToken, Load, StateBadge, Time};

#[component]
pub(crate) fn VersionsTab() -> impl IntoView {
    let Shared { detail, me, rollback, retire, .. } = expect_context();
    view! {
        <div class="mt-6 stack">
            <FormProblem action=rollback/>
            <FormProblem action=retire/>
            <Load resource=detail view=move |detail| view! {
                <Load resource=me view=move |me| table(&detail, me.can(Action::Rollback, &detail.summary.domain), (rollback, retire))/>
            }/>
        </div>
    }
    .into_any()
}

type Changes = (ServerAction<Rollback>, ServerAction<Retire>);

fn table(detail: &ApiDetail, may: bool, changes: Changes) -> AnyView {
    if detail.versions.is_empty() {
        return view! { <div class="card"><Empty title="No version yet" text="A draft becomes version 1 when it is sent for review."/></div> }.into_any();
    }
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let broken = detail.summary.broken.clone();
    view! {
        {broken.map(|reason| view! { <div class="callout callout-bad"><p><b>"The newest release cannot be served."</b>" "{reason}" The last good version goes on answering where there is one."</p></div> })}
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Versions"><table class="table table-cards">
            <thead><tr><th>"Version"</th><th>"State"</th><th>"Live in"</th><th>"By"</th><th>"Made"</th><th><span class="sr">"Actions"</span></th></tr></thead>
            <tbody>{detail.versions.iter().cloned().map(|version| row(version, (&domain, &name), may, changes)).collect_view()}</tbody>
        </table></div></section>
    }
    .into_any()
}

fn row(version: VersionView, (domain, name): (&str, &str), may: bool, (rollback, retire): Changes) -> impl IntoView + use<> {
    let back: Vec<Environment> = version.approved_for.iter().copied().filter(|environment| !version.live.contains(environment)).collect();
    let (domain, name, number) = (domain.to_owned(), name.to_owned(), version.number);
    let live = version.live.clone();
    let test = format!("/apis/{domain}/{name}/test?version={number}");
    view! {
        <tr>
            <td class="lead-cell medium">"v"{number}</td>
            <td class="fit" data-label="State"><StateBadge state=version.state/></td>
            <td class="fit" data-label="Live in">{version.live.iter().map(|environment| view! { <span class="badge badge-ok"><span class="dot dot-ok" aria-hidden="true"></span>{environment.key()}</span>" " }).collect_view()}</td>
            <td class="t-2" data-label="By">{version.author.clone()}</td>
            <td class="t-2 tn fit" data-label="Made"><Time at=version.created_at/></td>
            <td class="fit"><div class="row nowrap">
                <a class="btn btn-sm" href=test>"Try"</a>
                {may.then(|| back.into_iter().map(|environment| { let (domain, name) = (domain.clone(), name.clone()); view! {
                    <ActionForm action=rollback><FormToken/>
                        <input type="hidden" name="domain" value=domain/>
                        <input type="hidden" name="name" value=name/>
                        <input type="hidden" name="environment" value=environment.key()/>
                        <input type="hidden" name="version" value=number/>
                        <button class="btn btn-sm" type="submit">{format!("Go back to v{number} in {}", environment.key())}</button>
                    </ActionForm>
                } }).collect_view())}
                {may.then(|| live.into_iter().map(|environment| { let (domain, name) = (domain.clone(), name.clone()); view! {
                    <ActionForm action=retire><FormToken/>
                        <input type="hidden" name="domain" value=domain/>
                        <input type="hidden" name="name" value=name/>
                        <input type="hidden" name="environment" value=environment.key()/>
                        <button class="btn btn-sm" type="submit">{format!("Retire in {}", environment.key())}</button>
                    </ActionForm>
                } }).collect_view())}
            </div></td>
        </tr>
    }
}
