//! What the search knows of an asset of the catalogue. Columns have no documents of their own: they are found with their table.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// One asset as it is searched. All texts are plain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetDocument {
    /// A UUIDv7.
    pub id: String,
    /// `table:flights-db/public.flights`
    pub path: String,
    /// `table`
    pub kind: String,
    pub domain: String,
    pub name: String,
    pub description: String,
    pub columns: Vec<DocumentColumn>,
    /// Those of its columns too.
    pub tags: Vec<String>,
    /// Those of its columns too.
    pub terms: Vec<DocumentTerm>,
    pub owner: Option<String>,
    /// `P0`
    pub tier: Option<String>,
    /// `certified`
    pub status: Option<String>,
    /// Requests of the last 30 days, of the asset itself or of what reads it.
    pub usage: u64,
    /// When its rows were last renewed, where that is known.
    pub fresh_at: Option<Millis>,
}

/// A column of an asset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentColumn {
    pub name: String,
    pub description: String,
}

/// A term of the glossary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTerm {
    pub name: String,
    pub synonyms: Vec<String>,
}

/// The domains whose assets somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeenDomains {
    All,
    Of(Vec<String>),
}
