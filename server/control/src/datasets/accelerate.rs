//! An API that asks its source at every call becomes one that is served from a copy: the dataset, its job, its first build and the
//! draft of the version that is served from it, in one step. Where that stands is told from what is there.

use std::collections::{BTreeSet, HashMap};

use model::audit::AuditAction;
use model::dataset::{Compression, RegisterField, StoreKind};
use model::job::{Cause, JobSpec, When};
use model::name::suggest_name;
use model::snapshot::Environment;
use model::spec::{ApiBody, KvBody, ServeFrom};
use model::view::{Acceleration, ApiDetail};
use model::{Action, ApiSpec, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{DataVersionRow, DraftRow, JobRow, NewRun};

use super::{NewDataset, job_errors};
use crate::failure::from_json;
use crate::{Caller, Control};

/// How an API is to be accelerated.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accelerate {
    /// The name of the dataset.
    pub dataset: String,
    #[serde(default)]
    pub store: StoreKind,
    #[serde(default)]
    pub compression: Compression,
    /// The schedule.
    #[serde(default)]
    pub when: When,
}

impl Control {
    /// Makes a dataset of an API's table with its job, asks for its first build, and drafts a version that is served from it. All of
    /// that or nothing; what is live is not touched.
    ///
    /// # Errors
    /// An API that is not asked by key, or is served from a dataset already; a draft that somebody else is at; a name that is taken.
    pub async fn accelerate(&self, caller: &Caller, (domain, name): (&str, &str), asked: &Accelerate) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        caller.authorise(Action::EditApi, domain)?;
        let detail = self.api(caller, domain, name).await?;
        if detail.summary.draft.is_some() || detail.summary.in_review.is_some() {
            let sentence =
                "The API has a draft or a version in review. Submit or discard the draft, wait for the review, then accelerate the API.";
            return Err(Problem::new(ErrorCode::Conflict, sentence));
        }
        if !asked.store.is_served() {
            return Err(Problem::field("store", "APIs are served from the embedded store or from Redis. Choose one of these stores."));
        }
        let (spec, kv) = by_key(detail.shown_version().ok_or_else(no_version)?.spec.clone())?;
        let resolved = self.resolve_source(&spec.source, Environment::Prod).await?;
        let new = NewDataset {
            domain: domain.to_owned(),
            name: asked.dataset.clone(),
            source: spec.source.clone(),
            table: kv.table,
            key: kv.key,
            store: asked.store,
            compression: asked.compression,
            into: None,
            mapping: model::mapping::Mapping::default(),
            environment: Environment::Prod,
        };
        let mut made = self.checked_spec(&new, (&resolved, None)).await?;
        made.register = numbered_as(&detail, made.register);
        let job = JobSpec { when: asked.when.clone(), ..JobSpec::default() };
        let errors =
            job_errors((domain, &new.name, (&made, &resolved.snapshot.driver)), &job, self.waiting(domain).await?, self.host.now());
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let dataset = self.new_dataset_row(caller, &new, &made)?;
        let text = serde_json::to_string(&job).map_err(|error| from_json(&error))?;
        let job_row: JobRow = super::with_spec(self.new_job_row(&dataset), &JobSpec::default(), (&job, text), self.host.now());
        let served = ApiSpec { serve_from: ServeFrom::Dataset(new.name.clone()), ..spec };
        let draft = DraftRow {
            api_id: api.id,
            spec: serde_json::to_string(&served).map_err(|error| from_json(&error))?,
            edit: 1,
            step: "send".into(),
            updated_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        let mut tx = self.write(caller).await?;
        self.write_new_dataset(&mut tx, &dataset, &job_row).await?;
        let version = DataVersionRow::to_build(self.host.id(), &dataset, Environment::Prod.key(), caller.email(), tx.at());
        let run = NewRun { id: self.host.id(), job_id: &job_row.id, cause: Cause::Asked, source: &new.source, tier: job.tier };
        tx.ask_run(run, &version).await?;
        tx.insert_draft(&draft).await.map_err(|error| match error {
            store::StoreError::Taken => {
                Problem::new(ErrorCode::Conflict, "Someone else has created a draft of the API in the meantime. Load the page again.")
            }
            other => Problem::from(other),
        })?;
        let (path, after) = (format!("{domain}/{name}"), format!("served from {domain}/{}", new.name));
        self.note(&mut tx, AuditAction::ApiAccelerated, (domain, &path), None, Some(after)).await?;
        self.commit(tx).await
    }

    /// How far the acceleration of an API is, and what it would be made of.
    ///
    /// # Errors
    /// Where there is no such API, or it is not asked by key.
    pub async fn acceleration(&self, caller: &Caller, domain: &str, name: &str) -> Result<Acceleration, Problem> {
        let detail = self.api(caller, domain, name).await?;
        let live = detail.shown_version().ok_or_else(no_version)?;
        let draft = if caller.can(Action::EditApi, domain) && detail.summary.draft.is_some() {
            Some(self.draft(caller, domain, name).await?)
        } else {
            None
        };
        let waiting = detail.summary.in_review.and_then(|number| detail.versions.iter().find(|version| version.number == number));
        let (draft_edit, draft) = (draft.as_ref().map(|draft| draft.edit), draft.map(|draft| draft.spec));
        let on_its_way = draft.as_ref().or(waiting.map(|version| &version.spec)).and_then(|spec| spec.serve_from.dataset());
        let dataset = match live.spec.serve_from.dataset().or(on_its_way) {
            Some(dataset) => Some(self.dataset(caller, domain, dataset).await?),
            None => None,
        };
        let ApiBody::Kv(kv) = &live.spec.body else { return Err(not_by_key()) };
        let rows = match dataset {
            Some(_) => None,
            // Whoever looks does not wait for the source.
            None => {
                let known = self.known_tables(caller, &live.spec.source, Some(Environment::Prod), Some(&kv.table.name)).await?;
                known.and_then(|known| known.tables.first()?.rows)
            }
        };
        Ok(Acceleration {
            source: live.spec.source.clone(),
            table: kv.table.clone(),
            key: kv.key.clone(),
            rows,
            suggested: self.free_dataset_name(domain, &suggest_name(&kv.table.name)).await?,
            is_draft: draft.as_ref().is_some_and(|spec| spec.serve_from.dataset().is_some()),
            draft_edit,
            in_review: detail.summary.in_review,
            is_served: live.spec.serve_from.dataset().is_some(),
            dataset,
        })
    }

    /// The name, or where it is taken, one with a number behind it.
    async fn free_dataset_name(&self, domain: &str, name: &str) -> Result<String, Problem> {
        let taken: Vec<String> = self.store.datasets().await?.into_iter().filter(|row| row.domain == domain).map(|row| row.name).collect();
        let mut names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}-{number}")));
        Ok(names.find(|name| !taken.contains(name)).unwrap_or_default())
    }
}

/// The register of a dataset whose columns have the numbers that callers of an API know them by, from any of its versions; the
/// others come behind all of those.
fn numbered_as(detail: &ApiDetail, register: Vec<RegisterField>) -> Vec<RegisterField> {
    let (mut known, mut taken) = (HashMap::new(), BTreeSet::new());
    // The newest version comes first, and what it says counts.
    for field in detail.versions.iter().flat_map(|version| &version.spec.fields).filter(|field| field.number > 0) {
        let column = (field.column.as_str(), field.data_type);
        if taken.insert(field.number) && !known.contains_key(&column) {
            known.insert(column, field.number);
        }
    }
    let mut next = taken.last().copied().unwrap_or(0);
    let mut numbered: Vec<RegisterField> = register
        .into_iter()
        .map(|field| {
            let number = known.get(&(field.column.as_str(), field.data_type)).copied().unwrap_or_else(|| {
                next += 1;
                next
            });
            RegisterField { number, ..field }
        })
        .collect();
    numbered.sort_by_key(|field| field.number);
    numbered
}

fn no_version() -> Problem {
    Problem::new(ErrorCode::Conflict, "The API has no version yet. Release a version first.")
}

fn not_by_key() -> Problem {
    Problem::new(
        ErrorCode::Conflict,
        "Only a key lookup is served from a dataset. For queries, create a columnar dataset and a source of datasets.",
    )
}

/// A definition that asks its source by key.
fn by_key(spec: ApiSpec) -> Result<(ApiSpec, KvBody), Problem> {
    if let Some(dataset) = spec.serve_from.dataset() {
        return Err(Problem::new(ErrorCode::Conflict, format!("The API is already served from the dataset {dataset}.")));
    }
    match spec.body.clone() {
        ApiBody::Kv(kv) => Ok((spec, kv)),
        _ => Err(not_by_key()),
    }
}
