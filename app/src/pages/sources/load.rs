//! How much the runs of all jobs together may ask of a source, as a form.

use leptos::prelude::*;
use model::load_limits::{SourceLoad, Window};
use model::number::Typed;
use model::view::SourceView;

use crate::error::PortalError;
use crate::pages::datasets::api::time_zones;
use crate::ui::{Callout, Field, FormErrors, NumberField, Tone, ZonePicker, ask, number_text, typed_numbers};
use crate::words::words;

pub(super) type SetLoad = Action<(String, SourceLoad, Typed), Result<(), PortalError>>;

/// The form while it is filled in, all of it text.
#[derive(Clone, Copy)]
struct Draft {
    rows: RwSignal<String>,
    bytes: RwSignal<String>,
    runs: RwSignal<String>,
    readers: RwSignal<String>,
    slow: RwSignal<String>,
    query: RwSignal<String>,
    above: RwSignal<String>,
    windows: RwSignal<String>,
    zone: RwSignal<String>,
}

impl Draft {
    fn of(load: &SourceLoad) -> Self {
        let windows: Vec<String> = load.windows.iter().map(|window| window.words()).collect();
        Self {
            rows: number_text(load.rows_per_s),
            bytes: number_text(load.bytes_per_s),
            runs: number_text(load.runs),
            readers: number_text(load.readers),
            slow: number_text(load.slow_above_ms),
            query: RwSignal::new(load.load_query.clone()),
            above: number_text(load.load_above),
            windows: RwSignal::new(windows.join(", ")),
            zone: RwSignal::new(if load.zone.is_empty() { "UTC".into() } else { load.zone.clone() }),
        }
    }

    fn load(self) -> SourceLoad {
        let windows = self.windows.get_untracked();
        let unreadable = Window { from: 0, to: 0 };
        SourceLoad {
            load_query: self.query.get_untracked().trim().to_owned(),
            windows: windows
                .split(',')
                .filter(|text| !text.trim().is_empty())
                .map(|text| Window::read(text).unwrap_or(unreadable))
                .collect(),
            zone: self.zone.get_untracked().trim().to_owned(),
            ..SourceLoad::default()
        }
    }

    fn numbers(self) -> Typed {
        typed_numbers(&[
            ("rows_per_s", self.rows),
            ("bytes_per_s", self.bytes),
            ("runs", self.runs),
            ("readers", self.readers),
            ("slow_above_ms", self.slow),
            ("load_above", self.above),
        ])
    }
}

pub(super) fn load_card(source: &SourceView, save: SetLoad) -> impl IntoView + use<> {
    let say = &words().load_limits;
    let draft = Draft::of(&source.load);
    let name = StoredValue::new(source.name.clone());
    let zones = ask(None, || (), |()| time_zones());
    let error_of = move |field: &'static str| {
        Signal::derive(move || save.value().get().and_then(Result::err).and_then(|error: PortalError| error.of_field(field)))
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch((name.get_value(), draft.load(), draft.numbers()));
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.title}</h2></div>
            <form class="card-pad stack" on:submit=send>
                <p class="t-2 s13">{say.about}</p>
                <div class="form-row">
                    {number("load-rows", say.rows, "", draft.rows, error_of("rows_per_s"))}
                    {number("load-bytes", say.bytes, say.bytes_help, draft.bytes, error_of("bytes_per_s"))}
                </div>
                <div class="form-row">
                    {number("load-runs", say.runs, say.runs_help, draft.runs, error_of("runs"))}
                    {number("load-readers", say.readers, say.readers_help, draft.readers, error_of("readers"))}
                </div>
                <div class="form-row">
                    {text("load-windows", say.windows, say.windows_help, draft.windows, error_of("windows"))}
                    <ZonePicker id="load-zone" label=say.zone zones zone=draft.zone error=error_of("zone")/>
                </div>
                {number("load-slow", say.latency, say.latency_help, draft.slow, error_of("slow_above_ms"))}
                <div class="form-row">
                    {text("load-query", say.query, say.query_help, draft.query, error_of("load_query"))}
                    {number("load-above", say.threshold, say.threshold_help, draft.above, error_of("load_above"))}
                </div>
                <FormErrors error=Signal::derive(move || save.value().get().and_then(Result::err)) at=id_of/>
                {move || matches!(save.value().get(), Some(Ok(()))).then(|| view! { <Callout tone=Tone::Ok><p><b>{say.saved}</b>{say.saved_help}</p></Callout> })}
                <div class="row"><button class="btn btn-primary" type="submit" disabled=move || save.pending().get()>{say.save}</button></div>
            </form>
        </section>
    }
}

fn id_of(field: &str) -> String {
    let name = match field {
        "rows_per_s" => "rows",
        "bytes_per_s" => "bytes",
        "slow_above_ms" => "slow",
        "load_query" => "query",
        "load_above" => "above",
        same => same,
    };
    format!("load-{name}")
}

fn number(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    text: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! { <NumberField id label help value=text error typed=Callback::new(move |typed| text.set(typed))/> }
}

fn text(id: &'static str, label: &'static str, help: &'static str, text: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <Field id=id label=label help=help error>
            <input class="input" id=id autocomplete="off" prop:value=text value=text.get_untracked() on:input=move |event| text.set(event_target_value(&event))/>
        </Field>
    }
}
