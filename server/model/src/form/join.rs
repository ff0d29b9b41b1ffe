//! Joins: other tables beside the first one, and the relations that they follow.

use serde::{Deserialize, Serialize};

use super::QueryForm;
use crate::table::{Column, TableInfo, TableRef};

/// A table whose rows are put beside those of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// What its columns are written with: `planes.seats`.
    pub name: String,
    pub table: TableRef,
    /// All of them are the same.
    pub on: Vec<JoinOn>,
    /// Rows without a partner are left out; else they stay, and its fields are empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inner: bool,
}

/// A column of what stands before the join, and one of the joined table, by its own name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinOn {
    pub left: String,
    pub right: String,
}

/// A way to join a table that is likely to be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub table: TableRef,
    pub on: Vec<JoinOn>,
    /// The source says so; else the names do.
    pub declared: bool,
}

/// The first table and all that is joined as one: what the columns of a form are looked up in.
#[must_use]
pub fn joined_table(form: &QueryForm, tables: &[TableInfo]) -> Option<TableInfo> {
    let find = |table: &TableRef| {
        tables.iter().find(|info| info.table.name == table.name && (table.schema.is_empty() || info.table.schema == table.schema))
    };
    let mut whole = find(&form.table)?.clone();
    for join in &form.joins {
        let Some(other) = find(&join.table) else { continue };
        let one_partner = !other.key.is_empty() && other.key.iter().all(|name| join.on.iter().any(|on| &on.right == name));
        if !one_partner {
            // One row of the first table may stand in several rows of the whole.
            whole.key.clear();
        }
        whole.columns.extend(other.columns.iter().map(|column| Column {
            name: format!("{}.{}", join.name, column.name),
            nullable: column.nullable || !join.inner,
            ..column.clone()
        }));
    }
    Some(whole)
}

/// How other tables belong to one: as the source declares it; else where it has the columns of their key, by name and
/// type; else by all the columns that both have.
#[must_use]
pub fn relations(of: &TableInfo, tables: &[TableInfo]) -> Vec<Relation> {
    let mut found = Vec::new();
    for other in tables.iter().filter(|other| other.table != of.table) {
        let declared = of.foreign_keys.iter().filter(|key| key.table.name == other.table.name);
        let before = found.len();
        found.extend(declared.map(|key| Relation { table: other.table.clone(), on: key.on.clone(), declared: true }));
        if found.len() > before {
            continue;
        }
        let same = |name: &String| match (of.column(name), other.column(name)) {
            (Some(mine), Some(theirs)) => mine.data_type == theirs.data_type,
            _ => false,
        };
        let names: Vec<String> = if !other.key.is_empty() {
            if other.key.iter().all(same) { other.key.clone() } else { Vec::new() }
        } else {
            other.columns.iter().map(|column| column.name.clone()).filter(same).collect()
        };
        if !names.is_empty() {
            let on = names.into_iter().map(|name| JoinOn { left: name.clone(), right: name }).collect();
            found.push(Relation { table: other.table.clone(), on, declared: false });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataType;
    use crate::table::ForeignKey;

    fn table(name: &str, key: &[&str], columns: &[&str]) -> TableInfo {
        let column = |name: &&str| Column { name: (*name).into(), data_type: DataType::String, nullable: false, native: String::new() };
        TableInfo {
            table: TableRef::new(name),
            columns: columns.iter().map(column).collect(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            ..TableInfo::default()
        }
    }

    #[test]
    fn what_the_source_declares_is_taken_before_what_names_say() {
        let on = |left: &str, right: &str| JoinOn { left: left.into(), right: right.into() };
        let mut flights = table("flights", &[], &["tailnum", "dest", "origin", "hour"]);
        flights.foreign_keys = vec![ForeignKey { table: TableRef::new("airports"), on: vec![on("dest", "faa")] }];
        let tables = [
            flights.clone(),
            table("planes", &["tailnum"], &["tailnum", "seats"]),
            table("airports", &["faa"], &["faa"]),
            table("weather", &[], &["origin", "hour", "temp"]),
            table("airlines", &["carrier"], &["carrier"]),
        ];
        let found: Vec<_> = relations(&flights, &tables).into_iter().map(|one| (one.table.name, one.on, one.declared)).collect();
        assert_eq!(
            found,
            [
                ("planes".into(), vec![on("tailnum", "tailnum")], false),
                ("airports".into(), vec![on("dest", "faa")], true),
                ("weather".into(), vec![on("origin", "origin"), on("hour", "hour")], false),
            ]
        );
    }
}
