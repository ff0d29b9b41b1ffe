//! The profile of a table, a dataset or a column: what its rows were counted to be, by column, with trends.

use leptos::prelude::*;
use model::catalogue::{AssetPath, ColumnProfile};
use model::list::{ListPage, ListQuery};
use model::view::{ColumnProfileView, NewestProfile, ProfileRequestState, ProfileRequestView, ProfileView};

use super::api_profile::{AskProfile, asset_profile, asset_profile_columns};
use super::at::At;
use super::histogram::{histogram, trend};
use super::shared::Shared;
use super::tab::AssetTab;
use crate::asset_address::asset_address;
use crate::ui::{
    ActionForm, Callout, Empty, FormAction, FormProblem, Load, Loaded, Time, Tone, confirms, done, grouped, loaded, page_links, rows_found,
};
use crate::words::words;

/// Frequent values that a row of the table names.
const NAMED: usize = 3;

#[derive(Clone, Copy)]
pub(super) struct ProfileTab {
    shared: Shared,
    profile: Loaded<Option<ProfileView>>,
    columns: Loaded<Option<ListPage<ColumnProfileView>>>,
    ask: FormAction<AskProfile>,
}

impl ProfileTab {
    pub(super) fn new(shared: Shared) -> Self {
        let ask = FormAction::<AskProfile>::new();
        let asked = done(ask);
        confirms(asked, words().catalogue_profile.asked);
        let shown = move || (shared.at.with(|at| at.shows(AssetTab::Profile)), asked.get());
        let profile = loaded(shown, |(at, _)| async move {
            match at {
                Some(at) => asset_profile(at.path).await.map(Some),
                None => Ok(None),
            }
        });
        let columns = loaded(
            move || shared.at.with(|at| at.shows(AssetTab::Profile)),
            |at| async move {
                match at {
                    Some(at) => asset_profile_columns(at.path, at.query).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { shared, profile, columns, ask }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, profile, columns, ask } = self;
        view! {
            <div class="stack-6">
                <FormProblem action=ask/>
                <Load resource=profile view=move |profile| profile.map(|profile| head(&profile, ask))/>
                <Load resource=columns view=move |page| page.map(|page| {
                    let at = shared.at.get_untracked();
                    let path = at.path.parse::<AssetPath>().ok();
                    path.map(|path| list(asset_address(&path), at.query, page))
                })/>
            </div>
        }
        .into_any()
    }
}

fn head(profile: &ProfileView, ask: FormAction<AskProfile>) -> AnyView {
    let say = &words().catalogue_profile;
    let path = profile.path.to_string();
    let button = profile.may_ask.then(|| {
        view! {
            <ActionForm action=ask><input type="hidden" name="path" value=path/><button class="btn btn-sm" type="submit">{say.ask}</button></ActionForm>
        }
    });
    let hidden = (!profile.may_read_values).then(|| view! { <Callout tone=Tone::Warn><p>{say.values_hidden}</p></Callout> });
    let request = profile.request.as_ref().and_then(requested);
    let body = match &profile.newest {
        None => view! { <Empty title=say.no_profile_title text=say.no_profile_text/> }.into_any(),
        Some(newest) => facts(newest, profile),
    };
    view! {
        {hidden}{request}
        <section class="card card-pad stack-2"><div class="between"><h2>{say.profile}</h2>{button}</div>{body}</section>
    }
    .into_any()
}

/// What becomes of a request that is not over, or that failed.
fn requested(request: &ProfileRequestView) -> Option<AnyView> {
    let say = &words().catalogue_profile;
    let (tone, text) = match request.state {
        ProfileRequestState::Waiting => (Tone::Ok, say.waiting),
        ProfileRequestState::Running => (Tone::Ok, say.running),
        ProfileRequestState::Failed => (Tone::Warn, say.failed),
        ProfileRequestState::Done => return None,
    };
    let reason = if request.state == ProfileRequestState::Running { String::new() } else { request.reason.clone() };
    Some(view! { <Callout tone><p>{text}{reason}</p></Callout> }.into_any())
}

fn facts(newest: &NewestProfile, profile: &ProfileView) -> AnyView {
    let say = &words().catalogue_profile;
    let version = newest.version.map(|version| format!(" {}", (say.of_version)(version)));
    let took = (say.took)(u64::try_from(newest.took_ms).unwrap_or(0));
    let rows = newest.sample.of.map(|rows| view! { <p><b class="tn">{grouped(rows)}</b>" "<span class="t-2">{say.rows}</span></p> });
    view! {
        {rows}
        <p class="t-2 s13">{(say.made_of)(&newest.rows)}{version}" "{took}" "{say.profiled}<Time at=newest.at/>"."</p>
        {rows_over_time(profile)}
    }
    .into_any()
}

#[allow(clippy::cast_precision_loss)] // rows in a picture
fn rows_over_time(profile: &ProfileView) -> Option<AnyView> {
    let say = &words().catalogue_profile;
    let values: Vec<Option<f64>> = profile.points.iter().map(|point| point.rows.map(|rows| rows as f64)).collect();
    let known: Vec<i64> = profile.points.iter().filter_map(|point| point.rows).collect();
    let label = (say.rows_text)(&grouped(*known.first()?), &grouped(*known.last()?));
    let line = trend(&values, label)?;
    Some(view! { <p class="with-spark small t-2"><span>{say.rows_over_time}</span>{line}</p> }.into_any())
}

fn list(address: String, query: ListQuery, page: ListPage<ColumnProfileView>) -> AnyView {
    let say = &words().catalogue_profile;
    let (extent, search) = (page.extent, query.search.clone());
    if extent.all == 0 {
        return ().into_any();
    }
    let body = if page.rows.is_empty() {
        view! { <Empty title=say.no_columns_title text=say.no_columns_text/> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.columns><table class="table table-cards table-dense">
                <thead><tr>
                    <th>{say.column}</th><th>{say.data_type}</th><th class="num">{say.missing}</th><th class="num">{say.distinct}</th>
                    <th>{say.ends}</th><th>{say.top}</th><th>{say.spread}</th>
                </tr></thead>
                <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    let action = address.clone();
    let link = move |page: u32| format!("{address}{}", At::link(AssetTab::Profile, &query.at_page(page)));
    let pages = (extent.pages() > 1).then(|| page_links((extent.page, extent.pages()), say.columns, link));
    view! {
        <div class="stack">
            <div role="search" aria-label=say.search_columns>
                <form class="row" method="get" action=action>
                    <input type="hidden" name="tab" value=AssetTab::Profile.key()/>
                    <input class="input input-sm auto" type="search" id="profile-q" name="q" value=search aria-label=say.search_columns placeholder=say.search_columns autocomplete="off"/>
                    <button class="btn btn-sm" type="submit">{say.search}</button>
                </form>
            </div>
            <section class="card clip">{body}<div class="card-foot list-foot"><span role="status">{rows_found(say.columns, extent)}</span>{pages}</div></section>
        </div>
    }
    .into_any()
}

fn row(view: &ColumnProfileView) -> AnyView {
    let say = &words().catalogue_profile;
    let column = &view.profile;
    let mark = column.masked.then(|| view! { " "<span class="badge" title=say.masked_help>{say.masked}</span> });
    let unreadable = (column.unreadable > 0).then(|| view! { <span class="sub">{(say.unreadable)(&grouped(column.unreadable))}</span> });
    let line = trend(&view.trend.null_shares, (say.missing_trend)(&column.name));
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell mono" href=asset_address(&view.path)>{column.name.clone()}</a>{mark}</td>
            <td class="fit t-3" data-label=say.data_type>{column.data_type.word()}</td>
            <td class="num" data-label=say.missing>{share(column.nulls, view.rows)}{unreadable}{line}</td>
            <td class="num" data-label=say.distinct>{distinct(column)}</td>
            <td class="mono small" data-label=say.ends>{ends(column)}</td>
            <td class="small" data-label=say.top>{top(column)}</td>
            <td data-label=say.spread>{histogram(column)}</td>
        </tr>
    }
    .into_any()
}

/// A part of the rows in hundredths; with a decimal where it would be none or all and is not.
#[allow(clippy::cast_precision_loss)] // at most 100,000 rows
fn share(part: i64, of: i64) -> String {
    if of <= 0 {
        return String::new();
    }
    let percent = part as f64 / of as f64 * 100.0;
    let is_near_an_end = part > 0 && part < of && !(1.0..=99.0).contains(&percent);
    if is_near_an_end { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn distinct(column: &ColumnProfile) -> String {
    let count = grouped(column.distinct);
    if column.distinct_exact { count } else { (words().catalogue_profile.about)(&count) }
}

fn ends(column: &ColumnProfile) -> Option<String> {
    let (least, greatest) = (column.least.as_ref()?, column.greatest.as_ref()?);
    Some(if least == greatest { least.clone() } else { (words().catalogue_profile.range)(least, greatest) })
}

fn top(column: &ColumnProfile) -> AnyView {
    let say = &words().catalogue_profile;
    if column.masked {
        return view! { <span class="t-3">{say.masked}</span> }.into_any();
    }
    if column.top.is_empty() {
        return (column.distinct > 0).then(|| view! { <span class="t-3">{say.no_top}</span> }).into_any();
    }
    let named = column.top.iter().take(NAMED).map(|top| {
        let value = if top.value.is_empty() { say.empty_text } else { top.value.as_str() };
        view! { <li class="break">{(say.top_value)(value, &grouped(top.rows))}</li> }
    });
    view! { <ul>{named.collect_view()}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_not_quite_none_or_all_says_so() {
        assert_eq!(
            [(0, 10), (10, 10), (1, 3), (1, 1_000), (999, 1_000), (0, 0)].map(|(part, of)| share(part, of)),
            ["0 %", "100 %", "33 %", "0.1 %", "99.9 %", ""]
        );
    }
}
