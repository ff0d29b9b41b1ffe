//! Server functions of the lineage of an asset, and of what is affected if it goes.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::lineage_asked::LineageAsked;
use crate::error::PortalError;

/// The lineage of an asset with what is affected if it goes, drawn.
#[server(prefix = "/fn", endpoint = "asset-lineage", input = Json)]
pub async fn asset_lineage(path: String, #[server(default)] asked: LineageAsked) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::lineage_drawn::drawn(&control, &caller, &super::reading::path(&path)?, &asked).await?)
}

/// What is affected if an asset goes or changes, in sentences: for whoever is about to change it.
#[server(prefix = "/fn", endpoint = "asset-impact")]
pub async fn asset_impact(path: String) -> Result<Vec<String>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let impact = control.impact(&caller, &super::reading::path(&path)?).await?;
    Ok(super::lineage_impact::sentences(&impact))
}
