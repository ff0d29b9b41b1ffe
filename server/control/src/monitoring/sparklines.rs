//! The last hour of some things, for Home.

use std::collections::{BTreeMap, BTreeSet};

use model::Problem;
use model::clock::HOUR;
use model::snapshot::Environment;
use model::view::{Subject, SubjectFigures, SubjectKind};
use observe::{SeriesKey, SeriesKind};

use super::chart::app_of;
use super::compute::compute;
use super::points::Window;
use super::range::plan_of_domains;
use super::slice::domain_of;
use super::top::{NameOf, Sparks, totals};
use crate::{Caller, Control};

/// As many things at once.
const MOST: usize = 50;

impl Control {
    /// The figures of the last hour of each of some things, in their order. Those that the caller may not see, and those that are not
    /// there, are left out.
    ///
    /// # Errors
    /// For more than 50 things.
    pub async fn sparklines(&self, caller: &Caller, subjects: &[Subject]) -> Result<Vec<SubjectFigures>, Problem> {
        if subjects.len() > MOST {
            return Err(Problem::field("subjects", format!("At most {MOST} subjects are allowed in one request. Send several requests.")));
        }
        let mut wanted: BTreeMap<(SubjectKind, Option<Environment>), BTreeSet<String>> = BTreeMap::new();
        for subject in subjects {
            // Nobody is reported for what a page asks for of its own.
            let is_seen = subject.kind != SubjectKind::Node || caller.is_admin();
            if is_seen && self.may_watch(caller, subject).await.is_ok() {
                wanted.entry((subject.kind, subject.environment)).or_default().insert(subject.path.clone());
            }
        }
        let mut found: BTreeMap<Subject, SubjectFigures> = BTreeMap::new();
        for ((kind, environment), paths) in wanted {
            for figures in self.last_hour(kind, environment, paths).await? {
                found.insert(figures.subject.clone(), figures);
            }
        }
        Ok(subjects.iter().filter_map(|subject| found.get(subject).cloned()).collect())
    }

    async fn last_hour(
        &self,
        kind: SubjectKind,
        environment: Option<Environment>,
        paths: BTreeSet<String>,
    ) -> Result<Vec<SubjectFigures>, Problem> {
        let now = self.host.now();
        let plan = plan_of_domains(now - HOUR, now, None, now);
        let window = Window::of(&plan);
        let slices = self.figures.slices(series_kind(kind), &window).await?;
        let alive = self.figures.alive(&window).await?.any();
        compute(move || {
            let name_of: &NameOf<'_> = &|series| {
                let name = name_in(kind, series);
                (series.environment == environment && paths.contains(name)).then_some(name)
            };
            let mut all = totals(&slices, name_of);
            let span = plan.to.min(plan.now) - plan.from;
            let figures = paths.iter().map(|path| {
                let subject = Subject::new(kind, environment, path.clone());
                all.remove(path.as_str()).unwrap_or_default().figures(subject, span)
            });
            let mut figures: Vec<SubjectFigures> = figures.collect();
            Sparks::of(&plan, &alive).draw(&plan, &slices, name_of, figures.iter_mut().collect());
            figures
        })
        .await
    }
}

/// The series that the figures of a kind of thing are in.
fn series_kind(kind: SubjectKind) -> SeriesKind {
    match kind {
        SubjectKind::Api | SubjectKind::Domain => SeriesKind::Api,
        SubjectKind::App | SubjectKind::AppApi => SeriesKind::AppApi,
        SubjectKind::Source => SeriesKind::Source,
        SubjectKind::Dataset => SeriesKind::Dataset,
        SubjectKind::Job => SeriesKind::Job,
        SubjectKind::Compartment => SeriesKind::Compartment,
        SubjectKind::Node => SeriesKind::Node,
    }
}

fn name_in(kind: SubjectKind, series: &SeriesKey) -> &str {
    match kind {
        SubjectKind::Domain => domain_of(&series.object),
        SubjectKind::App => app_of(&series.object),
        _ => &series.object,
    }
}
