//! A business entity while it is typed: each cell of its form is a text.

use leptos::prelude::*;
use model::catalogue::{BusinessEntity, EntityAttribute, EntityJoin, EntityTable};
use model::form::JoinOn;
use model::table::{TableInfo, TableRef};

#[derive(Clone, Copy)]
pub(super) struct TableRow {
    pub(super) name: RwSignal<String>,
    /// As its source names it.
    pub(super) table: RwSignal<String>,
}

#[derive(Clone, Copy)]
pub(super) struct JoinRow {
    pub(super) left: RwSignal<String>,
    pub(super) right: RwSignal<String>,
    /// `origin = faa`, several of them parted by commas.
    pub(super) on: RwSignal<String>,
}

#[derive(Clone, Copy)]
pub(super) struct AttributeRow {
    pub(super) name: RwSignal<String>,
    pub(super) title: RwSignal<String>,
    pub(super) table: RwSignal<String>,
    pub(super) column: RwSignal<String>,
}

#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) title: RwSignal<String>,
    pub(super) description: RwSignal<String>,
    pub(super) source: RwSignal<String>,
    pub(super) tables: RwSignal<Vec<TableRow>>,
    pub(super) joins: RwSignal<Vec<JoinRow>>,
    pub(super) attributes: RwSignal<Vec<AttributeRow>>,
}

impl TableRow {
    pub(super) fn of(name: &str, table: &str) -> Self {
        Self { name: signal_of(name), table: signal_of(table) }
    }
}

impl JoinRow {
    pub(super) fn of(join: &EntityJoin) -> Self {
        Self { left: signal_of(&join.left), right: signal_of(&join.right), on: signal_of(&pairs_text(&join.on)) }
    }
}

impl AttributeRow {
    pub(super) fn of(attribute: &EntityAttribute) -> Self {
        let EntityAttribute { name, title, table, column } = attribute;
        Self { name: signal_of(name), title: signal_of(title), table: signal_of(table), column: signal_of(column) }
    }
}

fn signal_of(text: &str) -> RwSignal<String> {
    RwSignal::new(text.to_owned())
}

fn text_of(signal: RwSignal<String>) -> String {
    signal.get_untracked().trim().to_owned()
}

impl Draft {
    pub(super) fn of(entity: &BusinessEntity) -> Self {
        Self {
            title: signal_of(&entity.title),
            description: signal_of(&entity.description),
            source: signal_of(&entity.source),
            tables: RwSignal::new(entity.tables.iter().map(|table| TableRow::of(&table.name, &table.table.path())).collect()),
            joins: RwSignal::new(entity.joins.iter().map(JoinRow::of).collect()),
            attributes: RwSignal::new(entity.attributes.iter().map(AttributeRow::of).collect()),
        }
    }

    /// As it stands. `known` are the tables of the source: they say which part of a text is a schema.
    pub(super) fn entity(self, known: &[TableInfo], before: &BusinessEntity) -> BusinessEntity {
        let table = |row: TableRow| EntityTable { name: text_of(row.name), table: table_ref(&text_of(row.table), known, before) };
        let join = |row: JoinRow| EntityJoin { left: text_of(row.left), right: text_of(row.right), on: pairs(&text_of(row.on)) };
        let attribute = |row: AttributeRow| EntityAttribute {
            name: text_of(row.name),
            title: text_of(row.title),
            table: text_of(row.table),
            column: text_of(row.column),
        };
        BusinessEntity {
            title: text_of(self.title),
            description: text_of(self.description),
            source: text_of(self.source),
            tables: self.tables.get_untracked().into_iter().map(table).collect(),
            joins: self.joins.get_untracked().into_iter().map(join).collect(),
            attributes: self.attributes.get_untracked().into_iter().map(attribute).collect(),
        }
    }
}

/// The table of a text: as its source has it, or as the entity had it before; otherwise all of the text is its name.
fn table_ref(text: &str, known: &[TableInfo], before: &BusinessEntity) -> TableRef {
    let all = known.iter().map(|info| &info.table).chain(before.tables.iter().map(|table| &table.table));
    all.into_iter().find(|table| table.path() == text).cloned().unwrap_or_else(|| TableRef::new(text))
}

/// Pairs of columns out of their text; a side that is not there is empty, and is told to be missing.
fn pairs(text: &str) -> Vec<JoinOn> {
    let pair = |text: &str| {
        let (left, right) = text.split_once('=').unwrap_or((text, ""));
        JoinOn { left: left.trim().to_owned(), right: right.trim().to_owned() }
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(pair).collect()
}

fn pairs_text(on: &[JoinOn]) -> String {
    on.iter().map(|on| format!("{} = {}", on.left, on.right)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_they_are_written() {
        let on = pairs("origin=faa , day = day_of_month,");
        assert_eq!(pairs_text(&on), "origin = faa, day = day_of_month");
        assert_eq!(pairs("origin"), [JoinOn { left: "origin".into(), right: String::new() }]);
        assert!(pairs(" ").is_empty());
    }

    #[test]
    fn a_table_keeps_its_schema() {
        let known = [TableInfo { table: TableRef { schema: "public".into(), name: "flights".into() }, ..TableInfo::default() }];
        let none = BusinessEntity::default();
        assert_eq!(table_ref("public.flights", &known, &none), known[0].table);
        assert_eq!(table_ref("a.csv", &known, &none), TableRef::new("a.csv"));
    }
}
