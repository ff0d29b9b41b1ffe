//! The drawing of a chart: both axes, the lines of its grid, its gaps, its values, its limit and its marks.

use super::description::Form;
use super::marks;
use super::markup::Element;
use super::paths::{area, layers, line, runs, share};
use super::prepared::Prepared;
use super::scale::{label, number};
use crate::words::words;

/// The id of the pattern of gaps.
pub(super) const HATCH: &str = "chart-hatch";
/// So many times stand below a chart. On a phone each second one is left out.
const TIMES: usize = 7;
/// How close to an edge a time stands inside of it, in per cent of the width.
const EDGE: f64 = 4.0;

pub(super) fn figure(prepared: &Prepared<'_>, is_first: bool) -> Element {
    let figure = Element::new("figure").class("chart").set("role", "img").set("tabindex", "0").set("aria-label", prepared.finding());
    figure.with(values_axis(prepared)).with(plot(prepared, is_first)).with(time_axis(prepared))
}

fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

fn picture(class: &str) -> Element {
    Element::new("svg").class(class).set("aria-hidden", "true")
}

fn values_axis(prepared: &Prepared<'_>) -> Element {
    let ticks = prepared.scale.ticks();
    let labels = ticks.iter().map(|tick| {
        let text = Element::new("text").set("x", "100%").set("dx", "-8").set("y", percent(prepared.scale.place(*tick)));
        text.set("text-anchor", "end").set("dominant-baseline", "middle").text(&label(*tick, ticks))
    });
    picture("chart-y").with_all(labels.collect::<Vec<_>>())
}

#[allow(clippy::cast_precision_loss)] // milliseconds of a chart
fn time_axis(prepared: &Prepared<'_>) -> Element {
    let view = prepared.shared.view;
    let span = (view.to - view.from).max(1) as f64;
    let ticks = prepared.shared.zone.ticks(view.from, view.to, TIMES);
    let labels = ticks.into_iter().enumerate().map(|(nth, tick)| {
        let x = (tick.at - view.from) as f64 * 100.0 / span;
        let anchor = match x {
            x if x < EDGE => "start",
            x if x > 100.0 - EDGE => "end",
            _ => "middle",
        };
        let text = Element::new("text").set("x", percent(x)).set("y", "15").set("text-anchor", anchor).text(&tick.label);
        if nth % 2 == 1 { text.class("minor") } else { text }
    });
    picture("chart-x").with_all(labels.collect::<Vec<_>>())
}

fn plot(prepared: &Prepared<'_>, is_first: bool) -> Element {
    let view = prepared.shared.view;
    let plot = picture("chart-plot").set("data-from", view.from).set("data-step", view.step).set("data-count", prepared.count());
    let plot = plot.set("data-top", prepared.scale.top());
    let plot = match prepared.scale.log_foot() {
        Some(foot) => plot.set("data-foot", foot),
        None => plot,
    };
    let marks = marks::lines(&view.marks, (view.from, view.to), prepared.shared.zone, is_first);
    plot.with_all(grid(prepared)).with_all(gaps(prepared)).with(values(prepared)).with_all(limit(prepared)).with_all(marks)
}

fn across(class: &str, y: f64) -> Element {
    Element::new("line").class(class).set("x1", "0").set("x2", "100%").set("y1", percent(y)).set("y2", percent(y))
}

fn grid(prepared: &Prepared<'_>) -> Vec<Element> {
    let places = prepared.scale.ticks().iter().map(|tick| prepared.scale.place(*tick));
    places.enumerate().map(|(nth, y)| across(if nth == 0 { "zero" } else { "gridline" }, y)).collect()
}

fn gaps(prepared: &Prepared<'_>) -> Vec<Element> {
    let count = prepared.count();
    let gaps = runs(count, |place| prepared.is_gap(place));
    gaps.into_iter()
        .map(|gap| {
            let (begin, end) = (share(gap.start, count), share(gap.end, count));
            let area = Element::new("rect").class("gap").set("x", percent(begin)).set("y", "0").set("width", percent(end - begin));
            let area = area.set("height", "100%").set("fill", format!("url(#{HATCH})"));
            area.with(Element::new("title").text(words().monitoring.no_data))
        })
        .collect()
}

/// In a square that is as wide as the chart and as high: its lines keep their width.
fn values(prepared: &Prepared<'_>) -> Element {
    let square = Element::new("svg").set("width", "100%").set("height", "100%").set("viewBox", "0 0 100 100");
    let square = square.set("preserveAspectRatio", "none");
    let path = |class: &str, d: String| Element::new("path").class(class).set("d", d);
    if prepared.description.form == Form::Stacked {
        let parts: Vec<_> = prepared.series.iter().map(|series| series.values.as_slice()).collect();
        let bands = layers(&parts, &prepared.scale).into_iter().zip(&prepared.series);
        return square.with_all(bands.map(|(d, series)| path(&format!("band {}", series.fill()), d)).collect::<Vec<_>>());
    }
    let below = match prepared.series.as_slice() {
        // One line alone has its area, which would hide others.
        [only, rest @ ..] if rest.iter().all(|series| series.is_past) => {
            vec![path(&format!("area {}", only.fill()), area(&only.values, &prepared.scale))]
        }
        _ => Vec::new(),
    };
    // What was before lies below what is.
    let lines = prepared.series.iter().rev().map(|series| path(&series.stroke(), line(&series.values, &prepared.scale)));
    square.with_all(below).with_all(lines.collect::<Vec<_>>())
}

fn limit(prepared: &Prepared<'_>) -> Vec<Element> {
    let Some(limit) = prepared.limit else { return Vec::new() };
    let y = prepared.scale.place(limit);
    let text = Element::new("text").class("limit-text").set("x", "100%").set("dy", "-5").set("y", percent(y)).set("text-anchor", "end");
    vec![across("limit", y), text.text(&(words().monitoring.limit)(&number(limit)))]
}
