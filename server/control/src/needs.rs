//! What needs somebody: what is wrong with that which is live, and what waits for this person.

use std::collections::HashSet;

use model::alert::{Phase, Selector, read_series};
use model::clock::{DAY, Millis};
use model::view::{ApiSummary, LapseKind, Need, NeedKind, RequestState, RequestView};
use model::{Action, Problem};
use store::AlertStateRow;

use crate::apis::Inventory;
use crate::{Caller, Control};

/// A rejection is told for so long, or until something is sent again.
const REJECTED: Millis = 30 * DAY;

impl Control {
    /// What needs the caller, the worst first. Nothing of it asks a source.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn needs(&self, caller: &Caller) -> Result<Vec<Need>, Problem> {
        let inventory = self.inventory().await?;
        let apis = self.summaries(caller, &inventory)?;
        let mut needs: Vec<Need> = apis.iter().filter_map(|api| of_api(api, self.host.now())).collect();
        needs.extend(self.figures_need(caller));
        needs.extend(self.alert_needs(caller).await?);
        needs.extend(self.sources(caller).await?.into_iter().filter_map(|source| {
            let away = source.away?;
            Some(Need::new(NeedKind::SourceAway, source.name, away.reason).at(away.at))
        }));
        needs.extend(self.dataset_needs(caller, &inventory).await?);
        needs.extend(of_requests(&self.requests(caller).await?, self.host.now()));
        needs.extend(self.draft_needs(caller, &inventory).await?);
        needs.sort_by_key(|need| need.kind);
        Ok(needs)
    }

    /// What fires in the caller's domains.
    async fn alert_needs(&self, caller: &Caller) -> Result<Vec<Need>, Problem> {
        let mut firing = self.store.firing_alerts().await?;
        firing.retain(|row| caller.can(Action::See, &row.domain));
        Ok(firing.iter().map(of_alert).collect())
    }

    /// That this node cannot write its figures.
    fn figures_need(&self, caller: &Caller) -> Option<Need> {
        let alert = self.figures_alert(caller).filter(|alert| alert.phase == Phase::Firing)?;
        Some(Need::new(NeedKind::FiguresUnwritten, self.ports.own_figures.node(), "").at(alert.since))
    }

    async fn dataset_needs(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<Need>, Problem> {
        let mut needs = Vec::new();
        for (row, view) in self.each_dataset(caller, inventory).await? {
            match view {
                // A version waits for those who may let it go live.
                Ok(view) => {
                    let may = caller.can(Action::Rollback, &row.domain);
                    needs.extend(view.needs().into_iter().filter(|need| may || need.kind != NeedKind::DatasetWaits));
                }
                Err(problem) => {
                    needs.push(Need::new(NeedKind::DatasetUnreadable, format!("{}/{}", row.domain, row.name), problem.detail));
                }
            }
        }
        Ok(needs)
    }

    /// The drafts that the caller has written in: those of others are theirs to go on with.
    async fn draft_needs(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<Need>, Problem> {
        let mut needs = Vec::new();
        for draft in &inventory.drafts {
            let Some(api) = inventory.api(&draft.api_id).filter(|api| caller.can(Action::EditApi, &api.domain)) else { continue };
            let editors = self.store.draft_editors(&api.id).await?;
            if editors.contains(&caller.user_id) || draft.updated_by == caller.email() {
                needs.push(Need::new(NeedKind::Draft, format!("{}/{}", api.domain, api.name), "").at(draft.updated_at));
            }
        }
        Ok(needs)
    }
}

/// An alert that fires, also where its state cannot be read: that it fires is known.
fn of_alert(row: &AlertStateRow) -> Need {
    let object = read_series(&row.series).0.map_or_else(|| row.series.clone(), |subject| Selector::one(&subject).words(&row.domain));
    let by = row.ack_by.as_ref().map_or_else(String::new, |by| format!(" Acknowledged by {by}."));
    let need = Need::new(NeedKind::AlertFires, format!("{}/{}", row.domain, row.name), format!("For {object}.{by}"));
    Need { at: row.decoded().ok().map(|state| state.since), ..need }
}

/// What is wrong with an API that is live.
fn of_api(api: &ApiSummary, now: Millis) -> Option<Need> {
    if let Some(reason) = &api.broken {
        return Some(Need::new(NeedKind::ApiBroken, api.path(), reason.clone()));
    }
    let lapse = api.lapse?;
    let kind = match lapse.kind {
        LapseKind::Failed => NeedKind::ApiFails,
        LapseKind::Degraded => NeedKind::ApiDegraded,
    };
    Some(Need::new(kind, api.path(), lapse.words()).at(now - lapse.ago))
}

/// Requests that wait for this person, and those of this person that were rejected; the newest of each object counts.
fn of_requests(requests: &[RequestView], now: Millis) -> Vec<Need> {
    let mut seen: HashSet<[&str; 4]> = HashSet::new();
    let mut needs = Vec::new();
    for request in requests {
        let is_newest = seen.insert([request.kind.key(), request.environment.key(), &request.domain, &request.name]);
        let need = |kind, detail: &str, at| Need { request: Some(request.clone()), ..Need::new(kind, request.subject(), detail).at(at) };
        let decided_at = request.decided_at.unwrap_or(request.created_at);
        match request.state {
            RequestState::Open if request.may_decide => needs.push(need(NeedKind::Decide, &request.reason, request.created_at)),
            RequestState::Rejected if request.mine && is_newest && now - decided_at <= REJECTED => {
                needs.push(need(NeedKind::Rejected, request.decision.as_deref().unwrap_or_default(), decided_at));
            }
            _ => {}
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use model::alert::AlertState;
    use model::snapshot::Environment;
    use model::view::RequestKind;

    use super::*;

    fn request(id: &str, state: RequestState, created_at: Millis) -> RequestView {
        RequestView {
            id: id.into(),
            kind: RequestKind::Version,
            domain: "travel".into(),
            name: "plane".into(),
            version: 1,
            environment: Environment::Prod,
            state,
            author: "builder@demo".into(),
            reason: String::new(),
            created_at,
            decided_by: None,
            decision: Some("Give it a title.".into()),
            decided_at: Some(created_at),
            may_decide: false,
            mine: true,
        }
    }

    #[test]
    fn an_alert_is_told_with_its_object_and_who_looks_after_it_even_where_its_state_cannot_be_read() {
        let row = AlertStateRow {
            definition_id: "d".into(),
            series: "api:prod:travel/plane#1h".into(),
            alert_id: "a".into(),
            domain: "travel".into(),
            name: "errors".into(),
            phase: String::new(),
            state: String::new(),
            ack_by: None,
            ack_at: None,
            ack_note: None,
        };
        let row = row.with(&AlertState { phase: Phase::Firing, since: 7, ..AlertState::default() }).unwrap();
        let need = of_alert(&row);
        assert_eq!((need.subject.as_str(), need.detail.as_str(), need.at), ("travel/errors", "For API travel/plane in prod.", Some(7)));
        let taken = AlertStateRow { state: "{".into(), ack_by: Some("ann@demo".into()), ..row };
        let need = of_alert(&taken);
        assert_eq!((need.detail.as_str(), need.at), ("For API travel/plane in prod. Acknowledged by ann@demo.", None));
    }

    #[test]
    fn a_rejection_is_told_until_something_is_sent_again() {
        let rejected = request("1", RequestState::Rejected, 1_000);
        let found = of_requests(std::slice::from_ref(&rejected), 2_000);
        assert_eq!(
            found.iter().map(|need| (need.kind, need.detail.as_str())).collect::<Vec<_>>(),
            [(NeedKind::Rejected, "Give it a title.")]
        );
        // The newest comes first.
        assert!(of_requests(&[request("2", RequestState::Open, 1_500), rejected.clone()], 2_000).is_empty());
        let for_test = RequestView { environment: Environment::Test, ..request("3", RequestState::Open, 1_600) };
        assert_eq!(of_requests(&[for_test, rejected.clone()], 2_000).len(), 1, "what is sent for test says nothing of prod");
        assert!(of_requests(&[rejected], 1_001 + REJECTED).is_empty(), "not for ever");
    }
}
