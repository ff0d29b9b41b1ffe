//! How much the runs of all jobs together may ask of a source, as a form.

use leptos::prelude::*;
use model::load_limits::{SourceLoad, Window};
use model::number::Typed;
use model::view::SourceView;

use crate::pages::datasets::api::time_zones;
use crate::ui::{
    BoundNumber, BoundText, Callout, JsonForm, Sends, Tone, ZonePicker, ask, number_text, refusal, refused_field, typed_numbers,
};
use crate::words::words;

pub(super) type SetLoad = Sends<(String, SourceLoad, Typed), ()>;

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
    let refused = refusal(save);
    let error_of = move |field: &'static str| refused_field(refused, field);
    let send = Callback::new(move |()| {
        save.dispatch((name.get_value(), draft.load(), draft.numbers()));
    });
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.title}</h2></div>
            <JsonForm action=save send refused save=say.save at=id_of class="card-pad stack">
                <p class="t-2 s13">{say.about}</p>
                <div class="form-row">
                    <BoundNumber id="load-rows" label=say.rows text=draft.rows error=error_of("rows_per_s")/>
                    <BoundNumber id="load-bytes" label=say.bytes help=say.bytes_help text=draft.bytes error=error_of("bytes_per_s")/>
                </div>
                <div class="form-row">
                    <BoundNumber id="load-runs" label=say.runs help=say.runs_help text=draft.runs error=error_of("runs")/>
                    <BoundNumber id="load-readers" label=say.readers help=say.readers_help text=draft.readers error=error_of("readers")/>
                </div>
                <div class="form-row">
                    <BoundText id="load-windows" label=say.windows help=say.windows_help text=draft.windows error=error_of("windows")/>
                    <ZonePicker id="load-zone" label=say.zone zones zone=draft.zone error=error_of("zone")/>
                </div>
                <BoundNumber id="load-slow" label=say.latency help=say.latency_help text=draft.slow error=error_of("slow_above_ms")/>
                <div class="form-row">
                    <BoundText id="load-query" label=say.query help=say.query_help text=draft.query error=error_of("load_query")/>
                    <BoundNumber id="load-above" label=say.threshold help=say.threshold_help text=draft.above error=error_of("load_above")/>
                </div>
                {move || matches!(save.value().get(), Some(Ok(()))).then(|| view! { <Callout tone=Tone::Ok><p><b>{say.saved}</b>{say.saved_help}</p></Callout> })}
            </JsonForm>
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
