//! Glossary terms and the columns that they are mapped to.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::catalogue::{AssetKind, AssetPath, MAX_TAGGED, TagTarget, TermDefinition};
use model::view::{TermPage, TermView};
use model::{Action, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{StoreError, TermRow, Tx};

use super::markdown::to_html;
use crate::failure::from_json;
use crate::{Caller, Control};

/// A term as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermInput {
    /// The edit that was seen.
    pub edit: i64,
    pub term: TermDefinition,
}

/// Columns that a term is mapped to from now on, and others that it is not mapped to any more.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TermMapping {
    pub add: Vec<AssetPath>,
    pub remove: Vec<AssetPath>,
}

impl Control {
    /// The terms of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn terms(&self, caller: &Caller) -> Result<Vec<TermView>, Problem> {
        let mut used: BTreeMap<String, u64> = BTreeMap::new();
        for (term, domain, count) in self.store.term_use().await? {
            if caller.can(Action::See, &domain) {
                *used.entry(term).or_default() += u64::try_from(count).unwrap_or_default();
            }
        }
        let rows = self.store.terms().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain));
        rows.map(|row| term_view(caller, &row, used.get(&row.id).copied().unwrap_or_default())).collect()
    }

    /// A term with its columns, as far as the caller may see them.
    ///
    /// # Errors
    /// Where there is no such term that the caller may see.
    pub async fn term(&self, caller: &Caller, id: &str) -> Result<TermPage, Problem> {
        let row = self.visible_term(caller, id).await?;
        let mut columns = Vec::new();
        for target in self.store.columns_of_term(id).await?.into_iter().filter(|target| caller.can(Action::See, &target.domain)) {
            columns.extend(target.path.parse::<AssetPath>().ok());
        }
        let view = term_view(caller, &row, columns.len() as u64)?;
        Ok(TermPage { definition_html: to_html(&view.term.definition), view, columns })
    }

    async fn visible_term(&self, caller: &Caller, id: &str) -> Result<TermRow, Problem> {
        let row = self.store.term(id).await?.filter(|row| caller.can(Action::See, &row.domain));
        row.ok_or_else(|| Problem::not_found("term"))
    }

    /// Makes a term; gives its id.
    ///
    /// # Errors
    /// A name or a text that may not be used, a name that the domain has already.
    pub async fn new_term(&self, caller: &Caller, domain: &str, term: &TermDefinition) -> Result<String, Problem> {
        caller.authorise(Action::EditCatalogue, domain)?;
        let term = checked_term(term)?;
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let mut tx = self.write(caller).await?;
        let id = self.write_term(&mut tx, caller, (domain, &term), None).await?;
        self.commit(tx).await?;
        Ok(id)
    }

    /// Changes a term: its columns keep it, under whatever name.
    ///
    /// # Errors
    /// The same; a term that somebody else has changed.
    pub async fn set_term(&self, caller: &Caller, id: &str, input: &TermInput) -> Result<(), Problem> {
        let row = self.visible_term(caller, id).await?;
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let (term, domain) = (checked_term(&input.term)?, row.domain.clone());
        let mut tx = self.write(caller).await?;
        self.write_term(&mut tx, caller, (&domain, &term), Some(TermRow { edit: input.edit, ..row })).await?;
        self.commit(tx).await
    }

    /// Writes a checked term, a new one or one that is there; gives its id.
    pub(crate) async fn write_term(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (domain, term): (&str, &TermDefinition),
        before: Option<TermRow>,
    ) -> Result<String, Problem> {
        let is_new = before.is_none();
        let text = |term: &TermDefinition| serde_json::to_string(term).map_err(|error| from_json(&error));
        let said = before.as_ref().map(TermRow::decoded).transpose()?.map(|before| text(&before)).transpose()?;
        let row = before.unwrap_or_else(|| new_row(self.host.id(), domain)).with(term)?;
        let row = TermRow { updated_by: caller.email().into(), updated_at: tx.at(), ..row };
        let written = if is_new { tx.insert_term(&row).await } else { tx.change_term(&row).await };
        written.map_err(|error| match error {
            StoreError::Taken => Problem::field("name", format!("Domain {domain} has a term {} already. Choose another name.", term.name)),
            other => Problem::from(other),
        })?;
        self.note(tx, AuditAction::TermSet, (domain, &subject(&row)), said, Some(text(term)?)).await?;
        Ok(row.id)
    }

    /// Deletes a term with its mapping.
    ///
    /// # Errors
    /// Where there is no such term.
    pub async fn delete_term(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        let row = self.visible_term(caller, id).await?;
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let before = serde_json::to_string(&row.decoded()?).map_err(|error| from_json(&error))?;
        let mut tx = self.write(caller).await?;
        tx.delete_term(id).await?;
        self.note(&mut tx, AuditAction::TermDeleted, (&row.domain, &subject(&row)), Some(before), None).await?;
        self.commit(tx).await
    }

    /// Maps a term to columns, and takes it off others.
    ///
    /// # Errors
    /// Assets that are no columns, or that there are not; somebody who may not change the catalogue in the domains of the term and of the
    /// columns.
    pub async fn map_term(&self, caller: &Caller, id: &str, mapping: &TermMapping) -> Result<(), Problem> {
        let row = self.visible_term(caller, id).await?;
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let add = self.term_columns(caller, "add", &mapping.add).await?;
        let remove = self.term_columns(caller, "remove", &mapping.remove).await?;
        let mut tx = self.write(caller).await?;
        self.write_mapping(&mut tx, caller, &row.id, (&add, &remove)).await?;
        let paths = |targets: &[TagTarget]| targets.iter().map(|target| target.path.clone()).collect::<Vec<_>>();
        let text = json!({"added": paths(&add), "removed": paths(&remove)}).to_string();
        self.note(&mut tx, AuditAction::TermMapped, (&row.domain, &subject(&row)), None, Some(text)).await?;
        self.commit(tx).await
    }

    pub(crate) async fn write_mapping(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        term: &str,
        (add, remove): (&[TagTarget], &[TagTarget]),
    ) -> Result<(), Problem> {
        let ids = |targets: &[TagTarget]| targets.iter().map(|target| target.id.clone()).collect::<Vec<_>>();
        tx.map_term(term, &ids(add), caller.email()).await?;
        tx.unmap_term(term, &ids(remove)).await?;
        Ok(())
    }

    /// The columns of these paths, in whose domains the caller may change the catalogue.
    pub(crate) async fn term_columns(&self, caller: &Caller, field: &str, paths: &[AssetPath]) -> Result<Vec<TagTarget>, Problem> {
        if paths.len() > MAX_TAGGED {
            return Err(Problem::field(field, format!("Choose at most {MAX_TAGGED} columns at once.")));
        }
        let texts: Vec<String> = paths.iter().map(ToString::to_string).collect();
        let mut found = self.store.tag_targets(&texts).await?;
        found.retain(|target| caller.can(Action::See, &target.domain));
        let mut errors = Vec::new();
        for (index, (path, text)) in paths.iter().zip(&texts).enumerate() {
            let place = format!("{field}.{index}");
            if path.kind() != AssetKind::Column {
                errors.push(FieldError::new(place, format!("{text} is no column. Map the term to columns.")));
            } else if !found.iter().any(|target| target.path == *text) {
                errors.push(FieldError::new(place, format!("The catalogue has no {text} that you have access to.")));
            }
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        for target in &found {
            caller.authorise(Action::EditCatalogue, &target.domain)?;
        }
        Ok(found)
    }
}

/// The term as it is stored.
pub(crate) fn checked_term(term: &TermDefinition) -> Result<TermDefinition, Problem> {
    let term = term.tidied();
    let errors = term.errors();
    if errors.is_empty() { Ok(term) } else { Err(Problem::fields(errors)) }
}

fn term_view(caller: &Caller, row: &TermRow, columns: u64) -> Result<TermView, Problem> {
    Ok(TermView {
        id: row.id.clone(),
        domain: row.domain.clone(),
        term: row.decoded()?,
        columns,
        edit: row.edit,
        updated_by: row.updated_by.clone(),
        updated_at: row.updated_at,
        may_edit: caller.can(Action::EditCatalogue, &row.domain),
    })
}

fn new_row(id: String, domain: &str) -> TermRow {
    TermRow {
        id,
        domain: domain.into(),
        name: String::new(),
        name_key: String::new(),
        definition: String::new(),
        synonyms: String::new(),
        edit: 1,
        updated_by: String::new(),
        updated_at: 0,
    }
}

fn subject(row: &TermRow) -> String {
    format!("{}/{}", row.domain, row.name)
}
