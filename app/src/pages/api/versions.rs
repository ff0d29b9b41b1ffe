//! The versions of an API, and the way back to an earlier one.

use leptos::prelude::*;
use model::Action;
use model::snapshot::Environment;
use model::view::{ApiDetail, VersionView};

use super::Shared;
use super::api::{Retire, Rollback};
use crate::ui::{ConfirmDialog, Empty, FormProblem, FormToken, Load, StateBadge, Time};

#[component]
pub(crate) fn VersionsTab() -> impl IntoView {
    let Shared { detail, me, rollback, retire, .. } = expect_context();
    view! {
        <div class="mt-6 stack">
            <FormProblem action=rollback/>
            <FormProblem action=retire/>
            <Load resource=detail quiet=true view=move |detail| view! {
                <Load resource=me view=move |me| table(&detail, me.can(Action::Rollback, &detail.summary.domain), (rollback, retire))/>
            }/>
        </div>
    }
    .into_any()
}

fn table(detail: &ApiDetail, may: bool, (rollback, retire): (ServerAction<Rollback>, ServerAction<Retire>)) -> AnyView {
    if detail.versions.is_empty() {
        return view! { <div class="card"><Empty title="No version yet" text="A draft becomes version 1 when it is sent for review."/></div> }.into_any();
    }
    let broken = detail.summary.broken.clone();
    view! {
        {broken.map(|reason| view! { <div class="callout callout-bad"><p><b>"The newest release cannot be served."</b>" "{reason}" The last good version goes on answering where there is one."</p></div> })}
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Versions"><table class="table table-cards">
            <thead><tr><th>"Version"</th><th>"State"</th><th>"Live in"</th><th>"By"</th><th>"Made"</th><th><span class="sr">"Actions"</span></th></tr></thead>
            <tbody>{detail.versions.iter().cloned().map(|version| row(version, detail, may, rollback)).collect_view()}</tbody>
        </table></div></section>
        {may.then(|| retirement(detail, retire)).flatten()}
    }
    .into_any()
}

/// The apps that an act reaches.
fn callers(detail: &ApiDetail) -> String {
    let apps: Vec<String> =
        detail.apps.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.app_domain, grant.app)).collect();
    if apps.is_empty() { "No app has access now.".to_owned() } else { format!("Apps with access: {}.", apps.join(", ")) }
}

/// Taking an API out of an environment stands apart from the versions: nothing else is ever in its place.
fn retirement(detail: &ApiDetail, retire: ServerAction<Retire>) -> Option<impl IntoView + use<>> {
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let (live, callers) = (detail.summary.live.clone(), callers(detail));
    (!live.is_empty()).then(|| view! {
        <section class="card card-pad stack-2">
            <h2>"Retire"</h2>
            <p class="t-2 s13">"A retired API gives no responses. Its versions stay, and any of them can be made live again."</p>
            <div class="row">{live.into_iter().map(|live| {
                let place = live.environment.key();
                let (domain, name) = (domain.clone(), name.clone());
                let (id, act, title) = (format!("retire-{place}"), format!("Retire in {place}"), format!("Retire {domain}/{name} in {place}?"));
                let effects = vec![
                    format!("Requests to the API in {place} are refused at once."),
                    callers.clone(),
                    format!("To undo this, roll back {place} to v{} on this page.", live.version),
                ];
                view! {
                    <ActionForm action=retire><FormToken/>
                        <input type="hidden" name="domain" value=domain/>
                        <input type="hidden" name="name" value=name/>
                        <input type="hidden" name="environment" value=place/>
                        <ConfirmDialog id act title effects/>
                    </ActionForm>
                }
            }).collect_view()}</div>
        </section>
    })
}

/// What goes live in place of what, for the question.
fn roll_back_effects(detail: &ApiDetail, environment: Environment, number: i64) -> Vec<String> {
    let place = environment.key();
    let now = detail.summary.live.iter().find(|live| live.environment == environment).map(|live| live.version);
    let undo = now.map_or(format!("To undo this, retire the API in {place}."), |now| format!("To undo this, roll back {place} to v{now}."));
    let was = now.map_or("no version".to_owned(), |now| format!("v{now}"));
    vec![format!("Requests in {place} get responses of v{number} at once, in place of {was}."), callers(detail), undo]
}

fn row(version: VersionView, detail: &ApiDetail, may: bool, rollback: ServerAction<Rollback>) -> impl IntoView + use<> {
    let number = version.number;
    let back: Vec<(Environment, Vec<String>)> = version
        .approved_for
        .iter()
        .filter(|environment| !version.live.contains(environment))
        .map(|environment| (*environment, roll_back_effects(detail, *environment, number)))
        .collect();
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let test = format!("/apis/{domain}/{name}/test?version={number}");
    view! {
        <tr>
            <td class="lead-cell medium">"v"{number}</td>
            <td class="fit" data-label="State"><StateBadge state=version.state/></td>
            <td class="fit" data-label=(!version.live.is_empty()).then_some("Live in")>{version.live.iter().map(|environment| view! { <span class="badge badge-ok"><span class="dot dot-ok" aria-hidden="true"></span>{environment.key()}</span>" " }).collect_view()}</td>
            <td class="t-2" data-label="By">{version.author.clone()}</td>
            <td class="t-2 tn fit" data-label="Made"><Time at=version.created_at/></td>
            <td class="fit"><div class="row nowrap">
                <a class="btn btn-sm" href=test>"Try"</a>
                {may.then(|| back.into_iter().map(|(environment, effects)| {
                    let (place, domain, name) = (environment.key(), domain.clone(), name.clone());
                    let (id, act) = (format!("back-{number}-{place}"), format!("Roll back {place} to v{number}"));
                    let title = format!("Roll back {domain}/{name} in {place} to v{number}?");
                    view! {
                        <ActionForm action=rollback><FormToken/>
                            <input type="hidden" name="domain" value=domain/>
                            <input type="hidden" name="name" value=name/>
                            <input type="hidden" name="environment" value=place/>
                            <input type="hidden" name="version" value=number/>
                            <ConfirmDialog id act title effects class="btn btn-sm"/>
                        </ActionForm>
                    }
                }).collect_view())}
            </div></td>
        </tr>
    }
}
