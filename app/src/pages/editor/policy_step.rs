//! Policy: what consumers read, and the bounds of one call.

use leptos::prelude::*;
use model::spec::{ApiBody, ApiKind, DEFAULT_PAGE_SIZE, MAX_MAX_BYTES, MAX_MAX_ROWS, MAX_PAGE_SIZE, MAX_TIMEOUT_MS};
use model::view::DatasetView;

use super::serving_card::ServingCard;
use super::state::Editor;
use crate::error::PortalError;
use crate::ui::Field;

#[component]
pub(super) fn PolicyStep(editor: Editor, datasets: Resource<Result<Vec<DatasetView>, PortalError>>) -> impl IntoView {
    let is_list = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Sql);
    let error = move |place: &'static str| {
        Signal::derive(move || editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == place).map(|error| error.message))
    };
    let title = move || editor.spec.with(|spec| spec.title.clone());
    let timeout = move || editor.spec.with(|spec| spec.policy.timeout_ms);
    let choose = move || editor.spec.with(|spec| !spec.policy.whole_rows);
    let rows = move || editor.spec.with(|spec| spec.policy.max_rows);
    let size = move || editor.spec.with(|spec| spec.policy.max_bytes >> 20);
    let page = move || editor.spec.with(|spec| spec.page_size().map(|size| size.to_string()).unwrap_or_default());
    let set_page = move |text: String| {
        editor.change(|spec| {
            if let ApiBody::Sql(sql) = &mut spec.body {
                sql.page_size = (!text.trim().is_empty()).then(|| text.trim().parse().unwrap_or(DEFAULT_PAGE_SIZE));
            }
        });
    };
    view! {
        <section class="card card-pad stack">
            <h2>"What consumers read"</h2>
            <Field id="title" label="Title" help="One line: what one call gives." error=error("title")>
                <input class="input" id="title" maxlength="200" prop:value=title value=title() on:input=move |event| { let text = event_target_value(&event); editor.change(|spec| spec.title = text); } placeholder="One aircraft by its tail number"/>
            </Field>
        </section>
        {editor.spec.with_untracked(|spec| spec.union().is_none()).then(|| view! { <ServingCard editor datasets/> })}
        <section class="card card-pad stack">
            <h2>"Bounds of one call"</h2>
            <div class="form-row">
                <Field id="timeout" label="Time-out" help=format!("At most {MAX_TIMEOUT_MS} ms.") error=error("timeout_ms")>
                    <div class="affix"><input class="input tn" id="timeout" inputmode="numeric" prop:value=timeout value=timeout() on:change=move |event| { let number = event_target_value(&event).trim().parse().unwrap_or(0); editor.change(|spec| spec.policy.timeout_ms = number); }/><span>"ms"</span></div>
                </Field>
                {is_list.then(|| view! {
                    <Field id="rows" label="Rows at most" help=format!("At most {MAX_MAX_ROWS}. A cut answer says so.") error=error("max_rows")>
                        <input class="input tn" id="rows" inputmode="numeric" prop:value=rows value=rows() on:change=move |event| { let number = event_target_value(&event).trim().parse().unwrap_or(0); editor.change(|spec| spec.policy.max_rows = number); }/>
                    </Field>
                    <Field id="size" label="Maximum size" help=format!("Of one response, uncompressed: at most {} MiB. More than 64 MiB in streamed formats alone.", MAX_MAX_BYTES >> 20) error=error("max_bytes")>
                        <div class="affix"><input class="input tn" id="size" inputmode="numeric" prop:value=size value=size() on:change=move |event| { let number: u64 = event_target_value(&event).trim().parse().unwrap_or(0); editor.change(|spec| spec.policy.max_bytes = number.saturating_mul(1 << 20)); }/><span>"MiB"</span></div>
                    </Field>
                    <Field id="page" label="Rows of a page" note="Empty for no pages" help=format!("At most {MAX_PAGE_SIZE}. Pages need an order.") error=error("page_size")>
                        <input class="input tn" id="page" inputmode="numeric" prop:value=page value=page() on:change=move |event| set_page(event_target_value(&event))/>
                    </Field>
                })}
            </div>
            <label class="choice"><input class="check" type="checkbox" prop:checked=choose on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| spec.policy.whole_rows = !on); }/><span>"Callers may ask for some of the fields"<small>"Otherwise each answer has all of them."</small></span></label>
        </section>
    }
    .into_any()
}
