//! Applying documents: planned first, checked whole, written in one transaction or not at all.

use std::collections::HashMap;

use fail::fail_point;
use model::document::{ApiDocument, Document, SourceDocument};
use model::load::SourceLoad;
use model::snapshot::Environment;
use model::view::CheckReport;
use model::{Action, ApiSpec, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{ApiRow, RequestRow, SourceRow, Tx};

use super::datasets::PlannedDataset;
use super::read::read_documents;
use crate::apis::{Beside, CheckInput, Planned};
use crate::failure::{from_json, from_store};
use crate::review::NewVersion;
use crate::sources::{BindingInput, PreparedSource, Resolved, SourceInput, load_errors, load_query_error};
use crate::{Caller, Control};

/// Documents, and what to do with them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ApplyRequest {
    /// One or more YAML documents.
    pub documents: String,
    /// The environment that APIs are sent for.
    #[serde(default)]
    pub environment: Environment,
    /// Say what would change, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// A second person's token: their approval in the same call. Otherwise changed APIs wait in the inbox.
    #[serde(default)]
    pub approver_token: Option<String>,
    #[serde(default)]
    pub reason: String,
}

/// What an apply did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplyPlan {
    pub changes: Vec<PlannedChange>,
    /// Whether it was done.
    pub applied: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedChange {
    pub subject: String,
    /// `make`, `change`, `release`, `send for review` or `keep`.
    pub effect: String,
}

struct PlannedApi {
    /// The row to be made where there is none.
    new_row: Option<ApiRow>,
    row: ApiRow,
    spec: ApiSpec,
    evidence: CheckReport,
}

#[derive(Default)]
pub(super) struct Work {
    pub(super) sources: Vec<PreparedSource>,
    /// What sources are to bear: by name, as JSON.
    loads: Vec<(String, String)>,
    /// The sources of the documents that are there already.
    known_sources: Vec<SourceRow>,
    pub(super) datasets: Vec<PlannedDataset>,
    apis: Vec<PlannedApi>,
    pub(super) plan: ApplyPlan,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.loads.is_empty() && self.datasets.is_empty() && self.apis.is_empty()
    }
}

impl Control {
    /// Applies documents, all or nothing. The same documents again change nothing.
    ///
    /// # Errors
    /// Every fault of every document at its place; then nothing has changed.
    pub async fn apply(&self, caller: &Caller, request: &ApplyRequest) -> Result<ApplyPlan, Problem> {
        let documents = read_documents(&request.documents)?;
        authorise_all(caller, &documents)?;
        let approver = self.approver(caller, request, &documents).await?;
        let mut work = self.plan_sources(caller, &documents).await?;
        self.plan_datasets(caller, &documents, request.environment, &mut work).await?;
        self.plan_apis(caller, &documents, request.environment, approver.is_some(), &mut work).await?;
        if request.dry_run || work.is_empty() {
            return Ok(work.plan);
        }
        fail_point!("apply.before-write");
        let mut tx = self.write(caller).await?;
        for source in &work.sources {
            self.write_source(&mut tx, source).await?;
            fail_point!("apply.after-source");
        }
        for (source, load) in &work.loads {
            let row = work.sources.iter().map(|prepared| &prepared.row).chain(&work.known_sources).find(|row| &row.name == source);
            if let Some(row) = row {
                self.put_load(&mut tx, row, load.clone()).await?;
            }
        }
        for dataset in &work.datasets {
            self.write_planned_dataset(&mut tx, dataset).await?;
            fail_point!("apply.after-dataset");
        }
        for api in &work.apis {
            self.write_planned_api(&mut tx, caller, api, request, approver.as_ref()).await?;
            fail_point!("apply.after-api");
        }
        fail_point!("apply.before-commit");
        self.commit(tx).await?;
        fail_point!("apply.after-commit");
        Ok(ApplyPlan { applied: true, ..work.plan })
    }

    /// The second person, who must be allowed to decide in every domain that the documents touch.
    async fn approver(&self, caller: &Caller, request: &ApplyRequest, documents: &[Document]) -> Result<Option<Caller>, Problem> {
        let Some(token) = request.approver_token.as_deref().filter(|token| !token.is_empty()) else { return Ok(None) };
        let approver = self.caller_by_token(token, caller.request_id()).await?;
        let approver = approver.ok_or_else(|| Problem::field("approver_token", "This token has expired or never was."))?;
        if approver.user_id == caller.user_id {
            return Err(Problem::new(
                ErrorCode::Forbidden,
                "Nobody decides on a request of their own. The approving token must be a second person's.",
            ));
        }
        for document in documents {
            if let Document::Api(api) = document {
                approver.authorise(Action::Decide, &api.domain)?;
            }
        }
        Ok(Some(approver))
    }

    async fn plan_sources(&self, caller: &Caller, documents: &[Document]) -> Result<Work, Problem> {
        let mut work = Work::default();
        for (index, document) in documents.iter().enumerate() {
            let Document::Source(source) = document else { continue };
            let known = self.store.source(&source.name).await.map_err(|error| from_store(&error))?;
            let input = source_input(source, known.as_ref().map(|row| row.edit));
            let unchanged = match &known {
                Some(row) if caller.can(Action::See, &row.domain) => {
                    let bindings = self.store.bindings_of(&row.id).await.map_err(|error| from_store(&error))?;
                    let view = self.source_view(row, &bindings, SourceLoad::default())?;
                    let same = |(environment, binding): (&Environment, &BindingInput)| {
                        binding.secrets.values().all(String::is_empty)
                            && view.bindings.get(environment).is_some_and(|known| known.config == binding.config)
                    };
                    row.domain == input.domain
                        && view.about == input.about
                        && view.driver == input.driver
                        && input.bindings.iter().all(same)
                }
                _ => false,
            };
            let effect = match (unchanged, &known) {
                (true, _) => "keep",
                (false, Some(_)) => "change",
                (false, None) => "make",
            };
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            if !unchanged {
                work.sources.push(self.prepare_source(caller, &input).await.map_err(|problem| at(index, problem))?);
            }
            // Of the domain that it is in, whatever the document says.
            if let (Some(row), Some(_)) = (&known, &source.load) {
                self.visible_source(caller, &row.name).await.map_err(|problem| at(index, problem))?;
                caller.authorise(Action::EditSource, &row.domain).map_err(|problem| at(index, problem))?;
            }
            work.known_sources.extend(known);
            self.plan_load(source, &mut work).await.map_err(|problem| at(index, problem))?;
        }
        Ok(work)
    }

    /// What a source bears, where that is another than before.
    async fn plan_load(&self, source: &SourceDocument, work: &mut Work) -> Result<(), Problem> {
        let Some(load) = &source.load else { return Ok(()) };
        let before = self.store.source_load(&source.name).await.map_err(|error| from_store(&error))?;
        if before.and_then(|text| serde_json::from_str::<SourceLoad>(&text).ok()).unwrap_or_default() == *load {
            return Ok(());
        }
        let mut errors = load_errors(load);
        if errors.is_empty() && !load.load_query.trim().is_empty() {
            let resolved = self.resolve_planned(&work.sources, &source.name, Environment::Prod).await?;
            errors.extend(load_query_error(&resolved, &load.load_query).await);
        }
        if !errors.is_empty() {
            let placed = errors.into_iter().map(|error| FieldError::new(format!("load.{}", error.field), error.message));
            return Err(Problem::fields(placed.collect()));
        }
        work.loads.push((source.name.clone(), serde_json::to_string(load).map_err(|error| from_json(&error))?));
        if let Some(change) = work.plan.changes.last_mut().filter(|change| change.effect == "keep") {
            change.effect = "change".into();
        }
        Ok(())
    }

    async fn plan_apis(
        &self,
        caller: &Caller,
        documents: &[Document],
        environment: Environment,
        approved: bool,
        work: &mut Work,
    ) -> Result<(), Problem> {
        let mut opened: HashMap<String, Resolved> = HashMap::new();
        for (index, document) in documents.iter().enumerate() {
            let Document::Api(api) = document else { continue };
            let placed = |problem| at(index, problem);
            if api.spec.union().is_none() && !opened.contains_key(&api.spec.source) {
                let resolved = self.resolve_planned(&work.sources, &api.spec.source, environment).await.map_err(placed)?;
                opened.insert(api.spec.source.clone(), resolved);
            }
            let source = opened.get(&api.spec.source);
            // What is only sent for review is not live when this is: a Union of it waits for the approval.
            let beside: Planned = match approved {
                true => work
                    .apis
                    .iter()
                    .filter(|one| one.row.domain == api.domain)
                    .map(|one| (one.row.name.clone(), one.spec.clone()))
                    .collect(),
                false => Planned::new(),
            };
            let beside = Beside { domain: &api.domain, environment, planned: &beside };
            let planned = self.plan_api(caller, api, source, beside).await.map_err(placed)?;
            let effect = match (&planned, approved) {
                (None, _) => "keep",
                (Some(_), true) => "release",
                (Some(_), false) => "send for review",
            };
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            work.apis.extend(planned);
        }
        Ok(())
    }

    /// A source of the same apply, or a stored one.
    pub(super) async fn resolve_planned(
        &self,
        planned: &[PreparedSource],
        name: &str,
        environment: Environment,
    ) -> Result<Resolved, Problem> {
        let Some(source) = planned.iter().find(|source| source.row.name == name) else {
            return self.resolve_source(name, environment).await;
        };
        let binding = source.bindings.iter().find(|binding| binding.environment == environment.key());
        let binding =
            binding.ok_or_else(|| Problem::new(ErrorCode::Conflict, format!("{name} has no binding for {}.", environment.key())))?;
        self.open_binding(&source.row, binding, environment)
    }

    /// `None` where the newest approved or waiting version is the same already.
    async fn plan_api(
        &self,
        caller: &Caller,
        api: &ApiDocument,
        source: Option<&Resolved>,
        beside: Beside<'_>,
    ) -> Result<Option<PlannedApi>, Problem> {
        let environment = beside.environment;
        let (evidence, mut spec) = self.check_on(&CheckInput { name: &api.name, spec: &api.spec, source, beside }).await?;
        if !evidence.errors.is_empty() {
            return Err(Problem::fields(evidence.errors));
        }
        self.give_numbers(&api.domain, &api.name, &mut spec).await?;
        let known = self.store.api(&api.domain, &api.name).await.map_err(|error| from_store(&error))?;
        if let Some(row) = &known {
            if row.kind != spec.kind().key() {
                return Err(Problem::new(ErrorCode::Conflict, "An API keeps its kind. Choose another name."));
            }
            let versions = self.store.versions_of(&row.id).await.map_err(|error| from_store(&error))?;
            let standing = versions.iter().find(|version| matches!(version.state.as_str(), "approved" | "in-review"));
            if let Some(version) = standing {
                let standing: ApiSpec = serde_json::from_str(&version.spec).map_err(|error| from_json(&error))?;
                if standing == spec {
                    return Ok(None);
                }
            }
            self.refuse_open_or_same(&row.id, environment, &spec).await?;
        }
        let (new_row, row) = match known {
            Some(row) => (None, row),
            None => {
                let row = self.new_api_row(caller, &api.domain, &api.name, spec.kind())?;
                (Some(row.clone()), row)
            }
        };
        Ok(Some(PlannedApi { new_row, row, spec, evidence }))
    }

    async fn write_planned_api(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        planned: &PlannedApi,
        request: &ApplyRequest,
        approver: Option<&Caller>,
    ) -> Result<(), Problem> {
        let row = &planned.row;
        if let Some(new) = &planned.new_row {
            tx.insert_api(new).await.map_err(|error| from_store(&error))?;
            let path = format!("{}/{}", row.domain, row.name);
            self.note(tx, "api.made", (&row.domain, &path), None, None).await?;
        }
        let version = NewVersion {
            api_id: &row.id,
            domain: &row.domain,
            name: &row.name,
            spec: planned.spec.clone(),
            evidence: &planned.evidence,
            environment: request.environment,
            reason: &request.reason,
        };
        let (request_id, version_id) = self.write_version(tx, caller, &version).await?;
        if let Some(approver) = approver {
            let decided = RequestRow {
                id: request_id,
                api_id: row.id.clone(),
                version_id,
                environment: request.environment.key().into(),
                state: "open".into(),
                author_id: caller.user_id.clone(),
                reason: request.reason.clone(),
                created_at: tx.at(),
                decided_by: None,
                decision: None,
                decided_at: None,
            };
            tx.act_as(approver.email());
            self.write_decision(tx, approver, (&decided, row), true, "Approved with the apply.").await?;
            tx.act_as(caller.email());
        }
        Ok(())
    }
}

fn source_input(source: &SourceDocument, edit: Option<i64>) -> SourceInput {
    SourceInput {
        name: source.name.clone(),
        domain: source.domain.clone(),
        driver: source.driver.clone(),
        about: source.about.clone(),
        edit,
        bindings: source
            .bindings
            .iter()
            .map(|(environment, binding)| (*environment, BindingInput { config: binding.config.clone(), secrets: binding.secrets.clone() }))
            .collect(),
    }
}

fn authorise_all(caller: &Caller, documents: &[Document]) -> Result<(), Problem> {
    for document in documents {
        match document {
            Document::Source(source) => caller.authorise(Action::EditSource, &source.domain)?,
            Document::Dataset(dataset) => caller.authorise(Action::EditDataset, &dataset.domain)?,
            Document::Api(api) => caller.authorise(Action::Submit, &api.domain)?,
        }
    }
    Ok(())
}

/// Puts the document's place before the fields of a problem.
pub(super) fn at(index: usize, mut problem: Problem) -> Problem {
    problem.errors =
        problem.errors.into_iter().map(|error| FieldError::new(format!("documents[{index}].{}", error.field), error.message)).collect();
    problem
}
