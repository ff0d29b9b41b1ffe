//! What the tables that a definition names are called in the catalogue, and which columns they have there.

use std::collections::BTreeMap;

use connect::registry;
use model::Problem;
use model::catalogue::AssetPath;
use model::dataset::SHELF_DRIVER;
use model::dialect::Dialect;
use model::table::TableRef;
use store::Tx;

use super::super::own_schema::own_schema;
use super::uses::stamp;

/// The tables of one source, as a change of the metadata sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    source: String,
    domain: String,
    /// Nothing where there is no such source.
    pub(super) dialect: Option<Dialect>,
    /// Its tables are the datasets of its domain.
    is_of_datasets: bool,
    own_schema: String,
    /// Columns of the tables that are known, in their order.
    columns: BTreeMap<AssetPath, Vec<String>>,
}

impl Tables {
    /// The tables of a source; with the columns of those that a script may name.
    pub(super) async fn load(tx: &mut Tx, source: &str, script: Option<&str>) -> Result<Self, Problem> {
        let Some(kind) = tx.source_kind(source).await? else { return Ok(Self { source: source.to_owned(), ..Self::default() }) };
        let mut tables = Self {
            source: source.to_owned(),
            dialect: registry::connector(&kind.driver).map(connect::Connector::dialect),
            is_of_datasets: kind.driver == SHELF_DRIVER,
            own_schema: own_schema_of(tx, &kind.id, &kind.driver).await?,
            domain: kind.domain,
            columns: BTreeMap::new(),
        };
        if let Some(script) = script {
            tables.load_columns(tx, &script.to_lowercase()).await?;
        }
        Ok(tables)
    }

    async fn load_columns(&mut self, tx: &mut Tx, script: &str) -> Result<(), Problem> {
        let is_named = |name: &str| script.contains(&name.to_lowercase());
        if self.is_of_datasets {
            for (name, spec) in tx.dataset_specs(&self.domain).await? {
                // Of one that cannot be read, no columns are known.
                let spec = spec.ok().filter(|_| is_named(&name));
                if let Some(spec) = spec {
                    let columns = spec.written().map(|field| field.column.clone()).collect();
                    self.columns.insert(AssetPath::dataset(&self.domain, &name), columns);
                }
            }
            return Ok(());
        }
        for table in tx.known_tables(&self.source).await? {
            // Its schema may be left out.
            if is_named(table.rsplit('.').next().unwrap_or(&table)) {
                let path = AssetPath::Table { source: self.source.clone(), table };
                let columns = tx.known_columns(&path).await?;
                self.columns.insert(path, columns);
            }
        }
        Ok(())
    }

    /// The asset that a table is.
    pub(super) fn asset(&self, table: &TableRef) -> AssetPath {
        let path = if self.is_of_datasets {
            AssetPath::dataset(&self.domain, &table.name)
        } else {
            AssetPath::table_in(&self.source, table, &self.own_schema)
        };
        if self.columns.contains_key(&path) || !matches!(self.dialect, Some(Dialect::Sqlite | Dialect::Mysql)) {
            return path;
        }
        // These two may take letters of another case for the same name.
        let mut alike = self.columns.keys().filter(|known| known.name().eq_ignore_ascii_case(path.name()));
        match (alike.next(), alike.next()) {
            (Some(known), None) => known.clone(),
            _ => path,
        }
    }

    /// A hash of the columns that are known; empty where none are.
    pub(super) fn stamp(&self) -> String {
        let known: Vec<(String, &Vec<String>)> =
            self.columns.iter().filter(|(_, columns)| !columns.is_empty()).map(|(path, columns)| (path.to_string(), columns)).collect();
        if known.is_empty() {
            return String::new();
        }
        stamp(known.iter().flat_map(|(path, columns)| std::iter::once(path.as_str()).chain(columns.iter().map(String::as_str))))
    }
}

impl lineage::Columns for Tables {
    fn columns(&self, table: &TableRef) -> Option<Vec<String>> {
        self.columns.get(&self.asset(table)).filter(|columns| !columns.is_empty()).cloned()
    }
}

/// The schema that the settings of a source name or mean.
async fn own_schema_of(tx: &mut Tx, source_id: &str, driver: &str) -> Result<String, Problem> {
    let Some((_, config)) = tx.source_settings(source_id).await?.into_iter().next() else { return Ok(String::new()) };
    // Settings that cannot be read are told where the source is asked; here they name no schema.
    let config: BTreeMap<String, String> = serde_json::from_str(&config).unwrap_or_default();
    Ok(own_schema(driver, |key| config.get(key).map(|value| value.trim()).unwrap_or_default()).to_owned())
}

#[cfg(test)]
impl Tables {
    /// Tables for tests: each with its columns.
    pub(super) fn known(source: &str, dialect: Dialect, tables: &[(&str, &[&str])]) -> Self {
        let columns = tables.iter().map(|(table, columns)| {
            let path = AssetPath::Table { source: source.to_owned(), table: (*table).to_owned() };
            (path, columns.iter().map(|column| (*column).to_owned()).collect())
        });
        Self { source: source.to_owned(), domain: "travel".into(), dialect: Some(dialect), columns: columns.collect(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_the_asset_that_the_catalogue_knows() {
        let mut tables = Tables::known("db", Dialect::Sqlite, &[("Flights", &["id"])]);
        tables.own_schema = "public".into();
        let table = |schema: &str, name: &str| TableRef { schema: schema.into(), name: name.into() };
        assert_eq!(tables.asset(&table("", "flights")).to_string(), "table:db/Flights");
        assert_eq!(tables.asset(&table("public", "planes")).to_string(), "table:db/planes");
        assert_eq!(tables.asset(&table("other", "planes")).to_string(), "table:db/other.planes");
        assert_eq!(lineage::Columns::columns(&tables, &table("", "FLIGHTS")), Some(vec!["id".into()]));
        tables.dialect = Some(Dialect::Postgres);
        assert_eq!(tables.asset(&table("", "flights")).to_string(), "table:db/flights");
        tables.is_of_datasets = true;
        assert_eq!(tables.asset(&table("", "hangar")).to_string(), "dataset:travel/hangar");
        assert_ne!(tables.stamp(), Tables::known("db", Dialect::Sqlite, &[("Flights", &["x"])]).stamp());
        assert_eq!(Tables::known("db", Dialect::Sqlite, &[("Flights", &[])]).stamp(), "");
    }
}
