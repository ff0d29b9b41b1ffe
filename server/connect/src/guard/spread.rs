//! How many tables a statement reads once each part of its WITH stands wherever it is used. Engines put them there: thirty parts that each
//! use the one before twice are a thousand million tables to whoever plans them, and SQLite and DataFusion plan in this process.

use std::collections::HashMap;

use sqlparser::ast::{ObjectName, ObjectNamePart, Query};

use super::refusal::{Refusal, refuse};

/// The most tables.
const MAX_TABLES: u64 = 200;

/// The parts of WITH, and who uses what.
#[derive(Default)]
pub(super) struct Spread {
    /// By the place of its query in memory, the name of each part.
    bodies: HashMap<usize, String>,
    /// A name that two parts have.
    twice: Option<String>,
    /// The parts around what is being looked at, the innermost last.
    around: Vec<String>,
    /// What stands in each part; under no name, what stands in none.
    uses: HashMap<String, Vec<String>>,
}

impl Spread {
    pub(super) fn enter(&mut self, query: &Query) {
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = part.alias.name.value.to_ascii_lowercase();
            if self.bodies.values().any(|known| *known == name) {
                self.twice = Some(name.clone());
            }
            self.bodies.insert(address(&part.query), name);
        }
        if let Some(name) = self.bodies.get(&address(query)) {
            self.around.push(name.clone());
        }
    }

    pub(super) fn leave(&mut self, query: &Query) {
        if self.bodies.contains_key(&address(query)) {
            self.around.pop();
        }
    }

    pub(super) fn note_table(&mut self, name: &ObjectName) {
        let names: Vec<&str> = name.0.iter().filter_map(ObjectNamePart::as_ident).map(|ident| ident.value.as_str()).collect();
        let of = self.around.last().cloned().unwrap_or_default();
        self.uses.entry(of).or_default().push(names.join(".").to_ascii_lowercase());
    }

    /// # Errors
    /// Too many tables, or parts of WITH of which it is not clear which one is used where.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if let Some(name) = &self.twice {
            return Err(refuse(None, &format!("Two parts of WITH are named {name}. Rename one of them.")));
        }
        if self.tables_of("", &mut HashMap::new()) > MAX_TABLES {
            let detail = format!("The statement reads more than {MAX_TABLES} tables, each part of WITH counted as often as it is used.");
            return Err(refuse(None, &format!("{detail} Remove some of them.")));
        }
        Ok(())
    }

    /// How many tables a part reads. `known` has nothing for those that are being counted: parts that use each other have no end.
    fn tables_of<'a>(&'a self, name: &'a str, known: &mut HashMap<&'a str, Option<u64>>) -> u64 {
        if let Some(known) = known.get(name) {
            return known.unwrap_or(u64::MAX);
        }
        let Some(uses) = self.uses.get(name) else { return 1 };
        known.insert(name, None);
        let mut all = 0_u64;
        for used in uses {
            // A part that uses its own name reads a table of that name, or recurs, which is one more table.
            let more = if used == name { 1 } else { self.tables_of(used, known) };
            all = all.saturating_add(more);
        }
        known.insert(name, Some(all));
        all
    }
}

fn address(query: &Query) -> usize {
    std::ptr::from_ref(query) as usize
}
