//! What is wrong with a file before an engine is asked to read it: bounds that keep one bad file from taking the node.

use connect::SourceError;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};

use super::discover::{Format, Packing, TableFiles};
use super::mismatch;
use super::place::Place;

/// The first line must end within this.
const MAX_LINE: usize = 1 << 20;
/// Columns of one table.
pub(crate) const MAX_COLUMNS: usize = 2_000;

fn wrong(file: &Path, what: &str) -> SourceError {
    mismatch(format!("{}: {what}", file.filename().unwrap_or_default()))
}

/// Looks at the beginning of a table's first file.
///
/// # Errors
/// What is wrong with it.
pub(crate) async fn inspect(place: &Place, table: &TableFiles) -> Result<(), SourceError> {
    let Some(file) = table.files.first() else { return Ok(()) };
    if table.mixed {
        return Err(wrong(file, "its folder holds files of several kinds. Put each kind into a folder of its own."));
    }
    // What is packed is bounded by the reader.
    if table.packing != Packing::None || table.format == Format::Parquet {
        return Ok(());
    }
    let unreadable = |error| wrong(file, "it cannot be read. Check its rights.").because(error);
    let about = place.store.get_opts(file, GetOptions::new().with_head(true)).await.map_err(unreadable)?.meta;
    if about.size == 0 {
        return Ok(());
    }
    let range = GetOptions::new().with_range(Some(GetRange::Bounded(0..about.size.min(MAX_LINE as u64 + 1))));
    let head = place.store.get_opts(file, range).await.map_err(unreadable)?.bytes().await.map_err(unreadable)?;
    let Some(end) = head.iter().position(|byte| *byte == b'\n').or((head.len() <= MAX_LINE).then_some(head.len())) else {
        return Err(wrong(file, "its first line is longer than 1 MiB. It is not a table of lines."));
    };
    let line = &head[..end];
    if line.starts_with(&[0xff, 0xfe]) || line.starts_with(&[0xfe, 0xff]) || line.contains(&0) {
        return Err(wrong(file, "it is not UTF-8 text: it seems to be UTF-16 or binary. Save it as UTF-8."));
    }
    if std::str::from_utf8(line).is_err() {
        return Err(wrong(file, "its first line is not UTF-8 text. Save it as UTF-8."));
    }
    let separator = if table.format == Format::Tsv { b'\t' } else { b',' };
    let columns = line.iter().filter(|byte| **byte == separator).count() + 1;
    if table.format != Format::Json && columns > MAX_COLUMNS {
        return Err(wrong(file, &format!("it has {columns} columns; a table has {MAX_COLUMNS} at most.")));
    }
    Ok(())
}
