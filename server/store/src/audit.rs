//! The audit log: written with each change, read by those who may.

use model::audit::AuditRow;
use model::clock::Millis;
use sqlx::Row;

use crate::{Store, StoreError, Tx};

/// What of the audit log is asked for; newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Rows of these domains; `None` means of all, and of none.
    pub domains: Option<Vec<String>>,
    /// Rows about one subject, such as `travel/plane`.
    pub subject: Option<String>,
    /// Rows before this revision.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Tx {
    pub(crate) async fn insert_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit (id, revision, at, actor, action, domain, subject, before, after, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&row.id)
        .bind(row.revision)
        .bind(row.at)
        .bind(&row.actor)
        .bind(&row.action)
        .bind(&row.domain)
        .bind(&row.subject)
        .bind(row.before.as_deref())
        .bind(row.after.as_deref())
        .bind(&row.request_id)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }
}

impl Store {
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        // One statement for every filter: an absent one is passed as NULL or an empty text and lets all rows by.
        let domains = filter.domains.as_ref().map(|names| format!(",{},", names.join(",")));
        let rows = sqlx::query(
            "SELECT id, revision, at, actor, action, domain, subject, before, after, request_id FROM audit
             WHERE ($1 = '' OR (domain <> '' AND $1 LIKE '%,' || domain || ',%'))
               AND ($2 = '' OR subject = $2)
               AND ($3 = 0 OR revision < $3)
             ORDER BY revision DESC, id DESC LIMIT $4",
        )
        .bind(domains.as_deref().unwrap_or_default())
        .bind(filter.subject.as_deref().unwrap_or_default())
        .bind(filter.before.unwrap_or(0))
        .bind(filter.limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(audit_row).collect()
    }
}

impl Store {
    /// What was changed after a revision, the oldest first, at most `limit` rows.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_since(&self, revision: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, revision, at, actor, action, domain, subject, NULL AS before, NULL AS after, request_id FROM audit
             WHERE revision > $1 ORDER BY revision, id LIMIT $2",
        )
        .bind(revision)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(audit_row).collect()
    }
}

fn audit_row(row: &sqlx::any::AnyRow) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.try_get("id")?,
        revision: row.try_get("revision")?,
        at: row.try_get::<Millis, _>("at")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        domain: row.try_get("domain")?,
        subject: row.try_get("subject")?,
        before: row.try_get("before")?,
        after: row.try_get("after")?,
        request_id: row.try_get("request_id")?,
    })
}
