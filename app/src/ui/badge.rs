//! States: said by shape and word, then coloured.

use leptos::prelude::*;
use model::dataset::DataVersionState;
use model::view::{ApiStanding, ApiSummary, CaseResult, LapseKind, NeedKind, RequestState, VersionState};

use crate::words::words;

const BAD: (&str, &str) = ("badge badge-bad", "dot dot-bad");
const WARN: (&str, &str) = ("badge badge-warn", "dot dot-warn");

/// Where an API stands, in one badge.
#[component]
pub(crate) fn LiveBadge(api: ApiSummary) -> impl IntoView {
    let (class, dot, text) = standing(&api);
    view! { <span class=class><span class=dot aria-hidden="true"></span>{text}</span> }
}

/// The class of the badge, that of its dot, and its words.
fn standing(api: &ApiSummary) -> (&'static str, &'static str, String) {
    let standing = api.standing();
    let text = standing.words().to_owned();
    match standing {
        ApiStanding::Broken => (BAD.0, BAD.1, text),
        ApiStanding::Live => live(api, text),
        ApiStanding::InReview => ("badge badge-info", "dot dot-off", text),
        ApiStanding::Rejected => (BAD.0, "dot dot-off", text),
        ApiStanding::Withdrawn | ApiStanding::Draft | ApiStanding::Retired => ("badge", "dot dot-off", text),
    }
}

/// The same of an API that is live: its version and, where that is not prod, the environment, with what went wrong lately.
fn live(api: &ApiSummary, text: String) -> (&'static str, &'static str, String) {
    let say = &words().ui;
    let Some(live) = api.live.iter().max_by_key(|live| live.environment) else { return ("badge badge-ok", "dot dot-ok", text) };
    let place = if live.environment.key() == "prod" { String::new() } else { (say.live_in)(live.environment.key()) };
    let (class, lapsed) = match api.lapse.filter(|lapse| lapse.environment == live.environment) {
        None => (("badge badge-ok", "dot dot-ok"), ""),
        Some(lapse) if lapse.kind == LapseKind::Degraded => (WARN, say.live_degraded),
        Some(lapse) if lapse.goes_on() => (BAD, say.live_failing),
        Some(_) => (WARN, say.live_failed),
    };
    let version = (say.live_version)(&text, live.version);
    (class.0, class.1, format!("{version}{place}{lapsed}"))
}

/// What somebody should look at.
#[component]
pub(crate) fn NeedBadge(kind: NeedKind) -> impl IntoView {
    let say = &words().ui;
    let (class, word) = match kind {
        NeedKind::FiguresUnwritten => ("badge badge-bad", say.not_written),
        NeedKind::ApiBroken => ("badge badge-bad", say.cannot_be_served),
        NeedKind::AlertFires => ("badge badge-bad", say.alert_fires),
        NeedKind::ApiFails => ("badge badge-bad", say.failing),
        NeedKind::SourceAway => ("badge badge-bad", say.unreachable),
        NeedKind::DatasetUnreadable => ("badge badge-bad", say.unreadable),
        NeedKind::BuildFailed => ("badge badge-bad", say.build_failed),
        NeedKind::IncrementalStopped => ("badge badge-bad", say.sync_stopped),
        NeedKind::NotShown => ("badge badge-bad", say.view_not_switched),
        NeedKind::Differs => ("badge badge-bad", say.mismatch),
        NeedKind::BuildLate => ("badge badge-warn", say.late),
        NeedKind::ApiDegraded => ("badge badge-warn", say.degraded),
        NeedKind::Rejected => ("badge badge-bad", say.rejected),
        NeedKind::Decide => ("badge badge-info", say.in_review),
        NeedKind::DatasetWaits => ("badge badge-info", say.awaiting_approval),
        NeedKind::Draft => ("badge", say.draft),
    };
    view! { <span class=class>{word}</span> }
}

#[component]
pub(crate) fn StateBadge(#[prop(into)] state: State) -> impl IntoView {
    view! { <span class=state.0>{state.1}</span> }
}

/// A class and a word.
pub(crate) struct State(&'static str, &'static str);

impl From<RequestState> for State {
    fn from(state: RequestState) -> Self {
        let class = match state {
            RequestState::Open => "badge badge-info",
            RequestState::Approved => "badge badge-ok",
            RequestState::Rejected => "badge badge-bad",
            RequestState::Withdrawn => "badge",
        };
        Self(class, state.words())
    }
}

impl From<VersionState> for State {
    fn from(state: VersionState) -> Self {
        let say = &words().ui;
        match state {
            VersionState::InReview => Self("badge badge-info", say.in_review),
            VersionState::Approved => Self("badge badge-ok", say.approved),
            VersionState::Rejected => Self("badge badge-bad", say.rejected),
            VersionState::Withdrawn => Self("badge", say.withdrawn),
        }
    }
}

impl From<DataVersionState> for State {
    fn from(state: DataVersionState) -> Self {
        let say = &words().ui;
        match state {
            DataVersionState::Building => Self("badge badge-info", say.building),
            DataVersionState::Checked => Self("badge badge-info", say.validated),
            DataVersionState::Live => Self("badge badge-ok", say.live),
            DataVersionState::Kept => Self("badge", say.standby),
            DataVersionState::Failed => Self("badge badge-bad", say.failed),
            DataVersionState::Dropped => Self("badge", say.dropped),
        }
    }
}

/// Whether a kept case still gives what it gave.
#[component]
pub(crate) fn CaseBadge(result: Option<CaseResult>) -> impl IntoView {
    let say = &words().ui;
    let (class, word) = match &result {
        None => ("badge", say.case_not_run),
        Some(result) if result.passed => ("badge badge-ok", say.case_passed),
        Some(_) => ("badge badge-bad", say.case_failed),
    };
    view! { <span class=class>{word}</span> }
}
