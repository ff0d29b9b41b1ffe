//! What requests about tags hold back until two people have approved it.

use serde::{Deserialize, Serialize};

use super::tag::TagActs;

/// What a tag does, under the name that it has then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldTag {
    pub name: String,
    pub acts: TagActs,
}

/// A masking tag on assets of one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldRemoval {
    /// The id and the name of the tag.
    pub tag: String,
    pub name: String,
    pub domain: String,
    /// The assets that carry it; none behind the removal.
    pub assets: Vec<HeldAsset>,
}

/// An asset, by its id and by the path that it had then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldAsset {
    pub id: String,
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_is_read_back_and_nothing_else_is() {
        let asset = HeldAsset { id: "1".into(), path: "table:db/t".into() };
        let removal = HeldRemoval { tag: "t".into(), name: "PII".into(), domain: "travel".into(), assets: vec![asset] };
        let text = serde_json::to_string(&removal).unwrap();
        assert_eq!(serde_json::from_str::<HeldRemoval>(&text).unwrap(), removal);
        assert!(serde_json::from_str::<HeldTag>(&text).is_err());
        let tag: HeldTag = serde_json::from_str(r#"{"name":"PII","acts":{"masks":true}}"#).unwrap();
        assert_eq!(tag.acts, TagActs { flows: false, masks: true });
    }
}
