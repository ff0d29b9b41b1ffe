//! What stands behind FROM: a table, or the result of a query, as a list of columns.

use std::rc::Rc;

use crate::edges::{How, Place, Reason, Unknown};
use crate::flow::Flow;
use crate::work::{TableId, Work};

/// What is known of some columns that are not known one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RestOf {
    /// They are columns of this table.
    Table(TableId),
    Nothing(Rc<Unknown>),
}

impl RestOf {
    /// Why they are not known.
    fn unknown(&self, at: Option<Place>, work: &Work<'_>) -> Rc<Unknown> {
        match self {
            Self::Table(table) => {
                let reason = Reason::ColumnsOf(work.name_of(*table).path());
                Rc::new(Unknown { how: How::Direct, reason, place: at })
            }
            Self::Nothing(unknown) => unknown.clone(),
        }
    }
}

/// One column, or some that are not known one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Column {
        /// Nothing where the server makes up a name.
        name: Option<String>,
        flow: Rc<Flow>,
    },
    Rest {
        of: RestOf,
        /// Columns that are not among them.
        except: Vec<String>,
        /// The star that stands for them.
        at: Option<Place>,
    },
}

impl Piece {
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Column { name, .. } => name.as_deref(),
            Self::Rest { .. } => None,
        }
    }

    /// Takes one column away. Nothing where it was that column.
    pub(crate) fn without(&self, column: &str, work: &Work<'_>) -> Option<Self> {
        match self {
            Self::Column { name: Some(name), .. } if work.names.are_same(name, column) => None,
            Self::Column { .. } => Some(self.clone()),
            Self::Rest { of, except, at } => {
                let except = except.iter().cloned().chain([column.to_owned()]).collect();
                Some(Self::Rest { of: of.clone(), except, at: *at })
            }
        }
    }

    /// What a column of this name would be, as far as this is it.
    pub(crate) fn find(&self, column: &str, work: &Work<'_>) -> Found {
        match self {
            Self::Column { name, flow } => match name {
                Some(name) if work.names.are_same(name, column) => Found::Yes(flow.clone()),
                _ => Found::No,
            },
            Self::Rest { except, .. } if except.iter().any(|name| work.names.are_same(name, column)) => Found::No,
            Self::Rest { of: RestOf::Table(table), .. } => Found::Maybe(Flow::of(work.source(*table, column))),
            Self::Rest { of: RestOf::Nothing(unknown), .. } => Found::Maybe(Flow::of_unknown(unknown.clone())),
        }
    }

    /// Everything of it.
    pub(crate) fn whole(&self, at: Option<Place>, work: &Work<'_>) -> Rc<Flow> {
        match self {
            Self::Column { flow, .. } => flow.clone(),
            Self::Rest { of, at: star, .. } => Flow::of_unknown(of.unknown(at.or(*star), work)),
        }
    }

    /// Columns that are not known one by one.
    pub(crate) fn rest(of: RestOf) -> Self {
        Self::Rest { of, except: Vec::new(), at: None }
    }

    /// The same piece where a star stands for it.
    pub(crate) fn starred(&self, star: Option<Place>) -> Self {
        match self {
            Self::Rest { of, except, at } => Self::Rest { of: of.clone(), except: except.clone(), at: at.or(star) },
            Self::Column { .. } => self.clone(),
        }
    }
}

/// Whether there is a column of a name.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Yes(Rc<Flow>),
    /// Where there is one of this name, it is this.
    Maybe(Rc<Flow>),
    No,
}

/// A table or the result of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) pieces: Vec<Piece>,
    /// What decides which rows there are.
    pub(crate) rows: Flow,
}

impl Table {
    pub(crate) fn of(pieces: Vec<Piece>) -> Self {
        Self { pieces, rows: Flow::default() }
    }

    /// Of which nothing is known, nor what decides about its rows.
    pub(crate) fn unknown(reason: Reason, place: Option<Place>) -> Self {
        let mut rows = Flow::default();
        for how in [How::Filter, How::Join, How::Group, How::Sort] {
            rows.note(how, reason.clone(), place);
        }
        let unknown = Rc::new(Unknown { how: How::Direct, reason, place });
        Self { pieces: vec![Piece::rest(RestOf::Nothing(unknown))], rows }
    }

    /// A table of the source.
    pub(crate) fn base(table: TableId, work: &Work<'_>) -> Self {
        let Some(columns) = work.columns_of(table) else {
            return Self::of(vec![Piece::rest(RestOf::Table(table))]);
        };
        work.spend(columns.len());
        Self::of(columns.iter().map(|name| Piece::Column { name: Some(name.clone()), flow: Flow::of(work.source(table, name)) }).collect())
    }

    /// The column of this name. Two of the same name are one where they come from the same.
    pub(crate) fn find(&self, column: &str, at: Option<Place>, work: &Work<'_>) -> Found {
        work.spend(1 + self.pieces.len() / 16);
        let (mut sure, mut maybe): (Option<Rc<Flow>>, Option<Rc<Flow>>) = (None, None);
        let ambiguous = || Flow::unknown(Reason::Ambiguous { column: column.to_owned(), tables: Vec::new() }, at);
        for piece in &self.pieces {
            let (kept, flow) = match piece.find(column, work) {
                Found::Yes(flow) => (&mut sure, flow),
                Found::Maybe(flow) => (&mut maybe, flow),
                Found::No => continue,
            };
            let is_other = kept.as_ref().is_some_and(|known| *known != flow);
            *kept = Some(if is_other { ambiguous() } else { flow });
        }
        match (sure, maybe) {
            (Some(flow), _) => Found::Yes(flow),
            (None, Some(flow)) => Found::Maybe(flow),
            (None, None) => Found::No,
        }
    }

    /// Everything of a row.
    pub(crate) fn whole(&self, at: Option<Place>, work: &Work<'_>) -> Flow {
        let mut flow = Flow::default();
        self.pieces.iter().for_each(|piece| flow.add(&piece.whole(at, work), work));
        flow
    }

    /// The same table with other names for its first columns.
    pub(crate) fn renamed(mut self, names: &[String], at: Option<Place>, work: &Work<'_>) -> Self {
        let mut old = std::mem::take(&mut self.pieces).into_iter();
        let mut rest: Option<Rc<Unknown>> = None;
        for name in names {
            let flow = match &rest {
                // Which of them it is called, nobody knows.
                Some(unknown) => Flow::of_unknown(unknown.clone()),
                None => match old.next() {
                    Some(Piece::Column { flow, .. }) => flow,
                    Some(Piece::Rest { of, .. }) => Flow::of_unknown(rest.insert(of.unknown(at, work)).clone()),
                    None => Flow::unknown(Reason::Count, at),
                },
            };
            self.pieces.push(Piece::Column { name: Some(name.clone()), flow });
        }
        self.pieces.extend(rest.map(|unknown| Piece::rest(RestOf::Nothing(unknown))));
        self.pieces.extend(old);
        self
    }
}
