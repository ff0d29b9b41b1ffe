//! A log as a feed: portions of what was written since, and how far that is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use connect::{Feed, FeedOf, Origin, Portion, SourceError, SourceErrorKind, Spoiled};
use engine::cells::{Cell, CellRows, RowFields, apart};

use crate::pattern::{Lines, Log};
use crate::tail::{LINE_BYTES, Line, Position, Tail};

/// The columns that every log has, before those of its lines.
pub(crate) const FILE: &str = "log_file";
pub(crate) const PART: &str = "log_part";
pub(crate) const OFFSET: &str = "log_offset";
/// How often the files are looked at while nothing comes.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) struct LogFeed {
    lines: Lines,
    fields: RowFields,
    /// Away while it is being read.
    tail: Option<Tail>,
    /// How long each file was when it was opened.
    ends: BTreeMap<i32, u64>,
}

pub(crate) fn of_files(error: &io::Error) -> SourceError {
    let sentence = "The files of the log cannot be read. They may have been moved, or Sluice has no permission to read them.";
    SourceError::new(SourceErrorKind::Unreachable, sentence).because(error)
}

/// Reads files where that stands in nobody's way.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, SourceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| of_files(&error)),
        Err(error) => Err(SourceError::new(SourceErrorKind::Other, "Reading the log ended early. Try again.").because(error)),
    }
}

fn position(of: &FeedOf<'_>) -> Result<(Position, bool), SourceError> {
    let wrong = |sentence: &str| SourceError::new(SourceErrorKind::Config, sentence);
    if !of.position.is_empty() {
        let read = serde_json::from_str(of.position);
        return read
            .map(|position| (position, false))
            .map_err(|error| wrong("The stored position of the log cannot be read. Build the dataset again.").because(error));
    }
    match of.start {
        "" | "earliest" => Ok((Position::default(), false)),
        "latest" => Ok((Position::default(), true)),
        _ => Err(wrong("The start position of a log is earliest or latest.")),
    }
}

impl LogFeed {
    pub(crate) async fn open(log: &Log, of: FeedOf<'_>) -> Result<Self, SourceError> {
        let ((position, skips), path) = (position(&of)?, PathBuf::from(&log.path));
        let (tail, ends) = blocking(move || {
            let mut tail = Tail::new(path, position);
            if skips {
                tail.skip_all()?;
            }
            let ends = tail.lengths()?;
            Ok((tail, ends))
        })
        .await?;
        Ok(Self { lines: log.lines.clone(), fields: RowFields::new(of.fields), tail: Some(tail), ends })
    }

    fn portion(&self, lines: Vec<Line>, (tail, at_end): (&Tail, bool)) -> Result<Portion, SourceError> {
        let mut cells = CellRows::new(&self.fields, lines.len());
        let unread: Vec<Option<String>> = lines.iter().map(|line| cells.take(|cells| self.put(cells, line)).err()).collect();
        let (batch, bad) = cells.finish()?;
        let (origins, spoiled) = apart(lines.into_iter().map(origin).zip(unread), &bad);
        Ok(Portion {
            deleted: vec![false; batch.num_rows()],
            rows: batch,
            origins,
            spoiled,
            position: serde_json::to_string(&tail.position).unwrap_or_default(),
            whole: at_end || tail.is_behind(&self.ends),
            at_end,
        })
    }

    fn put<'l>(&self, cells: &mut CellRows<'_, 'l>, line: &'l Line) -> Result<(), String> {
        check_length(line)?;
        self.lines.put(cells, &line.bytes)?;
        beside(line, |column, cell| cells.put(column, cell));
        Ok(())
    }
}

/// # Errors
/// Where a line is longer than it is read.
pub(crate) fn check_length(line: &Line) -> Result<(), String> {
    if line.too_long { Err(format!("The line is longer than {} MiB.", LINE_BYTES >> 20)) } else { Ok(()) }
}

/// What stands beside the columns of a line.
pub(crate) fn beside<'l>(line: &'l Line, mut put: impl FnMut(&'static str, Cell<'l>)) {
    put(FILE, if line.file.is_empty() { Cell::Null } else { Cell::Text(Cow::Borrowed(&line.file)) });
    put(PART, i64::from(line.part).into());
    put(OFFSET, Cell::Number(line.at.into()));
}

pub(crate) fn origin(line: Line) -> Origin {
    Origin { part: line.part, at: i64::try_from(line.at).unwrap_or(i64::MAX), key: None, bytes: Some(line.bytes) }
}

#[async_trait]
impl Feed for LogFeed {
    async fn next(&mut self, wait: Duration) -> Result<Portion, SourceError> {
        let until = Instant::now() + wait;
        loop {
            let gone = || SourceError::new(SourceErrorKind::Other, "Reading the log ended early. Try again.");
            let mut tail = self.tail.take().ok_or_else(gone)?;
            let (tail, looked) = blocking(move || {
                let looked = tail.look()?;
                Ok((tail, looked))
            })
            .await?;
            let done = !looked.lines.is_empty() || Instant::now() >= until;
            let portion = if done { Some(self.portion(looked.lines, (&tail, looked.at_end))) } else { None };
            self.tail = Some(tail);
            if let Some(portion) = portion {
                return portion;
            }
            tokio::time::sleep(LOOK.min(until.saturating_duration_since(Instant::now()))).await;
        }
    }

    async fn again(&mut self, spoiled: Vec<Spoiled>) -> Result<Portion, SourceError> {
        let mut lines: Vec<Line> = spoiled.into_iter().filter_map(Origin::of).map(line_of).collect();
        lines.sort_by_key(|line| (line.part, line.at));
        let gone = || SourceError::new(SourceErrorKind::Other, "Reading the log ended early. Try again.");
        self.portion(lines, (self.tail.as_ref().ok_or_else(gone)?, false))
    }
}

/// As it was kept, but for the name of its file.
fn line_of(origin: Origin) -> Line {
    let bytes = origin.bytes.unwrap_or_default();
    let too_long = bytes.len() > LINE_BYTES;
    Line { part: origin.part, at: u64::try_from(origin.at).unwrap_or(0), file: String::new(), bytes, too_long }
}
