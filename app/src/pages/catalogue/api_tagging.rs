//! Server functions that put tags and terms on assets: on one, and on many with a preview and an undo.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::view::{TaggingDone, UndoDone};

use super::bulk_query::BulkQuery;
use super::shown::{BulkShown, LabelsShown};
use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "asset-labels")]
pub async fn asset_labels(path: String) -> Result<LabelsShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::tagging::labels(&control, &caller, &super::reading::path(&path)?).await?)
}

/// Adds a tag to one asset, or removes it.
#[server(prefix = "/fn", endpoint = "tag-asset")]
pub async fn tag_asset(path: String, tag: String, #[server(default)] remove: bool) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::tagging::tag_one(&control, &caller, &super::reading::path(&path)?, (tag, remove)).await?)
}

/// Maps a term to one column, or takes it away.
#[server(prefix = "/fn", endpoint = "map-term")]
pub async fn map_term(path: String, term: String, #[server(default)] remove: bool) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let paths = vec![super::reading::path(&path)?];
    let (add, remove) = if remove { (Vec::new(), paths) } else { (paths, Vec::new()) };
    Ok(control.map_term(&caller, &term, &control::catalogue::TermMapping { add, remove }).await?)
}

/// What tagging many assets would do, and what can be undone.
#[server(prefix = "/fn", endpoint = "bulk-tagging", input = Json)]
pub async fn bulk_tagging(#[server(default)] query: BulkQuery) -> Result<BulkShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::tagging::bulk(&control, &caller, &query).await?)
}

/// Does what was previewed, which the form sends as JSON, where nothing has changed since: `expect` is how many tags on assets the preview
/// would change.
#[server(prefix = "/fn", endpoint = "tag-assets")]
pub async fn tag_assets(query: String, expect: u64) -> Result<TaggingDone, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let bad = |_| model::Problem::field("query", crate::words::words().catalogue_bulk.bad_query);
    let query: BulkQuery = serde_json::from_str(&query).map_err(bad)?;
    let tagging = super::tagging::tagging(&query, Some(expect))?;
    Ok(control.tag_assets(&caller, &tagging).await?)
}

#[server(prefix = "/fn", endpoint = "undo-tagging")]
pub async fn undo_tagging(id: String) -> Result<UndoDone, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.undo_tagging(&caller, &id).await?)
}
