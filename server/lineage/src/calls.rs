//! The parts of a call, and how each takes part in its value.

use model::dialect::Dialect;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, HavingBound, NamedWindowDefinition,
    NamedWindowExpr, ObjectName, OrderByExpr, Query, WindowFrameBound, WindowSpec, WindowType,
};

use crate::edges::How;
use crate::names::last;
use crate::words;

/// How many windows may be named one by another.
const MAX_WINDOWS: usize = 32;

/// One part of a call.
pub(crate) enum CallPart<'a> {
    Value(How, &'a Expr),
    Query(&'a Query),
    /// All columns of a table.
    Row(&'a ObjectName),
    /// All columns of all tables.
    All,
}

/// The parts of a call. What WITHIN GROUP sorts are the values themselves, as of percentiles.
pub(crate) fn parts<'a>(dialect: Dialect, function: &'a Function, windows: &'a [NamedWindowDefinition]) -> Vec<CallPart<'a>> {
    let mut parts = Vec::new();
    let name = last(&function.name).map(|name| name.value.as_str()).unwrap_or_default();
    arguments(dialect, name, &function.parameters, &mut parts);
    arguments(dialect, name, &function.args, &mut parts);
    parts.extend(function.within_group.iter().map(|item| CallPart::Value(How::Direct, &item.expr)));
    parts.extend(function.filter.iter().map(|filter| CallPart::Value(How::Filter, filter)));
    match &function.over {
        Some(WindowType::WindowSpec(spec)) => window(spec, windows, MAX_WINDOWS, &mut parts),
        Some(WindowType::NamedWindow(name)) => named_window(&name.value, windows, MAX_WINDOWS, &mut parts),
        None => {}
    }
    parts
}

fn arguments<'a>(dialect: Dialect, function: &str, arguments: &'a FunctionArguments, parts: &mut Vec<CallPart<'a>>) {
    match arguments {
        FunctionArguments::None => {}
        FunctionArguments::Subquery(query) => parts.push(CallPart::Query(query)),
        FunctionArguments::List(list) => {
            for (index, argument) in list.args.iter().enumerate() {
                match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if words::is_argument(dialect, function, index, expr) => {}
                    // ClickHouse gives all columns to any function; `count(*)` counts rows and reads no column.
                    FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_)) => {
                        let counts = function.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("count"));
                        parts.extend((dialect == Dialect::Clickhouse && !counts).then_some(CallPart::All));
                    }
                    _ => self::argument(argument, parts),
                }
            }
            list.clauses.iter().for_each(|clause| self::clause(clause, parts));
        }
    }
}

/// One argument, without its name.
pub(crate) fn argument<'a>(argument: &'a FunctionArg, parts: &mut Vec<CallPart<'a>>) {
    match argument {
        FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg) => match arg {
            FunctionArgExpr::Expr(Expr::QualifiedWildcard(name, _)) | FunctionArgExpr::QualifiedWildcard(name) => {
                parts.push(CallPart::Row(name));
            }
            FunctionArgExpr::Expr(expr) => parts.push(CallPart::Value(How::Direct, expr)),
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => {}
        },
    }
}

fn clause<'a>(clause: &'a FunctionArgumentClause, parts: &mut Vec<CallPart<'a>>) {
    match clause {
        FunctionArgumentClause::OrderBy(items) => sorts(items, parts),
        FunctionArgumentClause::Limit(expr) | FunctionArgumentClause::Having(HavingBound(_, expr)) => {
            parts.push(CallPart::Value(How::Filter, expr));
        }
        FunctionArgumentClause::IgnoreOrRespectNulls(_)
        | FunctionArgumentClause::OnOverflow(_)
        | FunctionArgumentClause::Separator(_)
        | FunctionArgumentClause::JsonNullClause(_)
        | FunctionArgumentClause::JsonReturningClause(_) => {}
    }
}

fn sorts<'a>(items: &'a [OrderByExpr], parts: &mut Vec<CallPart<'a>>) {
    parts.extend(items.iter().map(|item| CallPart::Value(How::Sort, &item.expr)));
}

fn window<'a>(spec: &'a WindowSpec, windows: &'a [NamedWindowDefinition], left: usize, parts: &mut Vec<CallPart<'a>>) {
    if let Some(name) = &spec.window_name {
        named_window(&name.value, windows, left, parts);
    }
    parts.extend(spec.partition_by.iter().map(|expr| CallPart::Value(How::Group, expr)));
    sorts(&spec.order_by, parts);
    if let Some(frame) = &spec.window_frame {
        let bounds = [Some(&frame.start_bound), frame.end_bound.as_ref()];
        for bound in bounds.into_iter().flatten() {
            if let WindowFrameBound::Preceding(Some(expr)) | WindowFrameBound::Following(Some(expr)) = bound {
                parts.push(CallPart::Value(How::Sort, expr));
            }
        }
    }
}

fn named_window<'a>(name: &str, windows: &'a [NamedWindowDefinition], left: usize, parts: &mut Vec<CallPart<'a>>) {
    let Some(left) = left.checked_sub(1) else { return };
    let found = windows.iter().find(|NamedWindowDefinition(known, _)| known.value.eq_ignore_ascii_case(name));
    match found.map(|NamedWindowDefinition(_, spec)| spec) {
        Some(NamedWindowExpr::WindowSpec(spec)) => window(spec, windows, left, parts),
        Some(NamedWindowExpr::NamedWindow(other)) => named_window(&other.value, windows, left, parts),
        None => {}
    }
}
