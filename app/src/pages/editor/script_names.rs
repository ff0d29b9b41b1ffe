//! The tables of a source with their columns, beside a script: a name that is clicked is written into it.

use leptos::prelude::*;
use model::dialect::Dialect;
use model::table::{TableInfo, TableRef};

use crate::ui::{Asked, FromSource};
use crate::words::words;

/// Plain names that a statement cannot hold without quotes: the words of SQL that tables and columns are called by most.
const RESERVED: [&str; 24] = [
    "all", "and", "as", "by", "case", "check", "desc", "end", "for", "from", "group", "in", "index", "key", "limit", "not", "null",
    "order", "select", "table", "to", "user", "when", "where",
];

#[component]
pub(super) fn ScriptNames(known: Asked<Vec<TableInfo>>, insert: Callback<String>, dialect: Signal<Option<Dialect>>) -> impl IntoView {
    let say = &words().editor_script;
    let search = RwSignal::new(String::new());
    view! {
        <section class="card clip" aria-labelledby="names">
            <div class="card-head"><h2 id="names">{say.names}</h2>
                <input class="input input-sm auto push" type="search" autocomplete="off" placeholder=say.search aria-label=say.search_names on:input=move |event| search.set(event_target_value(&event))/>
            </div>
            <FromSource asked=known what=say.tables view=move |tables| view! {
                <ul class="names">{tables.into_iter().map(|info| table(info, insert, (dialect, search))).collect_view()}</ul>
            }/>
        </section>
    }
    .into_any()
}

fn table(info: TableInfo, insert: Callback<String>, (dialect, search): (Signal<Option<Dialect>>, RwSignal<String>)) -> impl IntoView {
    let say = &words().editor_script;
    let name = info.table.path();
    let columns: Vec<(String, &'static str)> = info.columns.into_iter().map(|column| (column.name, column.data_type.word())).collect();
    let all: Vec<String> = columns.iter().map(|(name, _)| name.to_lowercase()).chain([name.to_lowercase()]).collect();
    let is_shown = move || {
        let text = search.with(|search| search.trim().to_lowercase());
        all.iter().any(|name| name.contains(&text))
    };
    let table = info.table;
    let write = move |name: &TableRef| insert.run(table_in_sql(name, dialect.get_untracked()));
    view! {
        <li hidden=move || !is_shown()><details>
            <summary><code class="medium">{name.clone()}</code><span class="t-3 s13">{(say.columns)(columns.len())}</span></summary>
            <div class="row">
                <button class="btn btn-sm" type="button" aria-label=(say.insert_table)(&name) on:click=move |_| write(&table)><code>{name.clone()}</code></button>
                {columns.into_iter().map(|(column, word)| {
                    let (label, title) = (column.clone(), (say.column_type)(&column, word));
                    view! { <button class="btn btn-quiet btn-sm" type="button" title=title aria-label=(say.insert_column)(&column) on:click=move |_| insert.run(in_sql(&column, dialect.get_untracked()))><code>{label}</code></button> }
                }).collect_view()}
            </div>
        </details></li>
    }
    .into_any()
}

/// A name as a statement holds it: plain where it can be, else with the quotes of its source.
pub(super) fn in_sql(name: &str, dialect: Option<Dialect>) -> String {
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_');
    let is_plain = begins && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    match dialect {
        Some(dialect) if !is_plain || RESERVED.contains(&name) => dialect.quote(name),
        _ => name.to_owned(),
    }
}

fn table_in_sql(table: &TableRef, dialect: Option<Dialect>) -> String {
    let name = in_sql(&table.name, dialect);
    if table.schema.is_empty() { name } else { format!("{}.{name}", in_sql(&table.schema, dialect)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_quotes_where_they_need_them() {
        let of = |name: &str| in_sql(name, Some(Dialect::Postgres));
        assert_eq!([of("dep_delay"), of("Carrier"), of("order"), of("2nd")], ["dep_delay", "\"Carrier\"", "\"order\"", "\"2nd\""]);
        assert_eq!(in_sql("Carrier", None), "Carrier");
        let table = TableRef { schema: "Sales".into(), name: "orders".into() };
        assert_eq!(table_in_sql(&table, Some(Dialect::Mysql)), "`Sales`.orders");
    }
}
