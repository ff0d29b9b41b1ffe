//! Alert rules, objectives and maintenance windows: named definitions of a domain.

use model::alert::{AlertRule, MaintenanceWindow, Objective};
use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::stored::decode;
use crate::{Store, StoreError, Tx};

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertDefinitionKind {
    Rule,
    Objective,
    Window,
}

impl AlertDefinitionKind {
    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Objective => "objective",
            Self::Window => "window",
        }
    }
}

#[derive(Debug, Clone, FromRow)]
pub struct AlertDefinitionRow {
    pub id: String,
    pub kind: String,
    pub domain: String,
    pub name: String,
    /// JSON, by the kind.
    pub definition: String,
    pub edit: i64,
    pub updated_by: String,
    pub updated_at: Millis,
}

const COLUMNS: &str = "id, kind, domain, name, definition, edit, updated_by, updated_at";

impl AlertDefinitionRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for every method below.
    pub fn rule(&self) -> Result<AlertRule, StoreError> {
        decode(&self.definition, &format_args!("the alert rule {}/{}", self.domain, self.name))
    }

    pub fn objective(&self) -> Result<Objective, StoreError> {
        decode(&self.definition, &format_args!("the objective {}/{}", self.domain, self.name))
    }

    pub fn window(&self) -> Result<MaintenanceWindow, StoreError> {
        decode(&self.definition, &format_args!("the maintenance window {}/{}", self.domain, self.name))
    }
}

impl Store {
    /// All of a kind, by domain and name.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn alert_definitions(&self, kind: AlertDefinitionKind) -> Result<Vec<AlertDefinitionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_definitions WHERE kind = $1 ORDER BY domain, name");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(kind.key()).fetch_all(&self.pool).await?)
    }

    pub async fn alert_definition(
        &self,
        kind: AlertDefinitionKind,
        (domain, name): (&str, &str),
    ) -> Result<Option<AlertDefinitionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM alert_definitions WHERE kind = $1 AND domain = $2 AND name = $3");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(kind.key()).bind(domain).bind(name).fetch_optional(&self.pool).await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where the domain has one of this kind and name.
    pub async fn insert_alert_definition(&mut self, row: &AlertDefinitionRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alert_definitions (id, kind, domain, name, definition, edit, updated_by, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.domain)
        .bind(&row.name)
        .bind(&row.definition)
        .bind(row.edit)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Puts another definition in the place of the one that was seen; its edit is one more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where somebody was first.
    pub async fn change_alert_definition(&mut self, row: &AlertDefinitionRow) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE alert_definitions SET definition = $3, edit = edit + 1, updated_by = $4, updated_at = $5 WHERE id = $1 AND edit = $2",
        )
        .bind(&row.id)
        .bind(row.edit)
        .bind(&row.definition)
        .bind(&row.updated_by)
        .bind(row.updated_at)
        .execute(&mut *self.inner)
        .await?;
        one_row(&changed)
    }

    /// Its states end at the next evaluation.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where there is no such definition.
    pub async fn delete_alert_definition(&mut self, id: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM alert_definitions WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }
}
