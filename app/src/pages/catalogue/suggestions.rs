//! The inbox of tags that rules suggest for columns: one or many are confirmed or dismissed.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use model::catalogue::SuggestionState;
use model::list::ListQuery;
use model::view::{AssetTag, SuggestionView, SuggestionsDecided};

use super::api_suggestions::{DecideSuggestions, suggested_tags, suggestions};
use super::bulk_query::BULK;
use super::evidence::evidence;
use super::frame::{SUGGESTIONS, pages};
use super::marks::tag_link;
use crate::asset_address::{asset_address, asset_title};
use crate::error::PortalError;
use crate::ui::{
    ActionForm, Callout, Column, DataTable, Empty, Filter, FormAction, FormProblem, ListPlace, PageHead, PageName, Time, Tone, confirms,
    done, list_query, loaded,
};
use crate::words::words;

/// The form that the boxes and the buttons of the rows belong to: the list has a form of its own.
const FORM: &str = "decide-suggestions";
/// Shares that a list can be cut at, in per cent.
const LEAST: [u32; 3] = [60, 80, 90];

fn place() -> ListPlace {
    ListPlace { name: words().catalogue_suggestions.list_name, path: SUGGESTIONS }
}

#[component]
pub(crate) fn SuggestionsPage() -> impl IntoView {
    let say = &words().catalogue_suggestions;
    let decide = FormAction::<DecideSuggestions>::new();
    let (query, decided) = (list_query(), done(decide));
    confirms(decided, say.done);
    let list = loaded(move || (query.with(ListQuery::of_rows), decided.get()), |(query, _)| suggestions(query));
    let tags = Resource::new(|| (), |()| suggested_tags());
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {pages(SUGGESTIONS)}
        <FormProblem action=decide/>
        {move || decide.answer().and_then(Result::ok).map(|decided| told(&decided))}
        {toolbar(decide)}
        <DataTable place=place() query list columns=columns() filters=filters(tags) empty=move || view! {
            <Empty title=say.none_title text=say.none_text/>
        }/>
    }
    .into_any()
}

fn filters(tags: Resource<Result<Vec<(String, String)>, PortalError>>) -> Vec<Filter> {
    let say = &words().catalogue_suggestions;
    let states =
        [(SuggestionState::Confirmed.key(), say.confirmed), (SuggestionState::Dismissed.key(), say.dismissed), ("all", say.all_states)];
    let least = LEAST.map(|share| (share.to_string(), (say.at_least)(share)));
    let least = least.iter().map(|(share, words)| (share.as_str(), words.as_str()));
    vec![
        Filter::domains(),
        Filter::told(("tag", say.tag), say.all_tags, tags),
        Filter::fixed(("least", say.confidence), say.any_confidence, least),
        Filter::fixed(("state", say.state), say.open, states),
    ]
}

/// What becomes of the ticked suggestions.
fn toolbar(decide: FormAction<DecideSuggestions>) -> AnyView {
    let say = &words().catalogue_suggestions;
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    view! {
        <div class="row mb-4">
            <label class="choice center" hidden=move || !alive.get()>
                <input class="check" type="checkbox" on:change=move |event| tick_all(event_target_checked(&event))/><span>{say.select_page}</span>
            </label>
            <ActionForm action=decide id=FORM>
                <div class="row">
                    <button class="btn btn-sm btn-primary" type="submit" name="decision" value="confirm">{say.confirm_selected}</button>
                    <button class="btn btn-sm" type="submit" name="decision" value="dismiss">{say.dismiss_selected}</button>
                </div>
            </ActionForm>
        </div>
    }
    .into_any()
}

fn tick_all(on: bool) {
    let Ok(found) = document().query_selector_all(&format!("input[form={FORM}]")) else { return };
    for index in 0..found.length() {
        if let Some(input) = found.item(index).and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) {
            input.set_checked(on);
        }
    }
}

fn told(decided: &SuggestionsDecided) -> AnyView {
    let say = &words().catalogue_suggestions;
    let tagged = (decided.tagged > 0).then(|| {
        view! { <p>{(say.tagged)(decided.tagged)}" "<a href=format!("{BULK}#undo")>{say.last_changes}</a></p> }
    });
    let reasons = decided.refused.iter().map(|refused| view! { <li>{refused.reason.clone()}</li> }).collect_view();
    let refused = (!decided.refused.is_empty()).then(|| {
        view! { <p>{(say.refused)(decided.refused.len())}</p><ul class="bullets">{reasons}</ul> }
    });
    let tone = if decided.refused.is_empty() { Tone::Ok } else { Tone::Warn };
    let decided = (say.decided)(decided.decided);
    view! { <Callout tone><p><b>{decided}</b></p>{tagged}{refused}</Callout> }.into_any()
}

fn columns() -> Vec<Column<SuggestionView>> {
    let say = &words().catalogue_suggestions;
    vec![
        Column::optional("pick", say.select, pick).class("fit").acts(),
        Column::new("column", say.column, asset).sorts().leads(),
        Column::new("tag", say.tag, |row: &SuggestionView| tag_link(&AssetTag { name: row.tag.clone(), colour: row.colour.clone() }))
            .class("fit")
            .sorts(),
        Column::new("confidence", say.confidence, |row: &SuggestionView| (say.percent)(row.confidence)).class("num fit").sorts(),
        Column::new("evidence", say.evidence, |row: &SuggestionView| evidence(&row.evidence)),
        Column::new("found", say.found, |row: &SuggestionView| view! { <Time at=row.found_at/> }).class("t-2 tn fit").sorts(),
        Column::new("acts", say.actions, acts).class("fit").acts(),
    ]
}

fn pick(row: &SuggestionView) -> Option<AnyView> {
    let label = (words().catalogue_suggestions.select_one)(&asset_title(&row.asset), &row.tag);
    row.may_decide.then(|| {
        view! { <label class="pick"><input class="check" type="checkbox" form=FORM name="suggestions[]" value=row.id.clone() aria-label=label/></label> }.into_any()
    })
}

fn asset(row: &SuggestionView) -> AnyView {
    view! { <a class="main-cell" href=asset_address(&row.asset)>{asset_title(&row.asset)}</a><span class="sub">{row.domain.clone()}</span> }
        .into_any()
}

/// Its own buttons while it is open, and afterwards what was decided.
fn acts(row: &SuggestionView) -> AnyView {
    let say = &words().catalogue_suggestions;
    let by = row.decided_by.clone().unwrap_or_default();
    let decided = match row.state {
        SuggestionState::Confirmed => Some((say.confirmed_by)(&by)),
        SuggestionState::Dismissed => Some((say.dismissed_by)(&by)),
        SuggestionState::Open => (!row.may_decide).then(|| say.not_yours.to_owned()),
    };
    if let Some(decided) = decided {
        return view! { <span class="small t-2">{decided}</span> }.into_any();
    }
    let (asset, id) = (asset_title(&row.asset), row.id.clone());
    view! {
        <span class="row nowrap">
            <button class="btn btn-sm" type="submit" form=FORM name="confirm" value=id.clone() aria-label=(say.confirm_one)(&row.tag, &asset)>{say.confirm}</button>
            <button class="btn btn-sm btn-quiet" type="submit" form=FORM name="dismiss" value=id aria-label=(say.dismiss_one)(&row.tag, &asset)>{say.dismiss}</button>
        </span>
    }
    .into_any()
}
