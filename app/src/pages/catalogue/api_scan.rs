//! Server functions of what of a source is in the catalogue, and of what its scans ask people.

use leptos::prelude::*;
use model::snapshot::Environment;
use model::view::{ScanChoices, SourceScanView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "source-scan")]
pub async fn source_scan(source: String) -> Result<Option<SourceScanView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.source_scan(&caller, &source).await?)
}

/// What can be chosen: the source is asked.
#[server(prefix = "/fn", endpoint = "scan-choices")]
pub async fn choices_of_scan(source: String, environment: Environment) -> Result<ScanChoices, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.scan_choices(&caller, &source, environment).await?)
}

/// Registers tables of a source in bulk. No table means all of them.
#[server(prefix = "/fn", endpoint = "set-source-scan")]
pub async fn set_source_scan(
    source: String,
    #[server(default)] edit: String,
    environment: Environment,
    #[server(default)] schemas: Vec<String>,
    #[server(default)] tables: Vec<String>,
    #[server(default)] every_minutes: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let edit = if edit.is_empty() { None } else { Some(super::reading::edit(&edit)?) };
    let tables = super::reading::tables(&tables, &schemas);
    let every_minutes = super::reading::minutes(&every_minutes)?;
    let spec = model::catalogue::ScanSpec { environment, schemas, tables, every_minutes };
    Ok(control.set_source_scan(&caller, &source, &control::catalogue::ScanInput { edit, spec }).await?)
}

#[server(prefix = "/fn", endpoint = "scan-source")]
pub async fn scan_source(source: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.scan_source_now(&caller, &source).await?)
}

/// Applies or discards a scan that found far fewer tables than are known. `found_at` says which one was looked at.
#[server(prefix = "/fn", endpoint = "decide-held-scan")]
pub async fn decide_held_scan(source: String, accept: bool, found_at: i64) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let input = control::catalogue::HeldScanInput { accept, found_at };
    Ok(control.decide_held_scan(&caller, &source, &input).await?)
}

/// Says whether a column that appeared is one that vanished.
#[server(prefix = "/fn", endpoint = "decide-column-rename")]
pub async fn decide_column_rename(id: String, accept: bool) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let input = control::catalogue::ColumnRenameInput { id, accept };
    Ok(control.decide_column_rename(&caller, &input).await?)
}
