//! Sources and APIs as YAML documents: applied all or nothing through the same checks, review and audit; exported
//! without secrets.

mod apply;
mod export;
mod read;

pub use apply::{ApplyPlan, ApplyRequest, PlannedChange};
pub use read::json_schema;
