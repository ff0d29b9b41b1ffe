//! What the parts of the page of an asset share.

use leptos::prelude::*;
use model::view::AssetPage;

use super::api_asset::{SetAssetStatus, SetAssetValues};
use super::api_tagging::TagAsset;
use super::at::At;
use crate::ui::{FormAction, Loaded};

/// Where the reader is, the asset, and the acts after which it is loaded anew.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) at: Memo<At>,
    pub(super) detail: Loaded<AssetPage>,
    /// Sets the description.
    pub(super) describe: FormAction<SetAssetValues>,
    /// Sets owner, steward, tier and links.
    pub(super) set: FormAction<SetAssetValues>,
    pub(super) set_status: FormAction<SetAssetStatus>,
    pub(super) tag: FormAction<TagAsset>,
}
