//! States: said by shape and word, then coloured.

use leptos::prelude::*;
use model::dataset::DataVersionState;
use model::view::{ApiStanding, ApiSummary, CaseResult, LapseKind, NeedKind, RequestState, VersionState};

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
    let words = standing.words().to_owned();
    match standing {
        ApiStanding::Broken => (BAD.0, BAD.1, words),
        ApiStanding::Live => live(api, words),
        ApiStanding::InReview => ("badge badge-info", "dot dot-off", words),
        ApiStanding::Rejected => (BAD.0, "dot dot-off", words),
        ApiStanding::Withdrawn | ApiStanding::Draft | ApiStanding::Retired => ("badge", "dot dot-off", words),
    }
}

/// The same of an API that is live: its version and, where that is not prod, the environment, with what went wrong lately.
fn live(api: &ApiSummary, words: String) -> (&'static str, &'static str, String) {
    let Some(live) = api.live.iter().max_by_key(|live| live.environment) else { return ("badge badge-ok", "dot dot-ok", words) };
    let place = if live.environment.key() == "prod" { String::new() } else { format!(" in {}", live.environment.key()) };
    let (class, lapsed) = match api.lapse.filter(|lapse| lapse.environment == live.environment) {
        None => (("badge badge-ok", "dot dot-ok"), ""),
        Some(lapse) if lapse.kind == LapseKind::Degraded => (WARN, ", degraded"),
        Some(lapse) if lapse.goes_on() => (BAD, ", failing"),
        Some(_) => (WARN, ", failed lately"),
    };
    (class.0, class.1, format!("{words} v{}{place}{lapsed}", live.version))
}

/// What somebody should look at.
#[component]
pub(crate) fn NeedBadge(kind: NeedKind) -> impl IntoView {
    let (class, word) = match kind {
        NeedKind::ApiBroken => ("badge badge-bad", "Cannot be served"),
        NeedKind::ApiFails => ("badge badge-bad", "Failing"),
        NeedKind::SourceAway => ("badge badge-bad", "Did not answer"),
        NeedKind::DatasetUnreadable => ("badge badge-bad", "Unreadable"),
        NeedKind::BuildFailed => ("badge badge-bad", "Build failed"),
        NeedKind::FollowingStopped => ("badge badge-bad", "Sync stopped"),
        NeedKind::NotShown => ("badge badge-bad", "View not switched"),
        NeedKind::Differs => ("badge badge-bad", "Differs"),
        NeedKind::BuildLate => ("badge badge-warn", "Late"),
        NeedKind::ApiDegraded => ("badge badge-warn", "Degraded"),
        NeedKind::Rejected => ("badge badge-bad", "Rejected"),
        NeedKind::Decide => ("badge badge-info", "In review"),
        NeedKind::DatasetWaits => ("badge badge-info", "Version waits"),
        NeedKind::Draft => ("badge", "Draft"),
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
        match state {
            VersionState::InReview => Self("badge badge-info", "In review"),
            VersionState::Approved => Self("badge badge-ok", "Approved"),
            VersionState::Rejected => Self("badge badge-bad", "Rejected"),
            VersionState::Withdrawn => Self("badge", "Withdrawn"),
        }
    }
}

impl From<DataVersionState> for State {
    fn from(state: DataVersionState) -> Self {
        match state {
            DataVersionState::Building => Self("badge badge-info", "Building"),
            DataVersionState::Checked => Self("badge badge-info", "Checked"),
            DataVersionState::Live => Self("badge badge-ok", "Live"),
            DataVersionState::Kept => Self("badge", "Kept"),
            DataVersionState::Failed => Self("badge badge-bad", "Failed"),
            DataVersionState::Dropped => Self("badge", "Dropped"),
        }
    }
}

/// Whether a kept case still gives what it gave.
#[component]
pub(crate) fn CaseBadge(result: Option<CaseResult>) -> impl IntoView {
    let (class, word) = match &result {
        None => ("badge", "not called yet"),
        Some(result) if result.passed => ("badge badge-ok", "passed"),
        Some(_) => ("badge badge-bad", "failed"),
    };
    view! { <span class=class>{word}</span> }
}
