//! Policy: what consumers read, and the bounds of one call.

use leptos::prelude::*;
use model::ApiSpec;
use model::spec::{ApiBody, ApiKind, MAX_MAX_BYTES, MAX_MAX_ROWS, MAX_PAGE_SIZE, MAX_TIMEOUT_MS, MIN_MAX_BYTES};
use model::view::DatasetView;

use super::number::{Asked, SpecNumber};
use super::serving_card::ServingCard;
use super::state::Editor;
use crate::ui::{Field, Loaded};
use crate::words::words;

#[component]
pub(super) fn PolicyStep(editor: Editor, datasets: Loaded<Vec<DatasetView>>) -> impl IntoView {
    let say = &words().editor_policies;
    let is_list = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Sql);
    let error = move |place: &'static str| {
        Signal::derive(move || editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == place).map(|error| error.message))
    };
    let title = move || editor.spec.with(|spec| spec.title.clone());
    let choose = move || editor.spec.with(|spec| !spec.policy.whole_rows);
    view! {
        <section class="card card-pad stack">
            <h2>{say.documentation}</h2>
            <Field id="title" label=say.title help=say.title_help error=error("title")>
                <input class="input" id="title" prop:value=title value=title() on:input=move |event| { let text = event_target_value(&event); editor.change(|spec| spec.title = text); } placeholder=say.title_example/>
            </Field>
        </section>
        {editor.spec.with_untracked(|spec| spec.union().is_none()).then(|| view! { <ServingCard editor datasets/> })}
        <section class="card card-pad stack">
            <h2>{say.limits}</h2>
            <div class="form-row">
                <SpecNumber editor id="timeout" label=say.timeout help=(say.timeout_help)(MAX_TIMEOUT_MS) unit="ms" asked=timeout() error=error("timeout_ms")/>
                {is_list.then(|| view! {
                    <SpecNumber editor id="rows" label=say.rows help=(say.rows_help)(MAX_MAX_ROWS) asked=rows() error=error("max_rows")/>
                    <SpecNumber editor id="size" label=say.size help=(say.size_help)(MAX_MAX_BYTES >> 20) unit="MiB" asked=size() error=error("max_bytes")/>
                    <SpecNumber editor id="page" label=say.page note=say.page_note help=(say.page_help)(MAX_PAGE_SIZE) asked=page() error=error("page_size")/>
                })}
            </div>
            <label class="choice"><input class="check" type="checkbox" prop:checked=choose on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| spec.policy.whole_rows = !on); }/><span>{say.field_selection}<small>{say.field_selection_help}</small></span></label>
            {editor.spec.with_untracked(|spec| spec.union().is_none()).then(|| view! { <UnreadableCells editor error=error("unreadable_as_null")/> })}
        </section>
    }
    .into_any()
}

/// What is answered in place of a cell that is not of its field's type.
#[component]
fn UnreadableCells(editor: Editor, error: Signal<Option<String>>) -> impl IntoView {
    let say = &words().editor_policies;
    let is_null = move || editor.spec.with(|spec| spec.policy.unreadable_as_null);
    let set = move |text: String| editor.change(|spec| spec.policy.unreadable_as_null = text == "null");
    view! {
        <Field id="unreadable" label=say.unreadable help=say.unreadable_help error>
            <select class="select" id="unreadable" on:change=move |event| set(event_target_value(&event))>
                <option value="error" selected=move || !is_null()>{say.unreadable_error}</option>
                <option value="null" selected=is_null>{say.unreadable_null}</option>
            </select>
        </Field>
    }
    .into_any()
}

const MIN_TIMEOUT_MS: u32 = 10;

fn timeout() -> Asked {
    let put = |spec: &mut ApiSpec, ms: Option<u32>| spec.policy.timeout_ms = ms.unwrap_or(spec.policy.timeout_ms);
    Asked::whole(MIN_TIMEOUT_MS..=MAX_TIMEOUT_MS, |spec| Some(spec.policy.timeout_ms), put)
}

fn rows() -> Asked {
    let put = |spec: &mut ApiSpec, rows: Option<u32>| spec.policy.max_rows = rows.unwrap_or(spec.policy.max_rows);
    Asked::whole(1..=MAX_MAX_ROWS, |spec| Some(spec.policy.max_rows), put)
}

fn size() -> Asked {
    let put = |spec: &mut ApiSpec, mib: Option<u32>| spec.policy.max_bytes = mib.map_or(spec.policy.max_bytes, |mib| u64::from(mib) << 20);
    let bounds = mib(MIN_MAX_BYTES)..=mib(MAX_MAX_BYTES);
    Asked::whole(bounds, |spec| Some(mib(spec.policy.max_bytes)), put)
}

fn mib(bytes: u64) -> u32 {
    u32::try_from(bytes >> 20).unwrap_or(u32::MAX)
}

fn page() -> Asked {
    let put = |spec: &mut ApiSpec, rows: Option<u32>| {
        if let ApiBody::Sql(sql) = &mut spec.body {
            sql.page_size = rows;
        }
    };
    Asked { bounds: 1..=MAX_PAGE_SIZE, may_be_empty: true, get: ApiSpec::page_size, put }
}
