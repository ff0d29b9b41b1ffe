//! The lineage of an asset and what is asked of it, from which all of its page is drawn.

use model::catalogue::AssetPath;
use model::view::LineageView;

use super::lineage_asked::LineageAsked;

pub(super) struct Page<'a> {
    pub(super) view: &'a LineageView,
    pub(super) asked: &'a LineageAsked,
}

impl Page<'_> {
    /// The asset or the column that it is about.
    pub(super) fn asset(&self) -> &AssetPath {
        &self.view.query.asset
    }

    /// The address of the same page with one thing else.
    pub(super) fn to(&self, change: impl FnOnce(&mut LineageAsked)) -> String {
        self.asked.with(change).address(self.asset())
    }
}
