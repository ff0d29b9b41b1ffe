//! Where the columns of a SELECT statement come from: for each column of its result the columns of the source whose values it is made of,
//! and the columns that decide which rows there are. What cannot be told is said to be unknown, with why and where; nothing is guessed.
//!
//! The statement is read as its source reads it (the crate `sql-reader`), and names are resolved by the rules of its dialect
//! ([`rules`], [`names`]). `docs/lineage.md` says what is direct, what is indirect, and what is unknown.
//!
//! Files, from the outside in: [`resolver`] (queries), [`with`], [`select`], [`sets`], [`joins`] and [`factors`] (what is behind FROM),
//! [`star`], [`clauses`], [`expr`] (expressions), [`lookup`] (names), and what they are made of: [`tree`], [`table`], [`flow`].

mod calls;
mod clauses;
mod depth;
mod edges;
mod expr;
mod factors;
mod flow;
mod functions;
mod joins;
mod lookup;
mod named;
mod names;
mod output_names;
mod resolver;
mod rules;
mod scope;
mod select;
mod sets;
mod star;
mod table;
mod tree;
mod with;
mod words;
mod work;

use model::dialect::Dialect;
use sqlparser::ast::Statement;

pub use edges::{Edge, Edges, How, Lineage, Output, Place, Reason, Source, TableName, Unknown};
pub use work::Columns;

use crate::resolver::Resolver;
use crate::scope::{Env, Queries};
use crate::table::Piece;
use crate::work::Work;

/// The lineage of a text: the SQL of a script as it is sent, all of its optional parts kept, and a placeholder for each parameter. A text
/// that cannot be read has no columns, and says why.
#[must_use]
pub fn of_text(sql: &str, dialect: Dialect, columns: &dyn Columns) -> Lineage {
    match sql_reader::tree(sql, dialect) {
        Ok(statement) => of_statement(&statement, dialect, columns),
        Err(refusal) => {
            let place = refusal.place.map(|(line, column)| Place { line, column });
            nothing(&Reason::NotRead(refusal.message), place)
        }
    }
}

/// The lineage of a statement that was read.
#[must_use]
pub fn of_statement(statement: &Statement, dialect: Dialect, columns: &dyn Columns) -> Lineage {
    sql_reader::with_stack(|| {
        let Statement::Query(query) = statement else { return nothing(&Reason::NotSelect, None) };
        if depth::is_too_deep(statement) {
            return nothing(&Reason::TooDeep, None);
        }
        let resolver = Resolver { work: Work::new(dialect, columns) };
        let table = resolver.query(query, Env::default());
        let work = resolver.work();
        if let Some(reason) = work.stopped() {
            return nothing(&reason, None);
        }
        let output = |piece: &Piece| Output {
            name: piece.name().map(str::to_owned),
            is_rest: matches!(piece, Piece::Rest { .. }),
            edges: piece.whole(None, work).edges(work),
        };
        Lineage { outputs: table.pieces.iter().map(output).collect(), rows: table.rows.edges(work), tables: work.tables() }
    })
}

/// Of which nothing can be told.
fn nothing(reason: &Reason, place: Option<Place>) -> Lineage {
    let unknown = How::ALL.map(|how| Unknown { how, reason: reason.clone(), place }).to_vec();
    Lineage { rows: Edges { known: Vec::new(), unknown }, ..Lineage::default() }
}
