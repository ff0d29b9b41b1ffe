//! Limits of compartments: a domain's part of the gateway for each priority.

use model::audit::AuditAction;
use model::limit::Rate;
use model::snapshot::{Priority, SnapshotCompartment};
use model::view::CompartmentView;
use model::{Action, Problem};
use store::CompartmentRow;

use super::rate_of;
use crate::{Caller, Control};

impl Control {
    /// The compartments of the caller's domains, those without a limit too.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn compartments(&self, caller: &Caller) -> Result<Vec<CompartmentView>, Problem> {
        let rows = self.store.compartments().await?;
        let domains = self.domains(caller).await?;
        let of = |domain: &str, priority: Priority| {
            let row = rows.iter().find(|row| row.domain == domain && row.priority == priority.key())?;
            rate_of(Some(row.per_second), Some(row.burst))
        };
        let views = domains.iter().flat_map(|domain| Priority::ALL.map(|priority| (domain.name.clone(), priority)));
        Ok(views.map(|(domain, priority)| CompartmentView { limit: of(&domain, priority), domain, priority }).collect())
    }

    /// Sets or lifts the limit of a compartment; takes effect at once.
    ///
    /// # Errors
    /// For the domain's owners; a limit out of bounds.
    pub async fn set_compartment(&self, caller: &Caller, domain: &str, priority: Priority, limit: Option<Rate>) -> Result<(), Problem> {
        caller.authorise(Action::Switch, domain)?;
        if let Some(errors) = limit.map(|limit| limit.errors("limit")).filter(|errors| !errors.is_empty()) {
            return Err(Problem::fields(errors));
        }
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::not_found(format!("domain {domain}")))?;
        let mut tx = self.write(caller).await?;
        let written = match limit {
            Some(rate) => {
                let row = CompartmentRow {
                    domain: domain.into(),
                    priority: priority.key().into(),
                    per_second: rate.per_second.into(),
                    burst: rate.burst.into(),
                };
                tx.put_compartment(&row).await
            }
            None => tx.delete_compartment(domain, priority.key()).await,
        };
        written?;
        let after = limit.map(|rate| format!("{}: {} requests/s, burst {}", priority.key(), rate.per_second, rate.burst));
        self.note(
            &mut tx,
            AuditAction::CompartmentLimited,
            (domain, domain),
            None,
            after.or(Some(format!("{}: no limit", priority.key()))),
        )
        .await?;
        self.commit(tx).await
    }

    pub(crate) async fn snapshot_compartments(&self) -> Result<Vec<SnapshotCompartment>, Problem> {
        let rows = self.store.compartments().await?;
        let mut compartments = Vec::with_capacity(rows.len());
        for row in rows {
            // A limit that cannot be placed must not be taken for none.
            let priority = row.decoded_priority()?;
            if let Some(limit) = rate_of(Some(row.per_second), Some(row.burst)) {
                compartments.push(SnapshotCompartment { domain: row.domain, priority, limit });
            }
        }
        Ok(compartments)
    }
}
