//! What stands in a row and cannot be read keeps back what it is about, and nothing else: it is said in the log, not each second.

use model::job::JobSpec;
use store::{JobRow, RunRow, StoreError};

use crate::Worker;
use crate::failed::Failed;

impl Worker {
    /// What was read; nothing where the row cannot be.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(crate) fn if_readable<T>(&self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(StoreError::Unreadable { what, cause }) => {
                self.said.now_and_then(what, |what| {
                    tracing::error!(%cause, "the stored definition of {what} cannot be read: it is not changed");
                });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The definition of a job, where it can be read.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(crate) async fn job_if_readable(&self, job: &JobRow) -> Result<Option<JobSpec>, StoreError> {
        self.if_readable(self.store.job_definition(job).await)
    }

    /// The definition of a run's job, or why the run fails: with limits that cannot be read, it must not go on without any.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(crate) async fn job_of_run(&self, run: &RunRow) -> Result<Result<JobSpec, Failed>, StoreError> {
        let job = match self.store.job(&run.job_id).await? {
            None => Ok(JobSpec::default()),
            Some(job) => self.store.job_definition(&job).await,
        };
        let read = match job {
            Ok(job) => self.store.load_limits(&run.source).await.map(|_| job),
            Err(error) => Err(error),
        };
        match read {
            Ok(job) => Ok(Ok(job)),
            Err(error) if error.unreadable().is_some() => Ok(Err(Failed::from(error))),
            Err(error) => Err(error),
        }
    }
}
