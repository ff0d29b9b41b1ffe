//! Edges of the lineage: what is made of what, and what decides over it.

use serde::{Deserialize, Serialize};

use super::AssetPath;

/// How one thing depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    /// Values of a column are made of values of another.
    Direct,
    /// A column decides which rows there are.
    Filter,
    /// A column decides which rows stand beside one another.
    Join,
    /// A column decides which rows are taken together.
    Group,
    /// A column decides the order of rows, or which of several is the first.
    Sort,
    /// An asset reads another.
    Read,
    /// An asset calls an API.
    Call,
}

impl EdgeKind {
    pub const ALL: [EdgeKind; 7] = [Self::Direct, Self::Filter, Self::Join, Self::Group, Self::Sort, Self::Read, Self::Call];

    /// The word in the store and on the wire.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::Group => "group",
            Self::Sort => "sort",
            Self::Read => "read",
            Self::Call => "call",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Whether no value goes along it, and it decides over rows alone.
    #[must_use]
    pub fn is_indirect(self) -> bool {
        matches!(self, Self::Filter | Self::Join | Self::Group | Self::Sort)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// All kinds of edges between the same two assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EdgeKinds(u8);

impl EdgeKinds {
    pub fn insert(&mut self, kind: EdgeKind) {
        self.0 |= kind.bit();
    }

    #[must_use]
    pub fn contains(self, kind: EdgeKind) -> bool {
        self.0 & kind.bit() != 0
    }

    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub fn iter(self) -> impl Iterator<Item = EdgeKind> {
        EdgeKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Whether it is known that no value goes from one to the other. Where only the reading itself is known, values may.
    #[must_use]
    pub fn is_indirect(self) -> bool {
        self.iter().any(EdgeKind::is_indirect) && !self.contains(EdgeKind::Direct) && !self.contains(EdgeKind::Call)
    }
}

impl FromIterator<EdgeKind> for EdgeKinds {
    fn from_iter<T: IntoIterator<Item = EdgeKind>>(kinds: T) -> Self {
        let mut all = Self::default();
        kinds.into_iter().for_each(|kind| all.insert(kind));
        all
    }
}

/// One edge. Its ends are columns where the definition says which. A condition or an order decides over all columns of the asset, so such an
/// edge ends at the asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageEdge {
    pub from: AssetPath,
    pub to: AssetPath,
    pub how: EdgeKind,
    /// The asset whose definition says so.
    pub by: AssetPath,
}

/// Something that is made of columns of which it is not known which they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageUnknown {
    /// The asset whose definition does not say it.
    pub by: AssetPath,
    /// The column that it is not known of, or the asset where it is known of none.
    pub place: AssetPath,
    /// A sentence for people.
    pub reason: String,
}

/// The asset that a path is, or is a column of.
#[must_use]
pub fn asset_of(path: &AssetPath) -> &AssetPath {
    match path {
        AssetPath::Column { parent, .. } => parent,
        asset => asset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_the_store() {
        for kind in EdgeKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
            assert_eq!(EdgeKind::from_key(kind.key()), Some(kind));
        }
    }

    #[test]
    fn values_may_go_where_only_the_reading_is_known() {
        let is_indirect = |kinds: &[EdgeKind]| kinds.iter().copied().collect::<EdgeKinds>().is_indirect();
        for (kinds, expected) in [
            (vec![EdgeKind::Read], false),
            (vec![EdgeKind::Read, EdgeKind::Filter], true),
            (vec![EdgeKind::Read, EdgeKind::Filter, EdgeKind::Direct], false),
            (vec![EdgeKind::Call, EdgeKind::Filter], false),
            (vec![], false),
        ] {
            assert_eq!(is_indirect(&kinds), expected, "{kinds:?}");
        }
        let both: EdgeKinds = [EdgeKind::Join].into_iter().collect::<EdgeKinds>().with([EdgeKind::Read].into_iter().collect());
        assert_eq!(both.iter().collect::<Vec<_>>(), [EdgeKind::Join, EdgeKind::Read]);
    }
}
