//! What flows into the value of an expression.

use std::ops::ControlFlow;
use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{AccessExpr, Expr, Function, Ident, LambdaFunction, ObjectName, Query, Subscript, Visit, Visitor};

use crate::calls::{self, CallPart};
use crate::edges::{How, Reason};
use crate::flow::Flow;
use crate::lookup::{self, Meaning};
use crate::names::{idents, place};
use crate::scope::{Item, Queries, Scope};
use crate::table::Table;
use crate::{named, rules, words};

/// What flows into an expression that stands in this scope.
pub(crate) fn flow(queries: &dyn Queries, scope: &Scope<'_>, expr: &Expr) -> Flow {
    of(queries, scope, expr, &[])
}

fn of(queries: &dyn Queries, scope: &Scope<'_>, expr: &Expr, lambdas: &[String]) -> Flow {
    let run = || {
        let mut walk = Walk { queries, scope, lambdas, flow: Flow::default(), muted: 0 };
        let _ = expr.visit(&mut walk);
        walk.flow
    };
    queries.work().deeper(run).unwrap_or_default()
}

/// What flows into a column of the result that another clause names.
pub(crate) fn item(queries: &dyn Queries, scope: &Scope<'_>, item: &Item<'_>) -> Rc<Flow> {
    if let Some(flow) = item.flow.get() {
        return flow.clone();
    }
    let Some(expr) = item.expr else { return Rc::default() };
    let work = queries.work();
    if work.making.borrow().contains(&item.id) {
        // ClickHouse ends such a circle at one name or another, by what it has seen before.
        return Flow::unknown(Reason::AliasOrColumn(item.name.clone().unwrap_or_default()), None);
    }
    work.making.borrow_mut().push(item.id);
    let aliases = rules::within(work.dialect(), rules::Clause::Rows);
    let flow = Rc::new(flow(queries, &scope.reading(aliases), expr));
    work.making.borrow_mut().pop();
    item.flow.get_or_init(|| flow).clone()
}

/// A name of a column, as the scope reads it.
pub(crate) fn column(queries: &dyn Queries, scope: &Scope<'_>, parts: &[&Ident]) -> Rc<Flow> {
    let work = queries.work();
    work.spend(1);
    let meaning = match parts {
        [name] => lookup::alone(work, scope, name),
        _ => lookup::dotted(work, scope, parts),
    };
    match meaning {
        Meaning::Flow(flow) => flow,
        Meaning::Item(scope, found) => item(queries, scope, found),
        Meaning::Either(scope, found, flow) => {
            let of_item = item(queries, scope, found);
            let name = found.name.clone().unwrap_or_default();
            if of_item == flow { flow } else { Flow::unknown(Reason::AliasOrColumn(name), parts.first().and_then(|ident| place(ident))) }
        }
    }
}

/// All columns of the table of this name.
pub(crate) fn row(queries: &dyn Queries, scope: &Scope<'_>, name: &ObjectName) -> Flow {
    let work = queries.work();
    let parts = idents(name).unwrap_or_default();
    let Some((last, before)) = parts.split_last() else { return Flow::default() };
    let schema = before.last().map(|schema| work.names.looked_up(schema));
    let called = work.names.looked_up(last);
    match &lookup::in_scopes(work, scope, schema.as_deref(), &called)[..] {
        [entry] => entry.table.whole(place(last), work),
        [] => (*Flow::unknown(Reason::NoTable(called), place(last))).clone(),
        _ => (*Flow::unknown(Reason::TwoTables(called), place(last))).clone(),
    }
}

struct Walk<'w> {
    queries: &'w dyn Queries,
    scope: &'w Scope<'w>,
    /// The names that functions inside of the expression give to their arguments.
    lambdas: &'w [String],
    flow: Flow,
    /// How many levels deep we are in something that was looked at as a whole.
    muted: usize,
}

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.muted == 0 {
            self.query(query);
        }
        self.muted += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.muted -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let work = self.queries.work();
        work.spend(1);
        if work.is_stopped() {
            return ControlFlow::Break(());
        }
        if self.muted > 0 || self.is_whole(expr) {
            self.muted += 1;
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.muted = self.muted.saturating_sub(1);
        ControlFlow::Continue(())
    }
}

impl Walk<'_> {
    /// Looks at an expression whose parts are not all values of the same kind. Nothing where they are: they are come to one by one.
    fn is_whole(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Identifier(name) => self.column(&[name]),
            Expr::CompoundIdentifier(names) => self.column(&names.iter().collect::<Vec<_>>()),
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::Function(function) => self.call(function),
            Expr::Exists { subquery, .. } => {
                let table = self.queries.query(subquery, self.scope.inside());
                self.flow.add(&table.rows, self.queries.work());
            }
            Expr::QualifiedWildcard(name, _) => self.row(name),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::MatchAgainst { columns, .. } => columns.iter().for_each(|name| self.column(&idents(name).unwrap_or_default())),
            Expr::InList { expr, list, .. } if self.queries.work().dialect() == Dialect::Clickhouse => self.in_list(expr, list),
            _ => return false,
        }
        true
    }

    fn add(&mut self, how: How, expr: &Expr) {
        let flow = of(self.queries, self.scope, expr, self.lambdas);
        match how {
            How::Direct => self.flow.add(&flow, self.queries.work()),
            How::Filter | How::Join | How::Group | How::Sort => self.flow.absorb(how, &flow, self.queries.work()),
        }
    }

    fn column(&mut self, parts: &[&Ident]) {
        let is_no_column = |first: &&&Ident| {
            self.lambdas.contains(&first.value) || (parts.len() == 1 && words::is_constant(self.queries.work().dialect(), first))
        };
        if parts.first().filter(is_no_column).is_none() {
            let flow = column(self.queries, self.scope, parts);
            self.flow.add(&flow, self.queries.work());
        }
    }

    fn row(&mut self, name: &ObjectName) {
        let flow = row(self.queries, self.scope, name);
        self.flow.add(&flow, self.queries.work());
    }

    fn all(&mut self) {
        let work = self.queries.work();
        for piece in self.scope.trees.iter().flat_map(|tree| tree.listed()) {
            self.flow.add(&piece.whole(None, work), work);
        }
    }

    fn query(&mut self, query: &Query) {
        let table = self.queries.query(query, self.scope.inside());
        self.table(&table);
    }

    fn table(&mut self, table: &Table) {
        let work = self.queries.work();
        self.flow.add(&table.whole(None, work), work);
        self.flow.add(&table.rows, work);
    }

    /// Names with dots are the name of a column as far as they go; what is behind are its parts.
    fn access(&mut self, root: &Expr, chain: &[AccessExpr]) {
        let mut names: Vec<&Ident> = match root {
            Expr::Identifier(name) => vec![name],
            Expr::CompoundIdentifier(names) => names.iter().collect(),
            other => {
                self.add(How::Direct, other);
                Vec::new()
            }
        };
        let mut rest = chain;
        while let ([_, ..], [AccessExpr::Dot(Expr::Identifier(name)), behind @ ..]) = (&names[..], rest) {
            names.push(name);
            rest = behind;
        }
        if !names.is_empty() {
            self.column(&names);
        }
        for step in rest {
            match step {
                AccessExpr::Subscript(Subscript::Index { index }) => self.add(How::Direct, index),
                AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                    [lower_bound, upper_bound, stride].into_iter().flatten().for_each(|bound| self.add(How::Direct, bound));
                }
                // The name of a field.
                AccessExpr::Dot(Expr::Identifier(_)) => {}
                AccessExpr::Dot(other) => self.add(How::Direct, other),
            }
        }
    }

    fn call(&mut self, function: &Function) {
        let scope = self.scope;
        for part in calls::parts(self.queries.work().dialect(), function, scope.windows) {
            match part {
                CallPart::Value(how, expr) => self.add(how, expr),
                CallPart::Query(query) => self.query(query),
                CallPart::Row(name) => self.row(name),
                CallPart::All => self.all(),
            }
        }
    }

    fn lambda(&mut self, lambda: &LambdaFunction) {
        let own = lambda.params.iter().map(|parameter| parameter.name.value.clone());
        let lambdas: Vec<String> = self.lambdas.iter().cloned().chain(own).collect();
        let flow = of(self.queries, self.scope, &lambda.body, &lambdas);
        self.flow.add(&flow, self.queries.work());
    }

    /// ClickHouse reads a table where one name stands behind IN that is no column.
    fn in_list(&mut self, expr: &Expr, list: &[Expr]) {
        self.add(How::Direct, expr);
        let names: Vec<&Ident> = match list {
            [Expr::Identifier(name)] => vec![name],
            [Expr::CompoundIdentifier(names)] => names.iter().collect(),
            _ => {
                list.iter().for_each(|item| self.add(How::Direct, item));
                return;
            }
        };
        let is_surely_column = lookup::is_surely_column(self.queries.work(), self.scope, &names);
        if is_surely_column == Some(true) {
            return self.column(&names);
        }
        match named::known(self.queries, &names, self.scope.env) {
            Some(table) if is_surely_column.is_none() => self.table(&table),
            _ => {
                let reason = Reason::NotFollowed("A name behind IN that may be a table");
                self.flow.note(How::Direct, reason, names.first().and_then(|name| place(name)));
            }
        }
    }
}
