//! What is said of a statement: the columns of its result, and the columns that each of them comes from.

use std::fmt;

pub use model::table::TableRef as TableName;

/// How a column of a source takes part in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// Its values are, or are computed into, the values of a column of the result.
    Direct,
    /// It decides which rows there are: WHERE, HAVING, QUALIFY, IN, EXISTS, INTERSECT, EXCEPT.
    Filter,
    /// Rows of two tables are matched by it.
    Join,
    /// Rows are put together by it: GROUP BY, DISTINCT, UNION, PARTITION BY.
    Group,
    /// Rows are put in order by it.
    Sort,
}

impl How {
    /// All of them, the direct one first.
    pub const ALL: [Self; 5] = [Self::Direct, Self::Filter, Self::Join, Self::Group, Self::Sort];

    /// Its word, as it is stored.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::Group => "group",
            Self::Sort => "sort",
        }
    }
}

/// A column of a table of the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    pub table: TableName,
    pub column: String,
}

/// One column of a source, and how it takes part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub how: How,
    pub from: Source,
}

/// A place in the statement, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// An edge that cannot be told, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// What it would be.
    pub how: How,
    pub reason: Reason,
    /// Nothing where it is about the whole statement.
    pub place: Option<Place>,
}

/// Where a column or the rows of a result come from. The list is complete where nothing is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    /// Each once, in order.
    pub known: Vec<Edge>,
    pub unknown: Vec<Unknown>,
}

impl Edges {
    /// The columns that take part in this way.
    pub fn of(&self, how: How) -> impl Iterator<Item = &Source> {
        self.known.iter().filter(move |edge| edge.how == how).map(|edge| &edge.from)
    }

    /// Whether every column that takes part in this way is known.
    #[must_use]
    pub fn is_complete(&self, how: How) -> bool {
        self.unknown.iter().all(|unknown| unknown.how != how)
    }
}

/// One column of the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// Nothing where the server makes up a name.
    pub name: Option<String>,
    /// It stands for columns that are not known one by one: the star over a table whose columns are not known.
    pub is_rest: bool,
    /// What its own values come from, directly, or by a window, a condition or a subquery of its own.
    pub edges: Edges,
}

/// Where the result of a statement comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    pub outputs: Vec<Output>,
    /// What all columns of the result depend on, since it decides which rows there are, and in which order. None of them is direct.
    pub rows: Edges,
    /// Every table that is read, each once, in the order of the statement.
    pub tables: Vec<TableName>,
}

/// Why something cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The text is not read, for this reason.
    NotRead(String),
    NotSelect,
    TooDeep,
    TooLarge,
    /// A part of the language that is not followed.
    NotFollowed(&'static str),
    /// What a star stands for.
    ColumnsOf(String),
    /// A column that may belong to more than one of these.
    Ambiguous {
        column: String,
        tables: Vec<String>,
    },
    /// A column that none of the known tables has.
    NoColumn(String),
    /// A column that this table does not have, as far as its columns are known.
    NoColumnIn {
        column: String,
        table: String,
    },
    /// A name before a dot that no table has.
    NoTable(String),
    /// A name before a dot that more than one table has.
    TwoTables(String),
    /// A name that may be an alias of the result or a column.
    AliasOrColumn(String),
    /// A name in double quotes that SQLite takes for a text where no column has it.
    TextOrColumn(String),
    /// A table function that may read anything.
    Function(String),
    /// A position in ORDER BY or GROUP BY that is no column of the result, as far as it is known.
    Position(String),
    /// Parts of WITH that name each other in a circle.
    Circle(String),
    /// A recursive part of WITH without rows to begin with.
    NoBeginning(String),
    /// More names than columns, or queries of a set operation with different numbers of columns.
    Count,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead(message) => f.write_str(message),
            Self::NotSelect => f.write_str("Only SELECT statements have lineage."),
            Self::TooDeep => f.write_str("The statement is nested too deeply to be followed."),
            Self::TooLarge => f.write_str("The statement is too large to be followed."),
            Self::NotFollowed(what) => write!(f, "{what} is not followed."),
            Self::ColumnsOf(table) => write!(f, "The columns of {table} are not known."),
            Self::Ambiguous { column, tables } => {
                write!(f, "The column {column} may belong to any of these: {}.", tables.join(", "))
            }
            Self::NoColumn(column) => write!(f, "No table here has a column {column}, as far as their columns are known."),
            Self::NoColumnIn { column, table } => write!(f, "{table} has no column {column}, as far as its columns are known."),
            Self::NoTable(table) => write!(f, "No table here is called {table}."),
            Self::TwoTables(table) => write!(f, "More than one table here is called {table}."),
            Self::AliasOrColumn(name) => write!(f, "{name} may be a column of the result or of a table."),
            Self::TextOrColumn(name) => write!(f, "{name} may be a column, or a text, as it stands in double quotes."),
            Self::Function(name) => write!(f, "What the table function {name} reads is not known."),
            Self::Position(position) => write!(f, "The column at position {position} is not known."),
            Self::Circle(name) => write!(f, "The part {name} of WITH names itself by way of another part."),
            Self::NoBeginning(name) => write!(f, "The recursive part {name} of WITH has no rows to begin with."),
            Self::Count => f.write_str("The numbers of columns differ."),
        }
    }
}
