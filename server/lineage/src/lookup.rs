//! What a name of a column stands for.

use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::Ident;

use crate::edges::{Place, Reason};
use crate::flow::Flow;
use crate::names::place;
use crate::rules::Order;
use crate::scope::{Item, Scope};
use crate::table::Found;
use crate::tree::{Entry, Named, ambiguous};
use crate::work::Work;

/// What a name alone is.
pub(crate) enum Meaning<'s> {
    Flow(Rc<Flow>),
    /// A column of the result of this scope.
    Item(&'s Scope<'s>, &'s Item<'s>),
    /// A column of the result or, where that is another one, nobody knows.
    Either(&'s Scope<'s>, &'s Item<'s>, Rc<Flow>),
}

/// A name alone.
pub(crate) fn alone<'s>(work: &Work<'_>, scope: &'s Scope<'s>, ident: &Ident) -> Meaning<'s> {
    let (name, at) = (work.names.looked_up(ident), place(ident));
    let item = item(work, scope, &name);
    match (item, scope.aliases.order) {
        (Some(item), Order::Before) => return Meaning::Item(scope, item),
        (Some(item), Order::Behind | Order::Unsure) => {
            return match in_tables(work, scope, &name, at) {
                InTables::Sure(_) if scope.aliases.order == Order::Behind => Meaning::Flow(column(work, scope, ident)),
                InTables::Sure(flow) | InTables::Maybe(flow) => Meaning::Either(scope, item, flow),
                InTables::No => Meaning::Item(scope, item),
            };
        }
        _ => {}
    }
    match in_tables(work, scope, &name, at) {
        InTables::No => match scope.env.scope {
            Some(around) => alone(work, around, ident),
            None => Meaning::Flow(nowhere(work, scope, ident)),
        },
        _ => Meaning::Flow(column(work, scope, ident)),
    }
}

/// The column of the result that has this name here, where it can be named.
fn item<'s>(work: &Work<'_>, scope: &'s Scope<'s>, name: &str) -> Option<&'s Item<'s>> {
    if scope.aliases.order == Order::Hidden {
        return None;
    }
    let has_name = |item: &&Item<'_>| item.name.as_deref().is_some_and(|known| work.names.are_same(known, name));
    let can_be_named = scope.items.iter().filter(|item| item.is_alias || !scope.aliases.written);
    // In its own expression a name is that of a column of a table.
    let itself = work.making.borrow().last().copied();
    can_be_named.filter(has_name).find(|item| itself != Some(item.id))
}

/// What the tables of one scope have under a name.
enum InTables {
    Sure(Rc<Flow>),
    /// Tables whose columns are not known may have it.
    Maybe(Rc<Flow>),
    No,
}

fn in_tables(work: &Work<'_>, scope: &Scope<'_>, name: &str, at: Option<Place>) -> InTables {
    let mut all = Named::default();
    for tree in scope.trees {
        let found = tree.named(name, work);
        all.first_is_sure |= all.owners.is_empty() && found.first_is_sure;
        all.sure.extend(found.sure);
        all.maybe.extend(found.maybe);
        all.owners.extend(found.owners);
    }
    let tables: usize = scope.trees.iter().map(|tree| tree.entries.len()).sum();
    // ClickHouse takes the left one of two tables, where others refuse.
    let left_first = work.dialect() == Dialect::Clickhouse;
    match (&all.sure[..], &all.maybe[..]) {
        ([], []) => InTables::No,
        ([first, ..], _) if left_first && tables == 2 && all.first_is_sure => InTables::Sure(first.clone()),
        // A second table would make it an error, so no other one has it.
        ([one], maybe) if maybe.is_empty() || !left_first => InTables::Sure(one.clone()),
        ([first, others @ ..], []) if others.iter().all(|other| other == first) => InTables::Sure(first.clone()),
        ([], [one]) => InTables::Maybe(one.clone()),
        ([], _) => InTables::Maybe(ambiguous(name, all.owners, at)),
        _ => InTables::Sure(ambiguous(name, all.owners, at)),
    }
}

/// A column of the tables of this scope, which may have it.
fn column(work: &Work<'_>, scope: &Scope<'_>, ident: &Ident) -> Rc<Flow> {
    let (name, at) = (work.names.looked_up(ident), place(ident));
    let flow = match in_tables(work, scope, &name, at) {
        InTables::Sure(flow) => return flow,
        InTables::Maybe(flow) => flow,
        InTables::No => return nowhere(work, scope, ident),
    };
    if work.dialect() == Dialect::Sqlite && ident.quote_style == Some('"') {
        return Flow::unknown(Reason::TextOrColumn(name), at);
    }
    // The whole row of a table, to PostgreSQL.
    let is_row = work.dialect() == Dialect::Postgres && !called(work, scope, None, &name).is_empty();
    if is_row || is_around(work, scope, &name) {
        let around = if is_row { "the row of the table of this name" } else { "a query around this one" };
        let mut owners: Vec<String> = scope.trees.iter().flat_map(|tree| tree.named(&name, work).owners).collect();
        owners.push(around.to_owned());
        return ambiguous(&name, owners, at);
    }
    flow
}

/// Whether a name is a column of the tables here or around, or of the result: for sure, or where it is not known. Nothing where it is none.
pub(crate) fn is_surely_column(work: &Work<'_>, scope: &Scope<'_>, parts: &[&Ident]) -> Option<bool> {
    let name = work.names.looked_up(parts.first()?);
    if parts.len() > 1 && !in_scopes(work, scope, None, &name).is_empty() {
        return Some(true);
    }
    match in_tables(work, scope, &name, None) {
        InTables::Sure(_) => Some(true),
        InTables::Maybe(_) => Some(false),
        InTables::No if item(work, scope, &name).is_some() => Some(true),
        InTables::No => is_surely_column(work, scope.env.scope?, parts),
    }
}

/// Whether a query around this one may have a column of this name.
fn is_around(work: &Work<'_>, scope: &Scope<'_>, name: &str) -> bool {
    let Some(around) = scope.env.scope else { return false };
    !matches!(in_tables(work, around, name, None), InTables::No) || item(work, around, name).is_some() || is_around(work, around, name)
}

/// A name that no table around has: a row, a text, or nothing known.
fn nowhere(work: &Work<'_>, scope: &Scope<'_>, ident: &Ident) -> Rc<Flow> {
    let (name, at) = (work.names.looked_up(ident), place(ident));
    match work.dialect() {
        Dialect::Postgres => {
            if let Some(entry) = in_scopes(work, scope, None, &name).first() {
                return Rc::new(entry.table.whole(at, work));
            }
        }
        Dialect::Sqlite if ident.quote_style == Some('"') => return Rc::default(),
        Dialect::Sqlite | Dialect::Mysql | Dialect::Clickhouse | Dialect::Datafusion => {}
    }
    Flow::unknown(Reason::NoColumn(name), at)
}

fn called<'s>(work: &Work<'_>, scope: &'s Scope<'s>, schema: Option<&str>, name: &str) -> Vec<&'s Entry> {
    scope.trees.iter().flat_map(|tree| tree.called(schema, name, work)).collect()
}

/// The tables that are called so in the nearest query that has one.
pub(crate) fn in_scopes<'s>(work: &Work<'_>, scope: &'s Scope<'s>, schema: Option<&str>, name: &str) -> Vec<&'s Entry> {
    let found = called(work, scope, schema, name);
    match scope.env.scope {
        Some(around) if found.is_empty() => in_scopes(work, around, schema, name),
        _ => found,
    }
}

/// A name of several parts: of a table and its column, perhaps with a schema before or fields behind.
pub(crate) fn dotted<'s>(work: &Work<'_>, scope: &'s Scope<'s>, parts: &[&Ident]) -> Meaning<'s> {
    let looked_up: Vec<String> = parts.iter().map(|ident| work.names.looked_up(ident)).collect();
    let at = parts.first().and_then(|ident| place(ident));
    let has_fields = matches!(work.dialect(), Dialect::Clickhouse | Dialect::Datafusion);
    // The longest name of a table first, but where what is behind a column may be its field.
    let longest = parts.len().saturating_sub(1).min(3);
    for step in 0..longest {
        let length = if has_fields { step + 1 } else { longest - step };
        let schema = length.checked_sub(2).map(|index| looked_up[index].as_str());
        let (table, column) = (&looked_up[length - 1], &looked_up[length]);
        let behind = parts.len() - length - 1;
        if behind > 0 && !has_fields {
            continue;
        }
        match &in_scopes(work, scope, schema, table)[..] {
            [] => {}
            [entry] => {
                let column = nested(work, &looked_up[length..], entry).unwrap_or_else(|| column.clone());
                return Meaning::Flow(of_entry(work, entry, &column, at));
            }
            several => {
                let names = several.iter().map(|entry| entry.name.clone()).collect();
                return Meaning::Flow(if behind == 0 {
                    Flow::unknown(Reason::TwoTables(table.clone()), at)
                } else {
                    ambiguous(column, names, at)
                });
            }
        }
    }
    match parts.first() {
        Some(first) if has_fields => fields(work, scope, first, &looked_up),
        _ => Meaning::Flow(Flow::unknown(Reason::NoTable(looked_up.first().cloned().unwrap_or_default()), at)),
    }
}

/// ClickHouse has columns with a dot in their name.
fn nested(work: &Work<'_>, names: &[String], entry: &Entry) -> Option<String> {
    let joined = names.join(".");
    let is_there =
        work.dialect() == Dialect::Clickhouse && names.len() > 1 && matches!(entry.table.find(&joined, None, work), Found::Yes(_));
    is_there.then_some(joined)
}

fn of_entry(work: &Work<'_>, entry: &Entry, column: &str, at: Option<Place>) -> Rc<Flow> {
    match entry.table.find(column, at, work) {
        Found::Yes(flow) | Found::Maybe(flow) => flow,
        Found::No => Flow::unknown(Reason::NoColumnIn { column: column.to_owned(), table: entry.name.clone() }, at),
    }
}

/// A field of a column, where no table is called as the name begins.
fn fields<'s>(work: &Work<'_>, scope: &'s Scope<'s>, first: &Ident, names: &[String]) -> Meaning<'s> {
    let at = place(first);
    if let InTables::Sure(flow) = in_tables(work, scope, &names.join("."), at) {
        return Meaning::Flow(flow);
    }
    match alone(work, scope, first) {
        // Only where it is sure: the table that is meant may be one that is not known.
        Meaning::Flow(flow) if flow.unknown.is_empty() && matches!(in_tables(work, scope, &names[0], at), InTables::Sure(_)) => {
            Meaning::Flow(flow)
        }
        Meaning::Flow(_) => Meaning::Flow(Flow::unknown(Reason::NoTable(names[0].clone()), at)),
        item => item,
    }
}
