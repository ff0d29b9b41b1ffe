//! Why an API is slow or failing: reads what the rules of `model::diagnosis` look at.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::audit::AuditAction;
use model::clock::{DAY, Millis};
use model::diagnosis::{Change, ChangeKind, MIN_FAILED, Observed, ObservedApp, ObservedNode, ObservedSource, diagnose};
use model::limit::Rate;
use model::snapshot::Environment;
use model::view::{Diagnosis, LimitOf, Subject, SubjectKind};
use model::{Action, ErrorCode, Problem};
use observe::{Counter, SeriesKey, SeriesKind};
use store::ApiRow;

use super::access::parts;
use super::chart::app_of;
use super::compute::compute;
use super::counted::{self, OfNodes, Times};
use super::marks::Marked;
use super::points::{Alive, Points};
use super::range;
use crate::apis::Beside;
use crate::live::{rate_of, switches_of};
use crate::{Caller, Control};

/// The newest changes; older ones are not what is wrong now.
const CHANGES: usize = 10;
/// Rows of the audit log that are looked through for them.
const LOOKED_THROUGH: i64 = 1_000;
/// APIs that a Union is followed into.
const FOLLOWED: usize = 64;

/// What the live version of an API reads.
#[derive(Default)]
struct Reads {
    sources: BTreeSet<String>,
    /// The path of the dataset that the API itself is served from.
    dataset: Option<String>,
}

impl Control {
    /// Why an API is slow or failing within a time, compared with the time of the same length before it.
    ///
    /// # Errors
    /// Where there is no API that the caller may see; a time that cannot be.
    pub async fn diagnose(
        &self,
        caller: &Caller,
        (path, environment): (&str, Environment),
        (from, to): (Millis, Millis),
    ) -> Result<Diagnosis, Problem> {
        let (domain, name) = parts(path)?;
        let api = self.visible_api(caller, domain, name).await?;
        let now = self.host.now();
        range::check(from, to, now)?;
        let times = Times::of(from, to, now);
        let key = SeriesKey::new(SeriesKind::Api, Some(environment), path);
        let nodes = Arc::new(self.figures.by_node(&key, &times.window).await?);
        let alive = Arc::new(self.figures.alive(&times.window).await?);
        let reads = self.reads_of(&api, environment).await?;
        let changes = self.changes_within(path, environment, (&reads, &times)).await?;
        let mut observed = compute({
            let nodes = nodes.clone();
            move || counts_of_api(&nodes, changes, &times)
        })
        .await?;
        observed.api = Subject::new(SubjectKind::Api, Some(environment), path);
        observed.sees_nodes = caller.can(Action::Administer, "");
        observed.sources = self.observed_sources(caller, (&reads.sources, environment), (&times, &alive)).await?;
        observed.dataset = reads.dataset;
        if observed.now.limit_hits >= MIN_FAILED {
            observed.apps = self.observed_apps(&api, environment, (&times, &alive)).await?;
            observed.limits = self.limits_of(&api).await?;
        }
        observed.nodes = self.observed_nodes(&nodes, (&times, &alive)).await?;
        Ok(diagnose(&observed))
    }

    /// The nodes that were asked.
    async fn observed_nodes(&self, nodes: &OfNodes, (times, alive): (&Times, &Arc<Alive>)) -> Result<Vec<ObservedNode>, Problem> {
        let mut observed = Vec::new();
        for (node, of_api) in nodes {
            let key = SeriesKey::new(SeriesKind::Node, None, node.as_str());
            let itself = self.figures.gathered(&[key], &times.window, alive).await?.points;
            let (node, of_api, within) = (node.clone(), of_api.clone(), times.now());
            observed.push(compute(move || counted::node(&node, &of_api, &itself, &within)).await?);
        }
        Ok(observed)
    }

    /// The sources that an API reads, those of the steps of a Union among them.
    async fn reads_of(&self, api: &ApiRow, environment: Environment) -> Result<Reads, Problem> {
        let mut reads = Reads::default();
        let beside = Beside { domain: &api.domain, environment, planned: &[] };
        let (mut seen, mut waiting) = (BTreeSet::from([api.name.clone()]), vec![api.clone()]);
        while let Some(next) = waiting.pop() {
            let Some(spec) = self.live_spec(&beside, &next.name).await? else { continue };
            if let Some(body) = spec.union() {
                for step in &body.steps {
                    for called in step.apis() {
                        if seen.len() < FOLLOWED && seen.insert(called.to_owned()) {
                            waiting.extend(self.store.api(&api.domain, called).await?);
                        }
                    }
                }
                continue;
            }
            match spec.serve_from.dataset() {
                Some(dataset) if next.id == api.id => reads.dataset = Some(format!("{}/{dataset}", api.domain)),
                Some(_) => {}
                None => {
                    reads.sources.insert(spec.source.clone());
                }
            }
        }
        Ok(reads)
    }

    /// What happened to an API and its dataset, by time.
    async fn changes_within(
        &self,
        path: &str,
        environment: Environment,
        (reads, times): (&Reads, &Times),
    ) -> Result<Vec<(Millis, ChangeKind)>, Problem> {
        let (from, to) = (times.window.from, times.window.to);
        let of_environment = format!(" in {}", environment.key());
        let mut changes = Vec::new();
        // The newest first.
        for row in self.store.audit_of_time(path, from, to, LOOKED_THROUGH).await? {
            if changes.len() == CHANGES {
                break;
            }
            match row.kind() {
                Some(AuditAction::ApiPurged) => changes.push((row.at, ChangeKind::Purge)),
                Some(AuditAction::ApiReleased) => {
                    let (before, after) = (row.before.unwrap_or_default(), row.after.unwrap_or_default());
                    let Some(after) = after.strip_suffix(&of_environment) else { continue };
                    let (Some(now), Some(before)) = (self.store.version(after).await?, self.store.version(&before).await?) else {
                        continue;
                    };
                    changes.push((row.at, ChangeKind::Release { version: now.number, previous: before.number }));
                }
                _ => {}
            }
        }
        if let Some(dataset) = &reads.dataset {
            let switches = self.marks(Marked::Dataset(dataset), Some(environment), (from, to)).await?;
            changes.extend(switches.into_iter().rev().take(CHANGES).map(|mark| (mark.at, ChangeKind::VersionSwitch)));
        }
        changes.sort_by_key(|(at, _)| *at);
        Ok(changes)
    }

    /// Those that the caller may see.
    async fn observed_sources(
        &self,
        caller: &Caller,
        (names, environment): (&BTreeSet<String>, Environment),
        (times, alive): (&Times, &Arc<Alive>),
    ) -> Result<Vec<ObservedSource>, Problem> {
        let mut sources = Vec::new();
        for name in names {
            match self.visible_source(caller, name).await {
                Ok(_) => {}
                Err(problem) if problem.code == ErrorCode::NotFound => continue,
                Err(problem) => return Err(problem),
            }
            let key = SeriesKey::new(SeriesKind::Source, Some(environment), name.as_str());
            let points = self.figures.gathered(&[key], &times.window, alive).await?.points;
            let jobs = self.jobs_on(caller, name, (times, alive)).await?;
            let (name, times) = (name.clone(), *times);
            sources.push(compute(move || observed_source(name, &points, jobs, &times)).await?);
        }
        Ok(sources)
    }

    /// The jobs that read rows of a source within the time.
    async fn jobs_on(&self, caller: &Caller, source: &str, (times, alive): (&Times, &Arc<Alive>)) -> Result<Vec<(String, u64)>, Problem> {
        let mut paths = BTreeSet::new();
        for row in self.store.datasets().await? {
            if caller.can(Action::See, &row.domain) && row.definition()?.source == source {
                paths.insert(format!("{}/{}", row.domain, row.name));
            }
        }
        let mut jobs = Vec::new();
        for (key, last) in self.figures.known(SeriesKind::Job).await? {
            if paths.contains(&key.object) && is_recent(last, times) {
                let points = self.figures.gathered(std::slice::from_ref(&key), &times.window, alive).await?.points;
                let rows = counted::counted(&points, &times.now(), Counter::Rows);
                jobs.extend((rows > 0).then_some((key.object, rows)));
            }
        }
        Ok(jobs)
    }

    /// The apps that called the API within the time, with the limits of their grants.
    async fn observed_apps(
        &self,
        api: &ApiRow,
        environment: Environment,
        (times, alive): (&Times, &Arc<Alive>),
    ) -> Result<Vec<ObservedApp>, Problem> {
        let (of_api, now) = (format!(" {}/{}", api.domain, api.name), times.now());
        let (apps, grants) = (self.store.apps().await?, self.store.grants().await?);
        let limit_of = |path: &str| -> Option<Rate> {
            let app = apps.iter().find(|app| path.split_once('/') == Some((app.domain.as_str(), app.name.as_str())))?;
            let grant = grants.iter().find(|grant| grant.app_id == app.id && grant.api_id == api.id)?;
            rate_of(grant.per_second, grant.burst)
        };
        let mut observed = Vec::new();
        for (key, last) in self.figures.known(SeriesKind::AppApi).await? {
            if key.environment != Some(environment) || !key.object.ends_with(&of_api) || !is_recent(last, times) {
                continue;
            }
            let points = self.figures.gathered(std::slice::from_ref(&key), &times.window, alive).await?.points;
            let refused = counted::counted(&points, &now, Counter::Error(ErrorCode::TooManyRequests));
            let requests = points.range(now.clone()).map(|(_, point)| point.counter(Counter::Ok).saturating_add(point.errors()));
            let (requests, path) = (requests.fold(0, u64::saturating_add), app_of(&key.object).to_owned());
            observed.push(ObservedApp { limit: limit_of(&path), path, requests, refused });
        }
        Ok(observed)
    }

    /// The limits of an API and of its compartment, in the order in which they are asked.
    async fn limits_of(&self, api: &ApiRow) -> Result<Vec<(LimitOf, Rate)>, Problem> {
        let row = self.store.switches_of(&api.id).await?;
        let switches = switches_of(row.as_ref())?;
        let compartments = self.store.compartments().await?;
        let compartment = compartments.iter().find(|row| row.domain == api.domain && row.priority == switches.priority.key());
        let of_compartment = compartment.and_then(|row| rate_of(Some(row.per_second), Some(row.burst)));
        let path = format!("{}/{}", api.domain, switches.priority.key());
        let own = switches.limit.map(|rate| (LimitOf::Api, rate));
        Ok(own.into_iter().chain(of_compartment.map(|rate| (LimitOf::Compartment(path), rate))).collect())
    }
}

/// The latest chunk of a series begins up to a day before its latest point.
fn is_recent(last: Millis, times: &Times) -> bool {
    last.saturating_add(DAY) >= times.from
}

/// What the figures of the API itself say; the rest is added by who has read it.
fn counts_of_api(nodes: &OfNodes, changes: Vec<(Millis, ChangeKind)>, times: &Times) -> Observed {
    let change = |(at, kind): (Millis, ChangeKind)| {
        let [before, after] = times.around(at);
        Change { at, kind, before: counted::counts(nodes, &before), after: counted::counts(nodes, &after) }
    };
    Observed {
        api: Subject::new(SubjectKind::Api, None, ""),
        from: times.from,
        to: times.window.to,
        compared_from: times.window.from,
        now: counted::counts(nodes, &times.now()),
        before: counted::counts(nodes, &times.before()),
        parts: counted::parts(nodes, times),
        sources: Vec::new(),
        dataset: None,
        apps: Vec::new(),
        limits: Vec::new(),
        changes: changes.into_iter().map(change).collect(),
        nodes: Vec::new(),
        sees_nodes: false,
    }
}

fn observed_source(name: String, points: &Points, jobs: Vec<(String, u64)>, times: &Times) -> ObservedSource {
    ObservedSource {
        name,
        now: counted::source_counts(points, &times.now()),
        before: counted::source_counts(points, &times.before()),
        parts: counted::source_parts(points, times),
        jobs,
    }
}
