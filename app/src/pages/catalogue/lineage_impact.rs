//! What is affected if an asset goes: as a table, as CSV, and in sentences for whoever is about to change it.

use std::collections::BTreeSet;

use control::catalogue::impact_as_csv;
use model::catalogue::impact::Effect;
use model::catalogue::{AssetKind, AssetPath};
use model::redirect::query_value;
use model::view::{ImpactItem, ImpactView};

use super::at::At;
use super::marks::kind_name;
use super::tab::AssetTab;
use crate::asset_address::asset_title;
use crate::ui::chart::Element;
use crate::ui::grouped;
use crate::words::words;

/// Rows of the table; the file has all of them.
const ROWS: usize = 100;

pub(super) fn impact_card(view: &ImpactView) -> Element {
    let say = &words().catalogue_lineage;
    let name = asset_title(&view.asset);
    let head = Element::new("div").class("card-head").with(Element::new("h2").text(say.impact));
    let card = Element::new("section").class("card clip").set("id", "impact");
    if view.affected.is_empty() && view.hidden.is_empty() {
        let none = Element::new("p").class("card-pad t-2 s13").text(&(say.impact_none)(&name));
        return card.with(head).with(none);
    }
    let csv = format!("data:text/csv;charset=utf-8,{}", query_value(&impact_as_csv(view)));
    let file = format!("{}.csv", name.replace(['/', '\\'], "-"));
    let save = Element::new("a").class("btn btn-sm end").set("href", csv).set("download", file).text(say.export);
    let lead = Element::new("p").class("card-pad t-2 s13").text(&(say.impact_about)(&name));
    let card = card.with(head.with(save)).with(lead).with(table(&view.affected));
    let left = view.affected.len().saturating_sub(ROWS);
    let mut notes: Vec<String> = Vec::new();
    notes.extend((left > 0).then(|| (say.rows_more)(left)));
    notes.extend(view.hidden.iter().map(|hidden| (say.hidden_more)(hidden.count, kind_name(hidden.kind))));
    notes.extend(view.is_cut.then(|| say.cut.to_owned()));
    let foot = notes.iter().map(|note| Element::new("span").text(note));
    if notes.is_empty() { card } else { card.with(Element::new("div").class("card-foot").with_all(foot)) }
}

fn table(affected: &[ImpactItem]) -> Element {
    let say = &words().catalogue_lineage;
    let names = [say.list_asset, say.list_kind, say.effect, say.affected_columns, say.list_owner, say.list_requests, say.route];
    let head = Element::new("tr").with_all(names.map(|name| Element::new("th").text(name)));
    let rows = affected.iter().take(ROWS).map(row);
    let table = Element::new("table").class("table table-cards");
    let table = table.with(Element::new("thead").with(head)).with(Element::new("tbody").with_all(rows));
    Element::new("div").class("table-wrap").set("tabindex", 0).set("role", "region").set("aria-label", say.impact).with(table)
}

fn row(item: &ImpactItem) -> Element {
    let say = &words().catalogue_lineage;
    let link = Element::new("a").set("href", At::address(&item.path, AssetTab::Lineage)).text(&asset_title(&item.path));
    let (class, effect) = match item.effect {
        Effect::Direct => ("badge badge-bad", say.effect_direct),
        Effect::Indirect => ("badge badge-warn", say.effect_indirect),
        Effect::Unknown => ("badge", say.effect_unknown),
    };
    let cell = |name: &str| Element::new("td").set("data-label", name);
    let route: Vec<String> = item.route.iter().map(|step| step.as_ref().map_or_else(|| say.hidden_step.to_owned(), asset_title)).collect();
    let requests = item.requests.map(|requests| grouped(i64::try_from(requests).unwrap_or(i64::MAX))).unwrap_or_default();
    Element::new("tr")
        .with(Element::new("td").class("lead-cell medium").with(link))
        .with(cell(say.list_kind).class("fit t-2").text(kind_name(item.path.kind())))
        .with(cell(say.effect).class("fit").with(Element::new("span").class(class).text(effect)))
        .with(cell(say.affected_columns).with(Element::new("code").text(&item.columns.join(", "))))
        .with(cell(say.list_owner).class("t-2").text(item.owner.as_deref().unwrap_or_default()))
        .with(cell(say.list_requests).class("num").text(&requests))
        .with(cell(say.route).class("t-2 small").text(&route.join(" → ")))
}

/// How many assets are affected, how much they are asked for, and whose they are; nothing where none is.
pub(super) fn sentences(view: &ImpactView) -> Vec<String> {
    let say = &words().catalogue_lineage;
    let told = |kind: AssetKind, tell: fn(u32) -> String| Some(view.count(kind)).filter(|count| *count > 0).map(tell);
    let counts = [
        told(AssetKind::Api, say.note_apis),
        told(AssetKind::Dataset, say.note_datasets),
        told(AssetKind::App, say.note_apps),
        Some(view.requests()).filter(|requests| *requests > 0).map(say.note_requests),
    ];
    let counts: String = counts.into_iter().flatten().collect();
    let owners: BTreeSet<&str> = view.affected.iter().filter_map(|item| item.owner.as_deref()).collect();
    let owners = (!owners.is_empty()).then(|| (say.note_owners)(&owners.into_iter().collect::<Vec<_>>().join(", ")));
    let counts = Some(counts.trim_end().to_owned()).filter(|counts| !counts.is_empty());
    counts.into_iter().chain(owners).collect()
}

/// The name of an asset, or that it may not be seen.
pub(super) fn title_of(path: Option<&AssetPath>) -> String {
    path.map_or_else(|| words().catalogue_lineage.hidden_step.to_owned(), asset_title)
}

#[cfg(test)]
mod tests {
    use model::view::ImpactHidden;

    use super::*;

    fn view(affected: Vec<ImpactItem>, hidden: Vec<ImpactHidden>) -> ImpactView {
        ImpactView { asset: AssetPath::dataset("t", "f"), affected, hidden, is_cut: false }
    }

    fn item(path: AssetPath, requests: Option<u64>) -> ImpactItem {
        let route = vec![Some(AssetPath::dataset("t", "f")), None, Some(path.clone())];
        ImpactItem { path, effect: Effect::Direct, columns: vec!["<b>".into()], owner: Some("ann@demo".into()), requests, route }
    }

    #[test]
    fn who_is_affected_is_told_with_their_owners() {
        let apps = ImpactHidden { kind: AssetKind::App, count: 2 };
        let of = view(vec![item(AssetPath::api("t", "x"), Some(1_200)), item(AssetPath::app("t", "a"), Some(9))], vec![apps]);
        assert_eq!(
            sentences(&of),
            ["APIs affected: 1. Apps affected: 3. Requests to these APIs in the past 30 days: 1,200.", "Their owners: ann@demo."]
        );
        assert!(sentences(&view(Vec::new(), Vec::new())).is_empty());
        let html = impact_card(&of).into_html();
        assert!(html.contains("data:text/csv;charset=utf-8,asset%2Ckind") && html.contains("2 more that you cannot see"), "{html}");
        assert!(html.contains("t/f → Not visible to you → t/x") && !html.contains("<b>"), "{html}");
        assert!(impact_card(&view(Vec::new(), Vec::new())).into_html().contains("Nothing depends on t/f"));
    }
}
