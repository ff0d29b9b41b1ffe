//! Which datasets there are, and everything about one.

use connect::registry;
use model::dataset::{DataVersionState, DatasetSpec, SHELF_DRIVER};
use model::list::{ListPage, ListQuery};
use model::reconcile::ComparedView;
use model::snapshot::{Environment, SnapshotDataset};
use model::spec::{ApiBody, Query, SqlBody};
use model::view::{DataVersionView, DatasetView, IncrementalView};
use model::{Action, ApiSpec, Problem};
use store::{ComparisonRow, DataVersionRow, DatasetRow, IncrementalRow, StoreError};

use crate::apis::Inventory;
use crate::failure::api_spec;
use crate::listing::Listing;
use crate::{Caller, Control};

/// Comparisons that are shown.
const COMPARED: i64 = 60;

/// Datasets with what there is to see of each, or why nothing of it can be seen.
pub(crate) type EachDataset = Vec<(DatasetRow, Result<DatasetView, Problem>)>;

/// What the list of datasets is searched, filtered and sorted by.
struct Listed {
    row: DatasetRow,
    spec: DatasetSpec,
    owner: String,
}

const DATASETS: Listing<Listed> = Listing {
    texts: |listed| {
        vec![
            listed.row.domain.as_str(),
            listed.row.name.as_str(),
            listed.spec.source.as_str(),
            listed.spec.table.name.as_str(),
            listed.owner.as_str(),
        ]
    },
    orders: &[
        ("dataset", |a, b| (&a.row.domain, &a.row.name).cmp(&(&b.row.domain, &b.row.name))),
        ("source", |a, b| (&a.spec.source, &a.spec.table.name).cmp(&(&b.spec.source, &b.spec.table.name))),
        ("store", |a, b| a.spec.store.key().cmp(b.spec.store.key())),
    ],
    filters: &[("domain", |listed, domain| listed.row.domain == domain), ("store", |listed, store| listed.spec.store.key() == store)],
};

impl Control {
    /// The datasets of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn datasets(&self, caller: &Caller) -> Result<Vec<DatasetView>, Problem> {
        let inventory = self.inventory().await?;
        self.each_dataset(caller, &inventory).await?.into_iter().map(|(_, view)| view).collect()
    }

    /// One page of them. The job and the data versions of those that are shown alone are read.
    ///
    /// # Errors
    /// Where the metadata does not answer; a definition that cannot be read.
    pub async fn list_datasets(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<DatasetView>, Problem> {
        let inventory = self.inventory().await?;
        let mut listed = Vec::new();
        for row in self.store.datasets().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            listed.push(Listed { spec: row.definition()?, owner: inventory.email(&row.owner_id), row });
        }
        let ListPage { rows, extent } = DATASETS.page(listed, query);
        let shelves = self.shelves().await?;
        let mut views = Vec::with_capacity(rows.len());
        for listed in &rows {
            views.push(self.dataset_view(&listed.row, &inventory, &shelves).await?);
        }
        Ok(ListPage { rows: views, extent })
    }

    /// Each dataset of the caller's domains by itself: one whose definition cannot be read hides none of the others.
    pub(crate) async fn each_dataset(&self, caller: &Caller, inventory: &Inventory) -> Result<EachDataset, Problem> {
        let shelves = self.shelves().await?;
        let mut views = Vec::new();
        for row in self.store.datasets().await? {
            if caller.can(Action::See, &row.domain) {
                let view = self.dataset_view(&row, inventory, &shelves).await;
                views.push((row, view));
            }
        }
        Ok(views)
    }

    /// One dataset with its dataset versions.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn dataset(&self, caller: &Caller, domain: &str, name: &str) -> Result<DatasetView, Problem> {
        let row = self.visible_dataset(caller, domain, name).await?;
        self.dataset_view(&row, &self.inventory().await?, &self.shelves().await?).await
    }

    /// The sources that are made of datasets.
    async fn shelves(&self) -> Result<Vec<String>, Problem> {
        let sources = self.store.sources().await?;
        Ok(sources.into_iter().filter(|source| source.driver == SHELF_DRIVER).map(|source| source.name).collect())
    }

    pub(crate) async fn visible_dataset(&self, caller: &Caller, domain: &str, name: &str) -> Result<DatasetRow, Problem> {
        let missing = || Problem::not_found(format!("dataset {domain}/{name}"));
        if !caller.can(Action::See, domain) {
            return Err(missing());
        }
        self.store.dataset(domain, name).await?.ok_or_else(missing)
    }

    async fn dataset_view(&self, row: &DatasetRow, inventory: &Inventory, shelves: &[String]) -> Result<DatasetView, Problem> {
        let (job, versions) = self.job_view(row).await?;
        let spec = row.definition()?;
        let driver = self.driver_of(&spec.source).await?;
        Ok(DatasetView {
            domain: row.domain.clone(),
            name: row.name.clone(),
            owner: inventory.email(&row.owner_id),
            created_at: row.created_at,
            spec,
            feeds: registry::feeds(&driver),
            has_marks: registry::has_marks(&driver),
            versions: self.version_views(&versions).await?,
            apis: served_from(inventory, shelves, row)?,
            job,
            waiting: self.waiting_change(row, inventory).await?,
        })
    }

    async fn version_views(&self, rows: &[DataVersionRow]) -> Result<Vec<DataVersionView>, Problem> {
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let is_live = row.state == DataVersionState::Live.key();
            let incremental_sync = if is_live { self.store.incremental_sync(&row.id).await? } else { None };
            let incremental_sync = incremental_sync.map(incremental_view).transpose()?;
            let compared = if is_live { self.store.comparisons_of(&row.id, COMPARED).await? } else { Vec::new() };
            let compared: Result<Vec<_>, StoreError> = compared.into_iter().map(compared_view).collect();
            let view = compared.and_then(|compared| Ok(DataVersionView { compared, ..version_view(row, incremental_sync)? }));
            views.push(view?);
        }
        Ok(views)
    }

    /// The live dataset versions of all datasets, for gateways.
    pub(crate) async fn live_datasets(&self) -> Result<Vec<SnapshotDataset>, Problem> {
        let datasets = self.store.datasets().await?;
        let live = self.store.data_versions_in(DataVersionState::Live.key()).await?;
        Ok(live.iter().filter_map(|version| snapshot_of(datasets.iter().find(|row| row.id == version.dataset_id)?, version)).collect())
    }

    /// The live dataset version of one dataset.
    pub(crate) async fn live_dataset(
        &self,
        domain: &str,
        name: &str,
        environment: Environment,
    ) -> Result<Option<SnapshotDataset>, Problem> {
        let live = self.live_datasets().await?;
        Ok(live.into_iter().find(|dataset| dataset.domain == domain && dataset.name == name && dataset.environment == environment))
    }
}

fn incremental_view(row: IncrementalRow) -> Result<IncrementalView, StoreError> {
    Ok(IncrementalView { figures: row.decoded_figures()?, reason: row.reason, going: row.worker.is_some() })
}

fn version_view(row: &DataVersionRow, incremental_sync: Option<IncrementalView>) -> Result<DataVersionView, StoreError> {
    Ok(DataVersionView {
        number: row.number,
        environment: row.decoded_environment()?,
        state: row.decoded_state()?,
        figures: row.decoded_figures()?,
        reason: row.reason.clone(),
        asked_by: row.asked_by.clone(),
        asked_at: row.asked_at,
        finished_at: row.finished_at,
        incremental_sync,
        compared: Vec::new(),
    })
}

fn compared_view(row: ComparisonRow) -> Result<ComparedView, StoreError> {
    Ok(ComparedView { at: row.at, finished_at: row.finished_at, figures: row.decoded_figures()?, reason: row.reason })
}

fn snapshot_of(dataset: &DatasetRow, version: &DataVersionRow) -> Option<SnapshotDataset> {
    let what = format_args!("version {} of the dataset {}/{}", version.number, dataset.domain, dataset.name);
    // Only what is served from it is told to be broken: the gateways go on with all else.
    let left_out = |error: &StoreError| tracing::error!(cause = %error, "a live dataset version is left out of the snapshot");
    let spec: DatasetSpec = store::decode(&version.spec, &what).inspect_err(left_out).ok()?;
    let environment = version.decoded_environment().inspect_err(left_out).ok()?;
    Some(SnapshotDataset {
        id: dataset.id.clone(),
        domain: dataset.domain.clone(),
        name: dataset.name.clone(),
        environment,
        store: spec.store,
        version: version.number,
        version_id: version.id.clone(),
        key: spec.key,
        register: spec.register,
    })
}

/// The APIs whose newest version, or a live one, is served from a dataset, or asks it by form through a source of datasets.
///
/// # Errors
/// A definition that cannot be read: nobody knows whether it is.
fn served_from(inventory: &Inventory, shelves: &[String], dataset: &DatasetRow) -> Result<Vec<String>, Problem> {
    let asks = |spec: &ApiSpec| {
        let joined = match &spec.body {
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => form.joins.iter().map(|join| &join.table).collect(),
            _ => Vec::new(),
        };
        shelves.contains(&spec.source) && spec.table().into_iter().chain(joined).any(|table| table.name == dataset.name)
    };
    let mut found = Vec::new();
    for api in inventory.apis.iter().filter(|api| api.domain == dataset.domain) {
        let live = Environment::ALL.into_iter().filter_map(|environment| inventory.live(&api.id, environment));
        for version in live.chain(inventory.versions_of(&api.id).next()) {
            let spec = api_spec(api, version)?;
            if spec.serve_from.dataset() == Some(dataset.name.as_str()) || asks(&spec) {
                found.push(format!("{}/{}", api.domain, api.name));
                break;
            }
        }
    }
    Ok(found)
}
