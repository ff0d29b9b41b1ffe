//! The risk list: what is live and lacks what protects it.

use leptos::prelude::*;
use model::alert::RiskKind;
use model::view::{RiskView, SubjectKind};

use crate::words::words;

pub(super) fn risks(risks: Vec<RiskView>) -> AnyView {
    let say = &words().objectives;
    let count = risks.len();
    let body = if risks.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_risks}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.risks><table class="table table-cards">
                <thead><tr><th>{say.object}</th><th>{say.risk}</th><th>{say.what_to_do}</th></tr></thead>
                <tbody>{risks.into_iter().map(risk_row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        <section class="card clip" id="risks">
            <div class="card-head"><h2>{say.risks}</h2><span class="count">{count}</span></div>
            {body}
        </section>
    }
    .into_any()
}

fn risk_row(risk: RiskView) -> AnyView {
    let say = &words().objectives;
    let to = match (risk.subject, risk.kind) {
        (SubjectKind::Source, _) => format!("/sources/{}", risk.path),
        (_, RiskKind::NoLimit) => format!("/apis/{}/traffic", risk.path),
        (_, RiskKind::NoFallback) => format!("/apis/{}/edit", risk.path),
        _ => format!("/apis/{}", risk.path),
    };
    let name = match risk.kind {
        RiskKind::NoOwner => say.no_owner,
        RiskKind::NoFallback => say.no_fallback,
        RiskKind::NoLimit => say.no_limit,
        RiskKind::NoObjective => say.no_objective,
        RiskKind::NoLoadLimits => say.no_load_limits,
    };
    view! {
        <tr>
            <td class="lead-cell"><a class="main-cell" href=to>{risk.path}</a></td>
            <td class="fit" data-label=say.risk><span class="badge badge-warn">{name}</span></td>
            <td class="t-2" data-label=say.what_to_do>{risk.kind.words()}</td>
        </tr>
    }
    .into_any()
}
