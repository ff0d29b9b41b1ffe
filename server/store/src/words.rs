//! The states, kinds and figures of rows, as this program knows them. Each that it does not know is an error that names its row.

use std::collections::BTreeMap;

use model::Role;
use model::dataset::{BuildFigures, DataVersionState};
use model::incremental::IncrementalFigures;
use model::job::{Cause, RunState};
use model::load_limits::Tier;
use model::reconcile::Compared;
use model::snapshot::{Environment, Priority};
use model::spec::ApiKind;
use model::view::{RequestKind, RequestState, VersionState};

use crate::stored::{decode, decode_word};
use crate::{
    ApiRow, BindingRow, ComparisonRow, CompartmentRow, DataVersionRow, IncrementalRow, IssuerRow, KeyRow, MemberRow, NodeRow, RequestRow,
    RunRow, StoreError, SwitchesRow, VersionRow,
};

impl ApiRow {
    /// # Errors
    /// [`StoreError::Unreadable`] where this program does not know the word, or the figures are none; so for every method below.
    pub fn decoded_kind(&self) -> Result<ApiKind, StoreError> {
        decode_word(&self.kind, ApiKind::from_key, &format_args!("the kind of the API {}/{}", self.domain, self.name))
    }
}

impl VersionRow {
    pub fn decoded_state(&self) -> Result<VersionState, StoreError> {
        decode_word(&self.state, VersionState::from_key, &format_args!("the state of version {} of the API {}", self.number, self.api_id))
    }
}

impl RequestRow {
    pub fn decoded_kind(&self) -> Result<RequestKind, StoreError> {
        decode_word(&self.kind, RequestKind::from_key, &format_args!("the kind of the request {}", self.id))
    }

    pub fn decoded_environment(&self) -> Result<Environment, StoreError> {
        decode_word(&self.environment, Environment::from_key, &format_args!("the environment of the request {}", self.id))
    }

    pub fn decoded_state(&self) -> Result<RequestState, StoreError> {
        decode_word(&self.state, RequestState::from_key, &format_args!("the state of the request {}", self.id))
    }
}

impl RunRow {
    pub fn decoded_state(&self) -> Result<RunState, StoreError> {
        decode_word(&self.state, RunState::from_key, &format_args!("the state of the run {}", self.id))
    }

    pub fn decoded_cause(&self) -> Result<Cause, StoreError> {
        decode_word(&self.cause, Cause::from_key, &format_args!("the cause of the run {}", self.id))
    }

    pub fn decoded_tier(&self) -> Result<Tier, StoreError> {
        decode_word(&self.tier, Tier::from_key, &format_args!("the tier of the run {}", self.id))
    }

    pub fn decoded_figures(&self) -> Result<BuildFigures, StoreError> {
        decode(&self.figures, &format_args!("the figures of the run {}", self.id))
    }
}

impl DataVersionRow {
    pub fn decoded_environment(&self) -> Result<Environment, StoreError> {
        decode_word(&self.environment, Environment::from_key, &format_args!("the environment of the dataset version {}", self.id))
    }

    pub fn decoded_state(&self) -> Result<DataVersionState, StoreError> {
        decode_word(&self.state, DataVersionState::from_key, &format_args!("the state of the dataset version {}", self.id))
    }

    pub fn decoded_figures(&self) -> Result<BuildFigures, StoreError> {
        decode(&self.figures, &format_args!("the figures of the dataset version {}", self.id))
    }
}

impl IncrementalRow {
    pub fn decoded_figures(&self) -> Result<IncrementalFigures, StoreError> {
        decode(&self.figures, &format_args!("the figures of the incremental sync of the dataset version {}", self.version_id))
    }
}

impl ComparisonRow {
    pub fn decoded_figures(&self) -> Result<Compared, StoreError> {
        decode(&self.figures, &format_args!("the figures of a reconciliation of the dataset version {}", self.version_id))
    }
}

impl BindingRow {
    pub fn decoded_environment(&self) -> Result<Environment, StoreError> {
        decode_word(
            &self.environment,
            Environment::from_key,
            &format_args!("the environment of a binding of the source {}", self.source_id),
        )
    }
}

impl KeyRow {
    pub fn decoded_environment(&self) -> Result<Environment, StoreError> {
        decode_word(&self.environment, Environment::from_key, &format_args!("the environment of the key {}", self.id))
    }
}

impl IssuerRow {
    pub fn decoded_environment(&self) -> Result<Environment, StoreError> {
        decode_word(&self.environment, Environment::from_key, &format_args!("the environment of the issuer {}", self.issuer))
    }
}

impl MemberRow {
    pub fn decoded_role(&self) -> Result<Role, StoreError> {
        decode_word(&self.role, Role::from_key, &format_args!("a role of the person {} in the domain {}", self.user_id, self.domain))
    }
}

impl NodeRow {
    pub fn decoded_broken(&self) -> Result<BTreeMap<String, String>, StoreError> {
        decode(&self.broken, &format_args!("what the node {} cannot serve", self.id))
    }
}

impl SwitchesRow {
    pub fn decoded_priority(&self) -> Result<Priority, StoreError> {
        decode_word(&self.priority, Priority::from_key, &format_args!("the priority of the API {}", self.api_id))
    }
}

impl CompartmentRow {
    pub fn decoded_priority(&self) -> Result<Priority, StoreError> {
        decode_word(&self.priority, Priority::from_key, &format_args!("the priority of a compartment of the domain {}", self.domain))
    }
}
