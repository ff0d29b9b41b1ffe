//! The parts of WITH, made when they are first named, and recursive ones until nothing is added to them.

use std::cell::RefCell;
use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Cte, SetExpr, SetOperator, With};

use crate::edges::Reason;
use crate::names::place;
use crate::scope::{Env, Made, Parts, PartsRef, Queries};
use crate::table::Table;
use crate::work::Work;

/// How often a recursive part is made at most. Each time adds an edge at least, and statements need two or three.
const MAX_ROUNDS: usize = 64;

impl<'s> Parts<'s> {
    pub(crate) fn new(with: &'s With, around: Env<'s>) -> Self {
        let made = with.cte_tables.iter().map(|_| Made::No).collect();
        Self { with, around, made: RefCell::new(made), busy: RefCell::default() }
    }

    /// All of them, for the query behind WITH.
    pub(crate) fn all(&'s self) -> Env<'s> {
        Env { scope: self.around.scope, parts: Some(PartsRef { parts: self, seen: self.with.cte_tables.len() }) }
    }

    /// How many of them a part can name: those before it, itself where it may be recursive, or all.
    fn seen_by(&self, index: usize, cte: &Cte, work: &Work<'_>) -> usize {
        let is_union = matches!(&*cte.query.body, SetExpr::SetOperation { op: SetOperator::Union, .. });
        match work.dialect() {
            Dialect::Sqlite => self.with.cte_tables.len(),
            Dialect::Datafusion if self.with.recursive => index + usize::from(is_union),
            Dialect::Postgres | Dialect::Mysql | Dialect::Clickhouse if self.with.recursive => self.with.cte_tables.len(),
            Dialect::Postgres | Dialect::Mysql | Dialect::Clickhouse | Dialect::Datafusion => index,
        }
    }
}

/// The part of this name that can be named here.
pub(crate) fn part(queries: &dyn Queries, env: Env<'_>, name: &str) -> Option<Rc<Table>> {
    let work = queries.work();
    let mut around = env.parts;
    while let Some(PartsRef { parts, seen }) = around {
        let is_it = |cte: &Cte| work.names.are_same(&work.names.looked_up(&cte.alias.name), name);
        if let Some((index, cte)) = parts.with.cte_tables.iter().enumerate().take(seen).find(|(_, cte)| is_it(cte)) {
            return Some(made(queries, parts, index, cte));
        }
        around = parts.around.parts;
    }
    None
}

fn made(queries: &dyn Queries, parts: &Parts<'_>, index: usize, cte: &Cte) -> Rc<Table> {
    let work = queries.work();
    let name = || cte.alias.name.value.clone();
    let known = parts.made.borrow().get(index).cloned().unwrap_or(Made::No);
    match known {
        Made::Done(table) => return table,
        Made::Busy { .. } if parts.busy.borrow().last() != Some(&index) => {
            return Rc::new(Table::unknown(Reason::Circle(name()), place(&cte.alias.name)));
        }
        Made::Busy { id, known, .. } => {
            set(parts, index, Made::Busy { id, known: known.clone(), is_named: true });
            return known.unwrap_or_else(|| {
                work.unbegun.borrow_mut().insert(id);
                Rc::default()
            });
        }
        Made::No => {}
    }
    parts.busy.borrow_mut().push(index);
    let table = settled(queries, parts, index, cte);
    parts.busy.borrow_mut().pop();
    set(parts, index, Made::Done(table.clone()));
    table
}

fn set(parts: &Parts<'_>, index: usize, made: Made) {
    if let Some(kept) = parts.made.borrow_mut().get_mut(index) {
        *kept = made;
    }
}

/// Makes a part until it stays the same. The first time a recursive one has nothing to begin with, so the queries of its UNION that name
/// it are left out.
fn settled(queries: &dyn Queries, parts: &Parts<'_>, index: usize, cte: &Cte) -> Rc<Table> {
    let work = queries.work();
    let env = Env { scope: parts.around.scope, parts: Some(PartsRef { parts, seen: parts.seen_by(index, cte, work) }) };
    let names: Vec<String> = cte.alias.columns.iter().map(|column| work.names.looked_up(&column.name)).collect();
    let at = place(&cte.alias.name);
    let id = work.next_number();
    let mut known: Option<Rc<Table>> = None;
    for _ in 0..MAX_ROUNDS {
        set(parts, index, Made::Busy { id, known: known.clone(), is_named: false });
        let table = Rc::new(queries.query(&cte.query, env).renamed(&names, at, work));
        if work.unbegun.borrow_mut().remove(&id) {
            return Rc::new(Table::unknown(Reason::NoBeginning(cte.alias.name.value.clone()), at));
        }
        let is_recursive = matches!(parts.made.borrow().get(index), Some(Made::Busy { is_named: true, .. }));
        if !is_recursive || known.as_ref() == Some(&table) || work.is_stopped() {
            return table;
        }
        known = Some(table);
    }
    Rc::new(Table::unknown(Reason::TooLarge, at))
}
