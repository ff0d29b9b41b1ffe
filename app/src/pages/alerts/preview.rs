//! When a rule would have fired in the past week: a strip for each object, and the same in words.

use model::alert::Episode;
use model::clock::{DAY, MINUTE, Millis};
use model::time_axis::Zone;
use model::view::AlertPreview;

use super::gathered::object_words;
use super::rule_draft::{PreviewLine, STRIP};
use crate::words::words;

const WEEK: Millis = 7 * DAY;

/// The most failing object first.
pub(super) fn drawn(domain: &str, weeks: &[AlertPreview], now: Millis, zone: &Zone) -> Vec<PreviewLine> {
    let mut weeks: Vec<&AlertPreview> = weeks.iter().collect();
    weeks.sort_by_key(|week| std::cmp::Reverse(lasted(&week.episodes, now)));
    weeks.into_iter().map(|week| line(domain, week, now, zone)).collect()
}

fn line(domain: &str, week: &AlertPreview, now: Millis, zone: &Zone) -> PreviewLine {
    PreviewLine { object: object_words(domain, &week.series), bars: bars(&week.episodes, now), told: told(&week.episodes, now, zone) }
}

fn lasted(episodes: &[Episode], now: Millis) -> Millis {
    episodes.iter().map(|episode| episode.to.unwrap_or(now).saturating_sub(episode.from)).sum()
}

fn told(episodes: &[Episode], now: Millis, zone: &Zone) -> String {
    let say = &words().alert_rule;
    let Some(last) = episodes.last() else { return say.would_not_have_fired.to_owned() };
    let minutes = u64::try_from(lasted(episodes, now) / MINUTE).unwrap_or_default();
    let begin = zone.date_and_time(last.from);
    let often = if episodes.len() == 1 { (say.would_have_fired_once)(minutes) } else { (say.would_have_fired)(episodes.len(), minutes) };
    let end = match last.to {
        Some(to) => (say.last_time)(&begin, &zone.date_and_time(to)),
        None => (say.fires_since)(&begin),
    };
    format!("{often} {end}")
}

fn bars(episodes: &[Episode], now: Millis) -> Vec<(i64, i64)> {
    let place = |at: Millis| (at - (now - WEEK)).clamp(0, WEEK) * STRIP / WEEK;
    let bar = |episode: &Episode| {
        let (from, to) = (place(episode.from).min(STRIP - 1), place(episode.to.unwrap_or(now)));
        (from, (to - from).max(1))
    };
    episodes.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_drawn_and_told() {
        let now = 1_796_000_000_000;
        let utc = Zone::named("");
        let quiet = AlertPreview { series: "api:prod:travel/delays".into(), episodes: Vec::new() };
        let from = now - WEEK / 2;
        let loud = AlertPreview { series: "api:prod:travel/plane".into(), episodes: vec![Episode { from, to: Some(from + 5 * MINUTE) }] };
        let lines = drawn("travel", &[quiet, loud], now, &utc);
        assert_eq!([&lines[0].object, &lines[1].object], ["API travel/plane in prod", "API travel/delays in prod"]);
        assert_eq!(lines[0].bars, [(500, 1)]);
        assert!(lines[0].told.contains("5 min"), "{}", lines[0].told);
        assert!(lines[1].bars.is_empty() && lines[1].told == words().alert_rule.would_not_have_fired);
        let goes_on = [Episode { from: now - 60 * DAY, to: None }];
        assert_eq!(bars(&goes_on, now), [(0, STRIP)]);
    }
}
