//! What is said of assets, by field: all values with the one that holds.

use std::collections::HashMap;

use model::Problem;
use model::catalogue::{AssetField, AssetLink, AssetStatus, Tier, holding};
use model::view::AssetValue;
use store::AssetValueRow;

use crate::failure::stored;

/// The values of one asset.
#[derive(Debug, Clone, Default)]
pub(super) struct Said(Vec<AssetValue>);

impl Said {
    /// The values of each of some assets.
    pub(super) fn by_asset(rows: Vec<AssetValueRow>) -> Result<HashMap<String, Self>, Problem> {
        let mut all: HashMap<String, Self> = HashMap::new();
        for row in rows {
            let value = AssetValue {
                field: row.decoded_field()?,
                origin: row.decoded_origin()?,
                value: row.value,
                by: row.by_whom,
                at: row.at,
                holds: false,
            };
            all.entry(row.asset_id).or_default().0.push(value);
        }
        for said in all.values_mut() {
            said.mark();
        }
        Ok(all)
    }

    fn mark(&mut self) {
        for field in AssetField::ALL {
            let of_field = self.0.iter().enumerate().filter(|(_, value)| value.field == field);
            if let Some((_, index)) = holding(of_field.map(|(index, value)| (value.origin, index)).collect::<Vec<_>>()) {
                self.0[index].holds = true;
            }
        }
    }

    pub(super) fn values(&self) -> Vec<AssetValue> {
        self.0.clone()
    }

    pub(super) fn holding(&self, field: AssetField) -> Option<&AssetValue> {
        self.0.iter().find(|value| value.holds && value.field == field)
    }

    /// The text that holds; empty where nothing is said.
    pub(super) fn text(&self, field: AssetField) -> &str {
        self.holding(field).map(|value| value.value.as_str()).unwrap_or_default()
    }

    pub(super) fn owned(&self, field: AssetField) -> Option<String> {
        self.holding(field).map(|value| value.value.clone())
    }

    pub(super) fn tier(&self, id: &str) -> Result<Option<Tier>, Problem> {
        let text = self.holding(AssetField::Tier);
        text.map(|text| stored_word(&text.value, &format!("the tier of the asset {id}"))).transpose()
    }

    pub(super) fn status(&self, id: &str) -> Result<AssetStatus, Problem> {
        match self.holding(AssetField::Status) {
            Some(text) => stored_word(&text.value, &format!("the status of the asset {id}")),
            None => Ok(AssetStatus::default()),
        }
    }

    pub(super) fn links(&self, id: &str) -> Result<Vec<AssetLink>, Problem> {
        match self.holding(AssetField::Links) {
            Some(text) => stored(&text.value, &format_args!("the links of the asset {id}")),
            None => Ok(Vec::new()),
        }
    }
}

/// A word of a closed list, as serde reads it.
fn stored_word<T: serde::de::DeserializeOwned>(word: &str, what: &str) -> Result<T, Problem> {
    let quoted = serde_json::Value::String(word.to_owned()).to_string();
    stored(&quoted, &what)
}

#[cfg(test)]
mod tests {
    use model::catalogue::ValueOrigin;

    use super::*;

    fn row(field: AssetField, origin: ValueOrigin, value: &str) -> AssetValueRow {
        let (field, origin) = (field.key().into(), origin.key().into());
        AssetValueRow { asset_id: "a".into(), field, origin, value: value.into(), by_whom: "ann@demo".into(), at: 1 }
    }

    #[test]
    fn one_value_of_each_field_holds() {
        let rows = vec![
            row(AssetField::Description, ValueOrigin::Source, "of the source"),
            row(AssetField::Description, ValueOrigin::Person, "of a person"),
            row(AssetField::Owner, ValueOrigin::Rule, "maker@demo"),
            row(AssetField::Tier, ValueOrigin::Person, "P1"),
            row(AssetField::Status, ValueOrigin::Person, "certified"),
            row(AssetField::Links, ValueOrigin::Person, r#"[{"title":"Wiki","url":"https://a"}]"#),
        ];
        let said = Said::by_asset(rows).unwrap().remove("a").unwrap();
        assert_eq!((said.text(AssetField::Description), said.text(AssetField::Owner)), ("of a person", "maker@demo"));
        assert_eq!(said.owned(AssetField::Steward), None);
        assert_eq!((said.tier("a").unwrap(), said.status("a").unwrap()), (Some(Tier::P1), AssetStatus::Certified));
        assert_eq!(said.links("a").unwrap()[0].title, "Wiki");
        assert_eq!(said.values().iter().filter(|value| value.holds).count(), 5);
        let wrong = Said::by_asset(vec![row(AssetField::Tier, ValueOrigin::Person, "P9")]).unwrap().remove("a").unwrap();
        assert!(wrong.tier("a").unwrap_err().detail.contains("the tier of the asset a"));
        assert_eq!(Said::default().status("a").unwrap(), AssetStatus::Draft);
    }
}
