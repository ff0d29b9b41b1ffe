//! Into how many parts a table is divided, and how many readers there are.

/// Rows of one part, about; of a table of fewer, one statement reads all.
pub(super) const PART_ROWS: i64 = 500_000;
const MAX_PARTS: i64 = 256;
/// Readers of one run, where its source's owner says nothing else.
const READERS: u32 = 2;

/// Into how many parts a table of so many rows is divided; nothing where one statement reads all of it.
pub(super) fn parts(rows: Option<i64>, part_rows: i64) -> Option<usize> {
    let parts = (rows.unwrap_or(0) / part_rows.max(1)).min(MAX_PARTS);
    usize::try_from(parts).ok().filter(|parts| *parts >= 2)
}

/// How many readers there may be, by what the owner of the source allows.
pub(super) fn readers(allowed: Option<u32>) -> usize {
    usize::try_from(allowed.unwrap_or(READERS)).unwrap_or(1).max(1)
}
