//! What a new API of an entity begins with: its tables joined, and its attributes as fields.

use std::collections::BTreeMap;

use super::entity::{BusinessEntity, EntityAttribute, EntityTable, KnownColumns};
use crate::form::{Join, JoinOn, QueryForm, Selected};
use crate::spec::{ApiBody, ApiKind, ApiSpec, Field, Query, SqlBody};

impl BusinessEntity {
    /// The first draft of an API by form: a list of what the entity has. Rows without a partner in a joined table stay.
    #[must_use]
    pub fn first_spec(&self, known: &BTreeMap<String, KnownColumns>) -> ApiSpec {
        let tables = self.in_join_order();
        let first = tables.first().map(|table| table.name.as_str()).unwrap_or_default();
        // A column of the first table stands under its own name, one of another behind the name of that.
        let column = |table: &str, column: &str| if table == first { column.to_owned() } else { format!("{table}.{column}") };
        let select = self.attributes.iter().map(|attribute| Selected {
            name: attribute.name.clone(),
            column: column(&attribute.table, &attribute.column),
            ..Selected::default()
        });
        let form = QueryForm {
            table: tables.first().map(|table| table.table.clone()).unwrap_or_default(),
            joins: (1..tables.len()).map(|at| self.join(&tables, at, column)).collect(),
            select: select.collect(),
            ..QueryForm::default()
        };
        ApiSpec {
            title: self.title.clone(),
            source: self.source.clone(),
            body: ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: None, keyset: false }),
            fields: self.fields(known, first),
            ..ApiSpec::empty(ApiKind::Sql)
        }
    }

    /// A table with all that joins it to the tables before it.
    fn join(&self, tables: &[&EntityTable], at: usize, column: impl Fn(&str, &str) -> String) -> Join {
        let table = tables[at];
        let before = |name: &str| tables[..at].iter().any(|table| table.name == name);
        let mut on = Vec::new();
        for join in &self.joins {
            if join.right == table.name && before(&join.left) {
                on.extend(join.on.iter().map(|pair| JoinOn { left: column(&join.left, &pair.left), right: pair.right.clone() }));
            } else if join.left == table.name && before(&join.right) {
                on.extend(join.on.iter().map(|pair| JoinOn { left: column(&join.right, &pair.right), right: pair.left.clone() }));
            }
        }
        Join { name: table.name.clone(), table: table.table.clone(), on, inner: false }
    }

    fn fields(&self, known: &BTreeMap<String, KnownColumns>, first: &str) -> Vec<Field> {
        let of_one = |attribute: &EntityAttribute| Field {
            name: attribute.name.clone(),
            column: attribute.name.clone(),
            data_type: known.get(&attribute.table).and_then(|columns| columns.get(&attribute.column)).copied().unwrap_or_default(),
            // The check says it more exactly for columns of the first table.
            nullable: attribute.table != first,
            about: attribute.title.clone(),
            ..Field::default()
        };
        self.attributes.iter().map(of_one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::entity::tests::{flight, join, known};
    use super::*;
    use crate::dialect::Dialect;

    fn form(of: &ApiSpec) -> &QueryForm {
        match &of.body {
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => form,
            _ => panic!("it is by form"),
        }
    }

    #[test]
    fn the_tables_are_joined_and_the_attributes_are_fields() {
        let spec = flight().first_spec(&known());
        assert_eq!((spec.source.as_str(), spec.title.as_str()), ("flights-db", "A flight"));
        let wanted = r#"SELECT "flights"."flight" AS "number",
       "planes"."seats" AS "seats",
       "arrival"."name" AS "to_city"
FROM "flights"
LEFT JOIN "airports" AS "departure" ON "flights"."origin" = "departure"."faa"
LEFT JOIN "airports" AS "arrival" ON "flights"."dest" = "arrival"."faa"
LEFT JOIN "planes" AS "planes" ON "flights"."tailnum" = "planes"."tailnum""#;
        assert_eq!(form(&spec).script(&[], &spec.fields, Dialect::Sqlite), wanted);
        let fields: Vec<(&str, bool)> = spec.fields.iter().map(|field| (field.name.as_str(), field.nullable)).collect();
        assert_eq!(fields, [("number", false), ("seats", true), ("to_city", true)]);
    }

    #[test]
    fn joins_in_a_circle_are_conditions_of_the_later_table() {
        let mut entity = flight();
        entity.joins.push(join("departure", "arrival", &[("name", "name")]));
        let spec = entity.first_spec(&known());
        let arrival = form(&spec).joins.iter().find(|join| join.name == "arrival").unwrap();
        let on: Vec<(&str, &str)> = arrival.on.iter().map(|on| (on.left.as_str(), on.right.as_str())).collect();
        assert_eq!(on, [("dest", "faa"), ("departure.name", "name")]);
    }
}
