//! What one reading of a statement shares: the tables and columns that were found, and how much may still be done.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use model::dialect::Dialect;

use crate::edges::{Reason, Source, TableName};
use crate::names::Names;

/// The most columns and edges that are looked at for one statement, over all of its queries.
const MAX_STEPS: usize = 500_000;
/// How deep expressions, queries and set operations may stand in one another, together. The guard before sources lets no more by.
const MAX_DEPTH: usize = 256;

/// The columns of the tables of a source.
pub trait Columns {
    /// The columns of a table, in their order and as the source writes them. Nothing where they are not known.
    ///
    /// The name is the one of the statement, in the letters by which the source looks it up. Without a schema it is the source's own
    /// default.
    fn columns(&self, table: &TableName) -> Option<Vec<String>>;
}

/// A table that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableId(usize);

/// A column of a table that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SourceId(usize);

#[derive(Default)]
struct Found {
    tables: Vec<(TableName, Option<Rc<Vec<String>>>)>,
    table_ids: HashMap<(String, String), TableId>,
    sources: Vec<(TableId, String)>,
    source_ids: HashMap<(TableId, String), SourceId>,
}

/// One reading.
pub(crate) struct Work<'a> {
    pub(crate) names: Names,
    columns: &'a dyn Columns,
    found: RefCell<Found>,
    left: Cell<usize>,
    depth: Cell<usize>,
    stopped: RefCell<Option<Reason>>,
    /// The recursive parts of WITH that were named while nothing of them was known.
    pub(crate) unbegun: RefCell<BTreeSet<usize>>,
    /// The columns of results that are being made, each for the one before.
    pub(crate) making: RefCell<Vec<usize>>,
    last_number: Cell<usize>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(dialect: Dialect, columns: &'a dyn Columns) -> Self {
        Self {
            names: Names(dialect),
            columns,
            found: RefCell::default(),
            left: Cell::new(MAX_STEPS),
            depth: Cell::new(0),
            stopped: RefCell::default(),
            unbegun: RefCell::default(),
            making: RefCell::default(),
            last_number: Cell::new(0),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.names.0
    }

    /// The table of this name, noted as read.
    pub(crate) fn table(&self, name: TableName) -> TableId {
        let key = (self.table_key(&name.schema), self.table_key(&name.name));
        if let Some(id) = self.found.borrow().table_ids.get(&key) {
            return *id;
        }
        let columns = self.columns.columns(&name).map(Rc::new);
        let mut found = self.found.borrow_mut();
        let id = TableId(found.tables.len());
        found.tables.push((name, columns));
        found.table_ids.insert(key, id);
        id
    }

    /// MySQL's tables may differ by case alone.
    fn table_key(&self, name: &str) -> String {
        if self.dialect() == Dialect::Mysql { name.to_owned() } else { self.names.key(name) }
    }

    pub(crate) fn columns_of(&self, table: TableId) -> Option<Rc<Vec<String>>> {
        self.found.borrow().tables.get(table.0).and_then(|(_, columns)| columns.clone())
    }

    /// Whether the columns of a table are known, without noting it as read.
    pub(crate) fn is_known(&self, table: &TableName) -> bool {
        self.columns.columns(table).is_some()
    }

    pub(crate) fn name_of(&self, table: TableId) -> TableName {
        self.found.borrow().tables.get(table.0).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    pub(crate) fn tables(&self) -> Vec<TableName> {
        self.found.borrow().tables.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The column of this name.
    pub(crate) fn source(&self, table: TableId, column: &str) -> SourceId {
        let mut found = self.found.borrow_mut();
        let key = (table, self.names.key(column));
        if let Some(id) = found.source_ids.get(&key) {
            return *id;
        }
        let id = SourceId(found.sources.len());
        found.sources.push((table, column.to_owned()));
        found.source_ids.insert(key, id);
        id
    }

    pub(crate) fn source_of(&self, id: SourceId) -> Source {
        let (table, column) = self.found.borrow().sources.get(id.0).cloned().unwrap_or((TableId(usize::MAX), String::new()));
        Source { table: self.name_of(table), column }
    }

    /// Counts steps. Nothing more is done once there are too many.
    pub(crate) fn spend(&self, steps: usize) {
        match self.left.get().checked_sub(steps) {
            Some(left) => self.left.set(left),
            None => self.stop(Reason::TooLarge),
        }
    }

    /// Runs what stands one level deeper, or nothing where that is too deep or enough was done.
    pub(crate) fn deeper<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            self.stop(Reason::TooDeep);
        }
        if self.is_stopped() {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let done = run();
        self.depth.set(self.depth.get() - 1);
        // What was stopped half way may be large: nobody goes on with it.
        (!self.is_stopped()).then_some(done)
    }

    fn stop(&self, reason: Reason) {
        self.stopped.borrow_mut().get_or_insert(reason);
        self.left.set(0);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.borrow().is_some()
    }

    /// Why the reading came to no end.
    pub(crate) fn stopped(&self) -> Option<Reason> {
        self.stopped.borrow().clone()
    }

    /// A number that nothing else in this reading has.
    pub(crate) fn next_number(&self) -> usize {
        self.last_number.set(self.last_number.get() + 1);
        self.last_number.get()
    }
}
