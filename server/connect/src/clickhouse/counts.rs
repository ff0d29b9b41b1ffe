//! Which columns of a statement are counts and sums. ClickHouse gives them the same type as hashes and keys, unsigned numbers of 64 bits; but
//! nothing counts so far that an integer of ours would not do.

use model::dialect::Dialect;
use sqlparser::ast::{BinaryOperator, Expr, ObjectNamePart, SelectItem, SetExpr, Statement};

use crate::guard;

/// How the names of such functions begin.
const COUNTS: [&str; 13] = [
    "count",
    "uniq",
    "sum",
    "length",
    "char_length",
    "position",
    "indexof",
    "arraycount",
    "arrayuniq",
    "row_number",
    "rank",
    "dense_rank",
    "rownumber",
];

/// The names of these columns.
pub(super) fn of(sql: &str) -> Vec<String> {
    let Some(Statement::Query(query)) = guard::tree(sql, Dialect::Clickhouse) else { return Vec::new() };
    let mut body = &*query.body;
    let projection = loop {
        match body {
            SetExpr::Select(select) => break &select.projection,
            SetExpr::Query(query) => body = &query.body,
            SetExpr::SetOperation { left, .. } => body = left,
            _ => return Vec::new(),
        }
    };
    let named = projection.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if is_count(expr) => Some(alias.value.clone()),
        _ => None,
    });
    named.collect()
}

fn is_count(expr: &Expr) -> bool {
    let is_part = |expr: &Expr| matches!(expr, Expr::Value(_)) || is_count(expr);
    match expr {
        Expr::Nested(inner) => is_count(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Multiply, right } => is_part(left) && is_part(right),
        Expr::Function(function) => {
            let name = function.name.0.last().and_then(ObjectNamePart::as_ident).map(|name| name.value.to_ascii_lowercase());
            name.is_some_and(|name| COUNTS.iter().any(|known| name.starts_with(known)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_sums_are_told_from_hashes_and_keys() {
        let sql = "SELECT id AS i, cityHash64(id) AS h, count() AS n, uniqExact(id) AS u, (sumIf(x, y > 0)) AS s, count() * 2 + 1 AS m, \
                   sum(x) + cityHash64(x) AS t, toUInt64(1) AS o FROM t WHERE x > {p1:Decimal(76, 20)} GROUP BY id";
        assert_eq!(of(sql), ["n", "u", "s", "m"]);
        assert_eq!(of("SELECT count() AS n FROM t UNION ALL SELECT 1 AS n"), ["n"]);
        assert!(of("SELECT * FROM (SELECT count() AS n FROM t)").is_empty() && of("no SQL").is_empty());
    }
}
