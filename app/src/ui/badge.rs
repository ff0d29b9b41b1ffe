//! States: said by shape and word, then coloured.

use leptos::prelude::*;
use model::dataset::DataVersionState;
use model::view::{ApiSummary, CaseResult, RequestState, VersionState};

/// Where an API stands, in one badge.
#[component]
pub(crate) fn LiveBadge(api: ApiSummary) -> impl IntoView {
    let (class, dot, text) = if api.broken.is_some() {
        ("badge badge-bad", "dot dot-bad", "Cannot be served".to_owned())
    } else if let Some(live) = api.live.iter().max_by_key(|live| live.environment) {
        let place = if live.environment.key() == "prod" { String::new() } else { format!(" in {}", live.environment.key()) };
        ("badge badge-ok", "dot dot-ok", format!("Live v{}{place}", live.version))
    } else if api.in_review.is_some() {
        ("badge badge-info", "dot dot-off", "In review".to_owned())
    } else if api.retired {
        ("badge", "dot dot-off", "Retired".to_owned())
    } else {
        ("badge", "dot dot-off", "Draft".to_owned())
    };
    view! { <span class=class><span class=dot aria-hidden="true"></span>{text}</span> }
}

#[component]
pub(crate) fn StateBadge(#[prop(into)] state: State) -> impl IntoView {
    view! { <span class=state.0>{state.1}</span> }
}

/// A class and a word.
pub(crate) struct State(&'static str, &'static str);

impl From<RequestState> for State {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::Open => Self("badge badge-info", "In review"),
            RequestState::Approved => Self("badge badge-ok", "Approved"),
            RequestState::Rejected => Self("badge badge-bad", "Rejected"),
            RequestState::Withdrawn => Self("badge", "Withdrawn"),
        }
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
