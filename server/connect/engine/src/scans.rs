//! Which tables a plan of the engine reads from end to end.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

/// The tables of which no filter leaves out files, parts of files, or keys; each once.
///
/// # Errors
/// Where the plan cannot be walked.
pub(crate) fn full_scans(plan: &LogicalPlan) -> Result<Vec<String>, DataFusionError> {
    let mut whole: Vec<String> = Vec::new();
    plan.apply(|node| {
        // A scan with a bound of its own ends there.
        if let LogicalPlan::TableScan(scan) = node
            && scan.fetch.is_none()
            && !scan.filters.iter().any(narrows)
            && !whole.iter().any(|table| table == scan.table_name.table())
        {
            whole.push(scan.table_name.table().to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(whole)
}

/// Whether a filter compares a column with a value, so that statistics, folders or keys can answer it. Any other one is tried on each row.
fn narrows(filter: &Expr) -> bool {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => narrows(left) || narrows(right),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => narrows(left) && narrows(right),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq, right }) => {
            (is_column(left) && is_value(right)) || (is_value(left) && is_column(right))
        }
        Expr::Between(between) => !between.negated && is_column(&between.expr) && is_value(&between.low) && is_value(&between.high),
        Expr::InList(list) => !list.negated && is_column(&list.expr) && list.list.iter().all(is_value),
        Expr::IsNull(column) | Expr::IsTrue(column) | Expr::IsFalse(column) => is_column(column),
        // A column of yes and no.
        Expr::Column(_) => true,
        Expr::Not(column) => is_column(column),
        _ => false,
    }
}

fn is_column(expression: &Expr) -> bool {
    match expression {
        Expr::Column(_) => true,
        Expr::Cast(cast) => is_column(&cast.expr),
        Expr::TryCast(cast) => is_column(&cast.expr),
        _ => false,
    }
}

fn is_value(expression: &Expr) -> bool {
    expression.column_refs().is_empty()
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::narrows;

    #[test]
    fn a_filter_that_is_tried_on_each_row_narrows_nothing() {
        let one = || col("month").eq(lit(2));
        for (filter, answer) in [
            (one(), true),
            (lit(2).lt(col("month")), true),
            (col("month").between(lit(1), lit(3)), true),
            (col("carrier").in_list(vec![lit("UA"), lit("AA")], false), true),
            (col("carrier").in_list(vec![lit("UA")], true), false),
            (col("carrier").not_eq(lit("UA")), false),
            (col("carrier").like(lit("%A")), false),
            (col("dep_delay").gt(col("arr_delay")), false),
            ((col("month") + lit(1)).eq(lit(3)), false),
            (one().and(col("carrier").like(lit("%A"))), true),
            (one().or(col("carrier").like(lit("%A"))), false),
            (one().or(col("month").eq(lit(3))), true),
        ] {
            assert_eq!(narrows(&filter), answer, "{filter}");
        }
    }
}
