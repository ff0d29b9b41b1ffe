//! One search: the words as they are, then with errors of typing, then any of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::asset_document::{AssetDocument, SeenDomains};
use model::clock::Millis;
use model::view::{AssetFacet, AssetHit, AssetQuery, AssetResults, AssetSuggestion, FacetCounts, FacetValue};
use tantivy::collector::Count;
use tantivy::{Searcher, TantivyDocument};

use crate::excerpt::{Forms, columns_with, excerpt};
use crate::gather::{Gather, Gathered};
use crate::query::Writing;
use crate::spelling::nearest;
use crate::words::{Word, words_of};
use crate::{Index, SearchFailure, document};

/// The deepest result that is given. Whoever goes on would do better with another word.
const MAX_DEPTH: usize = 1_000;
/// The most values of a facet that are counted out. Those that the search is narrowed to are always there.
const MAX_VALUES: usize = 50;

/// What is asked, by whom and when.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub query: &'a AssetQuery,
    pub sees: &'a SeenDomains,
    /// Results of a page.
    pub rows: u32,
    pub now: Millis,
}

/// What was found, and by which words.
struct Found {
    gathered: Gathered,
    words: Vec<Word>,
}

impl Index {
    /// A page of results, and the facets of all of them.
    ///
    /// # Errors
    /// Where the index cannot be read. No query fails.
    pub fn search(&self, request: &Request) -> Result<AssetResults, SearchFailure> {
        let searcher = self.searcher();
        let rows = request.rows as usize;
        let offset = request.query.page.saturating_sub(1) as usize * rows;
        let depth = (offset + rows).min(MAX_DEPTH);
        let found = self.find(&searcher, request, depth, true)?;
        let cards = self.cards(&searcher, &found.gathered, offset)?;
        let forms = Forms::new(&found.words, cards.first());
        Ok(AssetResults {
            total: found.gathered.total,
            page_rows: request.rows,
            read_as: read_as(&found.words, cards.first()),
            hits: cards.into_iter().map(|card| hit(card, &forms)).collect(),
            facets: facets(found.gathered.counts, request.query),
            building: self.revision().is_none(),
        })
    }

    /// The best results alone, for somebody who is still typing.
    ///
    /// # Errors
    /// Where the index cannot be read. No query fails.
    pub fn suggest(&self, request: &Request) -> Result<Vec<AssetSuggestion>, SearchFailure> {
        let searcher = self.searcher();
        let found = self.find(&searcher, request, request.rows as usize, false)?;
        let cards = self.cards(&searcher, &found.gathered, 0)?;
        let suggestion = |card: AssetDocument| AssetSuggestion { path: card.path, kind: card.kind, domain: card.domain, name: card.name };
        Ok(cards.into_iter().map(suggestion).collect())
    }

    fn find(&self, searcher: &Searcher, request: &Request, depth: usize, with_facets: bool) -> Result<Found, SearchFailure> {
        let text = request.query.text.trim();
        let mut words = words_of(text);
        let sees_nothing = matches!(request.sees, SeenDomains::Of(domains) if domains.is_empty());
        if sees_nothing || words.is_empty() && !text.is_empty() {
            return Ok(Found { gathered: Gathered::default(), words });
        }
        let gather = Gather {
            filters: request.query.filters.iter().map(|(facet, values)| (*facet, values.iter().cloned().collect())).collect(),
            with_facets,
            order: request.query.order,
            has_words: !words.is_empty(),
            now: request.now,
            most: depth.max(1),
        };
        let writing = Writing { fields: self.fields() };
        let run = |words: &[Word], all: bool| searcher.search(&writing.words(words, all, request.sees), &gather);
        let mut gathered = run(&words, true)?;
        if gathered.matched == 0 && self.allow_errors(searcher, &mut words, request.sees)? {
            gathered = run(&words, true)?;
        }
        if gathered.matched == 0 && words.len() > 1 {
            gathered = run(&words, false)?;
        }
        Ok(Found { gathered, words })
    }

    /// Lets those parts of words have errors of typing that nothing has which the caller may see. Whether there are any.
    fn allow_errors(&self, searcher: &Searcher, words: &mut [Word], sees: &SeenDomains) -> Result<bool, SearchFailure> {
        let writing = Writing { fields: self.fields() };
        let mut any = false;
        for part in words.iter_mut().flat_map(|word| &mut word.parts) {
            let most = part.most_errors();
            while part.errors < most && searcher.search(&writing.one(part, sees), &Count)? == 0 {
                part.errors += 1;
                any = true;
            }
        }
        Ok(any)
    }

    fn cards(&self, searcher: &Searcher, gathered: &Gathered, offset: usize) -> Result<Vec<AssetDocument>, SearchFailure> {
        let shown = gathered.best.iter().skip(offset);
        shown.map(|rank| document::card_of(&searcher.doc::<TantivyDocument>(rank.place)?, self.fields())).collect()
    }
}

/// The words of the best result that were meant, where some were typed with errors.
fn read_as(words: &[Word], best: Option<&AssetDocument>) -> Option<String> {
    let best = best?;
    words.iter().flat_map(|word| &word.parts).any(|part| part.errors > 0).then(|| {
        let of_word = |word: &Word| {
            let has_errors = word.parts.iter().any(|part| part.errors > 0);
            if has_errors { word.parts.iter().map(|part| nearest(part, best)).collect::<Vec<_>>().join(" ") } else { word.whole.clone() }
        };
        words.iter().map(of_word).collect::<Vec<_>>().join(" ")
    })
}

fn hit(card: AssetDocument, forms: &Forms) -> AssetHit {
    AssetHit {
        excerpt: excerpt(&card.description, forms),
        columns: columns_with(&card.columns, forms),
        column_count: u32::try_from(card.columns.len()).unwrap_or(u32::MAX),
        terms: card.terms.into_iter().map(|term| term.name).collect(),
        id: card.id,
        path: card.path,
        kind: card.kind,
        domain: card.domain,
        name: card.name,
        tags: card.tags,
        owner: card.owner,
        tier: card.tier,
        status: card.status,
        usage: card.usage,
        fresh_at: card.fresh_at,
    }
}

/// The most frequent values of each facet, and those that the search is narrowed to.
fn facets(mut counts: BTreeMap<AssetFacet, BTreeMap<String, u64>>, query: &AssetQuery) -> Vec<FacetCounts> {
    let of = |facet: AssetFacet| {
        let mut counts = counts.remove(&facet).unwrap_or_default();
        for value in query.filters.get(&facet).into_iter().flatten() {
            counts.entry(value.clone()).or_default();
        }
        let mut values: Vec<FacetValue> = counts.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
        values.sort_by_key(|value| Reverse(value.count));
        let mut at = 0;
        values.retain(|value| {
            at += 1;
            at <= MAX_VALUES || query.has(facet, &value.value)
        });
        FacetCounts { facet, values }
    };
    AssetFacet::ALL.map(of).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_filter_are_counted_though_they_are_rare() {
        let many = (0..200_u64).map(|at| (format!("t{at:03}"), 1_000 - at)).collect();
        let query = AssetQuery::default().toggled(AssetFacet::Tag, "t199").toggled(AssetFacet::Tag, "gone");
        let shown = facets(BTreeMap::from([(AssetFacet::Tag, many)]), &query);
        let tags = &shown.iter().find(|counts| counts.facet == AssetFacet::Tag).unwrap().values;
        assert_eq!((tags.len(), tags[0].value.as_str(), tags[0].count), (MAX_VALUES + 2, "t000", 1_000));
        assert!(tags.iter().any(|value| value.value == "t199" && value.count == 801));
        assert!(tags.iter().any(|value| value.value == "gone" && value.count == 0));
    }
}
