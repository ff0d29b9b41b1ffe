//! Tags on assets on their way to the store: with lines of history, steps for an undo, and what the audit log says of each domain.

use std::collections::BTreeMap;

use model::Problem;
use model::catalogue::{TagTarget, ValueOrigin};
use serde_json::json;
use store::{AssetTagRow, TagChangeStepRow, Tx};

/// What is written of tags on assets.
#[derive(Default)]
pub(super) struct WrittenTags {
    added: Vec<AssetTagRow>,
    /// The assets that each tag is taken off.
    removed: BTreeMap<String, Vec<String>>,
    /// The names of tags that each asset loses and gets.
    history: BTreeMap<String, (Vec<String>, Vec<String>)>,
    steps: Vec<TagChangeStepRow>,
    domains: BTreeMap<String, OfDomain>,
}

/// What the audit log says of a domain.
#[derive(Default)]
struct OfDomain {
    /// How many assets there are, and the path of the last one.
    assets: u64,
    path: String,
    /// How often which tag is removed and added.
    removed: BTreeMap<String, u64>,
    added: BTreeMap<String, u64>,
}

impl WrittenTags {
    /// Takes note of a tag on an asset, asset by asset. `row` is how it will stand there, or how it stood there.
    pub(super) fn note(&mut self, target: &TagTarget, (name, adds): (&str, bool), row: AssetTagRow, change: &str) {
        let (gone, new) = self.history.entry(target.id.clone()).or_default();
        let names = if adds { new } else { gone };
        names.push(name.to_owned());
        let domain = self.domains.entry(target.domain.clone()).or_default();
        if domain.path != target.path {
            domain.assets += 1;
            domain.path.clone_from(&target.path);
        }
        let counts = if adds { &mut domain.added } else { &mut domain.removed };
        *counts.entry(name.to_owned()).or_default() += 1;
        self.steps.push(TagChangeStepRow {
            change_id: change.to_owned(),
            asset_id: row.asset_id.clone(),
            tag_id: row.tag_id.clone(),
            adds: i64::from(adds),
            origin: row.origin.clone(),
            by_whom: row.by_whom.clone(),
            at: row.at,
        });
        if adds {
            self.added.push(row);
        } else {
            self.removed.entry(row.tag_id).or_default().push(row.asset_id);
        }
    }

    pub(super) fn steps(&self) -> &[TagChangeStepRow] {
        &self.steps
    }

    /// Writes the tags and the history of the assets.
    pub(super) async fn write(&self, tx: &mut Tx, origin: ValueOrigin) -> Result<(), Problem> {
        tx.insert_asset_tags(&self.added).await?;
        for (tag, assets) in &self.removed {
            tx.delete_asset_tags(tag, assets).await?;
        }
        let lines: Vec<_> = self.history.iter().map(|(asset, (gone, new))| (asset.clone(), gone.clone(), new.clone())).collect();
        tx.note_tags(&lines, origin).await?;
        Ok(())
    }

    /// What the audit log says: the domain, the subject and the text. Which assets they are, the history of each says.
    pub(super) fn audit(&self, change: &str) -> Vec<(String, String, String)> {
        let of_one = |(domain, of): (&String, &OfDomain)| {
            let text = json!({"change": change, "assets": of.assets, "added": of.added, "removed": of.removed}).to_string();
            let subject = if of.assets == 1 { of.path.clone() } else { domain.clone() };
            (domain.clone(), subject, text)
        };
        self.domains.iter().map(of_one).collect()
    }
}
