//! Decimals of any size, which are texts to the engine: it sorts 10 before 9, and rounds them where it compares them with a number. A statement
//! that asks for such a thing is refused, with what to do.

use std::sync::Arc;

use connect::{SourceError, SourceErrorKind};
use datafusion::common::Column;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Operator};
use model::data_type::ANY_DECIMAL;
use model::table::TableInfo;

use crate::errors::read_error;

/// Functions of a row that compare their values.
const COMPARING: [&str; 3] = ["greatest", "least", "nullif"];

/// # Errors
/// A plan, not optimized yet, that sorts, compares, groups or computes with a decimal of any size.
pub(crate) fn refuse(plan: &LogicalPlan, tables: &[TableInfo]) -> Result<(), SourceError> {
    let may_be = tables.iter().flat_map(|table| &table.columns).any(|column| column.data_type == ANY_DECIMAL);
    if may_be { marks_of(plan, tables).map(drop) } else { Ok(()) }
}

fn refused(column: &str) -> SourceError {
    let sentence = format!(
        "{column} is a decimal of any size, and this source holds it as text: it cannot be compared, sorted, grouped or computed with. Make it \
         a decimal(p,s), such as decimal(38,10), in the mapping of its dataset or in the types of its source. In SQL, \
         CAST({column} AS DECIMAL(38, 10)) is a number, rounded to 10 digits."
    );
    SourceError::new(SourceErrorKind::Statement, sentence)
}

/// Which columns of a plan's rows are such decimals.
#[recursive::recursive]
fn marks_of(plan: &LogicalPlan, tables: &[TableInfo]) -> Result<Vec<bool>, SourceError> {
    let inputs = plan.inputs();
    let marks = inputs.iter().map(|input| marks_of(input, tables)).collect::<Result<Vec<_>, _>>()?;
    let is_marked = |column: &Column| {
        inputs
            .iter()
            .zip(&marks)
            .any(|(input, marks)| input.schema().maybe_index_of_column(column).is_some_and(|at| marks.get(at) == Some(&true)))
    };
    check_node(plan, &marks, &is_marked)?;
    for expression in plan.expressions() {
        for subquery in check_expression(&expression, &is_marked)? {
            marks_of(&subquery, tables)?;
        }
    }
    let columns = plan.schema().fields().len();
    Ok(match plan {
        LogicalPlan::TableScan(scan) => {
            let table = tables.iter().find(|table| table.table.name == scan.table_name.table());
            let is_decimal = |name: &str| table.and_then(|table| table.column(name)).is_some_and(|column| column.data_type == ANY_DECIMAL);
            scan.projected_schema.fields().iter().map(|field| is_decimal(field.name())).collect()
        }
        LogicalPlan::Projection(projection) => projection.expr.iter().map(|expr| column_of(expr).is_some_and(&is_marked)).collect(),
        LogicalPlan::SubqueryAlias(_) | LogicalPlan::Subquery(_) | LogicalPlan::Union(_) | LogicalPlan::RecursiveQuery(_) => {
            (0..columns).map(|at| marks.iter().any(|marks| marks.get(at) == Some(&true))).collect()
        }
        _ => plan.schema().columns().iter().map(&is_marked).collect(),
    })
}

/// What a node itself compares: the values that rows are sorted, grouped, joined or told apart by.
fn check_node(plan: &LogicalPlan, marks: &[Vec<bool>], is_marked: &dyn Fn(&Column) -> bool) -> Result<(), SourceError> {
    match plan {
        LogicalPlan::Sort(sort) => refuse_any(sort.expr.iter().map(|by| &by.expr), is_marked),
        LogicalPlan::Aggregate(aggregate) => refuse_any(&aggregate.group_expr, is_marked),
        LogicalPlan::Join(join) => refuse_any(join.on.iter().flat_map(|(left, right)| [left, right]), is_marked),
        LogicalPlan::Distinct(Distinct::On(distinct)) => refuse_any(&distinct.on_expr, is_marked),
        LogicalPlan::Distinct(Distinct::All(input)) => {
            let at = marks.iter().flatten().position(|mark| *mark);
            at.map_or(Ok(()), |at| Err(refused(input.schema().field(at).name())))
        }
        _ => Ok(()),
    }
}

/// What an expression compares or computes; gives the subqueries that stand in it.
fn check_expression(expression: &Expr, is_marked: &dyn Fn(&Column) -> bool) -> Result<Vec<Arc<LogicalPlan>>, SourceError> {
    let (mut subqueries, mut wrong) = (Vec::new(), None);
    let walked = expression.apply(|part| {
        match part {
            Expr::Exists(exists) => subqueries.push(exists.subquery.subquery.clone()),
            Expr::InSubquery(inside) => subqueries.push(inside.subquery.subquery.clone()),
            Expr::SetComparison(compared) => subqueries.push(compared.subquery.subquery.clone()),
            Expr::ScalarSubquery(subquery) => subqueries.push(subquery.subquery.clone()),
            _ => {}
        }
        wrong = refuse_any(compared_by(part), is_marked).err();
        Ok(if wrong.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    walked.map_err(|error| read_error(&error))?;
    wrong.map_or(Ok(subqueries), Err)
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
        Expr::Case(case) => case.expr.iter().map(|expr| &**expr).collect(),
        Expr::Negative(of) => vec![&**of],
        // Those that are filled can be counted.
        Expr::AggregateFunction(call) if call.func.name() != "count" || call.params.distinct => {
            call.params.args.iter().chain(call.params.order_by.iter().map(|by| &by.expr)).collect()
        }
        Expr::WindowFunction(call) => {
            let by = call.params.partition_by.iter().chain(call.params.order_by.iter().map(|by| &by.expr));
            call.params.args.iter().chain(by).collect()
        }
        Expr::ScalarFunction(call) if COMPARING.contains(&call.name()) => call.args.iter().collect(),
        _ => Vec::new(),
    }
}

/// # Errors
/// Where one of them is such a decimal as it is.
fn refuse_any<'e>(expressions: impl IntoIterator<Item = &'e Expr>, is_marked: &dyn Fn(&Column) -> bool) -> Result<(), SourceError> {
    let found = expressions.into_iter().filter_map(column_of).find(|column| is_marked(column));
    found.map_or(Ok(()), |column| Err(refused(&column.name)))
}

/// The column that an expression is, under whatever name.
fn column_of(expression: &Expr) -> Option<&Column> {
    match expression {
        Expr::Column(column) => Some(column),
        Expr::Alias(alias) => column_of(&alias.expr),
        _ => None,
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
            // What it gives is as much of a text, and nobody follows it to where it is compared.
            "SELECT id, lag(n) OVER (ORDER BY id) AS m FROM t WHERE $1 > 0 ORDER BY m",
        ] {
            let error = source.vet(sql, &binds).await.unwrap_err();
            assert!(["n is a decimal", "m is a decimal"].iter().any(|said| error.sentence.starts_with(said)), "{sql}: {error}");
            assert!(error.sentence.contains("decimal(p,s)"), "{error}");
        }
        for sql in [
            "SELECT id, n FROM t WHERE id > $1 AND n IS NOT NULL ORDER BY id",
            "SELECT count(n) AS m, max(id) AS latest FROM t WHERE $1 > 0",
            "SELECT id FROM t WHERE CAST(n AS DECIMAL(38, 10)) > $1 ORDER BY CAST(n AS DECIMAL(38, 10))",
            "SELECT * FROM (SELECT id, n AS m FROM t) AS inside WHERE id > $1",
        ] {
            source.vet(sql, &binds).await.unwrap_or_else(|error| panic!("{sql}: {error}: {}", error.cause));
        }
    }
}
