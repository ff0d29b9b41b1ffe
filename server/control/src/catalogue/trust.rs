//! How far an asset can be trusted: what is known of it, gathered for the pure rules of `model::catalogue::trust`.

use model::Problem;
use model::catalogue::{AssetKind, CheckCounts, DatasetFreshness, Freshness, QualityCheck, TrustFacts, TrustScore, trust};
use model::clock::Millis;
use model::view::AssetSummary;
use store::AssetRow;

use crate::Control;

impl Control {
    /// The score of an asset, with the checks and the freshness of the dataset that it is or is served from.
    pub(super) async fn trust_of(
        &self,
        asset: &AssetRow,
        (checks, freshness): (&[QualityCheck], Option<DatasetFreshness>),
    ) -> Result<TrustScore, Problem> {
        let kind = asset.decoded_kind()?;
        let mut summaries = self.asset_summaries(std::slice::from_ref(asset)).await?;
        let summary = summaries.pop().ok_or_else(|| Problem::not_found("asset"))?;
        let columns_described = if kind.has_columns() { Some(self.store.columns_described(&asset.id).await?) } else { None };
        let profiled_at = match kind {
            AssetKind::Table | AssetKind::Dataset => Some(self.store.profile(&asset.id).await?.map(|row| row.at)),
            _ => None,
        };
        let facts = facts(self.host.now(), &summary, (columns_described, profiled_at), (checks, freshness));
        Ok(trust(&facts))
    }
}

type Told = (Option<(i64, i64)>, Option<Option<Millis>>);

fn facts(
    now: Millis,
    summary: &AssetSummary,
    (described, profiled_at): Told,
    of: (&[QualityCheck], Option<DatasetFreshness>),
) -> TrustFacts {
    let (checks, freshness) = of;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let is_read = matches!(summary.kind, AssetKind::Table | AssetKind::Dataset | AssetKind::Api);
    TrustFacts {
        now,
        status: summary.status,
        owner: summary.owner.clone(),
        has_description: !summary.about.is_empty(),
        columns_described: described.map(|(some, all)| (count(some), count(all))),
        freshness: freshness.map(|fresh| Freshness { at: fresh.at, late_after: fresh.expected_by.map(|expected| expected - fresh.at) }),
        checks: (summary.kind == AssetKind::Dataset || !checks.is_empty()).then(|| counts(checks)),
        profiled_at,
        // An asset that nobody has asked for has no figure.
        uses: is_read.then(|| summary.usage.unwrap_or(0)),
    }
}

/// What was not run yet has not passed.
fn counts(checks: &[QualityCheck]) -> CheckCounts {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    CheckCounts { passed: count(checks.iter().filter(|check| check.passed == Some(true)).count()), of: count(checks.len()) }
}

#[cfg(test)]
mod tests {
    use model::catalogue::{AssetPath, AssetStatus, QualityCheckKind};

    use super::*;

    fn summary(path: &AssetPath) -> AssetSummary {
        AssetSummary {
            id: "1".into(),
            path: path.clone(),
            kind: path.kind(),
            domain: "travel".into(),
            name: path.name().into(),
            title: path.parts(),
            data_type: None,
            about: "Planes.".into(),
            owner: None,
            steward: None,
            tier: None,
            status: AssetStatus::Certified,
            tags: Vec::new(),
            usage: None,
            fresh_at: Some(5),
            gone_at: None,
        }
    }

    #[test]
    fn a_table_has_no_builds_and_a_dataset_without_checks_has_none_that_passed() {
        let of = |path: &AssetPath| facts(100, &summary(path), (Some((1, 2)), Some(None)), (&[], None));
        let table = of(&AssetPath::source("flights-db"));
        assert_eq!((table.checks, table.freshness, table.uses), (None, None, None));
        let dataset = of(&AssetPath::dataset("travel", "hangar"));
        assert_eq!(
            (dataset.checks, dataset.uses, dataset.columns_described),
            (Some(CheckCounts { passed: 0, of: 0 }), Some(0), Some((1, 2)))
        );
    }

    #[test]
    fn checks_that_were_not_run_have_not_passed_and_lateness_is_counted_from_the_newest_rows() {
        let check = |passed| QualityCheck { kind: QualityCheckKind::Rule, words: String::new(), column: None, passed };
        let fresh = DatasetFreshness { at: 10, expected_by: Some(40) };
        let checks = [check(Some(true)), check(None), check(Some(false))];
        let facts = facts(100, &summary(&AssetPath::dataset("travel", "hangar")), (None, None), (&checks, Some(fresh)));
        assert_eq!(facts.checks, Some(CheckCounts { passed: 1, of: 3 }));
        assert_eq!(facts.freshness, Some(Freshness { at: 10, late_after: Some(30) }));
    }
}
