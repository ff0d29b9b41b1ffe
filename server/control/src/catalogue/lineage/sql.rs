//! The SQL behind an asset, for those who may read it.

use connect::registry;
use model::catalogue::AssetPath;
use model::dataset::DatasetSpec;
use model::mapping::Of;
use model::view::LineageSql;
use model::{Action, ApiSpec, Problem};

use crate::failure::api_spec;
use crate::{Caller, Control};

impl Control {
    /// The statements of the live versions of an API, or the expressions of a dataset's columns. Other assets have none.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see; for those who may read SQL.
    pub async fn lineage_sql(&self, caller: &Caller, path: &AssetPath) -> Result<Vec<LineageSql>, Problem> {
        let row = self.visible_asset(caller, path).await?;
        caller.authorise(Action::SeeSql, &row.domain)?;
        match row.decoded_path()? {
            AssetPath::Api { domain, name } => self.sql_of_api(caller, (&domain, &name)).await,
            AssetPath::Dataset { domain, name } | AssetPath::Job { domain, name } => {
                let spec: DatasetSpec = self.visible_dataset(caller, &domain, &name).await?.definition()?;
                Ok(expressions(&spec))
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn sql_of_api(&self, caller: &Caller, (domain, name): (&str, &str)) -> Result<Vec<LineageSql>, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        let mut sql: Vec<LineageSql> = Vec::new();
        for release in self.store.releases_of(&api.id).await?.iter().rev() {
            let Some(version) = self.store.version(&release.version_id).await? else { continue };
            let spec = api_spec(&api, &version)?;
            let of = format!("v{}", version.number);
            let is_known = sql.iter().any(|known| known.of == of);
            // What a dataset serves, and what other APIs give, has no statement.
            if is_known || spec.union().is_some() || spec.serve_from.dataset().is_some() {
                continue;
            }
            sql.push(LineageSql { of, sql: self.statement_of(&spec).await? });
        }
        Ok(sql)
    }

    async fn statement_of(&self, spec: &ApiSpec) -> Result<String, Problem> {
        let driver = self.driver_of(&spec.source).await?;
        let dialect = registry::connector(&driver).map(connect::Connector::dialect);
        let dialect = dialect.ok_or_else(|| Problem::not_found(format!("source {}", spec.source)))?;
        Ok(spec.script(dialect))
    }
}

fn expressions(spec: &DatasetSpec) -> Vec<LineageSql> {
    let made = spec.mapping.columns.iter().filter_map(|made| match &made.of {
        Of::Expression(sql) => Some(LineageSql { of: made.name.clone(), sql: sql.clone() }),
        Of::Column(_) | Of::Constant(_) => None,
    });
    made.collect()
}
