//! Making a dataset.

use connect::registry;
use model::audit::AuditAction;
use model::dataset::{Compression, DatasetSpec, IntoTable, StoreKind};
use model::gates::{Gates, Must};
use model::mapping::Mapping;
use model::name::check_name;
use model::snapshot::Environment;
use model::table::{TableInfo, TableRef};
use model::view::DatasetSaved;
use model::{Action, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{DatasetRow, JobRow, StoreError, Tx};

use super::DatasetEdit;
use crate::failure::{from_json, from_source, stored};
use crate::sources::Resolved;
use crate::{Caller, Control};

/// What a form asks of a new dataset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDataset {
    pub domain: String,
    pub name: String,
    pub source: String,
    pub table: TableRef,
    /// The columns that a row is looked up by; empty takes the table's own key.
    #[serde(default)]
    pub key: Vec<String>,
    #[serde(default)]
    pub store: StoreKind,
    #[serde(default)]
    pub compression: Compression,
    /// Where its table is, of a dataset that is kept in one.
    #[serde(default)]
    pub into: Option<IntoTable>,
    /// What becomes of the table's rows; the default copies them.
    #[serde(default)]
    pub mapping: Mapping,
    /// Where the table is looked at to begin with.
    #[serde(default)]
    pub environment: Environment,
}

impl Control {
    /// Makes a dataset of a table. Nothing is read of its rows before it is built.
    ///
    /// # Errors
    /// A name that may not be used, a table or key that is not there, Redis where there is none.
    pub async fn new_dataset(&self, caller: &Caller, new: &NewDataset) -> Result<(), Problem> {
        caller.authorise(Action::EditDataset, &new.domain)?;
        if new.source.is_empty() || new.table.name.is_empty() {
            return Err(Problem::field("table", "Choose a source and a table."));
        }
        let source = self.visible_source(caller, &new.source).await?;
        let resolved = self.resolve_source(&source.name, new.environment).await?;
        let into = match &new.into {
            Some(into) if !into.source.is_empty() => {
                self.visible_source(caller, &into.source).await?;
                Some(self.resolve_source(&into.source, new.environment).await?)
            }
            _ => None,
        };
        let spec = self.checked_spec(new, (&resolved, into.as_ref())).await?;
        let row = self.new_dataset_row(caller, new, &spec)?;
        let mut tx = self.write(caller).await?;
        self.write_new_dataset(&mut tx, &row, &self.new_job_row(&row)).await?;
        self.commit(tx).await
    }

    /// What a new dataset is to be, on its source, and where it is kept in a table, with the source of that.
    pub(crate) async fn checked_spec(
        &self,
        new: &NewDataset,
        (resolved, into): (&Resolved, Option<&Resolved>),
    ) -> Result<DatasetSpec, Problem> {
        check_name(&new.name).map_err(|message| Problem::field("name", message))?;
        if resolved.domain != new.domain {
            return Err(Problem::field(
                "source",
                format!(
                    "Source {} belongs to domain {}, not to {}. Choose a source of the domain.",
                    new.source, resolved.domain, new.domain
                ),
            ));
        }
        self.stores.offers(new.store).map_err(|error| Problem::field("store", error.sentence))?;
        if new.store == StoreKind::Columnar && registry::feeds(&resolved.snapshot.driver) {
            let sentence = "A change stream needs a store with keys. Choose the embedded store or Redis.";
            return Err(Problem::field("store", sentence));
        }
        let spec = self.spec_on(resolved, new).await?;
        let mut errors = spec.errors();
        errors.extend(spec.mapping.errors_of(&spec, registry::feeds(&resolved.snapshot.driver)));
        if let (true, Some(into)) = (errors.is_empty(), into) {
            errors.extend(self.errors_into(&spec, (resolved, into)).await?);
        }
        if errors.is_empty() { Ok(spec) } else { Err(Problem::fields(errors)) }
    }

    /// The definition of a dataset on its source, as the table there is now.
    async fn spec_on(&self, resolved: &Resolved, new: &NewDataset) -> Result<DatasetSpec, Problem> {
        let info = table_of(resolved, &new.table).await?;
        let (mapping, mapped) = self.mapped(&new.mapping, &info).await.map_err(Problem::fields)?;
        let own: Vec<String> = info.key.iter().filter_map(|column| mapping.name_of(column)).collect();
        let own = if own.len() == info.key.len() { own } else { Vec::new() };
        let key = if new.key.is_empty() { own } else { new.key.clone() };
        if key.is_empty() && new.store != StoreKind::Columnar {
            let sentence = "The table has no primary key. Choose the columns that identify a row.";
            return Err(Problem::field("key", sentence));
        }
        let mut spec = DatasetSpec {
            source: new.source.clone(),
            table: new.table.clone(),
            key,
            store: new.store,
            compression: new.compression,
            into: new.into.clone(),
            mapping,
            ..DatasetSpec::default()
        };
        spec.follow(&mapped);
        Ok(spec)
    }

    pub(crate) fn new_dataset_row(&self, caller: &Caller, new: &NewDataset, spec: &DatasetSpec) -> Result<DatasetRow, Problem> {
        Ok(DatasetRow {
            id: self.host.id(),
            domain: new.domain.clone(),
            name: new.name.clone(),
            spec: serde_json::to_string(spec).map_err(|error| from_json(&error))?,
            owner_id: caller.user_id.clone(),
            created_at: self.host.now(),
        })
    }

    pub(crate) fn new_job_row(&self, dataset: &DatasetRow) -> JobRow {
        JobRow { id: self.host.id(), dataset_id: dataset.id.clone(), spec: "{}".into(), paused: 0, due_at: None, seen: String::new() }
    }

    pub(crate) async fn write_new_dataset(&self, tx: &mut Tx, row: &DatasetRow, job: &JobRow) -> Result<(), Problem> {
        tx.insert_dataset(row).await.map_err(|error| match error {
            StoreError::Taken => {
                Problem::field("name", format!("Domain {} already has a dataset with this name. Choose another name.", row.domain))
            }
            other => Problem::from(other),
        })?;
        tx.insert_job(job).await?;
        self.note(tx, AuditAction::DatasetMade, (&row.domain, &format!("{}/{}", row.domain, row.name)), None, Some(row.spec.clone())).await
    }

    /// Says what a build must pass from now on. Where live APIs read the dataset and could answer with something else by it, this
    /// becomes a request, which the answer names.
    ///
    /// # Errors
    /// Rules that make no sense of their columns, another change that waits for a decision; somebody else's edit in between is not
    /// lost, the last one counts.
    pub async fn set_gates(&self, caller: &Caller, domain: &str, name: &str, gates: &Gates) -> Result<DatasetSaved, Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let spec: DatasetSpec = dataset.definition()?;
        let errors = gate_errors(&spec, gates);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let mut tx = self.write(caller).await?;
        let edit = DatasetEdit { gates: Some(gates.clone()), ..DatasetEdit::default() };
        let request = self.put_edit(&mut tx, caller, &dataset, &edit).await?;
        self.commit(tx).await?;
        Ok(DatasetSaved { request })
    }

    /// Within a change: a build may have given the dataset new columns just before, and those stay.
    pub(super) async fn put_gates(&self, tx: &mut Tx, dataset: &DatasetRow, gates: &Gates) -> Result<(), Problem> {
        let missing = || Problem::not_found(format!("dataset {}/{}", dataset.domain, dataset.name));
        let now = tx.dataset_spec(&dataset.id).await?.ok_or_else(missing)?;
        let spec: DatasetSpec = stored(&now, &format_args!("the dataset {}/{}", dataset.domain, dataset.name))?;
        let text = |gates: &Gates| serde_json::to_string(gates).map_err(|error| from_json(&error));
        let (before, after) = (text(&spec.gates)?, text(gates)?);
        let spec = serde_json::to_string(&DatasetSpec { gates: gates.clone(), ..spec }).map_err(|error| from_json(&error))?;
        tx.set_dataset_spec(&dataset.id, &spec).await?;
        let subject = format!("{}/{}", dataset.domain, dataset.name);
        self.note(tx, AuditAction::DatasetGates, (&dataset.domain, &subject), Some(before), Some(after)).await
    }
}

/// A table as it is now.
pub(crate) async fn table_of(resolved: &Resolved, table: &TableRef) -> Result<TableInfo, Problem> {
    let found = resolved.connection.table(table).await.map_err(|error| from_source(&resolved.name, &error))?;
    found.ok_or_else(|| Problem::field("table", format!("{} has no table {}.", resolved.name, table.path())))
}

/// What of the gates makes no sense of the columns.
pub(crate) fn gate_errors(spec: &DatasetSpec, gates: &Gates) -> Vec<FieldError> {
    let mut errors = gates.errors(spec);
    for (index, rule) in gates.rules.iter().enumerate() {
        if rule.must == Must::BeUnique && spec.mapping.latest_by.is_some() {
            let sentence = "A change stream can have several rows with one key and keeps the latest, so \"unique\" cannot be checked. Remove this rule.";
            errors.push(FieldError::new(format!("rules.{index}"), sentence));
        }
        if let Must::Match(pattern) = &rule.must
            && regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().is_err()
        {
            errors.push(FieldError::new(format!("rules.{index}"), "Enter a valid regular expression."));
        }
    }
    errors
}
