//! The name that a column of the result has without an alias.

use model::dialect::Dialect;
use sqlparser::ast::{AccessExpr, Expr, Ident};

use crate::lookup;
use crate::names::last;
use crate::scope::Scope;
use crate::table::Piece;
use crate::work::Work;

/// Nothing where the server makes up a name of its own.
pub(crate) fn implied(work: &Work<'_>, scope: &Scope<'_>, expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => of_column(work, scope, &[ident]),
        Expr::CompoundIdentifier(idents) => of_column(work, scope, &idents.iter().collect::<Vec<_>>()),
        Expr::Nested(inner) if matches!(work.dialect(), Dialect::Postgres | Dialect::Datafusion) => implied(work, scope, inner),
        _ if work.dialect() == Dialect::Postgres => of_postgres(work, scope, expr),
        _ => None,
    }
}

/// SQLite calls a column as its table does, in whatever letters it is written; ClickHouse as it is written without its table; the others
/// by the last part of the name.
fn of_column(work: &Work<'_>, scope: &Scope<'_>, parts: &[&Ident]) -> Option<String> {
    let looked_up: Vec<String> = parts.iter().map(|part| work.names.looked_up(part)).collect();
    let (column, before) = looked_up.split_last()?;
    let pieces = || -> Vec<Piece> {
        match before.split_last() {
            None => scope.trees.iter().flat_map(|tree| tree.listed()).collect(),
            Some((table, schema)) => {
                let entries = lookup::in_scopes(work, scope, schema.last().map(String::as_str), table);
                entries.iter().flat_map(|entry| entry.table.pieces.clone()).collect()
            }
        }
    };
    match work.dialect() {
        Dialect::Sqlite => {
            let declared = pieces().iter().filter_map(Piece::name).find(|name| work.names.are_same(name, column)).map(str::to_owned);
            declared.or_else(|| Some(column.clone()))
        }
        Dialect::Clickhouse => of_clickhouse(work, scope, &looked_up),
        Dialect::Postgres | Dialect::Mysql | Dialect::Datafusion => Some(column.clone()),
    }
}

fn of_clickhouse(work: &Work<'_>, scope: &Scope<'_>, parts: &[String]) -> Option<String> {
    let is_table = |length: &usize| {
        let schema = length.checked_sub(2).map(|index| parts[index].as_str());
        !lookup::in_scopes(work, scope, schema, &parts[length - 1]).is_empty()
    };
    let length = (1..parts.len()).rev().find(is_table).unwrap_or_default();
    let name = parts[length..].join(".");
    // Where more than one table has it, the name of the table may stay in front.
    let tables = scope.trees.iter().map(|tree| tree.named(&name, work).owners.len()).sum::<usize>();
    (length == 0 || tables < 2).then_some(name)
}

/// PostgreSQL calls a column by the function or the field that it is.
fn of_postgres(work: &Work<'_>, scope: &Scope<'_>, expr: &Expr) -> Option<String> {
    let name = match expr {
        Expr::Function(function) => return last(&function.name).map(|name| work.names.looked_up(name)),
        Expr::Cast { expr, .. } | Expr::Collate { expr, .. } => return implied(work, scope, expr),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let field = access_chain.iter().rev().find_map(|step| match step {
                AccessExpr::Dot(Expr::Identifier(name)) => Some(work.names.looked_up(name)),
                _ => None,
            });
            return field.or_else(|| implied(work, scope, root));
        }
        Expr::Extract { .. } => "extract",
        Expr::Substring { .. } => "substring",
        Expr::Position { .. } => "position",
        Expr::Overlay { .. } => "overlay",
        Expr::Ceil { .. } => "ceil",
        Expr::Floor { .. } => "floor",
        Expr::Exists { .. } => "exists",
        Expr::Array(_) => "array",
        _ => return None,
    };
    Some(name.to_owned())
}
