//! Which files there are, and which tables they make.

use std::collections::BTreeMap;

use connect::{SourceError, SourceErrorKind};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::place::Place;

/// More files than this are not one source.
pub(super) const MAX_FILES: usize = 20_000;
/// How deep folders of one table may lie.
pub(super) const MAX_DEPTH: usize = 8;

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
    pub(crate) files: Vec<Path>,
    /// The folder of a table of several files; its `name=value` folders are columns.
    pub(crate) folder: Option<Path>,
    pub(crate) partitions: Vec<String>,
    /// Folders with files of another kind: said where the table is asked for.
    pub(crate) mixed: bool,
}

impl TableFiles {
    /// One file of Parquet under a name of its own.
    pub(crate) fn parquet(name: &str, file: Path) -> Self {
        Self {
            name: name.to_owned(),
            format: Format::Parquet,
            packing: Packing::None,
            files: vec![file],
            folder: None,
            partitions: Vec::new(),
            mixed: false,
        }
    }
}

/// What tells one state of the files from another.
pub(crate) type Mark = Vec<ObjectMeta>;

fn kind_of(path: &Path) -> Option<(String, Format, Packing)> {
    let name = path.filename()?;
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

/// The tables at a place, and the mark of their files.
///
/// # Errors
/// Where there is nothing, or too much, or it may not be read.
pub(crate) async fn discover(place: &Place) -> Result<(Vec<TableFiles>, Mark), SourceError> {
    if let Ok(file) = place.store.head(&place.root).await {
        return Ok((single(&file.location).into_iter().collect(), vec![file]));
    }
    place.check_folder().await?;
    let mark = list(place).await?;
    let mut folders: BTreeMap<String, Vec<Path>> = BTreeMap::new();
    let mut found = Vec::new();
    for file in mark.iter().map(|file| &file.location) {
        let parts: Vec<_> = file.prefix_match(&place.root).into_iter().flatten().collect();
        match parts.as_slice() {
            [_] => found.extend(single(file)),
            [first, rest @ ..] if !rest.is_empty() && rest.len() <= MAX_DEPTH && kind_of(file).is_some() => {
                folders.entry(first.as_ref().to_owned()).or_default().push(file.clone());
            }
            _ => {}
        }
    }
    found.extend(folders.into_iter().filter_map(|(name, files)| folder(place.root.clone().join(name), files)));
    found.sort_by(|a, b| (&a.name, a.format).cmp(&(&b.name, b.format)));
    let mut tables: Vec<TableFiles> = Vec::new();
    for table in found {
        // The first of a name is the table; a second, of another format, has its own end in its name.
        let name = if tables.iter().any(|known| known.name == table.name) {
            format!("{}_{:?}", table.name, table.format).to_lowercase()
        } else {
            table.name.clone()
        };
        tables.push(TableFiles { name, ..table });
    }
    Ok((tables, mark))
}

async fn list(place: &Place) -> Result<Mark, SourceError> {
    let mut mark = Mark::new();
    let mut files = place.store.list(Some(&place.root));
    while let Some(file) = files.try_next().await.map_err(|error| place.missing(&error))? {
        if mark.len() >= MAX_FILES {
            return Err(SourceError::new(
                SourceErrorKind::Config,
                format!("There are more than {MAX_FILES} files here. Choose a folder further down."),
            ));
        }
        mark.push(file);
    }
    mark.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(mark)
}

fn single(file: &Path) -> Option<TableFiles> {
    let (name, format, packing) = kind_of(file)?;
    Some(TableFiles { name, format, packing, files: vec![file.clone()], folder: None, partitions: Vec::new(), mixed: false })
}

fn folder(folder: Path, files: Vec<Path>) -> Option<TableFiles> {
    let name = folder.filename()?.to_owned();
    let first = files.first()?;
    let (_, format, packing) = kind_of(first)?;
    let mixed = files.iter().any(|file| kind_of(file).is_none_or(|(_, other, how)| (other, how) != (format, packing)));
    let between: Vec<_> = first.prefix_match(&folder)?.collect();
    let between = &between[..between.len().saturating_sub(1)];
    let partitions = between.iter().filter_map(|part| Some(part.as_ref().split_once('=')?.0.to_owned())).collect();
    Some(TableFiles { name, format, packing, files, folder: Some(folder), partitions, mixed })
}
