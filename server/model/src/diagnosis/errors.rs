//! Requests that fail: because of the source, or for another reason.

use super::observed::{Observed, ObservedSource, share};
use super::rule::{Draft, MIN_FAILED, MIN_REQUESTS, MIN_SHARE};
use super::wording::{count, percent};
use crate::ErrorCode;
use crate::view::{DiagnosisAct, FindingKind, Metric};

/// What a source, or the store of a dataset, is the reason of. A full queue has a rule of its own.
const OF_SOURCE: [ErrorCode; 5] = [
    ErrorCode::SourceUnavailable,
    ErrorCode::SourceTimeout,
    ErrorCode::SourceChanged,
    ErrorCode::StoreUnavailable,
    ErrorCode::StoreTimeout,
];
/// No rule above tells their reason.
const OTHERS: [ErrorCode; 2] = [ErrorCode::PlanBroken, ErrorCode::Internal];

/// At least 5 requests and 5 % fail with a code of the source. Twenty requests are needed, so that a single outage of a quiet API is not
/// taken for a state.
pub(super) fn of_source(observed: &Observed) -> Option<Draft> {
    let (failed, impact) = failing(observed, &OF_SOURCE)?;
    let (code, _) = most_frequent(observed, &OF_SOURCE)?;
    let (what, act) = culprit(observed, code);
    Some(Draft {
        kind: FindingKind::SourceErrors,
        impact,
        text: format!("{failed} failed because {what} {} ({}).", did(code), code.key()),
        since: observed.since(|counts| counts.of(&OF_SOURCE) > 0),
        evidence: (observed.api.clone(), &[Metric::ErrorShare]),
        act,
    })
}

/// The same for codes whose reason the figures do not say: the failed requests themselves say more.
pub(super) fn others(observed: &Observed) -> Option<Draft> {
    let (failed, impact) = failing(observed, &OTHERS)?;
    let (code, _) = most_frequent(observed, &OTHERS)?;
    Some(Draft {
        kind: FindingKind::OtherErrors,
        impact,
        text: format!("{failed} failed with {}. The figures do not say why.", code.key()),
        since: observed.since(|counts| counts.of(&OTHERS) > 0),
        evidence: (observed.api.clone(), &[Metric::ErrorShare]),
        act: DiagnosisAct::OpenRequests,
    })
}

/// How many of the requests, in words, and their share.
fn failing(observed: &Observed, codes: &[ErrorCode]) -> Option<(String, f64)> {
    let (failed, requests) = (observed.now.of(codes), observed.now.requests);
    let of_all = share(failed, requests);
    let is_much = requests >= MIN_REQUESTS && failed >= MIN_FAILED && of_all >= MIN_SHARE;
    is_much.then(|| (format!("{} of {} requests ({})", count(failed), count(requests), percent(of_all)), of_all))
}

fn most_frequent(observed: &Observed, codes: &[ErrorCode]) -> Option<(ErrorCode, u64)> {
    observed.now.errors.iter().filter(|(code, _)| codes.contains(code)).max_by_key(|(_, count)| *count).copied()
}

fn did(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::SourceTimeout | ErrorCode::StoreTimeout => "did not respond in time",
        ErrorCode::SourceChanged => "has other columns than the version expects",
        _ => "did not respond or refused the connection",
    }
}

/// The store of the dataset, or the source. Of several sources, the figures do not say which one.
fn culprit(observed: &Observed, code: ErrorCode) -> (String, DiagnosisAct) {
    let is_store = matches!(code, ErrorCode::StoreUnavailable | ErrorCode::StoreTimeout);
    match (&observed.dataset, observed.sources.as_slice()) {
        (Some(dataset), _) if is_store => {
            (format!("the store of the dataset {dataset}"), DiagnosisAct::RetryBuild { dataset: dataset.clone() })
        }
        (_, [ObservedSource { name, .. }]) => (format!("the source {name}"), DiagnosisAct::OpenSource { source: name.clone() }),
        _ => ("a source that the API reads".to_owned(), DiagnosisAct::OpenRequests),
    }
}
