//! How a source compares names.

use model::dialect::Dialect;
use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use crate::edges::Place;

/// As much of a name as PostgreSQL looks at, in bytes.
const POSTGRES_BYTES: usize = 63;

/// The rules of one dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names(pub(crate) Dialect);

impl Names {
    /// A name as the source looks it up. PostgreSQL alone changes what is written: the engine behind Datafusion is set not to.
    pub(crate) fn looked_up(self, ident: &Ident) -> String {
        match self.0 {
            Dialect::Postgres => folded(ident),
            Dialect::Sqlite | Dialect::Mysql | Dialect::Clickhouse | Dialect::Datafusion => ident.value.clone(),
        }
    }

    /// Whether two names are the same. MySQL's tables differ by case on some machines and not on others: where two of them differ in
    /// nothing else, [`Self::is_nearer`] tells them apart.
    pub(crate) fn are_same(self, a: &str, b: &str) -> bool {
        match self.0 {
            Dialect::Sqlite => a.eq_ignore_ascii_case(b),
            Dialect::Mysql => a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase()),
            Dialect::Postgres | Dialect::Clickhouse | Dialect::Datafusion => a == b,
        }
    }

    /// Whether the name that is written is this one to the letter, where another one differs only by case.
    pub(crate) fn is_nearer(self, written: &str, name: &str) -> bool {
        self.0 != Dialect::Mysql || written == name
    }

    /// The text by which equal names are found.
    pub(crate) fn key(self, name: &str) -> String {
        match self.0 {
            Dialect::Sqlite => name.to_ascii_lowercase(),
            Dialect::Mysql => name.to_lowercase(),
            Dialect::Postgres | Dialect::Clickhouse | Dialect::Datafusion => name.to_owned(),
        }
    }
}

fn folded(ident: &Ident) -> String {
    let mut text = if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() };
    let end = (0..=POSTGRES_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or_default());
    text
}

/// Where a name stands.
pub(crate) fn place(ident: &Ident) -> Option<Place> {
    let at = ident.span.start;
    (at.line > 0).then_some(Place { line: at.line, column: at.column })
}

/// The parts of a name of plain parts.
pub(crate) fn idents(name: &ObjectName) -> Option<Vec<&Ident>> {
    name.0.iter().map(ObjectNamePart::as_ident).collect()
}

/// The last part of a name.
pub(crate) fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(ObjectNamePart::as_ident)
}
