//! Datasets as documents: made, or their mappings, gates and jobs changed. What one is made of stays: another is another dataset.

use std::collections::BTreeMap;

use model::dataset::DatasetSpec;
use model::document::{DatasetDocument, Document};
use model::job::{JobSpec, When};
use model::row_rules::RowRules;
use model::snapshot::Environment;
use model::{ErrorCode, Problem};
use store::{DatasetRow, JobRow, Tx};

use super::apply::{PlannedChange, Work, at};
use crate::datasets::{DatasetEdit, Fate, NewDataset, gate_errors, incremental_error, job_errors, table_of, with_spec};
use crate::failure::from_json;
use crate::{Caller, Control};

/// A dataset as it is to be.
pub(super) struct PlannedDataset {
    row: DatasetRow,
    job: JobRow,
    is_new: bool,
    /// What decides the rows of one that is there, and its job, before the documents are applied.
    before: (RowRules, JobSpec),
    /// What changes of one that is there.
    edit: DatasetEdit,
}

impl Control {
    pub(super) async fn plan_datasets(
        &self,
        caller: &Caller,
        documents: &[Document],
        environment: Environment,
        work: &mut Work,
    ) -> Result<(), Problem> {
        for (index, document) in documents.iter().enumerate() {
            let Document::Dataset(dataset) = document else { continue };
            let placed = |problem| at(index, problem);
            let known = self.store.dataset(&dataset.domain, &dataset.name).await?;
            let mut planned = match known {
                Some(row) => self.known_dataset(dataset, row).await.map_err(placed)?,
                None => self.new_planned(caller, dataset, environment, work).await.map_err(placed)?,
            };
            self.plan_mapping(dataset, (environment, work), &mut planned).await.map_err(placed)?;
            self.plan_gates(dataset, &mut planned).map_err(placed)?;
            let waiting = self.waiting_with(&dataset.domain, documents).await?;
            let driver = self.planned_driver(work, &dataset.source).await?;
            self.plan_job(dataset, (waiting, &driver), &mut planned).map_err(placed)?;
            if let (Some(job), Some(into)) = (&dataset.job, &dataset.into)
                && let Some(error) = incremental_error(job, &self.planned_driver(work, &into.source).await?)
            {
                return Err(placed(Problem::fields(vec![error])));
            }
            let effect = self.effect_on(&planned).await.map_err(placed)?;
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            if effect != "keep" {
                work.datasets.push(planned);
            }
        }
        Ok(())
    }

    /// What an apply does to a dataset.
    async fn effect_on(&self, planned: &PlannedDataset) -> Result<&'static str, Problem> {
        if planned.is_new {
            return Ok("make");
        }
        let DatasetEdit { mapping, gates, job } = &planned.edit;
        if mapping.is_none() && gates.is_none() && job.is_none() {
            return Ok("keep");
        }
        let (before, known_job) = &planned.before;
        Ok(match self.fate_of(&planned.row, before, &planned.edit.rules(before)).await? {
            Fate::AtOnce => "change",
            Fate::Held(_) => "send for review",
            // It is asked for already; when it runs may still be another time.
            Fate::Waits(_) if job.as_ref().is_some_and(|job| before.in_job(job) != *known_job) => "change",
            Fate::Waits(_) => "keep",
        })
    }

    /// The driver of a source that may be as new as the documents.
    async fn planned_driver(&self, work: &Work, name: &str) -> Result<String, Problem> {
        match work.sources.iter().find(|source| source.row.name == name) {
            Some(source) => Ok(source.row.driver.clone()),
            None => self.driver_of(name).await,
        }
    }

    async fn known_dataset(&self, document: &DatasetDocument, row: DatasetRow) -> Result<PlannedDataset, Problem> {
        let spec = row.definition()?;
        let same_key = document.key.is_empty() || document.key == spec.key;
        let same = spec.source == document.source && spec.table == document.table && spec.store == document.store;
        if !same || !same_key || spec.compression != document.compression || spec.into != document.into {
            let sentence =
                format!("Dataset {} has another source, table, key or store, which cannot be changed. Choose another name.", document.name);
            return Err(Problem::new(ErrorCode::Conflict, sentence));
        }
        let job = self.job_of(&row).await?;
        let known = job.definition(&row)?;
        let before = (RowRules::of(&spec, &known), known);
        Ok(PlannedDataset { row, job, is_new: false, before, edit: DatasetEdit::default() })
    }

    async fn new_planned(
        &self,
        caller: &Caller,
        document: &DatasetDocument,
        environment: Environment,
        work: &Work,
    ) -> Result<PlannedDataset, Problem> {
        let new = NewDataset {
            domain: document.domain.clone(),
            name: document.name.clone(),
            source: document.source.clone(),
            table: document.table.clone(),
            key: document.key.clone(),
            store: document.store,
            compression: document.compression,
            into: document.into.clone(),
            mapping: document.mapping.clone().unwrap_or_default(),
            environment,
        };
        let resolved = self.resolve_planned(&work.sources, (&new.domain, &new.source), environment).await?;
        let into = match &new.into {
            Some(into) => Some(self.resolve_planned(&work.sources, (&new.domain, &into.source), environment).await?),
            None => None,
        };
        let spec = self.checked_spec(&new, (&resolved, into.as_ref())).await?;
        let row = self.new_dataset_row(caller, &new, &spec)?;
        let job = self.new_job_row(&row);
        Ok(PlannedDataset { row, job, is_new: true, before: Default::default(), edit: DatasetEdit::default() })
    }

    async fn plan_mapping(
        &self,
        document: &DatasetDocument,
        (environment, work): (Environment, &Work),
        planned: &mut PlannedDataset,
    ) -> Result<(), Problem> {
        let Some(mapping) = document.mapping.as_ref().filter(|_| !planned.is_new) else { return Ok(()) };
        let spec = planned.row.definition()?;
        if spec.mapping.written() == mapping.written() {
            return Ok(());
        }
        let resolved = self.resolve_planned(&work.sources, (&document.domain, &spec.source), environment).await?;
        let table = table_of(&resolved, &spec.table).await?;
        // Together with what the same document says of its gates and its job.
        let known = planned.job.definition(&planned.row)?;
        let job = document.job.clone().unwrap_or(known);
        let with_gates = DatasetSpec { gates: document.gates.clone().unwrap_or_else(|| spec.gates.clone()), ..spec.clone() };
        let remapped = self.remapped(&with_gates, mapping, (&table, &resolved), &job).await.map_err(Problem::fields)?;
        let spec = DatasetSpec { gates: spec.gates, ..remapped };
        planned.row.spec = serde_json::to_string(&spec).map_err(|error| from_json(&error))?;
        planned.edit.mapping = Some((mapping.clone(), table));
        Ok(())
    }

    fn plan_gates(&self, document: &DatasetDocument, planned: &mut PlannedDataset) -> Result<(), Problem> {
        let Some(gates) = &document.gates else { return Ok(()) };
        let spec = planned.row.definition()?;
        let errors = gate_errors(&spec, gates);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        if spec.gates != *gates {
            planned.edit.gates = Some(gates.clone());
            let spec = DatasetSpec { gates: gates.clone(), ..spec };
            planned.row.spec = serde_json::to_string(&spec).map_err(|error| from_json(&error))?;
        }
        Ok(())
    }

    fn plan_job(
        &self,
        document: &DatasetDocument,
        (waiting, driver): (BTreeMap<String, Option<String>>, &str),
        planned: &mut PlannedDataset,
    ) -> Result<(), Problem> {
        let Some(job) = &document.job else { return Ok(()) };
        let of = planned.row.definition()?;
        let errors = job_errors((&document.domain, &document.name, (&of, driver)), job, waiting, self.host.now());
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let known = planned.job.definition(&planned.row)?;
        if known != *job {
            let text = serde_json::to_string(job).map_err(|error| from_json(&error))?;
            planned.edit.job = Some(job.clone());
            planned.job = with_spec(planned.job.clone(), &known, (job, text), self.host.now());
        }
        Ok(())
    }

    /// What the datasets of a domain are made after, once the documents are applied.
    async fn waiting_with(&self, domain: &str, documents: &[Document]) -> Result<BTreeMap<String, Option<String>>, Problem> {
        let mut waiting = self.waiting(domain).await?;
        for document in documents {
            let Document::Dataset(dataset) = document else { continue };
            if dataset.domain != domain {
                continue;
            }
            let before = waiting.entry(dataset.name.clone()).or_default();
            match dataset.job.as_ref().map(|job| &job.when) {
                Some(When::After(name)) => *before = Some(name.clone()),
                Some(_) => *before = None,
                None => {}
            }
        }
        Ok(waiting)
    }

    pub(super) async fn write_planned_dataset(&self, tx: &mut Tx, caller: &Caller, planned: &PlannedDataset) -> Result<(), Problem> {
        if planned.is_new {
            return self.write_new_dataset(tx, &planned.row, &planned.job).await;
        }
        self.put_edit(tx, caller, &planned.row, &planned.edit).await?;
        Ok(())
    }
}
