//! Which files there are, which tables they make, and which are none: what is listed here, and nothing else, is read.

use std::collections::BTreeMap;

use connect::{SourceError, SourceErrorKind};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use futures::TryStreamExt;
use model::number::grouped;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::local::{MAX_DEPTH, MAX_FILES};
use super::place::Place;
use crate::errors::mismatch;
use crate::rows::values_of;

/// What a folder's name says of a value that is null.
const NULL_FOLDER: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Csv,
    Tsv,
    Json,
    Parquet,
}

impl Format {
    /// Lines of cells, whatever stands between these.
    pub(crate) fn is_cells(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }
}

/// Files of one kind that make one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableFiles {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) files: Vec<ObjectMeta>,
    /// The folder of a table of several files; its `name=value` folders are columns.
    pub(crate) folder: Option<Path>,
    pub(crate) partitions: Vec<String>,
    /// Why it is no table, where that is known already.
    pub(crate) refused: Option<String>,
}

impl TableFiles {
    pub(crate) fn one(name: &str, format: Format, file: ObjectMeta) -> Self {
        Self { name: name.to_owned(), format, files: vec![file], folder: None, partitions: Vec::new(), refused: None }
    }

    fn refused(name: &str, file: &ObjectMeta, why: String) -> Self {
        Self { refused: Some(why), ..Self::one(name, Format::Csv, file.clone()) }
    }

    /// The values that the folders of a file say, in the order of the partitions; nothing is null.
    pub(crate) fn values_of(&self, file: &ObjectMeta) -> Vec<Option<String>> {
        let levels = self.folder.as_ref().map(|folder| levels(folder, &file.location)).unwrap_or_default();
        levels.into_iter().map(|(_, value)| Some(value).filter(|value| value != NULL_FOLDER)).collect()
    }

    /// The files that can hold rows for which these filters hold, by what those of their folders say that are columns. A folder by whose
    /// name its files have a column of their own says nothing of the values in them.
    pub(crate) fn of_filters(&self, filters: &[Expr], is_column: impl Fn(usize) -> bool) -> Vec<ObjectMeta> {
        let folder_of = |column: &str| self.partitions.iter().position(|name| name == column).filter(|at| is_column(*at));
        let wanted: Vec<(usize, Vec<String>)> =
            filters.iter().filter_map(values_of).filter_map(|(column, values)| Some((folder_of(&column)?, values))).collect();
        let is_wanted = |file: &&ObjectMeta| {
            let values = self.values_of(file);
            wanted.iter().all(|(at, wanted)| values.get(*at).and_then(Option::as_ref).is_some_and(|value| wanted.contains(value)))
        };
        self.files.iter().filter(is_wanted).cloned().collect()
    }

    /// A file as a person finds it: by its path below the table's folder, or its name.
    pub(crate) fn shown(&self, file: &ObjectMeta) -> String {
        let below = self.folder.as_ref().and_then(|folder| file.location.as_ref().strip_prefix(folder.as_ref()));
        below.map(|path| path.trim_start_matches('/')).or(file.location.filename()).unwrap_or_default().to_owned()
    }
}

/// How tables of files take filters: their folders leave out what they can, and the engine looks again.
pub(crate) fn by_folders(filters: &[&Expr]) -> Vec<TableProviderFilterPushDown> {
    vec![TableProviderFilterPushDown::Inexact; filters.len()]
}

/// What tells one state of the files from another.
pub(crate) type Mark = Vec<ObjectMeta>;

/// What is at a place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub(crate) tables: Vec<TableFiles>,
    pub(crate) mark: Mark,
    /// Files that are read as nothing, by their paths below the place.
    pub(crate) skipped: Vec<String>,
}

/// What the end of a file's name says.
enum Kind {
    Table {
        stem: String,
        format: Format,
        is_plain_text: bool,
    },
    /// Something that people take for a table, and why it is none.
    Refused(&'static str),
    Other,
}

fn kind_of(name: &str) -> Kind {
    let lower = name.to_lowercase();
    let inner = [".gz", ".zst", ".bz2", ".xz"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    let Some((stem, end)) = inner.rsplit_once('.') else { return Kind::Other };
    let is_packed = inner.len() < lower.len();
    let format = match end {
        "csv" | "psv" | "txt" => Format::Csv,
        "tsv" | "tab" => Format::Tsv,
        "ndjson" | "jsonl" | "json" | "geojson" => Format::Json,
        // Parquet packs its own pages.
        "parquet" | "pq" if !is_packed => Format::Parquet,
        "zip" | "7z" | "rar" | "tar" | "tgz" | "lz4" => {
            return Kind::Refused("the file is an archive. Unpack it, or compress the single file with gzip, zstd, bzip2 or xz.");
        }
        "xls" | "xlsx" | "ods" => return Kind::Refused("the file is a spreadsheet. Save each sheet as CSV."),
        "avro" | "orc" | "feather" | "arrow" => return Kind::Refused("the file type is not supported. Save the file as Parquet or CSV."),
        _ => return Kind::Other,
    };
    // Lower case may be longer or shorter, but not of what is cut off.
    let stem = name.get(..name.len() - (lower.len() - stem.len())).unwrap_or(stem);
    if stem.is_empty() { Kind::Other } else { Kind::Table { stem: stem.to_owned(), format, is_plain_text: end == "txt" } }
}

/// As programs name what is no data: `.part.crc`, `_SUCCESS`, `_delta_log`. A folder `_a=1` is a partition.
fn is_hidden(part: &str) -> bool {
    part.starts_with('.') || (part.starts_with('_') && !part.contains('='))
}

/// The tables at a place, and the mark of their files.
///
/// # Errors
/// Where there is nothing, or too much, or it may not be read.
pub(crate) async fn discover(place: &Place) -> Result<Found, SourceError> {
    if let Ok(file) = place.store.head(&place.root).await {
        return Ok(Found { tables: vec![named(&file)], mark: vec![file], skipped: Vec::new() });
    }
    place.check_folder().await?;
    let mark = list(place).await?;
    let mut folders: BTreeMap<String, Vec<ObjectMeta>> = BTreeMap::new();
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for file in &mark {
        let Some(path) = below(&place.root, &file.location) else { continue };
        let parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| is_hidden(part)) || parts.len() > MAX_DEPTH + 1 {
            skipped.push(path.to_owned());
            continue;
        }
        match (parts.as_slice(), kind_of(parts[parts.len() - 1])) {
            ([name], Kind::Table { stem, format, .. }) => {
                found.push(TableFiles { name: stem, ..TableFiles::one(name, format, file.clone()) });
            }
            ([name], Kind::Refused(why)) => found.push(TableFiles::refused(name, file, format!("{name}: {why}"))),
            ([first, _, ..], Kind::Table { .. }) => folders.entry((*first).to_owned()).or_default().push(file.clone()),
            _ => skipped.push(path.to_owned()),
        }
    }
    for (name, files) in folders {
        found.push(folder(place, name, files, &mut skipped));
    }
    skipped.sort();
    Ok(Found { tables: named_apart(found), mark, skipped })
}

/// The first of a name is the table; others have what they hold in their names.
fn named_apart(mut found: Vec<TableFiles>) -> Vec<TableFiles> {
    found.sort_by(|a, b| (&a.name, a.format).cmp(&(&b.name, b.format)));
    let mut tables: Vec<TableFiles> = Vec::new();
    for table in found {
        let is_taken = |name: &str| tables.iter().any(|known| known.name == name);
        let with_format = format!("{}_{:?}", table.name, table.format).to_lowercase();
        let numbered = (2..).map(|number: usize| format!("{with_format}_{number}"));
        let name = std::iter::once(table.name.clone()).chain([with_format.clone()]).chain(numbered).find(|name| !is_taken(name));
        tables.push(TableFiles { name: name.unwrap_or(with_format), ..table });
    }
    tables
}

fn below<'a>(root: &Path, location: &'a Path) -> Option<&'a str> {
    let path = location.as_ref().strip_prefix(root.as_ref())?;
    Some(path.trim_start_matches('/')).filter(|path| !path.is_empty())
}

async fn list(place: &Place) -> Result<Mark, SourceError> {
    let mut mark = Mark::new();
    let mut files = place.store.list(Some(&place.root));
    while let Some(file) = files.try_next().await.map_err(|error| place.missing(&error))? {
        if mark.len() >= MAX_FILES {
            return Err(SourceError::new(
                SourceErrorKind::Config,
                format!("The folder has more than {} files. Choose a subfolder.", grouped(MAX_FILES)),
            ));
        }
        mark.push(file);
    }
    mark.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(mark)
}

/// A file that somebody names: what does not say what it holds is taken for lines of cells.
fn named(file: &ObjectMeta) -> TableFiles {
    let name = file.location.filename().unwrap_or_default();
    match kind_of(name) {
        Kind::Table { stem, format, .. } => TableFiles { name: stem, ..TableFiles::one(name, format, file.clone()) },
        Kind::Refused(why) => TableFiles::refused(name, file, format!("{name}: {why}")),
        Kind::Other => TableFiles::one(name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name), Format::Csv, file.clone()),
    }
}

/// The `name=value` folders between a folder and a file in it.
fn levels(folder: &Path, file: &Path) -> Vec<(String, String)> {
    let path = below(folder, file).unwrap_or_default();
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    folders.split('/').filter_map(|part| part.split_once('=')).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn folder(place: &Place, name: String, files: Vec<ObjectMeta>, skipped: &mut Vec<String>) -> TableFiles {
    let root = place.root.as_ref();
    let folder = Path::parse(if root.is_empty() { name.clone() } else { format!("{root}/{name}") }).unwrap_or_default();
    let kind = |file: &ObjectMeta| match kind_of(file.location.filename().unwrap_or_default()) {
        Kind::Table { format, is_plain_text, .. } => (format, is_plain_text),
        _ => (Format::Csv, true),
    };
    // A text beside tables tells of them.
    let texts_are_read = files.iter().all(|file| kind(file).1);
    let (files, notes): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| texts_are_read || !kind(file).1);
    skipped.extend(notes.iter().filter_map(|file| below(&place.root, &file.location)).map(str::to_owned));
    let format = files.first().map_or(Format::Csv, |file| kind(file).0);
    let mut table = TableFiles { name, format, files, folder: Some(folder.clone()), partitions: Vec::new(), refused: None };
    let Some(first) = table.files.first() else { return table };
    let names = |file: &ObjectMeta| levels(&folder, &file.location).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    table.partitions = names(first);
    let same_kind = |file: &ObjectMeta| kind(file).0 == format || (kind(file).0.is_cells() && format.is_cells());
    if let Some(other) = table.files.iter().find(|file| !same_kind(file)) {
        let why = "the folder has files of several formats. Use one folder for each format.";
        table.refused = Some(format!("{}: {why} {} and {} have different formats.", table.name, table.shown(first), table.shown(other)));
    } else if let Some(other) = table.files.iter().find(|file| names(file) != table.partitions) {
        let below = |names: &[String]| if names.is_empty() { "no name=value folder".to_owned() } else { names.join("/") };
        let (one, two) = (below(&table.partitions), below(&names(other)));
        table.refused = Some(format!(
            "{}: the files are at several folder levels: {} is below {one}, and {} is below {two}. Put all files at the same level.",
            table.name,
            table.shown(first),
            table.shown(other)
        ));
    }
    table
}

/// # Errors
/// Why these files are known to be no table.
pub(crate) fn refuse(files: &TableFiles) -> Result<(), SourceError> {
    files.refused.as_ref().map_or(Ok(()), |why| Err(mismatch(why.clone())))
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit};

    use super::*;

    #[test]
    fn folders_leave_out_files_only_where_they_are_columns() {
        let file = |day: &str| {
            let location = Path::parse(format!("t/day={day}/a.parquet")).unwrap();
            ObjectMeta { location, last_modified: std::time::SystemTime::UNIX_EPOCH.into(), size: 1, e_tag: None, version: None }
        };
        let table = TableFiles {
            files: vec![file("1"), file("2")],
            folder: Some(Path::parse("t").unwrap()),
            partitions: vec!["day".to_owned()],
            ..TableFiles::one("t", Format::Parquet, file("1"))
        };
        let filters = [col("day").eq(lit("2"))];
        assert_eq!(table.of_filters(&filters, |_| true), [file("2")]);
        assert_eq!(table.of_filters(&filters, |_| false), table.files);
    }

    #[test]
    fn the_end_of_a_name_says_what_a_file_is() {
        let table = |name: &str| match kind_of(name) {
            Kind::Table { stem, format, .. } => Some((stem, format)),
            _ => None,
        };
        for (name, stem, format) in [
            ("a*b.csv", "a*b", Format::Csv),
            ("DATA.CSV", "DATA", Format::Csv),
            ("v1.2.csv", "v1.2", Format::Csv),
            ("Z.Tsv.GZ", "Z", Format::Tsv),
            ("r\u{e9}sum\u{e9}.jsonl.bz2", "r\u{e9}sum\u{e9}", Format::Json),
            ("part-0.snappy.parquet", "part-0.snappy", Format::Parquet),
        ] {
            assert_eq!(table(name), Some((stem.to_owned(), format)), "{name}");
        }
        for name in ["README", "README.md", "part-1.parquet.inprogress", "x.parquet.gz", ".csv", "a.csv.crc"] {
            assert!(matches!(kind_of(name), Kind::Other), "{name}");
        }
        assert!(matches!(kind_of("z.csv.zip"), Kind::Refused(_)));
        for (part, hidden) in [("_SUCCESS", true), (".DS_Store", true), ("_delta_log", true), ("_a=1", false), ("a_b", false)] {
            assert_eq!(is_hidden(part), hidden, "{part}");
        }
    }

    #[test]
    fn folders_say_values() {
        let levels = |file: &str| levels(&Path::parse("lake/t [old]").unwrap(), &Path::parse(file).unwrap());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(levels("lake/t [old]/year=2013/plain/month=01/p.parquet"), [pair("year", "2013"), pair("month", "01")]);
        assert_eq!(levels("lake/t [old]/city=a%2Fb/p.parquet"), [pair("city", "a/b")]);
        assert!(levels("lake/t [old]/p=1.parquet").is_empty());
    }
}
