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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_divided_once_it_has_two_whole_parts() {
        for (rows, divided) in [
            (None, None),
            (Some(-1), None),
            (Some(0), None),
            (Some(PART_ROWS), None),
            (Some(2 * PART_ROWS - 1), None),
            (Some(2 * PART_ROWS), Some(2)),
            (Some(MAX_PARTS * PART_ROWS), Some(256)),
            (Some(i64::MAX), Some(256)),
        ] {
            assert_eq!(parts(rows, PART_ROWS), divided, "{rows:?}");
        }
        assert_eq!(parts(Some(3), 1), Some(3));
    }

    #[test]
    fn there_is_always_a_reader() {
        assert_eq!([None, Some(0), Some(1), Some(7)].map(readers), [2, 1, 1, 7]);
    }
}
