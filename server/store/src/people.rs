//! Domains, people, their roles, sessions, tokens and invitations.

use model::clock::Millis;
use sqlx::FromRow;

use crate::database::one_row;
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, FromRow)]
pub struct DomainRow {
    pub name: String,
    pub title: String,
    pub created_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct UserRow {
    pub id: String,
    pub email: String,
    pub password_hash: Option<String>,
    pub is_admin: i64,
    pub active: i64,
    pub created_at: Millis,
}

#[derive(Debug, Clone, FromRow)]
pub struct MemberRow {
    pub user_id: String,
    pub domain: String,
    pub role: String,
}

/// A signed-in browser. Only the SHA-256 of its secret is kept.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    pub id: String,
    pub hash: String,
    pub user_id: String,
    pub agent: String,
    pub created_at: Millis,
    pub seen_at: Millis,
    pub expires_at: Millis,
}

/// A personal token for `/admin/v1`. Only its SHA-256 is kept.
#[derive(Debug, Clone, FromRow)]
pub struct TokenRow {
    pub id: String,
    pub hash: String,
    pub user_id: String,
    pub name: String,
    /// Keys with commas between; empty for a token from before there were scopes.
    pub scopes: String,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// A link that is used once; without a user it makes the first admin.
#[derive(Debug, Clone, FromRow)]
pub struct InvitationRow {
    pub hash: String,
    pub user_id: Option<String>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

impl Store {
    /// # Errors
    /// Where the database does not answer; so for every read below.
    pub async fn domains(&self) -> Result<Vec<DomainRow>, StoreError> {
        Ok(sqlx::query_as("SELECT name, title, created_at FROM domains ORDER BY name").fetch_all(&self.pool).await?)
    }

    pub async fn domain(&self, name: &str) -> Result<Option<DomainRow>, StoreError> {
        Ok(sqlx::query_as("SELECT name, title, created_at FROM domains WHERE name = $1").bind(name).fetch_optional(&self.pool).await?)
    }

    pub async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, email, password_hash, is_admin, active, created_at FROM users ORDER BY email")
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn user(&self, id: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, email, password_hash, is_admin, active, created_at FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, email, password_hash, is_admin, active, created_at FROM users WHERE email = $1")
            .bind(email)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// All memberships of one person.
    pub async fn roles_of(&self, user_id: &str) -> Result<Vec<MemberRow>, StoreError> {
        Ok(sqlx::query_as("SELECT user_id, domain, role FROM members WHERE user_id = $1 ORDER BY domain, role")
            .bind(user_id)
            .fetch_all(&self.pool)
            .await?)
    }

    /// All memberships, for the lists of people and of domains.
    pub async fn members(&self) -> Result<Vec<MemberRow>, StoreError> {
        Ok(sqlx::query_as("SELECT user_id, domain, role FROM members ORDER BY domain, user_id, role").fetch_all(&self.pool).await?)
    }

    pub async fn session_by_hash(&self, hash: &str) -> Result<Option<SessionRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, hash, user_id, agent, created_at, seen_at, expires_at FROM sessions WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn sessions_of(&self, user_id: &str) -> Result<Vec<SessionRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, hash, user_id, agent, created_at, seen_at, expires_at FROM sessions
             WHERE user_id = $1 ORDER BY seen_at DESC",
        )
        .bind(user_id)
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn touch_session(&self, id: &str, seen_at: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET seen_at = $2 WHERE id = $1").bind(id).bind(seen_at).execute(&self.pool).await?;
        Ok(())
    }

    /// Ends one session of a person; whether there was one.
    pub async fn close_session(&self, user_id: &str, id: &str) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2").bind(id).bind(user_id).execute(&self.pool).await?;
        Ok(ended.rows_affected() == 1)
    }

    pub async fn token_by_hash(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        Ok(sqlx::query_as("SELECT id, hash, user_id, name, scopes, created_at, expires_at FROM tokens WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub async fn tokens_of(&self, user_id: &str) -> Result<Vec<TokenRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, hash, user_id, name, scopes, created_at, expires_at FROM tokens WHERE user_id = $1 ORDER BY created_at DESC",
        )
        .bind(user_id)
        .fetch_all(&self.pool)
        .await?)
    }

    pub async fn invitation(&self, hash: &str) -> Result<Option<InvitationRow>, StoreError> {
        Ok(sqlx::query_as("SELECT hash, user_id, created_at, expires_at FROM invitations WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?)
    }
}

impl Tx {
    /// # Errors
    /// [`StoreError::Taken`] where there is one of that name; so for every insert below.
    pub async fn insert_domain(&mut self, row: &DomainRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO domains (name, title, created_at) VALUES ($1, $2, $3)")
            .bind(&row.name)
            .bind(&row.title)
            .bind(row.created_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    pub async fn set_domain_title(&mut self, name: &str, title: &str) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE domains SET title = $2 WHERE name = $1").bind(name).bind(title).execute(&mut *self.inner).await?;
        one_row(&changed)
    }

    pub async fn insert_user(&mut self, row: &UserRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO users (id, email, password_hash, is_admin, active, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&row.id)
            .bind(&row.email)
            .bind(row.password_hash.as_deref())
            .bind(row.is_admin)
            .bind(row.active)
            .bind(row.created_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Sets what an admin sets of a person. A person who is not active has no sessions, tokens and invitations.
    pub async fn set_user_state(&mut self, id: &str, is_admin: bool, active: bool) -> Result<(), StoreError> {
        let changed = sqlx::query("UPDATE users SET is_admin = $2, active = $3 WHERE id = $1")
            .bind(id)
            .bind(i64::from(is_admin))
            .bind(i64::from(active))
            .execute(&mut *self.inner)
            .await?;
        if !active {
            self.end_access(id).await?;
            self.drop_invitations(Some(id)).await?;
        }
        one_row(&changed)
    }

    /// Sets a password, and ends every session, token and link that was made under the old one.
    pub async fn set_password(&mut self, id: &str, hash: &str) -> Result<(), StoreError> {
        let changed =
            sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(hash).execute(&mut *self.inner).await?;
        self.end_access(id).await?;
        one_row(&changed)
    }

    /// Ends every session and token of a person, and the links by which somebody else could set another password. The first link of a person
    /// who has no password yet stays: roles are often given before it is used.
    pub async fn end_access(&mut self, user_id: &str) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM invitations WHERE user_id = $1
             AND EXISTS (SELECT 1 FROM users WHERE users.id = invitations.user_id AND users.password_hash IS NOT NULL)",
        )
        .bind(user_id)
        .execute(&mut *self.inner)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user_id).execute(&mut *self.inner).await?;
        sqlx::query("DELETE FROM tokens WHERE user_id = $1").bind(user_id).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Replaces the roles that a person has in a domain.
    pub async fn set_roles(&mut self, user_id: &str, domain: &str, roles: &[&str]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM members WHERE user_id = $1 AND domain = $2").bind(user_id).bind(domain).execute(&mut *self.inner).await?;
        for role in roles {
            sqlx::query("INSERT INTO members (user_id, domain, role) VALUES ($1, $2, $3)")
                .bind(user_id)
                .bind(domain)
                .bind(*role)
                .execute(&mut *self.inner)
                .await?;
        }
        Ok(())
    }

    /// Opens a session and drops those that have ended.
    pub async fn open_session(&mut self, row: &SessionRow) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE expires_at < $1").bind(row.created_at).execute(&mut *self.inner).await?;
        sqlx::query(
            "INSERT INTO sessions (id, hash, user_id, agent, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&row.id)
        .bind(&row.hash)
        .bind(&row.user_id)
        .bind(&row.agent)
        .bind(row.created_at)
        .bind(row.seen_at)
        .bind(row.expires_at)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    pub async fn insert_token(&mut self, row: &TokenRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO tokens (id, hash, user_id, name, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(&row.id)
            .bind(&row.hash)
            .bind(&row.user_id)
            .bind(&row.name)
            .bind(&row.scopes)
            .bind(row.created_at)
            .bind(row.expires_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// # Errors
    /// [`StoreError::Stale`] where the person has no such token.
    pub async fn delete_token(&mut self, user_id: &str, id: &str) -> Result<(), StoreError> {
        let gone =
            sqlx::query("DELETE FROM tokens WHERE id = $1 AND user_id = $2").bind(id).bind(user_id).execute(&mut *self.inner).await?;
        one_row(&gone)
    }

    pub async fn insert_invitation(&mut self, row: &InvitationRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO invitations (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(&row.hash)
            .bind(row.user_id.as_deref())
            .bind(row.created_at)
            .bind(row.expires_at)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Uses up an invitation.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it has been used.
    pub async fn take_invitation(&mut self, hash: &str) -> Result<(), StoreError> {
        let taken = sqlx::query("DELETE FROM invitations WHERE hash = $1").bind(hash).execute(&mut *self.inner).await?;
        one_row(&taken)
    }

    /// Drops the open invitations of a person (or of the first admin), so that only the newest link works.
    pub async fn drop_invitations(&mut self, user_id: Option<&str>) -> Result<(), StoreError> {
        match user_id {
            Some(id) => sqlx::query("DELETE FROM invitations WHERE user_id = $1").bind(id).execute(&mut *self.inner).await?,
            None => sqlx::query("DELETE FROM invitations WHERE user_id IS NULL").execute(&mut *self.inner).await?,
        };
        Ok(())
    }
}
