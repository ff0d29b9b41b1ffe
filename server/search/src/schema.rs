//! The fields of a document.

use model::view::AssetFacet;
use tantivy::schema::{BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};

/// As it is written into the index; another one means that the index is built anew. Raise it with every change of what a document holds or
/// how a text is taken apart.
pub(crate) const FORMAT: u32 = 1;

/// Tokens come from `tokens.rs`, one value each.
const TOKENIZER: &str = "raw";

/// The fast fields that ranking reads.
pub(crate) const QUALITY: &str = "quality";
pub(crate) const USAGE: &str = "usage";
pub(crate) const FRESH_AT: &str = "fresh_at";
pub(crate) const TIE: &str = "tie";

/// The fields, by what they hold.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// The id of the asset, by which its document is replaced.
    pub(crate) id: Field,
    /// Whole ids: the path, and its ends.
    pub(crate) ids: Field,
    /// The whole name.
    pub(crate) whole: Field,
    /// Parts of the name.
    pub(crate) name: Field,
    /// Tags, terms and their synonyms.
    pub(crate) label: Field,
    /// Names of columns.
    pub(crate) column: Field,
    /// Descriptions, of columns too; the words of the path, the domain, the owner and the kind.
    pub(crate) text: Field,
    /// Ends of names that are in no dictionary.
    pub(crate) ends: Field,
    /// In the order of [`AssetFacet::ALL`].
    pub(crate) facets: [Field; 7],
    pub(crate) quality: Field,
    pub(crate) usage: Field,
    pub(crate) fresh_at: Field,
    pub(crate) tie: Field,
    /// The document, as results show it.
    pub(crate) card: Field,
}

impl Fields {
    pub(crate) fn new() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let tokens = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(IndexRecordOption::Basic).set_fieldnorms(false),
        );
        let number = NumericOptions::default().set_fast();
        let fields = Self {
            id: schema.add_text_field("id", tokens.clone()),
            ids: schema.add_text_field("ids", tokens.clone()),
            whole: schema.add_text_field("whole", tokens.clone()),
            name: schema.add_text_field("name", tokens.clone()),
            label: schema.add_text_field("label", tokens.clone()),
            column: schema.add_text_field("column", tokens.clone()),
            text: schema.add_text_field("text", tokens.clone()),
            ends: schema.add_text_field("ends", tokens.clone()),
            facets: AssetFacet::ALL.map(|facet| schema.add_text_field(fast_name(facet), tokens.clone().set_fast(TOKENIZER))),
            quality: schema.add_u64_field(QUALITY, number.clone()),
            usage: schema.add_u64_field(USAGE, number.clone()),
            fresh_at: schema.add_i64_field(FRESH_AT, number.clone()),
            tie: schema.add_u64_field(TIE, number),
            card: schema.add_bytes_field("card", BytesOptions::default().set_stored()),
        };
        (fields, schema.build())
    }

    pub(crate) fn facet(&self, facet: AssetFacet) -> Field {
        self.facets[facet as usize]
    }
}

/// The name of the field of a facet.
pub(crate) fn fast_name(facet: AssetFacet) -> &'static str {
    match facet {
        AssetFacet::Kind => "facet_kind",
        AssetFacet::Domain => "facet_domain",
        AssetFacet::Tag => "facet_tag",
        AssetFacet::Term => "facet_term",
        AssetFacet::Owner => "facet_owner",
        AssetFacet::Tier => "facet_tier",
        AssetFacet::Status => "facet_status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_facet_is_found_by_its_place() {
        let (fields, schema) = Fields::new();
        for facet in AssetFacet::ALL {
            assert_eq!(schema.get_field_name(fields.facet(facet)), fast_name(facet));
        }
    }
}
