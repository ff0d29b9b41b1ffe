//! What a scan found of a source, as the catalogue keeps it.

use std::collections::HashSet;

use connect::{Connection, DescribedTable, SourceError};
use model::catalogue::{ColumnSeen, MAX_DESCRIPTION, ScanSpec, can_be_registered};
use model::table::TableRef;
use store::ColumnInput;

/// The tables of a source that are chosen.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) tables: Vec<FoundTable>,
    /// Tables and columns that cannot be registered.
    pub(super) left_out: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoundTable {
    pub(super) table: TableRef,
    /// What the source says of it; empty for nothing.
    pub(super) comment: String,
    /// Nothing of a table that is there and cannot be read now: its columns stay as they are known.
    pub(super) columns: Option<Vec<ColumnInput>>,
}

/// Asks a source for the tables of the chosen schemas.
///
/// # Errors
/// Where the source does not answer, or has no such schema.
pub(super) async fn look(connection: &dyn Connection, spec: &ScanSpec) -> Result<Found, SourceError> {
    let own = [String::new()];
    let schemas = if spec.schemas.is_empty() { &own[..] } else { &spec.schemas[..] };
    let (mut found, mut names) = (Found::default(), HashSet::new());
    for schema in schemas {
        for table in connection.described(schema).await? {
            if !spec.has(&table.info.table) || !names.insert(table.info.table.clone()) {
                continue;
            }
            if can_be_registered(&table.info.table.path()) {
                found.add(table);
            } else {
                found.left_out += 1;
            }
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, described: DescribedTable) {
        let is_unreadable = described.info.columns.is_empty();
        let mut names = HashSet::new();
        let mut columns = Vec::with_capacity(described.info.columns.len());
        for (column, of) in described.info.columns.into_iter().zip(described.columns) {
            if !can_be_registered(&column.name) || !names.insert(column.name.clone()) {
                self.left_out += 1;
                continue;
            }
            let data_type = if column.native.is_empty() { column.data_type.key().to_owned() } else { text(&column.native) };
            let seen = ColumnSeen { name: column.name, data_type, position: of.position, number: None };
            columns.push(ColumnInput { seen, about: text(&of.comment) });
        }
        self.tables.push(FoundTable {
            table: described.info.table,
            comment: text(&described.comment),
            columns: (!is_unreadable).then_some(columns),
        });
    }
}

/// A text of the source, as it can be kept.
fn text(said: &str) -> String {
    said.trim().chars().filter(|letter| *letter != '\0').take(MAX_DESCRIPTION).collect()
}

#[cfg(test)]
mod tests {
    use connect::DescribedColumn;
    use model::DataType;
    use model::table::{Column, TableInfo};

    use super::*;

    #[test]
    fn what_cannot_be_kept_is_left_out_and_counted() {
        let column =
            |name: &str, native: &str| Column { name: name.into(), data_type: DataType::Int64, nullable: true, native: native.into() };
        let columns = vec![column("a", "bigint"), column("", "bigint"), column("a", "text"), column("b", "")];
        let info = TableInfo { table: TableRef::new("t"), columns, ..TableInfo::default() };
        let mut described = DescribedTable::plain(info);
        described.comment = " A\0 table. ".into();
        described.columns[3] = DescribedColumn { comment: "x".repeat(MAX_DESCRIPTION + 1), position: 9 };
        let mut found = Found::default();
        found.add(described);
        found.add(DescribedTable::plain(TableInfo { table: TableRef::new("unreadable"), ..TableInfo::default() }));
        assert_eq!((found.left_out, found.tables[0].comment.as_str()), (2, "A table."));
        let kept: Vec<_> = found.tables[0].columns.iter().flatten().map(|of| (of.seen.name.as_str(), of.seen.data_type.as_str())).collect();
        assert_eq!(kept, [("a", "bigint"), ("b", "int64")]);
        assert_eq!(found.tables[0].columns.as_ref().unwrap()[1].about.len(), MAX_DESCRIPTION);
        assert_eq!(found.tables[1].columns, None, "nothing is known of its columns");
    }
}
