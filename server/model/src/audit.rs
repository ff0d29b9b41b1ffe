//! An audit row: who did what to which thing, with before and after.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// What is done, as a closed list: every row of the audit log that this program writes has one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    ApiMade,
    ApiReleased,
    ApiRetired,
    ApiAccelerated,
    ApiSwitched,
    ApiPurged,
    /// Whether everybody can read its documentation was set.
    ApiDocumentation,
    VersionSubmitted,
    VersionApproved,
    VersionRejected,
    VersionWithdrawn,
    DraftSaved,
    DraftDiscarded,
    SourceMade,
    SourceChanged,
    SourceTested,
    /// A change is held back until it is approved.
    SourceRequested,
    SourceApproved,
    SourceRejected,
    SourceWithdrawn,
    DatasetMade,
    /// The gates of a dataset were set.
    DatasetGates,
    /// The mapping of a dataset was set.
    DatasetMapping,
    /// A change is held back until it is approved.
    DatasetRequested,
    DatasetApproved,
    DatasetRejected,
    DatasetWithdrawn,
    DatasetBuildAsked,
    DatasetChecked,
    DatasetLive,
    DatasetFailed,
    DatasetStopped,
    /// Somebody said yes to a dataset version that waited.
    DatasetLetThrough,
    DatasetRolledBack,
    /// Somebody wants rows of the table read again.
    DatasetReadAgain,
    /// Somebody wants rows tried again that could not be taken.
    DatasetTriedAgain,
    JobSet,
    JobPaused,
    /// The load limits of a source were set.
    JobLoad,
    AppMade,
    /// The origins of pages that an app names were set.
    AppOrigins,
    AppDeleted,
    IssuerMade,
    IssuerRemoved,
    IssuerKeysChanged,
    KeyMade,
    KeyRevoked,
    AccessGranted,
    AccessEnded,
    CompartmentLimited,
    DomainMade,
    DomainRenamed,
    PersonMade,
    PersonSet,
    PersonJoined,
    PersonAccessEnded,
    RolesSet,
    PasswordSet,
    LinkMade,
    SessionOpened,
    SessionRefused,
    TokenMade,
    TokenRevoked,
    RequestRefused,
    MasterKeyRotated,
    AlertRuleSet,
    AlertRuleDeleted,
    AlertAcknowledged,
    ObjectiveSet,
    ObjectiveDeleted,
    MaintenanceSet,
    MaintenanceDeleted,
    SilenceMade,
    SilenceEnded,
    ReceiverSet,
    ReceiverDeleted,
    ReceiverTested,
    NoticeRetried,
}

impl AuditAction {
    pub const ALL: [AuditAction; 78] = [
        Self::ApiMade,
        Self::ApiReleased,
        Self::ApiRetired,
        Self::ApiAccelerated,
        Self::ApiSwitched,
        Self::ApiPurged,
        Self::ApiDocumentation,
        Self::VersionSubmitted,
        Self::VersionApproved,
        Self::VersionRejected,
        Self::VersionWithdrawn,
        Self::DraftSaved,
        Self::DraftDiscarded,
        Self::SourceMade,
        Self::SourceChanged,
        Self::SourceTested,
        Self::SourceRequested,
        Self::SourceApproved,
        Self::SourceRejected,
        Self::SourceWithdrawn,
        Self::DatasetMade,
        Self::DatasetGates,
        Self::DatasetMapping,
        Self::DatasetRequested,
        Self::DatasetApproved,
        Self::DatasetRejected,
        Self::DatasetWithdrawn,
        Self::DatasetBuildAsked,
        Self::DatasetChecked,
        Self::DatasetLive,
        Self::DatasetFailed,
        Self::DatasetStopped,
        Self::DatasetLetThrough,
        Self::DatasetRolledBack,
        Self::DatasetReadAgain,
        Self::DatasetTriedAgain,
        Self::JobSet,
        Self::JobPaused,
        Self::JobLoad,
        Self::AppMade,
        Self::AppOrigins,
        Self::AppDeleted,
        Self::IssuerMade,
        Self::IssuerRemoved,
        Self::IssuerKeysChanged,
        Self::KeyMade,
        Self::KeyRevoked,
        Self::AccessGranted,
        Self::AccessEnded,
        Self::CompartmentLimited,
        Self::DomainMade,
        Self::DomainRenamed,
        Self::PersonMade,
        Self::PersonSet,
        Self::PersonJoined,
        Self::PersonAccessEnded,
        Self::RolesSet,
        Self::PasswordSet,
        Self::LinkMade,
        Self::SessionOpened,
        Self::SessionRefused,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::RequestRefused,
        Self::MasterKeyRotated,
        Self::AlertRuleSet,
        Self::AlertRuleDeleted,
        Self::AlertAcknowledged,
        Self::ObjectiveSet,
        Self::ObjectiveDeleted,
        Self::MaintenanceSet,
        Self::MaintenanceDeleted,
        Self::SilenceMade,
        Self::SilenceEnded,
        Self::ReceiverSet,
        Self::ReceiverDeleted,
        Self::ReceiverTested,
        Self::NoticeRetried,
    ];

    /// The word that stands in the store, and is shown: a verb in the past tense behind its object.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::ApiMade => "api.made",
            Self::ApiReleased => "api.released",
            Self::ApiRetired => "api.retired",
            Self::ApiAccelerated => "api.accelerated",
            Self::ApiSwitched => "api.switched",
            Self::ApiPurged => "api.purged",
            Self::ApiDocumentation => "api.documentation",
            Self::VersionSubmitted => "version.submitted",
            Self::VersionApproved => "version.approved",
            Self::VersionRejected => "version.rejected",
            Self::VersionWithdrawn => "version.withdrawn",
            Self::DraftSaved => "draft.saved",
            Self::DraftDiscarded => "draft.discarded",
            Self::SourceMade => "source.made",
            Self::SourceChanged => "source.changed",
            Self::SourceTested => "source.tested",
            Self::SourceRequested => "source.requested",
            Self::SourceApproved => "source.approved",
            Self::SourceRejected => "source.rejected",
            Self::SourceWithdrawn => "source.withdrawn",
            Self::DatasetMade => "dataset.made",
            Self::DatasetGates => "dataset.gates",
            Self::DatasetMapping => "dataset.mapping",
            Self::DatasetRequested => "dataset.requested",
            Self::DatasetApproved => "dataset.approved",
            Self::DatasetRejected => "dataset.rejected",
            Self::DatasetWithdrawn => "dataset.withdrawn",
            Self::DatasetBuildAsked => "dataset.build-asked",
            Self::DatasetChecked => "dataset.checked",
            Self::DatasetLive => "dataset.live",
            Self::DatasetFailed => "dataset.failed",
            Self::DatasetStopped => "dataset.stopped",
            Self::DatasetLetThrough => "dataset.let-through",
            Self::DatasetRolledBack => "dataset.rolled-back",
            Self::DatasetReadAgain => "dataset.read-again",
            Self::DatasetTriedAgain => "dataset.tried-again",
            Self::JobSet => "job.set",
            Self::JobPaused => "job.paused",
            Self::JobLoad => "job.load",
            Self::AppMade => "app.made",
            Self::AppOrigins => "app.origins",
            Self::AppDeleted => "app.deleted",
            Self::IssuerMade => "issuer.made",
            Self::IssuerRemoved => "issuer.removed",
            Self::IssuerKeysChanged => "issuer.keys-changed",
            Self::KeyMade => "key.made",
            Self::KeyRevoked => "key.revoked",
            Self::AccessGranted => "access.granted",
            Self::AccessEnded => "access.ended",
            Self::CompartmentLimited => "compartment.limited",
            Self::DomainMade => "domain.made",
            Self::DomainRenamed => "domain.renamed",
            Self::PersonMade => "person.made",
            Self::PersonSet => "person.set",
            Self::PersonJoined => "person.joined",
            Self::PersonAccessEnded => "person.access-ended",
            Self::RolesSet => "roles.set",
            Self::PasswordSet => "password.set",
            Self::LinkMade => "link.made",
            Self::SessionOpened => "session.opened",
            Self::SessionRefused => "session.refused",
            Self::TokenMade => "token.made",
            Self::TokenRevoked => "token.revoked",
            Self::RequestRefused => "request.refused",
            Self::MasterKeyRotated => "master-key.rotated",
            Self::AlertRuleSet => "alert-rule.set",
            Self::AlertRuleDeleted => "alert-rule.deleted",
            Self::AlertAcknowledged => "alert.acknowledged",
            Self::ObjectiveSet => "objective.set",
            Self::ObjectiveDeleted => "objective.deleted",
            Self::MaintenanceSet => "maintenance.set",
            Self::MaintenanceDeleted => "maintenance.deleted",
            Self::SilenceMade => "silence.made",
            Self::SilenceEnded => "silence.ended",
            Self::ReceiverSet => "receiver.set",
            Self::ReceiverDeleted => "receiver.deleted",
            Self::ReceiverTested => "receiver.tested",
            Self::NoticeRetried => "notice.retried",
        }
    }

    /// Nothing for the word of another version of this program.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.key() == key)
    }
}

/// One change. Secrets never stand in `before` or `after`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRow {
    pub id: String,
    /// The revision of the metadata that this change made.
    pub revision: i64,
    pub at: Millis,
    /// Who, by email; `sluice` for what the program did itself.
    pub actor: String,
    /// A verb in the past tense with its object: `api.released`. A word of another version is kept, and shown as it is.
    pub action: String,
    /// The domain that it concerns; empty for what concerns none.
    pub domain: String,
    /// The thing, as it is called: `travel/plane`.
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub request_id: String,
}

impl AuditRow {
    /// What was done, where this program knows it.
    #[must_use]
    pub fn kind(&self) -> Option<AuditAction> {
        AuditAction::from_key(&self.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that were written long ago are read by these words: none may change.
    const STORED: &str = "api.made api.released api.retired api.accelerated api.switched api.purged api.documentation version.submitted version.approved \
        version.rejected version.withdrawn draft.saved draft.discarded source.made source.changed source.tested source.requested \
        source.approved source.rejected source.withdrawn dataset.made dataset.gates dataset.mapping dataset.requested \
        dataset.approved dataset.rejected dataset.withdrawn dataset.build-asked dataset.checked dataset.live dataset.failed \
        dataset.stopped dataset.let-through dataset.rolled-back dataset.read-again dataset.tried-again job.set job.paused \
        job.load app.made app.origins app.deleted issuer.made issuer.removed issuer.keys-changed key.made key.revoked \
        access.granted access.ended compartment.limited domain.made domain.renamed person.made person.set person.joined \
        person.access-ended roles.set password.set link.made session.opened session.refused token.made token.revoked \
        request.refused master-key.rotated alert-rule.set alert-rule.deleted alert.acknowledged objective.set \
        objective.deleted maintenance.set maintenance.deleted silence.made silence.ended receiver.set receiver.deleted \
        receiver.tested notice.retried";

    #[test]
    fn the_words_in_the_store_stay_what_they_were() {
        assert_eq!(AuditAction::ALL.map(AuditAction::key).join(" "), STORED);
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::from_key(action.key()), Some(action));
        }
        assert_eq!(AuditAction::from_key("thing.done"), None);
    }
}
