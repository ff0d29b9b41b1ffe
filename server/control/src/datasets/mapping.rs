//! What becomes of a table's rows on their way: said, changed, and seen on some of them before anything is built.

use std::collections::BTreeMap;
use std::time::Duration;

use arrow_array::RecordBatch;
use connect::{MapRows, Mapped, Mapper, Purpose, Statement, registry};
use futures::TryStreamExt;
use model::audit::AuditAction;
use model::dataset::DatasetSpec;
use model::job::JobSpec;
use model::mapping::Mapping;
use model::snapshot::Environment;
use model::spec::DEFAULT_TIMEOUT_MS;
use model::table::{Sample, TableInfo, TableRef};
use model::view::{DatasetSaved, MappingPreview};
use model::{Action, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{DatasetRow, Tx};

use super::DatasetEdit;
use super::edit::{gate_errors, table_of};
use super::job::job_errors;
use crate::failure::{from_json, from_source, stored};
use crate::sources::{Resolved, sample_of};
use crate::{Caller, Control};

/// Rows that are read for a preview, and those of them that are shown.
const READ: usize = 200;
const SHOWN: usize = 10;
/// How long it may take to plan a mapping.
const PLANNING: Duration = Duration::from_secs(5);

/// Whose rows, and what is to become of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewMapping {
    pub source: String,
    pub table: TableRef,
    #[serde(default)]
    pub mapping: Mapping,
    #[serde(default)]
    pub environment: Environment,
}

impl Control {
    /// Ten rows as a mapping makes them, of the first ones of the table; nothing is kept.
    ///
    /// # Errors
    /// For those who may read samples and make datasets; a mapping that makes no sense of the table, a source that does not answer.
    pub async fn preview_mapping(&self, caller: &Caller, asked: &PreviewMapping) -> Result<MappingPreview, Problem> {
        let source = self.visible_source(caller, &asked.source).await?;
        caller.authorise(Action::ReadSample, &source.domain)?;
        caller.authorise(Action::EditDataset, &source.domain)?;
        let resolved = self.resolve_source(&source.name, asked.environment).await?;
        let info = table_of(&resolved, &asked.table).await?;
        let (mapping, mapped) = self.mapped(&asked.mapping, &info).await.map_err(Problem::fields)?;
        let mut spec = DatasetSpec { source: source.name, table: asked.table.clone(), mapping, ..DatasetSpec::default() };
        spec.follow(&mapped);
        self.first_made(&spec, &resolved).await
    }

    /// What a mapping makes of a table.
    ///
    /// # Errors
    /// As [`Mapper::plan`], and a mapping that takes too long.
    pub(super) async fn mapped(&self, mapping: &Mapping, table: &TableInfo) -> Result<(Mapping, TableInfo), Vec<FieldError>> {
        let (mapping, table) = (mapping.clone(), table.clone());
        self.planned(move |mapper| mapper.plan(&mapping, &table)).await
    }

    /// Plans on a thread that answers nobody else, and does not wait for longer than a person would.
    async fn planned<T: Send + 'static>(
        &self,
        plan: impl FnOnce(&dyn Mapper) -> Result<T, Vec<FieldError>> + Send + 'static,
    ) -> Result<T, Vec<FieldError>> {
        let mapper = self.ports.mapper.clone();
        let planning = tokio::task::spawn_blocking(move || plan(&*mapper));
        match tokio::time::timeout(PLANNING, planning).await {
            Ok(Ok(planned)) => planned,
            late => {
                let cause = late.err().map_or_else(|| "the planner panicked".to_owned(), |late| late.to_string());
                tracing::warn!(%cause, "a mapping cannot be planned");
                let sentence = "Planning this mapping takes too long. Use shorter or fewer expressions.";
                Err(vec![FieldError::new("mapping", sentence)])
            }
        }
    }

    /// The first rows of a table as its dataset makes them.
    pub(crate) async fn first_made(&self, spec: &DatasetSpec, resolved: &Resolved) -> Result<MappingPreview, Problem> {
        let of = spec.clone();
        let maps: Box<dyn MapRows> = self.planned(move |mapper| mapper.rows(&of)).await.map_err(Problem::fields)?;
        let failed = |error: connect::SourceError| from_source(&resolved.name, &error);
        let (sender, mut rejected) = tokio::sync::mpsc::unbounded_channel();
        let asked = resolved.connection.query_rejecting(first_rows(spec, resolved), sender).await.map_err(failed)?;
        let batches: Vec<RecordBatch> = asked.try_collect().await.map_err(failed)?;
        let mut preview = MappingPreview { sample: sample_of(&spec.written_fields(), &[], 0.0), ..MappingPreview::default() };
        for batch in &batches {
            show(&mut preview, &maps.map(batch).map_err(failed)?, spec);
        }
        while let Ok(spoiled) = rejected.try_recv() {
            preview.bad.push(format!("{}: {}", spoiled.place, spoiled.reason));
        }
        Ok(preview)
    }

    /// Says what becomes of a dataset's rows from its next build on. Its columns stay, for APIs may be served from them; others may
    /// come. Where live APIs read the dataset, this becomes a request, which the answer names.
    ///
    /// # Errors
    /// A mapping that makes no sense of the table, or that takes a column away; another change that waits for a decision.
    pub async fn set_mapping(&self, caller: &Caller, domain: &str, name: &str, mapping: &Mapping) -> Result<DatasetSaved, Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let spec: DatasetSpec = dataset.definition()?;
        let resolved = self.resolve_source(&spec.source, Environment::Prod).await?;
        let table = table_of(&resolved, &spec.table).await?;
        let job = self.job_of(&dataset).await?;
        let job = job.definition(&dataset)?;
        self.remapped(&spec, mapping, (&table, &resolved), &job).await.map_err(Problem::fields)?;
        let mut tx = self.write(caller).await?;
        let edit = DatasetEdit { mapping: Some((mapping.clone(), table)), ..DatasetEdit::default() };
        let request = self.put_edit(&mut tx, caller, &dataset, &edit).await?;
        self.commit(tx).await?;
        Ok(DatasetSaved { request })
    }

    /// A definition with another mapping.
    pub(crate) async fn remapped(
        &self,
        spec: &DatasetSpec,
        mapping: &Mapping,
        (table, resolved): (&TableInfo, &Resolved),
        job: &JobSpec,
    ) -> Result<DatasetSpec, Vec<FieldError>> {
        let spec = self.with_mapping(spec, mapping, table).await?;
        let feeds = registry::feeds(&resolved.snapshot.driver);
        let mut errors = spec.errors();
        errors.extend(spec.mapping.errors_of(&spec, feeds));
        errors.extend(gate_errors(&spec, &spec.gates));
        // Only whether it still goes with its columns: when it runs stays as it is.
        let job = JobSpec { when: model::job::When::Asked, ..job.clone() };
        errors.extend(job_errors((&resolved.domain, "", (&spec, &resolved.snapshot.driver)), &job, BTreeMap::new(), 0));
        if errors.is_empty() { Ok(spec) } else { Err(errors) }
    }

    async fn with_mapping(&self, spec: &DatasetSpec, mapping: &Mapping, table: &TableInfo) -> Result<DatasetSpec, Vec<FieldError>> {
        let (mapping, mapped) = self.mapped(&mapping.written(), table).await?;
        for field in spec.written() {
            let reason = match mapped.column(&field.column) {
                None => format!("The mapping would remove the column {}.", field.column),
                Some(column) if column.data_type != field.data_type => {
                    format!(
                        "The mapping would make {} a {}; the column is a {}.",
                        field.column,
                        column.data_type.word(),
                        field.data_type.word()
                    )
                }
                Some(_) => continue,
            };
            let sentence =
                format!("{reason} APIs may depend on this column: create a new dataset of the table, and release versions that use it.");
            return Err(vec![FieldError::new("mapping", sentence)]);
        }
        // What is new at the source is for the job to choose: only what was left out before comes in by this.
        let wanted =
            |name: &str| mapping.columns.iter().any(|made| made.name == name) || spec.mapping.left_out.iter().any(|left| left == name);
        let known = |name: &str| spec.field(name).is_some();
        let columns = mapped.columns.iter().filter(|column| known(&column.name) || wanted(&column.name)).cloned().collect();
        let mut spec = DatasetSpec { mapping, ..spec.clone() };
        spec.take_new(&TableInfo { columns, ..mapped });
        Ok(spec)
    }

    /// Within a change: what a build or somebody else changed of the definition just before stays.
    pub(super) async fn put_mapping(&self, tx: &mut Tx, dataset: &DatasetRow, mapping: &Mapping, table: &TableInfo) -> Result<(), Problem> {
        let missing = || Problem::not_found(format!("dataset {}/{}", dataset.domain, dataset.name));
        let now = tx.dataset_spec(&dataset.id).await?.ok_or_else(missing)?;
        let before: DatasetSpec = stored(&now, &format_args!("the dataset {}/{}", dataset.domain, dataset.name))?;
        let after = self.with_mapping(&before, mapping, table).await.map_err(Problem::fields)?;
        let text = |mapping: &Mapping| serde_json::to_string(&mapping.written()).map_err(|error| from_json(&error));
        let spec = serde_json::to_string(&after).map_err(|error| from_json(&error))?;
        tx.set_dataset_spec(&dataset.id, &spec).await?;
        let (before, after) = (text(&before.mapping)?, text(&after.mapping)?);
        let subject = format!("{}/{}", dataset.domain, dataset.name);
        self.note(tx, AuditAction::DatasetMapping, (&dataset.domain, &subject), Some(before), Some(after)).await
    }
}

fn first_rows(spec: &DatasetSpec, resolved: &Resolved) -> Statement {
    let fields = spec.mapping.fields(spec);
    let columns: Vec<String> = fields.iter().map(|field| resolved.dialect.quote(&field.name)).collect();
    let table = resolved.dialect.table(&spec.table);
    let sql = resolved.dialect.cut(&format!("SELECT {} FROM {table}", columns.join(", ")), READ);
    let timeout = Duration::from_millis(DEFAULT_TIMEOUT_MS.into());
    Statement { sql, binds: Vec::new(), fields, timeout, max_rows: READ, purpose: Purpose::Response }
}

/// Puts what was made of a batch to the preview.
fn show(preview: &mut MappingPreview, mapped: &Mapped, spec: &DatasetSpec) {
    preview.read += mapped.out.len();
    preview.out += mapped.out.iter().filter(|out| **out).count();
    let bad = |row: &usize| mapped.bad[*row].is_some() || mapped.out[*row];
    preview.bad.extend(mapped.bad.iter().flatten().cloned());
    let good: Vec<usize> = (0..mapped.out.len()).filter(|row| !bad(row)).take(SHOWN - preview.sample.rows.len()).collect();
    let shown = good.into_iter().map(|row| mapped.rows.slice(row, 1)).collect::<Vec<_>>();
    let Sample { rows, .. } = sample_of(&spec.written_fields(), &shown, 0.0);
    preview.sample.rows.extend(rows);
}
