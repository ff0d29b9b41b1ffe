//! Rows of a followed table that somebody wants read again: what was mended there without its cursor, what a rule had rejected.

use model::audit::AuditAction;
use model::dataset::{DataVersionState, DatasetSpec};
use model::incremental::{Backfill, Incremental};
use model::{Action, DataType, ErrorCode, Problem};
use store::{DataVersionRow, StoreError};

use crate::{Caller, Control};

impl Control {
    /// Has rows of a range of the cursor read again by whoever follows the live version; those that are as they were change nothing.
    ///
    /// # Errors
    /// Where nothing follows the table by a cursor, or a bound is no value of it.
    pub async fn backfill(&self, caller: &Caller, domain: &str, name: &str, number: i64, wanted: &Backfill) -> Result<(), Problem> {
        let (dataset, version) = self.own_version(caller, domain, name, number).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let spec: DatasetSpec = dataset.definition()?;
        let cursor = self.cursor_of(&spec, &version).await?.ok_or_else(not_synced)?;
        let errors = wanted.errors(cursor);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let mut tx = self.write(caller).await?;
        if wanted.is_all() {
            // What of it was rejected is tried again by that.
            tx.try_rejected_rows_again(&version.id).await?;
        }
        tx.set_backfill(&version.id, &wanted.wish(&self.host.id())).await.map_err(|error| match error {
            StoreError::Stale => not_synced(),
            other => Problem::from(other),
        })?;
        let end = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        let after = format!("version {number}: from {} to {}", end(&wanted.from, "the first"), end(&wanted.to, "the last"));
        self.note(&mut tx, AuditAction::DatasetReadAgain, (domain, &format!("{domain}/{name}")), None, Some(after)).await?;
        self.commit(tx).await
    }

    /// The type of the cursor that a live version follows its table by, where it does.
    pub(super) async fn cursor_of(&self, spec: &DatasetSpec, version: &DataVersionRow) -> Result<Option<DataType>, Problem> {
        let is_synced = self.store.incremental_sync(&version.id).await?.is_some();
        if !is_synced || version.state != DataVersionState::Live.key() || self.feeds(&spec.source).await? {
            return Ok(None);
        }
        let job = self.store.job_of(&version.dataset_id).await?;
        let incremental = match job {
            Some(job) => self.store.job_definition(&job).await?.incremental,
            None => None,
        };
        let fields = spec.mapping.fields(spec);
        let of = |incremental: Incremental| fields.iter().find(|field| field.name == incremental.cursor).map(|field| field.data_type);
        Ok(incremental.and_then(of))
    }
}

fn not_synced() -> Problem {
    let sentence = "Only a live version with incremental sync by a cursor column reads rows again. Build the dataset again instead.";
    Problem::new(ErrorCode::Conflict, sentence)
}
