//! Server functions of datasets.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::dataset::{Compression, IntoTable, StoreKind};
use model::gates::Gates;
use model::incremental::Backfill;
use model::job::{Cron, JobSpec};
use model::list::{ListPage, ListQuery};
use model::mapping::Mapping;
#[cfg(feature = "ssr")]
use model::number::FormNumbers;
use model::number::Typed;
use model::rejected::RejectedRowView;
use model::snapshot::Environment;
#[cfg(feature = "ssr")]
use model::table::TableRef;
use model::view::{DatasetSaved, DatasetView, MappingPreview, NextTime, ZoneView};
use serde::{Deserialize, Serialize};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "datasets")]
pub async fn datasets() -> Result<Vec<DatasetView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.datasets(&caller).await?)
}

/// One page of the list.
#[server(prefix = "/fn", endpoint = "list-datasets", input = Json)]
pub async fn list_datasets(#[server(default)] query: ListQuery) -> Result<ListPage<DatasetView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_datasets(&caller, &query).await?)
}

#[server(prefix = "/fn", endpoint = "dataset")]
pub async fn dataset(domain: String, name: String) -> Result<DatasetView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.dataset(&caller, &domain, &name).await?)
}

/// Whether there is a Redis to keep datasets and answers in.
#[server(prefix = "/fn", endpoint = "has-redis")]
pub async fn has_redis() -> Result<bool, PortalError> {
    let (control, _) = crate::session::asker().await?;
    Ok(control.has_redis())
}

/// What the form of a new dataset sends; without key columns it takes the table's own key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewDatasetForm {
    pub domain: String,
    pub name: String,
    pub source: String,
    pub table: String,
    pub key: Vec<String>,
    pub store: StoreKind,
    pub compression: Compression,
    pub into: Option<IntoTable>,
    pub mapping: Mapping,
}

#[server(prefix = "/fn", endpoint = "new-dataset", input = Json)]
pub async fn new_dataset(form: NewDatasetForm, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let NewDatasetForm { domain, name, source, table, key, store, compression, into, mapping } = form;
    let table = TableRef::new(table);
    let environment = Environment::Prod;
    let new = control::datasets::NewDataset { domain, name, source, table, key, store, compression, into, mapping, environment };
    control.new_dataset(&caller, &new).await?;
    crate::session::go_to(&format!("/datasets/{}/{}", new.domain, new.name));
    Ok(())
}

/// Says what becomes of a dataset's rows from its next build on, or asks for it where live APIs read the dataset.
#[server(prefix = "/fn", endpoint = "set-mapping", input = Json)]
pub async fn set_mapping(domain: String, name: String, mapping: Mapping) -> Result<DatasetSaved, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.set_mapping(&caller, &domain, &name, &mapping).await?)
}

/// Ten rows of a table as a mapping makes them.
#[server(prefix = "/fn", endpoint = "preview-mapping", input = Json)]
pub async fn preview_mapping(source: String, table: String, mapping: Mapping) -> Result<MappingPreview, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let asked = control::datasets::PreviewMapping { source, table: TableRef::new(table), mapping, environment: Environment::Prod };
    Ok(control.preview_mapping(&caller, &asked).await?)
}

#[server(prefix = "/fn", endpoint = "build-dataset")]
pub async fn build_dataset(domain: String, name: String, environment: Environment) -> Result<i64, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.build_dataset(&caller, &domain, &name, environment).await?)
}

/// Says what a build must pass before it goes live; `numbers` are those of the form as they were typed.
#[server(prefix = "/fn", endpoint = "set-gates", input = Json)]
pub async fn set_gates(domain: String, name: String, gates: Gates, #[server(default)] numbers: Typed) -> Result<DatasetSaved, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let mut gates = gates;
    let mut read = FormNumbers::of(&numbers);
    gates.take_numbers(&mut read);
    read.finish(Vec::new)?;
    Ok(control.set_gates(&caller, &domain, &name, &gates).await?)
}

/// Says when and how a dataset is made anew; `numbers` are those of the form as they were typed.
#[server(prefix = "/fn", endpoint = "set-job", input = Json)]
pub async fn set_job(domain: String, name: String, spec: JobSpec, #[server(default)] numbers: Typed) -> Result<DatasetSaved, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let mut spec = spec;
    let mut read = FormNumbers::of(&numbers);
    spec.take_numbers(&mut read);
    read.finish(|| spec.errors())?;
    Ok(control.set_job(&caller, &domain, &name, &spec).await?)
}

#[server(prefix = "/fn", endpoint = "pause-job")]
pub async fn pause_job(domain: String, name: String, paused: bool) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.pause_job(&caller, &domain, &name, paused).await?)
}

#[server(prefix = "/fn", endpoint = "stop-run")]
pub async fn stop_run(domain: String, name: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.stop_run(&caller, &domain, &name).await?)
}

/// The first rows of a data version that could not be taken.
#[server(prefix = "/fn", endpoint = "dirty-rows")]
pub async fn rejected_rows(domain: String, name: String, version: i64) -> Result<Vec<RejectedRowView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.rejected_rows(&caller, &domain, &name, version, "").await?)
}

/// Tries all of them again; gives how many they are.
#[server(prefix = "/fn", endpoint = "try-again")]
pub async fn try_again(domain: String, name: String, version: i64) -> Result<u64, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.try_rejected_rows_again(&caller, &domain, &name, version).await?)
}

/// Has a range of a followed table read again.
#[server(prefix = "/fn", endpoint = "read-again", input = Json)]
pub async fn read_again(domain: String, name: String, version: i64, wanted: Backfill) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.backfill(&caller, &domain, &name, version, &wanted).await?)
}

/// When a pattern would come next, by the clocks of its own zone.
#[server(prefix = "/fn", endpoint = "next-times", input = Json)]
pub async fn next_times(cron: Cron) -> Result<Vec<NextTime>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.next_times(&caller, &cron).await?)
}

/// The time zones to choose from.
#[server(prefix = "/fn", endpoint = "time-zones")]
pub async fn time_zones() -> Result<Vec<ZoneView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.time_zones(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "switch-dataset")]
pub async fn switch_dataset(domain: String, name: String, version: i64, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    Ok(control.switch_dataset(&caller, &domain, &name, version).await?)
}
