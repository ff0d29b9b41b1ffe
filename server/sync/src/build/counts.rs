//! What is counted of rows on their way.

use std::ops::AddAssign;

use model::dataset::BuildFigures;
use serde::{Deserialize, Serialize};

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) read_rows: i64,
    pub(crate) filtered_rows: i64,
    /// Where that is at once with reading.
    pub(crate) written_rows: i64,
    pub(crate) row_bytes: i64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read_rows += other.read_rows;
        self.filtered_rows += other.filtered_rows;
        self.written_rows += other.written_rows;
        self.row_bytes += other.row_bytes;
    }
}

impl Counts {
    pub(crate) fn add_to(self, figures: &mut BuildFigures) {
        figures.read_rows += self.read_rows;
        figures.filtered_rows += self.filtered_rows;
        figures.written_rows += self.written_rows;
        figures.row_bytes += self.row_bytes;
    }
}
