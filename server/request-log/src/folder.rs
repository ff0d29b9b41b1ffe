//! The folder of the segments. A name says which times its segment has, so that a search opens none that cannot have what it looks for.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::clock::Millis;

use crate::entry::RequestEntry;
use crate::segment;

const SEGMENT: &str = "parquet";
/// A segment that is being written. What a killed process left is no segment.
const PART: &str = "part";

/// A segment that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    /// The times of its oldest and of its newest entry.
    pub(crate) first: Millis,
    pub(crate) last: Millis,
}

impl Segment {
    /// `1700000000000-1700000060000-7.parquet`; `None` for any other file.
    fn of(path: PathBuf) -> Option<Self> {
        if path.extension() != Some(OsStr::new(SEGMENT)) {
            return None;
        }
        let mut parts = path.file_stem()?.to_str()?.split('-');
        let (first, last) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { path, first, last })
    }

    /// What it is called where one that cannot be read is told of.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// The segments, the newest one first. A folder that is not there has none.
pub(crate) fn segments(folder: &Path) -> Vec<Segment> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<Segment> = files.flatten().filter_map(|file| Segment::of(file.path())).collect();
    found.sort_by(|a, b| (b.last, &b.path).cmp(&(a.last, &a.path)));
    found
}

/// Removes what a process that was killed had begun to write.
pub(crate) fn remove_parts(folder: &Path) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for path in files.flatten().map(|file| file.path()).filter(|path| path.extension() == Some(OsStr::new(PART))) {
        let _ = fs::remove_file(path);
    }
}

/// Writes a segment. It has its name once it is whole.
///
/// # Errors
/// What the file system or the format says, for the log.
pub(crate) fn write(folder: &Path, entries: &[Arc<RequestEntry>]) -> Result<(), String> {
    let times = || entries.iter().map(|entry| entry.at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let place = |number: u32| folder.join(format!("{first}-{last}-{number}.{SEGMENT}"));
    let path = (0..u32::MAX).map(place).find(|path| !path.exists()).ok_or("there is no free name")?;
    let part = path.with_extension(PART);
    let written = File::create(&part).map_err(|error| error.to_string()).and_then(|file| segment::write(file, entries));
    let done = written.and_then(|()| fs::rename(&part, &path).map_err(|error| error.to_string()));
    if done.is_err() {
        // On a full disk, what was written of it would be in the way of the next one.
        let _ = fs::remove_file(&part);
    }
    done
}

/// Removes segments whose entries are all older than a time, and then the oldest ones until the others are no larger than `bytes`.
pub(crate) fn remove_old(folder: &Path, before: Millis, bytes: u64) {
    let mut sum = 0;
    for segment in segments(folder) {
        sum += fs::metadata(&segment.path).map_or(0, |about| about.len());
        if (segment.last < before || sum > bytes)
            && let Err(cause) = fs::remove_file(&segment.path)
        {
            tracing::warn!(%cause, "a segment of the request log could not be removed");
        }
    }
}
