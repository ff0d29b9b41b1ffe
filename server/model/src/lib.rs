//! The words of Sluice and the pure rules about them.
//!
//! Nothing here touches a network, a disk, a clock or an async runtime; the same code runs in the browser (so that a
//! form can be right before it is sent) and on the server (so that it is right whatever was sent).
//!
//! To add a data type: one row in [`data_type`], its reader in [`value`], its Arrow column in the crate `connect`,
//! its JSON in the crate `gateway`; the exhaustive matches name every place.

pub mod alert;
pub mod audit;
pub mod calendar;
pub mod clickhouse;
pub mod clock;
pub mod connector;
pub mod cron_form;
pub mod data_type;
pub mod dataset;
pub mod diagnosis;
pub mod dialect;
pub mod document;
pub mod documentation;
pub mod error;
pub mod form;
pub mod gates;
pub mod hidden;
pub mod incremental;
pub mod job;
pub mod json_text;
pub mod keyset;
pub mod limit;
pub mod list;
pub mod load_limits;
pub mod mapping;
pub mod message;
pub mod name;
pub mod near;
pub mod number;
pub mod openapi;
pub mod origin;
pub mod own_type;
pub mod parameter;
pub mod ready_calls;
pub mod reconcile;
pub mod redirect;
pub mod rejected;
pub mod role;
pub mod row_rules;
pub mod scalar;
#[cfg(feature = "schedule")]
pub mod schedule;
pub mod scope;
pub mod script;
pub mod snapshot;
pub mod source_types;
pub mod spec;
pub mod spec_diff;
pub mod spec_summary;
pub mod statement;
pub mod table;
mod table_ref;
#[cfg(feature = "schedule")]
pub mod time_axis;
pub mod time_form;
pub mod union;
pub mod validate;
mod validate_union;
pub mod value;
pub mod view;
#[cfg(feature = "schedule")]
pub mod wall_clock;
pub mod wire;

pub use data_type::DataType;
pub use error::{ErrorCode, FieldError, Problem};
pub use parameter::Parameter;
pub use role::{Action, Role};
pub use scope::Scope;
pub use spec::{ApiBody, ApiSpec, Field};
pub use value::Value;
