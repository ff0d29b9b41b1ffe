//! Lists of suggestions, searched, counted and cut by the database: a large source has thousands.

use model::catalogue::SuggestionState;
use model::name::is_name;
use sqlx::{Any, AssertSqlSafe};

use super::suggestions::{COLUMNS, SuggestionOnRow};
use super::{BATCH, listed};
use crate::{Store, StoreError};

/// What a list of suggestions is in the order of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SuggestionOrder {
    /// The surest first.
    #[default]
    Confidence,
    Column,
    Tag,
    Domain,
    Found,
}

/// What is asked of the list of suggestions. What is empty or absent lets all by. Columns that are missing have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuggestionSearch {
    /// Suggestions for columns of these domains; `None` means of all.
    pub domains: Option<Vec<String>>,
    pub domain: String,
    pub state: Option<SuggestionState>,
    /// The name of a tag.
    pub tag: String,
    /// A source: columns of its tables.
    pub source: String,
    /// At least so sure, in per cent.
    pub least: i64,
    /// Words in lower case that stand, in this order, in the path of the column.
    pub words: Vec<String>,
    pub order: SuggestionOrder,
    pub descending: bool,
}

const JOINED: &str = "FROM suggestions JOIN assets ON assets.id = suggestions.asset_id JOIN tags ON tags.id = suggestions.tag_id";

/// What is read of each.
fn shown() -> String {
    let own: Vec<String> = COLUMNS.split(", ").map(|column| format!("suggestions.{column}")).collect();
    format!("SELECT {}, assets.path, assets.domain, tags.name AS tag, tags.colour, tags.vocabulary {JOINED}", own.join(", "))
}

impl SuggestionSearch {
    /// The conditions, whose parameters are those of [`Self::bound`], and the least confidence behind them.
    const CONDITIONS: &str = "WHERE assets.gone_at IS NULL AND ($1 = '' OR $1 LIKE '%,' || assets.domain || ',%')
        AND ($2 = '' OR assets.domain = $2) AND ($3 = '' OR suggestions.state = $3) AND ($4 = '' OR tags.name = $4)
        AND ($5 = '' OR assets.path LIKE 'column:table:' || $5 || '/%') AND ($6 = '' OR LOWER(assets.path) LIKE $6 ESCAPE '!')
        AND suggestions.confidence >= $7";

    /// What the statement compares with.
    fn bound(&self) -> [String; 6] {
        // No source has another name, and no character of a name stands for another one.
        let source = if self.source.is_empty() || is_name(&self.source) { self.source.as_str() } else { "-" };
        let escaped = |word: &String| word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let words: Vec<String> = self.words.iter().map(escaped).collect();
        [
            self.domains.as_ref().map(|names| format!(",{},", names.join(","))).unwrap_or_default(),
            self.domain.clone(),
            self.state.map(SuggestionState::key).unwrap_or_default().to_owned(),
            self.tag.clone(),
            source.to_owned(),
            if words.is_empty() { String::new() } else { format!("%{}%", words.join("%")) },
        ]
    }

    fn sorted(&self) -> String {
        let by = match self.order {
            SuggestionOrder::Confidence => "suggestions.confidence",
            SuggestionOrder::Column => "assets.path",
            SuggestionOrder::Tag => "tags.name_key",
            SuggestionOrder::Domain => "assets.domain",
            SuggestionOrder::Found => "suggestions.found_at",
        };
        let direction = if self.descending { "DESC" } else { "ASC" };
        format!("ORDER BY {by} {direction}, assets.path, suggestions.id")
    }
}

impl Store {
    /// How many suggestions are found.
    ///
    /// # Errors
    /// Where the database does not answer; so for the reads below.
    pub async fn suggestion_count(&self, search: &SuggestionSearch) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) AS found {JOINED} {}", SuggestionSearch::CONDITIONS);
        let mut query = sqlx::query_scalar::<Any, i64>(AssertSqlSafe(sql));
        for text in search.bound() {
            query = query.bind(text);
        }
        Ok(u64::try_from(query.bind(search.least).fetch_one(&self.pool).await?).unwrap_or_default())
    }

    /// The suggestions that are found behind the first ones.
    pub async fn suggestion_page(&self, search: &SuggestionSearch, before: u64, limit: u32) -> Result<Vec<SuggestionOnRow>, StoreError> {
        let sql = format!("{} {} {} LIMIT $8 OFFSET $9", shown(), SuggestionSearch::CONDITIONS, search.sorted());
        let mut query = sqlx::query_as::<Any, SuggestionOnRow>(AssertSqlSafe(sql));
        for text in search.bound() {
            query = query.bind(text);
        }
        let query = query.bind(search.least).bind(i64::from(limit)).bind(i64::try_from(before).unwrap_or(i64::MAX));
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Those of these ids that there are, in the order of their columns.
    pub async fn suggestions_of(&self, ids: &[String]) -> Result<Vec<SuggestionOnRow>, StoreError> {
        let mut rows: Vec<SuggestionOnRow> = Vec::with_capacity(ids.len());
        for part in ids.chunks(BATCH) {
            let sql = format!("{} WHERE suggestions.id IN ({})", shown(), listed(1, part.len()));
            let mut query = sqlx::query_as::<Any, SuggestionOnRow>(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id);
            }
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        rows.sort_by(|one, other| (&one.path, &one.suggestion.id).cmp(&(&other.path, &other.suggestion.id)));
        Ok(rows)
    }
}
