//! Registers tables of a source in bulk: which schemas and tables, and how often the source is scanned again.

use leptos::prelude::*;
use model::catalogue::ScanSpec;
use model::snapshot::Environment;
use model::table::TableRef;
use model::view::{ScanChoices, SourceScanView};

use super::api_scan::{SetSourceScan, choices_of_scan};
use crate::ui::{Field, FieldPicker, FormAction, FromSource, SaveForm, SelectField, ask, error_at};
use crate::words::words;

/// Minutes that are offered between two scans.
const EVERY: [u32; 4] = [60, 360, 1_440, 10_080];

/// What can be chosen is asked of the source, from the browser: the page does not wait for it.
pub(super) fn scan_form(source: &str, scan: Option<SourceScanView>, set: FormAction<SetSourceScan>) -> AnyView {
    let say = &words().catalogue_scan;
    let (spec, edit) = scan.map(|scan| (scan.spec, Some(scan.edit))).unwrap_or_default();
    let environment = RwSignal::new(spec.environment);
    let (name, shown) = (source.to_owned(), source.to_owned());
    let asked = ask(None, move || (name.clone(), environment.get()), |(source, environment)| choices_of_scan(source, environment));
    let what = (say.choices_of)(source);
    view! {
        <section class="card clip" id="scan-form">
            <div class="card-head"><h2>{say.register}</h2></div>
            <p class="card-pad t-2 s13">{say.register_about}</p>
            <FromSource asked what view=move |choices| form(&shown, (&spec, edit, environment), choices, set)/>
        </section>
    }
    .into_any()
}

fn form(
    source: &str,
    (spec, edit, environment): (&ScanSpec, Option<i64>, RwSignal<Environment>),
    choices: ScanChoices,
    set: FormAction<SetSourceScan>,
) -> AnyView {
    let say = &words().catalogue_scan;
    let of_spec: Vec<String> = spec.tables.iter().map(TableRef::path).collect();
    let (schemas, tables) = (with(choices.schemas, &spec.schemas), with(choices.tables, &of_spec));
    let (chosen_schemas, chosen_tables) = (RwSignal::new(spec.schemas.clone()), RwSignal::new(of_spec));
    let (source, choices) = (source.to_owned(), intervals(spec.every_minutes));
    let every = spec.every_minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
    let edit = edit.map(|edit| edit.to_string()).unwrap_or_default();
    // Another environment has other tables: the source is asked again.
    let choose = move |event| environment.set(Environment::from_key(&event_target_value(&event)).unwrap_or_default());
    let now = environment.get_untracked();
    view! {
        <div class="card-pad"><SaveForm action=set save=say.save saved=say.saved>
            <input type="hidden" name="source" value=source/><input type="hidden" name="edit" value=edit/>
            {(!schemas.is_empty()).then(|| view! {
                <FieldPicker id="schemas" label=say.schemas note=say.schemas_note name="schemas[]" fields=schemas picked=chosen_schemas error=error_at(set, &["schemas"])/>
            })}
            <FieldPicker id="tables" label=say.tables note=say.tables_note help=say.tables_help name="tables[]" fields=tables picked=chosen_tables error=error_at(set, &["tables"])/>
            <div class="form-row">
                <SelectField id="every_minutes" label=say.every help=say.every_help name="every_minutes" choices=choices value=every error=error_at(set, &["every_minutes"])/>
                <Field id="environment" label=say.environment help=say.environment_help>
                    <select class="select" id="environment" name="environment" on:change=choose>{[Environment::Prod, Environment::Test].map(|environment| view! { <option value=environment.key() selected=environment == now>{environment.key()}</option> }).collect_view()}</select>
                </Field>
            </div>
        </SaveForm></div>
    }
    .into_any()
}

/// What the source has, and what is chosen already: it may be gone for a while.
fn with(mut known: Vec<String>, chosen: &[String]) -> Vec<String> {
    known.extend(chosen.iter().filter(|name| !known.contains(name)).cloned().collect::<Vec<_>>());
    known
}

fn intervals(now: Option<u32>) -> Vec<(String, String)> {
    let say = &words().catalogue_scan;
    let mut all: Vec<u32> = EVERY.into_iter().chain(now).collect();
    all.sort_unstable();
    all.dedup();
    let words_of = |minutes: u32| match minutes {
        60 => say.hourly.to_owned(),
        360 => say.six_hourly.to_owned(),
        1_440 => say.daily.to_owned(),
        10_080 => say.weekly.to_owned(),
        other => (say.every_minutes)(other),
    };
    let offered = all.into_iter().map(|minutes| (minutes.to_string(), words_of(minutes)));
    std::iter::once((String::new(), say.never.to_owned())).chain(offered).collect()
}
