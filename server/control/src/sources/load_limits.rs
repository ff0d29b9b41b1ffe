//! The load limits of a source for all runs together, set by its owner.

use connect::{Purpose, Statement, guard};
use futures::TryStreamExt;
use model::audit::AuditAction;
use model::load_limits::SourceLoad;
use model::schedule::minute_of_day;
use model::snapshot::Environment;
use model::{Action, Field, FieldError, Problem};
use store::{SourceRow, Tx};

use super::Resolved;
use crate::failure::from_json;
use crate::{Caller, Control};

/// The longest that a load question may take here.
const LOAD_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

impl Control {
    /// Sets the load limits of a source. Runs that are under way see it within a second.
    ///
    /// # Errors
    /// A zone that is not there, a load question that gives no number.
    pub async fn set_source_load(&self, caller: &Caller, source: &str, load: &SourceLoad) -> Result<(), Problem> {
        let row = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditSource, &row.domain)?;
        let mut errors = load_errors(load);
        if errors.is_empty() && !load.load_query.trim().is_empty() {
            let resolved = self.resolve_source(source, Environment::Prod).await?;
            errors.extend(load_query_error(&resolved, &load.load_query).await);
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let text = serde_json::to_string(load).map_err(|error| from_json(&error))?;
        let mut tx = self.write(caller).await?;
        self.put_load(&mut tx, &row, text).await?;
        self.commit(tx).await
    }

    /// The same within a larger change, of a source that may be as new as that.
    pub(crate) async fn put_load(&self, tx: &mut Tx, row: &SourceRow, text: String) -> Result<(), Problem> {
        // What stands there and cannot be read is not written over.
        self.store.load_limits(&row.name).await?;
        let before = self.store.source_load(&row.name).await?;
        tx.set_source_load(&row.id, &text).await?;
        self.note(tx, AuditAction::JobLoad, (&row.domain, &row.name), before, Some(text)).await
    }
}

/// What can be known to be wrong without asking the source.
pub(crate) fn load_errors(load: &SourceLoad) -> Vec<FieldError> {
    let mut errors = load.errors();
    if minute_of_day(&load.zone, 0).is_none() {
        errors.push(FieldError::new("zone", "Unknown time zone. Enter a name such as Europe/Zurich or UTC."));
    }
    errors
}

/// Guarded and asked once, as every statement that a person writes.
pub(crate) async fn load_query_error(resolved: &Resolved, sql: &str) -> Option<FieldError> {
    let wrong = |message: String| Some(FieldError::new("load_query", message));
    let sql = match guard::check(sql, resolved.dialect) {
        Ok(passed) => passed.sql,
        Err(refusal) => return wrong(refusal.to_string()),
    };
    let column = match resolved.connection.describe(&sql, &[]).await {
        Ok(columns) => columns.into_iter().next(),
        Err(error) => return wrong(error.sentence),
    };
    let Some(column) = column.filter(|column| column.data_type.is_number()) else {
        return wrong("The load query must return one number, in one row and one column.".into());
    };
    let field = Field::plain(column.name, column.data_type);
    let statement =
        Statement { sql, binds: Vec::new(), fields: vec![field], timeout: LOAD_TIMEOUT, max_rows: 1, purpose: Purpose::Response };
    let asked = async { resolved.connection.query(statement).await?.try_next().await };
    match asked.await {
        Ok(Some(batch)) if batch.num_rows() == 1 => None,
        Ok(_) => wrong("The load query returned no row.".into()),
        Err(error) => wrong(error.sentence),
    }
}
