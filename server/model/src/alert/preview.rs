//! When a rule would have fired, given the samples of a past time.

use serde::{Deserialize, Serialize};

use super::rule::AlertRule;
use super::sample::Sample;
use super::state::{AlertState, Transition};
use crate::clock::Millis;

/// From when to when an alert would have fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Episode {
    pub from: Millis,
    /// Nothing where it would fire still.
    pub to: Option<Millis>,
}

/// Steps through samples in the order of their times, which are at most a minute apart ([`super::MAX_STEP`]), as the evaluator does.
#[must_use]
pub fn preview(rule: &AlertRule, samples: &[(Millis, Sample)]) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    let Some((first, _)) = samples.first() else { return episodes };
    let mut state = AlertState::new(*first);
    for (at, sample) in samples {
        match state.step(rule.timing(), rule.verdict(*sample), *at) {
            Some(Transition::Fired) => episodes.push(Episode { from: *at, to: None }),
            Some(Transition::Resolved) => {
                if let Some(last) = episodes.last_mut() {
                    last.to = Some(*at);
                }
            }
            None => {}
        }
    }
    episodes
}

#[cfg(test)]
mod tests {
    use super::super::rule::tests::errors_rule;
    use super::super::template::Template;
    use super::*;
    use crate::clock::MINUTE;

    /// Samples of each minute, of windows over minutes with so many requests and so many failures.
    fn samples(rule: &AlertRule, minutes: &[(u64, u64)]) -> Vec<(Millis, Sample)> {
        let window = rule.window_minutes as usize;
        (1..=minutes.len())
            .map(|end| {
                let within = &minutes[end.saturating_sub(window)..end];
                let (total, bad): (u64, u64) = within.iter().fold((0, 0), |sum, minute| (sum.0 + minute.0, sum.1 + minute.1));
                let value = (total > 0).then(|| bad as f64 / total as f64);
                (end as Millis * MINUTE, Sample { value, events: bad })
            })
            .collect()
    }

    #[test]
    fn a_quiet_day_with_one_failure_at_night_fires_nothing() {
        let mut day = vec![(1, 0); 24 * 60];
        day[3 * 60] = (1, 1);
        for template in Template::all().into_iter().filter(|template| template.name().starts_with("errors")) {
            let rule = template.rule(None, Vec::new());
            assert!(preview(&rule, &samples(&rule, &day)).is_empty(), "{}", template.name());
        }
        let hasty = AlertRule { min_events: 0, for_minutes: 0, ..errors_rule() };
        assert_eq!(preview(&hasty, &samples(&hasty, &day)).len(), 1, "without the minimum it would");
    }

    #[test]
    fn a_breach_is_one_episode_however_often_it_stops_for_a_minute() {
        let rule = errors_rule();
        let mut day = vec![(60, 0); 24 * 60];
        (600_usize..630).for_each(|minute| day[minute] = (60, if minute.is_multiple_of(7) { 0 } else { 30 }));
        let episodes = preview(&rule, &samples(&rule, &day));
        assert_eq!(episodes.len(), 1, "{episodes:?}");
        let (from, to) = (episodes[0].from / MINUTE, episodes[0].to.unwrap() / MINUTE);
        // Met from the first minute, for two; the window is clean five minutes after the last, and it keeps firing for five.
        assert!((602..=604).contains(&from) && (636..=642).contains(&to), "{from} {to}");
        let cut = preview(&rule, &samples(&rule, &day)[..615]);
        assert_eq!((cut.len(), cut[0].to), (1, None));
        assert!(preview(&rule, &[]).is_empty());
    }
}
