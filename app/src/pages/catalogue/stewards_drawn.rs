//! The shapes of the stewards' board, drawn.

use model::view::{StewardshipCounts, StewardshipView};

use super::shares::{MEASURES, share};
use super::shown::StewardsShown;
use crate::ui::chart::sparkline;

pub(super) fn drawn(board: StewardshipView) -> StewardsShown {
    let shapes = MEASURES.map(|(_, of)| shape(&board, of));
    StewardsShown { board, shapes }
}

/// A day without assets has no share.
fn shape(board: &StewardshipView, of: fn(&StewardshipCounts) -> u64) -> String {
    let values: Vec<Option<f64>> = board.days.iter().map(|day| share(of(&day.counts), day.counts.assets)).collect();
    sparkline(&values).into_html()
}
