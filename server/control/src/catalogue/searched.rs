//! What the search knows of assets: their documents, put together for many of them at once.

use std::collections::HashMap;

use model::Problem;
use model::asset_document::{AssetDocument, DocumentColumn, DocumentTerm};
use model::catalogue::{AssetField, AssetKind, Tier};
use model::clock::Millis;
use store::{AssetRow, SearchedColumnRow, SearchedTermRow};

use super::markdown::to_text;
use super::said::Said;
use crate::Control;

/// Letters of a description that are searched: of an asset, and of a column.
const DESCRIPTION: usize = 20_000;
const OF_COLUMN: usize = 500;

/// What goes on without a change of the metadata: how much assets are used, and how new their rows are, by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) usage: HashMap<String, u64>,
    pub(super) built: HashMap<String, Millis>,
}

impl Control {
    /// # Errors
    /// Where the metadata does not answer.
    pub(super) async fn figures_of_assets(&self) -> Result<Figures, Problem> {
        // Without figures that cannot be read, assets are found all the same.
        let usage = self.usage_of_assets().await.unwrap_or_default();
        Ok(Figures { usage, built: self.built_at().await? })
    }

    /// The documents of assets that are no columns.
    ///
    /// # Errors
    /// Where the metadata does not answer, or a row cannot be read.
    pub(super) async fn documents_of(&self, rows: &[AssetRow], figures: &Figures) -> Result<Vec<AssetDocument>, Problem> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let said = Said::by_asset(self.store.searched_values(&ids).await?)?;
        let mut columns: HashMap<String, Vec<SearchedColumnRow>> = HashMap::new();
        for column in self.store.searched_columns(&ids).await? {
            columns.entry(column.parent_id.clone()).or_default().push(column);
        }
        let mut tags: HashMap<String, Vec<String>> = HashMap::new();
        for tag in self.store.searched_tags(&ids).await? {
            tags.entry(tag.asset_id).or_default().push(tag.name);
        }
        let mut terms: HashMap<String, Vec<SearchedTermRow>> = HashMap::new();
        for term in self.store.searched_terms(&ids).await? {
            terms.entry(term.asset_id.clone()).or_default().push(term);
        }
        let document = |row: &AssetRow| {
            let parts = Parts {
                said: &said,
                columns: columns.remove(&row.id).unwrap_or_default(),
                tags: tags.remove(&row.id).unwrap_or_default(),
                terms: terms.remove(&row.id).unwrap_or_default(),
            };
            parts.document(row, figures)
        };
        rows.iter().map(document).collect()
    }
}

/// What belongs to one asset.
struct Parts<'a> {
    /// Of all assets and columns.
    said: &'a HashMap<String, Said>,
    columns: Vec<SearchedColumnRow>,
    tags: Vec<String>,
    terms: Vec<SearchedTermRow>,
}

impl Parts<'_> {
    fn document(mut self, row: &AssetRow, figures: &Figures) -> Result<AssetDocument, Problem> {
        let nothing = Said::default();
        let said = self.said.get(&row.id).unwrap_or(&nothing);
        let text = |id: &str, most: usize| {
            let markdown = self.said.get(id).map(|said| said.text(AssetField::Description)).unwrap_or_default();
            if markdown.is_empty() { String::new() } else { to_text(markdown, most) }
        };
        let columns =
            self.columns.iter().map(|column| DocumentColumn { name: column.name.clone(), description: text(&column.id, OF_COLUMN) });
        let columns = columns.collect();
        // On the asset and on a column of it is once.
        self.tags.dedup();
        Ok(AssetDocument {
            columns,
            terms: terms(self.terms, &row.domain)?,
            description: text(&row.id, DESCRIPTION),
            owner: said.owned(AssetField::Owner),
            tier: said.tier(&row.id)?.map(|tier: Tier| tier.key().to_owned()),
            // What nobody has said anything of is a draft; jobs and apps are not certified, and have none.
            status: Some(said.status(&row.id)?.key().to_owned()),
            usage: figures.usage.get(&row.path).copied().unwrap_or_default(),
            fresh_at: figures.built.get(&row.path).copied(),
            tags: self.tags,
            id: row.id.clone(),
            path: row.path.clone(),
            kind: row.kind.clone(),
            domain: row.domain.clone(),
            name: row.name.clone(),
        })
    }
}

/// The terms of the domain of an asset. Somebody who sees the asset may not see the terms of another domain.
fn terms(mut rows: Vec<SearchedTermRow>, domain: &str) -> Result<Vec<DocumentTerm>, Problem> {
    rows.retain(|term| term.domain == domain);
    rows.dedup_by(|a, b| a.name == b.name);
    rows.into_iter().map(|row| Ok(DocumentTerm { synonyms: row.decoded_synonyms()?, name: row.name })).collect()
}

/// Whether an asset has a document of its own.
pub(super) fn is_searched(row: &AssetRow) -> bool {
    row.is_there() && row.kind != AssetKind::Column.key()
}
