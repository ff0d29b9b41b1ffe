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

/// The tables of production, for a choice that is made of them.
pub(crate) fn ask_tables_of_prod(source: Signal<String>) -> Asked<Vec<TableInfo>> {
    ask_tables(None, move || (source.get(), Environment::Prod))
}
