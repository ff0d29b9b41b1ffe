//! Applying documents: planned first, checked whole, written in one transaction or not at all.

use std::collections::{BTreeSet, HashMap};

use fail::fail_point;
use model::audit::AuditAction;
use model::document::{ApiDocument, Document};
use model::documentation::DocumentationMark;
use model::snapshot::Environment;
use model::view::{CheckReport, RequestKind};
use model::{Action, ApiSpec, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{ApiRow, RequestRow, SourceRow, Tx};

use super::datasets::PlannedDataset;
use super::planned_alert::PlannedAlert;
use super::read::read_documents;
use crate::alerts::may_watch;
use crate::apis::{Beside, CheckInput, Planned};
use crate::failure::api_spec;
use crate::review::{Approval, NewVersion};
use crate::sources::{PreparedSource, Resolved};
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
    /// The approver's yes to what the checks call costs, such as the reading of a whole table; needed where there are any.
    #[serde(default)]
    pub accept_costs: bool,
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
    /// `make`, `change`, `release`, `send for review` or `keep`. Of a source or a dataset, `send for review` says that a change of
    /// its settings in production, or of what decides its rows, waits for somebody's decision, with or without an approving token.
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
    pub(super) loads: Vec<(String, String)>,
    /// The sources of the documents that are there already.
    pub(super) known_sources: Vec<SourceRow>,
    pub(super) datasets: Vec<PlannedDataset>,
    apis: Vec<PlannedApi>,
    /// APIs with what their documents say of their documentation, where it is something else than before.
    marks: Vec<(ApiRow, DocumentationMark)>,
    pub(super) alerts: Vec<PlannedAlert>,
    pub(super) plan: ApplyPlan,
}

impl Work {
    fn is_empty(&self) -> bool {
        let is_same = self.sources.is_empty() && self.loads.is_empty() && self.datasets.is_empty();
        is_same && self.apis.is_empty() && self.marks.is_empty() && self.alerts.is_empty()
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
        let approval = approver.as_ref().map(|by| Approval {
            by,
            sender: &caller.user_id,
            authors: std::slice::from_ref(&caller.user_id),
            accept_costs: request.accept_costs,
        });
        self.plan_apis(caller, &documents, request.environment, approval.as_ref(), &mut work).await?;
        self.plan_alerts(&documents, &mut work).await?;
        if request.dry_run || work.is_empty() {
            return Ok(work.plan);
        }
        fail_point!("apply.before-write");
        let mut tx = self.write(caller).await?;
        for source in &work.sources {
            self.write_source(&mut tx, caller, source).await?;
            fail_point!("apply.after-source");
        }
        for (source, load) in &work.loads {
            let row = work.sources.iter().map(|prepared| &prepared.row).chain(&work.known_sources).find(|row| &row.name == source);
            if let Some(row) = row {
                self.put_load(&mut tx, row, load.clone()).await?;
            }
        }
        for dataset in &work.datasets {
            self.write_planned_dataset(&mut tx, caller, dataset).await?;
            fail_point!("apply.after-dataset");
        }
        for api in &work.apis {
            self.write_planned_api(&mut tx, caller, api, request, approver.as_ref()).await?;
            fail_point!("apply.after-api");
        }
        for (api, mark) in &work.marks {
            self.put_mark(&mut tx, api, mark).await?;
        }
        for alert in work.alerts {
            self.write_planned_alert(&mut tx, caller, alert).await?;
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
        let approver = approver
            .ok_or_else(|| Problem::field("approver_token", "The approving token is unknown or has expired. Use another token."))?;
        if approver.user_id == caller.user_id {
            return Err(Problem::new(
                ErrorCode::Forbidden,
                "Requests are approved by someone else. Use the approving token of a second person.",
            ));
        }
        for document in documents {
            if let Document::Api(api) = document {
                approver.authorise(Action::Decide, &api.domain)?;
            }
        }
        Ok(Some(approver))
    }

    async fn plan_apis(
        &self,
        caller: &Caller,
        documents: &[Document],
        environment: Environment,
        approval: Option<&Approval<'_>>,
        work: &mut Work,
    ) -> Result<(), Problem> {
        let mut opened: HashMap<String, Resolved> = HashMap::new();
        for (index, document) in documents.iter().enumerate() {
            let Document::Api(api) = document else { continue };
            let placed = |problem| at(index, problem);
            if api.spec.union().is_none() && !opened.contains_key(&api.spec.source) {
                let resolved = self.resolve_planned(&work.sources, (&api.domain, &api.spec.source), environment).await.map_err(placed)?;
                opened.insert(api.spec.source.clone(), resolved);
            }
            let source = opened.get(&api.spec.source);
            // What is only sent for review is not live when this is: a Union of it waits for the approval.
            let beside: Planned = match approval {
                Some(_) => work
                    .apis
                    .iter()
                    .filter(|one| one.row.domain == api.domain)
                    .map(|one| (one.row.name.clone(), one.spec.clone()))
                    .collect(),
                None => Planned::new(),
            };
            let beside = Beside { domain: &api.domain, environment, planned: &beside };
            let planned = self.plan_api(caller, api, source, beside).await.map_err(placed)?;
            let mark = self.plan_mark(caller, api, planned.as_ref()).await.map_err(placed)?;
            let effect = match (&planned, approval) {
                (None, _) if mark.is_some() => "change",
                (None, _) => "keep",
                (Some(planned), Some(approval)) => {
                    let input = CheckInput { name: &api.name, spec: &planned.spec, source, beside };
                    self.refuse_release(approval, &input, &planned.evidence).await.map_err(placed)?;
                    "release"
                }
                (Some(_), None) => "send for review",
            };
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            work.apis.extend(planned);
            work.marks.extend(mark);
        }
        Ok(())
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
        let (evidence, mut spec) = self.check_with_cases(&CheckInput { name: &api.name, spec: &api.spec, source, beside }).await?;
        if !evidence.errors.is_empty() {
            return Err(Problem::fields(evidence.errors));
        }
        self.give_numbers(&api.domain, &api.name, &mut spec).await?;
        let known = self.store.api(&api.domain, &api.name).await?;
        if let Some(row) = &known {
            if row.kind != spec.kind().key() {
                return Err(Problem::new(ErrorCode::Conflict, "The type of an API cannot be changed. Choose another name."));
            }
            let versions = self.store.versions_of(&row.id).await?;
            let standing = versions.iter().find(|version| matches!(version.state.as_str(), "approved" | "in-review"));
            if let Some(version) = standing {
                let standing = api_spec(row, version)?;
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

    /// What a document says of the documentation of its API, where that is something else than before.
    async fn plan_mark(
        &self,
        caller: &Caller,
        api: &ApiDocument,
        planned: Option<&PlannedApi>,
    ) -> Result<Option<(ApiRow, DocumentationMark)>, Problem> {
        let Some(mark) = &api.documentation else { return Ok(None) };
        let row = match planned {
            Some(planned) => Some(planned.row.clone()),
            None => self.store.api(&api.domain, &api.name).await?,
        };
        let Some(row) = row else { return Ok(None) };
        if self.mark_of(&row).await? == mark.kept() {
            return Ok(None);
        }
        caller.authorise(Action::PublishDocumentation, &api.domain)?;
        let errors = mark.errors();
        if !errors.is_empty() {
            let placed = errors.into_iter().map(|error| FieldError::new(format!("documentation.{}", error.field), error.message));
            return Err(Problem::fields(placed.collect()));
        }
        Ok(Some((row, mark.clone())))
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
            tx.insert_api(new).await?;
            let path = format!("{}/{}", row.domain, row.name);
            self.note(tx, AuditAction::ApiMade, (&row.domain, &path), None, None).await?;
        }
        let version = NewVersion {
            api_id: &row.id,
            domain: &row.domain,
            name: &row.name,
            spec: planned.spec.clone(),
            evidence: &planned.evidence,
            environment: request.environment,
            reason: &request.reason,
            authors: BTreeSet::from([caller.user_id.clone()]),
        };
        let (request_id, version_id) = self.write_version(tx, caller, &version).await?;
        if let Some(approver) = approver {
            let decided = RequestRow {
                id: request_id,
                kind: RequestKind::Version.key().into(),
                object_id: row.id.clone(),
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
            self.write_decision(tx, approver, (&decided, row), true, "Approved with apply.").await?;
            tx.act_as(caller.email());
        }
        Ok(())
    }
}

fn authorise_all(caller: &Caller, documents: &[Document]) -> Result<(), Problem> {
    for document in documents {
        match document {
            Document::Source(source) => caller.authorise(Action::EditSource, &source.domain)?,
            Document::Dataset(dataset) => caller.authorise(Action::EditDataset, &dataset.domain)?,
            Document::Api(api) => caller.authorise(Action::Submit, &api.domain)?,
            Document::Receiver(receiver) => caller.authorise(Action::EditReceiver, &receiver.domain)?,
            Document::AlertRule(of) => {
                caller.authorise(Action::EditAlert, &of.domain)?;
                may_watch(caller, &of.rule.watch)?;
            }
            Document::Objective(objective) => caller.authorise(Action::EditAlert, &objective.domain)?,
            Document::MaintenanceWindow(window) => caller.authorise(Action::EditAlert, &window.domain)?,
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
