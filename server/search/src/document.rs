//! From what is known of an asset to its document in the index, and back to what results show.

use model::asset_document::{AssetDocument, DocumentColumn, DocumentTerm};
use model::view::AssetFacet;
use tantivy::TantivyDocument;
use tantivy::schema::{Field, Value};

use crate::SearchFailure;
use crate::schema::Fields;
use crate::split::{cut, parts};
use crate::tokens::{Tokens, joined, whole};

/// The most of a description that results show pieces of, in bytes.
const MAX_SHOWN: usize = 2_000;
/// The longest value of a facet, in bytes.
const MAX_VALUE: usize = 256;
/// What of the quality says that an asset is not deprecated: those come first, whatever they match.
pub(crate) const IN_USE: u64 = 1_000_000;
/// Thousandths of the score that the use of an asset adds at most, and the decimal places of requests that give it.
const USE: f64 = 300.0;
const USE_PLACES: f64 = 7.0;
const CERTIFIED: u64 = 120;
/// For a name of one word; names of more words have their share of it.
const SHORT: u64 = 50;

/// The document of an asset.
///
/// # Errors
/// Where it cannot be written as JSON.
pub(crate) fn of(asset: &AssetDocument, fields: &Fields) -> Result<TantivyDocument, SearchFailure> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.id, &asset.id);
    document.add_text(fields.whole, joined(&asset.name));
    put(&mut document, fields.ids, &ids(asset));
    let (mut name, mut label, mut column) = (Tokens::default(), Tokens::default(), Tokens::default());
    let (mut text, mut ends) = (Tokens::default(), Tokens::default());
    name.put_name(&asset.name, &mut ends);
    for words in asset.tags.iter().chain(asset.terms.iter().flat_map(|term| std::iter::once(&term.name).chain(&term.synonyms))) {
        label.put_name(words, &mut ends);
    }
    for one in &asset.columns {
        column.put_name(&one.name, &mut ends);
        text.put_text(&one.description);
    }
    text.put_text(&asset.description);
    for more in [Some(&asset.path), Some(&asset.kind), Some(&asset.domain), asset.owner.as_ref()].into_iter().flatten() {
        text.put_text(more);
    }
    let places = [(fields.name, name), (fields.label, label), (fields.column, column), (fields.text, text), (fields.ends, ends)];
    for (field, tokens) in &places {
        put(&mut document, *field, tokens);
    }
    put_facets(&mut document, asset, fields);
    document.add_u64(fields.quality, quality(asset));
    document.add_u64(fields.usage, asset.usage);
    document.add_i64(fields.fresh_at, asset.fresh_at.unwrap_or_default());
    document.add_u64(fields.tie, tie(&asset.path));
    document.add_bytes(fields.card, &serde_json::to_vec(&card(asset))?);
    Ok(document)
}

fn put(document: &mut TantivyDocument, field: Field, tokens: &Tokens) {
    for token in tokens.iter() {
        document.add_text(field, token);
    }
}

/// Ids that people copy: the path with and without its kind, what stands behind its `/`, and the id itself.
fn ids(asset: &AssetDocument) -> Tokens {
    let path = whole(&asset.path);
    let mut found = Tokens::default();
    found.put_whole(&whole(&asset.id));
    if let Some((_, place)) = path.split_once(':') {
        found.put_whole(place);
        if let Some((_, name)) = place.split_once('/') {
            found.put_whole(name);
        }
    }
    found.put_whole(&path);
    found
}

/// A facet without a value has an empty one, so that every document has one.
fn put_facets(document: &mut TantivyDocument, asset: &AssetDocument, fields: &Fields) {
    let mut put = |facet: AssetFacet, value: &str| document.add_text(fields.facet(facet), cut(value, MAX_VALUE));
    put(AssetFacet::Kind, &asset.kind);
    put(AssetFacet::Domain, &asset.domain);
    put(AssetFacet::Owner, asset.owner.as_deref().unwrap_or_default());
    put(AssetFacet::Tier, asset.tier.as_deref().unwrap_or_default());
    put(AssetFacet::Status, asset.status.as_deref().unwrap_or_default());
    asset.tags.iter().for_each(|tag| put(AssetFacet::Tag, tag));
    asset.terms.iter().for_each(|term| put(AssetFacet::Term, &term.name));
}

/// What ranks an asset whatever is searched for: thousandths that are added to the score of its match.
fn quality(asset: &AssetDocument) -> u64 {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a rank, not a count
    let used = (((asset.usage as f64 + 1.0).log10() / USE_PLACES).min(1.0) * USE) as u64;
    let tier = match asset.tier.as_deref() {
        Some("P0") => 150,
        Some("P1") => 100,
        Some("P2") => 50,
        _ => 0,
    };
    let (status, in_use) = match asset.status.as_deref() {
        Some("certified") => (CERTIFIED, IN_USE),
        Some("deprecated") => (0, 0),
        _ => (0, IN_USE),
    };
    let words = parts(&asset.name).len().max(1) as u64;
    in_use + used + tier + status + SHORT / words
}

/// Orders what is otherwise equal, the same on every node and with whatever else is in the index.
fn tie(path: &str) -> u64 {
    // FNV-1a
    path.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What results show of it.
fn card(asset: &AssetDocument) -> AssetDocument {
    let name = |name: &str| cut(name, MAX_VALUE).to_owned();
    AssetDocument {
        description: cut(&asset.description, MAX_SHOWN).to_owned(),
        columns: asset.columns.iter().map(|column| DocumentColumn { name: name(&column.name), description: String::new() }).collect(),
        terms: asset.terms.iter().map(|term| DocumentTerm { name: name(&term.name), synonyms: Vec::new() }).collect(),
        ..asset.clone()
    }
}

/// Reads what results show.
///
/// # Errors
/// Where it cannot be read: another version of this program has written it.
pub(crate) fn card_of(document: &TantivyDocument, fields: &Fields) -> Result<AssetDocument, SearchFailure> {
    let bytes = document.get_first(fields.card).and_then(|value| value.as_bytes()).unwrap_or_default();
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_tier_and_status_rank_an_asset_and_a_deprecated_one_comes_last() {
        let asset = AssetDocument { name: "planes".into(), ..AssetDocument::default() };
        let used = AssetDocument { usage: 1_000_000, ..asset.clone() };
        let first = AssetDocument { tier: Some("P0".into()), status: Some("certified".into()), ..asset.clone() };
        let old = AssetDocument { status: Some("deprecated".into()), usage: u64::MAX, tier: Some("P0".into()), ..asset.clone() };
        assert!(quality(&used) > quality(&asset) && quality(&first) > quality(&asset));
        assert!(quality(&old) < IN_USE && quality(&asset) >= IN_USE);
        assert!(quality(&AssetDocument { name: "planes_of_last_year".into(), ..asset.clone() }) < quality(&asset));
    }

    #[test]
    fn an_asset_is_found_by_each_form_of_its_id() {
        let asset = AssetDocument { id: "0190-A".into(), path: "table:flights-db/Public.flights".into(), ..AssetDocument::default() };
        let ids = ids(&asset);
        let mut all: Vec<&str> = ids.iter().collect();
        all.sort_unstable();
        assert_eq!(all, ["0190-a", "flights-db/public.flights", "public.flights", "table:flights-db/public.flights"]);
    }
}
