//! Server functions of the page of one asset, and of what a person says of it.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::view::{AssetColumn, AssetEvent, AssetPage, AssetSummary};

use super::shown::AccessShown;
use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "asset")]
pub async fn asset(path: String) -> Result<AssetPage, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.asset(&caller, &super::reading::path(&path)?).await?)
}

/// One page of the columns of a table, a dataset or an API.
#[server(prefix = "/fn", endpoint = "asset-columns", input = Json)]
pub async fn asset_columns(path: String, #[server(default)] query: ListQuery) -> Result<ListPage<AssetColumn>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_asset_columns(&caller, &super::reading::path(&path)?, &query).await?)
}

/// One page of the history of an asset.
#[server(prefix = "/fn", endpoint = "asset-history", input = Json)]
pub async fn asset_history(path: String, #[server(default)] query: ListQuery) -> Result<ListPage<AssetEvent>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_asset_history(&caller, &super::reading::path(&path)?, &query).await?)
}

/// One page of the tables of a source that are in the catalogue.
#[server(prefix = "/fn", endpoint = "asset-tables", input = Json)]
pub async fn asset_tables(source: String, #[server(default)] query: ListQuery) -> Result<ListPage<AssetSummary>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_assets(&caller, &super::reading::tables_of(&source, &query)).await?)
}

/// The assets that could be used in place of one: of its kind, by their paths, with their names.
#[server(prefix = "/fn", endpoint = "asset-successors")]
pub async fn asset_successors(path: String) -> Result<Vec<(String, String)>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::gathered::successors(&control, &caller, &super::reading::path(&path)?).await?)
}

/// Who may see and change an asset, and whom to ask.
#[server(prefix = "/fn", endpoint = "asset-access")]
pub async fn asset_access(path: String) -> Result<AccessShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(super::gathered::access(&control, &caller, &super::reading::path(&path)?).await?)
}

/// A description as a page will show it.
#[server(prefix = "/fn", endpoint = "preview-description", input = Json)]
pub async fn preview_description(text: String) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.preview_description(&caller, &text)?)
}

/// Changes what is said of an asset. What a form does not send stays; what it sends empty is taken away.
#[server(prefix = "/fn", endpoint = "set-asset-values")]
pub async fn set_asset_values(
    path: String,
    edit: String,
    #[server(default)] description: Option<String>,
    #[server(default)] owner: Option<String>,
    #[server(default)] steward: Option<String>,
    #[server(default)] tier: Option<String>,
    #[server(default)] links: Option<String>,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let links = links.map(|text| super::reading::links(&text)).transpose()?;
    let edit = super::reading::edit(&edit)?;
    let input = control::catalogue::AssetValuesInput { edit, description, owner, steward, tier, links };
    control.set_asset_values(&caller, &super::reading::path(&path)?, &input).await?;
    Ok(())
}

/// Certifies or deprecates an asset, or makes it a draft again.
#[server(prefix = "/fn", endpoint = "set-asset-status")]
pub async fn set_asset_status(path: String, edit: String, status: String, #[server(default)] successor: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let input = control::catalogue::AssetStatusInput {
        edit: super::reading::edit(&edit)?,
        status: super::reading::status(&status)?,
        successor: super::reading::successor(&successor)?,
    };
    control.set_asset_status(&caller, &super::reading::path(&path)?, &input).await?;
    Ok(())
}
