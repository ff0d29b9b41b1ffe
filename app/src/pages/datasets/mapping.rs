//! What becomes of a table's rows, as a form: its columns one by one, columns of one's own, which rows, and ten of them as they
//! would be.

use leptos::prelude::*;
use model::DataType;
use model::data_type::{ANY_DECIMAL, WIDE_DECIMAL};
use model::form::Op;
use model::mapping::{Condition, Made, Mapping, Mask};
use model::table::TableInfo;
use model::view::MappingPreview;

use super::api::preview_mapping;
use super::mapping_parts::{Kind, OfTable, Own, Slot, left_out, made_by, rows_of};
use crate::error::PortalError;
use crate::ui::{Callout, Field, Icon, ProblemCallout, SampleTable, Tone};
use crate::words::words;

/// A mapping while it is typed.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    columns: RwSignal<Vec<OfTable>>,
    own: RwSignal<Vec<Own>>,
    only: RwSignal<Vec<Condition>>,
    latest: RwSignal<String>,
    /// What the mapping left out when the form was opened.
    left_out: StoredValue<Vec<String>>,
}

/// What was refused of it, by place.
pub(super) type Refused = Signal<Option<PortalError>>;

impl Draft {
    pub(super) fn new(table: &TableInfo, mapping: &Mapping) -> Self {
        let (columns, own) = rows_of(table, mapping);
        Self {
            columns: RwSignal::new(columns),
            own: RwSignal::new(own),
            only: RwSignal::new(mapping.only.clone()),
            latest: RwSignal::new(mapping.latest_by.clone().unwrap_or_default()),
            left_out: StoredValue::new(mapping.left_out.clone()),
        }
    }

    fn made(self) -> Vec<(Slot, Made)> {
        self.columns.with_untracked(|columns| self.own.with_untracked(|own| made_by(columns, own)))
    }

    /// As it stands.
    pub(super) fn mapping(self) -> Mapping {
        let (made, latest) = (self.made(), self.latest.get_untracked());
        Mapping {
            left_out: self.columns.with_untracked(|columns| self.left_out.with_value(|before| left_out(columns, &made, before))),
            columns: made.into_iter().map(|(_, made)| made).collect(),
            only: self.only.get_untracked(),
            latest_by: Some(latest).filter(|latest| !latest.is_empty()),
            reads: Vec::new(),
        }
    }

    /// Where what a row of the form makes stands among the columns that are made; nowhere while it makes none.
    fn place_of(self, slot: Slot) -> String {
        self.made().iter().position(|(of, _)| *of == slot).map(place).unwrap_or_default()
    }

    fn names(self) -> Vec<String> {
        let of_table = self
            .columns
            .with(|columns| columns.iter().filter(|column| column.copied).map(|column| column.name.trim().to_owned()).collect::<Vec<_>>());
        of_table.into_iter().chain(self.own.with(|own| own.iter().map(|own| own.name.trim().to_owned()).collect::<Vec<_>>())).collect()
    }
}

fn place(index: usize) -> String {
    format!("mapping.columns.{index}")
}

/// The form, and a look at ten rows of it. `by_key` where one row of a key may count among several.
pub(super) fn mapping_form(draft: Draft, (source, table): (String, String), refused: Refused, by_key: bool) -> impl IntoView {
    let say = &words().datasets_mapping;
    let look = Action::new(move |mapping: &Mapping| preview_mapping(source.clone(), table.clone(), mapping.clone()));
    let seen = Signal::derive(move || look.value().get().and_then(Result::err).or_else(|| refused.get()));
    view! {
        <div class="stack">
            {columns(draft, seen)}
            {own_columns(draft, seen)}
            {conditions(draft, seen)}
            {by_key.then(|| latest(draft, seen))}
            {move || seen.get().and_then(|error| error.of_field("mapping")).map(|message| view! { <p class="field-error" role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p> })}
            <div class="row"><button class="btn btn-sm" type="button" disabled=move || look.pending().get() on:click=move |_| { look.dispatch(draft.mapping()); }><Icon name="play"/>{say.preview}</button><span class="help">{say.preview_help}</span></div>
            {move || match look.value().get() {
                Some(Ok(preview)) => preview_of(preview).into_any(),
                Some(Err(error)) if error.0.errors.is_empty() => view! { <ProblemCallout error/> }.into_any(),
                _ => ().into_any(),
            }}
        </div>
    }
}

fn preview_of(preview: MappingPreview) -> impl IntoView {
    let say = &words().datasets_mapping;
    let MappingPreview { sample, read, out, bad } = preview;
    let failed = bad.len();
    let first: Vec<String> = bad.into_iter().take(3).collect();
    view! {
        <div class="stack-2" data-preview="">
            <p class="small t-2">{(say.preview_read)(read, out)}</p>
            {(failed > 0).then(|| view! { <Callout tone=Tone::Warn><p><b>{if failed == 1 { say.row_rejected.to_owned() } else { (say.rows_rejected)(failed) }}</b>{first.join(" ")}</p></Callout> })}
            <div class="card clip"><SampleTable sample/></div>
        </div>
    }
}

/// What was refused at a place, for the control there.
#[derive(Clone, Copy)]
struct Fault {
    message: Signal<Option<String>>,
    id: StoredValue<String>,
}

impl Fault {
    fn at(seen: Refused, id: String, field: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let message = Signal::derive(move || seen.get().and_then(|error| error.of_field(&field())));
        Self { message, id: StoredValue::new(id) }
    }

    fn invalid(self) -> Option<&'static str> {
        self.message.get().is_some().then_some("true")
    }

    fn described(self) -> Option<String> {
        self.message.get().map(|_| self.id.get_value())
    }

    fn line(self) -> impl IntoView {
        move || {
            let message = self.message.get();
            message.map(|message| view! { <p class="field-error" id=self.id.get_value() role="alert"><Icon name="error" class="i-14"/><span>{message}</span></p> })
        }
    }
}

fn type_of(was: Option<DataType>, key: &str) -> Option<DataType> {
    // What is made is cast, to a fixed count of digits.
    let offered = || DataType::from_key(key).map(|offered| if offered == ANY_DECIMAL { WIDE_DECIMAL } else { offered });
    was.filter(|was| was.key() == key).or_else(offered)
}

/// One that is chosen already stays as it is, digits and all.
fn types(chosen: Option<DataType>) -> impl IntoView {
    let chosen = chosen.map_or("", DataType::key);
    let options = DataType::OFFERED
        .map(|data_type| view! { <option value=data_type.key() selected=data_type.key() == chosen>{data_type.word()}</option> });
    view! { <option value="">{words().datasets_mapping.same_type}</option> {options} }
}

fn masks(chosen: &str) -> impl IntoView + use<> {
    let chosen = chosen.to_owned();
    view! { <option value="">{words().datasets_mapping.no_mask}</option> {Mask::ALL.map(|mask| view! { <option value=mask.key() selected=mask.key() == chosen>{mask.words()}</option> })} }
}

fn columns(draft: Draft, seen: Refused) -> impl IntoView {
    let say = &words().datasets_mapping;
    let rows = draft.columns.with_untracked(Vec::len);
    view! {
        <div class="table-wrap framed" tabindex="0" role="region" aria-label=say.columns><table class="table table-dense table-cards">
            <thead><tr><th><span class="sr">{say.copy}</span></th><th>{say.column}</th><th>{say.name}</th><th>{say.kind}</th><th>{say.masking}</th></tr></thead>
            <tbody>{(0..rows).map(|index| column_row(draft, index, seen)).collect_view()}</tbody>
        </table></div>
    }
}

fn column_row(draft: Draft, index: usize, seen: Refused) -> impl IntoView {
    let say = &words().datasets_mapping;
    let row = draft.columns.with_untracked(|columns| columns[index].clone());
    let set = move |change: fn(&mut OfTable, String), text: String| draft.columns.update(|columns| change(&mut columns[index], text));
    let copied = move || draft.columns.with(|columns| columns[index].copied);
    let column = row.column.name.clone();
    let fault = Fault::at(seen, format!("mapping-column-{index}-error"), move || draft.place_of(Slot::Table(index)));
    view! {
        <tr class:off=move || !copied()>
            <td class="fit"><input class="check" type="checkbox" aria-label=(say.copy_of)(&column) prop:checked=copied on:change=move |event| { let on = event_target_checked(&event); draft.columns.update(|columns| columns[index].copied = on); }/></td>
            <td class="fit lead-cell"><code class="medium">{column.clone()}</code><span class="small t-3 under">{row.column.data_type.word()}</span></td>
            <td data-label=say.name><input class="input input-sm input-code" aria-label=(say.name_of)(&column) aria-invalid=move || fault.invalid() aria-describedby=move || fault.described() value=row.name disabled=move || !copied() on:input=move |event| set(|row, text| row.name = text, event_target_value(&event))/>
                {fault.line()}</td>
            <td class="fit" data-label=say.kind><select class="select input-sm" aria-label=(say.type_of)(&column) disabled=move || !copied() on:change=move |event| set(|row, key| row.to = type_of(row.to, &key), event_target_value(&event))>{types(row.to)}</select></td>
            <td class="fit" data-label=say.masking><select class="select input-sm" aria-label=(say.masking_of)(&column) disabled=move || !copied() on:change=move |event| set(|row, text| row.mask = text, event_target_value(&event))>{masks(&row.mask)}</select></td>
        </tr>
    }
}

fn own_columns(draft: Draft, seen: Refused) -> impl IntoView {
    view! {
        <div class="stack-2">
            {move || (0..draft.own.with(Vec::len)).map(|index| own_row(draft, index, seen)).collect_view()}
            <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| draft.own.update(|own| own.push(Own::default()))><Icon name="plus"/>{words().datasets_mapping.add_column}</button></div>
        </div>
    }
}

fn own_row(draft: Draft, index: usize, seen: Refused) -> impl IntoView {
    let say = &words().datasets_mapping;
    let own = draft.own.with_untracked(|own| own[index].clone());
    // Untracked: what is typed must not draw the rows anew under the fingers.
    let set = move |change: fn(&mut Own, String), text: String| draft.own.update_untracked(|own| change(&mut own[index], text));
    let kind = RwSignal::new(own.kind);
    let fault = Fault::at(seen, format!("mapping-own-{index}-error"), move || draft.place_of(Slot::Own(index)));
    let example = move || match kind.get() {
        Kind::Constant => "EU",
        Kind::Expression => "upper(carrier)",
        Kind::Column => "carrier",
    };
    view! {
        <div class="row rule-row">
            <input class="input" aria-label=say.own_name aria-invalid=move || fault.invalid() aria-describedby=move || fault.described() placeholder=say.own_name_example value=own.name on:input=move |event| set(|own, text| own.name = text, event_target_value(&event))/>
            <select class="select" aria-label=say.own_kind on:change=move |event| { let key = event_target_value(&event); kind.set(Kind::from_key(&key)); set(|own, key| own.kind = Kind::from_key(&key), key); }>
                {Kind::ALL.map(|known| view! { <option value=known.key() selected=known == own.kind>{known.words()}</option> })}
            </select>
            <input class="input input-code" aria-label=say.own_value placeholder=example value=own.text on:input=move |event| set(|own, text| own.text = text, event_target_value(&event))/>
            <select class="select" aria-label=say.own_type on:change=move |event| set(|own, key| own.to = type_of(own.to, &key), event_target_value(&event))>{types(own.to)}</select>
            <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=say.remove_column on:click=move |_| draft.own.update(|own| { own.remove(index); })><Icon name="x"/></button>
            {fault.line()}
        </div>
    }
}

fn conditions(draft: Draft, seen: Refused) -> impl IntoView {
    let first = draft.columns.with_untracked(|columns| columns.first().map(|column| column.column.name.clone()).unwrap_or_default());
    let add = move |_| draft.only.update(|only| only.push(Condition { column: first.clone(), ..Condition::default() }));
    view! {
        <div class="stack-2">
            {move || (0..draft.only.with(Vec::len)).map(|index| condition_row(draft, index, seen)).collect_view()}
            <div class="row"><button class="btn btn-sm" type="button" on:click=add><Icon name="plus"/>{words().datasets_mapping.add_filter}</button></div>
        </div>
    }
}

fn condition_row(draft: Draft, index: usize, seen: Refused) -> impl IntoView {
    let say = &words().datasets_mapping;
    let condition = draft.only.with_untracked(|only| only[index].clone());
    let set = move |change: fn(&mut Condition, String), text: String| draft.only.update_untracked(|only| change(&mut only[index], text));
    let op = RwSignal::new(condition.op);
    let fault = Fault::at(seen, format!("mapping-only-{index}-error"), move || format!("mapping.only.{index}"));
    let names = draft.columns.with_untracked(|columns| columns.iter().map(|column| column.column.name.clone()).collect::<Vec<_>>());
    let chosen = condition.column.clone();
    let example = move || match op.get() {
        Op::In => "UA, DL",
        Op::Between => "1, 12",
        Op::Like => "N%UA",
        _ => say.filter_value_example,
    };
    view! {
        <div class="row rule-row">
            <select class="select" aria-label=say.filter_column aria-invalid=move || fault.invalid() aria-describedby=move || fault.described() on:change=move |event| set(|condition, text| condition.column = text, event_target_value(&event))>
                {names.into_iter().map(|name| view! { <option value=name.clone() selected=name == chosen>{name.clone()}</option> }).collect_view()}
            </select>
            <select class="select" aria-label=say.filter_operator on:change=move |event| { let key = event_target_value(&event); op.set(Op::from_key(&key).unwrap_or_default()); set(|condition, text| condition.op = Op::from_key(&text).unwrap_or_default(), key); }>
                {Op::ALL.map(|known| view! { <option value=known.key() selected=known == condition.op>{known.words()}</option> })}
            </select>
            <Show when=move || op.get().takes_value()>
                <input class="input" aria-label=say.filter_value placeholder=example value=condition.value.clone() on:input=move |event| set(|condition, text| condition.value = text, event_target_value(&event))/>
            </Show>
            <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=say.remove_filter on:click=move |_| draft.only.update(|only| { only.remove(index); })><Icon name="x"/></button>
            {fault.line()}
        </div>
    }
}

fn latest(draft: Draft, seen: Refused) -> impl IntoView {
    let say = &words().datasets_mapping;
    let error = Signal::derive(move || seen.get().and_then(|error| error.of_field("mapping.latest_by")));
    view! {
        <Field id="latest" label=say.latest help=say.latest_help error=error>
            <select class="select" id="latest" on:change=move |event| draft.latest.set(event_target_value(&event))>
                <option value="" selected=move || draft.latest.get().is_empty()>{say.latest_none}</option>
                {move || draft.names().into_iter().filter(|name| !name.is_empty()).map(|name| { let text = (say.latest_by)(&name); let chosen = draft.latest.get_untracked() == name; view! { <option value=name selected=chosen>{text}</option> } }).collect_view()}
            </select>
        </Field>
    }
}
