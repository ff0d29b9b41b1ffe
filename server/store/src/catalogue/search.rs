//! Lists of assets, searched, counted and cut by the database: there may be hundreds of thousands.

use model::catalogue::{AssetKind, AssetStatus};
use model::name::is_name;
use sqlx::{Any, AssertSqlSafe};

use super::assets::{AssetRow, COLUMNS};
use crate::{Store, StoreError};

/// What a list of assets is in the order of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AssetOrder {
    #[default]
    Path,
    Name,
    Kind,
    Domain,
    Owner,
    Tier,
    Status,
    Seen,
}

/// What is asked of the list of assets. What is empty or absent lets all by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetSearch {
    /// Assets of these domains; `None` means of all.
    pub domains: Option<Vec<String>>,
    pub domain: String,
    /// Without one, columns are left out.
    pub kind: Option<AssetKind>,
    pub tier: String,
    pub status: Option<AssetStatus>,
    pub owner: String,
    /// A source, its tables and their columns.
    pub source: String,
    /// The name of a tag.
    pub tag: String,
    /// Words in lower case that stand, in this order, in the path.
    pub words: Vec<String>,
    /// Also what is missing.
    pub gone: bool,
    pub order: AssetOrder,
    pub descending: bool,
}

/// A word for a pattern of `LIKE`, in which each of its characters stands for itself.
fn escaped(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// The value of a field that holds: a person's before that of a rule before that of the source.
fn holding(field: &str) -> String {
    format!(
        "COALESCE((SELECT value FROM asset_values WHERE asset_id = assets.id AND field = '{field}'
            ORDER BY CASE origin WHEN 'person' THEN 0 WHEN 'rule' THEN 1 ELSE 2 END LIMIT 1), '')"
    )
}

impl AssetSearch {
    /// The conditions, whose parameters are those of [`Self::bound`].
    fn conditions(&self) -> String {
        let (tier, status, owner) = (holding("tier"), holding("status"), holding("owner"));
        let columns = if self.kind.is_some() { "" } else { "AND kind <> 'column'" };
        let tag = "AND EXISTS (SELECT 1 FROM asset_tags JOIN tags ON tags.id = asset_tags.tag_id
                WHERE asset_tags.asset_id = assets.id AND tags.name = $9)";
        let tag = if self.tag.is_empty() { "AND $9 = ''" } else { tag };
        let gone = if self.gone { "" } else { "AND gone_at IS NULL" };
        format!(
            "FROM assets WHERE ($1 = '' OR $1 LIKE '%,' || domain || ',%') AND ($2 = '' OR domain = $2) AND ($3 = '' OR kind = $3)
             AND ($4 = '' OR {tier} = $4) AND ($5 = '' OR {status} = $5 OR ($5 = 'draft' AND {status} = ''))
             AND ($6 = '' OR LOWER({owner}) = $6) AND ($7 = '' OR LOWER(path) LIKE $7 ESCAPE '!')
             AND ($8 = '' OR path = 'source:' || $8 OR path LIKE 'table:' || $8 || '/%' OR path LIKE 'column:table:' || $8 || '/%')
             {columns} {tag} {gone}"
        )
    }

    /// What the statement compares with.
    fn bound(&self) -> [String; 9] {
        let words: Vec<String> = self.words.iter().map(|word| escaped(word)).collect();
        // No source has another name, and no character of a name stands for another one.
        let source = if self.source.is_empty() || is_name(&self.source) { self.source.as_str() } else { "-" };
        [
            self.domains.as_ref().map(|names| format!(",{},", names.join(","))).unwrap_or_default(),
            self.domain.clone(),
            self.kind.map(AssetKind::key).unwrap_or_default().to_owned(),
            self.tier.clone(),
            self.status.map(AssetStatus::key).unwrap_or_default().to_owned(),
            self.owner.to_lowercase(),
            if words.is_empty() { String::new() } else { format!("%{}%", words.join("%")) },
            source.to_owned(),
            self.tag.clone(),
        ]
    }

    fn sorted(&self) -> String {
        let by = match self.order {
            AssetOrder::Path => "path".to_owned(),
            AssetOrder::Name => "name".to_owned(),
            AssetOrder::Kind => "kind".to_owned(),
            AssetOrder::Domain => "domain".to_owned(),
            AssetOrder::Owner => holding("owner"),
            AssetOrder::Tier => holding("tier"),
            AssetOrder::Status => holding("status"),
            AssetOrder::Seen => "seen_at".to_owned(),
        };
        let direction = if self.descending { "DESC" } else { "ASC" };
        format!("ORDER BY {by} {direction}, path")
    }
}

impl Store {
    /// How many assets are found.
    ///
    /// # Errors
    /// Where the database does not answer; so for the read below.
    pub async fn asset_count(&self, search: &AssetSearch) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) AS found {}", search.conditions());
        let mut query = sqlx::query_scalar::<Any, i64>(AssertSqlSafe(sql));
        for text in search.bound() {
            query = query.bind(text);
        }
        Ok(u64::try_from(query.fetch_one(&self.pool).await?).unwrap_or_default())
    }

    /// The assets that are found behind the first ones.
    pub async fn asset_page(&self, search: &AssetSearch, before: u64, limit: u32) -> Result<Vec<AssetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} {} {} LIMIT $10 OFFSET $11", search.conditions(), search.sorted());
        let mut query = sqlx::query_as::<Any, AssetRow>(AssertSqlSafe(sql));
        for text in search.bound() {
            query = query.bind(text);
        }
        Ok(query.bind(i64::from(limit)).bind(i64::try_from(before).unwrap_or(i64::MAX)).fetch_all(&self.pool).await?)
    }
}
