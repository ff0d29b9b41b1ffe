//! The trust score of an asset: out of 100, made of parts that are shown with the reason of each. What does not apply to an asset is
//! no part of its score, so that a table is not blamed for having no builds.

use serde::{Deserialize, Serialize};

use super::AssetStatus;
use crate::clock::{DAY, Millis, ago};
use crate::number::grouped;

/// What a score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TrustPartKind {
    Certified,
    Owned,
    Described,
    Fresh,
    ChecksPassed,
    Profiled,
    Used,
}

impl TrustPartKind {
    pub const ALL: [TrustPartKind; 7] =
        [Self::Certified, Self::Owned, Self::Described, Self::Fresh, Self::ChecksPassed, Self::Profiled, Self::Used];

    /// How much it counts beside the others.
    #[must_use]
    pub fn weight(self) -> u32 {
        match self {
            Self::Certified | Self::Fresh | Self::ChecksPassed => 20,
            Self::Owned | Self::Described => 15,
            Self::Profiled | Self::Used => 5,
        }
    }
}

/// How the newest rows of an asset are known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// When the newest rows came.
    pub at: Millis,
    /// They are late: later than this after that, or a run of the job was.
    pub late_after: Option<Millis>,
}

/// The checks of an asset, at their last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckCounts {
    pub passed: u32,
    pub of: u32,
}

/// What is known of an asset, as of a time. `None` is what does not apply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustFacts {
    pub now: Millis,
    pub status: AssetStatus,
    pub owner: Option<String>,
    pub has_description: bool,
    /// Columns that are described, of all.
    pub columns_described: Option<(u32, u32)>,
    pub freshness: Option<Freshness>,
    pub checks: Option<CheckCounts>,
    /// When it was profiled last; the outer `None` for an asset without rows of its own.
    pub profiled_at: Option<Option<Millis>>,
    /// Requests of the past seven days that read it.
    pub uses: Option<u64>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustPart {
    pub kind: TrustPartKind,
    /// Of `of` points.
    pub points: u32,
    pub of: u32,
    /// A sentence that says why.
    pub reason: String,
}

/// A score with its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustScore {
    /// From 0 to 100.
    pub score: u32,
    pub parts: Vec<TrustPart>,
}

/// The score of an asset.
#[must_use]
pub fn trust(facts: &TrustFacts) -> TrustScore {
    let parts: Vec<TrustPart> = TrustPartKind::ALL.into_iter().filter_map(|kind| part(kind, facts)).collect();
    let (points, of) = parts.iter().fold((0, 0), |(points, of), part| (points + part.points, of + part.of));
    // A deprecated asset is to be left, however well it is kept.
    let cap = if facts.status == AssetStatus::Deprecated { 20 } else { 100 };
    TrustScore { score: (points * 100 / of.max(1)).min(cap), parts }
}

/// One part with its share of its weight; `None` where it does not apply.
fn part(kind: TrustPartKind, facts: &TrustFacts) -> Option<TrustPart> {
    let (percent, reason) = match kind {
        TrustPartKind::Certified => certified(facts.status),
        TrustPartKind::Owned => owned(facts.owner.as_deref()),
        TrustPartKind::Described => described(facts),
        TrustPartKind::Fresh => fresh(facts.freshness?, facts.now),
        TrustPartKind::ChecksPassed => checked(facts.checks?),
        TrustPartKind::Profiled => profiled(facts.profiled_at?, facts.now),
        TrustPartKind::Used => used(facts.uses?),
    };
    Some(TrustPart { kind, points: kind.weight() * percent / 100, of: kind.weight(), reason })
}

fn certified(status: AssetStatus) -> (u32, String) {
    match status {
        AssetStatus::Certified => (100, "An owner certified it.".into()),
        AssetStatus::Draft => (0, "It is not certified.".into()),
        AssetStatus::Deprecated => (0, "It is deprecated: use its successor.".into()),
    }
}

fn owned(owner: Option<&str>) -> (u32, String) {
    match owner {
        Some(owner) => (100, format!("{owner} owns it.")),
        None => (0, "It has no owner.".into()),
    }
}

/// Half for the asset itself, half for its columns.
fn described(facts: &TrustFacts) -> (u32, String) {
    let own = if facts.has_description { "It is described" } else { "It is not described" };
    match facts.columns_described.filter(|(_, of)| *of > 0) {
        None => (if facts.has_description { 100 } else { 0 }, format!("{own}.")),
        Some((some, of)) => {
            let columns = some.min(of) * 50 / of;
            let percent = columns + if facts.has_description { 50 } else { 0 };
            (percent, format!("{own}; {} of {} columns are.", grouped(some), grouped(of)))
        }
    }
}

fn fresh(Freshness { at, late_after }: Freshness, now: Millis) -> (u32, String) {
    let when = ago(at, now);
    match late_after {
        Some(late_after) if now - at > late_after => (0, format!("The newest rows are late: they came {when}.")),
        _ => (100, format!("The newest rows came {when}.")),
    }
}

fn checked(CheckCounts { passed, of }: CheckCounts) -> (u32, String) {
    match of {
        0 => (0, "It has no quality checks.".into()),
        of if passed >= of => (100, format!("All {} quality checks passed.", grouped(of))),
        of => (passed * 100 / of, format!("{} of {} quality checks passed.", grouped(passed), grouped(of))),
    }
}

fn profiled(at: Option<Millis>, now: Millis) -> (u32, String) {
    match at {
        None => (0, "It was never profiled.".into()),
        Some(at) if now - at > 30 * DAY => (50, format!("It was last profiled {}.", ago(at, now))),
        Some(at) => (100, format!("It was profiled {}.", ago(at, now))),
    }
}

fn used(uses: u64) -> (u32, String) {
    match uses {
        0 => (0, "Nobody read it in the past seven days.".into()),
        1 => (100, "It was read once in the past seven days.".into()),
        uses => (100, format!("It was read {} times in the past seven days.", grouped(uses))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    const NOW: Millis = 100 * DAY;

    fn nothing() -> TrustFacts {
        TrustFacts {
            now: NOW,
            status: AssetStatus::Draft,
            owner: None,
            has_description: false,
            columns_described: Some((0, 4)),
            freshness: Some(Freshness { at: 0, late_after: Some(DAY) }),
            checks: Some(CheckCounts { passed: 0, of: 2 }),
            profiled_at: Some(None),
            uses: Some(0),
        }
    }

    fn everything() -> TrustFacts {
        TrustFacts {
            now: NOW,
            status: AssetStatus::Certified,
            owner: Some("owner@demo".into()),
            has_description: true,
            columns_described: Some((4, 4)),
            freshness: Some(Freshness { at: NOW - HOUR, late_after: Some(DAY) }),
            checks: Some(CheckCounts { passed: 2, of: 2 }),
            profiled_at: Some(Some(NOW - HOUR)),
            uses: Some(7),
        }
    }

    fn points(facts: &TrustFacts, kind: TrustPartKind) -> u32 {
        trust(facts).parts.iter().find(|part| part.kind == kind).unwrap().points
    }

    #[test]
    fn weights_add_up_to_a_hundred_and_a_score_goes_from_nothing_to_all() {
        assert_eq!(TrustPartKind::ALL.map(TrustPartKind::weight).iter().sum::<u32>(), 100);
        assert_eq!((trust(&nothing()).score, trust(&everything()).score), (0, 100));
        assert!(trust(&nothing()).parts.iter().all(|part| part.points == 0 && part.reason.ends_with('.')));
    }

    #[test]
    fn what_does_not_apply_is_no_part_and_costs_nothing() {
        let table = TrustFacts { freshness: None, checks: None, uses: None, ..everything() };
        let score = trust(&table);
        assert_eq!((score.score, score.parts.len()), (100, 4));
        assert!(score.parts.iter().all(|part| part.kind != TrustPartKind::Fresh));
    }

    #[test]
    fn each_part_counts_by_itself() {
        let described = |columns, itself| TrustFacts { columns_described: columns, has_description: itself, ..nothing() };
        assert_eq!(points(&described(Some((2, 4)), true), TrustPartKind::Described), 11);
        assert_eq!(points(&described(None, true), TrustPartKind::Described), 15);
        assert_eq!(points(&described(Some((0, 0)), true), TrustPartKind::Described), 15, "a table without columns");
        let checks = |passed, of| TrustFacts { checks: Some(CheckCounts { passed, of }), ..nothing() };
        assert_eq!([(1, 2), (2, 2), (0, 0)].map(|(passed, of)| points(&checks(passed, of), TrustPartKind::ChecksPassed)), [10, 20, 0]);
        let fresh = |at, late_after| TrustFacts { freshness: Some(Freshness { at, late_after }), ..nothing() };
        let of = [(NOW - DAY, Some(DAY)), (NOW - DAY - 1, Some(DAY)), (0, None)];
        assert_eq!(of.map(|(at, late)| points(&fresh(at, late), TrustPartKind::Fresh)), [20, 0, 20]);
        let profiled = |at| TrustFacts { profiled_at: Some(Some(at)), ..nothing() };
        assert_eq!([NOW - DAY, NOW - 31 * DAY].map(|at| points(&profiled(at), TrustPartKind::Profiled)), [5, 2]);
    }

    #[test]
    fn a_deprecated_asset_is_never_trusted() {
        let score = trust(&TrustFacts { status: AssetStatus::Deprecated, ..everything() });
        assert_eq!(score.score, 20);
        assert!(score.parts[0].reason.contains("successor"));
    }
}
