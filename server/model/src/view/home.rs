use serde::{Deserialize, Serialize};

use super::{DatasetView, RequestView};
use crate::clock::Millis;
use crate::dataset::DataVersionState;
use crate::job::RunState;
use crate::number::grouped;

/// What needs somebody, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedKind {
    /// A node cannot write its figures over time.
    FiguresUnwritten,
    /// No gateway can serve an API as it is released.
    ApiBroken,
    /// An alert of one's domains fires.
    AlertFires,
    /// Requests to a live API were not answered lately.
    ApiFails,
    /// A source did not answer when it was asked last.
    SourceAway,
    /// A dataset's definition cannot be read.
    DatasetUnreadable,
    BuildFailed,
    /// What follows a dataset's table does not go on.
    #[serde(rename = "following-stopped")]
    IncrementalStopped,
    /// The view of its database does not show what is live.
    NotShown,
    /// It differs from its source by more than its job allows, or could not be compared.
    Differs,
    BuildLate,
    /// Responses of a live API were degraded lately.
    ApiDegraded,
    /// A request of one's own was rejected, and nothing was sent since.
    Rejected,
    /// Somebody's request waits for one's decision.
    Decide,
    /// A dataset version waits for one's yes.
    DatasetWaits,
    /// A draft that one has written in.
    Draft,
}

/// One thing that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    pub kind: NeedKind,
    /// The path of the API or dataset, the name of the source, the path of the alert's rule, or the address of the node.
    pub subject: String,
    /// Why, as a sentence; empty where the kind says it all.
    pub detail: String,
    /// When it was so.
    pub at: Option<Millis>,
    /// The request that it is about.
    pub request: Option<RequestView>,
}

impl Need {
    #[must_use]
    pub fn new(kind: NeedKind, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), detail: detail.into(), at: None, request: None }
    }

    #[must_use]
    pub fn at(self, at: Millis) -> Self {
        Self { at: Some(at), ..self }
    }
}

impl DatasetView {
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.domain, self.name)
    }

    /// What of it somebody should look at, the worst first.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let need = |kind, detail: &str| Need::new(kind, self.path(), detail);
        let mut needs = Vec::new();
        if let Some(run) = self.job.runs.first() {
            let at = run.finished_at.or(run.started_at).unwrap_or(run.asked_at);
            if run.state == RunState::Failed {
                needs.push(need(NeedKind::BuildFailed, &run.reason).at(at));
            } else if !run.state.is_over() && run.is_late(self.job.at) {
                needs.push(need(NeedKind::BuildLate, "The run takes longer than the job allows."));
            }
        }
        for version in &self.versions {
            if version.state == DataVersionState::Checked {
                needs.push(need(
                    NeedKind::DatasetWaits,
                    &format!("Dataset version {} is validated and waits for promotion.", version.number),
                ));
            }
            if version.state != DataVersionState::Live {
                continue;
            }
            if !version.reason.is_empty() {
                needs.push(need(NeedKind::NotShown, &version.reason));
            }
            if let Some(incremental_sync) = version.incremental_sync.as_ref().filter(|incremental_sync| !incremental_sync.reason.is_empty())
            {
                needs.push(need(NeedKind::IncrementalStopped, &incremental_sync.reason));
            }
            let compared = version.compared.iter().find(|compared| compared.finished_at.is_some());
            let (Some(compared), Some(asked)) = (compared, self.job.spec.compare) else { continue };
            let differ = compared.figures.differ();
            if !compared.reason.is_empty() {
                needs.push(need(NeedKind::Differs, &compared.reason).at(compared.at));
            } else if differ > i64::from(asked.at_most) {
                needs.push(
                    need(NeedKind::Differs, &format!("{} rows differ; at most {} are allowed.", grouped(differ), grouped(asked.at_most)))
                        .at(compared.at),
                );
            }
        }
        needs.sort_by_key(|need| need.kind);
        needs
    }
}
