//! Counts facets and keeps the best results, in one pass over what a query has found.
//!
//! A facet is counted as if its own filter was not there, so that a reader sees what other values would give.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use model::clock::{DAY, Millis};
use model::view::{AssetFacet, AssetOrder};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use crate::document::IN_USE;
use crate::schema::{FRESH_AT, QUALITY, TIE, USAGE, fast_name};

/// What rows of this minute add to the score of a match, and for how long they add something.
const FRESH: f64 = 0.06;
const FRESH_FOR: Millis = 30 * DAY;
/// The parts of the quality.
const THOUSANDTHS: f64 = 1_000.0;

/// What is to be gathered.
#[derive(Debug, Clone)]
pub(crate) struct Gather {
    /// Values of facets, of which a document has at least one.
    pub(crate) filters: BTreeMap<AssetFacet, Vec<String>>,
    pub(crate) with_facets: bool,
    pub(crate) order: AssetOrder,
    /// Without words, all match alike.
    pub(crate) has_words: bool,
    pub(crate) now: Millis,
    /// How many of the best are kept.
    pub(crate) most: usize,
}

/// What was gathered.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// What the words have found, whatever the filters are.
    pub(crate) matched: u64,
    pub(crate) total: u64,
    /// The best first.
    pub(crate) best: Vec<Rank>,
    pub(crate) counts: BTreeMap<AssetFacet, BTreeMap<String, u64>>,
}

/// A document by its rank: the greater one comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rank {
    in_use: bool,
    score: f64,
    tie: u64,
    pub(crate) place: DocAddress,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.in_use.cmp(&other.in_use).then(self.score.total_cmp(&other.score)).then(other.tie.cmp(&self.tie))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(&self, ordinal: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentGather> {
        let fast = segment.fast_fields();
        let shown = AssetFacet::ALL.into_iter().filter(|facet| self.with_facets || self.filters.contains_key(facet));
        let facets = shown.map(|facet| FacetCounter::new(facet, fast.str(fast_name(facet))?, self.filters.get(&facet)));
        Ok(SegmentGather {
            ordinal,
            facets: facets.collect::<tantivy::Result<Vec<_>>>()?,
            quality: fast.u64(QUALITY)?,
            usage: fast.u64(USAGE)?,
            fresh_at: fast.i64(FRESH_AT)?,
            tie: fast.u64(TIE)?,
            wanted: self.clone(),
            matched: 0,
            total: 0,
            best: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for fruit in fruits {
            let fruit = fruit?;
            all.matched += fruit.matched;
            all.total += fruit.total;
            all.best.extend(fruit.best);
            for (facet, counts) in fruit.counts {
                let values = all.counts.entry(facet).or_default();
                counts.into_iter().for_each(|(value, count)| *values.entry(value).or_default() += count);
            }
        }
        all.best.sort_unstable_by(|a, b| b.cmp(a));
        all.best.truncate(self.most);
        Ok(all)
    }
}

/// One facet of one segment.
struct FacetCounter {
    facet: AssetFacet,
    values: Option<StrColumn>,
    /// The values of its filter, by their place in the dictionary of the segment.
    wanted: Option<Vec<u64>>,
    counts: Vec<u32>,
}

impl FacetCounter {
    fn new(facet: AssetFacet, values: Option<StrColumn>, filter: Option<&Vec<String>>) -> tantivy::Result<Self> {
        let place = |value: &String| values.as_ref().map_or(Ok(None), |values| values.dictionary().term_ord(value));
        let wanted = match filter {
            None => None,
            Some(filter) => Some(filter.iter().filter_map(|value| place(value).transpose()).collect::<std::io::Result<Vec<u64>>>()?),
        };
        let counts = vec![0; values.as_ref().map_or(0, |values| values.num_terms())];
        Ok(Self { facet, values, wanted, counts })
    }

    fn lets(&self, doc: DocId) -> bool {
        let Some(wanted) = &self.wanted else { return true };
        self.values.as_ref().is_some_and(|values| values.term_ords(doc).any(|value| wanted.contains(&value)))
    }

    fn count(&mut self, doc: DocId) {
        let Some(values) = &self.values else { return };
        for value in values.term_ords(doc) {
            if let Some(count) = usize::try_from(value).ok().and_then(|value| self.counts.get_mut(value)) {
                *count += 1;
            }
        }
    }

    fn counted(self) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        let Some(values) = self.values else { return Ok(found) };
        let (places, counts): (Vec<u64>, Vec<u32>) = (0..).zip(self.counts).filter(|(_, count)| *count > 0).unzip();
        let mut counts = counts.into_iter();
        values.dictionary().sorted_ords_to_term_cb(&places, |value| {
            let count = counts.next().unwrap_or_default();
            if !value.is_empty() {
                found.insert(String::from_utf8_lossy(value).into_owned(), u64::from(count));
            }
        })?;
        Ok(found)
    }
}

/// Gathers in one segment.
pub(crate) struct SegmentGather {
    ordinal: SegmentOrdinal,
    facets: Vec<FacetCounter>,
    quality: Column<u64>,
    usage: Column<u64>,
    fresh_at: Column<i64>,
    tie: Column<u64>,
    wanted: Gather,
    matched: u64,
    total: u64,
    best: BinaryHeap<Reverse<Rank>>,
}

impl SegmentCollector for SegmentGather {
    type Fruit = Result<Gathered, TantivyError>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.matched += 1;
        let mut refused = self.facets.iter().enumerate().filter(|(_, facet)| !facet.lets(doc)).map(|(at, _)| at);
        match (refused.next(), refused.next()) {
            (None, _) => {
                drop(refused);
                self.total += 1;
                if self.wanted.with_facets {
                    self.facets.iter_mut().for_each(|facet| facet.count(doc));
                }
                self.keep(doc, score);
            }
            (Some(only), None) => {
                drop(refused);
                self.facets[only].count(doc);
            }
            _ => {}
        }
    }

    fn harvest(self) -> Self::Fruit {
        let counts = self.facets.into_iter().filter(|_| self.wanted.with_facets).map(|facet| Ok((facet.facet, facet.counted()?)));
        let counts = counts.collect::<tantivy::Result<BTreeMap<_, _>>>()?;
        let best = self.best.into_iter().map(|Reverse(rank)| rank).collect();
        Ok(Gathered { matched: self.matched, total: self.total, best, counts })
    }
}

impl SegmentGather {
    fn keep(&mut self, doc: DocId, score: Score) {
        let rank = self.rank(doc, score);
        if self.best.len() < self.wanted.most {
            self.best.push(Reverse(rank));
        } else if let Some(mut worst) = self.best.peek_mut()
            && rank > worst.0
        {
            *worst = Reverse(rank);
        }
    }

    #[allow(clippy::cast_precision_loss)] // a rank, not a count
    fn rank(&self, doc: DocId, score: Score) -> Rank {
        let quality = self.quality.first(doc).unwrap_or_default();
        let age = self.wanted.now.saturating_sub(self.fresh_at.first(doc).unwrap_or_default()).max(0);
        let fresh = FRESH * (1.0 - age as f64 / FRESH_FOR as f64).max(0.0);
        let matched = if self.wanted.has_words { f64::from(score) } else { 1.0 };
        let score = match self.wanted.order {
            AssetOrder::Best => matched * (1.0 + (quality % IN_USE) as f64 / THOUSANDTHS + fresh),
            AssetOrder::Used => self.usage.first(doc).unwrap_or_default() as f64,
        };
        let tie = self.tie.first(doc).unwrap_or_default();
        Rank { in_use: quality >= IN_USE, score, tie, place: DocAddress::new(self.ordinal, doc) }
    }
}
