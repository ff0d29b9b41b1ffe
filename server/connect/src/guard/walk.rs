//! What a statement may hold: one walk over its tree.

use std::ops::ControlFlow;

use model::dialect::Dialect;
use sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, Ident, ObjectName, OrderByKind, Query, Select, SetExpr, Spanned, Statement, TableFactor,
    Value, Visit, Visitor,
};
use sqlparser::tokenizer::Location;

use super::notation::Notation;
use super::spread::Spread;
use super::{Refusal, functions, refuse, system};

/// The most queries in one statement.
const MAX_QUERIES: usize = 100;
/// How deep expressions may stand in one another: a chain of that many ANDs is one.
const MAX_DEPTH: usize = 256;

/// Looks at every part of a statement.
///
/// # Errors
/// The first part that is not offered, with its place.
pub(super) fn check(statement: &Statement, dialect: Dialect) -> Result<(), Refusal> {
    let mut walk = Walk { dialect, queries: 0, selects: 0, depth: 0, notation: Notation::default(), spread: Spread::default() };
    if let ControlFlow::Break(refusal) = statement.visit(&mut walk) {
        return Err(*refusal);
    }
    walk.spread.check()?;
    if dialect == Dialect::Postgres { walk.notation.check() } else { Ok(()) }
}

struct Walk {
    dialect: Dialect,
    queries: usize,
    selects: usize,
    depth: usize,
    /// What may be a function without looking like one.
    notation: Notation,
    spread: Spread,
}

impl Visitor for Walk {
    type Break = Box<Refusal>;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            other => stop(Some(other.span().start), "Only SELECT is allowed: this part writes or changes data."),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.spread.enter(query);
        self.queries += 1;
        if self.queries > MAX_QUERIES {
            return stop(None, "The queries are nested too deeply.");
        }
        let at = Some(query.span().start);
        if !query.locks.is_empty() {
            return stop(at, "FOR UPDATE and FOR SHARE lock rows and are not allowed. Remove them.");
        }
        if query.settings.is_some() || query.format_clause.is_some() || query.for_clause.is_some() || !query.pipe_operators.is_empty() {
            return stop(at, "SETTINGS, FORMAT, FOR XML and similar clauses are not allowed. Remove them.");
        }
        check_body(&query.body)?;
        if let Some(order) = &query.order_by
            && let OrderByKind::Expressions(items) = &order.kind
            && let Some(item) = items.iter().find(|item| is_placeholder(&item.expr))
        {
            return stop(Some(item.expr.span().start), "A parameter is a value and cannot name the column to sort by.");
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.spread.leave(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        self.selects += 1;
        if self.selects > MAX_QUERIES {
            return stop(None, "The statement has too many queries.");
        }
        let at = Some(select.span().start);
        if select.into.is_some() {
            return stop(at, "SELECT INTO makes a table. Take INTO out.");
        }
        if !select.optimizer_hints.is_empty() || select.select_modifiers.is_some() {
            return stop(at, "Optimizer hints are not allowed. Remove them.");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        self.notation.note_table(factor);
        match factor {
            TableFactor::Table { name, args: Some(arguments), .. } => {
                if arguments.settings.is_some() {
                    return stop(Some(name.span().start), "SETTINGS are not allowed. Remove them.");
                }
                self.check_function(name)
            }
            TableFactor::Function { name, .. } => self.check_function(name),
            TableFactor::Table { name, .. } => self.check_table(name),
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            other => stop(Some(other.span().start), "This kind of table expression is not supported."),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return stop(None, "The statement is nested too deeply. Remove some brackets or conditions.");
        }
        match expr {
            Expr::Function(Function { name, .. }) => self.check_function(name),
            Expr::Identifier(ident) => self.check_bare(ident),
            Expr::CompoundIdentifier(parts) => {
                self.notation.note_column(parts);
                self.check_fields(expr, parts)
            }
            Expr::CompoundFieldAccess { root, access_chain } if self.dialect == Dialect::Postgres => self.check_access(root, access_chain),
            Expr::InList { list, .. } if self.dialect == Dialect::Clickhouse => list.iter().try_for_each(|item| self.check_listed(item)),
            Expr::Dictionary(_) => stop(Some(expr.span().start), "Braces are not allowed. Remove them."),
            Expr::BinaryOp { op: BinaryOperator::Custom(_) | BinaryOperator::PGCustomBinaryOperator(_), .. } => {
                stop(Some(expr.span().start), "An operator by name can be any function and is not allowed. Use a usual operator.")
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<Self::Break> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

impl Walk {
    fn check_table(&mut self, name: &ObjectName) -> ControlFlow<Box<Refusal>> {
        self.spread.note_table(name);
        let Some(parts) = parts(name) else {
            return stop(Some(name.span().start), "Write the name of the table itself.");
        };
        let names: Vec<&str> = parts.iter().map(String::as_str).collect();
        if system::belongs_to_server(self.dialect, &names) {
            return stop(Some(name.span().start), &format!("{name} belongs to the server itself and is not allowed."));
        }
        ControlFlow::Continue(())
    }

    /// Behind a table stands a column; behind any other value a dot may be a call, see [`Notation`].
    fn check_access(&mut self, root: &Expr, chain: &[AccessExpr]) -> ControlFlow<Box<Refusal>> {
        let mut names: Vec<Ident> = Vec::new();
        let mut rest = chain;
        if let Expr::Identifier(name) = root {
            names.push(name.clone());
            while let [AccessExpr::Dot(Expr::Identifier(name)), behind @ ..] = rest {
                names.push(name.clone());
                rest = behind;
            }
        }
        self.notation.note_column(&names);
        if rest.iter().any(|step| matches!(step, AccessExpr::Dot(_))) {
            return stop(Some(root.span().start), "A dot after an expression can call any function. Use a column of a table instead.");
        }
        ControlFlow::Continue(())
    }

    fn check_function(&self, name: &ObjectName) -> ControlFlow<Box<Refusal>> {
        let parts = parts(name).unwrap_or_default();
        if functions::computes(self.dialect, &parts) {
            return ControlFlow::Continue(());
        }
        stop(Some(name.span().start), &format!("The function {name} is not in the list of allowed functions."))
    }

    /// A name alone, which may be a function that is called without brackets.
    fn check_bare(&self, name: &Ident) -> ControlFlow<Box<Refusal>> {
        if name.quote_style.is_none() && functions::is_bare_call(self.dialect, &name.value.to_ascii_lowercase()) {
            return stop(
                Some(name.span.start),
                &format!("{name} is information about the server and is not allowed. Remove it, or quote the name of a column."),
            );
        }
        ControlFlow::Continue(())
    }

    /// ClickHouse reads a table where a name stands behind IN.
    fn check_listed(&self, item: &Expr) -> ControlFlow<Box<Refusal>> {
        let names: &[Ident] = match item {
            Expr::Nested(inner) => return self.check_listed(inner),
            Expr::Identifier(name) => std::slice::from_ref(name),
            Expr::CompoundIdentifier(names) => names,
            _ => return ControlFlow::Continue(()),
        };
        let parts: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
        if system::belongs_to_server(self.dialect, &parts) {
            return stop(Some(item.span().start), &format!("{item} belongs to the server itself and is not allowed."));
        }
        ControlFlow::Continue(())
    }

    /// `a.b.c`: what stands behind a dot, and for ClickHouse, which reads a table behind `IN`, what stands in front of it.
    fn check_fields(&self, expr: &Expr, parts: &[Ident]) -> ControlFlow<Box<Refusal>> {
        let schema = parts.first().map(|part| part.value.to_ascii_lowercase()).unwrap_or_default();
        if self.dialect == Dialect::Clickhouse && (schema == "system" || schema == "information_schema") {
            return stop(Some(expr.span().start), &format!("{expr} belongs to the server itself and is not allowed."));
        }
        parts.iter().skip(1).try_for_each(|field| self.check_field(expr, field))
    }

    /// PostgreSQL calls `f(t)` for `t.f` where `t` has no column `f`.
    fn check_field(&self, expr: &Expr, field: &Ident) -> ControlFlow<Box<Refusal>> {
        if functions::may_call(self.dialect, &field.value.to_ascii_lowercase()) {
            let message = format!("{expr} can call the function {field}, which is not in the list of allowed functions.");
            return stop(Some(expr.span().start), &message);
        }
        ControlFlow::Continue(())
    }
}

fn check_body(body: &SetExpr) -> ControlFlow<Box<Refusal>> {
    match body {
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            stop(Some(body.span().start), "Only SELECT is allowed: this part writes or changes data.")
        }
        SetExpr::Table(_) => stop(Some(body.span().start), "Write SELECT * FROM the table instead of TABLE."),
        SetExpr::SetOperation { left, right, .. } => {
            check_body(left)?;
            check_body(right)
        }
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
    }
}

/// The parts of a name, in small letters; nothing where a part is not a plain name.
fn parts(name: &ObjectName) -> Option<Vec<String>> {
    name.0.iter().map(|part| part.as_ident().map(|ident| ident.value.to_ascii_lowercase())).collect()
}

fn is_placeholder(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => matches!(value.value, Value::Placeholder(_)),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_placeholder(inner),
        _ => false,
    }
}

fn stop(at: Option<Location>, message: &str) -> ControlFlow<Box<Refusal>> {
    ControlFlow::Break(Box::new(refuse(at, message)))
}
