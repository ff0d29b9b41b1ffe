//! Columns that may be others under a new name: a person says so.

use model::audit::AuditAction;
use model::{Action, ErrorCode, Problem};
use store::StoreError;

use super::inputs::ColumnRenameInput;
use crate::{Caller, Control};

impl Control {
    /// Says whether a column that vanished is the one that appeared. Where it is, it goes on under the new name with its tags, its
    /// description and its history.
    ///
    /// # Errors
    /// Where there is no such question, somebody has decided already, or one of the columns has changed since.
    pub async fn decide_column_rename(&self, caller: &Caller, input: &ColumnRenameInput) -> Result<(), Problem> {
        if !caller.can_anywhere(Action::EditCatalogue) {
            return Err(Problem::new(ErrorCode::Forbidden, "You may not decide on columns. Ask a builder or an owner of your domain."));
        }
        let missing = || Problem::not_found("question about this column");
        let rename = self.store.column_rename(&input.id).await?.ok_or_else(missing)?;
        let before = self.store.asset_by_id(&rename.before_id).await?.filter(|row| caller.can(Action::See, &row.domain));
        let before = before.ok_or_else(missing)?;
        caller.authorise(Action::EditCatalogue, &before.domain)?;
        let after = self.store.asset_by_id(&rename.after_id).await?.ok_or_else(missing)?;
        let mut tx = self.write(caller).await?;
        let done = if input.accept { tx.accept_column_rename(&rename).await } else { tx.refuse_column_rename(&rename.id).await };
        done.map_err(|error| match error {
            StoreError::Stale => {
                Problem::new(ErrorCode::Conflict, "Somebody has decided already, or the table was scanned again. Load it again.")
            }
            other => Problem::from(other),
        })?;
        let said = if input.accept { "is" } else { "is not" };
        let note = Some(format!("{said} {}", after.path));
        self.note(&mut tx, AuditAction::ColumnRenameDecided, (&before.domain, &before.path), None, note).await?;
        self.commit(tx).await
    }
}
