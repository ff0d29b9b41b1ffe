//! Charts, written by the server as text: the browser puts the text in, and has no code that draws. Positions are in per cent, so texts never
//! stretch, and a chart is there without a script. `assets/chart.js` adds the read-out, the zoom and the live updates.

mod description;
mod marks;
mod markup;
mod paths;
mod plot;
mod prepared;
mod scale;
mod sparkline;
mod table;
mod unit;

pub(crate) use self::description::{Description, Form, LineOf, Shared};
pub(crate) use self::markup::Element;
pub(crate) use self::scale::number;
pub(crate) use self::sparkline::sparkline;
pub(crate) use self::unit::Unit;

use self::plot::HATCH;
use self::prepared::{Prepared, Series};
use crate::words::words;

/// The charts of a page, in their order. The first one has the flags.
pub(crate) fn charts(shared: &Shared<'_>, descriptions: &[Description]) -> Element {
    let cards = descriptions.iter().enumerate().map(|(place, description)| card(shared, description, place == 0));
    Element::new("div").class("grid cols-2 charts").with(hatch()).with_all(cards.collect::<Vec<_>>())
}

/// A chart within a text: its title, its legend and its drawing. What gaps are filled with is that of the charts of the page.
pub(crate) fn small_chart(shared: &Shared<'_>, description: &Description) -> Element {
    let prepared = Prepared::of(shared, description);
    let keys = prepared.series.iter().enumerate().map(|(place, series)| legend_of(&prepared, series, place));
    let legend = Element::new("ul").class("legend push").with_all(keys.collect::<Vec<_>>());
    let head = Element::new("div").class("row small t-2").with(Element::new("span").text(&prepared.title())).with(legend);
    Element::new("div").class("small-chart").with(head).with(plot::figure(&prepared, false))
}

/// What gaps are filled with; once in a page.
fn hatch() -> Element {
    let line = Element::new("line").class("hatch-line").set("x1", "0").set("y1", "0").set("x2", "0").set("y2", "6");
    let pattern = Element::new("pattern").set("id", HATCH).set("width", "6").set("height", "6").set("patternUnits", "userSpaceOnUse");
    let pattern = pattern.set("patternTransform", "rotate(45)").with(line);
    Element::new("svg").class("sr").set("width", "0").set("height", "0").set("aria-hidden", "true").with(pattern)
}

fn card(shared: &Shared<'_>, description: &Description, is_first: bool) -> Element {
    let prepared = Prepared::of(shared, description);
    if let Some(text) = prepared.said_instead() {
        return said(&prepared, text);
    }
    let marks = if is_first { marks::legend(&shared.view.marks, shared.view.from, shared.view.to) } else { None };
    let body = Element::new("div").class("chart-body").with(plot::figure(&prepared, is_first)).with_all(marks);
    let card = Element::new("section").class("card chart-card").set("data-chart", description.key);
    card.with(head(&prepared)).with(body).with(foot(&prepared, is_first))
}

/// A chart that has nothing to draw, and says why and what to do. There is nothing to read out or to download either.
fn said(prepared: &Prepared<'_>, text: &str) -> Element {
    let head = Element::new("div").class("chart-head").with(Element::new("h2").text(&prepared.title()));
    let card = Element::new("section").class("card chart-card").set("data-chart", prepared.description.key);
    card.with(head).with(Element::new("p").class("card-pad t-2 s13").text(text))
}

fn head(prepared: &Prepared<'_>) -> Element {
    let mut head = Element::new("div").class("chart-head").with(Element::new("h2").text(&prepared.title()));
    if let Some((value, about)) = prepared.headline() {
        let about = Element::new("small").text(&about);
        head = head.with(Element::new("span").class("chart-now").text(&format!("{} ", number(value))).with(about));
    }
    let keys = prepared.series.iter().enumerate().map(|(place, series)| legend_of(prepared, series, place));
    head.with(Element::new("ul").class("legend push").with_all(keys.collect::<Vec<_>>()))
}

/// A line of the legend. Its value is filled in where somebody reads at a time.
fn legend_of(prepared: &Prepared<'_>, series: &Series, place: usize) -> Element {
    let sample = if prepared.description.form == Form::Stacked {
        Element::new("rect").class(&series.fill()).set("x", "2").set("width", "9").set("height", "8").set("rx", "1.5")
    } else {
        Element::new("path").class(&series.stroke()).set("d", "M1 4h12")
    };
    let key = Element::new("svg").class("key").set("viewBox", "0 0 14 8").set("aria-hidden", "true").with(sample);
    let value = Element::new("b").set("data-line", place);
    Element::new("li").with(key).text(&format!("{} ", series.name)).with(value)
}

fn foot(prepared: &Prepared<'_>, is_first: bool) -> Element {
    let say = &words().monitoring;
    let save = |kind: &'static str, text: &str| {
        let name = format!("{text}, {}", prepared.description.title);
        Element::new("button").class("btn btn-quiet btn-sm").set("type", "button").set("data-save", kind).set("aria-label", name).text(text)
    };
    let saves = Element::new("span").class("chart-saves").with(save("csv", say.download_csv)).with(save("svg", say.download_svg));
    Element::new("div").class("chart-foot").with(table::details(prepared, is_first)).with(saves)
}

#[cfg(test)]
mod tests {
    use model::time_axis::Zone;
    use model::view::{ChartLine, ChartView, Mark, MarkKind, Metric};

    use super::*;

    fn line(metric: Metric, values: Vec<Option<f64>>, earlier: Option<Vec<Option<f64>>>) -> ChartLine {
        ChartLine { metric, code: None, values, earlier }
    }

    fn view(lines: Vec<ChartLine>, now: i64) -> ChartView {
        let mark = Mark { at: 15_000, kind: MarkKind::Release, text: "travel/<i> v7".into() };
        ChartView { from: 0, to: 40_000, step: 10_000, now, is_coarser: false, lines, marks: vec![mark], unreadable: 0 }
    }

    fn of(metric: Metric, title: &'static str, unit: Unit, form: Form) -> Description {
        let lines = vec![LineOf { metric, code: None, name: title, ink: "1" }];
        Description { key: "one", title, unit, form, lines, headline: 0, limit: None, none: None }
    }

    fn drawn(view: &ChartView, description: Description) -> String {
        let zone = Zone::named("Asia/Kolkata");
        let shared = Shared { view, zone: &zone, earlier: "Yesterday", is_log: false, is_live: true };
        charts(&shared, &[description]).into_html()
    }

    #[test]
    fn a_chart_says_what_is_to_be_seen_and_hatches_what_is_not_known() {
        let values = vec![Some(1.0), None, Some(3.0), Some(2.0)];
        let view = view(vec![line(Metric::Requests, values, Some(vec![Some(1.0); 4]))], 60_000);
        let html = drawn(&view, of(Metric::Requests, "Requests", Unit::PerSecond, Form::Lines));
        for part in [
            "aria-label=\"Requests (/s): latest 2, highest 3 at 05:30:20.\"",
            "class=\"gap\" x=\"25.00%\" y=\"0\" width=\"25.00%\"",
            "<td><time datetime=\"1970-01-01T00:00:10Z\">05:30:10</time></td><td class=\"num\">No data</td>",
            "<td class=\"num\" data-value=\"3\">3</td>",
            "class=\"line past\"",
            "Yesterday",
            "travel/&lt;i&gt; v7",
            "class=\"legend mark-kinds\"",
        ] {
            assert!(html.contains(part), "{part} is missing: {html}");
        }
        assert_eq!(html.matches("class=\"gap\"").count(), 1);
        assert!(!html.contains("<i>"), "{html}");
    }

    #[test]
    fn where_no_cache_is_kept_it_is_said_in_place_of_the_chart() {
        let responses = || Description { none: Some("No cache."), ..of(Metric::CacheL1, "Responses from", Unit::Share, Form::Stacked) };
        let with = |requests: f64, cached: Option<f64>| {
            let lines = vec![line(Metric::Requests, vec![Some(requests); 4], None), line(Metric::CacheL1, vec![cached; 4], None)];
            drawn(&view(lines, 60_000), responses())
        };
        let html = with(2.0, None);
        assert!(html.contains("No cache.") && html.contains("Responses from") && html.contains("data-chart=\"one\""), "{html}");
        assert!(!html.contains("<figure") && !html.contains("data-save"), "{html}");
        // A cache that nothing came from yet is a cache, and without requests nobody knows.
        for html in [with(2.0, Some(0.0)), with(0.0, None)] {
            assert!(html.contains("<figure") && !html.contains("No cache."), "{html}");
        }
    }

    #[test]
    fn what_is_still_to_come_is_no_gap_and_neither_is_a_quiet_time() {
        let begun = view(vec![line(Metric::Requests, vec![Some(1.0), None, None, None], None)], 11_000);
        let html = drawn(&begun, of(Metric::Requests, "Requests", Unit::PerSecond, Form::Lines));
        assert_eq!((html.matches("class=\"gap\"").count(), html.matches("<time ").count()), (0, 2), "{html}");
        // Nobody asked: there is no latency, and that is known.
        let lines = vec![line(Metric::Requests, vec![Some(0.0); 4], None), line(Metric::LatencyP95, vec![None; 4], None)];
        let html = drawn(&view(lines, 60_000), of(Metric::LatencyP95, "Latency", Unit::Milliseconds, Form::Latencies));
        assert_eq!(html.matches("class=\"gap\"").count(), 0, "{html}");
        assert!(html.contains("aria-label=\"Latency (ms): no data.\""), "{html}");
        // A metric that nothing is known of is a chart without lines.
        let html = drawn(&view(Vec::new(), 60_000), of(Metric::Lag, "Lag", Unit::Seconds, Form::Lines));
        assert!(html.contains("Lag (s): no data."), "{html}");
    }
}
