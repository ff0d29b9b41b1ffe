//! Vocabularies, tags, terms and entities as documents.

use std::collections::BTreeMap;

use model::catalogue::{AssetPath, TagDefinition, TermDefinition, Vocabulary};
use model::document::{Document, EntityDocument, TagDocument, TermDocument, VocabularyDocument};
use model::{Action, Problem, Role};
use store::{EntityRow, TagRow, Tx, VocabularyRow};

use super::apply::{PlannedChange, Work, at};
use super::planned_label::PlannedLabel;
use crate::catalogue::{EntityInput, VocabularyInput, checked_term};
use crate::{Caller, Control};

/// What is written of a document, and what the plan says of it; nothing where it says what is so already.
type Planned = Option<(PlannedLabel, &'static str)>;

impl Control {
    pub(super) async fn plan_labels(&self, caller: &Caller, documents: &[Document], work: &mut Work) -> Result<(), Problem> {
        let mut setters = self.setters().await?;
        for document in documents {
            if let Document::Vocabulary(of) = document {
                setters.insert(of.name.clone(), of.set_by);
            }
        }
        for (index, document) in documents.iter().enumerate() {
            let planned = match document {
                Document::Vocabulary(of) => self.plan_vocabulary(caller, of).await,
                Document::Tag(of) => self.plan_tag_document(caller, of, &setters).await,
                Document::Term(of) => self.plan_term(caller, of).await,
                Document::Entity(of) => self.plan_entity(of).await,
                _ => continue,
            };
            let planned = planned.map_err(|problem| at(index, problem))?;
            let effect = planned.as_ref().map_or("keep", |(_, effect)| *effect);
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            work.labels.extend(planned.map(|(label, _)| label));
        }
        Ok(())
    }

    /// What is so already, anybody may say.
    async fn plan_vocabulary(&self, caller: &Caller, of: &VocabularyDocument) -> Result<Planned, Problem> {
        let asked = Vocabulary { title: of.title.clone(), meaning: of.meaning.clone(), set_by: of.set_by };
        let before = self.store.vocabulary(&of.name).await?;
        let known = before.as_ref().map(VocabularyRow::definition).transpose()?;
        if known.as_ref() == Some(&asked.tidied()) {
            return Ok(None);
        }
        caller.authorise(Action::Administer, "")?;
        let vocabulary = Self::checked_vocabulary(&of.name, &asked)?;
        let input = VocabularyInput { edit: before.map(|row| row.edit), vocabulary };
        let effect = if input.edit.is_some() { "change" } else { "make" };
        Ok(Some((PlannedLabel::Vocabulary { name: of.name.clone(), input }, effect)))
    }

    async fn plan_tag_document(&self, caller: &Caller, of: &TagDocument, setters: &BTreeMap<String, Role>) -> Result<Planned, Problem> {
        let TagDocument { name, vocabulary, colour, meaning, flows, masks, assets } = of.clone();
        let tag = TagDefinition { name, vocabulary, colour, meaning, flows, masks }.tidied();
        let before = self.store.tag_named(&tag.name).await?;
        let id = before.as_ref().map(|row| row.id.as_str());
        let assets = self.untagged_assets(caller, (id, tag.vocabulary.as_deref()), &assets, setters).await?;
        let known = before.as_ref().map(TagRow::definition).transpose()?;
        if assets.is_empty() && known.as_ref() == Some(&tag) {
            return Ok(None);
        }
        let planned = self.plan_tag(caller, &tag, before, setters).await?;
        if assets.is_empty() && planned.is_same() {
            return Ok(None);
        }
        let effect = match (&planned.before, planned.is_held()) {
            (_, true) => "send for review",
            (None, false) => "make",
            (Some(_), false) => "change",
        };
        Ok(Some((PlannedLabel::Tag { tag: Box::new(planned), assets }, effect)))
    }

    async fn plan_term(&self, caller: &Caller, of: &TermDocument) -> Result<Planned, Problem> {
        let asked = TermDefinition { name: of.name.clone(), definition: of.definition.clone(), synonyms: of.synonyms.clone() };
        let term = checked_term(&asked)?;
        let there = self.store.domain(&of.domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let before = self.store.term_named(&of.domain, &term.name).await?;
        let mut columns = self.term_columns(caller, "columns", &of.columns).await?;
        if let Some(row) = &before {
            let mapped = self.store.columns_of_term(&row.id).await?;
            columns.retain(|target| !mapped.iter().any(|known| known.id == target.id));
            if columns.is_empty() && row.decoded()? == term {
                return Ok(None);
            }
        }
        let effect = if before.is_some() { "change" } else { "make" };
        Ok(Some((PlannedLabel::Term { domain: of.domain.clone(), term, before: before.map(Box::new), columns }, effect)))
    }

    async fn plan_entity(&self, of: &EntityDocument) -> Result<Planned, Problem> {
        let entity = self.checked_entity((&of.domain, &of.name), &of.entity).await?;
        let before = self.store.entity(&of.domain, &of.name).await?;
        let known = before.as_ref().map(EntityRow::decoded).transpose()?;
        if known.as_ref() == Some(&entity) {
            return Ok(None);
        }
        let input = Box::new(EntityInput { edit: before.map(|row| row.edit), entity });
        let effect = if input.edit.is_some() { "change" } else { "make" };
        Ok(Some((PlannedLabel::Entity { place: (of.domain.clone(), of.name.clone()), input }, effect)))
    }

    pub(super) async fn write_planned_labels(&self, tx: &mut Tx, caller: &Caller, mut labels: Vec<PlannedLabel>) -> Result<(), Problem> {
        labels.sort_by_key(PlannedLabel::rank);
        for label in labels {
            match label {
                PlannedLabel::Vocabulary { name, input } => self.write_vocabulary(tx, caller, &name, &input).await?,
                PlannedLabel::Tag { tag, assets } => {
                    if !tag.is_same() {
                        self.write_tag(tx, caller, &tag).await?;
                    }
                    if !assets.is_empty() {
                        self.put_tag(tx, caller, (&tag.row.id, &tag.row.name), &assets).await?;
                    }
                }
                PlannedLabel::Term { domain, term, before, columns } => {
                    let id = self.write_term(tx, caller, (&domain, &term), before.map(|row| *row)).await?;
                    self.write_mapping(tx, caller, &id, (&columns, &[])).await?;
                }
                PlannedLabel::Entity { place, input } => self.write_entity(tx, caller, (&place.0, &place.1), &input).await?,
            }
        }
        Ok(())
    }

    /// All vocabularies and tags, with the assets that the caller may see; the terms and entities of the caller's domains.
    pub(super) async fn export_labels(&self, caller: &Caller, documents: &mut Vec<Document>) -> Result<(), Problem> {
        for of in self.vocabularies(caller).await? {
            let Vocabulary { title, meaning, set_by } = of.vocabulary;
            documents.push(Document::Vocabulary(VocabularyDocument { name: of.name, title, meaning, set_by }));
        }
        for row in self.store.tags().await? {
            let targets = self.store.assets_with_tag(&row.id, "").await?;
            let seen = targets.into_iter().filter(|target| caller.can(Action::See, &target.domain));
            let assets = seen.filter_map(|target| target.path.parse::<AssetPath>().ok()).collect();
            let TagDefinition { name, vocabulary, colour, meaning, flows, masks } = row.definition()?;
            documents.push(Document::Tag(TagDocument { name, vocabulary, colour, meaning, flows, masks, assets }));
        }
        for of in self.terms(caller).await? {
            let columns = self.term(caller, &of.id).await?.columns;
            let TermDefinition { name, definition, synonyms } = of.term;
            documents.push(Document::Term(TermDocument { name, domain: of.domain, definition, synonyms, columns }));
        }
        for row in self.store.entities().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            let entity = row.decoded()?;
            documents.push(Document::Entity(EntityDocument { name: row.name, domain: row.domain, entity }));
        }
        Ok(())
    }
}
