//! Sources, datasets, APIs and alerts as YAML documents: applied all or nothing through the same checks, review and audit; exported
//! without secrets.

mod alerts;
mod apply;
mod datasets;
mod export;
mod planned_alert;
mod read;
mod sources;

pub use apply::{ApplyPlan, ApplyRequest, PlannedChange};
pub use read::json_schema;

/// YAML in which a choice is a map of one key, as JSON has it, and not a tag: so people write it, and so it is read.
pub(crate) fn yaml<T: serde::Serialize>(value: &T) -> Result<String, serde_norway::Error> {
    let mut text = Vec::new();
    serde_norway::with::singleton_map_recursive::serialize(value, &mut serde_norway::Serializer::new(&mut text))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
