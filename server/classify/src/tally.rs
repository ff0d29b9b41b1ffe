//! The values of a column, and how many of them fit a rule.

use std::collections::{HashMap, HashSet};

use crate::column::Column;
use crate::finding::{Counts, Shape};
use crate::rule::{Alone, Fit, Need, Rule};
use crate::shape;

/// With fewer values than this, values say nothing of their own.
const FEW: u64 = 5;
/// With fewer values than this, values do not speak without a name.
const ENOUGH: u64 = 8;

/// The values that are there, each once with how often it is there.
pub(crate) struct Values<'a> {
    distinct: Vec<(&'a str, u64)>,
    present: u64,
    sampled: u64,
    rows: u64,
}

impl<'a> Values<'a> {
    pub(crate) fn of(column: &Column<'a>) -> Self {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for value in column.present() {
            *counts.entry(value).or_default() += 1;
        }
        let present = counts.values().sum();
        Self { distinct: counts.into_iter().collect(), present, sampled: column.values.len() as u64, rows: column.rows }
    }
}

/// The values of a column, as one rule reads them.
pub(crate) struct Tally<'v, 'a> {
    values: &'v Values<'a>,
    /// How well each value fits.
    fits: Vec<Fit>,
}

impl<'v, 'a> Tally<'v, 'a> {
    pub(crate) fn of(values: &'v Values<'a>, rule: &Rule) -> Self {
        Self { fits: values.distinct.iter().map(|(value, _)| (rule.fit)(value)).collect(), values }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.present == 0
    }

    pub(crate) fn is_few(&self) -> bool {
        self.values.present < FEW
    }

    /// The share of the values that fit at least so well; 0 of no values.
    #[allow(clippy::cast_precision_loss)] // samples are small
    pub(crate) fn share(&self, fit: Fit) -> f64 {
        self.count(fit) as f64 / self.values.present.max(1) as f64
    }

    fn count(&self, fit: Fit) -> u64 {
        self.fitting(fit).map(|(_, count)| count).sum()
    }

    fn fitting(&self, fit: Fit) -> impl Iterator<Item = (&'a str, u64)> {
        self.values.distinct.iter().zip(&self.fits).filter(move |(_, of)| **of >= fit).map(|(value, _)| *value)
    }

    pub(crate) fn meets(&self, need: &Need) -> bool {
        self.share(Fit::Form) >= need.form && self.share(Fit::Likely) >= need.likely && self.share(Fit::Sure) >= need.sure
    }

    /// Whether the values say it without a name.
    pub(crate) fn speaks(&self, alone: &Alone) -> bool {
        self.values.present >= ENOUGH && self.meets(&alone.need) && self.is_spread(alone)
    }

    fn is_spread(&self, alone: &Alone) -> bool {
        let beginnings = self.values.distinct.iter().map(|(value, _)| value.chars().take(alone.beginning).collect::<String>());
        self.values.distinct.len() >= alone.distinct && beginnings.collect::<HashSet<_>>().len() >= alone.beginnings
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            rows: self.values.rows,
            sampled: self.values.sampled,
            present: self.values.present,
            distinct: self.values.distinct.len() as u64,
            fitting: self.count(Fit::Form),
            certain: self.count(Fit::Sure),
        }
    }

    /// The most frequent shapes of the values that fit.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        shape::most_frequent(self.fitting(Fit::Form))
    }
}
