//! Which tables a definition may mean. A source names a table of its default schema without it, a scan may have registered it with it: what
//! is masked must be found by either name.

use model::table::TableRef;

use crate::{Store, StoreError};

impl Store {
    /// The names of the tables of a source among the assets that a reference may mean, as [`TableRef::path`] writes them.
    ///
    /// # Errors
    /// Where the database does not answer; so for every method below.
    pub async fn tables_meant(&self, source: &str, table: &TableRef) -> Result<Vec<String>, StoreError> {
        let in_any_schema = if table.schema.is_empty() { format!("%.{}", as_it_is(&table.name)) } else { as_it_is(&table.path()) };
        let sql = r"SELECT name FROM assets WHERE kind = 'table' AND parent_id = (SELECT id FROM assets WHERE path = $1)
                    AND (name = $2 OR name = $3 OR name LIKE $4 ESCAPE '\') ORDER BY name";
        Ok(sqlx::query_scalar(sql)
            .bind(format!("source:{source}"))
            .bind(&table.name)
            .bind(table.path())
            .bind(in_any_schema)
            .fetch_all(&self.pool)
            .await?)
    }

    /// The names of all tables of a source among the assets.
    pub async fn tables_of_source(&self, source: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM assets WHERE kind = 'table' AND parent_id = (SELECT id FROM assets WHERE path = $1) ORDER BY name";
        Ok(sqlx::query_scalar(sql).bind(format!("source:{source}")).fetch_all(&self.pool).await?)
    }

    /// The names of the columns that an asset has or had.
    pub async fn column_names(&self, parent: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM assets WHERE kind = 'column' AND parent_id = (SELECT id FROM assets WHERE path = $1) ORDER BY name";
        Ok(sqlx::query_scalar(sql).bind(parent).fetch_all(&self.pool).await?)
    }

    /// How many columns of an asset have a description, and how many there are.
    pub async fn columns_described(&self, parent_id: &str) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT COUNT(DISTINCT said.asset_id), COUNT(DISTINCT assets.id) FROM assets
             LEFT JOIN asset_values AS said ON said.asset_id = assets.id AND said.field = 'description' AND said.value <> ''
             WHERE assets.parent_id = $1 AND assets.kind = 'column' AND assets.gone_at IS NULL";
        Ok(sqlx::query_as(sql).bind(parent_id).fetch_one(&self.pool).await?)
    }
}

/// A name as it stands in a pattern of LIKE.
fn as_it_is(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
