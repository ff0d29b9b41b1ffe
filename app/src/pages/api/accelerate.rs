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
use crate::ui::{Callout, Field, FormProblem, Icon, Load, PageHead, PageName, Tone, api_params, done, field_error, grouped, rows};

/// How often the page looks while a build is under way, and while somebody has to do something.
const LOOK: Duration = Duration::from_millis(700);
const LOOK_NOW_AND_THEN: Duration = Duration::from_secs(5);

#[component]
pub(crate) fn AcceleratePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let at = api_params();
    let (accelerate, submit) = (ServerAction::<Accelerate>::new(), ServerAction::<Submit>::new());
    let (stop, build) = (ServerAction::<StopRun>::new(), ServerAction::<BuildDataset>::new());
    let redis = Resource::new(|| (), |()| has_redis());
    let looked = RwSignal::new(0_u32);
    let (accelerated, submitted, stopped, begun) = (done(accelerate), done(submit), done(stop), done(build));
    let acted = move || [accelerated.get(), submitted.get(), stopped.get(), begun.get()];
    let state = Resource::new(move || (at.get(), acted(), looked.get()), |((domain, name), ..)| acceleration(domain, name));
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
        <PageName name="Accelerate"/>
        {move || { let (domain, name) = at.get(); view! {
            <PageHead title=format!("Accelerate {domain}/{name}") lead="Its rows are copied to where they are read in microseconds. What is live stays as it is until an approver says yes.">
                <a class="btn" href=format!("/apis/{domain}/{name}")>"Back to the API"</a>
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
    let is_live = now.dataset.as_ref().is_some_and(|dataset| dataset.live(Environment::Prod).is_some());
    let at = match (&now.dataset, is_live, now.is_served) {
        (None, ..) => 0,
        (Some(_), false, _) => 1,
        (Some(_), true, false) if now.is_draft => 2,
        (Some(_), true, false) => 3,
        (Some(_), true, true) => 4,
    };
    let names = ["Copy", "Build and proof", "Review", "Approval"];
    view! {
        <ol class="channel fold" aria-label="Steps">
            {names.into_iter().enumerate().map(|(index, name)| {
                let class = if index < at { "done" } else if index == at { "now" } else { "" };
                view! { <li class=class aria-current=(index == at).then_some("step")><span>{format!("{}. {name}", index + 1)}</span></li> }
            }).collect_view()}
        </ol>
    }
}

fn form(at: Memo<(String, String)>, now: &Acceleration, redis: bool, accelerate: ServerAction<Accelerate>) -> impl IntoView + use<> {
    let (domain, name) = at.get_untracked();
    let (table, source, key) = (now.table.name.clone(), now.source.clone(), now.key.join(" and "));
    let (known, of, name_of_table) = (now.rows, source.clone(), table.clone());
    let told = ask_tables_of_prod(Signal::stored(of));
    let count = move || {
        let found = told.told().and_then(|tables| tables.into_iter().find(|info| info.table.name == name_of_table)?.rows);
        found.or(known).map_or_else(|| "an unknown number of rows".into(), rows)
    };
    let suggested = now.suggested.clone();
    let stores = StoreKind::ALL.into_iter().filter(move |kind| kind.is_served() && (*kind != StoreKind::Redis || redis));
    view! {
        <ActionForm action=accelerate>
            <section class="card card-pad stack">
                <FormProblem action=accelerate at=|field| if field == "name" { "dataset".to_owned() } else { field.to_owned() }/>
                <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
                <div><h2>"The copy"</h2><p class="t-2">{move || format!("{table} of {source}, about {}, looked up by {key}. The source is read gently, once for each copy.", count())}</p></div>
                <div class="form-row">
                    <Field id="dataset" label="Name of the copy" help="Lower-case letters, digits and hyphens." error=field_error(accelerate, "name")><input class="input" id="dataset" name="dataset" required autocomplete="off" value=suggested/></Field>
                    <Field id="again" label="It is made anew" help="More ways are on its own page: other times, after another one, or following each change."><select class="select" id="again" name="again"><option value="hourly">"every hour"</option><option value="nightly">"every night at three, UTC"</option><option value="asked">"when somebody asks"</option></select></Field>
                </div>
                <div class="form-row">
                    <Field id="store" label="Kept in" help="Embedded is fastest; Redis is shared by all nodes." error=field_error(accelerate, "store")><select class="select" id="store" name="store">{stores.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                    <Field id="compression" label="Compression" help="Each row is compressed alone."><select class="select" id="compression" name="compression">{Compression::ALL.map(|kind| view! { <option value=kind.key()>{kind.words()}</option> }).collect_view()}</select></Field>
                </div>
                <div class="row"><button class="btn btn-primary" type="submit" disabled=move || accelerate.pending().get()><Icon name="play"/>"Accelerate it"</button></div>
            </section>
        </ActionForm>
    }
}

type Doing = (bool, ServerAction<StopRun>, ServerAction<BuildDataset>);

/// What is to be seen and done once there is a dataset.
fn after(at: Memo<(String, String)>, now: &Acceleration, doing: Doing, submit: ServerAction<Submit>) -> impl IntoView + use<> {
    let dataset = now.dataset.clone()?;
    let (domain, name) = at.get_untracked();
    let page = format!("/datasets/{}/{}", dataset.domain, dataset.name);
    let live = dataset.live(Environment::Prod).map(|version| (version.number, grouped(version.figures.written_rows)));
    let (in_review, is_draft, is_served) = (now.in_review, now.is_draft, now.is_served);
    let draft_edit = now.draft_edit;
    let (edit, test) = (format!("/apis/{domain}/{name}/edit"), format!("/apis/{domain}/{name}/test"));
    let built = live.clone().map(|(number, count)| view! {
        <Callout tone=Tone::Ok><p><b>{format!("The copy is live: data version {number} with {count} rows, each proved.")}</b>" "<a href=page.clone()>"Its page"</a>" has its versions, schedule and rules."</p></Callout>
    });
    Some(view! {
        <div class="stack-6">
            {live.is_none().then(|| building(&dataset, doing))}
            {built}
            {(live.is_some() && is_draft).then(|| view! {
                <ActionForm action=submit>
                    <section class="card card-pad stack">
                        <div><h2>"Send it for review"</h2><p class="t-2">"The next version is drafted: the same API, served from the copy. Somebody else approves it; then it is live at once."</p></div>
                        <input type="hidden" name="domain" value=domain.clone()/><input type="hidden" name="name" value=name.clone()/><input type="hidden" name="environment" value="prod"/><input type="hidden" name="edit" value=draft_edit.map(|edit| edit.to_string())/>
                        <Field id="reason" label="Why" note="optional" help="The approver reads it first."><input class="input" id="reason" name="reason" value="Served from a copy, so that its source is left in peace."/></Field>
                        <div class="row"><button class="btn btn-primary" type="submit" disabled=move || submit.pending().get()><Icon name="send"/>"Send for review"</button><a class="btn btn-quiet" href=edit>"Look through the draft first"</a></div>
                    </section>
                </ActionForm>
            })}
            {in_review.filter(|_| !is_served).map(|version| view! { <Callout tone=Tone::Warn><p><b>{format!("Version {version} waits for an approver.")}</b>" Until then, what is live asks its source as before."</p></Callout> })}
            {is_served.then(|| view! { <Callout tone=Tone::Ok><p><b>"It is served from the copy."</b>" "<a href=test>"Try it"</a>", and see how long an answer takes now."</p></Callout> })}
        </div>
    })
}

fn building(dataset: &DatasetView, (may_edit, stop, build): Doing) -> impl IntoView + use<> {
    let (domain, name) = (dataset.domain.clone(), dataset.name.clone());
    let is_going = dataset.job.going().is_some();
    view! {
        {going(dataset, dataset.job.at, may_edit, stop)}
        {ended_badly(&dataset.job)}
        {(may_edit && !is_going).then(|| view! {
            <ActionForm action=build>
                <input type="hidden" name="domain" value=domain.clone()/><input type="hidden" name="name" value=name.clone()/><input type="hidden" name="environment" value="prod"/>
                <div class="row"><button class="btn btn-primary" type="submit"><Icon name="play"/>"Build it again"</button><a class="btn" href=format!("/datasets/{domain}/{name}")>"Its page"</a></div>
            </ActionForm>
        })}
    }
}
