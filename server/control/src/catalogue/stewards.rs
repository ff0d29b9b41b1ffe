//! The stewards' board: how many assets are owned, described, tagged and certified, by domain, by steward and over time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::clock::{DAY, Millis};
use model::view::{StewardshipCounts, StewardshipDay, StewardshipLine, StewardshipView};
use model::{Action, Problem};
use store::{StewardshipDayRow, StewardshipRow};

use crate::{Caller, Control};

/// Days that the board shows.
const DAYS: Millis = 90;

impl Control {
    /// How far the assets of a domain are looked after, or those of all domains of the caller where none is named.
    ///
    /// # Errors
    /// A domain that the caller may not see.
    pub async fn stewardship(&self, caller: &Caller, domain: Option<&str>) -> Result<StewardshipView, Problem> {
        if let Some(domain) = domain {
            caller.authorise(Action::See, domain)?;
        }
        let today = self.host.now().div_euclid(DAY) * DAY;
        let rows = self.store.stewardship().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain)).collect();
        let days = self.store.stewardship_days(today - DAYS * DAY).await?;
        let days = days.into_iter().filter(|row| caller.can(Action::See, &row.domain)).collect();
        Ok(board(rows, days, (domain, today)))
    }
}

fn board(rows: Vec<StewardshipRow>, days: Vec<StewardshipDayRow>, (domain, today): (Option<&str>, Millis)) -> StewardshipView {
    let asked = |of: &str| domain.is_none_or(|domain| domain == of);
    let (mut domains, mut stewards) = (BTreeMap::<String, StewardshipCounts>::new(), BTreeMap::<String, StewardshipCounts>::new());
    let mut all = StewardshipCounts::default();
    for row in rows {
        let counts = counts([row.assets, row.owned, row.described, row.tagged, row.certified]);
        if asked(&row.domain) {
            all.add(counts);
            stewards.entry(row.steward.unwrap_or_default()).or_default().add(counts);
        }
        domains.entry(row.domain).or_default().add(counts);
    }
    let mut by_day = BTreeMap::<Millis, StewardshipCounts>::new();
    for row in days.into_iter().filter(|row| asked(&row.domain)) {
        by_day.entry(row.day).or_default().add(counts([row.assets, row.owned, row.described, row.tagged, row.certified]));
    }
    // What was counted earlier today is over.
    by_day.insert(today, all);
    let mut stewards = lines(stewards);
    stewards.sort_by_key(|line| (Reverse(line.counts.assets), line.name.clone()));
    let days = by_day.into_iter().map(|(day, counts)| StewardshipDay { day, counts }).collect();
    StewardshipView { all, domains: lines(domains), stewards, days }
}

fn lines(counts: BTreeMap<String, StewardshipCounts>) -> Vec<StewardshipLine> {
    counts.into_iter().map(|(name, counts)| StewardshipLine { name, counts }).collect()
}

fn counts(rows: [i64; 5]) -> StewardshipCounts {
    let [assets, owned, described, tagged, certified] = rows.map(|count| u64::try_from(count).unwrap_or_default());
    StewardshipCounts { assets, owned, described, tagged, certified }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(domain: &str, steward: Option<&str>, assets: i64, owned: i64) -> StewardshipRow {
        StewardshipRow { domain: domain.into(), steward: steward.map(str::to_owned), assets, owned, described: 0, tagged: 0, certified: 0 }
    }

    fn day(domain: &str, day: Millis, assets: i64) -> StewardshipDayRow {
        StewardshipDayRow { domain: domain.into(), day, assets, owned: 0, described: 0, tagged: 0, certified: 0 }
    }

    #[test]
    fn a_board_of_one_domain_has_its_own_numbers_and_all_domains_to_choose_from() {
        let rows = || vec![row("finance", None, 2, 1), row("travel", None, 1, 0), row("travel", Some("ann@demo"), 4, 4)];
        let days = || vec![day("finance", DAY, 2), day("travel", DAY, 3), day("travel", 2 * DAY, 1)];
        let view = board(rows(), days(), (Some("travel"), 2 * DAY));
        assert_eq!((view.all.assets, view.all.owned), (5, 4));
        assert_eq!(
            view.domains.iter().map(|line| (line.name.as_str(), line.counts.assets)).collect::<Vec<_>>(),
            [("finance", 2), ("travel", 5)]
        );
        assert_eq!(view.stewards.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["ann@demo", ""]);
        assert_eq!(view.days.iter().map(|of| (of.day, of.counts.assets)).collect::<Vec<_>>(), [(DAY, 3), (2 * DAY, 5)]);
        let all = board(rows(), days(), (None, 2 * DAY));
        assert_eq!((all.all.assets, all.days[0].counts.assets), (7, 5));
    }
}
