//! Tables with what their source says of them, for whoever registers them.

use std::collections::HashMap;

use model::table::{TableInfo, TableRef};

use crate::{SourceError, SourceErrorKind};

/// A table, with the comments that its source has on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribedTable {
    pub info: TableInfo,
    /// Empty for none.
    pub comment: String,
    /// For each of its columns, in their order.
    pub columns: Vec<DescribedColumn>,
}

/// What a source says of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribedColumn {
    /// Empty for none.
    pub comment: String,
    /// What tells the place of the column from others: where it stands or, in a source that numbers its columns for good, its number.
    pub position: i64,
}

impl DescribedTable {
    /// A table that its source says nothing of.
    #[must_use]
    pub fn plain(info: TableInfo) -> Self {
        let columns = (1..).zip(&info.columns).map(|(position, _)| DescribedColumn { comment: String::new(), position }).collect();
        Self { info, comment: String::new(), columns }
    }

    /// The same table in a schema that has to be named.
    #[must_use]
    pub(crate) fn in_schema(mut self, schema: &str) -> Self {
        self.info.table = TableRef { schema: schema.to_owned(), name: self.info.table.name };
        self
    }
}

/// A column or, without a name, its table: what the source says of it.
pub(crate) struct Comment {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) position: i64,
    pub(crate) comment: String,
}

/// Puts comments to the tables that they are of.
pub(crate) fn with_comments(tables: Vec<TableInfo>, comments: Vec<Comment>) -> Vec<DescribedTable> {
    let mut known: HashMap<(String, String), (i64, String)> =
        comments.into_iter().map(|of| ((of.table, of.column), (of.position, of.comment))).collect();
    let described = tables.into_iter().map(|info| {
        let mut described = DescribedTable::plain(info);
        let table = described.info.table.name.clone();
        if let Some((_, comment)) = known.remove(&(table.clone(), String::new())) {
            described.comment = comment;
        }
        for (column, of) in described.info.columns.iter().zip(&mut described.columns) {
            if let Some((position, comment)) = known.remove(&(table.clone(), column.name.clone())) {
                *of = DescribedColumn { comment, position };
            }
        }
        described
    });
    described.collect()
}

pub(crate) fn has_no_schemas() -> SourceError {
    SourceError::new(SourceErrorKind::Missing, "This source has no schemas to choose from. Leave the list of schemas empty.")
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::table::Column;

    use super::*;

    #[test]
    fn comments_come_to_their_tables_and_columns() {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::String, nullable: true, native: "text".into() };
        let table = |name: &str| TableInfo { table: TableRef::new(name), columns: vec![column("a"), column("b")], ..TableInfo::default() };
        let comment = |table: &str, column: &str, position, comment: &str| Comment {
            table: table.into(),
            column: column.into(),
            position,
            comment: comment.into(),
        };
        let comments = vec![comment("t", "", 0, "A table."), comment("t", "b", 7, "A column."), comment("other", "a", 9, "Of another.")];
        let found = with_comments(vec![table("t"), table("u")], comments);
        assert_eq!((found[0].comment.as_str(), found[1].comment.as_str()), ("A table.", ""));
        let columns: Vec<(i64, &str)> = found[0].columns.iter().map(|of| (of.position, of.comment.as_str())).collect();
        assert_eq!(columns, [(1, ""), (7, "A column.")]);
        assert_eq!(found[0].clone().in_schema("s").info.table.path(), "s.t");
    }
}
