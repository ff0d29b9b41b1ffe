//! What is measured of the stewardship of assets, and shares of it.

use model::view::StewardshipCounts;

use crate::words::{Words, words};

/// Its name, and how many assets have it.
pub(super) type Measure = (fn(&Words) -> &'static str, fn(&StewardshipCounts) -> u64);

pub(super) const MEASURES: [Measure; 4] = [
    (|say| say.catalogue_stewards.owned, |counts| counts.owned),
    (|say| say.catalogue_stewards.described, |counts| counts.described),
    (|say| say.catalogue_stewards.tagged, |counts| counts.tagged),
    (|say| say.catalogue_stewards.certified, |counts| counts.certified),
];

/// A part of all; nothing where there is nothing.
#[allow(clippy::cast_precision_loss)] // counts of assets are far below 2^52
pub(super) fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// `62 %`
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a percentage
pub(super) fn percent(part: u64, all: u64) -> String {
    let say = &words().catalogue_stewards;
    // What is not all of them is not told as all of them.
    share(part, all).map_or_else(|| say.no_share.to_owned(), |share| (say.percent)((share * 100.0).floor() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_whole_per_cents_and_all_is_all() {
        assert_eq!([percent(2, 3), percent(999, 1_000), percent(3, 3), percent(0, 3)], ["66 %", "99 %", "100 %", "0 %"]);
        assert_eq!(percent(0, 0), words().catalogue_stewards.no_share);
    }
}
