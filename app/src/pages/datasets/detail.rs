//! One dataset: how its build goes, its data versions with switch and roll back, and what is served from it.

use std::time::Duration;

use leptos::prelude::*;
use model::Action;
use model::dataset::{DataVersionState, StoreKind};
use model::gates::Gates;
use model::job::{JobSpec, RunState, When};
use model::mapping::Mapping;
use model::number::Typed;
use model::snapshot::Environment;
use model::view::{DatasetView, Me};

use super::api::{BuildDataset, PauseJob, StopRun, SwitchDataset, TryAgain, dataset, set_gates, set_job, set_mapping};
use super::compared::compared;
use super::gates::{SetGates, gates_card};
use super::incremental::{incremental_card, incremental_sync};
use super::job::{SetJob, job_card};
use super::mapping_card::{SetMapping, mapping_card};
use super::rejected::{left_out, rejected_card};
use super::runs::{ended_badly, going, strip_card};
use super::waiting::waits;
use crate::pages::monitoring::MonitoringLink;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Icon, Load, PageHead, PageName, StateBadge, Time, Tone,
    api_params, asks_now, done, grouped, loaded, saves,
};
use crate::words::words;

/// How often a page looks while a build is under way.
const LOOK: Duration = Duration::from_millis(500);
const LOOK_FOR_CHANGES: Duration = Duration::from_secs(2);
const LOOK_NOW_AND_THEN: Duration = Duration::from_secs(5);

#[component]
pub(crate) fn DatasetPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().datasets_detail;
    let at = api_params();
    let (build, switch) = (FormAction::<BuildDataset>::new(), FormAction::<SwitchDataset>::new());
    let (stop, pause) = (FormAction::<StopRun>::new(), FormAction::<PauseJob>::new());
    let again = FormAction::<TryAgain>::new();
    let job: SetJob = leptos::prelude::Action::new(|(domain, name, spec, numbers): &(String, String, JobSpec, Typed)| {
        set_job(domain.clone(), name.clone(), spec.clone(), numbers.clone())
    });
    let gates: SetGates = leptos::prelude::Action::new(|(domain, name, gates, numbers): &(String, String, Gates, Typed)| {
        set_gates(domain.clone(), name.clone(), gates.clone(), numbers.clone())
    });
    let mapping: SetMapping = leptos::prelude::Action::new(|(domain, name, mapping): &(String, String, Mapping)| {
        set_mapping(domain.clone(), name.clone(), mapping.clone())
    });
    let looked = RwSignal::new(0_u32);
    let detail = loaded(
        move || {
            let acted = [build.answers(), switch.answers(), stop.answers(), pause.answers(), job.version().get()];
            (at.get(), acted, looked.get())
        },
        |((domain, name), ..)| dataset(domain, name),
    );
    // By itself, so that a form that is being filled in is not made anew while the page looks again.
    // And only once something was saved: what was refused stays as it was typed.
    let (saved_gates, saved_mapping, saved_job, paused) = (saves(gates), saves(mapping), saves(job), done(pause));
    // Drawn anew only when there are more of them, or fewer.
    let spoiled = RwSignal::new(None);
    let of_forms = loaded(
        move || (at.get(), [saved_gates.get(), saved_mapping.get(), saved_job.get(), paused.get()]),
        |((domain, name), ..)| dataset(domain, name),
    );
    // While a build is under way, the page looks again by itself; else now and then, for what its schedule begins.
    Effect::new(move |_| {
        let Some(Ok(dataset)) = detail.get() else { return };
        let now = left_out(&dataset);
        if spoiled.get_untracked() != now {
            spoiled.set(now);
        }
        let wait = match dataset.job.going() {
            Some(_) => LOOK,
            None if dataset.is_synced() => LOOK_FOR_CHANGES,
            None if dataset.job.spec.when == When::Asked && dataset.job.spec.compare.is_none() => return,
            None => LOOK_NOW_AND_THEN,
        };
        look_later(looked, looked.get_untracked(), wait);
    });
    view! {
        <Load resource=of_forms page=true view=move |dataset| {
            let path = format!("{}/{}", dataset.domain, dataset.name);
            let made_of = format!("{}.{}", dataset.spec.source, dataset.spec.table.name);
            let lead = match dataset.spec.store {
                StoreKind::Columnar => (say.lead_columnar)(&made_of),
                StoreKind::Table => (say.lead_output)(&made_of, &written_into(&dataset)),
                _ => (say.lead_key)(&made_of, &dataset.spec.key.join(", ")),
            };
            let held = waits(&dataset);
            let domain = StoredValue::new(dataset.domain.clone());
            let may = move |me: &Me, action| domain.with_value(|domain| me.can(action, domain));
            view! {
                <PageName name=path.clone()/>
                <PageHead title=path.clone() lead><MonitoringLink kind="dataset" path/></PageHead>
                <div class="with-aside">
                    <div class="stack-6">
                        <FormProblem action=build/>
                        <FormProblem action=switch/>
                        <FormProblem action=stop/>
                        <FormProblem action=pause/>
                        <FormProblem action=again/>
                        {held}
                        <Load resource=detail view=move |dataset| view! {
                            <Load resource=me view=move |me| state(&dataset, (may(&me, Action::EditDataset), may(&me, Action::Rollback)), stop, switch)/>
                        }/>
                        <Load resource=me view=move |me| {
                            let may_edit = may(&me, Action::EditDataset);
                            view! { {may_edit.then_some(move || spoiled.get().map(|rows| rejected_card(rows, again)))}{job_card(&dataset, may_edit, job, pause)}{incremental_card(&dataset, may_edit, job)}{mapping_card(&dataset, may_edit, mapping)}{gates_card(&dataset, may_edit, gates)} }
                        }/>
                    </div>
                    <aside class="stack"><Load resource=detail view=move |dataset| view! {
                        <Load resource=me view=move |me| aside(&dataset, may(&me, Action::EditDataset), build)/>
                    }/></aside>
                </div>
            }
        }/>
    }
    .into_any()
}

/// Looks again after a while. Of several that wait, one looks; and none does while a question is open, which would be taken away.
pub(crate) fn look_later(looked: RwSignal<u32>, seen: u32, wait: Duration) {
    let look = move || {
        if asks_now() {
            look_later(looked, seen, wait);
        } else {
            let _ = looked.try_update(|count| *count += u32::from(*count == seen));
        }
    };
    set_timeout(look, wait);
}

/// How its build goes, and its data versions.
fn state(
    dataset: &DatasetView,
    (may_edit, may_roll): (bool, bool),
    stop: FormAction<StopRun>,
    switch: FormAction<SwitchDataset>,
) -> impl IntoView + use<> {
    view! {
        <div class="stack-6">
            {going(dataset, dataset.job.at, may_edit, stop)}
            {ended_badly(&dataset.job)}
            {waiting(dataset, may_roll, switch)}
            {not_shown(dataset)}
            {incremental_sync(dataset)}
            {compared(dataset)}
            {versions(dataset, may_roll, switch)}
        </div>
    }
}

fn aside(dataset: &DatasetView, may_build: bool, build: FormAction<BuildDataset>) -> impl IntoView + use<> {
    let is_building = dataset.job.going().is_some_and(|run| run.state == RunState::Running || run.attempt == 1);
    view! {
        {may_build.then(|| build_card(dataset, is_building, build))}
        {strip_card(&dataset.job)}
        {facts(dataset, may_build)}
    }
}

fn build_card(dataset: &DatasetView, is_building: bool, build: FormAction<BuildDataset>) -> impl IntoView + use<> {
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let say = &words().datasets_detail;
    view! {
        <ActionForm action=build>
            <section class="card card-pad stack-2">
                <h3 class="mb-2">{say.build}</h3>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <label class="label" for="environment">{say.environment}</label>
                <select class="select" id="environment" name="environment">{[Environment::Prod, Environment::Test].map(|environment| view! { <option value=environment.key()>{environment.key()}</option> }).collect_view()}</select>
                <button class="btn btn-primary" type="submit" disabled=is_building><Icon name="play"/>{if is_building { say.building } else { say.build_new }}</button>
                <p class="small t-3">{say.build_help}</p>
            </section>
        </ActionForm>
    }
}

fn facts(dataset: &DatasetView, may_build: bool) -> impl IntoView + use<> {
    let say = &words().datasets_detail;
    let spec = dataset.spec.clone();
    let make = format!("/apis/new?source={}&table={}&dataset={}", spec.source, spec.table.name, dataset.name);
    let may_make = may_build && spec.store.is_served();
    let into = spec.into.is_some().then(|| written_into(dataset));
    let apis = dataset.apis.clone();
    let register: Vec<String> = spec.written().map(|field| format!("{} {}", field.number, field.column)).collect();
    view! {
        <section class="card card-pad"><h3 class="mb-3">{say.overview}</h3><dl class="kv">
            <dt>{say.owner}</dt><dd>{dataset.owner.clone()}</dd>
            <dt>{say.source}</dt><dd><a href=format!("/sources/{}/tables/{}", spec.source, spec.table.name)>{format!("{}.{}", spec.source, spec.table.name)}</a></dd>
            <dt>{say.store}</dt><dd>{spec.store.words()}</dd>
            {into.map(|place| view! { <dt>{say.view}</dt><dd>{place}</dd> })}
            {spec.store.is_served().then(|| view! { <dt>{say.compression}</dt><dd>{spec.compression.key()}</dd> })}
            {spec.store.is_served().then(|| view! { <dt>{say.apis}</dt><dd>{if apis.is_empty() { say.no_api.into_any() } else { apis.into_iter().map(|path| view! { <a href=format!("/apis/{path}")>{path.clone()}</a>" " }).collect_view().into_any() }}</dd> })}
            <dt>{say.fields}</dt><dd class="small t-2">{register.join(", ")}</dd>
        </dl>{may_make.then(|| view! { <a class="btn btn-sm mt-3" href=make>{say.create_api}</a> })}</section>
    }
}

/// The database and view of a dataset that is kept in one.
fn written_into(dataset: &DatasetView) -> String {
    dataset.spec.into.as_ref().map(|into| format!("{}.{}", into.source, into.table.path())).unwrap_or_default()
}

/// A version that is live, and that the view of its database does not show.
fn not_shown(dataset: &DatasetView) -> impl IntoView + use<> {
    let live = dataset.versions.iter().find(|version| version.state == DataVersionState::Live && !version.reason.is_empty())?;
    let say = &words().datasets_detail;
    let (headline, why) = ((say.not_shown)(&written_into(dataset), live.number), (say.not_shown_why)(&live.reason));
    Some(view! {
        <Callout tone=Tone::Bad>
            <p><b>{headline}</b>{why}</p>
        </Callout>
    })
}

/// A version that is checked and waits for an owner's yes.
fn waiting(dataset: &DatasetView, may_roll: bool, switch: FormAction<SwitchDataset>) -> impl IntoView + use<> {
    let checked = dataset.versions.iter().find(|version| version.state == DataVersionState::Checked)?.clone();
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let say = &words().datasets_detail;
    let rows = grouped(checked.figures.written_rows);
    let asks_about_none = checked.figures.written_rows == 0;
    Some(view! {
        <Callout tone=Tone::Warn>
            <p><b>{(say.validated)(checked.number)}</b>{(say.validated_rows)(&rows)}{asks_about_none.then_some(say.validated_empty)}</p>
            {may_roll.then(|| view! {
                <ActionForm action=switch><FormToken/>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/><input type="hidden" name="version" value=checked.number/>
                    <button class="btn btn-sm btn-primary" type="submit">{say.promote}</button>
                </ActionForm>
            })}
        </Callout>
    })
}

fn versions(dataset: &DatasetView, may_roll: bool, switch: FormAction<SwitchDataset>) -> impl IntoView + use<> {
    let (domain, name, versions) = (dataset.domain.clone(), dataset.name.clone(), dataset.versions.clone());
    let say = &words().datasets_detail;
    let apis = if dataset.apis.is_empty() { say.roll_back_no_api.to_owned() } else { (say.roll_back_apis)(&dataset.apis.join(", ")) };
    let effects = vec![apis, say.roll_back_undo.to_owned()];
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.versions}</h2><span class="count">{versions.len()}</span></div>
            {if versions.is_empty() {
                view! { <Empty title=say.not_built text=say.not_built_help/> }.into_any()
            } else {
                view! { <div class="table-wrap" tabindex="0" role="region" aria-label=say.versions><table class="table table-cards">
                    <thead><tr><th>{say.version}</th><th>{say.state}</th><th>{say.environment}</th><th class="num">{say.rows}</th><th class="num">{say.size}</th><th>{say.requested}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                    <tbody>{versions.into_iter().map(|version| {
                        let (domain, name) = (domain.clone(), name.clone());
                        let (id, act) = (format!("back-{}", version.number), (say.roll_back)(version.number));
                        let title = (say.roll_back_title)(&domain, &name, version.number);
                        let effects = effects.clone();
                        let roll = may_roll && version.state == DataVersionState::Kept;
                        view! {
                            <tr><td class="lead-cell medium">{version.number}</td><td class="fit" data-label=say.state><StateBadge state=version.state/></td>
                            <td class="fit t-2" data-label=say.environment>{version.environment.key()}</td>
                            <td class="num" data-label=say.rows>{grouped(version.figures.written_rows)}</td>
                            <td class="num nowrap" data-label=version.percent_stored().map(|_| say.size)>{version.percent_stored().map(|percent| (say.stored)(&kilobytes(version.figures.stored_bytes), percent))}</td>
                            <td class="t-2 tn" data-label=say.requested><Time at=version.asked_at/>{(say.requested_by)(&version.asked_by)}</td>
                            <td class="fit">{roll.then(|| view! {
                                <ActionForm action=switch><FormToken/>
                                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/><input type="hidden" name="version" value=version.number/>
                                    <ConfirmDialog id act title effects class="btn btn-sm"/>
                                </ActionForm>
                            })}</td></tr>
                        }
                    }).collect_view()}</tbody>
                </table></div> }.into_any()
            }}
        </section>
    }
}

fn kilobytes(bytes: i64) -> String {
    grouped((bytes + 999) / 1_000)
}
