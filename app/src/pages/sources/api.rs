//! Server functions of sources.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::connector::ConnectorInfo;
use model::list::{ListPage, ListQuery};
use model::load_limits::SourceLoad;
#[cfg(feature = "ssr")]
use model::number::FormNumbers;
use model::number::Typed;
use model::snapshot::Environment;
#[cfg(feature = "ssr")]
use model::table::TableRef;
use model::table::{Sample, TableInfo};
use model::view::{HomeSource, KnownTables, SourceSaved, SourceView};
use serde::{Deserialize, Serialize};

use crate::error::PortalError;

/// The form of a source, as the browser sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceForm {
    pub name: String,
    pub domain: String,
    pub driver: String,
    pub about: String,
    pub edit: Option<i64>,
    /// Settings and secrets together, by environment; the server knows which is which.
    pub bindings: BTreeMap<Environment, BTreeMap<String, String>>,
}

#[server(prefix = "/fn", endpoint = "connectors")]
pub async fn connectors() -> Result<Vec<ConnectorInfo>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.connectors(&caller))
}

/// Says what a source bears of all runs together; `numbers` are those of the form as they were typed.
#[server(prefix = "/fn", endpoint = "set-source-load", input = Json)]
pub async fn set_source_load(name: String, load: SourceLoad, #[server(default)] numbers: Typed) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let mut load = load;
    let mut read = FormNumbers::of(&numbers);
    load.take_numbers(&mut read);
    read.finish(|| load.errors())?;
    Ok(control.set_source_load(&caller, &name, &load).await?)
}

#[server(prefix = "/fn", endpoint = "sources")]
pub async fn sources() -> Result<Vec<SourceView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.sources(&caller).await?)
}

/// One page of the list.
#[server(prefix = "/fn", endpoint = "list-sources", input = Json)]
pub async fn list_sources(#[server(default)] query: ListQuery) -> Result<ListPage<SourceView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_sources(&caller, &query).await?)
}

/// The kinds of source that there are, with their titles.
#[server(prefix = "/fn", endpoint = "source-kinds")]
pub async fn source_kinds() -> Result<Vec<(String, String)>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.source_kinds(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "source")]
pub async fn source(name: String) -> Result<SourceView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.source(&caller, &name).await?)
}

#[server(prefix = "/fn", endpoint = "tables")]
pub async fn tables(source: String, environment: Environment) -> Result<Vec<TableInfo>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.tables(&caller, &source, environment).await?)
}

/// The tables of a source as it told them last, without asking it; of one table alone where that is named.
#[server(prefix = "/fn", endpoint = "known-tables", input = Json)]
pub async fn tables_last_told(
    source: String,
    environment: Option<Environment>,
    table: Option<String>,
) -> Result<Option<KnownTables>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.known_tables(&caller, &source, environment, table.as_deref()).await?)
}

/// The source that the home page offers tables of, without asking it.
#[server(prefix = "/fn", endpoint = "home-source")]
pub async fn offered_source() -> Result<Option<HomeSource>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.home_source(&caller).await?)
}

#[server(prefix = "/fn", endpoint = "sample-table")]
pub async fn sample_table(source: String, table: String, environment: Environment) -> Result<(TableInfo, Sample), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.sample_table(&caller, &source, &TableRef::new(table), environment).await?)
}

#[server(prefix = "/fn", endpoint = "save-source", input = Json)]
pub async fn save_source(form: SourceForm, #[server(default)] form_token: String) -> Result<SourceSaved, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let input = super::form::as_input(&control.connectors(&caller), form);
    Ok(control.save_source(&caller, &input).await?)
}

/// What the user of a source may do that nothing here needs.
#[server(prefix = "/fn", endpoint = "source-rights")]
pub async fn source_rights(source: String, environment: Environment) -> Result<Vec<String>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.source_rights(&caller, &source, environment).await?)
}

#[server(prefix = "/fn", endpoint = "test-source", input = Json)]
pub async fn test_source(form: SourceForm, environment: Environment, #[server(default)] form_token: String) -> Result<String, PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let input = super::form::as_input(&control.connectors(&caller), form);
    Ok(control.test_source(&caller, &input, environment).await?)
}
