//! The switches of one API.

use model::audit::AuditAction;
use model::limit::Rate;
use model::snapshot::{Priority, Switches};
use model::view::SwitchesView;
use model::{Action, Problem};
use store::SwitchesRow;

use crate::{Caller, Control};

impl Control {
    /// The switches of an API, with what this process's gateway has counted of it.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn switches(&self, caller: &Caller, domain: &str, name: &str) -> Result<SwitchesView, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        let row = self.store.switches_of(&api.id).await?;
        Ok(SwitchesView { switches: switches_of(row.as_ref())?, figures: self.ports.figures.of_api(&format!("{domain}/{name}")) })
    }

    /// Sets the limit and the priority of an API; takes effect at once.
    ///
    /// # Errors
    /// For the domain's owners; a limit out of bounds.
    pub async fn set_switches(
        &self,
        caller: &Caller,
        domain: &str,
        name: &str,
        limit: Option<Rate>,
        priority: Priority,
    ) -> Result<(), Problem> {
        self.change_switches(caller, (domain, name), AuditAction::ApiSwitched, limit.map(|limit| limit.errors("limit")), |switches| {
            switches.limit = limit;
            switches.priority = priority;
        })
        .await
    }

    /// Forgets every answer of an API that is kept, in memory and in Redis, on every node.
    ///
    /// # Errors
    /// For the domain's owners.
    pub async fn purge(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        self.change_switches(caller, (domain, name), AuditAction::ApiPurged, None, |switches| switches.cache_epoch += 1).await
    }

    async fn change_switches(
        &self,
        caller: &Caller,
        (domain, name): (&str, &str),
        action: AuditAction,
        errors: Option<Vec<model::FieldError>>,
        change: impl FnOnce(&mut Switches),
    ) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::Switch, domain)?;
        if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
            return Err(Problem::fields(errors));
        }
        let mut tx = self.write(caller).await?;
        // Read behind the transaction's first statement: changes queue, so nothing is lost between.
        let known = self.store.switches_of(&api.id).await?;
        let before = switches_of(known.as_ref())?;
        let mut after = before;
        change(&mut after);
        let row = SwitchesRow {
            api_id: api.id,
            priority: after.priority.key().into(),
            per_second: after.limit.map(|rate| rate.per_second.into()),
            burst: after.limit.map(|rate| rate.burst.into()),
            cache_epoch: after.cache_epoch,
        };
        tx.put_switches(&row).await?;
        let text = |switches: &Switches| serde_json::to_string(switches).ok();
        self.note(&mut tx, action, (domain, &format!("{domain}/{name}")), text(&before), text(&after)).await?;
        self.commit(tx).await
    }
}

/// Without a row, the defaults.
///
/// # Errors
/// A priority that this program does not know.
pub(crate) fn switches_of(row: Option<&SwitchesRow>) -> Result<Switches, Problem> {
    let Some(row) = row else { return Ok(Switches::default()) };
    let priority = row.decoded_priority()?;
    Ok(Switches { priority, limit: rate_of(row.per_second, row.burst), cache_epoch: row.cache_epoch })
}

/// A rate out of its two columns.
pub(crate) fn rate_of(per_second: Option<i64>, burst: Option<i64>) -> Option<Rate> {
    let per_second = u32::try_from(per_second?).ok()?;
    Some(Rate { per_second, burst: burst.and_then(|burst| u32::try_from(burst).ok()).unwrap_or(per_second) })
}
