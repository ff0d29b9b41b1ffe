//! Asking for a build, and going back to a kept version: the same switch, at once.

use model::audit::AuditAction;
use model::dataset::DataVersionState;
use model::job::{Cause, RunState};
use model::snapshot::Environment;
use model::{Action, ErrorCode, Problem};
use store::{DataVersionRow, DatasetRow, NewRun, RunRow, StoreError, Tx};

use crate::{Caller, Control};

impl Control {
    /// Asks for a new dataset version; a worker takes it. Gives its number. A run that waits for its next try begins it now.
    ///
    /// # Errors
    /// Where one is being built already.
    pub async fn build_dataset(&self, caller: &Caller, domain: &str, name: &str, environment: Environment) -> Result<i64, Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let job = self.job_of(&dataset).await?;
        let mut tx = self.write(caller).await?;
        let number = match self.open_run(&job).await? {
            None => {
                let version = DataVersionRow::to_build(self.host.id(), &dataset, environment.key(), caller.email(), tx.at());
                let source = dataset.definition()?.source;
                let tier = job.definition(&dataset)?.tier;
                let new = NewRun { id: self.host.id(), job_id: &job.id, cause: Cause::Asked, source: &source, tier };
                tx.ask_run(new, &version).await?
            }
            Some(run) => self.try_now(&mut tx, &run, environment).await?,
        };
        let after = format!("version {number} in {}", environment.key());
        self.note(&mut tx, AuditAction::DatasetBuildAsked, (domain, &format!("{domain}/{name}")), None, Some(after)).await?;
        self.commit(tx).await?;
        Ok(number)
    }

    async fn try_now(&self, tx: &mut Tx, run: &RunRow, environment: Environment) -> Result<i64, Problem> {
        let going = || Problem::new(ErrorCode::Conflict, "A build of this dataset is running. Wait until it has finished.");
        let version = self.store.data_version(&run.version_id).await?.ok_or_else(going)?;
        if run.state != RunState::Waiting.key() || run.attempt == 1 || version.environment != environment.key() {
            return Err(going());
        }
        let now = RunRow { due_at: tx.at(), ..run.clone() };
        tx.move_run(run, &now).await.map_err(|error| match error {
            StoreError::Stale => going(),
            other => Problem::from(other),
        })?;
        Ok(version.number)
    }

    /// Makes a kept dataset version live again, or one that waits for an owner's yes, at once.
    ///
    /// # Errors
    /// For owners; where the version is neither any more.
    pub async fn switch_dataset(&self, caller: &Caller, domain: &str, name: &str, number: i64) -> Result<(), Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::Rollback, domain)?;
        let versions = self.store.data_versions_of(&dataset.id).await?;
        let wanted = versions.iter().find(|version| version.number == number);
        let wanted = wanted.ok_or_else(|| Problem::not_found(format!("dataset version {number}")))?;
        let waits = wanted.state == DataVersionState::Checked.key();
        if !waits && wanted.state != DataVersionState::Kept.key() {
            return Err(Problem::new(
                ErrorCode::Conflict,
                format!("Dataset version {number} is {} and cannot be made live.", wanted.state),
            ));
        }
        let live =
            versions.iter().find(|version| version.state == DataVersionState::Live.key() && version.environment == wanted.environment);
        let mut tx = self.write(caller).await?;
        let stale = |error: StoreError| match error {
            StoreError::Stale => Problem::new(ErrorCode::Conflict, "The live version has changed in the meantime. Load the page again."),
            other => Problem::from(other),
        };
        for (row, to) in live.map(|row| (row, DataVersionState::Kept)).into_iter().chain([(wanted, DataVersionState::Live)]) {
            let moved = DataVersionRow { state: to.key().into(), ..row.clone() };
            tx.move_data_version(&moved, &row.state).await.map_err(stale)?;
        }
        if waits {
            self.let_follow(&mut tx, &dataset, &wanted.environment).await?;
        }
        let before = live.map(|row| format!("version {}", row.number));
        let subject = format!("{domain}/{name}");
        let action = if waits { AuditAction::DatasetLetThrough } else { AuditAction::DatasetRolledBack };
        self.note(&mut tx, action, (domain, &subject), before, Some(format!("version {number}"))).await?;
        self.commit(tx).await
    }

    /// What is made after this dataset is due once it is live again.
    async fn let_follow(&self, tx: &mut Tx, dataset: &DatasetRow, environment: &str) -> Result<(), Problem> {
        for job in self.store.jobs_in(&dataset.domain).await? {
            let spec = match self.store.job_definition(&job).await {
                Ok(spec) => spec,
                // Another dataset's job: what its owner has to mend does not keep this version from going live.
                Err(error @ StoreError::Unreadable { .. }) => {
                    tracing::error!(cause = %error, "a job is not scheduled");
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if spec.follows(&dataset.name, environment) {
                tx.make_due(&job.id, tx.at()).await?;
            }
        }
        Ok(())
    }
}
