//! Silences, receivers and objectives, put together for their pages.

use std::cmp::Reverse;

use control::alerts::NoticeQuery;
use control::{Caller, Control};
use model::alert::Matcher;
use model::view::SubjectKind;
use model::{Action, Problem};

use super::choices;
use super::shown::{MatcherLists, ObjectivesShown, ReceiversShown, SilencesShown};
use crate::words::words;

/// Notices that the page shows.
const MAX_NOTICES: usize = 50;

/// Where the caller may do something.
pub(super) async fn domains_where(control: &Control, caller: &Caller, action: Action) -> Result<Vec<String>, Problem> {
    let domains = control.domains(caller).await?.into_iter().map(|domain| domain.name);
    Ok(domains.filter(|domain| caller.can(action, domain)).collect())
}

pub(super) async fn silences(control: &Control, caller: &Caller) -> Result<SilencesShown, Problem> {
    let mut silences = control.silences(caller).await?;
    silences.sort_by_key(|of| Reverse(of.silence.to));
    let silences = silences.into_iter().map(|of| {
        let about = matcher_words(&of.domain, &of.silence.matcher);
        (of, about)
    });
    let windows = control.maintenance_windows(caller).await?.into_iter().map(|of| {
        let about = matcher_words(&of.domain, &of.window.matcher);
        (of, about)
    });
    let domains = domains_where(control, caller, Action::EditAlert).await?;
    let lists = MatcherLists {
        rules: choices::rules(control, caller, &domains).await?,
        objects: choices::objects(control, caller, &domains, &[]).await?,
    };
    Ok(SilencesShown { silences: silences.collect(), windows: windows.collect(), now: control.now(caller), domains, lists })
}

/// `Rule errors, api travel/plane, prod`, or all alerts of the domain.
fn matcher_words(domain: &str, matcher: &Matcher) -> String {
    let say = &words().alert_silences;
    let rule = matcher.rule.as_ref().map(|rule| (say.of_rule)(rule));
    let object = match (matcher.kind.map(SubjectKind::key), &matcher.path) {
        (Some(kind), Some(path)) => Some((say.of_object)(kind, path)),
        (Some(kind), None) => Some((say.of_kind)(kind)),
        (None, Some(path)) => Some(path.clone()),
        (None, None) => None,
    };
    let environment = matcher.environment.map(|environment| environment.key().to_owned());
    let parts: Vec<String> = rule.into_iter().chain(object).chain(environment).collect();
    if parts.is_empty() { (say.of_domain)(domain) } else { parts.join(", ") }
}

pub(super) async fn receivers(control: &Control, caller: &Caller) -> Result<ReceiversShown, Problem> {
    let mut notices = control.notices(caller, NoticeQuery { dead: true }).await?;
    let others = control.notices(caller, NoticeQuery { dead: false }).await?;
    notices.extend(others.into_iter().filter(|notice| notice.state != "dead"));
    notices.truncate(MAX_NOTICES);
    Ok(ReceiversShown {
        receivers: control.receivers(caller).await?,
        notices,
        domains: domains_where(control, caller, Action::EditReceiver).await?,
    })
}

pub(super) async fn objectives(control: &Control, caller: &Caller) -> Result<ObjectivesShown, Problem> {
    let objectives = control.objectives(caller).await?.into_iter().map(|of| {
        let burn = of.budget.filter(|budget| budget.outcomes.total > 0).map(|budget| budget.outcomes.burn_rate(of.objective.target));
        (of, burn)
    });
    let domains = domains_where(control, caller, Action::EditAlert).await?;
    Ok(ObjectivesShown {
        objectives: objectives.collect(),
        risks: control.risks(caller).await?,
        objects: choices::objects(control, caller, &domains, &[SubjectKind::Api, SubjectKind::Dataset]).await?,
        receivers: choices::receivers(control, caller, &domains).await?,
        domains,
    })
}
