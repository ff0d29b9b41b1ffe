//! Rows that were left out because they could not be taken: why, as they came, to take away, and to try again.

use leptos::prelude::*;
use model::dataset::DataVersionState;
use model::rejected::RejectedRowView;
use model::view::{DataVersionView, DatasetView};

use super::api::{TryAgain, rejected_rows};
use crate::ui::{ActionForm, Callout, FormAction, Load, Tone, grouped, loaded};
use crate::words::words;

/// Rows that are shown; more of them can be taken away.
const SHOWN: usize = 20;

/// How many rows were left out of which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    domain: String,
    name: String,
    version: i64,
    rows: i64,
    /// Whoever follows the version can try them again.
    may_try: bool,
}

pub(super) fn left_out(dataset: &DatasetView) -> Option<LeftOut> {
    let version = version_of(dataset)?;
    Some(LeftOut {
        domain: dataset.domain.clone(),
        name: dataset.name.clone(),
        version: version.number,
        rows: count(&version),
        may_try: version.incremental_sync.is_some(),
    })
}

/// The version whose rows are shown: what failed last, or is live.
fn version_of(dataset: &DatasetView) -> Option<DataVersionView> {
    let counts = |version: &&DataVersionView| count(version) > 0;
    let of = |states: &[DataVersionState]| dataset.versions.iter().filter(counts).find(|version| states.contains(&version.state)).cloned();
    let newest = dataset.versions.first().filter(counts).filter(|version| version.state == DataVersionState::Failed).cloned();
    newest.or_else(|| of(&[DataVersionState::Live, DataVersionState::Checked]))
}

fn count(version: &DataVersionView) -> i64 {
    version
        .incremental_sync
        .as_ref()
        .map_or(0, |incremental_sync| incremental_sync.figures.rejected_rows)
        .max(version.figures.rejected_rows)
}

/// The card, for those who may look at the rows of the source. It opens by a click, for it asks for them.
pub(super) fn rejected_card(left_out: LeftOut, again: FormAction<TryAgain>) -> impl IntoView {
    let say = &words().datasets_quality;
    let LeftOut { domain, name, version: number, rows, may_try } = left_out;
    let place = StoredValue::new((domain.clone(), name.clone()));
    let title = if rows == 1 { say.one_rejected.to_owned() } else { (say.many_rejected)(&grouped(rows)) };
    let open = RwSignal::new(false);
    view! {
        <section class="card card-pad stack" aria-label=say.rejected>
            <div class="between">
                <h2>{title}</h2>
                <div class="row">
                    {may_try.then(|| view! {
                        <ActionForm action=again>
                            <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/><input type="hidden" name="version" value=number/>
                            <button class="btn btn-sm" type="submit">{say.replay}</button>
                        </ActionForm>
                    })}
                    <button class="btn btn-sm" type="button" on:click=move |_| open.update(|open| *open = !*open)>{move || if open.get() { say.hide } else { say.show }}</button>
                </div>
            </div>
            <p class="t-2">{(say.rejected_help)(number)}</p>
            {move || again.answer().and_then(Result::ok).map(|count| view! { <Callout tone=Tone::Ok><p>{(say.replaying)(count)}</p></Callout> })}
            <Show when=move || open.get()>{move || {
                let rows = loaded(move || again.answers(), move |_| {
                    let (domain, name) = place.get_value();
                    rejected_rows(domain, name, number)
                });
                view! { <Load resource=rows view=move |rows| list(rows, number)/> }
            }}</Show>
        </section>
    }
}

fn list(rows: Vec<RejectedRowView>, number: i64) -> impl IntoView {
    let say = &words().datasets_quality;
    let lines: String = rows.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|line| line + "\n").collect();
    let file = format!("data:application/x-ndjson;charset=utf-8,{}", percent(&lines));
    let more = rows.len().saturating_sub(SHOWN);
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.rejected_list><table class="table table-cards">
            <thead><tr><th>{say.place}</th><th>{say.reason}</th><th>{say.original}</th></tr></thead>
            <tbody>{rows.into_iter().take(SHOWN).map(|row| view! {
                <tr><td class="lead-cell tn nowrap">{row.place}</td><td data-label=say.reason>{row.reason}</td><td data-label=say.original><code class="small break">{cut(&row.text)}</code></td></tr>
            }).collect_view()}</tbody>
        </table></div>
        <p class="between"><a class="btn btn-sm" href=file download=format!("rejected-rows-{number}.ndjson")>{say.download}</a>{(more > 0).then(|| view! { <span class="small t-2">{(say.more)(&grouped(i64::try_from(more).unwrap_or(0)))}</span> })}</p>
    }
}

fn cut(text: &str) -> String {
    let shown: String = text.chars().take(200).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

/// Everything but letters and digits is written by its bytes.
fn percent(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
