//! The quality of assets: what came of the checks of datasets, how new their rows are, and a trust score with its parts.

use model::Problem;
use model::catalogue::{AssetPath, DatasetFreshness, LastBuild, QualityCheck, dataset_checks};
use model::clock::{HOUR, MINUTE, Millis, SECOND};
use model::job::{JobSpec, RunState, When};
use model::reconcile::Compared;
use model::schedule::next_after;
use model::snapshot::Environment;
use model::view::{DatasetView, QualityBuild, QualityView, RunView};

use crate::failure::api_spec;
use crate::{Caller, Control};

/// Builds that are shown.
const BUILDS: usize = 20;
/// How long after its time a scheduled build may come, where its job says nothing of that.
const GRACE: Millis = HOUR;
/// How many polls of an incremental sync may be missed.
const MISSED_POLLS: Millis = 10;
/// Polls are not counted more closely than this.
const SYNC_GRACE: Millis = 5 * MINUTE;

/// What is known of the rows of a dataset.
#[derive(Default)]
struct Known {
    checks: Vec<QualityCheck>,
    freshness: Option<DatasetFreshness>,
    builds: Vec<QualityBuild>,
}

impl Control {
    /// The quality of an asset. An API that is served from a dataset has its checks and its freshness.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see.
    pub async fn quality(&self, caller: &Caller, path: &AssetPath) -> Result<QualityView, Problem> {
        let asset = self.visible_asset(caller, path).await?;
        let path = asset.decoded_path()?;
        let dataset = match &path {
            AssetPath::Dataset { domain, name } => Some((domain.clone(), name.clone())),
            AssetPath::Api { domain, name } => self.dataset_behind(domain, name).await?.map(|dataset| (domain.clone(), dataset)),
            _ => None,
        };
        let known = match dataset {
            Some((domain, name)) => self.known_of(caller, (&domain, &name)).await?,
            None => Known::default(),
        };
        let trust = self.trust_of(&asset, (&known.checks, known.freshness)).await?;
        Ok(QualityView { path, at: self.host.now(), trust, checks: known.checks, freshness: known.freshness, builds: known.builds })
    }

    /// Which check failed is told by its sentence, before values are taken out of that.
    async fn known_of(&self, caller: &Caller, (domain, name): (&str, &str)) -> Result<Known, Problem> {
        let mut view = self.dataset_with_values(caller, domain, name).await?;
        let checks = checks(&view);
        self.mask_dataset(&mut view).await?;
        let builds = ended(&view).take(BUILDS).map(build).collect();
        Ok(Known { checks, freshness: freshness(&view), builds })
    }

    /// The dataset that the live version of an API is served from.
    async fn dataset_behind(&self, domain: &str, name: &str) -> Result<Option<String>, Problem> {
        let Some(api) = self.store.api(domain, name).await? else { return Ok(None) };
        let mut releases = self.store.releases_of(&api.id).await?;
        releases.sort_by_key(|release| release.environment != Environment::Prod.key());
        let Some(release) = releases.first() else { return Ok(None) };
        let Some(version) = self.store.version(&release.version_id).await? else { return Ok(None) };
        Ok(api_spec(&api, &version)?.serve_from.dataset().map(str::to_owned))
    }
}

/// The runs that came to their end, the newest first.
fn ended(view: &DatasetView) -> impl Iterator<Item = &RunView> {
    view.job.runs.iter().filter(|run| matches!(run.state, RunState::Done | RunState::Failed))
}

fn checks(view: &DatasetView) -> Vec<QualityCheck> {
    let last = ended(view).next().map(|run| LastBuild { state: run.state, reason: &run.reason });
    dataset_checks(&view.spec, &view.job.spec, last, last_compared(view))
}

/// The last reconciliation of the live version that came to its end.
fn last_compared(view: &DatasetView) -> Option<&Compared> {
    let live = view.live(view.job.spec.environment)?;
    live.compared.iter().find(|compared| compared.finished_at.is_some() && compared.reason.is_empty()).map(|compared| &compared.figures)
}

fn build(run: &RunView) -> QualityBuild {
    QualityBuild {
        version: run.version,
        at: run.finished_at.unwrap_or(run.asked_at),
        passed: run.state == RunState::Done,
        rows: run.figures.written_rows,
        rejected: run.figures.rejected_rows,
        reason: run.reason.clone(),
    }
}

/// How new the live rows are, and when newer ones should be there.
fn freshness(view: &DatasetView) -> Option<DatasetFreshness> {
    let live = view.live(view.job.spec.environment)?;
    let built_at = live.finished_at?;
    let caught_up_at = live.incremental_sync.as_ref().and_then(|sync| sync.figures.caught_up_at);
    match (&view.job.spec.incremental, caught_up_at) {
        (Some(incremental), Some(at)) => {
            let at = at.max(built_at);
            let every = Millis::from(incremental.every_s) * SECOND;
            Some(DatasetFreshness { at, expected_by: Some(at + (every * MISSED_POLLS).max(SYNC_GRACE)) })
        }
        _ => {
            let expected_by = if view.job.paused { None } else { expected(&view.job.spec, built_at) };
            Some(DatasetFreshness { at: built_at, expected_by })
        }
    }
}

/// When the next scheduled build should be over; nothing where nobody said when it comes.
fn expected(job: &JobSpec, built_at: Millis) -> Option<Millis> {
    let When::Cron(cron) = &job.when else { return None };
    let next = next_after(cron, built_at).ok().flatten()?;
    Some(next + job.late_after_minutes.map_or(GRACE, |minutes| Millis::from(minutes) * MINUTE))
}

#[cfg(test)]
mod tests {
    use model::clock::DAY;
    use model::job::Cron;

    use super::*;

    #[test]
    fn the_next_scheduled_build_is_expected_some_time_after_it_is_due() {
        let at = |minutes| {
            let when = When::Cron(Cron { pattern: "0 3 * * *".into(), zone: "UTC".into() });
            expected(&JobSpec { when, late_after_minutes: minutes, ..JobSpec::default() }, DAY + 4 * HOUR)
        };
        assert_eq!(at(None), Some(2 * DAY + 4 * HOUR));
        assert_eq!(at(Some(30)), Some(2 * DAY + 3 * HOUR + 30 * MINUTE));
        assert_eq!(expected(&JobSpec::default(), 0), None);
    }
}
