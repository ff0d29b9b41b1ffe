//! The stewards' board: how far assets are looked after, now, by domain and steward, and over time.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::redirect::query_value;
use model::view::{StewardshipCounts, StewardshipDay, StewardshipLine};

use super::api_stewards::stewardship;
use super::bulk_query::BULK;
use super::frame::{STEWARDS, pages};
use super::shares::{MEASURES, percent};
use super::shown::StewardsShown;
use crate::navigation::CATALOGUE;
use crate::ui::{DrawnInline, Empty, Load, PageHead, PageName, Time, address_memo, grouped, loaded};
use crate::words::words;

/// The days of the table are so far apart.
const EVERY: usize = 7;

#[component]
pub(crate) fn StewardsPage() -> impl IntoView {
    let say = &words().catalogue_stewards;
    let query = use_query_map();
    let domain = address_memo(move |_| query.with(|query| query.get("domain").unwrap_or_default()));
    let shown = loaded(move || domain.get(), stewardship);
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {pages(STEWARDS)}
        <Load resource=shown page=true view=move |shown| page(shown, &domain.get_untracked())/>
    }
    .into_any()
}

fn page(shown: StewardsShown, domain: &str) -> AnyView {
    let say = &words().catalogue_stewards;
    let StewardsShown { board, shapes } = shown;
    if board.domains.is_empty() {
        return view! { <div class="card"><Empty title=say.none_title text=say.none_text/></div> }.into_any();
    }
    view! {
        <div class="stack-6">
            {choice(&board.domains, domain)}
            {figures(&board.all, shapes)}
            {table("domains", say.by_domain, say.domain, board.domains.iter().map(domain_cell).zip(&board.domains))}
            {table("stewards", say.by_steward, say.steward, board.stewards.iter().map(steward_cell).zip(&board.stewards))}
            {over_time(&board.days)}
        </div>
    }
    .into_any()
}

/// A form and not a list of links: there may be many domains.
fn choice(domains: &[StewardshipLine], chosen: &str) -> AnyView {
    let say = &words().catalogue_stewards;
    let options = domains.iter().map(|line| {
        let selected = line.name == chosen;
        view! { <option value=line.name.clone() selected=selected>{line.name.clone()}</option> }
    });
    view! {
        <form class="row nowrap" method="get" action=STEWARDS>
            <select class="select input-sm auto" name="domain" aria-label=say.domain><option value="">{say.all_domains}</option>{options.collect_view()}</select>
            <button class="btn btn-sm" type="submit">{say.show}</button>
        </form>
    }
    .into_any()
}

fn figures(all: &StewardshipCounts, shapes: [String; 4]) -> AnyView {
    let say = words();
    let tiles = MEASURES.into_iter().zip(shapes).map(|((name, of), shape)| {
        let (name, part) = (name(say), of(all));
        view! {
            <div class="figure"><dt>{name}</dt><dd class="with-spark">{percent(part, all.assets)}<DrawnInline html=shape/></dd>
                <dd class="note">{(say.catalogue_stewards.of_assets)(part, all.assets)}</dd></div>
        }
    });
    view! { <section class="card" aria-label=say.catalogue_stewards.now><dl class="figures">{tiles.collect_view()}</dl></section> }
        .into_any()
}

/// Leads to what nobody looks after yet.
fn domain_cell(line: &StewardshipLine) -> AnyView {
    let say = &words().catalogue_stewards;
    let value = query_value(&line.name);
    let untagged = format!("{BULK}?domain={value}&untagged=true");
    view! {
        <a class="main-cell" href=format!("{CATALOGUE}?domain={value}")>{line.name.clone()}</a>
        <span class="sub"><a href=untagged>{say.tag_untagged}</a></span>
    }
    .into_any()
}

fn steward_cell(line: &StewardshipLine) -> AnyView {
    let say = &words().catalogue_stewards;
    let name = if line.name.is_empty() { say.nobody.to_owned() } else { line.name.clone() };
    view! { <span class="medium">{name}</span> }.into_any()
}

fn table<'a>(
    id: &'static str,
    title: &'static str,
    what: &'static str,
    lines: impl Iterator<Item = (AnyView, &'a StewardshipLine)>,
) -> AnyView {
    let say = words();
    let heads = MEASURES.map(|(name, _)| view! { <th class="num">{name(say)}</th> });
    let rows = lines.map(|(cell, line)| {
        view! { <tr><td class="lead-cell">{cell}</td>{number(line.counts.assets)}{shares(&line.counts)}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card clip" id=id><div class="card-head"><h2>{title}</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=title><table class="table table-cards">
                <thead><tr><th>{what}</th><th class="num">{say.catalogue_stewards.assets}</th>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn number(count: u64) -> AnyView {
    let shown = grouped(i64::try_from(count).unwrap_or(i64::MAX));
    view! { <td class="num" data-label=words().catalogue_stewards.assets>{shown}</td> }.into_any()
}

/// Each share as a number, and as a bar.
fn shares(counts: &StewardshipCounts) -> AnyView {
    let cells = MEASURES.map(|(name, of)| {
        let (part, name) = (of(counts), name(words()));
        let bar = (counts.assets > 0).then(|| {
            view! { <meter min="0" max=counts.assets.to_string() value=part.to_string() aria-label=name></meter> }
        });
        view! { <td class="num" data-label=name><span class="bar-cell">{bar}<span>{percent(part, counts.assets)}</span></span></td> }
    });
    cells.into_iter().collect_view().into_any()
}

/// The days week by week, back from today.
fn over_time(days: &[StewardshipDay]) -> AnyView {
    let say = words();
    let heads = MEASURES.map(|(name, _)| view! { <th class="num">{name(say)}</th> });
    let rows = days.iter().rev().step_by(EVERY).map(|day| {
        view! {
            <tr><td class="lead-cell"><Time at=day.day/></td>{number(day.counts.assets)}{shares(&day.counts)}</tr>
        }
    });
    let rows = rows.collect_view();
    let say = &say.catalogue_stewards;
    view! {
        <section class="card clip" id="over-time"><div class="card-head"><h2>{say.over_time}</h2><span class="small t-3">{say.over_time_about}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.over_time><table class="table table-cards">
                <thead><tr><th>{say.day}</th><th class="num">{say.assets}</th>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
