//! The figures that rules and objectives read, out of the stored chunks of all nodes.

use std::collections::HashMap;

use model::alert::{AlertRule, Objective, Outcomes, Sample, Selector, burn_rates, read_subject, subject_text};
use model::clock::{DAY, MINUTE, Millis, SECOND};
use model::view::{Subject, SubjectKind};
use observe::{Interval, Plan, SeriesKey, SeriesKind, StoredChunk, read};
use store::{KnownSeriesRow, SeriesChunkRow, SeriesStore, SourceRow, Store, StoreError};

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

/// Figures as of one time. What says when nodes lived is read once for each range, and which series there are once for each kind.
pub(crate) struct FiguresAt<'a> {
    series: &'a SeriesStore,
    now: Millis,
    nodes: HashMap<(i64, Millis, Millis), Vec<SeriesChunkRow>>,
    known: HashMap<&'static str, Vec<KnownSeriesRow>>,
}

impl<'a> FiguresAt<'a> {
    pub(crate) fn new(series: &'a SeriesStore, now: Millis) -> Self {
        Self { series, now, nodes: HashMap::new(), known: HashMap::new() }
    }

    /// The objects that a rule of a domain watches: the one that it names, the domain itself, or all of which there are figures. Names of
    /// sources do not say their domain, so the sources are given; nodes belong to none.
    pub(crate) async fn subjects(&mut self, sources: &[SourceRow], (domain, watch): (&str, &Selector)) -> Result<Vec<Subject>, StoreError> {
        if watch.kind == SubjectKind::Domain {
            return Ok(vec![Subject::new(watch.kind, watch.environment, domain)]);
        }
        if let Some(path) = &watch.path {
            return Ok(vec![Subject::new(watch.kind, watch.environment, path.clone())]);
        }
        let since = self.now - FORGOTTEN;
        let is_app = watch.kind == SubjectKind::App;
        let read_as = if is_app { SubjectKind::AppApi } else { watch.kind };
        let known = self.known(read_as.key()).await?;
        let is_ours = |subject: &Subject| match subject.kind {
            SubjectKind::Source => sources.iter().any(|source| source.name == subject.path && source.domain == domain),
            SubjectKind::Node => true,
            _ => subject.path.split_once('/').is_some_and(|(of, _)| of == domain),
        };
        let recent = known.iter().filter(|row| row.last_ms >= since).filter_map(|row| read_subject(&row.series));
        let named = recent.map(|subject| if is_app { app_of(&subject) } else { subject });
        let mut all: Vec<Subject> = named.filter(|subject| watch.selects(subject) && is_ours(subject)).collect();
        // An app has a series for each API that it calls.
        all.sort();
        all.dedup();
        Ok(all)
    }

    /// The intervals of an object from a time to another, of ten seconds where the range is short enough.
    pub(crate) async fn intervals(&mut self, subject: &Subject, from: Millis, to: Millis) -> Result<Vec<Interval>, StoreError> {
        self.planned(subject, &Plan::new(from, to, Some(10 * SECOND), self.now)).await
    }

    /// The minutes of a day at most.
    async fn minutes(&mut self, subject: &Subject, from: Millis, to: Millis) -> Result<Vec<Interval>, StoreError> {
        self.planned(subject, &Plan::new(from, to, Some(MINUTE), self.now)).await
    }

    async fn planned(&mut self, subject: &Subject, plan: &Plan) -> Result<Vec<Interval>, StoreError> {
        let (tier, first) = (i64::from(plan.tier.number()), plan.tier.chunk(plan.from));
        let chunks = match parts_of(subject) {
            Some((kind, begin)) => self.series.chunks_beginning((kind.key(), &begin), tier, first, plan.to).await?,
            None => self.series.chunks(&subject_text(subject), tier, first, plan.to).await?,
        };
        let nodes = self.nodes(tier, first, plan.to).await?;
        Ok(read(plan, &stored(&chunks), &stored(nodes)).intervals)
    }

    async fn nodes(&mut self, tier: i64, from: Millis, to: Millis) -> Result<&[SeriesChunkRow], StoreError> {
        let is_read = self.nodes.contains_key(&(tier, from, to));
        if !is_read {
            let all = self.series.chunks_of_kind(SeriesKind::Node.key(), tier, from, to).await?;
            self.nodes.insert((tier, from, to), all);
        }
        Ok(self.nodes.get(&(tier, from, to)).map(Vec::as_slice).unwrap_or_default())
    }

    async fn known(&mut self, kind: &'static str) -> Result<&[KnownSeriesRow], StoreError> {
        let is_read = self.known.contains_key(kind);
        if !is_read {
            let all = self.series.known_series(kind).await?;
            self.known.insert(kind, all);
        }
        Ok(self.known.get(kind).map(Vec::as_slice).unwrap_or_default())
    }
}

fn stored(rows: &[SeriesChunkRow]) -> Vec<StoredChunk<'_>> {
    rows.iter().map(|row| StoredChunk { start: row.start_ms, bytes: &row.bytes }).collect()
}

/// The kind and the beginning of the series whose sum the figures of an object are: of an app what it asks of each API, of a domain all of
/// its APIs. Nothing for an object that has a series of its own.
fn parts_of(subject: &Subject) -> Option<(SeriesKind, String)> {
    let (kind, behind) = match subject.kind {
        SubjectKind::App => (SeriesKind::AppApi, ' '),
        SubjectKind::Domain => (SeriesKind::Api, '/'),
        _ => return None,
    };
    Some((kind, format!("{}{behind}", SeriesKey::new(kind, subject.environment, subject.path.as_str()))))
}

/// The app, of what an app asks of an API.
fn app_of(subject: &Subject) -> Subject {
    let path = subject.path.split_once(' ').map_or(subject.path.as_str(), |(app, _)| app);
    Subject::new(SubjectKind::App, subject.environment, path)
}

impl AlertFigures {
    /// The samples of each minute of the past week, of each object that a rule of a domain would watch; at most so many objects.
    ///
    /// # Errors
    /// Where the metadata or the figures cannot be read.
    pub async fn past_week(&self, domain: &str, rule: &AlertRule, (now, most): (Millis, usize)) -> Result<Vec<PastWeek>, StoreError> {
        let sources = self.store.sources().await?;
        let mut figures = FiguresAt::new(&self.series, now);
        let mut subjects = figures.subjects(&sources, (domain, &rule.watch)).await?;
        subjects.truncate(most);
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

    /// The same over the longer and the shorter window of each burn rate, in their order.
    ///
    /// # Errors
    /// Where the figures cannot be read.
    pub async fn over_windows(&self, objective: &Objective, now: Millis) -> Result<Vec<(Outcomes, Outcomes)>, StoreError> {
        let mut figures = FiguresAt::new(&self.series, now);
        let mut all = Vec::new();
        for rate in burn_rates(objective.period_days) {
            let long = observe::outcomes(objective, &figures.intervals(&objective.subject, now - rate.long, now).await?);
            let short = observe::outcomes(objective, &figures.intervals(&objective.subject, now - rate.short, now).await?);
            all.push((long, short));
        }
        Ok(all)
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
