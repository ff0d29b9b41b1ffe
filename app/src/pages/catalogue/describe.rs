//! The description of an asset, and its editor: Markdown with a preview. Somebody who saves after somebody else is told so, and has both
//! texts.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::catalogue::AssetField;
use model::view::AssetPage;

use super::api_asset::preview_description;
use super::meanwhile::{meanwhile, seen_edit};
use super::shared::Shared;
use super::values::{holding, origin_note};
use crate::error::PortalError;
use crate::ui::{Callout, Field, ProblemCallout, Prose, SaveForm, TextArea, Time, Tone, done, error_at};
use crate::words::words;

/// What is typed, and what is known of it. It outlives the page being drawn anew.
#[derive(Clone, Copy)]
pub(super) struct Describing {
    shared: Shared,
    /// Nothing until somebody types.
    typed: RwSignal<Option<String>>,
    preview: RwSignal<Option<Result<String, PortalError>>>,
    /// The asset as somebody else has saved it since the form was drawn.
    theirs: RwSignal<Option<AssetPage>>,
}

impl Describing {
    pub(super) fn new(shared: Shared) -> Self {
        let this = Self { shared, typed: RwSignal::new(None), preview: RwSignal::new(None), theirs: meanwhile(shared.describe, shared.at) };
        let saved = done(shared.describe);
        let path = Memo::new(move |_| shared.at.with(|at| at.path.clone()));
        // What was typed is saved, or it was about another asset.
        Effect::new(move |before: Option<(usize, String)>| {
            let now = (saved.get(), path.get());
            if before.is_some_and(|before| before != now) {
                this.typed.set(None);
                this.preview.set(None);
            }
            now
        });
        this
    }
}

pub(super) fn description(asset: &AssetPage, describing: Describing) -> AnyView {
    let say = &words().catalogue_asset;
    let value = holding(asset, AssetField::Description);
    let text = if asset.description_html.is_empty() {
        view! { <p class="t-2 s13">{say.no_description}</p> }.into_any()
    } else {
        view! { <Prose html=asset.description_html.clone()/> }.into_any()
    };
    let by = value.map(|value| {
        let (by, at) = (value.by.clone(), value.at);
        let note = origin_note(value.origin);
        view! { <p class="small t-3">{note.map(|note| format!("{note} "))}{(say.written_by)(&by)}<Time at/></p> }
    });
    // What the source says is shown beside what somebody wrote: neither is written over the other.
    let others = asset.values.iter().filter(|value| value.field == AssetField::Description && !value.holds).map(|value| {
        let note = origin_note(value.origin).unwrap_or(say.from_person);
        view! { <details class="s13"><summary>{note}</summary><p class="t-2 mt-2 kept-lines">{value.value.clone()}</p></details> }
    });
    let others = others.collect_view();
    let editor = asset.may_edit.then(|| editor(asset, describing));
    view! {
        <section class="card card-pad stack" id="description-card">
            <h2>{say.description}</h2>
            {text}{by}{others}{editor}
        </section>
    }
    .into_any()
}

fn editor(asset: &AssetPage, describing: Describing) -> AnyView {
    let say = &words().catalogue_asset;
    let Describing { shared, typed, preview, theirs } = describing;
    let (path, edit, stored) = (asset.summary.path.to_string(), asset.edit, asset.description.clone());
    let text = Signal::derive(move || typed.get().unwrap_or_else(|| stored.clone()));
    let write = Callback::new(move |text: String| typed.set(Some(text)));
    let edit = seen_edit(edit, theirs);
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let ask = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let html = preview_description(text).await;
            let _ = preview.try_set(Some(html));
        });
    };
    view! {
        <details class="edit" id="edit-description" open=move || theirs.with(Option::is_some)>
            <summary class="btn btn-sm">{say.edit_description}</summary>
            <div class="mt-4 stack">
                {move || theirs.get().map(|theirs| both(&theirs, typed))}
                <SaveForm action=shared.describe save=say.save_description saved=say.description_saved>
                    <input type="hidden" name="path" value=path/><input type="hidden" name="edit" value=move || edit.get()/>
                    <Field id="description" label=say.description help=say.description_help error=error_at(shared.describe, &["description"])>
                        <TextArea class="textarea" id="description" name="description" rows=10 text typed=write/>
                    </Field>
                    <div class="row" hidden=move || !alive.get()>
                        <button class="btn btn-sm" type="button" on:click=ask>{say.preview}</button>
                    </div>
                    {move || preview.get().map(|preview| match preview {
                        Ok(html) => view! { <div class="card card-pad" id="description-preview" role="status"><Prose html/></div> }.into_any(),
                        Err(error) => view! { <ProblemCallout error/> }.into_any(),
                    })}
                </SaveForm>
            </div>
        </details>
    }
    .into_any()
}

/// What somebody else has written meanwhile, beside what stands in the field.
fn both(theirs: &AssetPage, typed: RwSignal<Option<String>>) -> AnyView {
    let say = &words().catalogue_asset;
    let (text, taken) = (theirs.description.clone(), theirs.description.clone());
    let by = holding(theirs, AssetField::Description).map(|value| value.by.clone()).unwrap_or_default();
    view! {
        <Callout tone=Tone::Warn>
            <p><b>{(say.changed_meanwhile)(&by)}</b>{say.both_kept}</p>
            <p class="medium mt-2">{say.their_text}</p>
            <pre class="kept-lines theirs" tabindex="0">{text}</pre>
            <button class="btn btn-sm mt-2" type="button" on:click=move |_| typed.set(Some(taken.clone()))>{say.take_theirs}</button>
        </Callout>
    }
    .into_any()
}
