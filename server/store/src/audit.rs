//! The audit log: written with each change, read by those who may.

use model::audit::AuditRow;
use model::clock::Millis;
use sqlx::{AssertSqlSafe, Row};

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

/// What of the audit log is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditSearch {
    /// Rows of these domains; `None` means of all, and of none.
    pub domains: Option<Vec<String>>,
    /// Rows of this one among them; empty for all.
    pub domain: String,
    /// Words in lower case that stand, in this order, in who did what to which thing.
    pub words: Vec<String>,
    pub oldest_first: bool,
}

impl AuditSearch {
    /// What the statement compares with.
    fn texts(&self) -> [String; 3] {
        let domains = self.domains.as_ref().map(|names| format!(",{},", names.join(","))).unwrap_or_default();
        let words: Vec<String> = self.words.iter().map(|word| escaped(word)).collect();
        let words = if words.is_empty() { String::new() } else { format!("%{}%", words.join("%")) };
        [domains, self.domain.clone(), words]
    }
}

/// A word for a pattern of `LIKE`, in which each of its characters stands for itself.
fn escaped(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
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

/// As many of the newest changes are looked through for those of a time: the log has no order by time, and may be long.
const RECENT: i64 = 5_000;

impl Store {
    /// The changes of one subject from a time to before another, the newest first, at most `limit` rows.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_of_time(&self, subject: &str, from: Millis, to: Millis, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, revision, at, actor, action, domain, subject, before, after, request_id FROM audit
             WHERE subject = $1 AND at >= $2 AND at < $3 ORDER BY revision DESC, id DESC LIMIT $4",
        )
        .bind(subject)
        .bind(from)
        .bind(to)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(audit_row).collect()
    }

    /// The changes of all subjects from a time to before another, the newest first, among the newest 5,000.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn recent_audit(&self, from: Millis, to: Millis) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, revision, at, actor, action, domain, subject, before, after, request_id
             FROM (SELECT * FROM audit ORDER BY revision DESC LIMIT $1) AS newest
             WHERE at >= $2 AND at < $3 ORDER BY revision DESC, id DESC",
        )
        .bind(RECENT)
        .bind(from)
        .bind(to)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(audit_row).collect()
    }
}

/// The same conditions for the rows and for their number. An absent one is passed as an empty text, and lets all rows by.
const FOUND: &str = "FROM audit
             WHERE ($1 = '' OR (domain <> '' AND $1 LIKE '%,' || domain || ',%'))
               AND ($2 = '' OR domain = $2)
               AND ($3 = '' OR LOWER(actor || ' ' || action || ' ' || subject) LIKE $3 ESCAPE '!')";

impl Store {
    /// How many rows are found.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_count(&self, search: &AuditSearch) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) AS found {FOUND}");
        let [domains, domain, words] = search.texts();
        let row = sqlx::query(AssertSqlSafe(sql)).bind(domains).bind(domain).bind(words).fetch_one(&self.pool).await?;
        Ok(u64::try_from(row.try_get::<i64, _>("found")?).unwrap_or_default())
    }

    /// The rows that are found behind the first ones.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_page(&self, search: &AuditSearch, before: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let order = if search.oldest_first { "ORDER BY revision, id" } else { "ORDER BY revision DESC, id DESC" };
        let columns = "id, revision, at, actor, action, domain, subject, before, after, request_id";
        let sql = format!("SELECT {columns} {FOUND} {order} LIMIT $4 OFFSET $5");
        let [domains, domain, words] = search.texts();
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(domains)
            .bind(domain)
            .bind(words)
            .bind(i64::from(limit))
            .bind(i64::try_from(before).unwrap_or(i64::MAX))
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
