//! What the columns of a table are, read from its files: all of them, or as many bytes as there is time for.

use connect::SourceError;
use model::number::grouped;
use object_store::ObjectMeta;

use super::super::discover::TableFiles;
use super::super::learn::MAX_COLUMNS;
use super::cells::{CellFile, places_in};
use super::documents::ValueFile;
use super::guess::Guess;
use super::settings::Given;
use super::values::Reads;
use super::{Files, TextColumn};
use crate::errors::mismatch;
use crate::evidence::Seen;
use crate::json_cells::Fields;

/// Files that are opened, of a table of more.
const MAX_FILES: usize = 200;
/// Rows that are no rows and are told.
const EXAMPLES: usize = 3;

/// What was seen of one column.
enum Values {
    Cells(Guess),
    Json(Seen),
}

struct Column {
    name: String,
    values: Values,
    /// No file has a name for it.
    is_unnamed: bool,
}

/// What was seen of a table.
pub(super) struct Learning {
    columns: Vec<Column>,
    rows: usize,
    /// All of its files were read to their ends.
    is_whole: bool,
    bytes: usize,
    /// How its files are written, each way once.
    ways: Vec<String>,
    bad: usize,
    examples: Vec<String>,
}

impl Learning {
    /// # Errors
    /// A file that cannot be read, or a table without a column.
    pub(super) fn of(files: &Files, table: &TableFiles, given: &Given, bytes: usize) -> Result<Self, SourceError> {
        let mut learning = Self { columns: Vec::new(), rows: 0, is_whole: true, bytes, ways: Vec::new(), bad: 0, examples: Vec::new() };
        let step = table.files.len().div_ceil(MAX_FILES).max(1);
        learning.is_whole = step == 1;
        for file in table.files.iter().step_by(step) {
            if table.format.is_cells() {
                learning.cells(files, (table, file), given)?;
            } else {
                learning.values(files, (table, file), given)?;
            }
        }
        if learning.columns.is_empty() {
            let why = match learning.examples.first() {
                Some(example) => format!("the file has no readable row. {example}"),
                None => "the file is empty, so its columns are unknown.".to_owned(),
            };
            return Err(mismatch(format!("{}: {why}", table.name)));
        }
        Ok(learning)
    }

    fn cells(&mut self, files: &Files, of: (&TableFiles, &ObjectMeta), given: &Given) -> Result<(), SourceError> {
        let Some(mut file) = CellFile::open(files, of, given)? else { return Ok(()) };
        self.way(file.dialect.words());
        let known: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let mut places = Vec::with_capacity(file.header.len());
        for (at, found) in places_in(&known, &file.header).into_iter().enumerate() {
            places.push(found.unwrap_or(self.columns.len()));
            if found.is_none() {
                self.columns.push(Column {
                    name: file.header[at].clone(),
                    values: Values::Cells(Guess::of(given)),
                    is_unnamed: file.unnamed[at],
                });
            }
        }
        if self.columns.len() > MAX_COLUMNS {
            // Told by whoever looks at how many there are.
            return Ok(());
        }
        while let Some(record) = file.next()? {
            let cells = match record.cells {
                Ok(cells) => cells,
                Err(reason) => {
                    self.bad_row(|| format!("{}: {reason}", file.place(record.line)));
                    continue;
                }
            };
            self.rows += 1;
            for (cell, place) in cells.iter().zip(&places) {
                let is_nothing = cell.is_empty() || given.nulls.as_ref().is_some_and(|nulls| nulls.iter().any(|null| null == cell));
                if let (false, Values::Cells(guess)) = (is_nothing, &mut self.columns[*place].values) {
                    guess.add(cell, given);
                }
            }
            if !self.goes_on(cells.as_slice().len()) {
                break;
            }
        }
        Ok(())
    }

    fn values(&mut self, files: &Files, of: (&TableFiles, &ObjectMeta), given: &Given) -> Result<(), SourceError> {
        let mut file = ValueFile::open(files, of, given)?;
        if let Some(chosen) = &file.chosen {
            self.way(format!("path={chosen}"));
        }
        while let Some((line, value)) = file.next()? {
            let Ok(Fields(fields)) = serde_json::from_slice(&value) else {
                let reason = crate::evidence::json_row(&value).err().unwrap_or_default();
                self.bad_row(|| format!("{}: {reason}", file.place(line)));
                continue;
            };
            self.rows += 1;
            for (name, written) in fields {
                let at = self.columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
                    self.columns.push(Column { name, values: Values::Json(Seen::default()), is_unnamed: false });
                    self.columns.len() - 1
                });
                if let Values::Json(seen) = &mut self.columns[at].values {
                    seen.add_written(written.get());
                }
            }
            if self.columns.len() > MAX_COLUMNS || !self.goes_on(value.len()) {
                break;
            }
        }
        Ok(())
    }

    /// Whether there is time for more.
    fn goes_on(&mut self, read: usize) -> bool {
        self.bytes = self.bytes.saturating_sub(read + 1);
        self.is_whole &= self.bytes > 0;
        self.bytes > 0
    }

    fn way(&mut self, way: String) {
        if !self.ways.contains(&way) {
            self.ways.push(way);
        }
    }

    fn bad_row(&mut self, example: impl FnOnce() -> String) {
        self.bad += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }

    /// The columns, and what is said of the table.
    pub(super) fn columns(self, given: &Given) -> (Vec<TextColumn>, String) {
        let rows = grouped(self.rows);
        let by = if self.is_whole { format!("by all {rows} rows") } else { format!("by the first {rows} rows") };
        let column = |column: Column| {
            let (reads, words) = match &column.values {
                Values::Cells(guess) => guess.verdict(given),
                Values::Json(seen) => {
                    let (data_type, fits) = seen.verdict();
                    (Reads { data_type, ..Reads::default() }, if fits == 0 { "empty".to_owned() } else { String::new() })
                }
            };
            // Behind a separator at the end of each line stands nothing.
            if column.is_unnamed && words == "empty" {
                return None;
            }
            let evidence = if words.is_empty() { by.clone() } else { format!("{by}; {words}") };
            Some(TextColumn { name: column.name, reads, evidence })
        };
        let note = self.note();
        (self.columns.into_iter().filter_map(column).collect(), note)
    }

    fn note(&self) -> String {
        let mut note = Vec::new();
        match self.ways.as_slice() {
            [] => {}
            [one] => note.push(format!("Read with {one}.")),
            several => note.push(format!("The files have {} different formats: {}.", several.len(), several.join("; "))),
        }
        if self.bad > 0 {
            let rows =
                if self.bad == 1 { "1 row cannot be read.".to_owned() } else { format!("{} rows cannot be read.", grouped(self.bad)) };
            note.push(format!("{rows} {}", self.examples.join(" ")));
        }
        note.join(" ")
    }
}
