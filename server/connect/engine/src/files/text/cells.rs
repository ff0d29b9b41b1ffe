//! A file of cells as its records: each with its line, and why it is none where it is not as the first one says.

use std::collections::HashSet;
use std::io::{self, Read};

use connect::SourceError;
use csv::{ByteRecord, ErrorKind, Position, Reader, StringRecord};
use object_store::ObjectMeta;

use super::super::discover::{Format, TableFiles};
use super::super::learn::check_columns;
use super::bytes::{Files, Text, unreadable};
use super::dialect::CsvDialect;
use super::settings::Given;
use crate::errors::mismatch;

/// The first line must end within this.
const MAX_FIRST_LINE: usize = 1 << 20;

/// A file of cells that was opened.
pub(super) struct CellFile {
    shown: String,
    packing: Option<&'static str>,
    reader: Reader<Text>,
    pub(super) dialect: CsvDialect,
    /// The names of its columns, each once; of one that has none, where it stands.
    pub(super) header: Vec<String>,
    /// Which of them have no name of their own.
    pub(super) unnamed: Vec<bool>,
    /// The first record, where it is a row.
    first: Option<ByteRecord>,
}

/// A record of a file, or why it is no row.
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) cells: Result<StringRecord, String>,
}

impl CellFile {
    /// Nothing where it is empty.
    ///
    /// # Errors
    /// Where it cannot be read, named.
    pub(super) fn open(files: &Files, (table, file): (&TableFiles, &ObjectMeta), given: &Given) -> Result<Option<Self>, SourceError> {
        let shown = table.shown(file);
        let named = |error: SourceError| SourceError { sentence: format!("{shown}: {}", error.sentence), ..error };
        let opened = files.open(file).map_err(named)?;
        let is_tabs = table.format == Format::Tsv || file.location.filename().unwrap_or_default().to_lowercase().contains(".tsv");
        let dialect = CsvDialect::of(&opened.head, given, if is_tabs { b'\t' } else { b',' });
        let packing = opened.packing();
        let mut text = opened.text(dialect.encoding, dialect.mark);
        skip_lines(&mut text, dialect.skipped_lines).map_err(|error| named(unreadable(&error, packing)))?;
        let reader = dialect.builder().from_reader(text);
        let mut file = Self { shown, packing, reader, dialect, header: Vec::new(), unnamed: Vec::new(), first: None };
        let Some(first) = file.read()? else { return Ok(None) };
        file.name_columns(first)?;
        Ok(Some(file))
    }

    fn name_columns(&mut self, first: ByteRecord) -> Result<(), SourceError> {
        if first.as_slice().len() + first.len() > MAX_FIRST_LINE {
            return Err(mismatch(format!("{}: the first line is longer than 1 MiB. The file is not a table of lines.", self.shown)));
        }
        check_columns(&self.shown, first.len())?;
        let place = |at: usize| format!("column_{}", at + 1);
        if !self.dialect.header {
            self.header = (0..first.len()).map(place).collect();
            self.unnamed = vec![false; first.len()];
            self.first = Some(first);
            return Ok(());
        }
        let names = StringRecord::from_byte_record(first).map_err(|_| {
            let name = self.dialect.encoding.name().to_lowercase();
            mismatch(format!("{}: the first line is not text in {name}. Set the encoding.", self.shown))
        })?;
        self.unnamed = names.iter().map(|name| name.trim().is_empty()).collect();
        let mut known: HashSet<String> = HashSet::new();
        for (at, name) in names.iter().enumerate() {
            let name = if self.unnamed[at] { place(at) } else { name.to_owned() };
            let numbered = (2..).map(|number: usize| format!("{name}_{number}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|name| !known.contains(name)).unwrap_or_default();
            known.insert(free.clone());
            self.header.push(free);
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Option<ByteRecord>, SourceError> {
        let mut record = ByteRecord::new();
        let more = self.reader.read_byte_record(&mut record).map_err(|error| {
            let line = error.position().map_or(0, Position::line);
            let error = match error.into_kind() {
                ErrorKind::Io(error) => unreadable(&error, self.packing),
                _ => mismatch(format!("line {line} is not valid CSV.")),
            };
            SourceError { sentence: format!("{}: {}", self.shown, error.sentence), ..error }
        })?;
        self.reader.get_mut().record_ended();
        Ok(more.then_some(record))
    }

    /// # Errors
    /// Where the file cannot be read on.
    pub(super) fn next(&mut self) -> Result<Option<Record>, SourceError> {
        let Some(record) = self.first.take().map_or_else(|| self.read(), |first| Ok(Some(first)))? else { return Ok(None) };
        let line = record.position().map_or(0, Position::line) + self.dialect.skipped_lines;
        Ok(Some(Record { line, cells: self.cells(record) }))
    }

    fn cells(&self, record: ByteRecord) -> Result<StringRecord, String> {
        if record.len() != self.header.len() {
            return Err(format!("The row has {} cells, and the table has {} columns.", record.len(), self.header.len()));
        }
        let bad = |_| format!("The row has bytes that are not text in {}.", self.dialect.encoding.name().to_lowercase());
        StringRecord::from_byte_record(record).map_err(bad)
    }

    /// A line as a person finds it.
    pub(super) fn place(&self, line: u64) -> String {
        format!("{}, line {line}", self.shown)
    }
}

fn skip_lines(text: &mut Text, lines: u64) -> io::Result<()> {
    let mut skipped = 0;
    let mut byte = [0];
    while skipped < lines && text.read(&mut byte)? > 0 {
        skipped += u64::from(byte[0] == b'\n');
    }
    Ok(())
}

/// Which column of the table each one of a file is: by its name, or by its name in other letters where that is meant.
pub(super) fn places_in(columns: &[String], header: &[String]) -> Vec<Option<usize>> {
    let exact = |name: &String| columns.iter().position(|column| column == name);
    let alike = |name: &String| {
        let folded = name.trim().to_lowercase();
        columns.iter().position(|column| column.trim().to_lowercase() == folded && !header.contains(column))
    };
    header.iter().map(|name| exact(name).or_else(|| alike(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let places = |columns: &[&str], header: &[&str]| places_in(&names(columns), &names(header));
        assert_eq!(places(&["id", "x", "y"], &["id", "y", "x"]), [Some(0), Some(2), Some(1)]);
        assert_eq!(places(&["id", "x"], &["ID", " X", "z"]), [Some(0), Some(1), None]);
        assert_eq!(places(&["a"], &["a", "A"]), [Some(0), None]);
    }
}
