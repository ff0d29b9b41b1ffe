//! Metadata: what is kept of people, sources, APIs, reviews and apps, in SQLite or PostgreSQL with one set of SQL.
//!
//! Shapes of rows are in the module of their subject; nothing here decides who may do what. To add a subject: a
//! migration, a module with its rows and its reads on [`Store`] and its writes on [`Tx`], and a case in the
//! conformance suite (`tests/conformance.rs`), which runs against both databases.

mod alert_definitions;
mod alert_states;
mod apis;
mod apps;
mod audit;
mod authors;
mod comparisons;
mod database;
mod datasets;
mod feed;
mod held_changes;
mod incremental_syncs;
mod issuers;
mod jobs;
mod outbox;
mod people;
mod problem;
mod public_documentation;
mod receivers;
mod rejected_rows;
mod requests;
mod series;
mod silences;
mod sources;
mod stored;
mod switches;
mod words;

pub use alert_definitions::{AlertDefinitionKind, AlertDefinitionRow};
pub use alert_states::{AlertEventRow, AlertStateRow, Evaluation, Lease};
pub use apis::{ApiRow, DraftRow, ReleaseRow, VersionRow};
pub use apps::{AppRow, GrantRow, KeyRow};
pub use audit::{AuditFilter, AuditSearch};
pub use comparisons::ComparisonRow;
pub use database::{Change, Store, StoreError, Tx};
pub use datasets::{DataVersionRow, DatasetRow};
pub use feed::NodeRow;
pub use held_changes::HeldChangeRow;
pub use incremental_syncs::IncrementalRow;
pub use issuers::IssuerRow;
pub use jobs::{JobRow, NewRun, RunRow};
pub use outbox::NoticeRow;
pub use people::{DomainRow, InvitationRow, MemberRow, SessionRow, TokenRow, UserRow};
pub use public_documentation::PublicDocumentationRow;
pub use receivers::{ReceiverHealthRow, ReceiverRow};
pub use rejected_rows::RejectedRow;
pub use requests::RequestRow;
pub use series::{KnownSeriesRow, SeriesChunkRow, SeriesStore};
pub use silences::SilenceRow;
pub use sources::{BindingRow, SourceRow};
pub use stored::{decode, decode_api, encode};
pub use switches::{CompartmentRow, SwitchesRow};
