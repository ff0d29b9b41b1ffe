//! The figures that rules and objectives read, out of the stored chunks of all nodes.

use std::collections::HashMap;

use model::alert::{AlertRule, Objective, Outcomes, Sample, Selector, read_subject, subject_text};
use model::clock::{DAY, MINUTE, Millis, SECOND};
use model::view::{Subject, SubjectKind};
use observe::{Interval, Plan, SeriesKind, StoredChunk, read};
use store::{SeriesChunkRow, SeriesStore, SourceRow, Store, StoreError};

/// What was not heard of for so long is not among all of its kind. The latest chunk of a series begins up to a day before its latest point.
const FORGOTTEN: Millis = 2 * DAY;
/// The time of a preview.
const WEEK: Millis = 7 * DAY;
/// Of longer windows, a preview takes so many samples in the time of one window.
const STEPS: usize = 60;

/// Figures for rules and objectives.
#[derive(Clone)]
pub struct AlertFigures {
    pub store: Store,
    pub series: SeriesStore,
}

/// The past week of one object, as a rule sees it.
pub struct PastWeek {
    pub subject: Subject,
    /// Of each minute.
    pub samples: Vec<(Millis, Sample)>,
}

/// Figures as of one time. What says when nodes lived is read once for each range.
pub(crate) struct FiguresAt<'a> {
    series: &'a SeriesStore,
    now: Millis,
    nodes: HashMap<(i64, Millis, Millis), Vec<SeriesChunkRow>>,
    node_series: Option<Vec<String>>,
}

impl<'a> FiguresAt<'a> {
    pub(crate) fn new(series: &'a SeriesStore, now: Millis) -> Self {
        Self { series, now, nodes: HashMap::new(), node_series: None }
    }

    /// The intervals of an object from a time to another, of ten seconds where the range is short enough.
    pub(crate) async fn intervals(&mut self, subject: &Subject, from: Millis, to: Millis) -> Result<Vec<Interval>, StoreError> {
        let plan = Plan::new(from, to, Some(10 * SECOND), self.now);
        let (tier, first) = (i64::from(plan.tier.number()), plan.tier.chunk(plan.from));
        let chunks = self.series.chunks(&subject_text(subject), tier, first, plan.to).await?;
        let nodes = self.nodes(tier, first, plan.to).await?;
        Ok(read(&plan, &stored(&chunks), &stored(nodes)).intervals)
    }

    async fn nodes(&mut self, tier: i64, from: Millis, to: Millis) -> Result<&[SeriesChunkRow], StoreError> {
        if self.node_series.is_none() {
            let known = self.series.known_series(SeriesKind::Node.key()).await?;
            self.node_series = Some(known.into_iter().map(|row| row.series).collect());
        }
        let is_known = self.nodes.contains_key(&(tier, from, to));
        if !is_known {
            let mut all = Vec::new();
            for series in self.node_series.iter().flatten() {
                all.extend(self.series.chunks(series, tier, from, to).await?);
            }
            self.nodes.insert((tier, from, to), all);
        }
        Ok(self.nodes.get(&(tier, from, to)).map(Vec::as_slice).unwrap_or_default())
    }
}

fn stored(rows: &[SeriesChunkRow]) -> Vec<StoredChunk<'_>> {
    rows.iter().map(|row| StoredChunk { start: row.start_ms, bytes: &row.bytes }).collect()
}

/// The objects that a rule of a domain watches: the one that it names, or all of which there are figures. Names of sources do not say
/// their domain, so the sources are given.
pub(crate) async fn subjects(
    series: &SeriesStore,
    sources: &[SourceRow],
    (domain, watch): (&str, &Selector),
    at: Millis,
) -> Result<Vec<Subject>, StoreError> {
    if let Some(path) = &watch.path {
        return Ok(vec![Subject::new(watch.kind, watch.environment, path.clone())]);
    }
    let known = series.known_series(watch.kind.key()).await?;
    let is_ours = |subject: &Subject| match subject.kind {
        SubjectKind::Source => sources.iter().any(|source| source.name == subject.path && source.domain == domain),
        _ => subject.path.split_once('/').is_some_and(|(of, _)| of == domain),
    };
    let recent = known.into_iter().filter(|row| row.last_ms >= at - FORGOTTEN);
    Ok(recent.filter_map(|row| read_subject(&row.series)).filter(|subject| watch.selects(subject) && is_ours(subject)).collect())
}

impl AlertFigures {
    /// The samples of each minute of the past week, of each object that a rule of a domain would watch; at most so many objects.
    ///
    /// # Errors
    /// Where the metadata or the figures cannot be read.
    pub async fn past_week(&self, domain: &str, rule: &AlertRule, (now, most): (Millis, usize)) -> Result<Vec<PastWeek>, StoreError> {
        let sources = self.store.sources().await?;
        let mut subjects = subjects(&self.series, &sources, (domain, &rule.watch), now).await?;
        subjects.truncate(most);
        let mut figures = FiguresAt::new(&self.series, now);
        let from = (now - WEEK - rule.window()).div_euclid(MINUTE) * MINUTE;
        let mut all = Vec::new();
        for subject in subjects {
            let mut intervals = Vec::new();
            let mut day = from;
            // A day at a time: more would be read in longer intervals.
            while day < now {
                let end = (day + DAY).min(now);
                intervals.extend(figures.minutes(&subject, day, end).await?);
                day += DAY;
            }
            let (metric, window) = (rule.metric, rule.window_minutes as usize);
            // Merging histograms takes its time, and must not stand in the way of requests.
            let samples = tokio::task::spawn_blocking(move || slide(&intervals, window, |part| observe::sample(metric, part))).await;
            all.push(PastWeek { subject, samples: samples.unwrap_or_default() });
        }
        Ok(all)
    }

    /// How many were bad, of how many, over the period of an objective until now.
    ///
    /// # Errors
    /// Where the figures cannot be read.
    pub async fn over_period(&self, objective: &Objective, now: Millis) -> Result<Outcomes, StoreError> {
        let mut figures = FiguresAt::new(&self.series, now);
        let intervals = figures.intervals(&objective.subject, now - Millis::from(objective.period_days) * DAY, now).await?;
        Ok(observe::outcomes(objective, &intervals))
    }
}

impl FiguresAt<'_> {
    /// The minutes of a day at most.
    async fn minutes(&mut self, subject: &Subject, from: Millis, to: Millis) -> Result<Vec<Interval>, StoreError> {
        let plan = Plan::new(from, to, Some(MINUTE), self.now);
        let (tier, first) = (i64::from(plan.tier.number()), plan.tier.chunk(plan.from));
        let chunks = self.series.chunks(&subject_text(subject), tier, first, plan.to).await?;
        let nodes = self.nodes(tier, first, plan.to).await?;
        Ok(read(&plan, &stored(&chunks), &stored(nodes)).intervals)
    }
}

/// A sample of the window that ends with each minute. Long windows are looked at more seldom, and a sample stands for the minutes until
/// the next one.
fn slide(intervals: &[Interval], window: usize, sample: impl Fn(&[Interval]) -> Sample) -> Vec<(Millis, Sample)> {
    let (seldom, mut last) = ((window / STEPS).max(1), Sample::default());
    let mut all = Vec::new();
    for end in window..=intervals.len() {
        if (end - window).is_multiple_of(seldom) {
            last = sample(&intervals[end - window..end]);
        }
        if let Some(interval) = intervals.get(end - 1) {
            all.push((interval.at + MINUTE, last));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use observe::State;

    use super::*;

    #[test]
    fn windows_slide_by_a_minute_and_long_ones_are_looked_at_more_seldom() {
        let intervals: Vec<Interval> =
            (0..300).map(|minute| Interval { at: minute * MINUTE, lasted: MINUTE, is_open: false, state: State::Quiet }).collect();
        let first = |part: &[Interval]| Sample { value: part.first().map(|interval| (interval.at / MINUTE) as f64), events: 0 };
        let short = slide(&intervals, 5, first);
        assert_eq!((short.len(), short[0], short[295].0), (296, (5 * MINUTE, Sample { value: Some(0.0), events: 0 }), 300 * MINUTE));
        assert_eq!(short[7].1.value, Some(7.0));
        let long = slide(&intervals, 120, first);
        assert_eq!((long[0].1.value, long[1].1.value, long[2].1.value), (Some(0.0), Some(0.0), Some(2.0)));
        assert!(slide(&intervals[..3], 5, first).is_empty());
        assert!(long.windows(2).all(|pair| pair[1].0 - pair[0].0 == MINUTE));
    }
}
