//! The quality of an asset: its trust score with the parts, its checks, how new its rows are, and its last builds.

use leptos::prelude::*;
use model::catalogue::{DatasetFreshness, QualityCheck, TrustPart, TrustPartKind, TrustScore};
use model::clock::Millis;
use model::view::{QualityBuild, QualityView};

use super::api_profile::asset_quality;
use super::shared::Shared;
use super::tab::AssetTab;
use crate::ui::{Empty, Load, Loaded, Time, grouped, loaded};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct QualityTab {
    quality: Loaded<Option<QualityView>>,
}

impl QualityTab {
    pub(super) fn new(shared: Shared) -> Self {
        let quality = loaded(
            move || shared.at.with(|at| at.shows(AssetTab::Quality)),
            |at| async move {
                match at {
                    Some(at) => asset_quality(at.path).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { quality }
    }

    pub(super) fn view(self) -> AnyView {
        view! { <Load resource=self.quality view=move |quality| quality.map(|quality| page(&quality))/> }.into_any()
    }
}

fn page(quality: &QualityView) -> AnyView {
    let fresh = quality.freshness.map(|fresh| freshness(fresh, quality.at));
    view! {
        <div class="with-aside">
            <div class="stack-6">{checks(&quality.checks)}{builds(&quality.builds)}</div>
            <aside class="stack">{trust(&quality.trust)}{fresh}</aside>
        </div>
    }
    .into_any()
}

fn part_name(kind: TrustPartKind) -> &'static str {
    let say = &words().catalogue_profile;
    match kind {
        TrustPartKind::Certified => say.certified,
        TrustPartKind::Owned => say.owned,
        TrustPartKind::Described => say.described,
        TrustPartKind::Fresh => say.fresh,
        TrustPartKind::ChecksPassed => say.checks_passed,
        TrustPartKind::Profiled => say.known,
        TrustPartKind::Used => say.used,
    }
}

fn trust(trust: &TrustScore) -> AnyView {
    let say = &words().catalogue_profile;
    let score = (say.trust_of)(trust.score);
    let parts = trust.parts.iter().map(part).collect_view();
    view! {
        <section class="card card-pad stack-2">
            <div class="between"><h2>{say.trust}</h2><b class="tn">{score.clone()}</b></div>
            <meter class="wide" min="0" max="100" low="40" high="70" optimum="100" value=trust.score.to_string() aria-label=say.trust>{score}</meter>
            <p class="small t-2">{say.trust_help}</p>
            <ul class="stack-2 s13">{parts}</ul>
        </section>
    }
    .into_any()
}

fn part(part: &TrustPart) -> AnyView {
    let points = (words().catalogue_profile.points_of)(part.points, part.of);
    view! {
        <li>
            <span class="between"><span class="medium">{part_name(part.kind)}</span><span class="tn t-2">{points}</span></span>
            <span class="sub">{part.reason.clone()}</span>
        </li>
    }
    .into_any()
}

fn freshness(fresh: DatasetFreshness, now: Millis) -> AnyView {
    let say = &words().catalogue_profile;
    let late = fresh.is_late(now).then(|| view! { <span class="badge badge-bad">{say.late}</span> });
    let expected = fresh.expected_by.map(|at| view! { <dt>{say.expected}</dt><dd><Time at/></dd> });
    view! {
        <section class="card card-pad stack-2">
            <div class="between"><h2>{say.freshness}</h2>{late}</div>
            <dl class="kv"><dt>{say.newest}</dt><dd><Time at=fresh.at/></dd>{expected}</dl>
        </section>
    }
    .into_any()
}

fn checks(checks: &[QualityCheck]) -> AnyView {
    let say = &words().catalogue_profile;
    if checks.is_empty() {
        return view! { <div class="card"><Empty title=say.no_checks_title text=say.no_checks_text/></div> }.into_any();
    }
    let rows = checks.iter().map(|check| {
        let (class, result) = match check.passed {
            Some(true) => ("badge badge-ok", say.passed),
            Some(false) => ("badge badge-bad", say.not_passed),
            None => ("badge", say.not_run),
        };
        view! { <tr><td class="lead-cell">{check.words.clone()}</td><td class="fit" data-label=say.result><span class=class>{result}</span></td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.checks}</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.checks><table class="table table-cards">
                <thead><tr><th>{say.check}</th><th>{say.result}</th></tr></thead><tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn builds(builds: &[QualityBuild]) -> AnyView {
    let say = &words().catalogue_profile;
    if builds.is_empty() {
        return ().into_any();
    }
    let rows = builds.iter().map(build).collect_view();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.builds}</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.builds><table class="table table-cards">
                <thead><tr><th>{say.build}</th><th>{say.built}</th><th>{say.result}</th><th class="num">{say.rows}</th><th class="num">{say.rejected}</th><th>{say.reason}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn build(build: &QualityBuild) -> AnyView {
    let say = &words().catalogue_profile;
    let (class, result) = if build.passed { ("badge badge-ok", say.passed) } else { ("badge badge-bad", say.not_passed) };
    let reason = (!build.reason.is_empty()).then_some(say.reason);
    view! {
        <tr>
            <td class="lead-cell tn">{format!("v{}", build.version)}</td>
            <td data-label=say.built><Time at=build.at/></td>
            <td class="fit" data-label=say.result><span class=class>{result}</span></td>
            <td class="num" data-label=say.rows>{grouped(build.rows)}</td>
            <td class="num" data-label=say.rejected>{grouped(build.rejected)}</td>
            <td class="small break" data-label=reason>{build.reason.clone()}</td>
        </tr>
    }
    .into_any()
}
