//! Business entities: attributes in columns of several tables, and the first draft of an API that gives them.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::catalogue::{AssetPath, BusinessEntity, KnownColumns, MAX_ENTITY_TABLES};
use model::name::check_name;
use model::table::TableInfo;
use model::view::EntityView;
use model::{Action, ApiSpec, DataType, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{EntityRow, StoreError, Tx};

use crate::failure::from_json;
use crate::{Caller, Control};

/// An entity as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityInput {
    /// The edit that was seen; absent for a new entity.
    #[serde(default)]
    pub edit: Option<i64>,
    pub entity: BusinessEntity,
}

impl Control {
    /// The entities of the caller's domains, each with what of it does not fit the catalogue any more.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn entities(&self, caller: &Caller) -> Result<Vec<EntityView>, Problem> {
        let mut views = Vec::new();
        for row in self.store.entities().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            views.push(self.entity_view(caller, row).await?);
        }
        Ok(views)
    }

    /// One entity.
    ///
    /// # Errors
    /// Where there is no such entity that the caller may see.
    pub async fn entity(&self, caller: &Caller, domain: &str, name: &str) -> Result<EntityView, Problem> {
        let row = self.entity_row(caller, domain, name).await?;
        self.entity_view(caller, row).await
    }

    async fn entity_row(&self, caller: &Caller, domain: &str, name: &str) -> Result<EntityRow, Problem> {
        let missing = || Problem::not_found(format!("entity {domain}/{name}"));
        if !caller.can(Action::See, domain) {
            return Err(missing());
        }
        self.store.entity(domain, name).await?.ok_or_else(missing)
    }

    async fn entity_view(&self, caller: &Caller, row: EntityRow) -> Result<EntityView, Problem> {
        let entity = row.decoded()?;
        let known = self.known_columns(&entity).await?;
        Ok(EntityView {
            problems: entity.errors(&known),
            may_edit: caller.can(Action::EditCatalogue, &row.domain),
            entity,
            domain: row.domain,
            name: row.name,
            edit: row.edit,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
        })
    }

    /// Makes an entity or changes it.
    ///
    /// # Errors
    /// A name that may not be used, a source of another domain, columns that there are not, tables that nothing joins; an entity that
    /// somebody else has changed.
    pub async fn set_entity(&self, caller: &Caller, (domain, name): (&str, &str), input: &EntityInput) -> Result<(), Problem> {
        caller.authorise(Action::EditCatalogue, domain)?;
        let entity = self.checked_entity((domain, name), &input.entity).await?;
        let mut tx = self.write(caller).await?;
        self.write_entity(&mut tx, caller, (domain, name), &EntityInput { edit: input.edit, entity }).await?;
        self.commit(tx).await
    }

    /// The entity as it is stored. An API of it belongs to the domain of its source, so the entity does too.
    pub(crate) async fn checked_entity(&self, (domain, name): (&str, &str), entity: &BusinessEntity) -> Result<BusinessEntity, Problem> {
        check_name(name).map_err(|message| Problem::field("name", message))?;
        let entity = entity.tidied();
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let source = self.store.source(&entity.source).await?.filter(|source| source.domain == domain);
        if source.is_none() {
            let message = format!("Domain {domain} has no source {}. Choose a source of this domain.", entity.source);
            return Err(Problem::field("source", message));
        }
        let errors = entity.errors(&self.known_columns(&entity).await?);
        if errors.is_empty() { Ok(entity) } else { Err(Problem::fields(errors)) }
    }

    /// Writes a checked entity.
    pub(crate) async fn write_entity(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (domain, name): (&str, &str),
        input: &EntityInput,
    ) -> Result<(), Problem> {
        let before = self.store.entity(domain, name).await?;
        let mut row = EntityRow {
            id: self.host.id(),
            domain: domain.into(),
            name: name.into(),
            definition: serde_json::to_string(&input.entity).map_err(|error| from_json(&error))?,
            edit: 1,
            updated_by: caller.email().into(),
            updated_at: tx.at(),
        };
        match (&before, input.edit) {
            (Some(before), Some(edit)) => {
                (row.id, row.edit) = (before.id.clone(), edit);
                tx.change_entity(&row).await?;
            }
            (None, Some(_)) => return Err(Problem::not_found(format!("entity {domain}/{name}"))),
            (_, None) => tx.insert_entity(&row).await.map_err(|error| match error {
                StoreError::Taken => Problem::field("name", format!("Domain {domain} has an entity {name} already. Choose another name.")),
                other => Problem::from(other),
            })?,
        }
        let before = before.map(|before| before.definition);
        self.note(tx, AuditAction::EntitySet, (domain, &format!("{domain}/{name}")), before, Some(row.definition)).await
    }

    /// Deletes an entity. APIs that began with it stay.
    ///
    /// # Errors
    /// Where there is no such entity.
    pub async fn delete_entity(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditCatalogue, domain)?;
        let row = self.entity_row(caller, domain, name).await?;
        let mut tx = self.write(caller).await?;
        tx.delete_entity(&row.id).await?;
        self.note(&mut tx, AuditAction::EntityDeleted, (domain, &format!("{domain}/{name}")), Some(row.definition), None).await?;
        self.commit(tx).await
    }

    /// What a new API of an entity begins with: its tables joined, and its attributes as fields. The form goes on from there.
    ///
    /// # Errors
    /// For those who may make APIs; where there is no such entity, or it does not fit the catalogue any more.
    pub async fn entity_start(&self, caller: &Caller, domain: &str, name: &str) -> Result<ApiSpec, Problem> {
        caller.authorise(Action::EditApi, domain)?;
        let row = self.entity_row(caller, domain, name).await?;
        let entity = row.decoded()?;
        let mut known = self.known_columns(&entity).await?;
        let errors = entity.errors(&known);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        // A source that was asked lately has told the types of its columns.
        let told = self.known_tables(caller, &entity.source, None, None).await?;
        add_types(&entity, &told.map(|told| told.tables).unwrap_or_default(), &mut known);
        Ok(entity.first_spec(&known))
    }

    /// The columns of the tables of an entity that are catalogued, by the names of the tables in it.
    async fn known_columns(&self, entity: &BusinessEntity) -> Result<BTreeMap<String, KnownColumns>, Problem> {
        let mut known = BTreeMap::new();
        for table in entity.tables.iter().take(MAX_ENTITY_TABLES) {
            let path = AssetPath::table(&entity.source, &table.table).to_string();
            if let Some(columns) = self.store.columns_at(&path).await? {
                let of_one = |(name, word): (String, String)| (name, DataType::from_key(&word).unwrap_or_default());
                known.insert(table.name.clone(), columns.into_iter().map(of_one).collect());
            }
        }
        Ok(known)
    }
}

/// Puts the types in that a source has told of its columns.
fn add_types(entity: &BusinessEntity, told: &[TableInfo], known: &mut BTreeMap<String, KnownColumns>) {
    for table in &entity.tables {
        let Some(columns) = known.get_mut(&table.name) else { continue };
        let Some(info) = told.iter().find(|info| info.table.path() == table.table.path()) else { continue };
        for column in &info.columns {
            if let Some(data_type) = columns.get_mut(&column.name) {
                *data_type = column.data_type;
            }
        }
    }
}
