//! What a page of monitoring shows, as links: the environment, the time, what is compared with, and the axis of latencies.

use leptos::prelude::*;
use model::snapshot::Environment;

use super::asked::{Asked, RANGES};
use crate::words::words;

/// A choice: where it leads, what it says, and whether it is what is shown.
type Link = (String, &'static str, bool);

fn links(label: &'static str, links: Vec<Link>) -> AnyView {
    let links = links.into_iter().map(|(to, text, is_shown)| {
        view! { <a href=to aria-current=is_shown.then_some("true") data-noscroll="true">{text}</a> }
    });
    view! { <div class="seg" role="group" aria-label=label>{links.collect_view()}</div> }.into_any()
}

pub(super) fn environments(asked: &Asked, path: &str) -> AnyView {
    let shown = asked.shown_environment();
    let link = |environment: Environment| {
        let key = environment.key();
        (asked.in_environment(key).link(path), key, key == shown)
    };
    links(words().monitoring.environment, Environment::ALL.into_iter().rev().map(link).collect())
}

pub(super) fn ranges(asked: &Asked, path: &str) -> AnyView {
    let say = &words().monitoring;
    let names = [say.minutes_15, say.hour_1, say.hours_6, say.hours_24, say.days_7, say.days_30];
    let shown = asked.shown_range();
    let times = RANGES.into_iter().zip(names).map(|(range, name)| (asked.in_range(range).link(path), name, shown == Some(range)));
    let compares = [("", say.no_comparison), ("yesterday", say.yesterday), ("last-week", say.last_week)];
    let compares = compares.into_iter().map(|(key, name)| (asked.comparing(key).link(path), name, asked.compare == key));
    let scales = [("", say.linear), ("log", say.log)];
    let scales = scales.into_iter().map(|(key, name)| (asked.on_scale(key).link(path), name, asked.scale == key));
    view! {
        {links(say.range, times.collect())}
        {links(say.compare_with, compares.collect())}
        {links(say.latency_axis, scales.collect())}
    }
    .into_any()
}
