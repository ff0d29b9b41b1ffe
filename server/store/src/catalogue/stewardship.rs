//! How far assets are looked after: counted now by domain and steward, and kept day by day.

use model::clock::Millis;
use sqlx::FromRow;

use crate::{Store, StoreError, Tx};

/// The assets of a domain that one steward looks after.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct StewardshipRow {
    pub domain: String,
    /// Nothing where nobody is named.
    pub steward: Option<String>,
    pub assets: i64,
    pub owned: i64,
    pub described: i64,
    pub tagged: i64,
    pub certified: i64,
}

/// A domain on one day, as it was counted last.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct StewardshipDayRow {
    pub domain: String,
    /// The beginning of the day, in UTC.
    pub day: Millis,
    pub assets: i64,
    pub owned: i64,
    pub described: i64,
    pub tagged: i64,
    pub certified: i64,
}

/// A table counts as tagged where one of its columns is.
const COUNTS: &str = "
    SELECT assets.domain AS domain, stewards.value AS steward, COUNT(*) AS assets,
        CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM asset_values WHERE asset_id = assets.id AND field = 'owner')
            THEN 1 ELSE 0 END) AS BIGINT) AS owned,
        CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM asset_values WHERE asset_id = assets.id AND field = 'description')
            THEN 1 ELSE 0 END) AS BIGINT) AS described,
        CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM asset_tags WHERE asset_id = assets.id)
            OR EXISTS (SELECT 1 FROM assets AS parts JOIN asset_tags ON asset_tags.asset_id = parts.id
                WHERE parts.parent_id = assets.id AND parts.kind = 'column')
            THEN 1 ELSE 0 END) AS BIGINT) AS tagged,
        CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM asset_values WHERE asset_id = assets.id AND field = 'status'
            AND origin = 'person' AND value = 'certified') THEN 1 ELSE 0 END) AS BIGINT) AS certified
    FROM assets LEFT JOIN asset_values AS stewards ON stewards.asset_id = assets.id AND stewards.field = 'steward'
        AND stewards.origin = (SELECT MIN(others.origin) FROM asset_values AS others
            WHERE others.asset_id = assets.id AND others.field = 'steward')
    WHERE assets.gone_at IS NULL AND assets.kind IN ('source', 'table', 'dataset', 'api', 'app')
    GROUP BY assets.domain, stewards.value ORDER BY assets.domain, stewards.value";

impl Store {
    /// Counts what is there now. Of several stewards of an asset that of a person holds before that of a rule before that of the source,
    /// which is the order of their words.
    ///
    /// # Errors
    /// Where the database does not answer; so for the read below.
    pub async fn stewardship(&self) -> Result<Vec<StewardshipRow>, StoreError> {
        Ok(sqlx::query_as(COUNTS).fetch_all(&self.pool).await?)
    }

    /// The days since one, the oldest first.
    pub async fn stewardship_days(&self, since: Millis) -> Result<Vec<StewardshipDayRow>, StoreError> {
        let sql =
            "SELECT domain, day, assets, owned, described, tagged, certified FROM stewardship_days WHERE day >= $1 ORDER BY day, domain";
        Ok(sqlx::query_as(sql).bind(since).fetch_all(&self.pool).await?)
    }
}

impl Tx {
    /// Writes a day down, over what was counted earlier on it.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_stewardship_day(&mut self, row: &StewardshipDayRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO stewardship_days (domain, day, assets, owned, described, tagged, certified) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (domain, day) DO UPDATE SET assets = $3, owned = $4, described = $5, tagged = $6, certified = $7",
        )
        .bind(&row.domain)
        .bind(row.day)
        .bind(row.assets)
        .bind(row.owned)
        .bind(row.described)
        .bind(row.tagged)
        .bind(row.certified)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }
}
