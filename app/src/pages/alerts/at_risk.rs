//! Objectives at risk: what is left of their error budgets is little, or used too fast.

use leptos::prelude::*;
use model::alert::Burning;
use model::clock::{HOUR, MINUTE, Millis};
use model::view::ObjectiveView;

use crate::words::words;

pub(super) fn at_risk<'a>(objectives: impl Iterator<Item = &'a ObjectiveView>) -> AnyView {
    let say = &words().objectives;
    let rows: Vec<AnyView> = objectives.filter(|of| of.is_at_risk()).map(row).collect();
    let count = rows.len();
    let body = if rows.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.none_at_risk}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.at_risk><table class="table table-cards">
                <thead><tr><th>{say.objective}</th><th>{say.object}</th><th>{say.why}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="card clip" id="at-risk"><div class="card-head"><h2>{say.at_risk}</h2><span class="count">{count}</span></div>{body}</section> }
        .into_any()
}

fn row(of: &ObjectiveView) -> AnyView {
    let say = &words().objectives;
    let subject = &of.objective.subject;
    let figures = crate::pages::monitoring::address(subject.kind.key(), &subject.path);
    view! {
        <tr>
            <td class="lead-cell medium">{format!("{}/{}", of.domain, of.name)}</td>
            <td data-label=say.object><a href=figures>{subject.path.clone()}</a></td>
            <td class="t-2" data-label=say.why>{reasons(of).join(" ")}</td>
        </tr>
    }
    .into_any()
}

fn reasons(of: &ObjectiveView) -> Vec<String> {
    let say = &words().objectives;
    let left = of.budget.map(|budget| budget.left).filter(|left| *left < ObjectiveView::LITTLE);
    let left = left.map(|left| if left <= 0.0 { say.budget_used.to_owned() } else { (say.little_left)(&format!("{:.1}", left * 100.0)) });
    let burning = of.burning.iter().filter(|burning| burning.fires);
    let burning = burning.map(|burning| (say.too_fast)(&format!("{:.1}", burning.over_long), &span(burning.long)));
    left.into_iter().chain(burning).collect()
}

/// `2.3 of 14.4 in 1 h`
pub(super) fn rate_words(burning: &Burning) -> String {
    let (rate, limit) = (format!("{:.1}", burning.over_long), burning.limit.to_string());
    (words().objectives.burn_rate_of)(&rate, &limit, &span(burning.long))
}

/// `1 h` or `14 min`
fn span(long: Millis) -> String {
    let say = &words().objectives;
    if long % HOUR == 0 { (say.hours)(long / HOUR) } else { (say.minutes)(long / MINUTE) }
}

#[cfg(test)]
mod tests {
    use model::alert::{NotificationPolicy, Objective, ObjectiveKind, Outcomes, burn_rates};
    use model::snapshot::Environment;
    use model::view::{Subject, SubjectKind};

    use super::*;

    fn view(bad: u64) -> ObjectiveView {
        let objective = Objective {
            subject: Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane"),
            kind: ObjectiveKind::Availability,
            target: 99.0,
            period_days: 30,
            also_bad: Vec::new(),
            min_bad: 5,
            notify: NotificationPolicy::default(),
        };
        let outcomes = Outcomes { total: 1_000, bad };
        ObjectiveView {
            domain: "travel".into(),
            name: "plane".into(),
            budget: Some(objective.budget(outcomes)),
            burning: burn_rates(30).iter().map(|rate| rate.burning(&objective, outcomes, outcomes)).collect(),
            objective,
            edit: 1,
            updated_by: "ann@demo".into(),
            updated_at: 0,
        }
    }

    #[test]
    fn an_objective_is_at_risk_with_little_left_or_used_too_fast() {
        assert!(!view(5).is_at_risk() && reasons(&view(5)).is_empty());
        assert!(view(8).is_at_risk());
        assert_eq!(reasons(&view(8)), ["20.0 % of the error budget is left."]);
        let missed = reasons(&view(200));
        assert_eq!(missed[0], "The error budget is used up: the objective is missed.");
        assert_eq!(missed[1], "In the last 1 h the error budget was used 20.0 times too fast.");
        assert_eq!(missed.len(), 4);
        assert_eq!(rate_words(&view(20).burning[0]), "2.0 of 14.4 in 1 h");
        assert_eq!(span(14 * MINUTE), "14 min");
    }
}
