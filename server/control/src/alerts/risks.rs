//! The risk list: what is live and lacks what protects it.

use std::collections::BTreeSet;

use model::alert::RiskKind;
use model::load_limits::SourceLoad;
use model::snapshot::{Environment, Priority};
use model::union::{Grade, Step};
use model::view::{RiskView, SubjectKind};
use model::{Action, ApiSpec, Problem};
use store::{AlertDefinitionKind, ApiRow};

use crate::failure::api_spec;
use crate::live::rate_of;
use crate::{Caller, Control};

/// What is known of all APIs at once.
struct Known {
    /// The ids of people who can sign in.
    active: BTreeSet<String>,
    /// The ids of APIs that have a limit of their own.
    limited: BTreeSet<String>,
    /// The domains and priorities of compartments that have one.
    compartments: BTreeSet<(String, String)>,
    /// The ids of APIs, with their priorities where somebody has set one.
    priorities: Vec<(String, String)>,
    /// Paths of APIs in prod that have an objective.
    objectives: BTreeSet<String>,
}

impl Control {
    /// The risks of the caller's domains: of APIs that are live in prod, and of sources.
    ///
    /// # Errors
    /// Where the metadata does not answer, or a definition cannot be read.
    pub async fn risks(&self, caller: &Caller) -> Result<Vec<RiskView>, Problem> {
        let (inventory, known) = (self.inventory().await?, self.known_protection().await?);
        let mut risks = Vec::new();
        for api in inventory.apis.iter().filter(|api| caller.can(Action::See, &api.domain)) {
            let Some(version) = inventory.live(&api.id, Environment::Prod) else { continue };
            let kinds = known.risks_of(api, &api_spec(api, version)?);
            let path = format!("{}/{}", api.domain, api.name);
            risks.extend(kinds.into_iter().map(|kind| RiskView {
                kind,
                subject: SubjectKind::Api,
                domain: api.domain.clone(),
                path: path.clone(),
            }));
        }
        for source in self.store.sources().await?.into_iter().filter(|source| caller.can(Action::See, &source.domain)) {
            if self.store.load_limits(&source.name).await?.is_none_or(|limits| limits == SourceLoad::default()) {
                let kind = RiskKind::NoLoadLimits;
                risks.push(RiskView { kind, subject: SubjectKind::Source, domain: source.domain, path: source.name });
            }
        }
        risks.sort_by(|one, other| (one.kind, &one.path).cmp(&(other.kind, &other.path)));
        Ok(risks)
    }

    async fn known_protection(&self) -> Result<Known, Problem> {
        let switches = self.store.switches().await?;
        let mut objectives = BTreeSet::new();
        for row in self.store.alert_definitions(AlertDefinitionKind::Objective).await? {
            let subject = row.objective()?.subject;
            if subject.environment == Some(Environment::Prod) {
                objectives.insert(subject.path);
            }
        }
        let active = self.store.users().await?.into_iter().filter(|user| user.active == 1).map(|user| user.id);
        let limited = switches.iter().filter(|row| rate_of(row.per_second, row.burst).is_some()).map(|row| row.api_id.clone());
        Ok(Known {
            active: active.collect(),
            limited: limited.collect(),
            compartments: self.store.compartments().await?.into_iter().map(|row| (row.domain, row.priority)).collect(),
            priorities: switches.iter().map(|row| (row.api_id.clone(), row.priority.clone())).collect(),
            objectives,
        })
    }
}

impl Known {
    fn risks_of(&self, api: &ApiRow, spec: &ApiSpec) -> Vec<RiskKind> {
        let mut kinds = Vec::new();
        if !self.active.contains(&api.owner_id) {
            kinds.push(RiskKind::NoOwner);
        }
        let bare = |step: &Step| step.grade == Grade::Core && step.fallback.is_empty();
        if spec.union().is_some_and(|union| union.steps.iter().any(bare)) {
            kinds.push(RiskKind::NoFallback);
        }
        let priority =
            self.priorities.iter().find(|(id, _)| *id == api.id).map_or(Priority::default().key(), |(_, priority)| priority.as_str());
        let in_compartment = self.compartments.contains(&(api.domain.clone(), priority.to_owned()));
        if !in_compartment && !self.limited.contains(&api.id) {
            kinds.push(RiskKind::NoLimit);
        }
        if !self.objectives.contains(&format!("{}/{}", api.domain, api.name)) {
            kinds.push(RiskKind::NoObjective);
        }
        kinds
    }
}
