//! What becomes of each tag on each asset that is meant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::catalogue::{
    AssetPath, AssetSelection, MAX_TAGGED, MAX_TAGS_AT_ONCE, TagChoice, TagFate, TagOutcome, TagTarget, TagsNow, tag_outcomes,
};
use model::view::{TaggingCounts, TaggingLine};
use model::{Action, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::AssetTagRow;

use super::rights::{SetBy, Setters};
use crate::{Caller, Control};

/// Lines that an answer lists of each kind.
pub(super) const LISTED: usize = 100;

/// Tags that are added to assets and removed from them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tagging {
    pub select: AssetSelection,
    /// Ids of tags.
    pub add: Vec<String>,
    pub remove: Vec<String>,
    /// How many changes the preview showed: with another number now, nothing is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<u64>,
}

/// What tagging will do.
pub(crate) struct PlannedTagging {
    targets: Vec<TagTarget>,
    choices: Vec<TagChoice>,
    now: TagsNow,
    /// How the tags stand that are there.
    pub(super) carried: HashMap<(String, String), AssetTagRow>,
    /// Why the caller may not set a tag in a domain, by the ids of tags and domains.
    refusals: HashMap<(String, String), String>,
    /// Paths of assets that there are not, or that the caller may not see.
    missing: Vec<String>,
}

impl PlannedTagging {
    pub(super) fn outcomes(&self) -> Vec<TagOutcome<'_>> {
        let refusal = |choice: &TagChoice, domain: &str| self.refusals.get(&(choice.id.clone(), domain.to_owned())).cloned();
        tag_outcomes(&self.targets, &self.choices, &self.now, refusal)
    }

    pub(super) fn counts(&self, outcomes: &[TagOutcome<'_>]) -> TaggingCounts {
        let mut counts = TaggingCounts { assets: self.targets.len() as u64, ..TaggingCounts::default() };
        counts.refused = (self.missing.len() * self.choices.len()) as u64;
        for outcome in outcomes {
            match outcome.fate {
                TagFate::Added => counts.added += 1,
                TagFate::Removed => counts.removed += 1,
                TagFate::Held => counts.held += 1,
                TagFate::Already => counts.already += 1,
                TagFate::Refused(_) => counts.refused += 1,
            }
        }
        counts
    }

    /// # Errors
    /// Where all that was asked for is refused: the first reason.
    pub(super) fn refuse_all(&self) -> Result<(), Problem> {
        let outcomes = self.outcomes();
        let counts = self.counts(&outcomes);
        if counts.changes() + counts.already > 0 || counts.refused == 0 {
            return Ok(());
        }
        let first = self.refused(&outcomes).into_iter().next();
        let code = match (self.targets.is_empty(), self.refusals.is_empty()) {
            (true, _) => ErrorCode::NotFound,
            (false, false) => ErrorCode::Forbidden,
            (false, true) => ErrorCode::Conflict,
        };
        first.map_or(Ok(()), |line| Err(Problem::new(code, line.reason)))
    }

    /// What is refused, the first lines.
    pub(super) fn refused(&self, outcomes: &[TagOutcome<'_>]) -> Vec<TaggingLine> {
        let missing = self.missing.iter().map(|path| {
            let reason = "There is no such asset that you have access to.".to_owned();
            TaggingLine { asset: path.clone(), tag: String::new(), reason }
        });
        let refused = outcomes.iter().filter_map(|outcome| match &outcome.fate {
            TagFate::Refused(reason) => Some(line(outcome, reason)),
            _ => None,
        });
        missing.chain(refused).take(LISTED).collect()
    }
}

pub(super) fn line(outcome: &TagOutcome<'_>, reason: &str) -> TaggingLine {
    TaggingLine { asset: outcome.target.path.clone(), tag: outcome.choice.name.clone(), reason: reason.to_owned() }
}

impl Control {
    /// What becomes of each tag on each asset.
    pub(crate) async fn plan_tagging(&self, caller: &Caller, tagging: &Tagging) -> Result<PlannedTagging, Problem> {
        let (choices, vocabularies) = self.choices(tagging).await?;
        let (targets, missing) = self.tag_targets(caller, &tagging.select).await?;
        let assets: Vec<String> = targets.iter().map(|target| target.id.clone()).collect();
        let tags: Vec<String> = choices.iter().map(|choice| choice.id.clone()).collect();
        let rows = self.store.asset_tags(&assets, &tags).await?;
        let carried: HashMap<_, _> = rows.into_iter().map(|row| ((row.asset_id.clone(), row.tag_id.clone()), row)).collect();
        let removes_masks = choices.iter().any(|choice| choice.masks && !choice.adds);
        let waiting = if removes_masks { self.waiting_removals().await?.into_keys().collect() } else { BTreeSet::new() };
        let now = TagsNow { carried: carried.keys().cloned().collect(), waiting };
        let setters = self.setters().await?;
        let domains: BTreeSet<&str> = targets.iter().map(|target| target.domain.as_str()).collect();
        let mut refusals = HashMap::new();
        for (choice, vocabulary) in choices.iter().zip(&vocabularies) {
            let set_by = SetBy::of(vocabulary.as_deref(), &setters)?;
            for domain in domains.iter().filter(|domain| !set_by.lets(caller, domain)) {
                refusals.insert((choice.id.clone(), (*domain).to_owned()), set_by.refusal(domain));
            }
        }
        Ok(PlannedTagging { targets, choices, now, carried, refusals, missing })
    }

    /// The tags that are asked for, each with its vocabulary.
    async fn choices(&self, tagging: &Tagging) -> Result<(Vec<TagChoice>, Vec<Option<String>>), Problem> {
        let asked = [("add", &tagging.add, true), ("remove", &tagging.remove, false)];
        let count = tagging.add.len() + tagging.remove.len();
        if count == 0 || count > MAX_TAGS_AT_ONCE {
            return Err(Problem::field("add", format!("Choose 1 to {MAX_TAGS_AT_ONCE} tags.")));
        }
        let known: BTreeMap<String, _> = self.store.tags().await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let (mut choices, mut vocabularies): (Vec<TagChoice>, Vec<Option<String>>) = (Vec::new(), Vec::new());
        for (field, ids, adds) in asked {
            for (index, id) in ids.iter().enumerate() {
                let place = format!("{field}.{index}");
                let row = known.get(id).ok_or_else(|| Problem::field(&place, "There is no such tag. Choose another one."))?;
                if choices.iter().any(|choice| choice.id == row.id) {
                    return Err(Problem::field(&place, format!("The tag {} is named twice. Name it once.", row.name)));
                }
                choices.push(TagChoice { id: row.id.clone(), name: row.name.clone(), masks: row.masks != 0, adds });
                vocabularies.push(row.vocabulary.clone());
            }
        }
        Ok((choices, vocabularies))
    }

    /// The assets that are meant and that the caller may see, and the paths of the others.
    async fn tag_targets(&self, caller: &Caller, select: &AssetSelection) -> Result<(Vec<TagTarget>, Vec<String>), Problem> {
        let too_many = |field: &str| Problem::field(field, format!("Choose at most {MAX_TAGGED} assets at once."));
        if select.assets.len() > MAX_TAGGED {
            return Err(too_many("select.assets"));
        }
        let asked: BTreeSet<String> = select.assets.iter().map(AssetPath::to_string).collect();
        let mut targets = self.store.tag_targets(&asked.iter().cloned().collect::<Vec<_>>()).await?;
        targets.retain(|target| caller.can(Action::See, &target.domain));
        let found: BTreeSet<String> = targets.iter().map(|target| target.path.clone()).collect();
        let missing = asked.into_iter().filter(|path| !found.contains(path)).collect();
        if let Some(filter) = &select.filter {
            if filter.is_empty() {
                return Err(Problem::field(
                    "select.filter",
                    "Say which assets: by words, a domain, a kind, a tag, or what they are part of.",
                ));
            }
            let mine = || caller.roles().keys().filter(|domain| caller.can(Action::See, domain)).cloned().collect::<Vec<_>>();
            let domains = (!caller.is_admin()).then(mine);
            // Of nobody's domains there is nothing, and not all.
            let is_nobody = domains.as_ref().is_some_and(Vec::is_empty);
            let more = if is_nobody { Vec::new() } else { self.store.find_tag_targets(filter, domains.as_deref(), MAX_TAGGED + 1).await? };
            targets.extend(more.into_iter().filter(|target| !found.contains(&target.path)));
        } else if select.assets.is_empty() {
            return Err(Problem::field("select.assets", "Choose assets."));
        }
        if targets.len() > MAX_TAGGED { Err(too_many("select.filter")) } else { Ok((targets, missing)) }
    }

    /// The assets of these paths that do not carry a tag yet, which the caller may set there.
    ///
    /// # Errors
    /// Paths of assets that there are not, or in whose domains somebody else sets the tag.
    pub(crate) async fn untagged_assets(
        &self,
        caller: &Caller,
        (tag, vocabulary): (Option<&str>, Option<&str>),
        paths: &[AssetPath],
        setters: &Setters,
    ) -> Result<Vec<TagTarget>, Problem> {
        let select = AssetSelection { assets: paths.to_vec(), filter: None };
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let (mut targets, missing) = self.tag_targets(caller, &select).await?;
        if let Some(path) = missing.first() {
            let index = paths.iter().position(|asked| asked.to_string() == *path).unwrap_or_default();
            let message = format!("There is no asset {path} that you have access to. Scan its source, or check the path.");
            return Err(Problem::field(format!("assets.{index}"), message));
        }
        if let Some(tag) = tag {
            let ids: Vec<String> = targets.iter().map(|target| target.id.clone()).collect();
            let carried: BTreeSet<String> =
                self.store.asset_tags(&ids, &[tag.to_owned()]).await?.into_iter().map(|row| row.asset_id).collect();
            targets.retain(|target| !carried.contains(&target.id));
        }
        let set_by = SetBy::of(vocabulary, setters)?;
        let refused = targets.iter().find(|target| !set_by.lets(caller, &target.domain)).map(|target| set_by.refusal(&target.domain));
        refused.map_or(Ok(targets), |reason| Err(Problem::new(ErrorCode::Forbidden, reason)))
    }
}
