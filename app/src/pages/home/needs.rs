//! What needs the reader: each with its colour, its reason, its time, and the way to what can be done about it.

use leptos::prelude::*;
use model::view::{Need, NeedKind, RequestKind};

use crate::ui::{Icon, Time};

/// How a need is shown: the colour of its sign, the sign, its title, where it leads, and the words of that link.
type Shown = (&'static str, &'static str, String, String, &'static str);

pub(super) fn card(needs: Vec<Need>) -> impl IntoView {
    let count = needs.len();
    view! {
        <section class="card" aria-labelledby="needs">
            <div class="card-head"><h2 id="needs">"Needs you"</h2><span class="count">{count}</span></div>
            {if count == 0 {
                view! { <p class="card-pad t-2 s13">"All clear. Nothing needs your attention."</p> }.into_any()
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
    let subject = &need.subject;
    let api = |tail: &str| format!("/apis/{subject}{tail}");
    let dataset = format!("/datasets/{subject}");
    let opened = need.request.as_ref().map_or_else(|| "/inbox".to_owned(), |request| format!("/inbox/{}", request.id));
    match need.kind {
        NeedKind::ApiBroken => (BAD, "error", format!("{subject} cannot be served as released"), api("/versions"), "See versions"),
        NeedKind::ApiFails => (BAD, "error", format!("{subject} failed"), api("/traffic"), "See traffic"),
        NeedKind::ApiDegraded => (WARN, "warn", format!("{subject} gave a degraded response"), api("/traffic"), "See traffic"),
        NeedKind::SourceAway => (BAD, "source", format!("Source {subject} did not answer"), format!("/sources/{subject}"), "See source"),
        NeedKind::DatasetUnreadable => (BAD, "error", format!("Dataset {subject} cannot be read"), dataset, "See dataset"),
        NeedKind::BuildFailed => (BAD, "dataset", format!("The last build of {subject} failed"), dataset, "See dataset"),
        NeedKind::BuildLate => (WARN, "clock", format!("The build of {subject} is late"), dataset, "See dataset"),
        NeedKind::FollowingStopped => (BAD, "dataset", format!("Incremental sync of {subject} stopped"), dataset, "See dataset"),
        NeedKind::NotShown => (BAD, "dataset", format!("The view of {subject} does not show its live version"), dataset, "See dataset"),
        NeedKind::Differs => (BAD, "dataset", format!("{subject} differs from its source"), dataset, "See dataset"),
        NeedKind::DatasetWaits => {
            ("glyph glyph-info", "dataset", format!("{subject} has a version that waits for you"), dataset, "See dataset")
        }
        NeedKind::Decide => {
            let title = need.request.as_ref().map(|request| format!("{} asks to {}", request.author, request.asks()));
            ("glyph glyph-info", "inbox", title.unwrap_or_default(), opened, "Decide")
        }
        NeedKind::Rejected => {
            let (link, verb) = mend(need).map_or((opened, "See request"), |edit| (edit, "Edit draft"));
            (BAD, "x", format!("{subject} was rejected"), link, verb)
        }
        NeedKind::Draft => ("glyph glyph-accent", "doc", format!("{subject} has a draft of yours"), api("/edit"), "Edit draft"),
    }
}

/// Where a version that was rejected is mended.
fn mend(need: &Need) -> Option<String> {
    let request = need.request.as_ref().filter(|request| request.kind == RequestKind::Version)?;
    Some(format!("/apis/{}/{}/edit", request.domain, request.name))
}

/// Why, in a sentence. What people wrote stands in quotes.
fn text(need: &Need) -> String {
    let quoted = |text: &str| format!("“{text}”");
    match (need.kind, &need.request) {
        (NeedKind::Decide, Some(request)) if need.detail.is_empty() => format!("For {}.", request.environment.key()),
        (NeedKind::Decide, _) => quoted(&need.detail),
        (NeedKind::Rejected, Some(request)) => {
            let by = request.decided_by.clone().unwrap_or_default();
            if need.detail.is_empty() { format!("By {by}.") } else { format!("By {by}: {}", quoted(&need.detail)) }
        }
        (NeedKind::Draft, _) => "It is kept as you left it. Nobody calls it before it is approved.".into(),
        _ => need.detail.clone(),
    }
}
