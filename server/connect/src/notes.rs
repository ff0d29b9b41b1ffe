//! What becomes of a statement on its way to its rows, for whoever draws the time of a request or traces a run: the wait for a slot, the
//! wait for a connection, and the statement itself. Times and counts are noted, and never a statement or a value.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tracing::Span;
use tracing::field::Empty;

/// Notes of one request. What comes behind them is not noted, so that a request of many statements costs no more than this.
const MOST: usize = 64;

/// A source, as its statements are named.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SourceLabel {
    /// `flights-db`
    pub name: String,
    /// `postgres`
    pub driver: String,
}

/// What a statement does or waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It waits for a concurrency slot.
    Queue,
    /// It waits for a connection of the pool, which may have to be opened.
    Connection,
    /// From when it is sent until its last row is taken.
    Statement,
}

impl Part {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Connection => "connection",
            Self::Statement => "statement",
        }
    }
}

/// One part of one statement.
#[derive(Debug, Clone)]
pub struct Note {
    pub part: Part,
    pub source: Arc<SourceLabel>,
    /// The step of a Union that asked; nothing elsewhere.
    pub step: Option<Arc<str>>,
    pub began: Instant,
    /// Nothing while it is not over.
    pub ended: Option<Instant>,
    /// Rows that the statement gave, once it is over.
    pub rows: Option<u64>,
    pub failed: bool,
}

type List = Arc<Mutex<Vec<Note>>>;

/// Where the parts of statements are noted; nowhere, unless somebody says so. Copies are of one list.
#[derive(Clone, Default)]
pub struct Notes {
    list: Option<List>,
    step: Option<Arc<str>>,
    is_traced: bool,
}

impl Notes {
    /// In a list that is read once the request is over.
    #[must_use]
    pub fn taken() -> Self {
        Self { list: Some(Arc::default()), ..Self::default() }
    }

    /// As spans of the trace that a statement is part of; nowhere where it is part of none.
    #[must_use]
    pub(crate) fn traced() -> Self {
        Self { is_traced: true, ..Self::default() }
    }

    #[must_use]
    pub fn are_taken(&self) -> bool {
        self.list.is_some()
    }

    /// For a step of a Union. A Union within a Union asks for the step of the outer one.
    #[must_use]
    pub fn within(&self, step: &str) -> Self {
        let step = self.step.clone().or_else(|| self.list.as_ref().map(|_| Arc::from(step)));
        Self { step, ..self.clone() }
    }

    /// What was noted so far, in the order in which it began.
    #[must_use]
    pub fn read(&self) -> Vec<Note> {
        self.list.as_ref().map(|list| lock(list).clone()).unwrap_or_default()
    }

    /// A part that begins now.
    pub(crate) fn begin(&self, part: Part, source: &Arc<SourceLabel>) -> Noted {
        let place = self.list.as_ref().and_then(|list| {
            let mut notes = lock(list);
            let index = notes.len();
            if index >= MOST {
                return None;
            }
            let (source, step) = (source.clone(), self.step.clone());
            notes.push(Note { part, source, step, began: Instant::now(), ended: None, rows: None, failed: false });
            Some((list.clone(), index))
        });
        let span = if self.is_traced { span_of(part, source) } else { Span::none() };
        Noted { part, place, span, rows: 0 }
    }
}

/// A span within that of the run or request that asks; of a statement that is part of neither there is none.
fn span_of(part: Part, source: &SourceLabel) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    let (name, driver) = (source.name.as_str(), source.driver.as_str());
    match part {
        Part::Queue => {
            tracing::trace_span!(target: "traces", "queue", sluice.source = name, sluice.driver = driver, otel.status_code = Empty)
        }
        Part::Connection => {
            tracing::trace_span!(target: "traces", "connection", sluice.source = name, sluice.driver = driver, otel.status_code = Empty)
        }
        Part::Statement => tracing::trace_span!(
            target: "traces",
            "statement",
            sluice.source = name,
            sluice.driver = driver,
            sluice.rows = Empty,
            otel.status_code = Empty
        ),
    }
}

/// A part on its way. Where it is dropped it is over: who stops taking rows has enough, and who stops waiting has waited in vain.
pub(crate) struct Noted {
    part: Part,
    place: Option<(List, usize)>,
    span: Span,
    rows: u64,
}

impl Default for Noted {
    fn default() -> Self {
        Self { part: Part::Statement, place: None, span: Span::none(), rows: 0 }
    }
}

impl Noted {
    pub(crate) fn rows(&mut self, rows: usize) {
        self.rows += rows as u64;
    }

    /// It is over, once.
    pub(crate) fn end(&mut self, failed: bool) {
        let rows = (self.part == Part::Statement).then_some(self.rows);
        if let Some((list, index)) = self.place.take() {
            let mut notes = lock(&list);
            if let Some(note) = notes.get_mut(index) {
                (note.ended, note.rows, note.failed) = (Some(Instant::now()), rows, failed);
            }
        }
        let span = std::mem::replace(&mut self.span, Span::none());
        if let Some(rows) = rows {
            span.record("sluice.rows", rows);
        }
        if failed {
            span.record("otel.status_code", "ERROR");
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.end(self.part != Part::Statement);
    }
}

fn lock(list: &List) -> MutexGuard<'_, Vec<Note>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_noted_with_their_end_and_no_more_than_some() {
        let (notes, source) = (Notes::taken(), Arc::new(SourceLabel { name: "db".into(), driver: "sqlite".into() }));
        notes.begin(Part::Queue, &source).end(false);
        drop(notes.begin(Part::Connection, &source));
        let mut statement = notes.within("plane").within("inner").begin(Part::Statement, &source);
        statement.rows(3);
        let told = |notes: &Notes| -> Vec<(Part, bool, Option<u64>, bool)> {
            notes.read().iter().map(|note| (note.part, note.ended.is_some(), note.rows, note.failed)).collect()
        };
        let (waited, in_vain) = ((Part::Queue, true, None, false), (Part::Connection, true, None, true));
        assert_eq!(told(&notes), [waited, in_vain, (Part::Statement, false, None, false)]);
        drop(statement);
        assert_eq!(told(&notes), [waited, in_vain, (Part::Statement, true, Some(3), false)]);
        assert_eq!(notes.read()[2].step.as_deref(), Some("plane"));
        for _ in 0..2 * MOST {
            drop(notes.begin(Part::Statement, &source));
        }
        assert_eq!(notes.read().len(), MOST);
    }

    #[test]
    fn nothing_is_noted_unless_somebody_says_so() {
        let (notes, source) = (Notes::default().within("plane"), Arc::default());
        let noted = notes.begin(Part::Statement, &source);
        assert!(noted.place.is_none() && noted.span.is_none() && notes.step.is_none());
        assert!(!notes.are_taken() && notes.read().is_empty());
    }
}
