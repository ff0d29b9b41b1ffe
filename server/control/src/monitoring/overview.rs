//! All APIs of the domains that the reader may see: one chart, lists, apps and compartments.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::clock::{DAY, Millis};
use model::snapshot::Environment;
use model::view::{ChartQuery, CompartmentFigures, Metric, OverviewQuery, OverviewView, Subject, SubjectFigures, SubjectKind, TopBy};
use model::{Action, Problem};
use observe::{Gauge, GaugeRange, Plan, Point, SeriesKey, SeriesKind};

use super::chart::{Of, app_of};
use super::compute::compute;
use super::marks::Marked;
use super::points::Window;
use super::range;
use super::slice::{Slice, domain_of};
use super::top::{NameOf, Sparks, lists, longest_ago, totals};
use crate::{Caller, Control};

const METRICS: [Metric; 10] = [
    Metric::Requests,
    Metric::Errors,
    Metric::ErrorShare,
    Metric::LatencyP50,
    Metric::LatencyP95,
    Metric::LatencyP99,
    Metric::CacheL1,
    Metric::CacheL2,
    Metric::CacheStale,
    Metric::CacheMiss,
];
/// Not called for so long, an API is unused.
const UNUSED: Millis = 30 * DAY;
/// The busiest apps.
const APPS: usize = 50;

impl Control {
    /// The figures of all APIs that the caller may see, or of those of one domain.
    ///
    /// # Errors
    /// For a domain that the caller may not see; a time that cannot be.
    pub async fn overview(&self, caller: &Caller, query: &OverviewQuery) -> Result<OverviewView, Problem> {
        let domains = self.watched_domains(caller, query.domain.as_deref()).await?;
        let now = self.host.now();
        range::check(query.from, query.to, now)?;
        let asked = ChartQuery {
            subject: Subject::new(SubjectKind::Domain, Some(query.environment), query.domain.clone().unwrap_or_default()),
            metrics: METRICS.to_vec(),
            from: query.from,
            to: query.to,
            step: None,
            compare: query.compare,
            zone: query.zone.clone(),
            by_code: false,
        };
        let of = Of::Domains(query.environment, domains.clone());
        let plan = of.plan(&asked, now);
        let mut marks = self.marks(Marked::Domains(&domains), Some(query.environment), (plan.from, plan.to)).await?;
        marks.extend(self.alert_marks_of_domains(&domains, Some(query.environment), (plan.from, plan.to)).await?);
        let chart = self.drawn(&of, &plan, &asked, marks).await?;
        let window = Window::of(&plan);
        let compartments = self.compartment_figures(&window, &domains).await?;
        let read = Read {
            plan,
            environment: query.environment,
            alive: self.figures.alive(&window).await?.any(),
            apis: self.figures.slices(SeriesKind::Api, &window).await?,
            apps: self.figures.slices(SeriesKind::AppApi, &window).await?,
            live: self.live_since(query.environment, &domains).await?,
            known: self.figures.known(SeriesKind::Api).await?.into_iter().collect(),
            domains,
        };
        let (top, apps, apis) = compute(move || read.lists()).await?;
        Ok(OverviewView { chart, top, apps, compartments, apis })
    }

    /// The domains that the caller may see, or the one that is named.
    async fn watched_domains(&self, caller: &Caller, named: Option<&str>) -> Result<BTreeSet<String>, Problem> {
        let all = self.store.domains().await?.into_iter().map(|domain| domain.name);
        let seen: BTreeSet<String> = all.filter(|domain| caller.can(Action::See, domain)).collect();
        match named {
            None => Ok(seen),
            Some(named) if seen.contains(named) => Ok(BTreeSet::from([named.to_owned()])),
            Some(named) => Err(Problem::not_found(format!("domain {named}"))),
        }
    }

    /// Since when each API of domains is live in an environment, by its path.
    async fn live_since(&self, environment: Environment, domains: &BTreeSet<String>) -> Result<BTreeMap<String, Millis>, Problem> {
        let apis = self.store.apis().await?;
        let seen = apis.into_iter().filter(|api| domains.contains(&api.domain));
        let paths: HashMap<String, String> = seen.map(|api| (api.id, format!("{}/{}", api.domain, api.name))).collect();
        let releases = self.store.releases().await?.into_iter().filter(|release| release.environment == environment.key());
        Ok(releases.filter_map(|release| Some((paths.get(&release.api_id)?.clone(), release.released_at))).collect())
    }

    /// Of all nodes together. The number of slots seldom changes, so it may stand in an earlier chunk.
    async fn compartment_figures(&self, window: &Window, domains: &BTreeSet<String>) -> Result<Vec<CompartmentFigures>, Problem> {
        let mut nodes: BTreeMap<String, BTreeMap<&str, Point>> = BTreeMap::new();
        let slices = self.figures.slices(SeriesKind::Compartment, window).await?;
        let mut refused: HashMap<&str, u64> = HashMap::new();
        for (series, part) in slices.iter().flat_map(|slice| &slice.parts) {
            *refused.entry(series.object.as_str()).or_default() += part.refused;
            for (node, point) in &part.nodes {
                let of_node = nodes.entry(series.object.clone()).or_default().entry(node.as_str());
                of_node.and_modify(|own| own.merge(point)).or_insert_with(|| point.clone());
            }
        }
        let mut figures = Vec::new();
        for (series, last) in self.figures.known(SeriesKind::Compartment).await? {
            if !domains.contains(domain_of(&series.object)) {
                continue;
            }
            let of_nodes = nodes.get(&series.object);
            let in_use = sum_of(of_nodes, Gauge::Running, |range| range.max).unwrap_or(0);
            let waiting = sum_of(of_nodes, Gauge::Waiting, |range| range.max).unwrap_or(0);
            let slots = match sum_of(of_nodes, Gauge::PoolSize, |range| range.last) {
                Some(slots) => slots,
                None => {
                    let latest = self.figures.latest(&series, last, window.now).await?;
                    latest.and_then(|point| point.gauge(Gauge::PoolSize)).map_or(0, |range| range.last)
                }
            };
            let refused = refused.get(series.object.as_str()).copied().unwrap_or(0);
            figures.push(CompartmentFigures { path: series.object, slots, in_use, waiting, refused });
        }
        Ok(figures)
    }
}

/// Of all nodes; nothing where none has said it.
fn sum_of(nodes: Option<&BTreeMap<&str, Point>>, gauge: Gauge, value: fn(&GaugeRange) -> i64) -> Option<i64> {
    let values: Vec<i64> = nodes?.values().filter_map(|point| point.gauge(gauge)).map(|range| value(&range)).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

/// What the lists are made of.
struct Read {
    plan: Plan,
    environment: Environment,
    domains: BTreeSet<String>,
    alive: BTreeSet<Millis>,
    apis: Vec<Arc<Slice>>,
    apps: Vec<Arc<Slice>>,
    live: BTreeMap<String, Millis>,
    known: HashMap<SeriesKey, Millis>,
}

type Lists = (Vec<(TopBy, Vec<SubjectFigures>)>, Vec<SubjectFigures>, u32);

impl Read {
    fn lists(&self) -> Lists {
        let sparks = Sparks::of(&self.plan, &self.alive);
        let api: &NameOf<'_> = &|series| self.is_seen(series, &series.object).then_some(series.object.as_str());
        let called = self.figures(&self.apis, SubjectKind::Api, api);
        let mut top = lists(&called);
        top.push((TopBy::Unused, longest_ago(self.unused(&called))));
        sparks.draw(&self.plan, &self.apis, api, top.iter_mut().flat_map(|(_, figures)| figures).collect());
        let app: &NameOf<'_> = &|series| {
            let (app, api) = series.object.split_once(' ')?;
            (self.is_seen(series, app) || self.is_seen(series, api)).then(|| app_of(&series.object))
        };
        let mut apps = self.figures(&self.apps, SubjectKind::App, app);
        apps.sort_by(|one, other| other.requests.total_cmp(&one.requests).then_with(|| one.subject.cmp(&other.subject)));
        apps.truncate(APPS);
        sparks.draw(&self.plan, &self.apps, app, apps.iter_mut().collect());
        let paths: BTreeSet<&str> = called.iter().map(|one| one.subject.path.as_str()).collect();
        let only_live = self.live.iter().filter(|(path, since)| **since < self.plan.to && !paths.contains(path.as_str())).count();
        (top, apps, u32::try_from(paths.len() + only_live).unwrap_or(u32::MAX))
    }

    fn is_seen(&self, series: &SeriesKey, path: &str) -> bool {
        series.environment == Some(self.environment) && self.domains.contains(domain_of(path))
    }

    fn figures(&self, slices: &[Arc<Slice>], kind: SubjectKind, name_of: &NameOf<'_>) -> Vec<SubjectFigures> {
        let span = self.plan.to.min(self.plan.now) - self.plan.from;
        let all = totals(slices, name_of).into_iter();
        all.map(|(name, totals)| totals.figures(Subject::new(kind, Some(self.environment), name), span)).collect()
    }

    /// Live for as long, and not called meanwhile.
    fn unused(&self, called: &[SubjectFigures]) -> Vec<SubjectFigures> {
        let called: HashMap<&str, Option<Millis>> = called.iter().map(|one| (one.subject.path.as_str(), one.last_at)).collect();
        let before = self.plan.now - UNUSED;
        let of = |(path, since): (&String, &Millis)| {
            let key = SeriesKey::new(SeriesKind::Api, Some(self.environment), path.clone());
            let last_at = called.get(path.as_str()).copied().flatten().max(self.known.get(&key).copied());
            let subject = Subject::new(SubjectKind::Api, Some(self.environment), path.clone());
            let is_unused = *since <= before && last_at.is_none_or(|at| at <= before);
            let figures =
                SubjectFigures { subject, requests: 0.0, error_share: None, p95: None, cached: None, sparkline: Vec::new(), last_at };
            is_unused.then_some(figures)
        };
        self.live.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitoring::samples::BEGAN;

    #[test]
    fn an_api_is_unused_that_was_live_and_not_called_for_30_days() {
        let key = |path: &str| SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), path);
        let live = [("a/new", 1), ("a/never", 90), ("a/long-ago", 90), ("a/lately", 90)];
        let read = Read {
            plan: Plan::new(BEGAN - DAY, BEGAN, None, BEGAN),
            environment: Environment::Prod,
            domains: BTreeSet::from(["a".to_owned()]),
            alive: BTreeSet::new(),
            apis: Vec::new(),
            apps: Vec::new(),
            live: live.into_iter().map(|(path, days)| (path.to_owned(), BEGAN - days * DAY)).collect(),
            known: HashMap::from([(key("a/long-ago"), BEGAN - 31 * DAY), (key("a/lately"), BEGAN - 29 * DAY)]),
        };
        let (top, apps, apis) = read.lists();
        let (by, unused) = top.last().unwrap();
        let paths: Vec<&str> = unused.iter().map(|one| one.subject.path.as_str()).collect();
        assert_eq!((*by, paths, apps.len(), apis), (TopBy::Unused, vec!["a/never", "a/long-ago"], 0, 4));
    }
}
