//! Tags on many assets at once: which assets are meant, what becomes of each, and what an undo puts back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AssetKind, AssetPath};
use crate::clock::Millis;

/// The most assets that are tagged at once.
pub const MAX_TAGGED: usize = 10_000;
/// The most tags that are added and removed at once.
pub const MAX_TAGS_AT_ONCE: usize = 10;

/// Which assets are meant: those that are named, and those that a filter finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AssetSelection {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<AssetFilter>,
}

/// What an asset must be. What is empty or absent lets every asset by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AssetFilter {
    /// Words that stand in its path, whatever their case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domain: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AssetKind>,
    /// The asset that it is part of, at whatever depth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<AssetPath>,
    /// The id of a tag that it carries.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// It carries no tag at all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub untagged: bool,
}

impl AssetFilter {
    /// Whether it lets every asset by. Nobody means all of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An asset, as tagging sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagTarget {
    pub id: String,
    pub path: String,
    pub domain: String,
}

/// A tag that is to be added or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChoice {
    /// The tag's id.
    pub id: String,
    pub name: String,
    pub masks: bool,
    /// Otherwise it is removed.
    pub adds: bool,
}

/// What becomes of one tag on one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagFate {
    Added,
    Removed,
    /// Its removal waits for two people, because it masks.
    Held,
    /// It carries the tag already, or does not carry it.
    Already,
    /// Why not, in a sentence.
    Refused(String),
}

/// One tag on one asset, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagOutcome<'a> {
    pub target: &'a TagTarget,
    pub choice: &'a TagChoice,
    pub fate: TagFate,
}

/// What is known of tags on assets: pairs of the ids of an asset and a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagsNow {
    pub carried: BTreeSet<(String, String)>,
    /// Those whose removal waits already.
    pub waiting: BTreeSet<(String, String)>,
}

/// What becomes of each tag on each asset. `refusal` says why somebody may not set a tag in a domain.
#[must_use]
pub fn tag_outcomes<'a>(
    targets: &'a [TagTarget],
    choices: &'a [TagChoice],
    now: &TagsNow,
    refusal: impl Fn(&TagChoice, &str) -> Option<String>,
) -> Vec<TagOutcome<'a>> {
    let fate = |target: &TagTarget, choice: &TagChoice| {
        let pair = (target.id.clone(), choice.id.clone());
        if let Some(reason) = refusal(choice, &target.domain) {
            return TagFate::Refused(reason);
        }
        match (choice.adds, now.carried.contains(&pair)) {
            (true, true) | (false, false) => TagFate::Already,
            (true, false) => TagFate::Added,
            (false, true) if !choice.masks => TagFate::Removed,
            (false, true) if now.waiting.contains(&pair) => {
                TagFate::Refused(format!("The removal of the tag {} is in review already.", choice.name))
            }
            (false, true) => TagFate::Held,
        }
    };
    let of_one = |target| choices.iter().map(move |choice| TagOutcome { target, choice, fate: fate(target, choice) }).collect::<Vec<_>>();
    targets.iter().flat_map(of_one).collect()
}

/// How a tag came to an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagMark {
    /// `ValueOrigin` by its key.
    pub origin: String,
    pub by: String,
    pub at: Millis,
}

/// What an undo does with one tag on one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagUndo {
    /// It was added, and is taken away again.
    Remove,
    /// It was removed, and is put back.
    Restore,
    /// It was changed since: it stays as it is.
    Keep,
}

/// What an undo does, by what a change left behind and what stands now; nothing is an asset without the tag. What somebody else has
/// changed since is kept.
#[must_use]
pub fn tag_undo(left: Option<&TagMark>, now: Option<&TagMark>) -> TagUndo {
    match (left, now) {
        (Some(left), Some(now)) if left == now => TagUndo::Remove,
        (None, None) => TagUndo::Restore,
        _ => TagUndo::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(id: &str, domain: &str) -> TagTarget {
        TagTarget { id: id.into(), path: format!("column:table:db/t#{id}"), domain: domain.into() }
    }

    fn choice(id: &str, masks: bool, adds: bool) -> TagChoice {
        TagChoice { id: id.into(), name: id.to_uppercase(), masks, adds }
    }

    fn pairs(pairs: &[(&str, &str)]) -> BTreeSet<(String, String)> {
        pairs.iter().map(|(asset, tag)| ((*asset).to_owned(), (*tag).to_owned())).collect()
    }

    #[test]
    fn each_tag_on_each_asset_has_one_fate() {
        let targets = [target("1", "travel"), target("2", "travel"), target("3", "finance")];
        let choices = [choice("new", true, true), choice("old", false, false), choice("pii", true, false)];
        let now = TagsNow { carried: pairs(&[("1", "new"), ("1", "old"), ("1", "pii"), ("2", "pii")]), waiting: pairs(&[("2", "pii")]) };
        let refusal = |choice: &TagChoice, domain: &str| (domain == "finance").then(|| format!("Not {}.", choice.name));
        let fates: Vec<TagFate> = tag_outcomes(&targets, &choices, &now, refusal).into_iter().map(|outcome| outcome.fate).collect();
        let refused = |text: &str| TagFate::Refused(text.into());
        assert_eq!(
            fates,
            [
                TagFate::Already,
                TagFate::Removed,
                TagFate::Held,
                TagFate::Added,
                TagFate::Already,
                refused("The removal of the tag PII is in review already."),
                refused("Not NEW."),
                refused("Not OLD."),
                refused("Not PII."),
            ]
        );
    }

    #[test]
    fn an_undo_keeps_what_somebody_has_changed_since() {
        let mark = |by: &str, at| TagMark { origin: "person".into(), by: by.into(), at };
        let (mine, theirs) = (mark("ann@demo", 1), mark("bob@demo", 2));
        assert_eq!(tag_undo(Some(&mine), Some(&mine)), TagUndo::Remove);
        assert_eq!(tag_undo(None, None), TagUndo::Restore);
        // Removed meanwhile, removed and added again, and added again after a removal.
        assert_eq!(tag_undo(Some(&mine), None), TagUndo::Keep);
        assert_eq!(tag_undo(Some(&mine), Some(&theirs)), TagUndo::Keep);
        assert_eq!(tag_undo(None, Some(&theirs)), TagUndo::Keep);
    }

    #[test]
    fn a_filter_that_says_nothing_is_known() {
        assert!(AssetFilter::default().is_empty());
        assert!(!AssetFilter { untagged: true, ..AssetFilter::default() }.is_empty());
        let read: AssetSelection = serde_json::from_str(r#"{"filter": {"under": "table:db/t", "kind": "column"}}"#).unwrap();
        assert_eq!(read.filter.unwrap().under, Some("table:db/t".parse().unwrap()));
    }
}
