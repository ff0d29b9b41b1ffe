//! Who calls: nobody, or an app that asks for more than it may.

use super::observed::{Observed, ObservedApp, share};
use super::rule::{Draft, MIN_FAILED};
use super::wording::{count, percent};
use crate::limit::Rate;
use crate::view::{DiagnosisAct, FindingKind, LimitOf, Metric};

/// One refused request in a hundred is worth a word: its caller was told to wait.
const REFUSED: f64 = 0.01;

/// No request at all. Everything else needs some.
pub(super) fn none(observed: &Observed) -> Option<Draft> {
    if observed.now.requests > 0 {
        return None;
    }
    let before = match observed.before.requests {
        0 => "There was none in the time range before, either.".to_owned(),
        requests => format!("In the time range before, there were {}. Check that the apps still call it.", count(requests)),
    };
    Some(Draft {
        kind: FindingKind::NoTraffic,
        impact: if observed.before.requests > 0 { 1.0 } else { 0.0 },
        text: format!("No request reached this API in this time range. {before}"),
        since: observed.from,
        evidence: (observed.api.clone(), &[Metric::Requests]),
        act: DiagnosisAct::OpenAccess,
    })
}

/// At least 5 requests and 1 % were refused by a rate limit.
pub(super) fn limit_hit(observed: &Observed) -> Option<Draft> {
    let (hits, requests) = (observed.now.limit_hits, observed.now.requests);
    if hits < MIN_FAILED || share(hits, requests) < REFUSED {
        return None;
    }
    let app = observed.apps.iter().filter(|app| app.refused > 0).max_by_key(|app| app.refused);
    let limit = app.and_then(of_app).or_else(|| observed.limits.first().cloned());
    let whose = match &limit {
        Some((LimitOf::App(app), rate)) => format!("The rate limit of the app {app} for this API ({})", words(*rate)),
        Some((LimitOf::Api, rate)) => format!("The rate limit of this API ({})", words(*rate)),
        Some((LimitOf::Compartment(path), rate)) => format!("The rate limit of the compartment {path} ({})", words(*rate)),
        None => "A rate limit that is no longer set".to_owned(),
    };
    let most = match app {
        Some(app) => format!(" Most of them are of {}: {} of its {} requests.", app.path, count(app.refused), count(app.requests)),
        None => String::new(),
    };
    Some(Draft {
        kind: FindingKind::LimitHit,
        impact: share(hits, requests),
        text: format!("{whose} refused {} of {} requests ({}).{most}", count(hits), count(requests), percent(share(hits, requests))),
        since: observed.since(|counts| counts.limit_hits > 0),
        evidence: (observed.api.clone(), &[Metric::LimitHits]),
        act: limit.map_or(DiagnosisAct::Wait, |(limit, _)| DiagnosisAct::RaiseLimit { limit }),
    })
}

/// The limit of its grant is looked at first, so that is the one where there is one.
fn of_app(app: &ObservedApp) -> Option<(LimitOf, Rate)> {
    Some((LimitOf::App(app.path.clone()), app.limit?))
}

fn words(rate: Rate) -> String {
    format!("{} requests/s, burst {}", count(rate.per_second.into()), count(rate.burst.into()))
}
