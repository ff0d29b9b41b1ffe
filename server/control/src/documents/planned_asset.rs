//! What is to be written of a document of an asset.

use model::catalogue::AssetPath;

use crate::catalogue::AssetValuesInput;

/// What is said of an asset, behind its path.
pub(super) struct PlannedAsset {
    pub(super) path: AssetPath,
    /// Its edit is that of the asset as it was seen.
    pub(super) input: AssetValuesInput,
    /// The asset is made by another document of the same apply.
    pub(super) is_new: bool,
}
