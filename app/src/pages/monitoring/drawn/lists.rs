//! The lists below the charts: APIs by what is asked about them, the busiest apps, and the compartments.

use model::clock::rfc3339;
use model::redirect::query_value;
use model::view::{CompartmentFigures, OverviewView, SubjectFigures, SubjectKind, TopBy};

use crate::pages::monitoring::asked::Asked;
use crate::pages::monitoring::kinds::address as address_of;
use crate::ui::chart::{Element, number, sparkline};
use crate::words::words;

/// The lists of APIs, as the address names them.
const TOPS: [(TopBy, &str); 5] = [
    (TopBy::Busiest, ""),
    (TopBy::Slowest, "slowest"),
    (TopBy::MostFailing, "failing"),
    (TopBy::BestCached, "cached"),
    (TopBy::Unused, "unused"),
];

pub(super) fn all(view: &OverviewView, asked: &Asked, address: &str) -> Element {
    let side = Element::new("div").class("stack").with(apps(view, asked)).with(compartments(&view.compartments));
    Element::new("div").class("grid tops mt-4").with(apis(view, asked, address)).with(side)
}

fn card(title: &str) -> Element {
    let head = Element::new("div").class("card-head").with(Element::new("h2").text(title));
    Element::new("section").class("card clip").with(head)
}

/// A table of a card, or what is said in its place.
fn table(title: &str, heads: &[(&'static str, bool)], rows: Vec<Element>, none: &str) -> Element {
    if rows.is_empty() {
        return Element::new("p").class("card-pad t-2 s13").text(none);
    }
    let heads = heads.iter().map(|(text, is_number)| {
        let head = Element::new("th").text(text);
        if *is_number { head.class("num") } else { head }
    });
    let heads = Element::new("thead").with(Element::new("tr").with_all(heads.collect::<Vec<_>>()));
    let table = Element::new("table").class("table table-dense table-cards").with(heads).with(Element::new("tbody").with_all(rows));
    Element::new("div").class("table-wrap").set("tabindex", "0").set("role", "region").set("aria-label", title).with(table)
}

fn lead(path: &str, link: String) -> Element {
    let link = Element::new("a").class("main-cell").set("href", link).text(path);
    Element::new("td").class("lead-cell").with(link)
}

/// On a phone a cell says its own head, but where it holds nothing.
fn cell(head: &str, text: &str) -> Element {
    let cell = Element::new("td").class("num");
    if text.is_empty() { cell } else { cell.set("data-label", head).text(text) }
}

/// A page of monitoring by a link of a list.
fn link_to(kind: SubjectKind, path: &str, environment: Option<&str>) -> String {
    let address = address_of(kind.key(), path);
    match environment {
        Some(environment) => format!("{address}?environment={}", query_value(environment)),
        None => address,
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| (words().monitoring.share)(&number(share * 100.0)))
}

fn apis(view: &OverviewView, asked: &Asked, address: &str) -> Element {
    let say = &words().monitoring;
    let names = [say.busiest, say.slowest, say.most_failing, say.best_cached, say.unused];
    let (by, _) = TOPS.into_iter().find(|(_, key)| *key == asked.top).unwrap_or(TOPS[0]);
    let tabs = TOPS.into_iter().zip(names).map(|((of, key), name)| {
        let to = Asked { top: key.to_owned(), ..asked.clone() }.link(address);
        let link = Element::new("a").set("href", to).set("data-noscroll", "true").text(name);
        if of == by { link.set("aria-current", "true") } else { link }
    });
    let tabs = Element::new("div").class("seg").set("role", "group").set("aria-label", say.sort_apis).with_all(tabs.collect::<Vec<_>>());
    let figures = view.top.iter().find(|(of, _)| *of == by).map(|(_, figures)| figures.as_slice()).unwrap_or_default();
    let rows = figures.iter().map(|figures| if by == TopBy::Unused { unused(figures, asked) } else { api(figures, asked) });
    let heads: &[(&'static str, bool)] = if by == TopBy::Unused {
        &[(say.api, false), (say.last_request, true)]
    } else {
        &[(say.api, false), (say.trend, false), (say.requests_per_second, true), (say.p95, true), (say.errors, true), (say.cached, true)]
    };
    let table = table(say.apis, heads, rows.collect(), say.no_apis);
    card(say.apis).with(Element::new("div").class("toolbar-scroll row list-tabs").with(tabs)).with(table)
}

fn api(figures: &SubjectFigures, asked: &Asked) -> Element {
    let say = &words().monitoring;
    let latency = figures.p95.map_or_else(String::new, |latency| (say.in_milliseconds)(&number(latency)));
    let spark = Element::new("td").class("fit").set("data-label", say.trend).with(sparkline(&figures.sparkline));
    Element::new("tr")
        .with(lead(&figures.subject.path, link_to(SubjectKind::Api, &figures.subject.path, Some(asked.shown_environment()))))
        .with(spark)
        .with(cell(say.requests_per_second, &number(figures.requests)))
        .with(cell(say.p95, &latency))
        .with(cell(say.errors, &share(figures.error_share)))
        .with(cell(say.cached, &share(figures.cached)))
}

fn unused(figures: &SubjectFigures, asked: &Asked) -> Element {
    let say = &words().monitoring;
    let last = match figures.last_at {
        Some(at) => rfc3339(at).get(..10).unwrap_or_default().to_owned(),
        None => say.never.to_owned(),
    };
    Element::new("tr")
        .with(lead(&figures.subject.path, link_to(SubjectKind::Api, &figures.subject.path, Some(asked.shown_environment()))))
        .with(cell(say.last_request, &last))
}

fn apps(view: &OverviewView, asked: &Asked) -> Element {
    let say = &words().monitoring;
    let rows = view.apps.iter().map(|figures| {
        Element::new("tr")
            .with(lead(&figures.subject.path, link_to(SubjectKind::App, &figures.subject.path, Some(asked.shown_environment()))))
            .with(cell(say.requests_per_second, &number(figures.requests)))
            .with(cell(say.errors, &share(figures.error_share)))
    });
    let heads = [(say.app, false), (say.requests_per_second, true), (say.errors, true)];
    card(say.busiest_apps).with(table(say.busiest_apps, &heads, rows.collect(), say.no_apps))
}

fn compartments(compartments: &[CompartmentFigures]) -> Element {
    let say = &words().monitoring;
    let rows = compartments.iter().map(|figures| {
        Element::new("tr")
            .with(lead(&figures.path, link_to(SubjectKind::Compartment, &figures.path, None)))
            .with(cell(say.in_use, &(say.of_slots)(&number(as_float(figures.in_use)), &number(as_float(figures.slots)))))
            .with(Element::new("td").class("fit").with(use_of(figures)))
            .with(cell(say.refused, &model::number::grouped(figures.refused)))
    });
    let heads = [(say.compartment, false), (say.in_use, true), (say.share_in_use, false), (say.refused, true)];
    card(say.compartments).with(table(say.compartments, &heads, rows.collect(), say.no_compartments))
}

fn use_of(figures: &CompartmentFigures) -> Element {
    let used = if figures.slots > 0 { as_float(figures.in_use) * 100.0 / as_float(figures.slots) } else { 0.0 };
    let meter = Element::new("meter").set("min", "0").set("max", "100").set("low", "80").set("high", "95").set("optimum", "0");
    let meter = meter.set("value", used.round()).set("aria-label", words().monitoring.share_in_use);
    let told = Element::new("span").class("tn t-2 small").text(&share(Some(used.round() / 100.0)));
    Element::new("span").class("bar-cell").with(meter).with(told)
}

#[allow(clippy::cast_precision_loss)] // slots of a gateway
fn as_float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use model::snapshot::Environment;
    use model::view::{ChartView, Subject};

    use super::*;

    fn view() -> OverviewView {
        let figures = |kind: SubjectKind, path: &str| SubjectFigures {
            subject: Subject::new(kind, Some(Environment::Prod), path),
            requests: 1_842.0,
            error_share: Some(0.0002),
            p95: Some(3.1),
            cached: None,
            sparkline: vec![Some(1.0), Some(2.0)],
            last_at: None,
        };
        OverviewView {
            chart: ChartView { from: 0, to: 10, step: 10, now: 10, is_coarser: false, lines: Vec::new(), marks: Vec::new(), unreadable: 0 },
            top: vec![
                (TopBy::Busiest, vec![figures(SubjectKind::Api, "travel/plane")]),
                (TopBy::Unused, vec![figures(SubjectKind::Api, "a/<b>")]),
            ],
            apps: vec![figures(SubjectKind::App, "travel/website")],
            compartments: vec![CompartmentFigures { path: "travel/high".into(), slots: 128, in_use: 62, waiting: 0, refused: 1_200 }],
            apis: 1,
        }
    }

    #[test]
    fn a_row_leads_to_its_page_and_says_its_figures() {
        let html = all(&view(), &Asked::default(), "/monitoring").into_html();
        for part in [
            "href=\"/monitoring/api/travel/plane?environment=prod\"",
            "href=\"/monitoring/app/travel/website?environment=prod\"",
            "href=\"/monitoring/compartment/travel/high\"",
            ">1,842<",
            ">0.02 %<",
            ">3.1 ms<",
            "value=\"48\"",
            ">1,200<",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn a_list_is_chosen_by_its_link_and_no_name_is_markup() {
        let html = all(&view(), &Asked { top: "unused".into(), ..Asked::default() }, "/monitoring").into_html();
        assert!(html.contains("a/&lt;b&gt;") && !html.contains("<b>"), "{html}");
        assert!(!html.contains("travel/plane"), "{html}");
        assert!(html.contains("href=\"/monitoring?top=slowest\""), "{html}");
    }
}
