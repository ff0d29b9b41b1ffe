//! What people say of assets, as documents.

use std::collections::HashMap;

use model::catalogue::{AssetField, AssetPath, ValueOrigin};
use model::document::{AssetDocument, Document};
use model::{Action, Problem};
use store::{AssetValueRow, Tx};

use super::apply::{PlannedChange, Work, at};
use super::planned_asset::PlannedAsset;
use crate::catalogue::{AssetValuesInput, values_errors};
use crate::failure::stored;
use crate::{Caller, Control};

impl Control {
    pub(super) async fn plan_assets(&self, caller: &Caller, documents: &[Document], work: &mut Work) -> Result<(), Problem> {
        for (index, document) in documents.iter().enumerate() {
            let Document::Asset(of) = document else { continue };
            let planned = self.plan_asset(caller, of, documents).await.map_err(|problem| at(index, problem))?;
            let effect = if planned.is_some() { "change" } else { "keep" };
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            work.assets.extend(planned);
        }
        Ok(())
    }

    /// Nothing where the same is said already.
    async fn plan_asset(&self, caller: &Caller, of: &AssetDocument, documents: &[Document]) -> Result<Option<PlannedAsset>, Problem> {
        let input = AssetValuesInput {
            edit: 1,
            description: of.description.clone(),
            owner: of.owner.clone(),
            steward: of.steward.clone(),
            tier: of.tier.map(|tier| tier.key().to_owned()),
            links: of.links.clone(),
        };
        let errors = values_errors(&input);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let row = self.store.asset(&of.path.to_string()).await?.filter(|row| caller.can(Action::See, &row.domain));
        let Some(row) = row else {
            let domain = domain_made(&of.path, documents).ok_or_else(|| missing(&of.path))?;
            caller.authorise(Action::EditCatalogue, domain)?;
            return Ok(Some(PlannedAsset { path: of.path.clone(), input, is_new: true }));
        };
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let said = of_people(self.store.asset_values_of(std::slice::from_ref(&row.id)).await?)?;
        let is_said =
            |field: AssetField, text: Option<&str>| text.is_none_or(|text| said.get(&field).map_or("", String::as_str) == text.trim());
        let links = input.links.as_ref().filter(|links| !links.is_empty()).map(|links| store::encode(links, &"links")).transpose()?;
        let links = input.links.as_ref().map(|_| links.as_deref().unwrap_or_default());
        let is_same = is_said(AssetField::Description, input.description.as_deref())
            && is_said(AssetField::Owner, input.owner.as_deref())
            && is_said(AssetField::Steward, input.steward.as_deref())
            && is_said(AssetField::Tier, input.tier.as_deref())
            && is_said(AssetField::Links, links);
        let input = AssetValuesInput { edit: row.edit, ..input };
        Ok((!is_same).then(|| PlannedAsset { path: of.path.clone(), input, is_new: false }))
    }

    pub(super) async fn write_planned_asset(&self, tx: &mut Tx, caller: &Caller, planned: &PlannedAsset) -> Result<(), Problem> {
        let row = match self.store.asset(&planned.path.to_string()).await?.filter(|_| !planned.is_new) {
            Some(row) => Some(row),
            // Its own change sees what other documents have made.
            None => tx.asset(&planned.path).await?,
        };
        let row = row.ok_or_else(|| missing(&planned.path))?;
        let edit = if planned.is_new { row.edit } else { planned.input.edit };
        self.write_values(tx, caller, &row, &AssetValuesInput { edit, ..planned.input.clone() }).await.map(drop)
    }

    /// What people have said of the assets of the caller's domains.
    pub(super) async fn export_assets(&self, caller: &Caller, documents: &mut Vec<Document>) -> Result<(), Problem> {
        let rows = self.store.values_of_people().await?;
        let mut ids: Vec<String> = rows.iter().map(|row| row.asset_id.clone()).collect();
        ids.dedup();
        let mut said: HashMap<String, Vec<AssetValueRow>> = HashMap::new();
        for row in rows {
            said.entry(row.asset_id.clone()).or_default().push(row);
        }
        let mut assets = self.store.assets_by_ids(&ids).await?;
        assets.retain(|row| row.is_there() && caller.can(Action::See, &row.domain));
        assets.sort_by(|a, b| a.path.cmp(&b.path));
        for row in assets {
            let mut values = of_people(said.remove(&row.id).unwrap_or_default())?;
            let what = format!("what is said of the asset {}", row.path);
            let document = AssetDocument {
                path: row.decoded_path()?,
                description: values.remove(&AssetField::Description),
                owner: values.remove(&AssetField::Owner),
                steward: values.remove(&AssetField::Steward),
                tier: values.remove(&AssetField::Tier).map(|tier| stored(&format!("\"{tier}\""), &what)).transpose()?,
                links: values.remove(&AssetField::Links).map(|links| stored(&links, &what)).transpose()?,
            };
            let is_empty = document.description.is_none() && document.owner.is_none() && document.steward.is_none();
            if !(is_empty && document.tier.is_none() && document.links.is_none()) {
                documents.push(Document::Asset(document));
            }
        }
        Ok(())
    }
}

/// What people have said of one asset, by field.
fn of_people(rows: Vec<AssetValueRow>) -> Result<HashMap<AssetField, String>, Problem> {
    let of_people = rows.into_iter().filter(|row| row.origin == ValueOrigin::Person.key());
    of_people.map(|row| Ok((row.decoded_field()?, row.value))).collect()
}

/// The domain of an asset that another document makes.
fn domain_made<'a>(path: &AssetPath, documents: &'a [Document]) -> Option<&'a str> {
    let root = match path {
        AssetPath::Column { parent, .. } => &**parent,
        other => other,
    };
    documents.iter().find_map(|document| match (root, document) {
        (AssetPath::Source { source }, Document::Source(of)) if of.name == *source => Some(of.domain.as_str()),
        (AssetPath::Dataset { domain, name } | AssetPath::Job { domain, name }, Document::Dataset(of))
            if of.domain == *domain && of.name == *name =>
        {
            Some(of.domain.as_str())
        }
        (AssetPath::Api { domain, name }, Document::Api(of)) if of.domain == *domain && of.name == *name => Some(of.domain.as_str()),
        _ => None,
    })
}

fn missing(path: &AssetPath) -> Problem {
    Problem::field("path", format!("There is no asset {path} that you have access to. Scan its source, or check the path."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_may_be_made_by_another_document() {
        let text = r#"[{"document":"source","name":"second","domain":"travel","driver":"sqlite","bindings":{}}]"#;
        let documents: Vec<Document> = serde_json::from_str(text).unwrap();
        assert_eq!(domain_made(&AssetPath::source("second"), &documents), Some("travel"));
        assert_eq!(domain_made(&AssetPath::source("third"), &documents), None);
        assert_eq!(domain_made(&"table:second/planes".parse().unwrap(), &documents), None, "its tables are known after a scan");
    }
}
