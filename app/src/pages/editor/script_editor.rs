//! The editor around the text of a script: colours, and completion of what its source has. It is a script of its own
//! (`frontend/sql-editor.js`), which the browser asks for where such a text is shown. Until it has come, and where it does not,
//! the text area inside is what people type into.

use leptos::prelude::*;
use model::dialect::Dialect;
use model::table::TableInfo;
use serde::Serialize;

use super::script_names::in_sql;
use crate::ui::{Asked, load_script};

/// The name by which a page says where the script is.
const EDITOR: &str = "sql-editor";

/// What the editor completes, as it reads it.
#[derive(Serialize)]
struct Names {
    dialect: Option<Dialect>,
    tables: Vec<Table>,
}

#[derive(Serialize)]
struct Table {
    schema: String,
    name: String,
    /// Its name as a statement holds it.
    sql: String,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    name: String,
    sql: String,
    #[serde(rename = "type")]
    data_type: &'static str,
}

/// Makes an editor of the text area among its children.
#[component]
pub(super) fn ScriptEditor(known: Asked<Vec<TableInfo>>, dialect: Signal<Option<Dialect>>, children: Children) -> impl IntoView {
    let names = move || told(known.latest().unwrap_or_default(), dialect.get());
    Effect::new(|_| load_script(EDITOR));
    view! { <sql-editor prop:names=names>{children()}</sql-editor> }
}

fn told(tables: Vec<TableInfo>, dialect: Option<Dialect>) -> String {
    let tables = tables.into_iter().map(|info| table(info, dialect)).collect();
    serde_json::to_string(&Names { dialect, tables }).unwrap_or_default()
}

fn table(info: TableInfo, dialect: Option<Dialect>) -> Table {
    let column =
        |column: model::table::Column| Column { sql: in_sql(&column.name, dialect), data_type: column.data_type.word(), name: column.name };
    // A table is completed behind its schema, and without it.
    let sql = in_sql(&info.table.name, dialect);
    Table { sql, columns: info.columns.into_iter().map(column).collect(), schema: info.table.schema, name: info.table.name }
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::table::{Column, TableRef};

    use super::*;

    #[test]
    fn names_are_told_as_a_statement_holds_them() {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::Int64, nullable: false, native: String::new() };
        let info = TableInfo {
            table: TableRef { schema: "Sales".into(), name: "order".into() },
            columns: vec![column("id"), column("Total")],
            ..TableInfo::default()
        };
        let told: serde_json::Value = serde_json::from_str(&told(vec![info], Some(Dialect::Postgres))).unwrap();
        let word = DataType::Int64.word();
        assert_eq!(
            told,
            serde_json::json!({"dialect": "postgres", "tables": [{"schema": "Sales", "name": "order", "sql": "\"order\"", "columns": [
                {"name": "id", "sql": "id", "type": word}, {"name": "Total", "sql": "\"Total\"", "type": word},
            ]}]})
        );
        assert_eq!(super::told(Vec::new(), None), r#"{"dialect":null,"tables":[]}"#);
    }
}
