//! PostgreSQL's other way to write a call: `x.f` is `f(x)` where `x` has no column `f`. Of a row that leads to nothing but functions of rows;
//! of a table that is the result of a function, whose row is a plain value, it leads to any function of one value.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart, TableAlias, TableFactor};
use sqlparser::tokenizer::Location;

use super::refusal::{Refusal, refuse};

/// As much of a name as PostgreSQL looks at, in bytes.
const NAME_BYTES: usize = 63;
/// The columns of functions that give more than one.
const COLUMNS: [&str; 3] = ["key", "value", "ordinality"];

/// The tables that are results of functions, and the columns that are named behind the name of a table.
#[derive(Default)]
pub(super) struct Notation {
    tables: Vec<(String, Vec<String>)>,
    columns: Vec<(String, String, Location)>,
}

impl Notation {
    pub(super) fn note_table(&mut self, factor: &TableFactor) {
        let (usual, alias) = match factor {
            TableFactor::Table { name, args: Some(_), alias, .. } | TableFactor::Function { name, alias, .. } => (last(name), alias),
            TableFactor::UNNEST { alias, .. } => ("unnest".to_owned(), alias),
            _ => return,
        };
        let name = alias.as_ref().map_or(usual, |alias| folded(&alias.name));
        let columns = match alias {
            Some(TableAlias { columns, .. }) if !columns.is_empty() => columns.iter().map(|column| folded(&column.name)).collect(),
            _ => COLUMNS.iter().map(|column| (*column).to_owned()).chain([name.clone()]).collect(),
        };
        self.tables.push((name, columns));
    }

    pub(super) fn note_column(&mut self, parts: &[Ident]) {
        if let [table, column] = parts {
            self.columns.push((folded(table), folded(column), table.span.start));
        }
    }

    /// # Errors
    /// A column that a table of this name does not have as far as is known, so that it may be a function.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let is_known = |(table, column, _): &&(String, String, Location)| {
            self.tables.iter().filter(|(name, _)| name == table).all(|(_, columns)| columns.contains(column))
        };
        match self.columns.iter().find(|named| !is_known(named)) {
            None => Ok(()),
            Some((table, column, at)) => {
                let what_to_do = format!("List its columns, such as {table} AS {table}({column}).");
                Err(refuse(Some(*at), &format!("{table}.{column} may call a function, as {table} is the result of one. {what_to_do}")))
            }
        }
    }
}

fn last(name: &ObjectName) -> String {
    name.0.last().and_then(ObjectNamePart::as_ident).map(folded).unwrap_or_default()
}

/// A name as PostgreSQL compares it.
fn folded(name: &Ident) -> String {
    let mut text = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() };
    let end = (0..=NAME_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or_default());
    text
}
