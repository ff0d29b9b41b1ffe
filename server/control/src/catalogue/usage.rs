//! How much assets are used: by the requests of the past 30 days.

use std::collections::HashMap;

use model::catalogue::AssetPath;
use model::snapshot::Environment;
use model::spec::{ApiBody, Query};
use model::table::TableRef;
use model::{ApiSpec, Problem};

use crate::Control;
use crate::failure::api_spec;

impl Control {
    /// The requests of the past 30 days of each asset, by its path: of an API and an app their own; of a source, a table and a dataset
    /// those of the live APIs whose definitions name them. What nobody has asked for is not among them.
    pub(crate) async fn usage_of_assets(&self) -> Result<HashMap<String, u64>, Problem> {
        let mut usage = HashMap::new();
        let (apis, apps) = self.requests_of_month().await?;
        if !apis.is_empty() {
            self.add_usage_of_apis(&apis, &mut usage).await?;
        }
        for (app, requests) in apps {
            if let Some((domain, name)) = app.split_once('/') {
                add(&mut usage, &AssetPath::app(domain, name), requests);
            }
        }
        Ok(usage)
    }

    async fn add_usage_of_apis(&self, apis: &HashMap<String, u64>, usage: &mut HashMap<String, u64>) -> Result<(), Problem> {
        let (inventory, schemas) = (self.inventory().await?, self.own_schemas().await?);
        for api in &inventory.apis {
            let Some(requests) = apis.get(&format!("{}/{}", api.domain, api.name)) else { continue };
            add(usage, &AssetPath::api(&api.domain, &api.name), *requests);
            if let Some(version) = inventory.live(&api.id, Environment::Prod).or_else(|| inventory.live(&api.id, Environment::Test)) {
                for read in reads(&api.domain, &api_spec(api, version)?, &schemas) {
                    add(usage, &read, *requests);
                }
            }
        }
        Ok(())
    }
}

fn add(usage: &mut HashMap<String, u64>, path: &AssetPath, requests: u64) {
    let sum = usage.entry(path.to_string()).or_default();
    *sum = sum.saturating_add(requests);
}

/// The assets that the definition of an API names. What is behind the names in a text of SQL, lineage knows.
fn reads(domain: &str, spec: &ApiSpec, schemas: &HashMap<String, String>) -> Vec<AssetPath> {
    if let Some(dataset) = spec.serve_from.dataset() {
        return vec![AssetPath::dataset(domain, dataset)];
    }
    let own_schema = schemas.get(&spec.source).map(String::as_str).unwrap_or_default();
    let table = |table: &TableRef| AssetPath::table_in(&spec.source, table, own_schema);
    let mut read = match &spec.body {
        ApiBody::Union(_) => return Vec::new(),
        ApiBody::Kv(body) => vec![table(&body.table)],
        ApiBody::Sql(body) => match &body.query {
            Query::Form(form) => std::iter::once(&form.table).chain(form.joins.iter().map(|join| &join.table)).map(table).collect(),
            Query::Script(_) => Vec::new(),
        },
    };
    read.push(AssetPath::source(&spec.source));
    read.sort_unstable();
    read.dedup();
    read
}

#[cfg(test)]
mod tests {
    use model::spec::{ApiKind, KvBody, ServeFrom};

    use super::*;

    #[test]
    fn an_api_reads_its_table_and_its_source_or_its_dataset() {
        let body = ApiBody::Kv(KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] });
        let spec = ApiSpec { source: "flights-db".into(), body, ..ApiSpec::empty(ApiKind::Kv) };
        let paths = |spec: &ApiSpec| reads("travel", spec, &HashMap::new()).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(paths(&spec), ["source:flights-db", "table:flights-db/planes"]);
        let served = ApiSpec { serve_from: ServeFrom::Dataset("hangar".into()), ..spec };
        assert_eq!(paths(&served), ["dataset:travel/hangar"]);
        assert!(paths(&ApiSpec::empty(ApiKind::Union)).is_empty());
    }
}
