//! What needs the reader: each with its colour, its reason, its time, and the way to what can be done about it.

use leptos::prelude::*;
use model::view::{Need, NeedKind, RequestKind};

use crate::navigation::ALERTS;
use crate::ui::{Icon, Time};
use crate::words::words;

/// How a need is shown: the colour of its sign, the sign, its title, where it leads, and the words of that link.
type Shown = (&'static str, &'static str, String, String, &'static str);

pub(super) fn card(needs: Vec<Need>) -> impl IntoView {
    let say = &words().home;
    let count = needs.len();
    view! {
        <section class="card" aria-labelledby="needs">
            <div class="card-head"><h2 id="needs">{say.needs}</h2><span class="count">{count}</span></div>
            {if count == 0 {
                view! { <p class="card-pad t-2 s13">{say.all_clear}</p> }.into_any()
            } else {
                view! { <ul class="todo">{needs.into_iter().map(row).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn row(need: Need) -> impl IntoView {
    let (glyph, icon, title, link, verb) = shown(&need);
    let (detail, at) = (text(&need), need.at);
    view! {
        <li><span class=glyph><Icon name=icon/></span><p><b>{title}</b><br/>{detail}{at.map(|at| view! { " "<span class="t-3"><Time at/></span> })}</p><a class="btn btn-sm" href=link>{verb}</a></li>
    }
}

fn shown(need: &Need) -> Shown {
    const BAD: &str = "glyph glyph-bad";
    const WARN: &str = "glyph glyph-warn";
    let say = &words().home;
    let subject = &need.subject;
    let api = |tail: &str| format!("/apis/{subject}{tail}");
    let dataset = format!("/datasets/{subject}");
    let opened = need.request.as_ref().map_or_else(|| "/inbox".to_owned(), |request| format!("/inbox/{}", request.id));
    match need.kind {
        NeedKind::FiguresUnwritten => (BAD, "error", (say.figures_unwritten)(subject), ALERTS.to_owned(), say.view_alerts),
        NeedKind::ApiBroken => (BAD, "error", (say.api_broken)(subject), api("/versions"), say.view_versions),
        NeedKind::AlertFires => (BAD, "bell", (say.alert_fires)(subject), ALERTS.to_owned(), say.view_alerts),
        NeedKind::ApiFails => (BAD, "error", (say.api_fails)(subject), api("/traffic"), say.view_traffic),
        NeedKind::ApiDegraded => (WARN, "warn", (say.api_degraded)(subject), api("/traffic"), say.view_traffic),
        NeedKind::SourceAway => (BAD, "source", (say.source_away)(subject), format!("/sources/{subject}"), say.view_source),
        NeedKind::DatasetUnreadable => (BAD, "error", (say.dataset_unreadable)(subject), dataset, say.view_dataset),
        NeedKind::BuildFailed => (BAD, "dataset", (say.build_failed)(subject), dataset, say.view_dataset),
        NeedKind::BuildLate => (WARN, "clock", (say.build_late)(subject), dataset, say.view_dataset),
        NeedKind::IncrementalStopped => (BAD, "dataset", (say.sync_stopped)(subject), dataset, say.view_dataset),
        NeedKind::NotShown => (BAD, "dataset", (say.view_behind)(subject), dataset, say.view_dataset),
        NeedKind::Differs => (BAD, "dataset", (say.differs)(subject), dataset, say.view_dataset),
        NeedKind::DatasetWaits => ("glyph glyph-info", "dataset", (say.awaits_approval)(subject), dataset, say.view_dataset),
        NeedKind::Decide => {
            let title = need.request.as_ref().map(|request| (say.asks)(&request.author, &request.asks()));
            ("glyph glyph-info", "inbox", title.unwrap_or_default(), opened, say.review)
        }
        NeedKind::Rejected => {
            let (link, verb) = mend(need).map_or((opened, say.view_request), |edit| (edit, say.edit_draft));
            (BAD, "x", (say.was_rejected)(subject), link, verb)
        }
        NeedKind::Draft => ("glyph glyph-accent", "doc", (say.draft)(subject), api("/edit"), say.edit_draft),
    }
}

/// Where a version that was rejected is mended.
fn mend(need: &Need) -> Option<String> {
    let request = need.request.as_ref().filter(|request| request.kind == RequestKind::Version)?;
    Some(format!("/apis/{}/{}/edit", request.domain, request.name))
}

/// Why, in a sentence. What people wrote stands in quotes.
fn text(need: &Need) -> String {
    let say = &words().home;
    match (need.kind, &need.request) {
        (NeedKind::Decide, Some(request)) if need.detail.is_empty() => (say.for_environment)(request.environment.key()),
        (NeedKind::Decide, _) => (say.quoted)(&need.detail),
        (NeedKind::Rejected, Some(request)) => {
            let by = request.decided_by.clone().unwrap_or_default();
            if need.detail.is_empty() { (say.by)(&by) } else { (say.by_saying)(&by, &(say.quoted)(&need.detail)) }
        }
        (NeedKind::FiguresUnwritten, _) => words().alerts.figures_unwritten.to_owned(),
        (NeedKind::Draft, _) => say.draft_text.to_owned(),
        _ => need.detail.clone(),
    }
}
