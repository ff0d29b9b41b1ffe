//! The lineage of an asset as a list: the same boxes and lines as a table, which phones get, and as sentences for whoever hears them.

use model::catalogue::AssetPath;
use model::view::{LineageBox, LineageView};

use super::at::At;
use super::lineage_impact::title_of;
use super::marks::kind_name;
use super::tab::AssetTab;
use crate::asset_address::asset_title;
use crate::ui::chart::Element;
use crate::ui::grouped;
use crate::words::words;

pub(super) fn list(view: &LineageView) -> Element {
    let say = &words().catalogue_lineage;
    let names = [say.list_asset, say.list_kind, say.list_owner, say.list_from, say.list_to, say.list_requests];
    let head = Element::new("tr").with_all(names.map(|name| Element::new("th").text(name)));
    let rows = view.boxes.iter().enumerate().map(|(place, one)| row(view, place, one));
    let table = Element::new("table").class("table table-cards");
    let table = table.with(Element::new("thead").with(head)).with(Element::new("tbody").with_all(rows));
    let label = (say.graph)(&asset_title(&view.query.asset));
    Element::new("div").class("table-wrap").set("tabindex", 0).set("role", "region").set("aria-label", label).with(table)
}

fn row(view: &LineageView, place: usize, one: &LineageBox) -> Element {
    let say = &words().catalogue_lineage;
    let kind = kind_name(one.kind);
    let name = match &one.path {
        Some(path) => Element::new("a").set("href", At::address(path, AssetTab::Lineage)).text(&asset_title(path)),
        None => Element::new("span").class("t-3").text(&name_of(one)),
    };
    let cell = |label: &str| Element::new("td").set("data-label", label).class("t-2");
    let requests = one.requests.map(|requests| grouped(i64::try_from(requests).unwrap_or(i64::MAX))).unwrap_or_default();
    Element::new("tr")
        .with(Element::new("td").class("lead-cell medium").with(name))
        .with(cell(say.list_kind).text(kind))
        .with(cell(say.list_owner).text(one.owner.as_deref().unwrap_or_default()))
        .with(cell(say.list_from).text(&linked(view, |from, to| (to == place).then_some(from))))
        .with(cell(say.list_to).text(&linked(view, |from, to| (from == place).then_some(to))))
        .with(cell(say.list_requests).text(&requests))
}

/// What stands behind the drawing: nothing in it can be pressed, since the drawing has the links.
pub(super) fn spoken(view: &LineageView) -> Element {
    let say = &words().catalogue_lineage;
    let told = |(place, one): (usize, &LineageBox)| {
        let (name, from) = (name_of(one), linked(view, |from, to| (to == place).then_some(from)));
        (!from.is_empty()).then(|| Element::new("li").text(&(say.spoken)(&name, &from)))
    };
    Element::new("ul").class("sr").with_all(view.boxes.iter().enumerate().filter_map(told))
}

fn name_of(one: &LineageBox) -> String {
    match &one.path {
        Some(path) => asset_title(path),
        None => (words().catalogue_lineage.veiled)(one.count, kind_name(one.kind)),
    }
}

/// The names of the boxes at the other ends of lines.
fn linked(view: &LineageView, other: impl Fn(usize, usize) -> Option<usize>) -> String {
    let say = &words().catalogue_lineage;
    let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let names = view.links.iter().filter_map(|link| {
        let name = title_of(path_at(view, other(place(link.from), place(link.to))?));
        Some(if link.is_indirect { (say.indirectly)(&name) } else { name })
    });
    names.collect::<Vec<_>>().join(", ")
}

fn path_at(view: &LineageView, place: usize) -> Option<&AssetPath> {
    view.boxes.get(place)?.path.as_ref()
}
