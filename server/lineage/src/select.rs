//! Where the columns of one SELECT come from.

use std::cell::OnceCell;
use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Distinct, Expr, Ident, Select, SelectItem};

use crate::clauses::{Tail, Terms};
use crate::edges::{How, Reason};
use crate::names::{last, place};
use crate::rules::{self, Clause};
use crate::scope::{Env, Item, Queries, Scope};
use crate::table::{Piece, Table};
use crate::work::Work;
use crate::{expr, joins, output_names, star};

/// The result of a SELECT, with what is behind it.
pub(crate) fn select(queries: &dyn Queries, select: &Select, tail: Tail<'_>, env: Env<'_>) -> Table {
    let work = queries.work();
    let (tree, mut rows) = joins::tables(queries, &select.from, env);
    let trees = [&tree];
    let windows = &select.named_window;
    // ClickHouse reads the names of the result everywhere, also in the result itself.
    let named_first = if work.dialect() == Dialect::Clickhouse { aliases(work, &select.projection) } else { Vec::new() };
    let aliases = rules::within(work.dialect(), Clause::Rows);
    let scope = Scope { env, trees: &trees, items: &named_first, windows, aliases };
    let made = results(queries, &scope, &select.projection);
    let result: Vec<Piece> = made.iter().map(|(piece, _)| piece.clone()).collect();
    let named_last = if named_first.is_empty() { items(&made) } else { Vec::new() };
    let scope = Scope { env, trees: &trees, items: if named_last.is_empty() { &named_first } else { &named_last }, windows, aliases };
    let mut terms = Terms { queries, scope: &scope, result: &result, rows: &mut rows };
    select.prewhere.iter().chain(&select.selection).for_each(|condition| terms.condition(Clause::Rows, condition));
    terms.group_by(&select.group_by);
    select.having.iter().for_each(|condition| terms.condition(Clause::Having, condition));
    select.qualify.iter().for_each(|condition| terms.condition(Clause::Qualify, condition));
    match &select.distinct {
        Some(Distinct::Distinct) => terms.whole_result(How::Group),
        Some(Distinct::On(on)) => on.iter().for_each(|term| terms.term(How::Group, Clause::DistinctOn, term)),
        Some(Distinct::All) | None => {}
    }
    terms.tail(tail);
    note_others(select, &mut rows);
    Table { pieces: result, rows }
}

/// What the dialects here do not have, and the parser reads all the same.
fn note_others(select: &Select, rows: &mut crate::flow::Flow) {
    let is_other = !select.lateral_views.is_empty()
        || !select.connect_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.exclude.is_some()
        || select.value_table_mode.is_some();
    if is_other {
        rows.note(How::Filter, Reason::NotFollowed("A clause of another dialect"), None);
    }
}

/// The columns that are named with AS, not looked at yet.
fn aliases<'s>(work: &Work<'_>, projection: &'s [SelectItem]) -> Vec<Item<'s>> {
    let item = |expr: &'s Expr, alias: &Ident| Item {
        id: work.next_number(),
        name: Some(work.names.looked_up(alias)),
        is_alias: true,
        expr: Some(expr),
        flow: OnceCell::new(),
    };
    let named = |selected: &'s SelectItem| match selected {
        SelectItem::ExprWithAlias { expr, alias } => Some(item(expr, alias)),
        _ => None,
    };
    projection.iter().filter_map(named).collect()
}

/// The columns of a result that is known.
pub(crate) fn items<'s>(made: &[(Piece, bool)]) -> Vec<Item<'s>> {
    let item = |(piece, is_alias): &(Piece, bool)| match piece {
        Piece::Column { name: Some(name), flow } => {
            Some(Item { id: 0, name: Some(name.clone()), is_alias: *is_alias, expr: None, flow: OnceCell::from(flow.clone()) })
        }
        _ => None,
    };
    made.iter().filter_map(item).collect()
}

/// The columns of the result, each with whether it was named with AS.
fn results(queries: &dyn Queries, scope: &Scope<'_>, projection: &[SelectItem]) -> Vec<(Piece, bool)> {
    let work = queries.work();
    let mut made: Vec<(Piece, bool)> = Vec::new();
    let mut aliased = scope.items.iter();
    for selected in projection {
        match selected {
            SelectItem::UnnamedExpr(expr) => made.push((unnamed(queries, scope, expr), false)),
            SelectItem::ExprWithAlias { expr, alias } => {
                let flow = match aliased.next() {
                    Some(item) => expr::item(queries, scope, item),
                    None => Rc::new(expr::flow(queries, scope, expr)),
                };
                made.push((Piece::Column { name: Some(work.names.looked_up(alias)), flow }, true));
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                let flow = Rc::new(expr::flow(queries, scope, expr));
                made.extend(
                    aliases.iter().map(|alias| (Piece::Column { name: Some(work.names.looked_up(alias)), flow: flow.clone() }, true)),
                );
            }
            SelectItem::QualifiedWildcard(kind, options) => {
                made.extend(star::of_table(queries, scope, kind, options).into_iter().map(|piece| (piece, false)));
            }
            SelectItem::Wildcard(options) => made.extend(star::all(queries, scope, options).into_iter().map(|piece| (piece, false))),
        }
    }
    made
}

fn unnamed(queries: &dyn Queries, scope: &Scope<'_>, expr: &Expr) -> Piece {
    let work = queries.work();
    if let (Dialect::Clickhouse, Expr::Function(function)) = (work.dialect(), expr)
        && let Some(name) = last(&function.name)
        && name.value.eq_ignore_ascii_case("columns")
    {
        let mut table = Table::unknown(Reason::NotFollowed("COLUMNS"), place(name));
        return table.pieces.swap_remove(0);
    }
    Piece::Column { name: output_names::implied(work, scope, expr), flow: Rc::new(expr::flow(queries, scope, expr)) }
}
