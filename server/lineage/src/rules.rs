//! What a name of the result means in each clause, by dialect.

use model::dialect::Dialect;

/// Whether a name alone is a column of the result or a column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Always a column of a table.
    Hidden,
    /// A column of a table, else of the result.
    Behind,
    /// A column of the result, else of a table.
    Before,
    /// Where both have it, nobody knows: it depends on the function around it.
    Unsure,
}

/// How one place reads names of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aliases {
    pub(crate) order: Order,
    /// Whether only what was named with AS has a name.
    pub(crate) written: bool,
}

impl Aliases {
    pub(crate) const HIDDEN: Self = Self { order: Order::Hidden, written: false };
    /// Where there is nothing but the result.
    pub(crate) const RESULT: Self = Self { order: Order::Before, written: false };
}

/// A clause of SELECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    /// The columns of the result themselves, and WHERE.
    Rows,
    GroupBy,
    Having,
    Qualify,
    OrderBy,
    DistinctOn,
}

/// How a clause reads a name that is all of a term, such as `n` in `ORDER BY n`.
pub(crate) fn alone(dialect: Dialect, clause: Clause) -> Aliases {
    let order = match (dialect, clause) {
        (Dialect::Clickhouse, _) | (_, Clause::OrderBy | Clause::DistinctOn) => Order::Before,
        (_, Clause::GroupBy) => Order::Behind,
        _ => return within(dialect, clause),
    };
    Aliases { order, written: is_written(dialect, clause) }
}

/// How a clause reads a name inside of an expression.
pub(crate) fn within(dialect: Dialect, clause: Clause) -> Aliases {
    let order = match (dialect, clause) {
        (Dialect::Clickhouse, _) | (Dialect::Datafusion, Clause::OrderBy) => Order::Before,
        (Dialect::Postgres, _) | (Dialect::Mysql | Dialect::Datafusion, Clause::Rows | Clause::DistinctOn) => Order::Hidden,
        (Dialect::Mysql, Clause::Having) => Order::Unsure,
        (Dialect::Mysql, Clause::GroupBy | Clause::Qualify | Clause::OrderBy)
        | (Dialect::Datafusion, Clause::GroupBy | Clause::Having | Clause::Qualify)
        | (Dialect::Sqlite, _) => Order::Behind,
    };
    Aliases { order, written: is_written(dialect, clause) }
}

/// PostgreSQL and MySQL name every column of the result in these clauses, the engine when it sorts.
fn is_written(dialect: Dialect, clause: Clause) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Mysql => false,
        Dialect::Datafusion => clause != Clause::OrderBy,
        Dialect::Sqlite | Dialect::Clickhouse => true,
    }
}
