//! Alerts on how fast an error budget is used, over two windows each: the longer one says that it matters, the shorter one that it still
//! goes on.
//!
//! For a period of 30 days, they fire once 2 %, 5 % and 10 % of the budget are used within an hour, six hours and three days
//! (<https://sre.google/workbook/alerting-on-slos/>). For other periods the windows are as much longer or shorter, so that the shares
//! and the rates stay what they are.

use serde::{Deserialize, Serialize};

use super::objective::{Objective, Outcomes};
use super::state::{Timing, Verdict};
use crate::clock::{DAY, HOUR, MINUTE, Millis};

/// The period that the windows are written for.
const PERIOD_DAYS: Millis = 30;
/// Two windows that end and begin again with each failure must not make an alert of each.
const KEEP: Millis = 5 * MINUTE;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurnRate {
    /// Stored, as part of the series of an objective: a word is never given to another rate.
    pub key: &'static str,
    pub long: Millis,
    pub short: Millis,
    pub rate: f64,
}

const RATES: [BurnRate; 3] = [
    BurnRate { key: "fast", long: HOUR, short: 5 * MINUTE, rate: 14.4 },
    BurnRate { key: "medium", long: 6 * HOUR, short: 30 * MINUTE, rate: 6.0 },
    BurnRate { key: "slow", long: 3 * DAY, short: 6 * HOUR, rate: 1.0 },
];

/// How fast an error budget is used now, over both windows of a burn rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Burning {
    /// `fast`, `medium` or `slow`.
    pub key: String,
    /// How long the windows are, in milliseconds.
    pub long: Millis,
    pub short: Millis,
    /// From so many times too fast on, receivers are told.
    pub limit: f64,
    /// How many times faster than the period allows, over the longer and the shorter window.
    pub over_long: f64,
    pub over_short: f64,
    /// Both are above the limit, with as many bad requests as it takes.
    pub fires: bool,
}

/// Of an objective over so many days.
#[must_use]
pub fn burn_rates(period_days: u32) -> [BurnRate; 3] {
    let scaled = |window: Millis| {
        let minutes = (window / MINUTE * Millis::from(period_days) + PERIOD_DAYS - 1) / PERIOD_DAYS;
        minutes * MINUTE
    };
    RATES.map(|rate| BurnRate { long: scaled(rate.long), short: scaled(rate.short), ..rate })
}

impl BurnRate {
    #[must_use]
    pub fn timing() -> Timing {
        Timing { hold: 0, keep: KEEP }
    }

    /// How fast the budget is used, by the outcomes of both windows.
    #[must_use]
    pub fn burning(&self, objective: &Objective, long: Outcomes, short: Outcomes) -> Burning {
        Burning {
            key: self.key.to_owned(),
            long: self.long,
            short: self.short,
            limit: self.rate,
            over_long: long.burn_rate(objective.target),
            over_short: short.burn_rate(objective.target),
            fires: self.verdict(objective, long, short) == Verdict::Met,
        }
    }

    /// What the outcomes of both windows say. Windows in which nothing happened use no budget.
    #[must_use]
    pub fn verdict(&self, objective: &Objective, long: Outcomes, short: Outcomes) -> Verdict {
        let burns = |outcomes: Outcomes| outcomes.burn_rate(objective.target) > self.rate;
        if long.bad >= objective.min_bad && burns(long) && burns(short) { Verdict::Met } else { Verdict::NotMet }
    }
}

#[cfg(test)]
mod tests {
    use super::super::objective::tests::availability;
    use super::super::state::{AlertState, Transition};
    use super::*;

    #[test]
    fn windows_are_rescaled_to_the_period() {
        let windows = |days| burn_rates(days).map(|rate| (rate.long / MINUTE, rate.short / MINUTE));
        assert_eq!(windows(30), [(60, 5), (360, 30), (4_320, 360)]);
        assert_eq!(windows(90), [(180, 15), (1_080, 90), (12_960, 1_080)]);
        assert_eq!(windows(7), [(14, 2), (84, 7), (1_008, 84)]);
        // The share of the budget that is used when one fires.
        for (days, rate, share) in [(30, 0, 0.02), (30, 1, 0.05), (30, 2, 0.1), (90, 0, 0.02), (90, 2, 0.1)] {
            let rate = burn_rates(days)[rate];
            let used = rate.rate * rate.long as f64 / (f64::from(days) * DAY as f64);
            assert!((used - share).abs() < 1e-9, "{days} {}", rate.key);
        }
    }

    fn within(minutes: &[Outcomes], end: usize, window: Millis) -> Outcomes {
        let length = usize::try_from(window / MINUTE).unwrap();
        let mut sum = Outcomes::default();
        minutes[end.saturating_sub(length)..end].iter().for_each(|outcomes| sum.add(*outcomes));
        sum
    }

    /// When each rate fired, over minutes one after another.
    fn fired(objective: &Objective, minutes: &[Outcomes]) -> Vec<(&'static str, usize)> {
        let mut all = Vec::new();
        for rate in burn_rates(objective.period_days) {
            let mut state = AlertState::new(0);
            for end in 1..=minutes.len() {
                let verdict = rate.verdict(objective, within(minutes, end, rate.long), within(minutes, end, rate.short));
                if state.step(BurnRate::timing(), verdict, end as Millis * MINUTE) == Some(Transition::Fired) {
                    all.push((rate.key, end));
                }
            }
        }
        all
    }

    #[test]
    fn one_failure_at_night_wakes_nobody_at_any_target() {
        let mut minutes = vec![Outcomes { total: 1, bad: 0 }; 24 * 60];
        minutes[3 * 60].bad = 1;
        for target in [95.0, 99.0, 99.9, 99.99, 99.999] {
            assert!(fired(&availability(target), &minutes).is_empty(), "{target}");
        }
        let alone = Objective { min_bad: 1, ..availability(99.9) };
        assert!(!fired(&alone, &minutes).is_empty(), "without the minimum it would");
    }

    #[test]
    fn a_breach_is_told_soon_and_a_slow_leak_late() {
        let mut minutes = vec![Outcomes { total: 100, bad: 0 }; 12 * 60];
        minutes[600..660].iter_mut().for_each(|outcomes| outcomes.bad = 50);
        let found = fired(&availability(99.9), &minutes);
        // Half of all fail: 14.4 times a thousandth of an hour's requests have failed within two minutes.
        assert!(found.iter().any(|(key, end)| *key == "fast" && (601..=603).contains(end)), "{found:?}");
        // Twice as many as are allowed, all the time: no more than a rate of 2.
        let leak = vec![Outcomes { total: 1_000, bad: 2 }; 24 * 60];
        assert!(fired(&availability(99.9), &leak).iter().all(|(key, _)| *key == "slow"));
        assert_eq!(fired(&availability(99.9), &leak).len(), 1);
        let allowed = vec![Outcomes { total: 1_000, bad: 1 }; 24 * 60];
        assert!(fired(&availability(99.5), &allowed).is_empty());
    }
}
