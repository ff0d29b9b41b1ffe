//! Databases that datasets are written into. A dataset version is a table of its own there, and a view shows the live one: so whoever asks
//! the view never sees half a version, and going back is one statement.
//!
//! What was sealed, and how far a version follows its source, stands in a table beside them ([`LEDGER`]), which changes in one transaction
//! with the rows.

mod open;
mod statements;
mod types;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use model::connector::{MAY_WRITE, WRITE};
use model::dialect::Dialect;
use model::table::TableRef;
use model::{DataType, Field, Value};

pub use self::open::open;
pub use self::statements::{
    HIDDEN, LEDGER, create, drop_table, forget, known, mark, of_keys, patience, seal, show, show_anew, shown, take,
};
pub use self::types::takes;
use crate::{ConfigField, SourceError, SourceErrorKind};

/// Keys of one statement.
pub const KEYS: usize = 500;
/// Rows that are written at once, where a database does not want more.
const PORTION: usize = 4_096;

/// What can be written into a kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Writes {
    Nothing,
    /// Tables, each rebuilt as a whole.
    Tables,
    /// Also changes of a table, all of some or none.
    Changes,
}

/// A database that is written into, with connections of its own.
#[async_trait]
pub trait Sink: Send + Sync {
    /// How many rows it is best given at once.
    fn portion(&self) -> usize {
        PORTION
    }
    /// Runs statements that give no rows: all or none, where the database can do so.
    async fn run(&self, statements: &[String]) -> Result<(), SourceError>;
    /// Appends rows; after an error some of them may be there.
    async fn append(&self, rows: &Rows<'_>) -> Result<(), SourceError>;
    /// Makes all of a change, or none of it where its mark touches no row; whether it was made.
    async fn change(&self, _: &Change<'_>) -> Result<bool, SourceError> {
        Err(SourceError::new(SourceErrorKind::Config, "This database has no incremental sync: its tables are rebuilt."))
    }
}

/// Rows on their way into a table.
pub struct Rows<'a> {
    pub table: &'a TableRef,
    pub fields: &'a [Field],
    pub batch: &'a RecordBatch,
}

/// Rows of a table that end, those that are so from now on, and the statement that says how far that is.
pub struct Change<'a> {
    pub mark: String,
    /// By the columns of the key: every row that is put, too.
    pub gone: Vec<Vec<Value>>,
    pub key: &'a [Field],
    pub put: Rows<'a>,
}

/// A statement with its values.
pub(crate) type Bound = (String, Vec<(DataType, Value)>);

impl Change<'_> {
    /// Deletes all rows that end, some in each statement.
    pub(crate) fn deletes(&self, dialect: Dialect) -> Vec<Bound> {
        let table = dialect.table(self.put.table);
        self.gone
            .chunks(KEYS)
            .map(|keys| {
                let (condition, binds) = of_keys(self.key, keys, dialect);
                (format!("DELETE FROM {table} WHERE {condition}"), binds)
            })
            .collect()
    }
}

/// The field of a form that lets a source be written into.
pub(crate) fn form() -> ConfigField {
    let help = "Whether datasets can be written into this database. The user of the source then creates tables and views in it.";
    let mut field = ConfigField::new(WRITE, "Allow dataset output", help, "no").decides_nothing();
    field.choices = ["no", MAY_WRITE].map(str::to_owned).into();
    field
}

/// A kind of source that nothing can be written into.
pub(crate) fn takes_nothing() -> SourceError {
    SourceError::new(SourceErrorKind::Config, "Datasets cannot be written into this kind of source.")
}
