//! What a build must pass before it goes live, as a form.

use leptos::prelude::*;
use model::gates::{Gates, Must, Rule};
use model::number::Typed;
use model::view::{DatasetSaved, DatasetView};

use crate::ui::{
    BoundChoice, BoundNumber, Callout, FormCard, Icon, JsonForm, Sends, Tone, number_text, refusal, refused_field, typed_numbers,
};
use crate::words::words;

pub(super) type SetGates = Sends<(String, String, Gates, Typed), DatasetSaved>;

/// The kinds of rules: their keys, and what stands between the column and the values.
fn kinds() -> [(&'static str, &'static str); 5] {
    let say = &words().datasets_quality;
    [("filled", say.filled), ("unique", say.unique), ("between", say.between), ("one-of", say.one_of), ("match", say.matches)]
}

/// A rule while it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Draft {
    column: String,
    kind: String,
    first: String,
    second: String,
}

impl Draft {
    fn of(rule: &Rule) -> Self {
        let (kind, first, second) = match &rule.must {
            Must::BeFilled => ("filled", String::new(), String::new()),
            Must::BeUnique => ("unique", String::new(), String::new()),
            Must::BeBetween { least, most } => ("between", least.clone(), most.clone()),
            Must::BeOneOf(values) => ("one-of", values.join(", "), String::new()),
            Must::Match(pattern) => ("match", pattern.clone(), String::new()),
        };
        Self { column: rule.column.clone(), kind: kind.into(), first, second }
    }

    fn rule(&self) -> Rule {
        let trimmed = |text: &str| text.trim().to_owned();
        let must = match self.kind.as_str() {
            "unique" => Must::BeUnique,
            "between" => Must::BeBetween { least: trimmed(&self.first), most: trimmed(&self.second) },
            "one-of" => Must::BeOneOf(self.first.split(',').map(trimmed).filter(|value| !value.is_empty()).collect()),
            "match" => Must::Match(self.first.clone()),
            _ => Must::BeFilled,
        };
        Rule { column: self.column.clone(), must }
    }
}

/// The card, and for those who may change datasets its form behind a button.
pub(super) fn gates_card(dataset: &DatasetView, may_edit: bool, save: SetGates) -> impl IntoView + use<> {
    let say = &words().datasets_quality;
    let lines = lines_of(&dataset.spec.gates);
    let dataset = StoredValue::new(dataset.clone());
    view! {
        <FormCard title=say.checks change=say.change may_edit lines empty=say.no_checks>{dataset.with_value(|dataset| form(dataset, save))}</FormCard>
    }
}

fn lines_of(gates: &Gates) -> Vec<String> {
    let say = &words().datasets_quality;
    let mut lines = Vec::new();
    lines.extend(gates.min_rows.map(say.at_least_rows));
    lines.extend(gates.shrink_percent.map(say.at_most_fewer));
    lines.extend(gates.growth_percent.map(say.at_most_more));
    lines.extend(gates.count_source.then(|| say.count_matches.to_owned()));
    lines.extend(gates.rules.iter().map(Rule::words));
    lines.extend(gates.hold.then(|| say.approval.to_owned()));
    lines
}

fn form(dataset: &DatasetView, save: SetGates) -> impl IntoView + use<> {
    let say = &words().datasets_quality;
    let gates = dataset.spec.gates.clone();
    let columns: Vec<String> = dataset.spec.written().map(|field| field.column.clone()).collect();
    let place = StoredValue::new((dataset.domain.clone(), dataset.name.clone()));
    let (least, shrink, growth) = (number_text(gates.min_rows), number_text(gates.shrink_percent), number_text(gates.growth_percent));
    let known = StoredValue::new(gates.clone());
    let (count, hold) = (RwSignal::new(gates.count_source), RwSignal::new(gates.hold));
    let rules = RwSignal::new(gates.rules.iter().map(Draft::of).collect::<Vec<_>>());
    let refused = refusal(save);
    let send = Callback::new(move |()| {
        let numbers = typed_numbers(&[("min_rows", least), ("shrink_percent", shrink), ("growth_percent", growth)]);
        let gates = Gates {
            count_source: count.get_untracked(),
            hold: hold.get_untracked(),
            rules: rules.with_untracked(|rules| rules.iter().map(Draft::rule).collect()),
            ..known.get_value()
        };
        let (domain, name) = place.get_value();
        save.dispatch((domain, name, gates, numbers));
    });
    let first = columns.first().cloned().unwrap_or_default();
    let add = move |_| rules.update(|rules| rules.push(Draft { column: first.clone(), kind: "filled".into(), ..Draft::default() }));
    let columns = StoredValue::new(columns);
    view! {
        <JsonForm action=save send refused save=say.save at=id_of>
            <div class="form-row">
                <BoundNumber id="gate-least" label=say.min_rows note=say.optional text=least error=refused_field(refused, "min_rows")/>
                <BoundNumber id="gate-shrink" label=say.max_decrease note=say.optional unit="%" text=shrink error=refused_field(refused, "shrink_percent")/>
                <BoundNumber id="gate-growth" label=say.max_increase note=say.optional unit="%" text=growth error=refused_field(refused, "growth_percent")/>
            </div>
            <p class="help">{say.sizes_help}</p>
            {move || (0..rules.with(Vec::len)).map(|index| rule_row(index, rules, columns, refused_field(refused, format!("rules.{index}")))).collect_view()}
            <div class="row"><button class="btn btn-sm" type="button" on:click=add><Icon name="plus"/>{say.add_rule}</button></div>
            <BoundChoice label=say.count help=say.count_help on=count/>
            <BoundChoice label=say.hold help=say.hold_help on=hold/>
            {move || matches!(save.value().get(), Some(Ok(saved)) if saved.request.is_none()).then(|| view! { <Callout tone=Tone::Ok><p><b>{say.saved}</b>{say.saved_help}</p></Callout> })}
        </JsonForm>
    }
}

fn id_of(field: &str) -> String {
    match field {
        "min_rows" => "gate-least".to_owned(),
        "shrink_percent" => "gate-shrink".to_owned(),
        "growth_percent" => "gate-growth".to_owned(),
        rule => rule.strip_prefix("rules.").map(|index| format!("rule-{index}-column")).unwrap_or_default(),
    }
}

/// One rule: its column, what it must be, the values of that, and a way to be rid of it.
fn rule_row(index: usize, rules: RwSignal<Vec<Draft>>, columns: StoredValue<Vec<String>>, error: Signal<Option<String>>) -> impl IntoView {
    let say = &words().datasets_quality;
    let draft = rules.with_untracked(|rules| rules.get(index).cloned()).unwrap_or_default();
    // Untracked where texts are typed, so that a field is not made anew under the fingers.
    let set = move |change: fn(&mut Draft, String), text: String| {
        rules.update_untracked(|rules| rules.get_mut(index).into_iter().for_each(|draft| change(draft, text.clone())));
    };
    let kind = RwSignal::new(draft.kind.clone());
    let (first, second) = (draft.first.clone(), draft.second.clone());
    let id = move |part: &str| format!("rule-{index}-{part}");
    view! {
        <div class="row rule-row">
            <label class="sr" for=id("column")>{say.column}</label>
            <select class="select" id=id("column") aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=move || error.get().map(|_| id("error")) on:change=move |event| set(|draft, text| draft.column = text, event_target_value(&event))>
                {columns.with_value(|columns| columns.iter().map(|column| view! { <option value=column.clone() selected=*column == draft.column>{column.clone()}</option> }).collect_view())}
            </select>
            <label class="sr" for=id("kind")>{say.rule}</label>
            <select class="select" id=id("kind") on:change=move |event| { let key = event_target_value(&event); kind.set(key.clone()); set(|draft, text| draft.kind = text, key); }>
                {kinds().map(|(key, text)| view! { <option value=key selected=key == draft.kind>{text}</option> })}
            </select>
            <Show when=move || matches!(kind.get().as_str(), "between" | "one-of" | "match")>
                <input class="input" aria-label=say.value id=id("first") value=first.clone() placeholder=move || if kind.get() == "one-of" { "jet, prop" } else if kind.get() == "match" { "N[0-9A-Z]+" } else { say.minimum_example } on:input=move |event| set(|draft, text| draft.first = text, event_target_value(&event))/>
            </Show>
            <Show when=move || kind.get() == "between">
                <input class="input" aria-label=say.maximum id=id("second") value=second.clone() placeholder=say.maximum_example on:input=move |event| set(|draft, text| draft.second = text, event_target_value(&event))/>
            </Show>
            <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=say.remove_rule on:click=move |_| rules.update(|rules| { rules.remove(index); })><Icon name="x"/></button>
            {move || error.get().map(|message| view! { <p class="field-error" id=id("error") role="alert">{message}</p> })}
        </div>
    }
}
