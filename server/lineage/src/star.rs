//! The columns that a star stands for.

use std::rc::Rc;

use sqlparser::ast::{
    ExcludeSelectItem, Ident, IdentWithAlias, ObjectName, RenameSelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
};

use crate::edges::{Place, Reason};
use crate::flow::Flow;
use crate::names::{idents, last, place};
use crate::scope::{Queries, Scope};
use crate::table::{Found, Piece, Table};
use crate::work::Work;
use crate::{expr, lookup};

/// `*`
pub(crate) fn all(queries: &dyn Queries, scope: &Scope<'_>, options: &WildcardAdditionalOptions) -> Vec<Piece> {
    let pieces: Vec<Piece> = scope.trees.iter().flat_map(|tree| tree.listed()).collect();
    changed(queries, scope, &pieces, options)
}

/// `t.*`
pub(crate) fn of_table(
    queries: &dyn Queries,
    scope: &Scope<'_>,
    kind: &SelectItemQualifiedWildcardKind,
    options: &WildcardAdditionalOptions,
) -> Vec<Piece> {
    let SelectItemQualifiedWildcardKind::ObjectName(name) = kind else {
        return Table::unknown(Reason::NotFollowed("A star behind an expression"), star(options)).pieces;
    };
    changed(queries, scope, &called(queries, scope, name), options)
}

fn called(queries: &dyn Queries, scope: &Scope<'_>, name: &ObjectName) -> Vec<Piece> {
    let work = queries.work();
    let parts = idents(name).unwrap_or_default();
    let Some((table, before)) = parts.split_last() else { return Vec::new() };
    let schema = before.last().map(|schema| work.names.looked_up(schema));
    let called = work.names.looked_up(table);
    match &lookup::in_scopes(work, scope, schema.as_deref(), &called)[..] {
        [entry] => entry.table.pieces.clone(),
        [] => Table::unknown(Reason::NoTable(called), place(table)).pieces,
        _ => Table::unknown(Reason::TwoTables(called), place(table)).pieces,
    }
}

fn star(options: &WildcardAdditionalOptions) -> Option<Place> {
    let at = options.wildcard_token.0.span.start;
    (at.line > 0).then_some(Place { line: at.line, column: at.column })
}

/// The columns without some, and with others in the place of some.
fn changed(queries: &dyn Queries, scope: &Scope<'_>, pieces: &[Piece], options: &WildcardAdditionalOptions) -> Vec<Piece> {
    let (work, at) = (queries.work(), star(options));
    work.spend(pieces.len());
    let mut pieces: Vec<Piece> = pieces.iter().map(|piece| piece.starred(at)).collect();
    for name in left_out(options) {
        let name = work.names.looked_up(name);
        pieces = pieces.iter().filter_map(|piece| piece.without(&name, work)).collect();
    }
    for element in options.opt_replace.iter().flat_map(|replace| &replace.items) {
        let flow = Rc::new(expr::flow(queries, scope, &element.expr));
        let name = work.names.looked_up(&element.column_name);
        pieces = replaced(pieces, &name, &name, work, |_| flow.clone());
    }
    let renamed: &[IdentWithAlias] = match &options.opt_rename {
        Some(RenameSelectItem::Single(one)) => std::slice::from_ref(one),
        Some(RenameSelectItem::Multiple(several)) => several,
        None => &[],
    };
    for IdentWithAlias { ident, alias } in renamed {
        let (name, new) = (work.names.looked_up(ident), work.names.looked_up(alias));
        pieces = replaced(pieces, &name, &new, work, |flow| flow);
    }
    if options.opt_ilike.is_some() || options.opt_alias.is_some() {
        return Table::unknown(Reason::NotFollowed("What stands behind this star"), at).pieces;
    }
    pieces
}

fn left_out(options: &WildcardAdditionalOptions) -> Vec<&Ident> {
    let excluded: &[ObjectName] = match &options.opt_exclude {
        Some(ExcludeSelectItem::Single(one)) => std::slice::from_ref(one),
        Some(ExcludeSelectItem::Multiple(several)) => several,
        None => &[],
    };
    let except = options.opt_except.iter().flat_map(|except| [&except.first_element].into_iter().chain(&except.additional_elements));
    excluded.iter().filter_map(last).chain(except).collect()
}

/// One column under another name, with another flow. Where it is one of a rest it is put before it.
fn replaced(pieces: Vec<Piece>, name: &str, new: &str, work: &Work<'_>, flow: impl Fn(Rc<Flow>) -> Rc<Flow>) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (Found::Yes(old) | Found::Maybe(old)) = piece.find(name, work) else {
            out.push(piece);
            continue;
        };
        out.push(Piece::Column { name: Some(new.to_owned()), flow: flow(old) });
        if matches!(piece, Piece::Rest { .. }) {
            out.extend(piece.without(name, work));
        }
    }
    out
}
