//! Where the result of a query comes from, whatever its form.

use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Expr, LimitClause, Query, SetExpr, SetOperator, SetQuantifier, Values};

use crate::clauses::{Tail, Terms};
use crate::edges::{How, Reason};
use crate::flow::Flow;
use crate::rules::Aliases;
use crate::scope::{Env, Parts, Queries, Scope};
use crate::table::{Piece, Table};
use crate::work::Work;
use crate::{expr, select, sets};

/// One reading of one statement.
pub(crate) struct Resolver<'a> {
    pub(crate) work: Work<'a>,
}

impl Queries for Resolver<'_> {
    fn work(&self) -> &Work<'_> {
        &self.work
    }

    fn query(&self, query: &Query, env: Env<'_>) -> Table {
        self.work.deeper(|| self.whole(query, env)).unwrap_or_default()
    }
}

impl Resolver<'_> {
    fn whole(&self, query: &Query, env: Env<'_>) -> Table {
        let parts;
        let env = match &query.with {
            Some(with) => {
                parts = Parts::new(with, env);
                parts.all()
            }
            None => env,
        };
        let tail = Tail { order_by: query.order_by.as_ref(), limit: query.limit_clause.as_ref() };
        let mut table = match &*query.body {
            SetExpr::Select(select) => select::select(self, select, tail, env),
            body => {
                let table = self.body(body, env);
                self.sorted(table, tail, env)
            }
        };
        let limits = limits(query);
        for limit in limits {
            let flow = expr::flow(self, &Scope::of(&[], env), limit);
            table.rows.absorb(How::Filter, &flow, &self.work);
        }
        if !query.pipe_operators.is_empty() || query.for_clause.is_some() {
            return Table::unknown(Reason::NotFollowed("What stands behind this query"), None);
        }
        table
    }

    /// The order of a result that is no SELECT of its own: it knows the columns of the result alone.
    fn sorted(&self, mut table: Table, tail: Tail<'_>, env: Env<'_>) -> Table {
        let named: Vec<(Piece, bool)> = table.pieces.iter().map(|piece| (piece.clone(), true)).collect();
        let items = select::items(&named);
        let scope = Scope { env: Env { scope: None, ..env }, trees: &[], items: &items, windows: &[], aliases: Aliases::RESULT };
        let mut terms = Terms { queries: self, scope: &scope, result: &table.pieces, rows: &mut table.rows };
        terms.tail(tail);
        table
    }

    fn body(&self, body: &SetExpr, env: Env<'_>) -> Table {
        match body {
            SetExpr::Select(select) => select::select(self, select, Tail::default(), env),
            SetExpr::Query(query) => self.query(query, env),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.work.deeper(|| self.operation(left, *op, *set_quantifier, right, env)).unwrap_or_default()
            }
            SetExpr::Values(values) => self.values(values, env),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) | SetExpr::Table(_) => {
                Table::unknown(Reason::NotFollowed("This kind of query"), None)
            }
        }
    }

    /// A side of UNION that names a recursive part before there is anything of it is left out: see [`crate::with`].
    fn operation(&self, left: &SetExpr, operator: SetOperator, quantifier: SetQuantifier, right: &SetExpr, env: Env<'_>) -> Table {
        let before = self.work.unbegun.take();
        let left = self.body(left, env);
        let of_left = self.work.unbegun.take();
        let right = self.body(right, env);
        let of_right = self.work.unbegun.take();
        let is_union = operator == SetOperator::Union;
        let mut unbegun = before;
        let table = match (of_left.is_empty(), of_right.is_empty()) {
            (true, false) if is_union => left,
            (false, true) if is_union => right,
            _ => {
                unbegun.extend(of_left.iter().chain(&of_right));
                sets::combined(&left, &right, operator, quantifier, &self.work)
            }
        };
        *self.work.unbegun.borrow_mut() = unbegun;
        table
    }

    fn values(&self, values: &Values, env: Env<'_>) -> Table {
        let width = values.rows.iter().map(|row| row.content.len()).max().unwrap_or_default();
        let mut flows = vec![Flow::default(); width];
        let scope = Scope::of(&[], env);
        for row in &values.rows {
            for (flow, value) in flows.iter_mut().zip(&row.content) {
                flow.add(&expr::flow(self, &scope, value), &self.work);
            }
        }
        let name = |index: usize| match self.work.dialect() {
            Dialect::Postgres | Dialect::Sqlite | Dialect::Datafusion => Some(format!("column{}", index + 1)),
            Dialect::Mysql => Some(format!("column_{index}")),
            Dialect::Clickhouse => None,
        };
        let piece = |(index, flow): (usize, Flow)| Piece::Column { name: name(index), flow: Rc::new(flow) };
        Table::of(flows.into_iter().enumerate().map(piece).collect())
    }
}

/// The numbers behind a query that say how many rows there are.
fn limits(query: &Query) -> Vec<&Expr> {
    let mut limits: Vec<&Expr> = Vec::new();
    match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, .. }) => {
            limits.extend(limit);
            limits.extend(offset.iter().map(|offset| &offset.value));
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => limits.extend([offset, limit]),
        None => {}
    }
    limits.extend(query.fetch.iter().filter_map(|fetch| fetch.quantity.as_ref()));
    limits
}
