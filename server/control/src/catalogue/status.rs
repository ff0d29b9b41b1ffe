//! Certifying and deprecating assets.

use model::audit::AuditAction;
use model::catalogue::{AssetField, AssetPath, AssetStatus, ValueOrigin};
use model::{Action, Problem};
use store::AssetRow;

use super::inputs::AssetStatusInput;
use crate::{Caller, Control};

impl Control {
    /// Certifies an asset, deprecates it in favour of another one, or makes it a draft again. Gives its new edit.
    ///
    /// # Errors
    /// For owners; a successor that is not there, or is the asset itself or deprecated in its favour; an asset that somebody else has
    /// changed since it was seen.
    pub async fn set_asset_status(&self, caller: &Caller, path: &AssetPath, input: &AssetStatusInput) -> Result<i64, Problem> {
        let row = self.visible_asset(caller, path).await?;
        caller.authorise(Action::Certify, &row.domain)?;
        let successor = self.successor(caller, &row, input).await?;
        let mut tx = self.write(caller).await?;
        tx.raise_asset_edit(&row.id, input.edit).await?;
        let by = caller.email();
        tx.put_asset_value(&row.id, (AssetField::Status, ValueOrigin::Person), input.status.key(), by).await?;
        let id = successor.as_ref().map(|row| row.id.as_str()).unwrap_or_default();
        tx.put_asset_value(&row.id, (AssetField::Successor, ValueOrigin::Person), id, by).await?;
        let after = match &successor {
            Some(successor) => format!("{}, use {}", input.status.key(), successor.path),
            None => input.status.key().to_owned(),
        };
        self.note(&mut tx, AuditAction::AssetStatus, (&row.domain, &row.path), None, Some(after)).await?;
        self.commit(tx).await?;
        Ok(input.edit + 1)
    }

    /// The asset to be used in the place of one that is deprecated.
    async fn successor(&self, caller: &Caller, row: &AssetRow, input: &AssetStatusInput) -> Result<Option<AssetRow>, Problem> {
        let Some(path) = &input.successor else { return Ok(None) };
        let wrong = |message: &str| Problem::field("successor", message);
        if input.status != AssetStatus::Deprecated {
            return Err(wrong("Only a deprecated asset has a successor. Leave this empty."));
        }
        let found = self.store.asset(&path.to_string()).await?.filter(|found| caller.can(Action::See, &found.domain));
        let found = found.ok_or_else(|| wrong("There is no such asset that you have access to. Choose another one."))?;
        if found.id == row.id || !found.is_there() {
            return Err(wrong("Choose an asset that is there, and not this one."));
        }
        // Whoever follows successors must come to an end.
        let mut next = found.id.clone();
        for _ in 0..MAX_CHAIN {
            match self.successor_of(&next).await? {
                Some(id) if id == row.id => return Err(wrong("This asset is deprecated in favour of the other one. Choose another one.")),
                Some(id) => next = id,
                None => return Ok(Some(found)),
            }
        }
        Err(wrong("This asset has too many successors one behind another. Choose the last of them."))
    }

    async fn successor_of(&self, id: &str) -> Result<Option<String>, Problem> {
        let values = self.store.asset_values_of(&[id.to_owned()]).await?;
        let is_successor = |field: &str, origin: &str| field == AssetField::Successor.key() && origin == ValueOrigin::Person.key();
        Ok(values.into_iter().find(|value| is_successor(&value.field, &value.origin)).map(|value| value.value))
    }
}

/// Successors one behind another.
const MAX_CHAIN: usize = 10;
