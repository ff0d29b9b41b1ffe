//! Lists of what is busiest, slowest and so on, and their sparklines, of the slices of all series.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::clock::{Millis, SECOND};
use model::view::{Subject, SubjectFigures, TopBy};
use observe::{Plan, SeriesKey};

use super::points::Sum;
use super::range::domain_step;
use super::slice::Slice;
use super::values::{millis, share};

/// As many of each list.
const LISTED: usize = 10;
/// The most values of a sparkline.
const SPARKS: i64 = 60;

/// What a name is called by that a series counts for; nothing where it is not asked about.
pub(super) type NameOf<'a> = dyn Fn(&SeriesKey) -> Option<&str> + 'a;

/// The totals of a name.
#[derive(Debug, Default)]
pub(super) struct Totals {
    requests: u64,
    failed: u64,
    cached: u64,
    cacheable: u64,
    latencies: Sum,
    last: Option<Millis>,
}

/// By name, over all slices.
pub(super) fn totals<'a>(slices: &'a [Arc<Slice>], name_of: &NameOf<'_>) -> HashMap<&'a str, Totals> {
    let mut all: HashMap<&str, Totals> = HashMap::new();
    for (series, part) in slices.iter().flat_map(|slice| &slice.parts) {
        let Some(name) = name_of(series) else { continue };
        let sum = all.entry(name).or_default();
        sum.requests = sum.requests.saturating_add(part.requests);
        sum.failed = sum.failed.saturating_add(part.failed);
        sum.cached = sum.cached.saturating_add(part.cached);
        sum.cacheable = sum.cacheable.saturating_add(part.cacheable);
        if let Some(more) = &part.latencies {
            sum.latencies.add(&more.unpacked());
        }
        sum.last = sum.last.max(part.last);
    }
    all
}

impl Totals {
    /// Without its sparkline.
    pub(super) fn figures(self, subject: Subject, span: Millis) -> SubjectFigures {
        SubjectFigures {
            subject,
            requests: self.requests as f64 * SECOND as f64 / span.max(SECOND) as f64,
            error_share: share(self.failed, self.requests),
            p95: self.latencies.total().and_then(|latencies| latencies.percentile(95.0)).map(millis),
            cached: share(self.cached, self.cacheable),
            sparkline: Vec::new(),
            last_at: self.last,
        }
    }
}

/// The lists of what was called, in the order of [`TopBy`].
pub(super) fn lists(called: &[SubjectFigures]) -> Vec<(TopBy, Vec<SubjectFigures>)> {
    vec![
        (TopBy::Busiest, best(called, |one| Some(one.requests))),
        (TopBy::Slowest, best(called, |one| one.p95)),
        (TopBy::MostFailing, best(called, |one| one.error_share)),
        (TopBy::BestCached, best(called, |one| one.cached)),
    ]
}

/// Those with the highest score, and of equals the busier ones.
pub(super) fn best(all: &[SubjectFigures], score: impl Fn(&SubjectFigures) -> Option<f64>) -> Vec<SubjectFigures> {
    let mut scored: Vec<(f64, &SubjectFigures)> =
        all.iter().filter_map(|one| Some((score(one)?, one))).filter(|(score, _)| *score > 0.0).collect();
    scored.sort_by(|(a, one), (b, other)| {
        b.total_cmp(a).then(other.requests.total_cmp(&one.requests)).then_with(|| one.subject.cmp(&other.subject))
    });
    scored.into_iter().take(LISTED).map(|(_, one)| one.clone()).collect()
}

/// Those that were called the longest ago.
pub(super) fn longest_ago(mut all: Vec<SubjectFigures>) -> Vec<SubjectFigures> {
    all.sort_by(|one, other| (one.last_at, &one.subject).cmp(&(other.last_at, &other.subject)));
    all.truncate(LISTED);
    all
}

/// The intervals of sparklines: those of a chart, some of them together.
pub(super) struct Sparks {
    from: Millis,
    step: Millis,
    end: Millis,
    count: usize,
    alive: BTreeSet<usize>,
}

impl Sparks {
    pub(super) fn of(plan: &Plan, alive: &BTreeSet<Millis>) -> Self {
        let intervals = ((plan.to - plan.from) / plan.step).max(0);
        let together = ((intervals + SPARKS - 1) / SPARKS).max(1);
        let step = plan.step * together;
        let count = usize::try_from((intervals + together - 1) / together).unwrap_or(0);
        let mut sparks = Self { from: plan.from, step, end: plan.to.min(plan.now), count, alive: BTreeSet::new() };
        sparks.alive = alive.iter().filter_map(|at| sparks.place(*at)).collect();
        sparks
    }

    fn place(&self, at: Millis) -> Option<usize> {
        usize::try_from((at - self.from).div_euclid(self.step)).ok().filter(|place| *place < self.count)
    }

    /// Of each of some names, in one walk through the slices.
    pub(super) fn draw(&self, plan: &Plan, slices: &[Arc<Slice>], name_of: &NameOf<'_>, figures: Vec<&mut SubjectFigures>) {
        let mut counts: HashMap<String, Vec<u64>> = figures.iter().map(|one| (one.subject.path.clone(), vec![0; self.count])).collect();
        let step = domain_step(plan.tier);
        for slice in slices {
            for (series, part) in &slice.parts {
                let Some(name) = name_of(series) else { continue };
                let Some(sums) = counts.get_mut(name) else { continue };
                for (index, count) in part.by_step.iter().enumerate().filter(|(_, count)| **count > 0) {
                    let at = slice.from + step * i64::try_from(index).unwrap_or(0);
                    if let Some(place) = self.place(at) {
                        sums[place] += u64::from(*count);
                    }
                }
            }
        }
        for one in figures {
            one.sparkline = counts.get(&one.subject.path).map(|counts| self.rates(counts)).unwrap_or_default();
        }
    }

    fn rates(&self, counts: &[u64]) -> Vec<Option<f64>> {
        let rate = |(place, count): (usize, &u64)| {
            if *count == 0 && !self.alive.contains(&place) {
                return None;
            }
            let begins = self.from + self.step * i64::try_from(place).unwrap_or(0);
            let lasted = (self.end - begins).clamp(SECOND, self.step.max(SECOND));
            Some(*count as f64 * SECOND as f64 / lasted as f64)
        };
        counts.iter().enumerate().map(rate).collect()
    }
}

#[cfg(test)]
mod tests {
    use model::clock::{HOUR, MINUTE};
    use model::snapshot::Environment;
    use model::view::SubjectKind;
    use observe::{Counter, LiveLatencies, Reading, SeriesKind, Tier};

    use super::*;
    use crate::monitoring::samples::{BEGAN, Written};
    use crate::monitoring::slice::SliceKey;

    fn figures(path: &str, requests: f64, p95: Option<f64>) -> SubjectFigures {
        let subject = Subject::new(SubjectKind::Api, Some(Environment::Prod), path);
        SubjectFigures { subject, requests, error_share: Some(0.0), p95, cached: None, sparkline: Vec::new(), last_at: None }
    }

    #[test]
    fn a_list_has_ten_the_best_first() {
        let all: Vec<SubjectFigures> = (0..30).map(|number| figures(&format!("a/{number:02}"), f64::from(number % 7), Some(5.0))).collect();
        let lists = lists(&all);
        let names = |place: usize| lists[place].1.iter().map(|one| one.subject.path.as_str()).collect::<Vec<_>>();
        assert_eq!(names(0), ["a/06", "a/13", "a/20", "a/27", "a/05", "a/12", "a/19", "a/26", "a/04", "a/11"]);
        assert_eq!(names(1), names(0), "of equally slow ones the busier first");
        assert!(lists[2].1.is_empty() && lists[3].1.is_empty(), "none fails, and none has a cache");
        let mut ago = all;
        ago[7].last_at = Some(5);
        let ago = longest_ago(ago);
        assert!(ago.len() == 10 && ago.iter().all(|one| one.last_at.is_none()));
    }

    #[test]
    fn totals_and_sparklines_are_those_of_the_requests() {
        let key = |name: &str| SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), name);
        let mut written = Written::default();
        for writer in ["a:1/x", "b:1/y", "c:1/z"] {
            let (mut process, live) = (written.process(writer), LiveLatencies::default());
            for tick in 1..=180_i64 {
                (1..=10).for_each(|millis| live.add(millis * 1_000));
                let reading = Reading::default().counter(Counter::Ok, 10 * tick.unsigned_abs()).latencies(live.read());
                process.tick(tick, [(key("travel/plane"), reading)]);
            }
        }
        let now = BEGAN + HOUR;
        let plan = Plan::new(BEGAN, now, Some(30 * SECOND), now);
        let window = crate::monitoring::points::Window::of(&plan);
        let rows = written.of_tier(Tier::TenSeconds);
        let slice_of = |key: SliceKey| {
            let start = Tier::TenSeconds.chunk(key.from);
            let of_chunk: Vec<_> = rows.iter().filter(|row| row.start_ms == start).cloned().collect();
            Arc::new(Slice::new(&key, &of_chunk, now))
        };
        let slices: Vec<Arc<Slice>> = SliceKey::of(SeriesKind::Api, &window).map(slice_of).collect();
        assert_eq!(slices.len(), 6);
        let name_of: &NameOf<'_> = &|series| Some(series.object.as_str());
        let mut all = totals(&slices, name_of);
        let subject = Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane");
        let figures = all.remove("travel/plane").unwrap().figures(subject, HOUR);
        assert_eq!((figures.requests, figures.error_share), (1.5, Some(0.0)));
        let p95 = figures.p95.unwrap();
        assert!((9.8..=10.2).contains(&p95), "{p95}");
        let mut drawn = [figures];
        let alive: BTreeSet<Millis> = (0..80).map(|index| BEGAN + index * 30 * SECOND).collect();
        Sparks::of(&plan, &alive).draw(&plan, &slices, name_of, drawn.iter_mut().collect());
        let sparkline = &drawn[0].sparkline;
        assert_eq!(
            (sparkline.len(), sparkline[0], sparkline[29], sparkline[30], sparkline[59]),
            (60, Some(3.0), Some(3.0), Some(0.0), None)
        );
        assert_eq!(plan.step * 2, MINUTE);
    }
}
