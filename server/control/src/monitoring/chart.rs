//! The chart of one thing.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::clock::Millis;
use model::snapshot::Environment;
use model::view::{ChartQuery, ChartView, Mark, Subject, SubjectKind};
use model::{FieldError, Problem};
use observe::{Plan, SeriesKey, SeriesKind};

use super::access::environment;
use super::compare::Earlier;
use super::compute::compute;
use super::degradations::degradations;
use super::marks::{Marked, newest};
use super::points::{Folds, Gathered, Window};
use super::range;
use super::slice::Domain;
use super::values::lines;
use crate::{Caller, Control};

/// Whose figures are added up.
pub(super) enum Of {
    Series(Vec<SeriesKey>),
    /// All APIs of domains.
    Domains(Environment, BTreeSet<String>),
}

impl Of {
    pub(super) fn plan(&self, query: &ChartQuery, now: Millis) -> Plan {
        match self {
            Self::Series(_) => Plan::new(query.from, query.to, query.step, now),
            Self::Domains(..) => range::plan_of_domains(query.from, query.to, query.step, now),
        }
    }
}

impl Control {
    /// Figures of one thing over a time, beside those of an earlier time where that is asked for.
    ///
    /// # Errors
    /// For what the caller may not see; a time that cannot be.
    pub async fn chart(&self, caller: &Caller, query: &ChartQuery) -> Result<ChartView, Problem> {
        self.may_watch(caller, &query.subject).await?;
        let now = self.host.now();
        range::check(query.from, query.to, now)?;
        if query.metrics.is_empty() {
            return Err(Problem::fields(vec![FieldError::new("metrics", "Choose at least one metric, such as requests.")]));
        }
        let of = self.series_of(&query.subject).await?;
        let plan = of.plan(query, now);
        let mut marks = self.marks_of(&query.subject, &plan).await?;
        marks.extend(self.alert_marks(caller, &query.subject, (plan.from, plan.to)).await?);
        self.drawn(&of, &plan, query, marks).await
    }

    /// The lines of a chart. What its figures say of degradations is among its marks.
    pub(super) async fn drawn(&self, of: &Of, plan: &Plan, query: &ChartQuery, mut marks: Vec<Mark>) -> Result<ChartView, Problem> {
        let (gathered, alive) = self.gathered(of, &Window::of(plan)).await?;
        let mut unreadable = gathered.unreadable;
        let present = observe::intervals(plan, gathered.points, &alive);
        let compared = query.compare.and_then(|with| Earlier::of(plan, with, &query.zone, matches!(of, Of::Domains(..))));
        let earlier = match compared {
            None => None,
            Some(earlier) => {
                let (gathered, alive) = self.gathered(of, &earlier.window).await?;
                unreadable += gathered.unreadable;
                Some(earlier.intervals(&gathered.points, &alive))
            }
        };
        marks.extend(degradations(&query.subject.path, &present));
        Ok(ChartView {
            from: plan.from,
            to: plan.to,
            step: plan.step,
            now: plan.now,
            is_coarser: plan.is_coarser,
            lines: lines(&query.metrics, query.by_code, &present, earlier.as_deref()),
            marks: newest(marks),
            unreadable,
        })
    }

    /// The points of a window, and in which of its intervals any node has reported.
    async fn gathered(&self, of: &Of, window: &Window) -> Result<(Gathered, BTreeSet<Millis>), Problem> {
        let alive = Arc::new(self.figures.alive(window).await?);
        let gathered = match of {
            Of::Series(series) => self.figures.gathered(series, window, &alive).await?,
            Of::Domains(environment, domains) => {
                let slices = self.figures.slices(SeriesKind::Api, window).await?;
                let (window, environment, domains) = (*window, *environment, domains.clone());
                compute(move || {
                    let (mut folds, mut unreadable) = (Folds::default(), 0);
                    for slice in slices {
                        unreadable += slice.unreadable;
                        let is_asked = |domain: &Domain| domain.0 == Some(environment) && domains.contains(&domain.1);
                        let asked = slice.domains.iter().filter(|(domain, _)| is_asked(domain)).flat_map(|(_, points)| points);
                        asked.for_each(|(at, point)| folds.add(window.interval(*at), point.clone()));
                    }
                    Gathered { points: folds.points(), unreadable }
                })
                .await?
            }
        };
        Ok((gathered, alive.any()))
    }

    /// The series that the figures of a thing are in.
    async fn series_of(&self, subject: &Subject) -> Result<Of, Problem> {
        let one =
            |kind: SeriesKind, environment: Option<Environment>| Of::Series(vec![SeriesKey::new(kind, environment, subject.path.clone())]);
        Ok(match subject.kind {
            SubjectKind::Api => one(SeriesKind::Api, Some(environment(subject)?)),
            SubjectKind::AppApi => one(SeriesKind::AppApi, Some(environment(subject)?)),
            SubjectKind::Source => one(SeriesKind::Source, Some(environment(subject)?)),
            SubjectKind::Dataset => one(SeriesKind::Dataset, None),
            SubjectKind::Job => one(SeriesKind::Job, None),
            SubjectKind::Compartment => one(SeriesKind::Compartment, None),
            SubjectKind::Node => one(SeriesKind::Node, None),
            SubjectKind::Domain => Of::Domains(environment(subject)?, BTreeSet::from([subject.path.clone()])),
            SubjectKind::App => {
                let environment = environment(subject)?;
                let all = self.figures.known(SeriesKind::AppApi).await?;
                let is_of = |key: &SeriesKey| key.environment == Some(environment) && app_of(&key.object) == subject.path;
                Of::Series(all.into_iter().map(|(key, _)| key).filter(is_of).collect())
            }
        })
    }

    async fn marks_of(&self, subject: &Subject, plan: &Plan) -> Result<Vec<Mark>, Problem> {
        let time = (plan.from, plan.to);
        match subject.kind {
            SubjectKind::Api => self.marks(Marked::Api(&subject.path), subject.environment, time).await,
            SubjectKind::Dataset | SubjectKind::Job => self.marks(Marked::Dataset(&subject.path), subject.environment, time).await,
            SubjectKind::Domain => self.marks(Marked::Domains(&BTreeSet::from([subject.path.clone()])), subject.environment, time).await,
            SubjectKind::App | SubjectKind::AppApi | SubjectKind::Source | SubjectKind::Compartment | SubjectKind::Node => Ok(Vec::new()),
        }
    }
}

/// The path of the app, of an app and an API.
pub(super) fn app_of(object: &str) -> &str {
    object.split_once(' ').map_or(object, |(app, _)| app)
}
