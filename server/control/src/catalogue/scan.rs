//! Scans of sources: what of a source is registered, and what is decided on a scan that found far fewer tables. The worker scans
//! (`sync/catalogue`); both meet in the row of the scan.

use std::collections::{BTreeMap, BTreeSet};

use model::audit::AuditAction;
use model::catalogue::{ScanCounts, ScanState};
use model::snapshot::Environment;
use model::view::{ScanChoices, SourceScanView};
use model::{Action, ErrorCode, FieldError, Problem};
use store::{SourceRow, SourceScanRow, StoreError};

use super::inputs::{HeldScanInput, ScanInput};
use crate::failure::{from_json, from_source};
use crate::{Caller, Control};

impl Control {
    /// How a source is scanned; nothing where nobody has set that.
    ///
    /// # Errors
    /// Where there is no such source that the caller may see.
    pub async fn source_scan(&self, caller: &Caller, source: &str) -> Result<Option<SourceScanView>, Problem> {
        let source = self.visible_source(caller, source).await?;
        let row = self.store.source_scan(&source.id).await?;
        row.map(|row| view(&source, row)).transpose()
    }

    /// The scans of the sources of the caller's domains, by source.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn source_scans(&self, caller: &Caller) -> Result<Vec<SourceScanView>, Problem> {
        let mut rows: BTreeMap<String, SourceScanRow> =
            self.store.source_scans().await?.into_iter().map(|row| (row.source_id.clone(), row)).collect();
        let sources = self.store.sources().await?.into_iter().filter(|source| caller.can(Action::See, &source.domain));
        sources.filter_map(|source| rows.remove(&source.id).map(|row| view(&source, row))).collect()
    }

    /// The schemas and tables of a source that a scan can choose. Asks the source.
    ///
    /// # Errors
    /// For those who may scan; where the source does not answer.
    pub async fn scan_choices(&self, caller: &Caller, source: &str, environment: Environment) -> Result<ScanChoices, Problem> {
        let row = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditCatalogue, &row.domain)?;
        let resolved = self.resolve_source(source, environment).await?;
        let failed = |error| from_source(source, &error);
        let schemas = resolved.connection.schemas().await.map_err(failed)?;
        let tables = resolved.connection.tables().await.map_err(failed)?;
        let names: BTreeSet<String> = tables.into_iter().map(|info| info.table.path()).collect();
        Ok(ScanChoices { schemas, tables: names.into_iter().collect() })
    }

    /// Sets what of a source is registered and when it is scanned. The first scan begins at once.
    ///
    /// # Errors
    /// Fields out of bounds; settings that somebody else has changed.
    pub async fn set_source_scan(&self, caller: &Caller, source: &str, input: &ScanInput) -> Result<(), Problem> {
        let source = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditCatalogue, &source.domain)?;
        let mut errors = input.spec.errors();
        let bindings = self.store.bindings_of(&source.id).await?;
        if !bindings.iter().any(|binding| binding.environment == input.spec.environment.key()) {
            let message = format!("The source has no settings for {}. Choose the other environment.", input.spec.environment.key());
            errors.push(FieldError::new("environment", message));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let before = self.store.source_scan(&source.id).await?;
        let spec = serde_json::to_string(&input.spec).map_err(|error| from_json(&error))?;
        let now = self.host.now();
        let row = SourceScanRow {
            source_id: source.id.clone(),
            spec: spec.clone(),
            edit: input.edit.unwrap_or(1),
            updated_by: caller.email().into(),
            updated_at: now,
            due_at: Some(now),
            state: ScanState::Waiting.key().into(),
            finished_at: None,
            counts: serde_json::to_string(&ScanCounts::default()).map_err(|error| from_json(&error))?,
            reason: String::new(),
            missing: "[]".into(),
            accepted: None,
            worker: None,
            lease_until: None,
        };
        let mut tx = self.write(caller).await?;
        match input.edit {
            Some(_) => tx.change_source_scan(&row).await?,
            None => tx.insert_source_scan(&row).await.map_err(|error| match error {
                StoreError::Taken => Problem::from(StoreError::Stale),
                other => Problem::from(other),
            })?,
        }
        self.note(&mut tx, AuditAction::ScanSet, (&source.domain, &source.name), before.map(|row| row.spec), Some(spec)).await?;
        self.commit(tx).await
    }

    /// Scans a source as soon as a worker can.
    ///
    /// # Errors
    /// Where nobody has set what of the source is scanned.
    pub async fn scan_source_now(&self, caller: &Caller, source: &str) -> Result<(), Problem> {
        let source = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditCatalogue, &source.domain)?;
        let row = self.scan_row(&source).await?;
        let mut tx = self.write(caller).await?;
        tx.ask_scan(&row.source_id, None).await?;
        self.note(&mut tx, AuditAction::ScanAsked, (&source.domain, &source.name), None, None).await?;
        self.commit(tx).await
    }

    /// Decides on a scan that found far fewer tables than are known: the others are gone, and the source is scanned again; or they stay.
    ///
    /// # Errors
    /// Where the scan is not held, or is another one than was seen.
    pub async fn decide_held_scan(&self, caller: &Caller, source: &str, input: &HeldScanInput) -> Result<(), Problem> {
        let source = self.visible_source(caller, source).await?;
        caller.authorise(Action::EditCatalogue, &source.domain)?;
        let row = self.scan_row(&source).await?;
        let counts = row.decoded_counts()?;
        let mut tx = self.write(caller).await?;
        tx.leave_held_scan(&row.source_id, input.found_at).await.map_err(decided)?;
        if input.accept {
            // With fewer tables than were seen, it is asked again.
            tx.ask_scan(&row.source_id, Some(i64::try_from(counts.found).unwrap_or(i64::MAX))).await?;
        }
        let after = format!("{}: {} of {} tables", if input.accept { "accepted" } else { "refused" }, counts.found, counts.known);
        self.note(&mut tx, AuditAction::ScanDecided, (&source.domain, &source.name), Some(row.reason), Some(after)).await?;
        self.commit(tx).await
    }

    async fn scan_row(&self, source: &SourceRow) -> Result<SourceScanRow, Problem> {
        let row = self.store.source_scan(&source.id).await?;
        row.ok_or_else(|| {
            let detail = format!("Nobody has set what of source {} is scanned. Set its scan first.", source.name);
            Problem::new(ErrorCode::Conflict, detail)
        })
    }
}

fn decided(error: StoreError) -> Problem {
    match error {
        StoreError::Stale => {
            Problem::new(ErrorCode::Conflict, "This scan has already been decided, or the source was scanned again. Load it again.")
        }
        other => Problem::from(other),
    }
}

fn view(source: &SourceRow, row: SourceScanRow) -> Result<SourceScanView, Problem> {
    Ok(SourceScanView {
        source: source.name.clone(),
        domain: source.domain.clone(),
        spec: row.decoded_spec()?,
        edit: row.edit,
        state: row.decoded_state()?,
        counts: row.decoded_counts()?,
        missing: row.decoded_missing()?,
        updated_by: row.updated_by,
        updated_at: row.updated_at,
        due_at: row.due_at,
        finished_at: row.finished_at,
        reason: row.reason,
    })
}
