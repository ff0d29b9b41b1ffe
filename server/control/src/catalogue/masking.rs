//! Masking by tag: the one place that decides which values of rows nobody sees in the portal and over `/admin/v1`. Every use case that
//! shows a value of a row asks here first; docs/masking.md has the list of them, and `server/tests/it/catalogue_masking.rs` asks each one.

use std::collections::BTreeSet;

use model::catalogue::{ApiMasks, AssetPath, MaskedTable, Masks, masks_of_api, masks_of_dataset, masks_of_union};
use model::dataset::DatasetSpec;
use model::form::QueryForm;
use model::snapshot::Environment;
use model::spec::{ApiBody, Query, SqlBody};
use model::table::TableRef;
use model::union::{MAX_DEPTH, Step};
use model::{ApiSpec, Problem};

use crate::Control;
use crate::apis::Beside;

impl Control {
    /// The masked ones among the columns of a table of a source.
    pub(crate) async fn masks_of_table(&self, source: &str, table: &TableRef, columns: &[&str]) -> Result<Masks, Problem> {
        let mut tables: BTreeSet<String> = self.store.tables_meant(source, table).await?.into_iter().collect();
        // One that no scan has found has the tags of its source.
        tables.insert(table.path());
        let of = |table: String| AssetPath::Table { source: source.to_owned(), table };
        let paths = tables.into_iter().map(of).flat_map(|table| columns.iter().map(move |column| table.column(column)));
        self.masked_columns(paths.collect()).await
    }

    async fn masked_columns(&self, paths: Vec<AssetPath>) -> Result<Masks, Problem> {
        if paths.is_empty() {
            return Ok(Masks::default());
        }
        let masked = self.masks_of(&paths).await?;
        Ok(Masks::of(masked.iter().map(|path| path.name().to_owned())))
    }

    /// The masked columns of a dataset: those that are tagged themselves, and those that are made of masked columns of its table.
    pub(crate) async fn masks_of_dataset_named(&self, (domain, name): (&str, &str), spec: &DatasetSpec) -> Result<Masks, Problem> {
        let dataset = AssetPath::dataset(domain, name);
        let own = self.masked_columns(spec.written().map(|field| dataset.column(&field.column)).collect()).await?;
        Ok(own.and(self.masks_of_made(spec).await?))
    }

    /// The columns of a dataset that are made of masked columns of its table, whether the dataset is there yet or not.
    pub(crate) async fn masks_of_made(&self, spec: &DatasetSpec) -> Result<Masks, Problem> {
        let fields = spec.mapping.fields(spec);
        let columns: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        Ok(masks_of_dataset(spec, &self.masks_of_table(&spec.source, &spec.table, &columns).await?))
    }

    /// What is masked of a definition that may be no version of an API yet, by the tables, datasets and APIs that it reads.
    pub(crate) async fn masks_of_spec(&self, beside: &Beside<'_>, spec: &ApiSpec) -> Result<ApiMasks, Problem> {
        if spec.union().is_some() { self.masks_of_steps(beside, spec).await } else { self.masks_of_query(beside, spec).await }
    }

    /// The same of one that reads a source or a dataset itself.
    async fn masks_of_query(&self, beside: &Beside<'_>, spec: &ApiSpec) -> Result<ApiMasks, Problem> {
        let mut tables = Vec::new();
        match &spec.body {
            ApiBody::Kv(kv) => {
                let read = spec.fields.iter().map(|field| field.column.as_str());
                let columns: Vec<&str> = read.chain(kv.key.iter().map(String::as_str)).collect();
                let mut masks = self.masks_of_table(&spec.source, &kv.table, &columns).await?;
                if let Some(name) = spec.serve_from.dataset()
                    && let Some(dataset) = self.dataset_spec(beside.domain, name).await?
                {
                    masks = masks.and(self.masks_of_dataset_named((beside.domain, name), &dataset).await?);
                }
                tables.push(MaskedTable { table: kv.table.clone(), columns: masks });
            }
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
                let columns = named_columns(form);
                for table in std::iter::once(&form.table).chain(form.joins.iter().map(|join| &join.table)) {
                    let masks = self.masks_of_table(&spec.source, table, &columns).await?;
                    tables.push(MaskedTable { table: table.clone(), columns: masks });
                }
            }
            ApiBody::Sql(SqlBody { query: Query::Script(sql), .. }) => tables = self.masked_tables_in(&spec.source, sql).await?,
            ApiBody::Union(_) => {}
        }
        Ok(masks_of_api(spec, &tables))
    }

    /// The tables of a source that a script may read, with all their masked columns.
    async fn masked_tables_in(&self, source: &str, sql: &str) -> Result<Vec<MaskedTable>, Problem> {
        let sql = sql.to_lowercase();
        let mut tables = Vec::new();
        for path in self.store.tables_of_source(source).await? {
            let bare = path.rsplit('.').next().unwrap_or(&path);
            if !sql.contains(&bare.to_lowercase()) {
                continue;
            }
            let asset = AssetPath::Table { source: source.to_owned(), table: path.clone() };
            let columns = self.store.column_names(&asset.to_string()).await?;
            let columns = self.masked_columns(columns.iter().map(|column| asset.column(column)).collect()).await?;
            tables.push(MaskedTable { table: TableRef::new(path), columns });
        }
        Ok(tables)
    }

    /// What is masked of a Union: the fields that its steps mask, those of Unions below it too.
    async fn masks_of_steps(&self, beside: &Beside<'_>, spec: &ApiSpec) -> Result<ApiMasks, Problem> {
        let (mut known, mut waiting, mut unions) = (BTreeSet::new(), apis_of(spec), Vec::new());
        let mut masks = Masks::default();
        while let Some(name) = waiting.pop() {
            if !known.insert(name.clone()) {
                continue;
            }
            let Some(of) = self.live_spec(beside, &name).await? else { continue };
            masks = masks.and(self.own_masks((beside.domain, &name), &of).await?.fields);
            if of.union().is_some() {
                waiting.extend(apis_of(&of));
                unions.push(of);
            } else {
                masks = masks.and(self.masks_of_query(beside, &of).await?.fields);
            }
        }
        // A Union masks the names that it gives to what its steps mask. After as many rounds as they are deep, none are added any more.
        for _ in 0..MAX_DEPTH {
            let below = masks.clone();
            masks = unions.iter().fold(masks, |masks, union| masks.and(masks_of_union(union, |_| below.clone()).fields));
        }
        Ok(masks_of_union(spec, |_| masks.clone()))
    }

    /// What is masked of an API by tags on its own fields. A parameter has the tags of the field of its name.
    async fn own_masks(&self, (domain, name): (&str, &str), spec: &ApiSpec) -> Result<ApiMasks, Problem> {
        let api = AssetPath::api(domain, name);
        let fields = self.masked_columns(spec.fields.iter().map(|field| api.column(&field.name)).collect()).await?;
        Ok(ApiMasks { parameters: fields.clone(), fields })
    }

    /// What is masked of an API: by tags on its own fields, and by what it reads, in whichever environment that is live.
    pub(crate) async fn masks_of_version(&self, (domain, name): (&str, &str), spec: &ApiSpec) -> Result<ApiMasks, Problem> {
        let mut masks = self.own_masks((domain, name), spec).await?;
        // A Union alone reads other things in each environment.
        for environment in Environment::ALL.into_iter().take(if spec.union().is_some() { Environment::ALL.len() } else { 1 }) {
            let beside = Beside { domain, environment, planned: &[] };
            masks = masks.and(self.masks_of_spec(&beside, spec).await?);
        }
        Ok(masks)
    }
}

/// The APIs that a Union calls.
fn apis_of(spec: &ApiSpec) -> Vec<String> {
    spec.union().into_iter().flat_map(|union| &union.steps).flat_map(Step::apis).map(str::to_owned).collect()
}

/// The names of all columns that a form names, without the names of their joins.
fn named_columns(form: &QueryForm) -> Vec<&str> {
    let selected = form.select.iter().map(|selected| selected.column.as_str());
    let compared = form.conditions().map(|filter| filter.column.as_str());
    let joined = form.joins.iter().flat_map(|join| &join.on).flat_map(|on| [on.left.as_str(), on.right.as_str()]);
    let names: BTreeSet<&str> =
        selected.chain(compared).chain(joined).flat_map(|name| [name, name.split_once('.').map_or(name, |(_, own)| own)]).collect();
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use model::form::{Filter, Join, JoinOn, Selected};

    use super::*;

    #[test]
    fn all_columns_that_a_form_names_are_looked_at() {
        let selected = |column: &str| Selected { column: column.into(), ..Selected::default() };
        let filter = Filter { column: "p.email".into(), ..Filter::default() };
        let join = Join { on: vec![JoinOn { left: "owner".into(), right: "id".into() }], ..Join::default() };
        let form =
            QueryForm { select: vec![selected("tailnum"), selected("")], filters: vec![filter], joins: vec![join], ..QueryForm::default() };
        assert_eq!(named_columns(&form), ["email", "id", "owner", "p.email", "tailnum"]);
    }
}
