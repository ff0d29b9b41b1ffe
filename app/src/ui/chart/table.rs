//! The same numbers as a table: for those who read by ear, for who wants them exactly, and for the script, which reads them here.

use model::clock::rfc3339;

use super::marks;
use super::markup::Element;
use super::prepared::Prepared;
use super::scale::number;
use crate::words::words;

pub(super) fn details(prepared: &Prepared<'_>, is_first: bool) -> Element {
    let say = &words().monitoring;
    let title = prepared.title();
    let table = Element::new("table").class("table table-dense").with(heads(prepared)).with(rows(prepared));
    let wrap = Element::new("div").class("table-wrap chart-table").set("tabindex", "0").set("role", "region").set("aria-label", &title);
    let details = Element::new("details").with(Element::new("summary").text(say.as_table)).with(wrap.with(table));
    let view = prepared.shared.view;
    let marks = if is_first { marks::within(&view.marks, view.from, view.to) } else { Vec::new() };
    if marks.is_empty() {
        return details;
    }
    let items = marks.into_iter().map(|mark| Element::new("li").text(&marks::told(mark, prepared.shared.zone)));
    details.with(Element::new("ul").class("chart-marks").with_all(items.collect::<Vec<_>>()))
}

fn heads(prepared: &Prepared<'_>) -> Element {
    let time = Element::new("th").text(words().monitoring.time);
    let lines = prepared.series.iter().map(|series| Element::new("th").class("num").text(&series.name));
    Element::new("thead").with(Element::new("tr").with(time).with_all(lines.collect::<Vec<_>>()))
}

fn rows(prepared: &Prepared<'_>) -> Element {
    let rows = (0..prepared.begun()).map(|place| {
        let at = prepared.at(place);
        let time = Element::new("time").set("datetime", rfc3339(at)).text(&prepared.time(at));
        let cells = prepared.series.iter().map(|series| cell(series.values.get(place).copied().flatten()));
        Element::new("tr").with(Element::new("td").with(time)).with_all(cells.collect::<Vec<_>>())
    });
    Element::new("tbody").with_all(rows.collect::<Vec<_>>())
}

/// A value as it is told, with what it is exactly; of a gap, a word.
fn cell(value: Option<f64>) -> Element {
    let cell = Element::new("td").class("num");
    match value.filter(|value| value.is_finite()) {
        Some(value) => cell.set("data-value", exact(value)).text(&number(value)),
        None => cell.text(words().monitoring.no_data),
    }
}

/// Six digits are enough for a place on the screen, and for a sheet.
fn exact(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
