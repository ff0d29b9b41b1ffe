//! What a dataset that is kept in a table asks of the database that it is written into.

use connect::{Writes, registry, sink};
use model::dataset::DatasetSpec;
use model::job::JobSpec;
use model::{FieldError, Problem};

use crate::Control;
use crate::failure::from_source;
use crate::sources::Resolved;

impl Control {
    /// What is wrong with where a new dataset is to be written.
    pub(super) async fn errors_into(&self, spec: &DatasetSpec, (from, into): (&Resolved, &Resolved)) -> Result<Vec<FieldError>, Problem> {
        let Some(target) = &spec.into else { return Ok(Vec::new()) };
        let of_source = |sentence: String| Ok(vec![FieldError::new("into.source", sentence)]);
        if into.domain != from.domain {
            return of_source(format!(
                "Database {} belongs to domain {}, not to {}. Choose a database of the domain.",
                into.name, into.domain, from.domain
            ));
        }
        let dialect = match sink::open(&self.vault, &into.snapshot) {
            Ok((_, dialect)) => dialect,
            Err(error) => return of_source(error.sentence),
        };
        if let Some(field) = spec.written().find(|field| !sink::takes(dialect, field.data_type)) {
            let sentence = format!(
                "{} cannot store the column {}, which is {}. Remove the column in the mapping.",
                into.name,
                field.column,
                field.data_type.word()
            );
            return of_source(sentence);
        }
        let path = target.table.path();
        if self.is_taken(spec).await? {
            return Ok(vec![FieldError::new(
                "into.name",
                format!("Another dataset is written into {path} of {}. Choose another name.", into.name),
            )]);
        }
        let there = into.connection.table(&target.table).await.map_err(|error| from_source(&into.name, &error))?;
        Ok(there
            .map(|_| FieldError::new("into.name", format!("{} already has an object named {path}. Choose another name.", into.name)))
            .into_iter()
            .collect())
    }

    /// Whether another dataset has the same table.
    async fn is_taken(&self, spec: &DatasetSpec) -> Result<bool, Problem> {
        let rows = self.store.datasets().await?;
        for row in &rows {
            if row.definition()?.into == spec.into {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What a job asks that a database of a kind cannot do.
pub(crate) fn incremental_error(job: &JobSpec, driver: &str) -> Option<FieldError> {
    let sentence =
        "This database has no transactions, so its tables are always rebuilt and have no incremental sync. Set a schedule instead.";
    let only_whole = job.incremental.is_some() && registry::writes(driver) < Writes::Changes;
    only_whole.then(|| FieldError::new("follow", sentence))
}
