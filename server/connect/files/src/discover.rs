//! Which files there are, and which tables they make.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use connect::{SourceError, SourceErrorKind};

/// More files than this are not one source.
const MAX_FILES: usize = 20_000;
/// How deep folders of one table may lie.
const MAX_DEPTH: usize = 8;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Csv,
    Tsv,
    Json,
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// Files of one kind that make one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableFiles {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) packing: Packing,
    pub(crate) files: Vec<PathBuf>,
    /// The folder of a table of several files; its `name=value` folders are columns.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) partitions: Vec<String>,
    /// Folders with files of another kind: said where the table is asked for.
    pub(crate) mixed: bool,
}

/// What tells one state of the files from another.
pub(crate) type Mark = Vec<(PathBuf, u64, Option<SystemTime>)>;

fn kind_of(path: &Path) -> Option<(String, Format, Packing)> {
    let name = path.file_name()?.to_str()?;
    let (name, packing) = match name.rsplit_once('.') {
        Some((rest, "gz")) => (rest, Packing::Gzip),
        Some((rest, "zst")) => (rest, Packing::Zstd),
        _ => (name, Packing::None),
    };
    let (stem, end) = name.rsplit_once('.')?;
    let format = match end {
        "csv" => Format::Csv,
        "tsv" => Format::Tsv,
        "ndjson" | "jsonl" | "json" => Format::Json,
        "parquet" => Format::Parquet,
        _ => return None,
    };
    // Parquet packs its own pages.
    if stem.is_empty() || stem.starts_with('.') || (format == Format::Parquet && packing != Packing::None) {
        return None;
    }
    Some((stem.to_owned(), format, packing))
}

/// The tables at a path, and the mark of their files.
pub(crate) fn discover(root: &Path) -> Result<(Vec<TableFiles>, Mark), SourceError> {
    let missing = |error: std::io::Error| {
        let sentence = "There is no file or folder at this path that Sluice may read. Check the path and its rights.";
        SourceError::new(SourceErrorKind::Unreachable, sentence).because(error)
    };
    let about = std::fs::metadata(root).map_err(missing)?;
    let mut mark = Mark::new();
    if about.is_file() {
        note(root, &mut mark)?;
        return Ok((single(root).into_iter().collect(), mark));
    }
    let mut tables: BTreeMap<String, TableFiles> = BTreeMap::new();
    for entry in sorted(root).map_err(missing)? {
        let table = if entry.is_dir() {
            let mut files = Vec::new();
            walk(&entry, 0, &mut files)?;
            files.iter().try_for_each(|file| note(file, &mut mark))?;
            folder(&entry, files)
        } else {
            note(&entry, &mut mark)?;
            single(&entry)
        };
        if let Some(table) = table {
            // The first of a name is the table; a second, of another format, has its own end in its name.
            let name = if tables.contains_key(&table.name) {
                format!("{}_{:?}", table.name, table.format).to_lowercase()
            } else {
                table.name.clone()
            };
            tables.insert(name.clone(), TableFiles { name, ..table });
        }
    }
    Ok((tables.into_values().collect(), mark))
}

fn note(file: &Path, mark: &mut Mark) -> Result<(), SourceError> {
    if mark.len() >= MAX_FILES {
        return Err(SourceError::new(
            SourceErrorKind::Config,
            format!("There are more than {MAX_FILES} files here. Choose a folder further down."),
        ));
    }
    if let Ok(about) = std::fs::metadata(file) {
        mark.push((file.to_owned(), about.len(), about.modified().ok()));
    }
    Ok(())
}

fn sorted(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.sort();
    Ok(found)
}

fn single(file: &Path) -> Option<TableFiles> {
    let (name, format, packing) = kind_of(file)?;
    Some(TableFiles { name, format, packing, files: vec![file.to_owned()], folder: None, partitions: Vec::new(), mixed: false })
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    if depth > MAX_DEPTH || files.len() > MAX_FILES {
        return Ok(());
    }
    for entry in sorted(folder).unwrap_or_default() {
        if entry.is_dir() {
            walk(&entry, depth + 1, files)?;
        } else if kind_of(&entry).is_some() {
            files.push(entry);
        }
    }
    Ok(())
}

fn folder(folder: &Path, files: Vec<PathBuf>) -> Option<TableFiles> {
    let name = folder.file_name()?.to_str()?.to_owned();
    let (_, format, packing) = kind_of(files.first()?)?;
    let mixed = files.iter().any(|file| kind_of(file).is_none_or(|(_, other, how)| (other, how) != (format, packing)));
    let partitions = files.first()?.strip_prefix(folder).ok()?.parent()?.components();
    let partitions = partitions.filter_map(|part| Some(part.as_os_str().to_str()?.split_once('=')?.0.to_owned())).collect();
    Some(TableFiles { name, format, packing, files, folder: Some(folder.to_owned()), partitions, mixed })
}
