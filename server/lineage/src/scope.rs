//! What names mean at one place of a statement.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use sqlparser::ast::{Expr, NamedWindowDefinition, Query, With};

use crate::flow::Flow;
use crate::rules::Aliases;
use crate::table::Table;
use crate::tree::Tree;
use crate::work::Work;

/// Finds where the result of a query comes from: what is inside of expressions and behind FROM asks it.
pub(crate) trait Queries {
    fn work(&self) -> &Work<'_>;
    fn query(&self, query: &Query, env: Env<'_>) -> Table;
}

/// What is around a query.
#[derive(Clone, Copy, Default)]
pub(crate) struct Env<'s> {
    /// The query that it stands in, whose columns it can name.
    pub(crate) scope: Option<&'s Scope<'s>>,
    pub(crate) parts: Option<PartsRef<'s>>,
}

/// The parts of WITH that can be named at a place: the first so many of the nearest WITH, and those around it.
#[derive(Clone, Copy)]
pub(crate) struct PartsRef<'s> {
    pub(crate) parts: &'s Parts<'s>,
    pub(crate) seen: usize,
}

/// One WITH.
pub(crate) struct Parts<'s> {
    pub(crate) with: &'s With,
    pub(crate) around: Env<'s>,
    pub(crate) made: RefCell<Vec<Made>>,
    /// The parts that are being made, each for the one before.
    pub(crate) busy: RefCell<Vec<usize>>,
}

/// How far a part of WITH is.
#[derive(Clone)]
pub(crate) enum Made {
    No,
    /// Being made. A recursive one is known as far as it was made before.
    Busy {
        id: usize,
        known: Option<Rc<Table>>,
        is_named: bool,
    },
    Done(Rc<Table>),
}

/// A column of the result of a SELECT, as its other clauses name it.
pub(crate) struct Item<'s> {
    /// By which those that are made when they are named are told apart.
    pub(crate) id: usize,
    pub(crate) name: Option<String>,
    /// Whether the name was written behind the expression.
    pub(crate) is_alias: bool,
    /// Where it is made only when it is named.
    pub(crate) expr: Option<&'s Expr>,
    pub(crate) flow: OnceCell<Rc<Flow>>,
}

/// One clause of one SELECT.
pub(crate) struct Scope<'s> {
    pub(crate) env: Env<'s>,
    pub(crate) trees: &'s [&'s Tree],
    pub(crate) items: &'s [Item<'s>],
    pub(crate) windows: &'s [NamedWindowDefinition],
    /// How names of the result are read in this clause.
    pub(crate) aliases: Aliases,
}

impl<'s> Scope<'s> {
    /// Of tables alone.
    pub(crate) fn of(trees: &'s [&'s Tree], env: Env<'s>) -> Self {
        Self { env, trees, items: &[], windows: &[], aliases: Aliases::HIDDEN }
    }

    /// The same place for another clause.
    pub(crate) fn reading(&self, aliases: Aliases) -> Scope<'s> {
        Scope { env: self.env, trees: self.trees, items: self.items, windows: self.windows, aliases }
    }

    /// What is around a query that stands here.
    pub(crate) fn inside(&'s self) -> Env<'s> {
        Env { scope: Some(self), parts: self.env.parts }
    }
}
