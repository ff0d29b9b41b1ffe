//! How the tables of a source are called in the catalogue: those of the schema of its settings without a schema.

use std::collections::HashMap;

use model::Problem;
use model::snapshot::Environment;

use crate::Control;
use crate::failure::settings;

impl Control {
    /// The schema that the settings of each source name or mean, by source; empty for one without schemas. The settings of prod count, or
    /// those of test where there are no others.
    pub(crate) async fn own_schemas(&self) -> Result<HashMap<String, String>, Problem> {
        let sources: HashMap<String, (String, String)> =
            self.store.sources().await?.into_iter().map(|row| (row.id, (row.name, row.driver))).collect();
        let mut schemas = HashMap::new();
        for binding in self.store.bindings().await? {
            let Some((name, driver)) = sources.get(&binding.source_id) else { continue };
            if binding.environment == Environment::Prod.key() || !schemas.contains_key(name) {
                let config = settings(name, &binding.environment, &binding.config)?;
                schemas.insert(
                    name.clone(),
                    own_schema(driver, |key| config.get(key).map(|value| value.trim()).unwrap_or_default()).to_owned(),
                );
            }
        }
        Ok(schemas)
    }
}

/// The setting that is the schema, and what an empty one means.
pub(super) fn own_schema<'a>(driver: &str, setting: impl Fn(&str) -> &'a str) -> &'a str {
    let (key, usual) = match driver {
        "postgres" => ("schema", "public"),
        "mysql" => ("database", ""),
        "clickhouse" => ("database", "default"),
        _ => return "",
    };
    Some(setting(key)).filter(|schema| !schema.is_empty()).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_means_a_schema_where_it_names_none() {
        assert_eq!(own_schema("postgres", |_| ""), "public");
        assert_eq!(own_schema("postgres", |key| if key == "schema" { "sales" } else { "db" }), "sales");
        assert_eq!(own_schema("mysql", |key| if key == "database" { "shop" } else { "" }), "shop");
        assert_eq!(own_schema("files", |_| "x"), "");
    }
}
