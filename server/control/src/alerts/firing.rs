//! Alerts that fire, who looks after them, and their history.

use model::alert::Acknowledgement;
use model::audit::AuditAction;
use model::view::{AlertEventView, AlertView};
use model::{Action, ErrorCode, Problem};
use store::{AlertEventRow, StoreError};

use crate::{Caller, Control};

const MAX_NOTE: usize = 500;
/// Lines of history that are given.
const EVENTS: i64 = 500;

impl Control {
    /// The alerts of the caller's domains that are pending, fire, or were resolved not long ago; for admins, also what this node says of
    /// its own figures.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn alerts(&self, caller: &Caller) -> Result<Vec<AlertView>, Problem> {
        let all = self.store.alert_states().await?;
        let mut views: Vec<AlertView> = self.figures_alert(caller).into_iter().collect();
        for row in all.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            let state = row.decoded()?;
            views.push(AlertView {
                id: row.alert_id,
                domain: row.domain,
                name: row.name,
                series: row.series,
                phase: state.phase,
                since: state.since,
                value: state.value,
                acknowledged: state.acknowledged,
                is_told: state.notified_at.is_some(),
            });
        }
        Ok(views)
    }

    /// Says that the caller looks after a firing alert: it is not repeated to its receivers.
    ///
    /// # Errors
    /// Where the domain has no such alert, it does not fire, or somebody was first.
    pub async fn acknowledge_alert(&self, caller: &Caller, domain: &str, id: &str, note: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        if note.len() > MAX_NOTE {
            return Err(Problem::field("note", format!("At most {MAX_NOTE} characters.")));
        }
        let row = self.store.alert_state(id).await?.filter(|row| row.domain == domain);
        let row = row.ok_or_else(|| Problem::not_found("alert"))?;
        let now = self.host.now();
        let by = Acknowledgement { by: caller.email().into(), at: now, note: note.trim().replace('\0', "") };
        let event = AlertEventRow {
            id: self.host.id(),
            alert_id: row.alert_id,
            domain: row.domain,
            name: row.name,
            series: row.series,
            kind: "acknowledged".into(),
            at_ms: now,
            value: None,
            by_whom: Some(by.by.clone()),
        };
        let mut tx = self.write(caller).await?;
        tx.acknowledge_alert(id, &by, &event).await.map_err(|error| match error {
            StoreError::Stale => {
                let detail = "The alert does not fire any more, or someone has acknowledged it already. Load the list again.";
                Problem::new(ErrorCode::Conflict, detail)
            }
            other => Problem::from(other),
        })?;
        let subject = format!("{domain}/{}", event.name);
        self.note(&mut tx, AuditAction::AlertAcknowledged, (domain, &subject), None, Some(event.series)).await?;
        self.commit(tx).await
    }

    /// The history of a domain, newest first.
    ///
    /// # Errors
    /// For those who may not see the domain.
    pub async fn alert_history(&self, caller: &Caller, domain: &str) -> Result<Vec<AlertEventView>, Problem> {
        caller.authorise(Action::See, domain)?;
        let rows = self.store.alert_events(domain, EVENTS).await?;
        let view = |row: AlertEventRow| AlertEventView {
            alert_id: row.alert_id,
            name: row.name,
            series: row.series,
            kind: row.kind,
            at: row.at_ms,
            value: row.value.and_then(|text| text.parse().ok()),
            by: row.by_whom,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}
