//! What is wrong with a business entity: names, columns that are not there, and tables that nothing joins.

use std::collections::{BTreeMap, BTreeSet};

use super::entity::{BusinessEntity, EntityTable, KnownColumns};
use super::text::{MAX_DESCRIPTION, label_error, text_error};
use crate::FieldError;
use crate::name::is_identifier;

const MAX_TITLE: usize = 120;
/// The most tables of one entity.
pub const MAX_ENTITY_TABLES: usize = 20;
/// The most attributes of one entity.
pub const MAX_ATTRIBUTES: usize = 500;

impl BusinessEntity {
    /// What is wrong with it, by the fields of its form. `known` has the columns of the tables that are catalogued, by the name of the
    /// table in the entity.
    #[must_use]
    pub fn errors(&self, known: &BTreeMap<String, KnownColumns>) -> Vec<FieldError> {
        let mut errors = self.text_errors();
        errors.extend(self.table_errors(known));
        errors.extend(self.join_errors(known));
        errors.extend(self.attribute_errors(known));
        if errors.is_empty() {
            errors.extend(self.unjoined_errors());
        }
        errors
    }

    fn text_errors(&self) -> Vec<FieldError> {
        let title = label_error(&self.title, MAX_TITLE).map(|message| FieldError::new("title", message));
        let description = text_error(&self.description, MAX_DESCRIPTION).map(|message| FieldError::new("description", message));
        title.into_iter().chain(description).collect()
    }

    fn table_errors(&self, known: &BTreeMap<String, KnownColumns>) -> Vec<FieldError> {
        if self.tables.is_empty() || self.tables.len() > MAX_ENTITY_TABLES {
            return vec![FieldError::new("tables", format!("Add 1 to {MAX_ENTITY_TABLES} tables."))];
        }
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for (index, table) in self.tables.iter().enumerate() {
            let mut wrong = |field: &str, message: String| errors.push(FieldError::new(format!("tables.{index}.{field}"), message));
            if !is_identifier(&table.name) {
                wrong("name", "Letters, digits and underscores only, at most 63, beginning with a letter.".into());
            } else if !seen.insert(table.name.as_str()) {
                wrong("name", format!("Another table of the entity is named {}. Choose another name.", table.name));
            } else if index > 0 && table.name == self.tables[0].table.name {
                wrong("name", format!("The first table of the entity is named {} in its source. Choose another name.", table.name));
            } else if !known.contains_key(&table.name) {
                let path = table.table.path();
                wrong("table", format!("The catalogue has no table {path} of the source {}. Scan the source first.", self.source));
            }
        }
        errors
    }

    fn join_errors(&self, known: &BTreeMap<String, KnownColumns>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (index, join) in self.joins.iter().enumerate() {
            let place = format!("joins.{index}");
            for (side, table) in [("left", &join.left), ("right", &join.right)] {
                if !self.has_table(table) {
                    errors
                        .push(FieldError::new(format!("{place}.{side}"), format!("The entity has no table {table}. Add the table first.")));
                }
            }
            if join.left == join.right {
                errors.push(FieldError::new(format!("{place}.right"), "Choose another table, or add the table again under another name."));
            }
            if join.on.is_empty() {
                errors.push(FieldError::new(format!("{place}.on"), "Add a pair of columns."));
            }
            for (pair, on) in join.on.iter().enumerate() {
                for (side, table, column) in [("left", &join.left, &on.left), ("right", &join.right, &on.right)] {
                    errors.extend(
                        missing_column(known, table, column).map(|message| FieldError::new(format!("{place}.on.{pair}.{side}"), message)),
                    );
                }
            }
        }
        errors
    }

    fn attribute_errors(&self, known: &BTreeMap<String, KnownColumns>) -> Vec<FieldError> {
        if self.attributes.is_empty() || self.attributes.len() > MAX_ATTRIBUTES {
            return vec![FieldError::new("attributes", format!("Add 1 to {MAX_ATTRIBUTES} attributes."))];
        }
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for (index, attribute) in self.attributes.iter().enumerate() {
            let mut wrong = |field: &str, message: String| errors.push(FieldError::new(format!("attributes.{index}.{field}"), message));
            if !is_identifier(&attribute.name) {
                wrong("name", "Letters, digits and underscores only, at most 63, beginning with a letter.".into());
            } else if !seen.insert(attribute.name.as_str()) {
                wrong("name", format!("Another attribute is named {}. Choose another name.", attribute.name));
            }
            if !attribute.title.is_empty()
                && let Some(message) = label_error(&attribute.title, MAX_TITLE)
            {
                wrong("title", message);
            }
            if !self.has_table(&attribute.table) {
                wrong("table", format!("The entity has no table {}. Add the table first.", attribute.table));
            } else if let Some(message) = missing_column(known, &attribute.table, &attribute.column) {
                wrong("column", message);
            }
        }
        errors
    }

    /// Tables that no chain of joins connects with the first one.
    fn unjoined_errors(&self) -> Vec<FieldError> {
        let reached: BTreeSet<&str> = self.in_join_order().into_iter().map(|table| table.name.as_str()).collect();
        let first = self.tables.first().map(|table| table.name.as_str()).unwrap_or_default();
        let is_reached = |table: &EntityTable| reached.contains(table.name.as_str());
        let error = |(index, table): (usize, &EntityTable)| {
            let message = format!("No join connects {} with {first}. Add a join.", table.name);
            (!is_reached(table)).then(|| FieldError::new(format!("tables.{index}.name"), message))
        };
        self.tables.iter().enumerate().filter_map(error).collect()
    }
}

/// Says that a catalogued table has no such column; of a table that is not catalogued, nothing is known.
fn missing_column(known: &BTreeMap<String, KnownColumns>, table: &str, column: &str) -> Option<String> {
    let columns = known.get(table)?;
    (!columns.contains_key(column)).then(|| format!("Table {table} has no column {column}. Choose another column."))
}

#[cfg(test)]
mod tests {
    use super::super::entity::tests::{flight, join, known};
    use super::*;

    fn fields(of: &BusinessEntity) -> Vec<String> {
        of.errors(&known()).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_entity_stands_on_columns_that_exist_and_tables_that_are_joined() {
        assert_eq!(flight().errors(&known()), []);
        let with = |change: fn(&mut BusinessEntity)| {
            let mut entity = flight();
            change(&mut entity);
            fields(&entity)
        };
        assert_eq!(with(|of| of.attributes[1].column = "wings".into()), ["attributes.1.column"]);
        assert_eq!(with(|of| of.attributes[1].table = "crew".into()), ["attributes.1.table"]);
        assert_eq!(with(|of| of.attributes[1].name = "number".into()), ["attributes.1.name"]);
        assert_eq!(with(|of| of.attributes[0].name = "a b".into()), ["attributes.0.name"]);
        assert_eq!(with(|of| of.joins[1].on[0].left = "iata".into()), ["joins.1.on.0.left"]);
        assert_eq!(with(|of| of.joins[2].on.clear()), ["joins.2.on"]);
        assert_eq!(with(|of| of.joins[2].right = "flights".into()), ["joins.2.right"]);
        assert_eq!(with(|of| drop(of.joins.pop())), ["tables.3.name"]);
        assert_eq!(with(|of| of.tables[3].name = "flights".into()), ["tables.3.name", "joins.2.right", "attributes.1.table"]);
        assert_eq!(with(|of| of.tables.clear()).first().map(String::as_str), Some("tables"));
        assert_eq!(with(|of| of.title = "\u{202e}".into()), ["title"]);
        let mut unknown = known();
        unknown.remove("planes");
        assert_eq!(flight().errors(&unknown).into_iter().map(|error| error.field).collect::<Vec<_>>(), ["tables.3.table"]);
    }

    #[test]
    fn joins_in_a_circle_are_allowed() {
        let mut circle = flight();
        circle.joins.push(join("departure", "arrival", &[("name", "name")]));
        assert_eq!(circle.errors(&known()), []);
    }
}
