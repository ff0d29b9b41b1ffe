//! Asking for a build, and going back to a kept version: the same switch, at once.

use model::dataset::{BuildFigures, DataVersionState};
use model::snapshot::Environment;
use model::{Action, ErrorCode, Problem};
use store::{DataVersionRow, StoreError};

use crate::failure::{from_json, from_store};
use crate::{Caller, Control};

impl Control {
    /// Asks for a new data version; a worker takes it. Gives its number.
    ///
    /// # Errors
    /// Where one is being built already.
    pub async fn build_dataset(&self, caller: &Caller, domain: &str, name: &str, environment: Environment) -> Result<i64, Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let mut tx = self.write(caller).await?;
        let versions = self.store.data_versions_of(&dataset.id).await.map_err(|error| from_store(&error))?;
        if versions.iter().any(|version| version.state == DataVersionState::Building.key()) {
            return Err(Problem::new(ErrorCode::Conflict, "A build of this dataset is under way. Wait until it has ended."));
        }
        let number = tx.next_data_version(&dataset.id).await.map_err(|error| from_store(&error))?;
        let row = DataVersionRow {
            id: self.host.id(),
            dataset_id: dataset.id,
            environment: environment.key().into(),
            number,
            state: DataVersionState::Building.key().into(),
            spec: dataset.spec,
            figures: serde_json::to_string(&BuildFigures::default()).map_err(|error| from_json(&error))?,
            reason: String::new(),
            asked_by: caller.email().into(),
            asked_at: tx.at(),
            finished_at: None,
            worker: None,
            beat_at: None,
            revision: tx.revision(),
        };
        tx.insert_data_version(&row).await.map_err(|error| from_store(&error))?;
        let after = format!("version {number} in {}", environment.key());
        self.note(&mut tx, "dataset.build-asked", (domain, &format!("{domain}/{name}")), None, Some(after)).await?;
        self.commit(tx).await?;
        Ok(number)
    }

    /// Makes a kept data version live again, or one that waits for an owner's yes, at once.
    ///
    /// # Errors
    /// For owners; where the version is neither any more.
    pub async fn switch_dataset(&self, caller: &Caller, domain: &str, name: &str, number: i64) -> Result<(), Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::Rollback, domain)?;
        let versions = self.store.data_versions_of(&dataset.id).await.map_err(|error| from_store(&error))?;
        let wanted = versions.iter().find(|version| version.number == number);
        let wanted = wanted.ok_or_else(|| Problem::not_found(format!("data version {number}")))?;
        let waits = wanted.state == DataVersionState::Checked.key();
        if !waits && wanted.state != DataVersionState::Kept.key() {
            return Err(Problem::new(
                ErrorCode::Conflict,
                format!("Data version {number} is {}, so one cannot switch to it.", wanted.state),
            ));
        }
        let live =
            versions.iter().find(|version| version.state == DataVersionState::Live.key() && version.environment == wanted.environment);
        let mut tx = self.write(caller).await?;
        let stale = |error: StoreError| match error {
            StoreError::Stale => Problem::new(ErrorCode::Conflict, "It was switched in the meantime. Load the page again."),
            other => from_store(&other),
        };
        for (row, to) in live.map(|row| (row, DataVersionState::Kept)).into_iter().chain([(wanted, DataVersionState::Live)]) {
            let moved = DataVersionRow { state: to.key().into(), ..row.clone() };
            tx.move_data_version(&moved, &row.state).await.map_err(stale)?;
        }
        let before = live.map(|row| format!("version {}", row.number));
        let subject = format!("{domain}/{name}");
        let action = if waits { "dataset.let-through" } else { "dataset.rolled-back" };
        self.note(&mut tx, action, (domain, &subject), before, Some(format!("version {number}"))).await?;
        self.commit(tx).await
    }
}
