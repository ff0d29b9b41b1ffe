//! Searches that people save under names of their own. Nobody else sees them.

use model::audit::AuditAction;
use model::catalogue::label_error;
use model::view::{AssetQuery, SavedView};
use model::{Problem, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{SavedViewRow, StoreError};

use super::search::bounded;
use crate::failure::from_json;
use crate::{Caller, Control};

/// The longest name, in characters, and the most views of a person.
const MAX_NAME: usize = 63;
const MAX_VIEWS: usize = 100;

/// A search to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedViewInput {
    pub name: String,
    pub query: AssetQuery,
}

impl Control {
    /// The caller's own views, by their names.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn saved_views(&self, caller: &Caller) -> Result<Vec<SavedView>, Problem> {
        let rows = self.store.saved_views(&caller.user_id).await?;
        rows.into_iter().map(|row| Ok(SavedView { query: row.decoded()?, id: row.id, name: row.name })).collect()
    }

    /// Saves a search under a name; gives its id.
    ///
    /// # Errors
    /// A name that is empty, too long or taken; more views than a person may have.
    pub async fn save_view(&self, caller: &Caller, name: &str, query: &AssetQuery) -> Result<String, Problem> {
        caller.require_scope(Scope::Write)?;
        let name = name.trim();
        if let Some(wrong) = label_error(name, MAX_NAME) {
            return Err(Problem::field("name", wrong));
        }
        if self.store.saved_views(&caller.user_id).await?.len() >= MAX_VIEWS {
            return Err(Problem::field("name", format!("You have {MAX_VIEWS} saved views. Delete one first.")));
        }
        // The page is no part of what is searched for.
        let query = AssetQuery { page: 0, ..bounded(query) };
        let row = SavedViewRow {
            id: self.host.id(),
            user_id: caller.user_id.clone(),
            name: name.to_owned(),
            query: serde_json::to_string(&query).map_err(|error| from_json(&error))?,
            created_at: self.host.now(),
        };
        let mut tx = self.write(caller).await?;
        tx.insert_saved_view(&row).await.map_err(|error| match error {
            StoreError::Taken => Problem::field("name", "You have a view with this name. Choose another name."),
            other => other.into(),
        })?;
        self.note(&mut tx, AuditAction::ViewSaved, ("", caller.email()), None, Some(row.name)).await?;
        self.commit(tx).await?;
        Ok(row.id)
    }

    /// Deletes one of the caller's own views.
    ///
    /// # Errors
    /// Where there is no such view of theirs.
    pub async fn delete_view(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        caller.require_scope(Scope::Write)?;
        let mut tx = self.write(caller).await?;
        tx.delete_saved_view(&caller.user_id, id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found("saved view"),
            other => other.into(),
        })?;
        self.note(&mut tx, AuditAction::ViewDeleted, ("", caller.email()), Some(id.to_owned()), None).await?;
        self.commit(tx).await
    }
}
