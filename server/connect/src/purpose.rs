//! What the rows of a statement are for: how large their cells may be, and what becomes of cells that cannot be read.

use model::spec::Policy;

use crate::{MAX_BUILD_CELL_BYTES, MAX_BUILD_ROW_BYTES, MAX_CELL_BYTES, MAX_ROW_BYTES};

/// What the rows of a statement are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A response. A cell that cannot be read, or is too large, ends the statement.
    Response,
    /// A response of an API that answers null for a cell that cannot be read. One that is too large ends the statement.
    ResponseWithNulls,
    /// A few rows for a person. Such a cell is empty, and told beside the rows; see [`crate::unreadable`].
    Sample,
    /// All rows, for a build, or for a comparison with one. Such a cell is told as in a sample, and cells may be larger.
    Build,
}

impl Purpose {
    /// What the rows of an API are for, as its policy says.
    #[must_use]
    pub fn of_api(policy: &Policy) -> Self {
        if policy.unreadable_as_null { Self::ResponseWithNulls } else { Self::Response }
    }

    /// Whether the rows go on behind a cell that is not of its column's type.
    #[must_use]
    pub fn takes_misfits(self) -> bool {
        self != Self::Response
    }

    /// Whether the rows go on behind a cell that is too large, too.
    #[must_use]
    pub fn is_lenient(self) -> bool {
        !matches!(self, Self::Response | Self::ResponseWithNulls)
    }

    /// The largest cell, in bytes.
    #[must_use]
    pub fn max_cell(self) -> usize {
        if self == Self::Build { MAX_BUILD_CELL_BYTES } else { MAX_CELL_BYTES }
    }

    /// The largest row, in bytes.
    #[must_use]
    pub fn max_row(self) -> usize {
        if self == Self::Build { MAX_BUILD_ROW_BYTES } else { MAX_ROW_BYTES }
    }

    /// Why a cell of so many bytes is too large, by itself or behind so many bytes of the cells before it in its row; nothing where it
    /// is not.
    #[must_use]
    pub fn too_large(self, (row, column): (usize, &str), (bytes, before): (usize, usize)) -> Option<String> {
        if bytes > self.max_cell() {
            let (held, most) = (bytes.div_ceil(1 << 20), self.max_cell() >> 20);
            let sentence = format!("Row {row} has {held} MiB in {column}; the limit of a cell is {most} MiB.");
            return Some(format!("{sentence} Remove {column}, or shorten it in the statement."));
        }
        let most = self.max_row() >> 20;
        let is_too_long = before.saturating_add(bytes) > self.max_row();
        is_too_long.then(|| format!("Row {row} is larger than {most} MiB, at {column}. Request fewer fields."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_too_large_by_itself_or_with_those_before_it() {
        let of = |purpose: Purpose, bytes, before| purpose.too_large((3, "body"), (bytes, before));
        assert_eq!(of(Purpose::Response, MAX_CELL_BYTES, MAX_ROW_BYTES - MAX_CELL_BYTES), None);
        let cell = of(Purpose::Response, MAX_CELL_BYTES + 1, 0).unwrap();
        assert!(cell.starts_with("Row 3 has 17 MiB in body; the limit of a cell is 16 MiB."), "{cell}");
        let row = of(Purpose::Sample, 2, MAX_ROW_BYTES - 1).unwrap();
        assert!(row.starts_with("Row 3 is larger than 64 MiB, at body."), "{row}");
        assert_eq!(of(Purpose::Build, MAX_BUILD_CELL_BYTES, MAX_ROW_BYTES), None);
        assert!(of(Purpose::Build, MAX_BUILD_CELL_BYTES + 1, 0).is_some());
    }
}
