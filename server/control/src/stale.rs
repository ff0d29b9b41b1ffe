//! What a change makes stale of the snapshot that is kept.

use std::collections::BTreeSet;

use model::audit::{AuditAction as Kind, AuditRow};

/// The parts that have to be read again.
#[derive(Default)]
pub(crate) struct Stale {
    pub(crate) everything: bool,
    /// `travel/plane`
    pub(crate) apis: BTreeSet<String>,
    pub(crate) sources: bool,
    pub(crate) datasets: bool,
    pub(crate) callers: bool,
    pub(crate) grants: bool,
    pub(crate) compartments: bool,
}

impl Stale {
    /// Every action belongs to a part, or to none; one that another version of this program has written makes everything stale.
    pub(crate) fn note(&mut self, row: &AuditRow) {
        let Some(action) = row.kind() else {
            self.everything = true;
            return;
        };
        match action {
            Kind::ApiMade
            | Kind::ApiReleased
            | Kind::ApiRetired
            | Kind::ApiAccelerated
            | Kind::ApiSwitched
            | Kind::ApiPurged
            | Kind::VersionSubmitted
            | Kind::VersionApproved
            | Kind::VersionRejected
            | Kind::VersionWithdrawn => drop(self.apis.insert(row.subject.clone())),
            // A test of a connection changes nothing.
            Kind::SourceTested => {}
            Kind::SourceMade
            | Kind::SourceChanged
            | Kind::SourceRequested
            | Kind::SourceApproved
            | Kind::SourceRejected
            | Kind::SourceWithdrawn => self.sources = true,
            Kind::DatasetMade
            | Kind::DatasetGates
            | Kind::DatasetMapping
            | Kind::DatasetRequested
            | Kind::DatasetApproved
            | Kind::DatasetRejected
            | Kind::DatasetWithdrawn
            | Kind::DatasetBuildAsked
            | Kind::DatasetChecked
            | Kind::DatasetLive
            | Kind::DatasetFailed
            | Kind::DatasetStopped
            | Kind::DatasetLetThrough
            | Kind::DatasetRolledBack
            | Kind::DatasetReadAgain
            | Kind::DatasetTriedAgain => self.datasets = true,
            // An app that is deleted takes its grants with it.
            Kind::AppMade | Kind::AppOrigins | Kind::AppDeleted => (self.callers, self.grants) = (true, true),
            Kind::IssuerMade | Kind::IssuerRemoved | Kind::IssuerKeysChanged | Kind::KeyMade | Kind::KeyRevoked => self.callers = true,
            Kind::AccessGranted | Kind::AccessEnded => self.grants = true,
            Kind::CompartmentLimited => self.compartments = true,
            // Gateways answer by what is live, whoever can read about it.
            Kind::ApiDocumentation
            | Kind::DraftSaved
            | Kind::DraftDiscarded
            | Kind::JobSet
            | Kind::JobPaused
            | Kind::JobLoad
            | Kind::DomainMade
            | Kind::DomainRenamed
            | Kind::PersonMade
            | Kind::PersonSet
            | Kind::PersonJoined
            | Kind::PersonAccessEnded
            | Kind::RolesSet
            | Kind::PasswordSet
            | Kind::LinkMade
            | Kind::SessionOpened
            | Kind::SessionRefused
            | Kind::TokenMade
            | Kind::TokenRevoked
            | Kind::RequestRefused
            | Kind::AlertRuleSet
            | Kind::AlertRuleDeleted
            | Kind::AlertAcknowledged
            | Kind::ObjectiveSet
            | Kind::ObjectiveDeleted
            | Kind::MaintenanceSet
            | Kind::MaintenanceDeleted
            | Kind::SilenceMade
            | Kind::SilenceEnded
            | Kind::ReceiverSet
            | Kind::ReceiverDeleted
            | Kind::ReceiverTested
            | Kind::NoticeRetried => {}
            Kind::MasterKeyRotated => self.everything = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(action: &str) -> Stale {
        let mut stale = Stale::default();
        stale.note(&AuditRow {
            id: String::new(),
            revision: 1,
            at: 1,
            actor: String::new(),
            action: action.into(),
            domain: "travel".into(),
            subject: "travel/plane".into(),
            before: None,
            after: None,
            request_id: String::new(),
        });
        stale
    }

    #[test]
    fn a_change_makes_its_own_part_stale_and_one_of_another_version_all() {
        assert!(noted("api.released").apis.contains("travel/plane"));
        let (changed, tested) = (noted("source.changed"), noted("source.tested"));
        assert!(changed.sources && !changed.everything && !tested.sources && !tested.everything);
        let deleted = noted("app.deleted");
        assert!(deleted.callers && deleted.grants && !deleted.datasets);
        assert!(noted("master-key.rotated").everything && noted("source.moved").everything && noted("").everything);
        assert!(!noted("job.set").everything);
    }
}
