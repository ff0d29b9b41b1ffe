//! Business entities: a flight, an aircraft. Attributes that stand in columns of several tables of one source, and the joins among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::form::JoinOn;
use crate::table::TableRef;

/// An entity as a person defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BusinessEntity {
    pub title: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The source of all its tables: tables of different sources cannot be joined.
    pub source: String,
    /// The first has one row for each entity. The others are joined to it.
    pub tables: Vec<EntityTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<EntityJoin>,
    pub attributes: Vec<EntityAttribute>,
}

/// A table under the name that it has in the entity: one table may stand there twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntityTable {
    pub name: String,
    pub table: TableRef,
}

/// Two tables of the entity, by their names in it, and the columns that are the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntityJoin {
    pub left: String,
    pub right: String,
    /// All of them are the same.
    pub on: Vec<JoinOn>,
}

/// What an entity has, and the column that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntityAttribute {
    /// Also the name of the field that an API gives it as.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The table's name in the entity.
    pub table: String,
    pub column: String,
}

/// The columns of a table that is catalogued, by their names.
pub type KnownColumns = BTreeMap<String, DataType>;

impl BusinessEntity {
    /// Without white space at the ends of what people write.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let mut tidied = self.clone();
        tidied.title = self.title.trim().to_owned();
        tidied.description = self.description.trim().to_owned();
        for attribute in &mut tidied.attributes {
            attribute.title = attribute.title.trim().to_owned();
        }
        tidied
    }

    /// The first table, and those that joins connect with it, each behind one that it is joined to.
    #[must_use]
    pub fn in_join_order(&self) -> Vec<&EntityTable> {
        let mut placed: Vec<&EntityTable> = self.tables.first().into_iter().collect();
        let mut at = 0;
        while let Some(table) = placed.get(at).copied() {
            at += 1;
            for next in self.joins.iter().filter_map(|join| join.partner_of(&table.name)) {
                let is_placed = placed.iter().any(|placed| placed.name == next);
                placed.extend(self.tables.iter().find(|table| table.name == next).filter(|_| !is_placed));
            }
        }
        placed
    }

    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table.name == name)
    }
}

impl EntityJoin {
    /// The other table of the join, where the first is one of its two.
    fn partner_of(&self, table: &str) -> Option<&str> {
        match () {
            () if self.left == table => Some(&self.right),
            () if self.right == table => Some(&self.left),
            () => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn table(name: &str, table: &str) -> EntityTable {
        EntityTable { name: name.into(), table: TableRef::new(table) }
    }

    pub(in super::super) fn join(left: &str, right: &str, on: &[(&str, &str)]) -> EntityJoin {
        let on = on.iter().map(|(left, right)| JoinOn { left: (*left).into(), right: (*right).into() }).collect();
        EntityJoin { left: left.into(), right: right.into(), on }
    }

    fn attribute(name: &str, table: &str, column: &str) -> EntityAttribute {
        EntityAttribute { name: name.into(), title: String::new(), table: table.into(), column: column.into() }
    }

    /// A flight with its aircraft and both of its airports.
    pub(in super::super) fn flight() -> BusinessEntity {
        BusinessEntity {
            title: "A flight".into(),
            source: "flights-db".into(),
            tables: vec![
                table("flights", "flights"),
                table("arrival", "airports"),
                table("departure", "airports"),
                table("planes", "planes"),
            ],
            joins: vec![
                join("flights", "departure", &[("origin", "faa")]),
                join("arrival", "flights", &[("faa", "dest")]),
                join("flights", "planes", &[("tailnum", "tailnum")]),
            ],
            attributes: vec![
                attribute("number", "flights", "flight"),
                attribute("seats", "planes", "seats"),
                attribute("to_city", "arrival", "name"),
            ],
            ..BusinessEntity::default()
        }
    }

    pub(in super::super) fn known() -> BTreeMap<String, KnownColumns> {
        let columns = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), DataType::String)).collect::<KnownColumns>();
        let airports = columns(&["faa", "name"]);
        BTreeMap::from([
            ("flights".to_owned(), columns(&["flight", "origin", "dest", "tailnum"])),
            ("planes".to_owned(), columns(&["tailnum", "seats"])),
            ("arrival".to_owned(), airports.clone()),
            ("departure".to_owned(), airports),
        ])
    }

    #[test]
    fn tables_are_ordered_by_their_joins_and_circles_end() {
        let names = |of: &BusinessEntity| of.in_join_order().into_iter().map(|table| table.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&flight()), ["flights", "departure", "arrival", "planes"]);
        let mut circle = flight();
        circle.joins.push(join("departure", "arrival", &[("name", "name")]));
        assert_eq!(names(&circle), ["flights", "departure", "arrival", "planes"]);
    }
}
