//! A change of what decides a dataset's rows, where live APIs read the dataset: it is held back for somebody else's decision. Builds and
//! incremental syncs use what is in force until then.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::dataset::DatasetSpec;
use model::gates::Gates;
use model::job::{JobSpec, When};
use model::mapping::Mapping;
use model::row_rules::RowRules;
use model::table::TableInfo;
use model::view::{HeldChange, RequestKind, RequestState, WaitingChange};
use model::{ErrorCode, FieldError, Problem};
use store::{DatasetRow, HeldChangeRow, StoreError, Tx};

use super::edit::{gate_errors, table_of};
use super::job::job_errors;
use crate::affected::{Affected, HELD};
use crate::apis::Inventory;
use crate::failure::{from_json, stored};
use crate::review::{Held, changed_since};
use crate::{Caller, Control};

/// What somebody wants of a dataset that is there; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatasetEdit {
    /// With the table that it was checked on.
    pub(crate) mapping: Option<(Mapping, TableInfo)>,
    pub(crate) gates: Option<Gates>,
    pub(crate) job: Option<JobSpec>,
}

impl DatasetEdit {
    /// What decides the rows with this in force.
    pub(crate) fn rules(&self, before: &RowRules) -> RowRules {
        let mut rules = before.clone();
        if let Some((mapping, _)) = &self.mapping {
            rules.mapping = mapping.written();
        }
        if let Some(gates) = &self.gates {
            rules.gates.clone_from(gates);
        }
        if let Some(job) = &self.job {
            rules.incremental.clone_from(&job.incremental);
            rules.rejected = job.rejected;
        }
        rules
    }
}

/// What becomes of an edit.
pub(crate) enum Fate {
    /// All of it is written at once.
    AtOnce,
    /// The rows are decided by these rules until somebody has approved the others.
    Held(Box<RowRules>),
    /// It is asked for already, by this request.
    Waits(String),
}

impl Control {
    /// Whether an edit waits for somebody else: where live APIs read the dataset, and could answer with something else by it.
    ///
    /// # Errors
    /// Where another change of the dataset waits for a decision.
    pub(crate) async fn fate_of(&self, dataset: &DatasetRow, before: &RowRules, asked: &RowRules) -> Result<Fate, Problem> {
        if asked == before {
            return Ok(Fate::AtOnce);
        }
        if let Some((request, held)) = self.open_change(RequestKind::Dataset, &dataset.id).await? {
            let is_same = rules_in(dataset, &held.definition)? == *asked;
            return if is_same { Ok(Fate::Waits(request.id)) } else { Err(waits(dataset)) };
        }
        let harmless = before.with_harmless(asked);
        if harmless == *asked || self.affected_by_dataset(dataset).await?.apis.is_empty() {
            return Ok(Fate::AtOnce);
        }
        Ok(Fate::Held(Box::new(harmless)))
    }

    /// Writes an edit: at once, or what of it can change the answers of live APIs as a request, whose id it gives. Changes queue
    /// behind one another, so no API goes live between the look at them and the write.
    pub(crate) async fn put_edit(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        dataset: &DatasetRow,
        edit: &DatasetEdit,
    ) -> Result<Option<String>, Problem> {
        let (before, job) = self.rules_now(tx, dataset).await?;
        let asked = edit.rules(&before);
        let (now, request) = match self.fate_of(dataset, &before, &asked).await? {
            Fate::AtOnce => (asked.clone(), None),
            Fate::Waits(request) => (before, Some(request)),
            Fate::Held(now) => {
                let request = self.ask_for(tx, caller, dataset, (&now, &asked)).await?;
                (*now, Some(request))
            }
        };
        let at_once = DatasetEdit {
            mapping: edit.mapping.clone().filter(|_| now.mapping == asked.mapping),
            gates: edit.gates.clone().filter(|_| now.gates == asked.gates),
            job: edit.job.as_ref().map(|wanted| now.in_job(wanted)).filter(|wanted| request.is_none() || *wanted != job),
        };
        self.write_edit(tx, dataset, &at_once).await?;
        Ok(request)
    }

    async fn write_edit(&self, tx: &mut Tx, dataset: &DatasetRow, edit: &DatasetEdit) -> Result<(), Problem> {
        if let Some((mapping, table)) = &edit.mapping {
            self.put_mapping(tx, dataset, mapping, table).await?;
        }
        if let Some(gates) = &edit.gates {
            self.put_gates(tx, dataset, gates).await?;
        }
        if let Some(job) = &edit.job {
            let text = serde_json::to_string(job).map_err(|error| from_json(&error))?;
            self.put_job(tx, dataset, job, text).await?;
        }
        Ok(())
    }

    /// What decides the rows as this change sees it, and the job that a part of it stands in.
    async fn rules_now(&self, tx: &mut Tx, dataset: &DatasetRow) -> Result<(RowRules, JobSpec), Problem> {
        let missing = || Problem::not_found(format!("dataset {}", path(dataset)));
        let spec = tx.dataset_spec(&dataset.id).await?.ok_or_else(missing)?;
        let spec: DatasetSpec = stored(&spec, &format_args!("the dataset {}", path(dataset)))?;
        let job = self.job_of(dataset).await?.definition(dataset)?;
        Ok((RowRules::of(&spec, &job), job))
    }

    async fn ask_for(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        dataset: &DatasetRow,
        (now, asked): (&RowRules, &RowRules),
    ) -> Result<String, Problem> {
        let text = |rules: &RowRules| serde_json::to_string(rules).map_err(|error| from_json(&error));
        let (before, after) = (text(now)?, text(asked)?);
        let held = Held {
            kind: RequestKind::Dataset,
            object_id: &dataset.id,
            before: (before.clone(), Vec::new()),
            after: (after.clone(), Vec::new()),
        };
        let request = self.write_request(tx, caller, held).await.map_err(|error| match error {
            StoreError::Taken => waits(dataset),
            other => Problem::from(other),
        })?;
        self.note(tx, AuditAction::DatasetRequested, (&dataset.domain, &path(dataset)), Some(before), Some(after)).await?;
        Ok(request)
    }

    /// What a request changes and who is affected.
    pub(crate) async fn dataset_change(&self, dataset: &DatasetRow, held: &HeldChangeRow) -> Result<HeldChange, Problem> {
        let changes = rules_in(dataset, &held.before_definition)?.changes(&rules_in(dataset, &held.definition)?);
        let Affected { apis, datasets } = self.affected_by_dataset(dataset).await?;
        Ok(HeldChange { changes, secrets: Vec::new(), apis, datasets })
    }

    /// The change of a dataset that waits for a decision, for its page.
    pub(super) async fn waiting_change(&self, dataset: &DatasetRow, inventory: &Inventory) -> Result<Option<WaitingChange>, Problem> {
        let (kind, open) = (RequestKind::Dataset.key(), RequestState::Open.key());
        let request = inventory.requests.iter().find(|row| row.kind == kind && row.state == open && row.object_id == dataset.id);
        let Some(request) = request else { return Ok(None) };
        let held = self.store.held_change(&request.id).await?;
        let Some(held) = held else { return Ok(None) };
        let changes = rules_in(dataset, &held.before_definition)?.changes(&rules_in(dataset, &held.definition)?);
        let author = inventory.email(&request.author_id);
        Ok(Some(WaitingChange { request: request.id.clone(), author, created_at: request.created_at, changes }))
    }

    /// What an approval of a request writes, compared with the table as it is now.
    ///
    /// # Errors
    /// Where the change makes no sense any more of the table, or of what else has been changed.
    pub(crate) async fn held_edit(&self, dataset: &DatasetRow, held: &HeldChangeRow) -> Result<DatasetEdit, Problem> {
        let (before, after) = (rules_in(dataset, &held.before_definition)?, rules_in(dataset, &held.definition)?);
        let spec: DatasetSpec = dataset.definition()?;
        let spec = DatasetSpec { gates: after.gates.clone(), ..spec };
        let known = self.job_of(dataset).await?.definition(dataset)?;
        let job = after.in_job(&known);
        let (mapping, errors) = if after.mapping == before.mapping {
            (None, self.errors_as_mapped(dataset, &spec, &job).await?)
        } else {
            let resolved = self.resolve_source(&spec.source, HELD).await?;
            let table = table_of(&resolved, &spec.table).await?;
            let errors = self.remapped(&spec, &after.mapping, (&table, &resolved), &job).await.err().unwrap_or_default();
            (Some((after.mapping.clone(), table)), errors)
        };
        if let Some(error) = errors.first() {
            let detail = format!(
                "The change does not fit dataset {} any more. Reject this request, and request the change again. {}",
                path(dataset),
                error.message
            );
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let is_of_job = (&after.incremental, after.rejected) != (&before.incremental, before.rejected);
        Ok(DatasetEdit { mapping, gates: (after.gates != before.gates).then_some(after.gates), job: is_of_job.then_some(job) })
    }

    /// What of gates and job makes no sense of a dataset whose mapping stays.
    async fn errors_as_mapped(&self, dataset: &DatasetRow, spec: &DatasetSpec, job: &JobSpec) -> Result<Vec<FieldError>, Problem> {
        let driver = self.driver_of(&spec.source).await?;
        // When it runs stays as it is.
        let job = JobSpec { when: When::Asked, ..job.clone() };
        let mut errors = gate_errors(spec, &spec.gates);
        errors.extend(job_errors((&dataset.domain, "", (spec, &driver)), &job, BTreeMap::new(), 0));
        Ok(errors)
    }

    /// Puts what a request held back in force.
    ///
    /// # Errors
    /// Where something else decides the rows now than when that was asked for.
    pub(crate) async fn write_held_edit(
        &self,
        tx: &mut Tx,
        dataset: &DatasetRow,
        (held, edit): (&HeldChangeRow, &DatasetEdit),
    ) -> Result<(), Problem> {
        let (now, job) = self.rules_now(tx, dataset).await?;
        if now != rules_in(dataset, &held.before_definition)? {
            return Err(changed_since(&format!("The mapping and quality checks of dataset {}", path(dataset))));
        }
        let after = edit.rules(&now);
        // Its schedule may have been changed since.
        let job = edit.job.as_ref().map(|_| after.in_job(&job));
        self.write_edit(tx, dataset, &DatasetEdit { job, ..edit.clone() }).await
    }
}

fn rules_in(dataset: &DatasetRow, text: &str) -> Result<RowRules, Problem> {
    stored(text, &format_args!("the change of the dataset {}", path(dataset)))
}

fn path(dataset: &DatasetRow) -> String {
    format!("{}/{}", dataset.domain, dataset.name)
}

fn waits(dataset: &DatasetRow) -> Problem {
    let detail =
        format!("A change of dataset {} is in review. Wait for the decision, or withdraw the request in the inbox.", path(dataset));
    Problem::new(ErrorCode::Conflict, detail)
}
