//! Tags that rules suggest for columns, and what was decided of them.

use model::catalogue::{AssetPath, SuggestionEvidence, SuggestionState};
use model::clock::Millis;
use sqlx::{Any, AssertSqlSafe, FromRow, Transaction};

use super::{BATCH, listed, places};
use crate::database::one_row;
use crate::stored::{decode, decode_word};
use crate::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SuggestionRow {
    pub id: String,
    pub asset_id: String,
    pub tag_id: String,
    /// In per cent.
    pub confidence: i64,
    /// `model::catalogue::SuggestionEvidence` as JSON.
    pub evidence: String,
    pub evidence_hash: String,
    /// `model::catalogue::SuggestionState` by its key.
    pub state: String,
    pub found_at: Millis,
    pub decided_by: Option<String>,
    pub decided_at: Option<Millis>,
}

/// A suggestion with the column and the tag that it names.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SuggestionOnRow {
    #[sqlx(flatten)]
    pub suggestion: SuggestionRow,
    /// Of the column.
    pub path: String,
    pub domain: String,
    /// The name, the colour and the vocabulary of the tag.
    pub tag: String,
    pub colour: String,
    pub vocabulary: Option<String>,
}

pub(super) const COLUMNS: &str = "id, asset_id, tag_id, confidence, evidence, evidence_hash, state, found_at, decided_by, decided_at";
const COLUMN_COUNT: usize = 10;

impl SuggestionRow {
    /// # Errors
    /// [`StoreError::Unreadable`]; so for the method below.
    pub fn decoded_state(&self) -> Result<SuggestionState, StoreError> {
        decode_word(&self.state, SuggestionState::from_key, &format_args!("the state of the suggestion {}", self.id))
    }

    pub fn decoded_evidence(&self) -> Result<SuggestionEvidence, StoreError> {
        decode(&self.evidence, &format_args!("the evidence of the suggestion {}", self.id))
    }
}

impl SuggestionOnRow {
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn decoded_path(&self) -> Result<AssetPath, StoreError> {
        decode_word(&self.path, |path| path.parse().ok(), &format_args!("the path of the asset {}", self.suggestion.asset_id))
    }
}

impl Store {
    /// What is suggested for these columns, in whatever state.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn suggestions_for(&self, asset_ids: &[String]) -> Result<Vec<SuggestionRow>, StoreError> {
        let mut rows = Vec::new();
        for part in asset_ids.chunks(BATCH) {
            let sql = format!("SELECT {COLUMNS} FROM suggestions WHERE asset_id IN ({})", listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, SuggestionRow>(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(rows)
    }
}

/// What rules have found, beside what was suggested before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuggestionOffer {
    pub new: Vec<SuggestionRow>,
    /// Suggestions as they were seen, and as they are now: evidence that says something else opens them again.
    pub renewed: Vec<(SuggestionRow, SuggestionRow)>,
    /// Open suggestions that no rule makes any more.
    pub withdrawn: Vec<String>,
}

impl SuggestionOffer {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.renewed.is_empty() && self.withdrawn.is_empty()
    }
}

impl Store {
    /// Writes what rules have found: all of it or nothing. Not a change of the metadata: no node answers by it.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where another worker has found the same, and [`StoreError::Stale`] where a suggestion was decided or renewed
    /// since it was seen.
    pub async fn offer_suggestions(&self, offer: &SuggestionOffer) -> Result<(), StoreError> {
        let mut all = self.pool.begin().await?;
        insert(&mut all, &offer.new).await?;
        for (seen, now) in &offer.renewed {
            renew(&mut all, seen, now).await?;
        }
        withdraw(&mut all, &offer.withdrawn).await?;
        Ok(all.commit().await?)
    }
}

async fn insert(all: &mut Transaction<'static, Any>, rows: &[SuggestionRow]) -> Result<(), StoreError> {
    for part in rows.chunks(BATCH) {
        let sql = format!("INSERT INTO suggestions ({COLUMNS}) VALUES {}", places(part.len(), COLUMN_COUNT));
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for row in part {
            query = query.bind(&row.id).bind(&row.asset_id).bind(&row.tag_id).bind(row.confidence).bind(&row.evidence);
            query = query.bind(&row.evidence_hash).bind(&row.state).bind(row.found_at).bind(&row.decided_by).bind(row.decided_at);
        }
        query.execute(&mut **all).await?;
    }
    Ok(())
}

async fn renew(all: &mut Transaction<'static, Any>, seen: &SuggestionRow, now: &SuggestionRow) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "UPDATE suggestions SET confidence = $4, evidence = $5, evidence_hash = $6, state = $7, found_at = $8, decided_by = $9,
         decided_at = $10 WHERE id = $1 AND state = $2 AND evidence_hash = $3",
    )
    .bind(&seen.id)
    .bind(&seen.state)
    .bind(&seen.evidence_hash)
    .bind(now.confidence)
    .bind(&now.evidence)
    .bind(&now.evidence_hash)
    .bind(&now.state)
    .bind(now.found_at)
    .bind(&now.decided_by)
    .bind(now.decided_at)
    .execute(&mut **all)
    .await?;
    one_row(&changed)
}

/// Those that somebody has decided meanwhile stay.
async fn withdraw(all: &mut Transaction<'static, Any>, ids: &[String]) -> Result<(), StoreError> {
    for part in ids.chunks(BATCH) {
        let sql = format!("DELETE FROM suggestions WHERE state = 'open' AND id IN ({})", listed(1, part.len()));
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for id in part {
            query = query.bind(id);
        }
        query.execute(&mut **all).await?;
    }
    Ok(())
}

impl Tx {
    /// Writes what whoever makes this change has decided of open suggestions.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where one of them is not open any more.
    pub async fn decide_suggestions(&mut self, ids: &[String], state: SuggestionState) -> Result<(), StoreError> {
        for part in ids.chunks(BATCH) {
            let sql = format!(
                "UPDATE suggestions SET state = $1, decided_by = $2, decided_at = $3 WHERE state = 'open' AND id IN ({})",
                listed(4, part.len())
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(state.key()).bind(&self.change.actor).bind(self.change.at);
            for id in part {
                query = query.bind(id);
            }
            let changed = query.execute(&mut *self.inner).await?;
            if changed.rows_affected() != part.len() as u64 {
                return Err(StoreError::Stale);
            }
        }
        Ok(())
    }
}
