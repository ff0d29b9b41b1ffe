//! Decimals of any size, which are texts to the engine: it sorts 10 before 9, and rounds them where it compares them with a number. A statement
//! that asks for such a thing is refused, with what to do.

use std::sync::Arc;

use connect::{SourceError, SourceErrorKind};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Operator, Subquery};
use model::data_type::ANY_DECIMAL;
use model::table::TableInfo;

use crate::errors::read_error;

/// Functions of a row that compare their values.
const COMPARING: [&str; 3] = ["greatest", "least", "nullif"];
/// Functions of several rows that compare nothing.
const HANDING_ON: [&str; 7] = ["array_agg", "first_value", "lag", "last_value", "lead", "nth_value", "string_agg"];
/// Those of them that give the value of one row as it stands.
const KEEPING: [&str; 5] = ["first_value", "lag", "last_value", "lead", "nth_value"];

/// # Errors
/// A plan, not optimized yet, that sorts, compares, groups or computes with a decimal of any size.
pub(crate) fn refuse(plan: &LogicalPlan, tables: &[TableInfo]) -> Result<(), SourceError> {
    let may_be = tables.iter().flat_map(|table| &table.columns).any(|column| column.data_type == ANY_DECIMAL);
    if may_be { marks_of(plan, tables, None).map(drop) } else { Ok(()) }
}

fn refused(column: &str) -> SourceError {
    let sentence = format!(
        "{column} is a decimal of any size, which this source stores as text: it cannot be compared, sorted, grouped or computed with. Change it to decimal(p,s), such as decimal(38,10), in the mapping of its dataset or in the type overrides of its source. In SQL, CAST({column} AS DECIMAL(38, 10)) is a number, rounded to 10 digits."
    );
    SourceError::new(SourceErrorKind::Statement, sentence)
}

/// Where an expression stands.
struct Place<'p> {
    /// The rows that it is of, with the columns of them that are such decimals.
    inputs: Vec<(&'p DFSchema, Vec<bool>)>,
    /// What is around the subquery that it stands in.
    around: Option<&'p Place<'p>>,
    /// The subqueries of its node, with the columns of theirs.
    subqueries: Vec<(Arc<LogicalPlan>, Vec<bool>)>,
}

impl Place<'_> {
    fn is_marked(&self, column: &Column) -> bool {
        self.inputs.iter().any(|(schema, marks)| schema.maybe_index_of_column(column).is_some_and(|at| marks.get(at) == Some(&true)))
    }

    fn is_marked_around(&self, column: &Column) -> bool {
        std::iter::successors(self.around, |place| place.around).any(|place| place.is_marked(column))
    }

    /// The column of such decimals whose values an expression gives as they stand, through whatever chooses among values.
    #[recursive::recursive]
    fn carried(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Column(column) => self.is_marked(column).then(|| column.name.clone()),
            Expr::OuterReferenceColumn(_, column) => self.is_marked_around(column).then(|| column.name.clone()),
            Expr::Alias(alias) => self.carried(&alias.expr),
            Expr::Case(case) => {
                let given = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
                self.first_carried(given.map(|given| &**given))
            }
            Expr::ScalarSubquery(subquery) => self.given_by(subquery),
            Expr::ScalarFunction(call) => self.first_carried(handed_through(call)),
            Expr::AggregateFunction(call) if KEEPING.contains(&call.func.name()) => self.first_carried(call.params.args.first()),
            Expr::WindowFunction(call) if KEEPING.contains(&call.fun.name()) => self.first_carried(call.params.args.first()),
            _ => None,
        }
    }

    fn first_carried<'e>(&self, expressions: impl IntoIterator<Item = &'e Expr>) -> Option<String> {
        expressions.into_iter().find_map(|expression| self.carried(expression))
    }

    /// The same of a subquery that gives one column.
    fn given_by(&self, subquery: &Subquery) -> Option<String> {
        let (plan, marks) = self.subqueries.iter().find(|(plan, _)| Arc::ptr_eq(plan, &subquery.subquery))?;
        (marks.first() == Some(&true)).then(|| plan.schema().field(0).name().clone())
    }

    /// # Errors
    /// Where one of them gives such a decimal as it is.
    fn refuse_any<'e>(&self, expressions: impl IntoIterator<Item = &'e Expr>) -> Result<(), SourceError> {
        self.first_carried(expressions).map_or(Ok(()), |column| Err(refused(&column)))
    }
}

/// Those of a function's arguments that it gives as they stand.
fn handed_through(call: &ScalarFunction) -> &[Expr] {
    match call.name() {
        "coalesce" | "nvl" => &call.args,
        "nvl2" => call.args.get(1..).unwrap_or_default(),
        // Digits are digits without the blanks around them.
        "btrim" | "ltrim" | "rtrim" => call.args.get(..1).unwrap_or_default(),
        _ => &[],
    }
}

/// Which columns of a plan's rows are such decimals.
#[recursive::recursive]
fn marks_of(plan: &LogicalPlan, tables: &[TableInfo], around: Option<&Place<'_>>) -> Result<Vec<bool>, SourceError> {
    let mut place = Place { inputs: Vec::new(), around, subqueries: Vec::new() };
    for input in plan.inputs() {
        // A lateral subquery knows the rows that stand before it.
        let marks = marks_of(input, tables, Some(&place))?;
        place.inputs.push((input.schema().as_ref(), marks));
    }
    let expressions = plan.expressions();
    for subquery in subqueries_in(&expressions)? {
        let marks = marks_of(&subquery, tables, Some(&place))?;
        place.subqueries.push((subquery, marks));
    }
    check_node(plan, &place)?;
    for expression in &expressions {
        check_expression(expression, &place)?;
    }
    Ok(marks_at(plan, tables, &place))
}

/// The same, where those of its inputs and subqueries are known.
fn marks_at(plan: &LogicalPlan, tables: &[TableInfo], place: &Place<'_>) -> Vec<bool> {
    let is_carried = |expression: &Expr| place.carried(expression).is_some();
    let columns = plan.schema().fields().len();
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = tables.iter().find(|table| table.table.name == scan.table_name.table());
            let is_decimal = |name: &str| table.and_then(|table| table.column(name)).is_some_and(|column| column.data_type == ANY_DECIMAL);
            scan.projected_schema.fields().iter().map(|field| is_decimal(field.name())).collect()
        }
        LogicalPlan::Projection(projection) => projection.expr.iter().map(is_carried).collect(),
        LogicalPlan::SubqueryAlias(_) | LogicalPlan::Subquery(_) | LogicalPlan::Union(_) | LogicalPlan::RecursiveQuery(_) => {
            (0..columns).map(|at| place.inputs.iter().any(|(_, marks)| marks.get(at) == Some(&true))).collect()
        }
        // What rows are grouped by is none, and stands before the rest.
        LogicalPlan::Aggregate(aggregate) => {
            let grouped = columns.saturating_sub(aggregate.aggr_expr.len());
            std::iter::repeat_n(false, grouped).chain(aggregate.aggr_expr.iter().map(is_carried)).collect()
        }
        LogicalPlan::Window(window) => {
            let before = place.inputs.iter().flat_map(|(_, marks)| marks.iter().copied());
            before.chain(window.window_expr.iter().map(is_carried)).collect()
        }
        _ => plan.schema().columns().iter().map(|column| place.is_marked(column)).collect(),
    }
}

fn subqueries_in(expressions: &[Expr]) -> Result<Vec<Arc<LogicalPlan>>, SourceError> {
    let mut found = Vec::new();
    for expression in expressions {
        let walked = expression.apply(|part| {
            match part {
                Expr::Exists(exists) => found.push(exists.subquery.subquery.clone()),
                Expr::InSubquery(inside) => found.push(inside.subquery.subquery.clone()),
                Expr::SetComparison(compared) => found.push(compared.subquery.subquery.clone()),
                Expr::ScalarSubquery(subquery) => found.push(subquery.subquery.clone()),
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        });
        walked.map_err(|error| read_error(&error))?;
    }
    Ok(found)
}

/// What a node itself compares: the values that rows are sorted, grouped, joined or told apart by.
fn check_node(plan: &LogicalPlan, place: &Place<'_>) -> Result<(), SourceError> {
    match plan {
        LogicalPlan::Sort(sort) => place.refuse_any(sort.expr.iter().map(|by| &by.expr)),
        LogicalPlan::Aggregate(aggregate) => place.refuse_any(&aggregate.group_expr),
        LogicalPlan::Join(join) => place.refuse_any(join.on.iter().flat_map(|(left, right)| [left, right])),
        LogicalPlan::Distinct(Distinct::On(distinct)) => place.refuse_any(&distinct.on_expr),
        LogicalPlan::Distinct(Distinct::All(input)) => {
            let at = place.inputs.iter().flat_map(|(_, marks)| marks).position(|mark| *mark);
            at.map_or(Ok(()), |at| Err(refused(input.schema().field(at).name())))
        }
        _ => Ok(()),
    }
}

/// What an expression compares or computes.
fn check_expression(expression: &Expr, place: &Place<'_>) -> Result<(), SourceError> {
    let mut wrong = None;
    let walked = expression.apply(|part| {
        let of_subquery = match part {
            Expr::InSubquery(inside) => place.given_by(&inside.subquery),
            Expr::SetComparison(compared) => place.given_by(&compared.subquery),
            _ => None,
        };
        wrong = of_subquery.or_else(|| place.first_carried(compared_by(part)));
        Ok(if wrong.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    walked.map_err(|error| read_error(&error))?;
    wrong.map_or(Ok(()), |column| Err(refused(&column)))
}

/// The values that an expression compares or computes with, without those further inside.
fn compared_by(part: &Expr) -> Vec<&Expr> {
    match part {
        Expr::BinaryExpr(binary) if !binary.op.is_logic_operator() && binary.op != Operator::StringConcat => {
            vec![&*binary.left, &*binary.right]
        }
        Expr::Between(between) => vec![&*between.expr, &*between.low, &*between.high],
        Expr::InList(list) => std::iter::once(&*list.expr).chain(&list.list).collect(),
        Expr::InSubquery(inside) => vec![&*inside.expr],
        Expr::SetComparison(compared) => vec![&*compared.expr],
        // Without a value in front, each branch has its own condition.
        Expr::Case(case) => match &case.expr {
            Some(expr) => std::iter::once(&**expr).chain(case.when_then_expr.iter().map(|(when, _)| &**when)).collect(),
            None => Vec::new(),
        },
        Expr::Negative(of) => vec![&**of],
        // They give a value as it stands in another row.
        Expr::AggregateFunction(call) if HANDING_ON.contains(&call.func.name()) && !call.params.distinct => {
            call.params.order_by.iter().map(|by| &by.expr).collect()
        }
        // Those that are filled can be counted.
        Expr::AggregateFunction(call) if call.func.name() != "count" || call.params.distinct => {
            call.params.args.iter().chain(call.params.order_by.iter().map(|by| &by.expr)).collect()
        }
        Expr::WindowFunction(call) => {
            let by = call.params.partition_by.iter().chain(call.params.order_by.iter().map(|by| &by.expr));
            let args = if HANDING_ON.contains(&call.fun.name()) { &[][..] } else { &call.params.args };
            args.iter().chain(by).collect()
        }
        Expr::ScalarFunction(call) if COMPARING.contains(&call.name()) => call.args.iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Int64Array, RecordBatch, StringArray};
    use async_trait::async_trait;
    use connect::Connection;
    use datafusion::datasource::MemTable;
    use model::table::{Column, TableRef};
    use model::{DataType, Value};

    use super::*;
    use crate::catalogue::{Asked, Catalogue, Tables, runtime};

    struct Fixed(Arc<Tables>);

    #[async_trait]
    impl Catalogue for Fixed {
        async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
            Ok(self.0.clone())
        }
    }

    fn source() -> Asked<Fixed> {
        let ids: arrow_array::ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let texts: arrow_array::ArrayRef = Arc::new(StringArray::from(vec!["9", "10"]));
        let batch = RecordBatch::try_from_iter([("id", ids), ("n", texts)]).unwrap();
        let column = |name: &str, data_type| Column { name: name.into(), data_type, nullable: true, native: String::new() };
        let columns = vec![column("id", DataType::Int64), column("n", ANY_DECIMAL)];
        let info = TableInfo { table: TableRef::new("t"), columns, ..TableInfo::default() };
        let mut tables = Tables::new(runtime().unwrap());
        let rows = MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap();
        tables.add("t", Ok((info, Arc::new(rows))));
        Asked(Fixed(Arc::new(tables)))
    }

    #[tokio::test]
    async fn texts_of_digits_are_no_numbers_to_the_engine() {
        let source = source();
        let binds = [(ANY_DECIMAL, Value::Text("1.5".into()))];
        for sql in [
            "SELECT id FROM t WHERE n = $1",
            "SELECT id FROM t WHERE id = 1 OR n BETWEEN $1 AND 3",
            "SELECT id FROM t WHERE n IN (1, $1)",
            "SELECT id, n AS m FROM t WHERE $1 > 0 ORDER BY m",
            "SELECT max(n) AS m FROM t WHERE $1 > 0",
            "SELECT count(DISTINCT n) AS m FROM t WHERE $1 > 0",
            "SELECT n, count(*) AS many FROM t WHERE $1 > 0 GROUP BY n",
            "SELECT DISTINCT n FROM t WHERE $1 > 0",
            "SELECT * FROM (SELECT id, n AS m FROM t) AS inside WHERE m > $1",
            "SELECT a.id FROM t AS a JOIN t AS b ON a.n = b.n WHERE $1 > 0",
            "SELECT id FROM t WHERE $1 > 0 AND id IN (SELECT b.id FROM t AS b WHERE b.n < 3)",
            "SELECT CASE WHEN n > 3 THEN 1 ELSE 0 END AS m FROM t WHERE $1 > 0",
            "SELECT id, row_number() OVER (ORDER BY n) AS m FROM t WHERE $1 > 0",
            "SELECT id, lag(n) OVER (ORDER BY id) AS m FROM t WHERE $1 > 0 ORDER BY m",
            "SELECT id FROM t WHERE $1 > 0 AND coalesce(n, '0') > '5'",
            "SELECT id FROM t WHERE $1 > 0 AND nvl(n, '0') = '5'",
            "SELECT id FROM t WHERE $1 > 0 AND nullif(n, '') > '5'",
            "SELECT id FROM t WHERE $1 > 0 AND trim(coalesce(n, '0')) > '5'",
            "SELECT id FROM t WHERE $1 > 0 AND CASE WHEN id = 1 THEN n ELSE '0' END > '5'",
            "SELECT CASE '5' WHEN n THEN 1 ELSE 0 END AS m FROM t WHERE $1 > 0",
            "SELECT id, coalesce(n, '0') AS m FROM t WHERE $1 > 0 ORDER BY m",
            "SELECT * FROM (SELECT id, coalesce(n, '0') AS m FROM t) AS inside WHERE $1 > 0 AND m > '5'",
            "SELECT * FROM (SELECT id, lag(n) OVER (ORDER BY id) AS m FROM t) AS inside WHERE $1 > 0 AND m > '5'",
            "SELECT * FROM (SELECT id, first_value(n) AS m FROM t GROUP BY id) AS inside WHERE $1 > 0 AND m > '5'",
            "SELECT id FROM t WHERE $1 > 0 AND '5' < (SELECT b.n FROM t AS b WHERE b.id = 1)",
            "SELECT id FROM t WHERE $1 > 0 AND '5' IN (SELECT b.n FROM t AS b)",
            "SELECT id FROM t WHERE $1 > 0 AND EXISTS (SELECT 1 FROM t AS b WHERE b.id = t.id AND t.n > '5')",
        ] {
            let error = source.vet(sql, &binds).await.expect_err(sql);
            assert!(["n is a decimal", "m is a decimal"].iter().any(|said| error.sentence.starts_with(said)), "{sql}: {error}");
            assert!(error.sentence.contains("decimal(p,s)"), "{error}");
        }
        for sql in [
            "SELECT id, n FROM t WHERE id > $1 AND n IS NOT NULL ORDER BY id",
            "SELECT count(n) AS m, max(id) AS latest FROM t WHERE $1 > 0",
            "SELECT id FROM t WHERE CAST(n AS DECIMAL(38, 10)) > $1 ORDER BY CAST(n AS DECIMAL(38, 10))",
            "SELECT * FROM (SELECT id, n AS m FROM t) AS inside WHERE id > $1",
            "SELECT coalesce(trim(n), '0') AS m, CASE WHEN id = 1 THEN n END AS o FROM t WHERE $1 > 0",
            "SELECT id, (SELECT max(b.id) FROM t AS b WHERE b.id <= t.id) AS m, n FROM t WHERE $1 > 0",
            "SELECT id FROM t WHERE $1 > 0 AND coalesce(CAST(n AS DECIMAL(38, 10)), 0) > 5",
        ] {
            source.vet(sql, &binds).await.unwrap_or_else(|error| panic!("{sql}: {error}: {}", error.cause));
        }
    }
}
