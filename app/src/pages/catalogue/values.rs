//! What is said of an asset, and where that comes from.

use model::catalogue::{AssetField, ValueOrigin};
use model::view::{AssetPage, AssetValue};

use crate::words::words;

/// The value that holds of a field.
pub(super) fn holding(asset: &AssetPage, field: AssetField) -> Option<&AssetValue> {
    asset.values.iter().find(|value| value.field == field && value.holds)
}

/// Where a value comes from, where that is not a person.
pub(super) fn origin_note(origin: ValueOrigin) -> Option<&'static str> {
    let say = &words().catalogue_asset;
    match origin {
        ValueOrigin::Person => None,
        ValueOrigin::Rule => Some(say.from_rule),
        ValueOrigin::Source => Some(say.from_source),
    }
}
