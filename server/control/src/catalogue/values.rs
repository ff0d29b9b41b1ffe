//! What people say of assets.

use model::audit::AuditAction;
use model::catalogue::{AssetField, AssetLink, AssetPath, MAX_DESCRIPTION, MAX_PERSON, Tier, ValueOrigin, label_error, text_error};
use model::{Action, FieldError, Problem};
use store::{AssetRow, Tx};

use super::inputs::AssetValuesInput;
use crate::failure::from_json;
use crate::{Caller, Control};

impl Control {
    /// Says what a person sends of an asset, and gives its new edit.
    ///
    /// # Errors
    /// Fields out of bounds; an asset that somebody else has changed since it was seen: nothing is written then.
    pub async fn set_asset_values(&self, caller: &Caller, path: &AssetPath, input: &AssetValuesInput) -> Result<i64, Problem> {
        let row = self.visible_asset(caller, path).await?;
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let errors = values_errors(input);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let mut tx = self.write(caller).await?;
        let is_changed = self.write_values(&mut tx, caller, &row, input).await?;
        if !is_changed {
            return Ok(row.edit);
        }
        self.commit(tx).await?;
        Ok(input.edit + 1)
    }

    /// Writes what was checked within a change. Whether anything is another than before.
    pub(crate) async fn write_values(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        row: &AssetRow,
        input: &AssetValuesInput,
    ) -> Result<bool, Problem> {
        let mut changed = Vec::new();
        for (field, value) in written(input)? {
            if tx.put_asset_value(&row.id, (field, ValueOrigin::Person), &value, caller.email()).await? {
                changed.push(format!("{}: {}", field.key(), shortened(&value)));
            }
        }
        // What was seen is compared also where nothing differs: somebody may have said the same.
        tx.raise_asset_edit(&row.id, input.edit).await?;
        if changed.is_empty() {
            return Ok(false);
        }
        self.note(tx, AuditAction::AssetDescribed, (&row.domain, &row.path), None, Some(changed.join("\n"))).await?;
        Ok(true)
    }
}

/// What is wrong with what is said of an asset.
pub(crate) fn values_errors(input: &AssetValuesInput) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(message) = input.description.as_ref().and_then(|text| text_error(text, MAX_DESCRIPTION)) {
        errors.push(FieldError::new("description", message));
    }
    for (field, text) in [("owner", &input.owner), ("steward", &input.steward)] {
        let wrong = text.as_ref().filter(|text| !text.trim().is_empty()).and_then(|text| label_error(text, MAX_PERSON));
        errors.extend(wrong.map(|message| FieldError::new(field, message)));
    }
    if input.tier.as_ref().is_some_and(|tier| !tier.is_empty() && Tier::from_key(tier).is_none()) {
        errors.push(FieldError::new("tier", "Choose P0, P1, P2 or P3. Leave empty for none."));
    }
    errors.extend(input.links.as_ref().map(|links| AssetLink::errors(links)).unwrap_or_default());
    errors
}

/// The fields that are sent, each with its text; an empty one takes the person's value away.
fn written(input: &AssetValuesInput) -> Result<Vec<(AssetField, String)>, Problem> {
    let texts = [
        (AssetField::Description, &input.description),
        (AssetField::Owner, &input.owner),
        (AssetField::Steward, &input.steward),
        (AssetField::Tier, &input.tier),
    ];
    let mut fields: Vec<(AssetField, String)> =
        texts.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?.trim().replace("\r\n", "\n")))).collect();
    match &input.links {
        Some(links) if links.is_empty() => fields.push((AssetField::Links, String::new())),
        Some(links) => fields.push((AssetField::Links, serde_json::to_string(links).map_err(|error| from_json(&error))?)),
        None => {}
    }
    Ok(fields)
}

/// A text as the audit log keeps it: the history of the asset has all of it.
fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(std::iter::once('…')).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let fields = |input: &AssetValuesInput| values_errors(input).into_iter().map(|error| error.field).collect::<Vec<_>>();
        let text = |text: &str| Some(text.to_owned());
        assert!(fields(&AssetValuesInput::default()).is_empty());
        let good =
            AssetValuesInput { description: text("*All*"), owner: text("ann@demo"), tier: text("P0"), ..AssetValuesInput::default() };
        assert!(fields(&good).is_empty());
        assert!(fields(&AssetValuesInput { owner: text(""), tier: text(""), ..AssetValuesInput::default() }).is_empty());
        let wrong = AssetValuesInput {
            description: Some("x".repeat(100_000)),
            owner: text("ann\u{202e}@demo"),
            steward: text("a\nb"),
            tier: text("P4"),
            links: Some(vec![AssetLink { title: "x".into(), url: "javascript:alert(1)".into() }]),
            ..AssetValuesInput::default()
        };
        assert_eq!(fields(&wrong), ["description", "owner", "steward", "tier", "links.0.url"]);
    }

    #[test]
    fn only_what_is_sent_is_written() {
        let input = AssetValuesInput { owner: Some(" ann@demo ".into()), links: Some(Vec::new()), ..AssetValuesInput::default() };
        assert_eq!(written(&input).unwrap(), [(AssetField::Owner, "ann@demo".into()), (AssetField::Links, String::new())]);
    }
}
