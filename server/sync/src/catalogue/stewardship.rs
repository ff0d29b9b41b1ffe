//! Writes down, day by day, how far the assets of each domain are looked after.

use std::collections::BTreeMap;

use model::clock::{DAY, HOUR, Millis};
use store::{Change, StewardshipDayRow, StewardshipRow, StoreError};

use crate::Worker;

/// How often is counted. The last count of a day stands for it.
const EVERY: Millis = HOUR;
const ACTOR: &str = "sluice";

/// Counts where it is time, and writes what differs from what stands there. Several workers write the same.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn count(worker: &Worker, counted: &mut Option<Millis>) -> Result<(), StoreError> {
    let now = worker.host.now();
    if counted.is_some_and(|at| now < at + EVERY) {
        return Ok(());
    }
    let today = now.div_euclid(DAY) * DAY;
    let known = worker.store.stewardship_days(today).await?;
    let days = by_domain(worker.store.stewardship().await?, today);
    let changed: Vec<StewardshipDayRow> = days.into_iter().filter(|row| !known.contains(row)).collect();
    if !changed.is_empty() {
        let mut tx = worker.store.write(Change { actor: ACTOR.into(), at: now, request_id: String::new() }).await?;
        for row in &changed {
            tx.put_stewardship_day(row).await?;
        }
        tx.commit().await?;
    }
    *counted = Some(now);
    Ok(())
}

/// The counts of all stewards of each domain together.
fn by_domain(rows: Vec<StewardshipRow>, day: Millis) -> Vec<StewardshipDayRow> {
    let mut days: BTreeMap<String, StewardshipDayRow> = BTreeMap::new();
    for row in rows {
        let none = || StewardshipDayRow { domain: row.domain.clone(), day, assets: 0, owned: 0, described: 0, tagged: 0, certified: 0 };
        let sum = days.entry(row.domain.clone()).or_insert_with(none);
        sum.assets += row.assets;
        sum.owned += row.owned;
        sum.described += row.described;
        sum.tagged += row.tagged;
        sum.certified += row.certified;
    }
    days.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_a_domain_has_all_of_its_stewards() {
        let row = |domain: &str, steward: Option<&str>, assets: i64, certified: i64| StewardshipRow {
            domain: domain.into(),
            steward: steward.map(str::to_owned),
            assets,
            owned: assets,
            described: 0,
            tagged: 1,
            certified,
        };
        let days = by_domain(vec![row("travel", None, 3, 0), row("finance", None, 1, 1), row("travel", Some("a"), 2, 2)], DAY);
        let of = |domain: &str, assets: i64, tagged: i64, certified: i64| StewardshipDayRow {
            domain: domain.into(),
            day: DAY,
            assets,
            owned: assets,
            described: 0,
            tagged,
            certified,
        };
        assert_eq!(days, [of("finance", 1, 1, 1), of("travel", 5, 2, 2)]);
    }
}
