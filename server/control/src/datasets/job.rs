//! How a dataset is built: its schedule, a pause of that, and the end of a run.

use std::collections::BTreeMap;

use connect::registry;
use model::audit::AuditAction;
use model::clock::Millis;
use model::dataset::{DataVersionState, DatasetSpec, StoreKind};
use model::job::{Cron, JobSpec, RunState, When, circle};
use model::schedule::{in_zone, next_after, zones};
use model::view::{DatasetSaved, NextTime, ZoneView};
use model::{Action, ErrorCode, FieldError, Problem};
use store::{DataVersionRow, DatasetRow, JobRow, RunRow, StoreError, Tx};

use super::{DatasetEdit, incremental_error};
use crate::{Caller, Control};

/// The dataset that another is made after, where its job can be read.
type Before = Result<Option<String>, StoreError>;

impl Control {
    /// Sets the job of a dataset. What of it can change the answers of live APIs, how the table is followed and which
    /// rows may be left out, becomes a request, which the answer names; all else is in force at once.
    ///
    /// # Errors
    /// A pattern or zone that cannot be read, a dataset that is not there, or one that waits for this one; another change that waits
    /// for a decision.
    pub async fn set_job(&self, caller: &Caller, domain: &str, name: &str, spec: &JobSpec) -> Result<DatasetSaved, Problem> {
        let (dataset, _) = self.own_job(caller, domain, name).await?;
        let of = dataset.definition()?;
        // The source is asked before anything waits for this change.
        let cursor = self.text_cursor_error(&of, spec).await;
        // Changes queue behind one another from here on: two that would wait for one another are not both right.
        let mut tx = self.write(caller).await?;
        let driver = self.driver_of(&of.source).await?;
        let mut errors = job_errors((domain, name, (&of, &driver)), spec, self.waiting(domain).await?, tx.at());
        errors.extend(cursor);
        if let Some(into) = &of.into {
            errors.extend(incremental_error(spec, &self.driver_of(&into.source).await?));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let edit = DatasetEdit { job: Some(spec.clone()), ..DatasetEdit::default() };
        let request = self.put_edit(&mut tx, caller, &dataset, &edit).await?;
        self.commit(tx).await?;
        Ok(DatasetSaved { request })
    }

    /// Leaves its schedule alone, or follows it again from its next time on.
    ///
    /// # Errors
    /// Where there is none, or none that the caller may change.
    pub async fn pause_job(&self, caller: &Caller, domain: &str, name: &str, paused: bool) -> Result<(), Problem> {
        let (dataset, _) = self.own_job(caller, domain, name).await?;
        let mut tx = self.write(caller).await?;
        let job = self.job_of(&dataset).await?;
        let spec = job.definition(&dataset)?;
        let due_at = if paused { None } else { first_due(&spec.when, tx.at()) };
        // Files that had come, and were not built of yet, come once more when it goes on.
        let seen = if paused && job.due_at.is_some() { String::new() } else { job.seen.clone() };
        tx.set_job(&JobRow { paused: i64::from(paused), due_at, seen, ..job }).await?;
        let words = if paused { "paused" } else { "goes on" };
        self.note(&mut tx, AuditAction::JobPaused, (domain, &subject(&dataset)), None, Some(words.into())).await?;
        self.commit(tx).await
    }

    /// Ends the run that is under way, or waits; its dataset version fails, and what is live is not touched.
    ///
    /// # Errors
    /// Where there is none any more.
    pub async fn stop_run(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        let (dataset, job) = self.own_job(caller, domain, name).await?;
        let over = || Problem::new(ErrorCode::Conflict, "No run of this dataset is in progress.");
        let run = self.open_run(&job).await?.ok_or_else(over)?;
        let version = self.store.data_version(&run.version_id).await?.ok_or_else(over)?;
        let mut tx = self.write(caller).await?;
        let reason = format!("{} ended it.", caller.email());
        let stale = |error: StoreError| match error {
            StoreError::Stale => over(),
            other => Problem::from(other),
        };
        let at = Some(tx.at());
        let stopped = RunRow { state: RunState::Stopped.key().into(), finished_at: at, reason: reason.clone(), ..run.clone() };
        tx.move_run(&run, &stopped).await.map_err(stale)?;
        let failed = DataVersionRow { state: DataVersionState::Failed.key().into(), finished_at: at, reason: reason.clone(), ..version };
        tx.move_data_version(&failed, DataVersionState::Building.key()).await.map_err(stale)?;
        let after = format!("version {}: {reason}", failed.number);
        self.note(&mut tx, AuditAction::DatasetStopped, (domain, &subject(&dataset)), None, Some(after)).await?;
        self.commit(tx).await
    }

    /// When a pattern would come next, so that its author sees what it means: five times, by the clocks of its own zone.
    ///
    /// # Errors
    /// A pattern or zone that cannot be read.
    #[allow(clippy::unused_async)] // as every use case
    pub async fn next_times(&self, _: &Caller, cron: &Cron) -> Result<Vec<NextTime>, Problem> {
        let times = times(cron, self.host.now(), 5).map_err(|error| Problem::fields(vec![error]))?;
        Ok(times.into_iter().map(|at| in_zone(at, &cron.zone)).collect())
    }

    /// The time zones to choose from.
    ///
    /// # Errors
    /// None; as every use case, it could be refused.
    #[allow(clippy::unused_async)] // as every use case
    pub async fn time_zones(&self, _: &Caller) -> Result<Vec<ZoneView>, Problem> {
        Ok(zones(self.host.now()))
    }

    /// Whether a source tells the changes of its tables itself.
    pub(crate) async fn feeds(&self, source: &str) -> Result<bool, Problem> {
        Ok(registry::feeds(&self.driver_of(source).await?))
    }

    /// The driver of a source; empty where there is none any more.
    pub(crate) async fn driver_of(&self, source: &str) -> Result<String, Problem> {
        let source = self.store.source(source).await?;
        Ok(source.map(|source| source.driver).unwrap_or_default())
    }

    async fn own_job(&self, caller: &Caller, domain: &str, name: &str) -> Result<(DatasetRow, JobRow), Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let job = self.job_of(&dataset).await?;
        Ok((dataset, job))
    }

    pub(crate) async fn job_of(&self, dataset: &DatasetRow) -> Result<JobRow, Problem> {
        let job = self.store.job_of(&dataset.id).await?;
        job.ok_or_else(|| Problem::not_found(format!("job of {}", subject(dataset))))
    }

    /// The run of a job that waits or is under way.
    pub(super) async fn open_run(&self, job: &JobRow) -> Result<Option<RunRow>, Problem> {
        let Some(run) = self.store.runs_of(&job.id, 1).await?.into_iter().next() else {
            return Ok(None);
        };
        let state = run.decoded_state()?;
        Ok((!state.is_over()).then_some(run))
    }

    /// Within a change, so that what somebody did just before is not lost: a pause, or that its time has come.
    pub(super) async fn put_job(&self, tx: &mut Tx, dataset: &DatasetRow, spec: &JobSpec, text: String) -> Result<(), Problem> {
        let job = self.job_of(dataset).await?;
        let known = job.definition(dataset)?;
        let before = job.spec.clone();
        let row = with_spec(job, &known, (spec, text.clone()), tx.at());
        tx.set_job(&row).await?;
        self.note(tx, AuditAction::JobSet, (&dataset.domain, &subject(dataset)), Some(before), Some(text)).await
    }

    /// The datasets of a domain, each with the one that it is made after.
    ///
    /// # Errors
    /// Where a job cannot be read: what it waits for is not known, and must not be taken for nothing.
    pub(crate) async fn waiting(&self, domain: &str) -> Result<BTreeMap<String, Option<String>>, Problem> {
        let each = self.waiting_each(domain).await?.into_iter();
        each.map(|(name, before)| before.map(|before| (name, before)).map_err(Problem::from)).collect()
    }

    /// The same to be shown: beside a job that cannot be read, the others are there. Its own page says why it is not.
    pub(super) async fn waiting_shown(&self, domain: &str) -> Result<BTreeMap<String, Option<String>>, Problem> {
        Ok(self.waiting_each(domain).await?.into_iter().map(|(name, before)| (name, before.unwrap_or_default())).collect())
    }

    async fn waiting_each(&self, domain: &str) -> Result<Vec<(String, Before)>, Problem> {
        let jobs = self.store.jobs_in(domain).await?;
        let datasets = self.store.datasets().await?;
        let before = |dataset: &DatasetRow| -> Before {
            let Some(job) = jobs.iter().find(|job| job.dataset_id == dataset.id) else { return Ok(None) };
            Ok(match job.definition(dataset)?.when {
                When::After(name) => Some(name),
                _ => None,
            })
        };
        Ok(datasets.iter().filter(|row| row.domain == domain).map(|row| (row.name.clone(), before(row))).collect())
    }
}

/// What of a job is wrong, where `waiting` says what the datasets of its domain are made after.
pub(crate) fn job_errors(
    (domain, name, (of, driver)): (&str, &str, (&DatasetSpec, &str)),
    spec: &JobSpec,
    mut waiting: BTreeMap<String, Option<String>>,
    now: Millis,
) -> Vec<FieldError> {
    let (mut errors, feeds) = (spec.errors(), registry::feeds(driver));
    if spec.when == When::Files && !registry::has_marks(driver) {
        errors.push(FieldError::new("when", "This source cannot detect file arrival. Choose cron instead."));
    }
    if spec.compare.is_some() && (feeds || of.store == StoreKind::Columnar) {
        let sentence = "Reconciliation is available for datasets with a key that are built from a table. Change streams and columnar datasets are not reconciled.";
        errors.push(FieldError::new("every_minutes", sentence));
    }
    if spec.compare.is_some() && of.mapping.latest_by.is_some() {
        let sentence =
            "Reconciliation is not available where the mapping keeps only the latest row of each key. Remove this option from the mapping.";
        errors.push(FieldError::new("every_minutes", sentence));
    }
    errors.extend(spec.incremental.iter().flat_map(|incremental| incremental.errors(of, feeds)));
    match &spec.when {
        When::Cron(cron) if !cron.pattern.trim().is_empty() => errors.extend(match next_after(cron, now) {
            Err(error) => Some(error),
            Ok(None) => Some(FieldError::new("pattern", "This cron pattern has no date in the future. February 31 is an example.")),
            Ok(Some(_)) => None,
        }),
        When::After(before) if !before.is_empty() && !waiting.contains_key(before) => {
            errors.push(FieldError::new("after", format!("Domain {domain} has no dataset {before}.")));
        }
        When::After(before) if !before.is_empty() => {
            waiting.insert(name.to_owned(), Some(before.clone()));
            let way = circle(name, &|name| waiting.get(name)?.as_deref());
            errors.extend(way.map(|way| {
                FieldError::new(
                    "after",
                    format!("These datasets would wait for each other: {}. Choose another dataset.", way.join(" after ")),
                )
            }));
        }
        _ => {}
    }
    errors
}

/// A job with another definition, due when that says so; what is due already stays so while what starts it is the same.
pub(crate) fn with_spec(job: JobRow, known: &JobSpec, (spec, text): (&JobSpec, String), now: Millis) -> JobRow {
    let same = known.when == spec.when;
    let due_at = match (job.paused == 0, same) {
        (false, _) => None,
        (true, true) => job.due_at,
        (true, false) => first_due(&spec.when, now),
    };
    let seen = if same { job.seen.clone() } else { String::new() };
    JobRow { spec: text, due_at, seen, ..job }
}

/// The next times of a pattern.
pub(super) fn times(cron: &Cron, now: Millis, count: usize) -> Result<Vec<Millis>, FieldError> {
    let mut times = Vec::new();
    let mut at = now;
    while times.len() < count
        && let Some(next) = next_after(cron, at)?
    {
        times.push(next);
        at = next;
    }
    Ok(times)
}

/// When a schedule that is followed from now on comes first.
fn first_due(when: &When, now: Millis) -> Option<Millis> {
    match when {
        When::Cron(cron) => next_after(cron, now).ok().flatten(),
        When::Asked | When::After(_) | When::Files => None,
    }
}

fn subject(dataset: &DatasetRow) -> String {
    format!("{}/{}", dataset.domain, dataset.name)
}
