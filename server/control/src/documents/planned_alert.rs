//! What is to be written of a document of an alert.

use store::{AlertDefinitionKind, ReceiverRow};

use crate::alerts::ReceiverInput;

/// A definition or a receiver, behind its domain and name.
pub(super) enum PlannedAlert {
    Definition { kind: AlertDefinitionKind, place: (String, String), definition: String, edit: Option<i64> },
    Receiver { place: (String, String), input: ReceiverInput, before: Option<ReceiverRow> },
}
