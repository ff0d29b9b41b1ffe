//! Accelerating an API, on one page: copy its table, watch the first build, send the version that is served from the copy, and see it
//! answer. Each step shows itself when the one before is done, whoever did it and wherever.

use std::time::Duration;

use leptos::prelude::*;
use model::Action;
use model::dataset::{Compression, StoreKind};
use model::snapshot::Environment;
use model::view::{Acceleration, DatasetView};

use super::api::{Accelerate, acceleration};
use crate::pages::datasets::api::{BuildDataset, StopRun, has_redis};
use crate::pages::datasets::{ended_badly, going, look_later};
use crate::pages::editor::api::Submit;
use crate::pages::sources::ask_tables_of_prod;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, Field, FormAction, FormProblem, Icon, Load, PageHead, PageName, Tone, Unsaved, api_params, done, field_error,
    grouped, loaded, rows,
};
use crate::words::words;

/// How often the page looks while a build is under way, and while somebody has to do something.
const LOOK: Duration = Duration::from_millis(700);
const LOOK_NOW_AND_THEN: Duration = Duration::from_secs(5);

#[component]
pub(crate) fn AcceleratePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let say = &words().api_accelerate;
    let (accelerate, submit) = (FormAction::<Accelerate>::new(), FormAction::<Submit>::new());
    let (stop, build) = (FormAction::<StopRun>::new(), FormAction::<BuildDataset>::new());
    let redis = loaded(|| (), |()| has_redis());
    let looked = RwSignal::new(0_u32);
    let (accelerated, submitted, stopped, begun) = (done(accelerate), done(submit), done(stop), done(build));
    let acted = move || [accelerated.get(), submitted.get(), stopped.get(), begun.get()];
    let state = loaded(move || (at.get(), acted(), looked.get()), |((domain, name), ..)| acceleration(domain, name));
    // By itself, so that the form is not drawn anew while the page looks again.
    let stage = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(Ok(now)) = state.get() else { return };
        if stage.get_untracked() != Some(now.dataset.is_some()) {
            stage.set(Some(now.dataset.is_some()));
        }
        if let (Some(dataset), false) = (&now.dataset, now.is_served) {
            let wait = if dataset.job.going().is_some() { LOOK } else { LOOK_NOW_AND_THEN };
            look_later(looked, looked.get_untracked(), wait);
        }
    });
    view! {
        <PageName name=say.page/>
        {move || { let (domain, name) = at.get(); let title = (say.title)(&format!("{domain}/{name}")); view! {
            <PageHead title lead=say.lead>
                <a class="btn" href=format!("/apis/{domain}/{name}")>{say.back}</a>
            </PageHead>
        } }}
        <div class="stack-6">
            <FormProblem action=stop/>
            <FormProblem action=build/>
            <FormProblem action=submit/>
            <Load resource=state view=move |now| steps(&now)/>
            {move || (stage.get() == Some(false)).then(|| view! {
                <Load resource=redis view=move |redis| view! { <Load resource=state view=move |now| (now.dataset.is_none()).then(|| form(at, &now, redis, accelerate))/> }/>
            })}
            <Load resource=state view=move |now| {
                let (domain, _) = at.get_untracked();
                view! { <Load resource=me view=move |me| after(at, &now, (me.can(Action::EditDataset, &domain), stop, build), submit)/> }
            }/>
        </div>
    }
    .into_any()
}

/// The way, with what is behind and what is now.
fn steps(now: &Acceleration) -> impl IntoView + use<> {
    let say = &words().api_accelerate;
    let is_live = now.dataset.as_ref().is_some_and(|dataset| dataset.live(Environment::Prod).is_some());
    let at = match (&now.dataset, is_live, now.is_served) {
        (None, ..) => 0,
        (Some(_), false, _) => 1,
        (Some(_), true, false) if now.is_draft => 2,
        (Some(_), true, false) => 3,
        (Some(_), true, true) => 4,
    };
    let names = [say.step_dataset, say.step_build, say.step_review, say.step_approval];
    view! {
        <ol class="channel fold" aria-label=say.steps>
            {names.into_iter().enumerate().map(|(index, name)| {
                let class = if index < at { "done" } else if index == at { "now" } else { "" };
                view! { <li class=class aria-current=(index == at).then_some("step")><span>{(say.step)(index + 1, name)}</span></li> }
            }).collect_view()}
        </ol>
    }
}

fn form(at: Memo<(String, String)>, now: &Acceleration, redis: bool, accelerate: FormAction<Accelerate>) -> impl IntoView + use<> {
    let say = &words().api_accelerate;
    let (domain, name) = at.get_untracked();
    let (table, source, key) = (now.table.name.clone(), now.source.clone(), now.key.join(", "));
    let (known, of, name_of_table) = (now.rows, source.clone(), table.clone());
    let told = ask_tables_of_prod(Signal::stored(of));
    let size = move || {
        let found = told.told().and_then(|tables| tables.into_iter().find(|info| info.table.name == name_of_table)?.rows);
        found.or(known).map_or_else(|| say.size_unknown.to_owned(), |count| (say.size)(&rows(count)))
    };
    let suggested = now.suggested.clone();
    let stores = StoreKind::ALL.into_iter().filter(move |kind| kind.is_served() && (*kind != StoreKind::Redis || redis));
    view! {
        <Unsaved saved=done(accelerate)>
            <ActionForm action=accelerate>
                <section class="card card-pad stack">
                    <FormProblem action=accelerate at=|field| if field == "name" { "dataset".to_owned() } else { field.to_owned() }/>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                    <div><h2>{say.dataset}</h2><p class="t-2">{move || (say.dataset_help)(&table, &source, &size(), &key)}</p></div>
                    <div class="form-row">
                        <Field id="dataset" label=say.name help=say.name_help error=field_error(accelerate, "name")><input class="input" id="dataset" name="dataset" required autocomplete="off" value=suggested/></Field>
                        <Field id="again" label=say.schedule help=say.schedule_help><select class="select" id="again" name="again"><option value="hourly">{say.hourly}</option><option value="nightly">{say.nightly}</option><option value="asked">{say.manual}</option></select></Field>
                    </div>
                    <div class="form-row">
                        <Field id="store" label=say.store help=say.store_help error=field_error(accelerate, "store")><select class="select" id="store" name="store">{stores.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                        <Field id="compression" label=say.compression help=say.compression_help><select class="select" id="compression" name="compression">{Compression::ALL.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                    </div>
                    <div class="row"><button class="btn btn-primary" type="submit" disabled=move || accelerate.pending().get()><Icon name="play"/>{say.create}</button></div>
                </section>
            </ActionForm>
        </Unsaved>
    }
}

type Doing = (bool, FormAction<StopRun>, FormAction<BuildDataset>);

/// What is to be seen and done once there is a dataset.
fn after(at: Memo<(String, String)>, now: &Acceleration, doing: Doing, submit: FormAction<Submit>) -> impl IntoView + use<> {
    let say = &words().api_accelerate;
    let dataset = now.dataset.clone()?;
    let (domain, name) = at.get_untracked();
    let page = format!("/datasets/{}/{}", dataset.domain, dataset.name);
    let live = dataset.live(Environment::Prod).map(|version| (version.number, grouped(version.figures.written_rows)));
    let (in_review, is_draft, is_served) = (now.in_review, now.is_draft, now.is_served);
    let draft_edit = now.draft_edit;
    let (edit, test) = (format!("/apis/{domain}/{name}/edit"), format!("/apis/{domain}/{name}/test"));
    let built = live.clone().map(|(number, count)| view! {
        <Callout tone=Tone::Ok><p><b>{(say.live)(number, &count)}</b>" "{say.live_help}<a href=page.clone()>{say.open_dataset}</a></p></Callout>
    });
    Some(view! {
        <div class="stack-6">
            {live.is_none().then(|| building(&dataset, doing))}
            {built}
            {(live.is_some() && is_draft).then(|| view! {
                <ActionForm action=submit>
                    <section class="card card-pad stack">
                        <div><h2>{say.send}</h2><p class="t-2">{say.send_help}</p></div>
                        <input type="hidden" name="domain" value=domain.clone()/><input type="hidden" name="name" value=name.clone()/><input type="hidden" name="environment" value="prod"/><input type="hidden" name="edit" value=draft_edit.map(|edit| edit.to_string())/>
                        <Field id="reason" label=say.reason note=say.optional help=say.reason_help><input class="input" id="reason" name="reason" value=say.reason_default/></Field>
                        <div class="row"><button class="btn btn-primary" type="submit" disabled=move || submit.pending().get()><Icon name="send"/>{say.send}</button><a class="btn btn-quiet" href=edit>{say.edit_draft}</a></div>
                    </section>
                </ActionForm>
            })}
            {in_review.filter(|_| !is_served).map(|version| view! { <Callout tone=Tone::Warn><p><b>{(say.in_review)(version)}</b>" "{say.in_review_help}</p></Callout> })}
            {is_served.then(|| view! { <Callout tone=Tone::Ok><p><b>{say.served}</b>" "<a href=test>{say.try_it}</a>{say.served_help}</p></Callout> })}
        </div>
    })
}

fn building(dataset: &DatasetView, (may_edit, stop, build): Doing) -> impl IntoView + use<> {
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let is_going = dataset.job.going().is_some();
    let say = &words().api_accelerate;
    view! {
        {going(dataset, dataset.job.at, may_edit, stop)}
        {ended_badly(&dataset.job)}
        {(may_edit && !is_going).then(|| view! {
            <ActionForm action=build>
                <input type="hidden" name="domain" value=domain.clone()/><input type="hidden" name="name" value=name.clone()/><input type="hidden" name="environment" value="prod"/>
                <div class="row"><button class="btn btn-primary" type="submit"><Icon name="play"/>{say.build_again}</button><a class="btn" href=format!("/datasets/{domain}/{name}")>{say.open_dataset}</a></div>
            </ActionForm>
        })}
    }
}
