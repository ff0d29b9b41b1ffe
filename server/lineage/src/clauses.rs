//! GROUP BY, ORDER BY and the like: terms that may be names or positions of the result.

use std::rc::Rc;

use sqlparser::ast::{Expr, GroupByExpr, GroupByWithModifier, LimitClause, OrderBy, OrderByKind, Value};

use crate::edges::{How, Reason};
use crate::expr;
use crate::flow::Flow;
use crate::rules::{self, Clause};
use crate::scope::{Queries, Scope};
use crate::table::Piece;

/// What stands behind a SELECT and still names its columns.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tail<'a> {
    pub(crate) order_by: Option<&'a OrderBy>,
    pub(crate) limit: Option<&'a LimitClause>,
}

/// One clause of a SELECT whose result is known.
pub(crate) struct Terms<'a> {
    pub(crate) queries: &'a dyn Queries,
    pub(crate) scope: &'a Scope<'a>,
    /// The columns of the result.
    pub(crate) result: &'a [Piece],
    pub(crate) rows: &'a mut Flow,
}

impl Terms<'_> {
    pub(crate) fn group_by(&mut self, group_by: &GroupByExpr) {
        let modifiers = match group_by {
            GroupByExpr::All(modifiers) => {
                self.rows.note(How::Group, Reason::NotFollowed("GROUP BY ALL"), None);
                modifiers
            }
            GroupByExpr::Expressions(terms, modifiers) => {
                terms.iter().for_each(|term| self.term(How::Group, Clause::GroupBy, term));
                modifiers
            }
        };
        for modifier in modifiers {
            if let GroupByWithModifier::GroupingSets(term) = modifier {
                self.term(How::Group, Clause::GroupBy, term);
            }
        }
    }

    pub(crate) fn tail(&mut self, tail: Tail<'_>) {
        if let Some(order_by) = tail.order_by {
            match &order_by.kind {
                OrderByKind::All(_) => self.whole_result(How::Sort),
                OrderByKind::Expressions(items) => {
                    items.iter().for_each(|item| self.term(How::Sort, Clause::OrderBy, &item.expr));
                }
            }
            if order_by.interpolate.is_some() {
                self.rows.note(How::Sort, Reason::NotFollowed("INTERPOLATE"), None);
            }
        }
        if let Some(LimitClause::LimitOffset { limit_by, .. }) = tail.limit {
            limit_by.iter().for_each(|term| self.term(How::Group, Clause::OrderBy, term));
        }
    }

    /// All columns of the result.
    pub(crate) fn whole_result(&mut self, how: How) {
        let work = self.queries.work();
        self.result.iter().for_each(|piece| self.rows.absorb(how, &piece.whole(None, work), work));
    }

    /// A condition on rows or groups.
    pub(crate) fn condition(&mut self, clause: Clause, condition: &Expr) {
        let aliases = rules::within(self.queries.work().dialect(), clause);
        let flow = expr::flow(self.queries, &self.scope.reading(aliases), condition);
        self.rows.absorb(How::Filter, &flow, self.queries.work());
    }

    pub(crate) fn term(&mut self, how: How, clause: Clause, term: &Expr) {
        let work = self.queries.work();
        let aliases = match term {
            Expr::Nested(inner) => return self.term(how, clause, inner),
            Expr::Tuple(terms) => return terms.iter().for_each(|term| self.term(how, clause, term)),
            Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                return sets.iter().flatten().for_each(|term| self.term(how, clause, term));
            }
            Expr::Identifier(_) => rules::alone(work.dialect(), clause),
            Expr::Value(value) => {
                if let Value::Number(position, _) = &value.value {
                    let flow = self.at(position);
                    self.rows.absorb(how, &flow, work);
                }
                return;
            }
            _ => rules::within(work.dialect(), clause),
        };
        let flow = expr::flow(self.queries, &self.scope.reading(aliases), term);
        self.rows.absorb(how, &flow, work);
    }

    /// A column of the result by its position, counted from 1.
    fn at(&self, position: &str) -> Rc<Flow> {
        let index = position.parse().ok().and_then(|number: usize| number.checked_sub(1));
        let before = index.and_then(|index| self.result.get(..=index));
        match before.and_then(<[Piece]>::split_last) {
            Some((Piece::Column { flow, .. }, before)) if before.iter().all(|piece| matches!(piece, Piece::Column { .. })) => flow.clone(),
            _ => Flow::unknown(Reason::Position(position.to_owned()), None),
        }
    }
}
