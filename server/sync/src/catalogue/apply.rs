//! What a scan found, compared with what is known, and written into the catalogue a few tables at a time: other changes of the metadata
//! need not wait for all of a large source.

use std::collections::{HashMap, HashSet};

use model::audit::AuditAction;
use model::catalogue::{AssetField, AssetKind, AssetPath, ScanCounts, ScanSpec, ValueOrigin};
use store::{AssetRow, AssetValueRow, Change, ColumnChanges, ScanEnd, SourceRow, SourceScanRow, StoreError, Tx, columns_are_known};

use super::found::{Found, FoundTable};
use crate::Worker;

/// Who changes the catalogue by a scan.
const ACTOR: &str = "scan";
/// Columns of one transaction, about.
const COLUMNS: usize = 5_000;
/// Tables of one transaction.
const TABLES: usize = 200;

/// What differs between a source and what is known of it.
pub(super) struct Difference<'a> {
    parent: AssetRow,
    /// Tables to be written, with their assets, where they have any.
    changed: Vec<Changed<'a>>,
    /// Known tables that come back, and those that were not found.
    back: Vec<String>,
    missing: Vec<AssetRow>,
    /// Known tables that nobody has chosen any more.
    unchosen: Vec<AssetRow>,
    /// Known tables that were found.
    seen: Vec<String>,
    pub(super) counts: ScanCounts,
}

/// A table that was found, with its asset.
type Changed<'a> = (&'a FoundTable, AssetRow, IsNew);

#[derive(Clone, Copy, PartialEq, Eq)]
enum IsNew {
    Yes,
    No,
}

impl<'a> Difference<'a> {
    /// # Errors
    /// Where the metadata does not answer, or the source is not in the catalogue.
    pub(super) async fn of(worker: &Worker, (source, spec): (&SourceRow, &ScanSpec), found: &'a Found) -> Result<Self, StoreError> {
        let parent = worker.store.asset(&AssetPath::source(&source.name).to_string()).await?.ok_or(StoreError::Stale)?;
        let known = worker.store.assets_of(&parent.id).await?;
        let known: Vec<AssetRow> = known.into_iter().filter(|row| row.kind == AssetKind::Table.key()).collect();
        let by_path: HashMap<&str, &AssetRow> = known.iter().map(|row| (row.path.as_str(), row)).collect();
        let mut difference = Self {
            changed: Vec::new(),
            back: Vec::new(),
            missing: Vec::new(),
            unchosen: Vec::new(),
            seen: Vec::new(),
            counts: ScanCounts { left_out: found.left_out, ..ScanCounts::default() },
            parent,
        };
        let mut paths = HashSet::new();
        for table in &found.tables {
            let path = AssetPath::table(&source.name, &table.table);
            let text = path.to_string();
            match by_path.get(text.as_str()) {
                Some(row) => difference.note_known(worker, row, table).await?,
                None => {
                    let (id, domain) = (worker.host.id(), &source.domain);
                    let row = AssetRow::new(id, &path, Some(difference.parent.id.clone()), domain, worker.host.now());
                    difference.changed.push((table, row, IsNew::Yes));
                }
            }
            paths.insert(text);
        }
        for row in known.iter().filter(|row| row.is_there()) {
            let is_chosen = spec.chooses(&row.name);
            difference.counts.known += u64::from(is_chosen);
            match (paths.contains(&row.path), is_chosen) {
                (true, _) => difference.counts.found += u64::from(is_chosen),
                (false, true) => difference.missing.push(row.clone()),
                (false, false) => difference.unchosen.push(row.clone()),
            }
        }
        Ok(difference)
    }

    async fn note_known(&mut self, worker: &Worker, row: &AssetRow, table: &'a FoundTable) -> Result<(), StoreError> {
        if !row.is_there() {
            self.back.push(row.id.clone());
        }
        self.seen.push(row.id.clone());
        if is_changed(worker, row, table).await? {
            self.changed.push((table, row.clone(), IsNew::No));
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.back.is_empty() && self.missing.is_empty() && self.unchosen.is_empty()
    }

    /// The names of known tables that were not found.
    pub(super) fn missing_names(&self) -> Vec<String> {
        self.missing.iter().map(|row| row.name.clone()).collect()
    }
}

async fn is_changed(worker: &Worker, row: &AssetRow, table: &FoundTable) -> Result<bool, StoreError> {
    let said = worker.store.asset_values_of(std::slice::from_ref(&row.id)).await?;
    let (field, origin) = (AssetField::Description.key(), ValueOrigin::Source.key());
    let is_comment = |value: &&AssetValueRow| value.field == field && value.origin == origin;
    if said.iter().find(is_comment).map(|value| value.value.as_str()).unwrap_or_default() != table.comment {
        return Ok(true);
    }
    let Some(columns) = &table.columns else { return Ok(false) };
    let (known, comments) = (worker.store.assets_of(&row.id).await?, worker.store.comments_of(&row.id).await?);
    Ok(!columns_are_known(&known, &comments, columns))
}

/// Writes what differs, and the end of the scan with the last of it. Gives the tables that were seen.
///
/// # Errors
/// [`StoreError::Stale`] where the scan is another worker's by now; what was written before stays, and is found again.
pub(super) async fn apply(
    worker: &Worker,
    (row, source): (&SourceScanRow, &SourceRow),
    difference: &Difference<'_>,
    end: ScanEnd,
) -> Result<Vec<String>, StoreError> {
    let mut seen = difference.seen.clone();
    seen.push(difference.parent.id.clone());
    if difference.is_empty() {
        worker.store.end_scan(row, &end).await?;
        return Ok(seen);
    }
    let mut counts = end.counts;
    for part in parts(&difference.changed) {
        let mut tx = begin(worker).await?;
        tx.hold_scan(row).await?;
        for (table, asset, is_new) in part {
            counts.new_tables += u64::from(*is_new == IsNew::Yes);
            add(&mut counts, write_table(worker, &mut tx, (source, asset, *is_new), table).await?);
        }
        (worker.announce)(tx.commit().await?);
    }
    let gone: Vec<String> = difference.missing.iter().chain(&difference.unchosen).map(|row| row.id.clone()).collect();
    counts.gone_tables = gone.len() as u64;
    let mut tx = begin(worker).await?;
    tx.end_scan(row, &ScanEnd { counts, ..end }).await?;
    tx.set_tables_back(&difference.back).await?;
    tx.set_tables_gone(&gone).await?;
    let after = store::encode(&counts, &format_args!("the scan of the source {}", source.name))?;
    tx.audit(worker.host.id(), AuditAction::ScanApplied, (&source.domain, &source.name), None, Some(after)).await?;
    (worker.announce)(tx.commit().await?);
    Ok(seen)
}

async fn begin(worker: &Worker) -> Result<Tx, StoreError> {
    worker.store.write(Change { actor: ACTOR.into(), at: worker.host.now(), request_id: String::new() }).await
}

/// Tables in parts that one transaction writes.
fn parts<'a, 'b>(tables: &'b [Changed<'a>]) -> Vec<&'b [Changed<'a>]> {
    let (mut parts, mut start, mut columns) = (Vec::new(), 0, 0);
    for (index, (table, ..)) in tables.iter().enumerate() {
        columns += table.columns.as_ref().map_or(0, Vec::len);
        if columns >= COLUMNS || index + 1 - start >= TABLES || index + 1 == tables.len() {
            parts.push(&tables[start..=index]);
            (start, columns) = (index + 1, 0);
        }
    }
    parts
}

async fn write_table(
    worker: &Worker,
    tx: &mut Tx,
    (source, asset, is_new): (&SourceRow, &AssetRow, IsNew),
    table: &FoundTable,
) -> Result<ColumnChanges, StoreError> {
    if is_new == IsNew::Yes {
        tx.insert_assets(std::slice::from_ref(asset)).await?;
    }
    tx.put_asset_value(&asset.id, (AssetField::Description, ValueOrigin::Source), &table.comment, &source.name).await?;
    match &table.columns {
        Some(columns) => tx.put_columns(asset, columns, (&|| worker.host.id(), &source.name)).await,
        None => Ok(ColumnChanges::default()),
    }
}

fn add(counts: &mut ScanCounts, changes: ColumnChanges) {
    counts.new_columns += changes.new;
    counts.gone_columns += changes.gone;
    counts.renamed_columns += changes.renamed;
    counts.retyped_columns += changes.retyped;
    counts.offered += changes.offered;
}

#[cfg(test)]
mod tests {
    use model::catalogue::ColumnSeen;
    use model::table::TableRef;
    use store::ColumnInput;

    use super::*;

    fn table(name: &str, columns: usize) -> FoundTable {
        let column = |index: usize| ColumnInput {
            seen: ColumnSeen { name: format!("c{index}"), data_type: "int".into(), position: i64::try_from(index).unwrap(), number: None },
            about: String::new(),
        };
        FoundTable { table: TableRef::new(name), comment: String::new(), columns: Some((0..columns).map(column).collect()) }
    }

    #[test]
    fn a_large_source_is_written_in_parts_and_none_of_its_tables_is_missed() {
        let tables: Vec<FoundTable> = (0..450).map(|index| table(&format!("t{index}"), if index == 10 { 6_000 } else { 1 })).collect();
        let row = |of: &FoundTable| AssetRow::new(of.table.name.clone(), &AssetPath::table("s", &of.table), None, "travel", 0);
        let changed: Vec<_> = tables.iter().map(|of| (of, row(of), IsNew::Yes)).collect();
        let parts = parts(&changed);
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [11, 200, 200, 39]);
        assert!(super::parts(&[]).is_empty());
    }
}
