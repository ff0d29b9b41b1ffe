//! Server functions of the search of the catalogue, and of saved views.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::view::{AssetQuery, AssetResults, SavedView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "search-assets", input = Json)]
pub async fn search_assets(#[server(default)] query: AssetQuery) -> Result<AssetResults, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.search_assets(&caller, &query).await?)
}

#[server(prefix = "/fn", endpoint = "saved-views")]
pub async fn saved_views() -> Result<Vec<SavedView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.saved_views(&caller).await?)
}

/// Saves a search, which the form sends as JSON, under a name of the reader's own.
#[server(prefix = "/fn", endpoint = "save-view")]
pub async fn save_view(name: String, query: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let query = serde_json::from_str(&query).map_err(|_| model::Problem::field("query", crate::words::words().catalogue.bad_view))?;
    control.save_view(&caller, &name, &query).await?;
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-view")]
pub async fn delete_view(id: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.delete_view(&caller, &id).await?)
}
