//! What fires on a thing, on the page of that thing: with a button that silences it for an hour, and the way to its rule.

use leptos::prelude::*;
use model::snapshot::Environment;

use super::api::{NewSilence, firing_alerts};
use super::shown::AlertLine;
use crate::ui::{ActionForm, FormAction, FormProblem, FormToken, Icon, Loaded, Time, confirms, done, loaded};
use crate::words::words;

/// More than these are only counted.
const SHOWN: usize = 3;

/// Made with the page, since its resource must be made in the same order on the server and in the browser; shown wherever it should stand.
#[derive(Clone, Copy)]
pub(crate) struct FiringNow {
    firing: Loaded<Vec<AlertLine>>,
    silence: FormAction<NewSilence>,
}

impl FiringNow {
    /// Of a domain and the path of an API; both empty for all that the reader sees.
    pub(crate) fn on(at: impl Fn() -> (String, String) + Send + Sync + 'static) -> Self {
        let silence = FormAction::<NewSilence>::new();
        let silenced = done(silence);
        confirms(silenced, words().alerts.was_silenced);
        let firing = loaded(move || (at(), silenced.get()), |((domain, path), _)| firing_alerts(domain, path));
        Self { firing, silence }
    }

    pub(crate) fn shown(self) -> AnyView {
        let Self { firing, silence } = self;
        view! {
            <FormProblem action=silence/>
            <Suspense>{move || Suspend::new(async move { firing.await.ok().map(|alerts| callouts(alerts, silence)) })}</Suspense>
        }
        .into_any()
    }
}

fn callouts(alerts: Vec<AlertLine>, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let more = alerts.len().saturating_sub(SHOWN);
    let shown = alerts.into_iter().take(SHOWN).map(|alert| callout(alert, silence)).collect_view();
    let more = (more > 0).then(|| view! { <p class="s13 mb-4"><a href="/monitoring/alerts">{(say.more)(more)}</a></p> });
    view! { {shown}{more} }.into_any()
}

fn callout(alert: AlertLine, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let title = (say.fires_on)(&alert.name, &alert.object);
    let detail = if alert.value.is_empty() { alert.condition.clone() } else { (say.value_of)(&alert.condition, &alert.value) };
    let way = if alert.domain.is_empty() { say.view_node } else { say.view_rule };
    let button = (alert.may_edit && alert.silenced_until.is_none()).then(|| silence_button(&alert, silence));
    view! {
        <div class="callout callout-bad mt-4 mb-4" role="status">
            <Icon name="bell"/>
            <p><b>{title}</b>" "{detail}" "{say.since_then}<Time at=alert.since/>
                {alert.silenced_until.map(|at| view! { " "{say.silenced_until}<Time at exact=true/> })}
            </p>
            <span class="end row">{button}<a class="btn btn-sm" href=alert.link>{way}</a></span>
        </div>
    }
    .into_any()
}

/// Silences one object of one rule for an hour.
pub(super) fn silence_button(alert: &AlertLine, silence: FormAction<NewSilence>) -> AnyView {
    let say = &words().alerts;
    let Some(subject) = alert.subject.clone().filter(|_| alert.silenced_until.is_none()) else { return ().into_any() };
    let environment = subject.environment.map_or("", Environment::key);
    let (domain, rule) = (alert.domain.clone(), alert.name.clone());
    view! {
        <ActionForm action=silence><FormToken/>
            <input type="hidden" name="domain" value=domain/>
            <input type="hidden" name="rule" value=rule/>
            <input type="hidden" name="kind" value=subject.kind.key()/>
            <input type="hidden" name="environment" value=environment/>
            <input type="hidden" name="path" value=subject.path/>
            <input type="hidden" name="hours" value="1"/>
            <input type="hidden" name="reason" value=say.quick_reason/>
            <button class="btn btn-sm" type="submit">{say.silence_hour}</button>
        </ActionForm>
    }
    .into_any()
}
