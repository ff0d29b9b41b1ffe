//! Who has written what is reviewed: the editors of a draft, and the authors of a version.

use crate::{Store, StoreError, Tx};

impl Store {
    /// Those who have saved the draft of an API since its newest version.
    ///
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn draft_editors(&self, api_id: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT user_id FROM draft_editors WHERE api_id = $1").bind(api_id).fetch_all(&self.pool).await?)
    }

    pub async fn version_authors(&self, version_id: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT user_id FROM version_authors WHERE version_id = $1").bind(version_id).fetch_all(&self.pool).await?)
    }

    /// The authors of all versions of an API that came after the newest one that was approved for an environment.
    pub async fn authors_since_approval(&self, api_id: &str, environment: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT version_authors.user_id FROM version_authors
             JOIN versions ON versions.id = version_authors.version_id
             WHERE versions.api_id = $1 AND versions.number > COALESCE((
                 SELECT MAX(approved.number) FROM versions approved JOIN requests ON requests.version_id = approved.id
                 WHERE approved.api_id = $1 AND requests.environment = $2 AND requests.state = 'approved'), 0)",
        )
        .bind(api_id)
        .bind(environment)
        .fetch_all(&self.pool)
        .await?)
    }

    /// The authors of every version that waits for a decision, by the version's id.
    pub async fn authors_in_review(&self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT version_id, user_id FROM version_authors
             WHERE version_id IN (SELECT version_id FROM requests WHERE state = 'open')",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

impl Tx {
    pub async fn insert_version_author(&mut self, version_id: &str, user_id: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO version_authors (version_id, user_id) VALUES ($1, $2)")
            .bind(version_id)
            .bind(user_id)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Remembers who has saved a draft, by the address that its row names. The program itself is nobody.
    pub(crate) async fn note_draft_editor(&mut self, api_id: &str, email: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO draft_editors (api_id, user_id) SELECT $1, id FROM users WHERE email = $2
             ON CONFLICT (api_id, user_id) DO NOTHING",
        )
        .bind(api_id)
        .bind(email)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub(crate) async fn forget_draft_editors(&mut self, api_id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM draft_editors WHERE api_id = $1").bind(api_id).execute(&mut *self.inner).await?;
        Ok(())
    }
}
