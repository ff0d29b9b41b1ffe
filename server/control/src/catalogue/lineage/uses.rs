//! What one definition uses, as it is put together.

use std::collections::{BTreeMap, BTreeSet};

use model::catalogue::{AssetPath, EdgeKind, LineageEdge, LineageUnknown};
use sha2::{Digest, Sha256};
use store::DefinedLineage;

/// Raised where the same definitions give other edges than before, so that all of them are made again.
const RULES: &str = "1";

/// The edges of one definition.
pub(super) struct Uses {
    by: AssetPath,
    edges: BTreeSet<LineageEdge>,
    unknown: BTreeMap<AssetPath, BTreeSet<String>>,
}

impl Uses {
    pub(super) fn of(by: AssetPath) -> Self {
        Self { by, edges: BTreeSet::new(), unknown: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, from: AssetPath, how: EdgeKind, to: AssetPath) {
        self.edges.insert(LineageEdge { from, to, how, by: self.by.clone() });
    }

    /// Says why it is not known what a column, or a whole asset, is made of.
    pub(super) fn unknown(&mut self, place: AssetPath, reason: impl Into<String>) {
        self.unknown.entry(place).or_default().insert(reason.into());
    }

    pub(super) fn defined(self, made_of: String) -> DefinedLineage {
        let unknown = self.unknown.into_iter().map(|(place, reasons)| LineageUnknown {
            by: self.by.clone(),
            place,
            reason: reasons.into_iter().collect::<Vec<_>>().join(" "),
        });
        DefinedLineage { unknown: unknown.collect(), edges: self.edges.into_iter().collect(), made_of, by: self.by }
    }
}

/// A hash of the texts that edges are made of.
pub(super) fn stamp<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in std::iter::once(RULES).chain(texts) {
        // With its length, so that two texts are not one.
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_there_once_and_reasons_of_a_place_are_told_together() {
        let api = AssetPath::api("travel", "plane");
        let mut uses = Uses::of(api.clone());
        for _ in 0..2 {
            uses.add(AssetPath::source("db"), EdgeKind::Read, api.clone());
            uses.unknown(api.clone(), "B.");
        }
        uses.unknown(api.clone(), "A.");
        let defined = uses.defined(stamp(["a"]));
        assert_eq!((defined.edges.len(), defined.unknown.len(), defined.unknown[0].reason.as_str()), (1, 1, "A. B."));
        assert_ne!(stamp(["a", "b"]), stamp(["ab"]));
    }
}
