//! The body of a page, drawn: its charts and its lists.

mod descriptions;
mod lists;
mod why;

use control::{Caller, Control};
use model::Problem;
use model::clock::Millis;
use model::time_axis::Zone;
use model::view::{ChartQuery, ChartView, Metric, OverviewQuery, Subject, SubjectKind};
use serde_json::json;

use super::asked::Asked;
use super::kinds::{OVERVIEW, address, has_environments};
use super::span::{Span, compare, environment};
use crate::ui::chart::{Description, Element, Shared, charts};
use crate::words::words;

pub(super) use self::why::why;

/// What a page is drawn of, once its figures are there.
struct Page<'a> {
    asked: &'a Asked,
    span: Span,
    zone: &'a Zone,
    /// Its address, without a query.
    address: &'a str,
    /// What the script asks with for the next drawing.
    again: (&'static str, serde_json::Value),
}

pub(super) async fn overview(control: &Control, caller: &Caller, asked: &Asked) -> Result<String, Problem> {
    let (span, zone) = (Span::of(asked, control.now(caller))?, crate::session::zone());
    let query = OverviewQuery {
        domain: (!asked.domain.is_empty()).then(|| asked.domain.clone()),
        environment: environment(asked)?,
        from: span.from,
        to: span.to,
        compare: compare(asked).0,
        zone: zone.name().to_owned(),
    };
    let view = control.overview(caller, &query).await?;
    let page = Page { asked, span, zone: &zone, address: OVERVIEW, again: ("/fn/monitoring", json!({ "asked": asked })) };
    let lists = lists::all(&view, asked, page.address);
    Ok(page.draw(&view.chart, &descriptions::of_overview(), Some(lists)))
}

pub(super) async fn subject(control: &Control, caller: &Caller, (kind_key, path): (&str, &str), asked: &Asked) -> Result<String, Problem> {
    let unknown = || Problem::not_found((words().monitoring.unknown)(kind_key, path));
    let kind = SubjectKind::from_key(kind_key).ok_or_else(unknown)?;
    let mut descriptions = descriptions::of_kind(kind).ok_or_else(unknown)?;
    let (span, zone) = (Span::of(asked, control.now(caller))?, crate::session::zone());
    let environment = if has_environments(kind_key) { Some(environment(asked)?) } else { None };
    let query = ChartQuery {
        subject: Subject::new(kind, environment, path),
        metrics: metrics_of(kind, &descriptions),
        from: span.from,
        to: span.to,
        step: Some(span.step),
        compare: compare(asked).0,
        zone: zone.name().to_owned(),
        by_code: kind == SubjectKind::Api,
    };
    let view = control.chart(caller, &query).await?;
    descriptions.extend(descriptions::by_code(&view));
    let address = address(kind_key, path);
    let again = ("/fn/monitoring-of", json!({ "kind": kind_key, "path": path, "asked": asked }));
    let page = Page { asked, span, zone: &zone, address: &address, again };
    Ok(page.draw(&view, &descriptions, None))
}

/// What the charts draw, and errors, whose codes have a chart where there are any.
fn metrics_of(kind: SubjectKind, descriptions: &[Description]) -> Vec<Metric> {
    let errors = (kind == SubjectKind::Api).then_some(Metric::Errors);
    let drawn = descriptions.iter().flat_map(|description| description.lines.iter().map(|line| line.metric).chain(description.limit));
    let mut metrics: Vec<Metric> = drawn.chain(errors).collect();
    metrics.sort_unstable();
    metrics.dedup();
    metrics
}

impl Page<'_> {
    fn draw(&self, view: &ChartView, descriptions: &[Description], lists: Option<Element>) -> String {
        let shared =
            Shared { view, zone: self.zone, earlier: compare(self.asked).1, is_log: self.asked.scale == "log", is_live: self.span.is_live };
        let (function, asks) = &self.again;
        let live = Element::new("live-charts").set("data-function", function).set("data-asks", asks).set("data-zone", self.zone.name());
        let live = live.set("data-address", self.asked.in_range(&self.asked.range).link(self.address));
        let live = if self.span.is_live { live.flag("data-live") } else { live };
        live.with(self.time_shown(view)).with_all(notes(view)).with(charts(&shared, descriptions)).with_all(lists).into_html()
    }

    /// Which time it is, in which zone, and a link that shows just this time to anybody.
    fn time_shown(&self, view: &ChartView) -> Element {
        let say = &words().monitoring;
        let told = |at: Millis| self.zone.date_and_time(at);
        let text = (say.time_shown)(&told(view.from), &told(view.to), self.zone.name());
        let asked = Asked { range: String::new(), from: view.from.to_string(), to: view.to.to_string(), ..self.asked.clone() };
        let link = Element::new("a").set("href", asked.link(self.address)).text(say.link_to_time);
        Element::new("p").class("row small t-2 mb-3 chart-time").with(Element::new("span").class("tn").text(&text)).with(link)
    }
}

/// What a reader should know of the figures before reading them.
fn notes(view: &ChartView) -> Vec<Element> {
    let say = &words().monitoring;
    let coarser = view.is_coarser.then_some(say.is_coarser);
    let unreadable = (view.unreadable > 0).then_some(say.is_unreadable);
    coarser.into_iter().chain(unreadable).map(|text| Element::new("p").class("small t-2 mb-3").text(text)).collect()
}
