//! Server functions of the profile, the quality and the sample rows of an asset.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::view::{AssetSample, ColumnProfileView, ProfileView, QualityView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "asset-profile")]
pub async fn asset_profile(path: String) -> Result<ProfileView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.profile(&caller, &super::reading::path(&path)?).await?)
}

/// One page of the columns of a profile.
#[server(prefix = "/fn", endpoint = "asset-profile-columns", input = Json)]
pub async fn asset_profile_columns(path: String, #[server(default)] query: ListQuery) -> Result<ListPage<ColumnProfileView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_profile_columns(&caller, &super::reading::path(&path)?, &query).await?)
}

#[server(prefix = "/fn", endpoint = "ask-profile")]
pub async fn ask_profile(path: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.ask_profile(&caller, &super::reading::path(&path)?).await?)
}

#[server(prefix = "/fn", endpoint = "asset-quality")]
pub async fn asset_quality(path: String) -> Result<QualityView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.quality(&caller, &super::reading::path(&path)?).await?)
}

#[server(prefix = "/fn", endpoint = "asset-sample")]
pub async fn sample_of_asset(path: String) -> Result<AssetSample, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.sample_asset(&caller, &super::reading::path(&path)?).await?)
}
