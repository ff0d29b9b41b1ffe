//! What becomes of a dataset's rows: in words, and behind a button as a form.

use leptos::prelude::*;
use model::dataset::StoreKind;
use model::mapping::Mapping;
use model::snapshot::Environment;
use model::view::{DatasetSaved, DatasetView};

use super::mapping::{Draft, mapping_form};
use crate::pages::sources::api::tables;
use crate::ui::{Callout, FormCard, FromSource, JsonForm, Sends, Tone, ask, refusal};
use crate::words::words;

pub(super) type SetMapping = Sends<(String, String, Mapping), DatasetSaved>;

pub(super) fn mapping_card(dataset: &DatasetView, may_edit: bool, save: SetMapping) -> impl IntoView + use<> {
    let say = &words().datasets_mapping;
    let lines = lines_of(&dataset.spec.mapping);
    let dataset = StoredValue::new(dataset.clone());
    view! {
        <FormCard title=say.title change=say.change may_edit lines empty=say.none>{dataset.with_value(|dataset| form(dataset, save))}</FormCard>
    }
}

fn lines_of(mapping: &Mapping) -> Vec<String> {
    let say = &words().datasets_mapping;
    let mut lines: Vec<String> = mapping.columns.iter().map(model::mapping::Made::words).collect();
    if !mapping.left_out.is_empty() {
        lines.push((say.excluded)(&mapping.left_out.join(", ")));
    }
    lines.extend(mapping.only.iter().map(|condition| (say.row_filter)(&condition.words())));
    lines.extend(mapping.latest_by.iter().map(|column| (say.latest_row)(column)));
    lines
}

fn form(dataset: &DatasetView, save: SetMapping) -> impl IntoView + use<> {
    let say = &words().datasets_mapping;
    let (source, table) = (dataset.spec.source.clone(), dataset.spec.table.name.clone());
    let asked = source.clone();
    let what = (say.tables_of)(&source);
    let known = ask(None, move || asked.clone(), |source| tables(source, Environment::Prod));
    let (mapping, store) = (dataset.spec.mapping.clone(), dataset.spec.store);
    let place = StoredValue::new((dataset.domain.clone(), dataset.name.clone()));
    let by_key = store != StoreKind::Columnar && !dataset.feeds;
    let refused = refusal(save);
    view! {
        <FromSource asked=known what view=move |tables| {
            let Some(info) = tables.into_iter().find(|info| info.table.name == table) else {
                return view! { <Callout tone=Tone::Warn><p>{say.no_table}</p></Callout> }.into_any();
            };
            let (draft, of) = (Draft::new(&info, &mapping), (source.clone(), table.clone()));
            let send = Callback::new(move |()| {
                let (domain, name) = place.get_value();
                save.dispatch((domain, name, draft.mapping()));
            });
            let beside = view! { <span class="help">{say.save_help}</span> }.into_any();
            view! {
                <JsonForm action=save send refused save=say.save at=beside_its_row beside>
                    {mapping_form(draft, of, refused, by_key)}
                </JsonForm>
            }.into_any()
        }/>
    }
}

/// Each error of the mapping stands beside its own row.
fn beside_its_row(_: &str) -> String {
    String::new()
}
