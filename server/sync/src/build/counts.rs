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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_add_up_to_what_the_figures_say() {
        let steps = [
            Counts::default(),
            Counts { read_rows: 5, filtered_rows: 1, written_rows: 4, row_bytes: 1 << 40 },
            Counts { read_rows: 2, filtered_rows: 2, written_rows: 0, row_bytes: 0 },
        ];
        let (mut all, mut figures) = (Counts::default(), BuildFigures { stored_bytes: 9, ..BuildFigures::default() });
        for step in steps {
            all += step;
            step.add_to(&mut figures);
        }
        assert_eq!(all, Counts { read_rows: 7, filtered_rows: 3, written_rows: 4, row_bytes: 1 << 40 });
        let of_figures = (figures.read_rows, figures.filtered_rows, figures.written_rows, figures.row_bytes);
        assert_eq!(of_figures, (all.read_rows, all.filtered_rows, all.written_rows, all.row_bytes));
        assert_eq!(figures.stored_bytes, 9, "what is counted elsewhere stays");
    }
}
