//! The versions of an API, and the way back to an earlier one.

use leptos::prelude::*;
use model::Action;
use model::snapshot::Environment;
use model::view::{ApiDetail, VersionView};

use super::Shared;
use super::api::{Retire, Rollback};
use crate::ui::{ActionForm, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, StateBadge, Time};
use crate::words::words;

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

fn table(detail: &ApiDetail, may: bool, (rollback, retire): (FormAction<Rollback>, FormAction<Retire>)) -> AnyView {
    let say = &words().api_versions;
    if detail.versions.is_empty() {
        return view! { <div class="card"><Empty title=say.none_title text=say.none_text/></div> }.into_any();
    }
    let broken = detail.summary.broken.clone();
    view! {
        {broken.map(|reason| view! { <div class="callout callout-bad"><p><b>{say.broken}</b>" "{reason}{say.broken_help}</p></div> })}
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.table><table class="table table-cards">
            <thead><tr><th>{say.version}</th><th>{say.state}</th><th>{say.live_in}</th><th>{say.author}</th><th>{say.created}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
            <tbody>{detail.versions.iter().cloned().map(|version| row(version, detail, may, rollback)).collect_view()}</tbody>
        </table></div></section>
        {may.then(|| retirement(detail, retire)).flatten()}
    }
    .into_any()
}

/// The apps that an act reaches.
fn callers(detail: &ApiDetail) -> String {
    let say = &words().api_versions;
    let apps: Vec<String> =
        detail.apps.iter().filter(|grant| !grant.expired).map(|grant| format!("{}/{}", grant.app_domain, grant.app)).collect();
    if apps.is_empty() { say.no_apps.to_owned() } else { (say.apps)(&apps.join(", ")) }
}

/// Taking an API out of an environment stands apart from the versions: nothing else is ever in its place.
fn retirement(detail: &ApiDetail, retire: FormAction<Retire>) -> Option<impl IntoView + use<>> {
    let say = &words().api_versions;
    let (domain, name) = (detail.summary.domain.clone(), detail.summary.name.clone());
    let (live, callers) = (detail.summary.live.clone(), callers(detail));
    (!live.is_empty()).then(|| {
        view! {
            <section class="card card-pad stack-2">
                <h2>{say.retire}</h2>
                <p class="t-2 s13">{say.retire_help}</p>
                <div class="row">{live.into_iter().map(|live| {
                    let place = live.environment.key();
                    let (domain, name) = (domain.clone(), name.clone());
                    let title = (say.retire_title)(&format!("{domain}/{name}"), place);
                    let (id, act) = (format!("retire-{place}"), (say.retire_in)(place));
                    let effects = vec![(say.retire_effect)(place), callers.clone(), (say.retire_undo)(place, live.version)];
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
        }
    })
}

/// What goes live in place of what, for the question.
fn roll_back_effects(detail: &ApiDetail, environment: Environment, number: i64) -> Vec<String> {
    let say = &words().api_versions;
    let place = environment.key();
    let now = detail.summary.live.iter().find(|live| live.environment == environment).map(|live| live.version);
    let (effect, undo) = match now {
        Some(now) => ((say.roll_back_effect)(place, number, now), (say.roll_back_undo)(place, now)),
        None => ((say.roll_back_first)(place, number), (say.roll_back_undo_first)(place)),
    };
    vec![effect, callers(detail), undo]
}

fn row(version: VersionView, detail: &ApiDetail, may: bool, rollback: FormAction<Rollback>) -> impl IntoView + use<> {
    let say = &words().api_versions;
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
            <td class="lead-cell medium">{(say.number)(number)}</td>
            <td class="fit" data-label=say.state><StateBadge state=version.state/></td>
            <td class="fit" data-label=(!version.live.is_empty()).then_some(say.live_in)>{version.live.iter().map(|environment| view! { <span class="badge badge-ok"><span class="dot dot-ok" aria-hidden="true"></span>{environment.key()}</span>" " }).collect_view()}</td>
            <td class="t-2" data-label=say.author>{version.author.clone()}</td>
            <td class="t-2 tn fit" data-label=say.created><Time at=version.created_at/></td>
            <td class="fit"><div class="row nowrap">
                <a class="btn btn-sm" href=test>{say.try_it}</a>
                {may.then(|| back.into_iter().map(|(environment, effects)| {
                    let (place, domain, name) = (environment.key(), domain.clone(), name.clone());
                    let (id, act) = (format!("back-{number}-{place}"), (say.roll_back)(place, number));
                    let title = (say.roll_back_title)(&format!("{domain}/{name}"), place, number);
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
