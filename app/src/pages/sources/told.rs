//! The tables of a source, for pages of all areas: what is known of them at once, and what the source says of them now.

use leptos::prelude::*;
use model::snapshot::Environment;
use model::table::TableInfo;
use model::view::KnownTables;

use super::api::{tables, tables_last_told};
use crate::ui::{Asked, ask_recalling};

/// Of a source and an environment; nothing where none is chosen yet.
pub(crate) fn ask_tables(known: Option<KnownTables>, of: impl Fn() -> (String, Environment) + 'static) -> Asked<Vec<TableInfo>> {
    let recall = |(source, environment): (String, Environment)| async move {
        if source.is_empty() { None } else { tables_last_told(source, Some(environment), None).await.ok().flatten().map(parts) }
    };
    let now = |(source, environment): (String, Environment)| async move {
        if source.is_empty() { Ok(Vec::new()) } else { tables(source, environment).await }
    };
    ask_recalling(known.map(parts), of, recall, now)
}

fn parts(known: KnownTables) -> (Vec<TableInfo>, model::clock::Millis) {
    (known.tables, known.at)
}

/// Tables without what is counted anew at every answer: fields that are made of them stay as they are, with what is typed into them.
pub(crate) fn without_counts(tables: Vec<TableInfo>) -> Vec<TableInfo> {
    tables.into_iter().map(|info| TableInfo { rows: None, ..info }).collect()
}

/// The tables of production, for a choice that is made of them.
pub(crate) fn ask_tables_of_prod(source: Signal<String>) -> Asked<Vec<TableInfo>> {
    ask_tables(None, move || (source.get(), Environment::Prod))
}

#[cfg(test)]
mod tests {
    use model::table::TableRef;

    use super::*;

    #[test]
    fn tables_that_differ_in_their_counts_alone_are_the_same() {
        let counted = |rows, note: &str| vec![TableInfo { table: TableRef::new("t"), rows, note: note.to_owned(), ..TableInfo::default() }];
        assert_eq!(without_counts(counted(Some(1), "")), without_counts(counted(Some(2), "")));
        assert_ne!(without_counts(counted(Some(1), "")), without_counts(counted(Some(1), "other")));
    }
}
