//! One table behind FROM: a name, a query, a function.

use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Expr, FunctionArg, Ident, JsonTableColumn, ObjectName, TableAlias, TableFactor};

use crate::calls::{self, CallPart};
use crate::edges::Reason;
use crate::flow::Flow;
use crate::names::{last, place};
use crate::scope::{Env, Queries, Scope};
use crate::table::{Piece, Table};
use crate::tree::Tree;
use crate::work::Work;
use crate::{expr, functions, named};

/// Words behind the name of a table that are ClickHouse's own, and that the parser takes for an alias.
const CLICKHOUSE_WORDS: [&str; 4] = ["final", "any", "all", "paste"];

/// Where a table stands: what is around the query, and the tables before it in the same FROM.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'s> {
    pub(crate) env: Env<'s>,
    pub(crate) before: &'s [&'s Tree],
}

impl<'s> Spot<'s> {
    /// The columns that a table here can name: those around, and of the tables before it.
    fn scope(self) -> Scope<'s> {
        Scope::of(self.before, self.env)
    }
}

/// The table that stands there, alone.
pub(crate) fn factor(queries: &dyn Queries, factor: &TableFactor, spot: Spot<'_>) -> Tree {
    let work = queries.work();
    match factor {
        TableFactor::Table { name, alias, args: Some(arguments), with_ordinality, .. } => {
            function(queries, spot, name, &arguments.args, *with_ordinality, alias.as_ref())
        }
        TableFactor::Function { name, args, with_ordinality, alias, .. } => {
            function(queries, spot, name, args, *with_ordinality, alias.as_ref())
        }
        TableFactor::Table { name, alias, .. } => {
            let found = named::table(queries, name, spot.env);
            called(work, found.table, found.schema, found.name, alias.as_ref())
        }
        TableFactor::Derived { lateral, subquery, alias, .. } => {
            let scope = spot.scope();
            let table = queries.query(subquery, if *lateral { scope.inside() } else { spot.env });
            called(work, Rc::new(table), String::new(), String::new(), alias.as_ref())
        }
        TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_ordinality, .. } => {
            unnest(queries, spot, array_exprs, *with_ordinality, alias.as_ref())
        }
        TableFactor::JsonTable { json_expr, columns, alias, .. } => {
            let flow = Rc::new(expr::flow(queries, &spot.scope(), json_expr));
            let mut pieces = Vec::new();
            json_columns(work, columns, &flow, &mut pieces);
            called(work, Rc::new(Table::of(pieces)), String::new(), String::new(), alias.as_ref())
        }
        _ => unknown(work, Reason::NotFollowed("This kind of table"), None),
    }
}

/// A table of which nothing is known.
pub(crate) fn unknown(work: &Work<'_>, reason: Reason, at: Option<&Ident>) -> Tree {
    called(work, Rc::new(Table::unknown(reason, at.and_then(place))), String::new(), String::new(), None)
}

/// The alias of a table, where the words behind it are one.
pub(crate) fn written<'a>(work: &Work<'_>, alias: Option<&'a TableAlias>) -> Option<&'a TableAlias> {
    alias.filter(|alias| {
        let is_own = CLICKHOUSE_WORDS.iter().any(|word| alias.name.value.eq_ignore_ascii_case(word));
        !(work.dialect() == Dialect::Clickhouse && !alias.explicit && alias.name.quote_style.is_none() && is_own)
    })
}

/// A table under the name that it has in FROM, and with the names that are given to its columns.
pub(crate) fn called(work: &Work<'_>, table: Rc<Table>, schema: String, name: String, alias: Option<&TableAlias>) -> Tree {
    let Some(alias) = written(work, alias) else { return Tree::one(schema, name, table) };
    let columns: Vec<String> = alias.columns.iter().map(|column| work.names.looked_up(&column.name)).collect();
    let table = if columns.is_empty() { table } else { Rc::new((*table).clone().renamed(&columns, place(&alias.name), work)) };
    let mut tree = Tree::one(String::new(), work.names.looked_up(&alias.name), table);
    if work.dialect() == Dialect::Clickhouse {
        tree.also_called(&schema, &name);
    }
    tree
}

/// What flows into the result of a table function.
pub(crate) fn arguments(queries: &dyn Queries, scope: &Scope<'_>, arguments: &[FunctionArg]) -> Flow {
    let (mut parts, mut flow) = (Vec::new(), Flow::default());
    arguments.iter().for_each(|argument| calls::argument(argument, &mut parts));
    for part in parts {
        let of_part = match part {
            CallPart::Value(_, value) => expr::flow(queries, scope, value),
            CallPart::Row(name) => expr::row(queries, scope, name),
            CallPart::All => Flow::default(),
            CallPart::Query(query) => queries.query(query, scope.inside()).whole(None, queries.work()),
        };
        flow.add(&of_part, queries.work());
    }
    flow
}

fn function(
    queries: &dyn Queries,
    spot: Spot<'_>,
    name: &ObjectName,
    given: &[FunctionArg],
    with_ordinality: bool,
    alias: Option<&TableAlias>,
) -> Tree {
    let work = queries.work();
    let own = last(name).map(|name| work.names.looked_up(name)).unwrap_or_default();
    let known = if name.0.len() == 1 { functions::columns(work.dialect(), &own) } else { None };
    let Some(columns) = known else {
        let table = Table::unknown(Reason::Function(name.to_string()), last(name).and_then(place));
        return called(work, Rc::new(table), String::new(), own, alias);
    };
    let flow = Rc::new(arguments(queries, &spot.scope(), given));
    let in_from = written(work, alias).map_or_else(|| own.clone(), |alias| work.names.looked_up(&alias.name));
    let name_of = |column: &Option<&str>| column.map_or_else(|| in_from.clone(), str::to_owned);
    let mut pieces: Vec<Piece> = columns.iter().map(|column| Piece::Column { name: Some(name_of(column)), flow: flow.clone() }).collect();
    pieces.extend(with_ordinality.then(ordinality));
    called(work, Rc::new(Table::of(pieces)), String::new(), own, alias)
}

fn ordinality() -> Piece {
    Piece::Column { name: Some("ordinality".to_owned()), flow: Rc::default() }
}

fn unnest(queries: &dyn Queries, spot: Spot<'_>, arrays: &[Expr], with_ordinality: bool, alias: Option<&TableAlias>) -> Tree {
    let work = queries.work();
    let own = "unnest".to_owned();
    let name = match (work.dialect(), arrays) {
        (Dialect::Postgres, [_]) => Some(written(work, alias).map_or_else(|| own.clone(), |alias| work.names.looked_up(&alias.name))),
        (Dialect::Postgres, _) => Some(own.clone()),
        _ => None,
    };
    let scope = spot.scope();
    let column = |array: &Expr| Piece::Column { name: name.clone(), flow: Rc::new(expr::flow(queries, &scope, array)) };
    let mut pieces: Vec<Piece> = arrays.iter().map(column).collect();
    pieces.extend(with_ordinality.then(ordinality));
    called(work, Rc::new(Table::of(pieces)), String::new(), own, alias)
}

fn json_columns(work: &Work<'_>, columns: &[JsonTableColumn], flow: &Rc<Flow>, pieces: &mut Vec<Piece>) {
    for column in columns {
        let (name, flow) = match column {
            JsonTableColumn::Named(column) => (&column.name, flow.clone()),
            JsonTableColumn::ForOrdinality(name) => (name, Rc::default()),
            JsonTableColumn::Nested(nested) => {
                json_columns(work, &nested.columns, flow, pieces);
                continue;
            }
        };
        pieces.push(Piece::Column { name: Some(work.names.looked_up(name)), flow });
    }
}

/// What decides which rows a table has.
pub(crate) fn rows(tree: &Tree, work: &Work<'_>) -> Flow {
    let mut rows = Flow::default();
    tree.entries.iter().for_each(|entry| rows.add(&entry.table.rows, work));
    rows
}
