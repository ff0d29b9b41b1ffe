//! What of the catalogue needs somebody: held scans, and columns that may have another name.

use std::collections::HashMap;

use model::catalogue::ScanState;
use model::view::{Need, NeedKind};
use model::{Action, Problem};

use crate::{Caller, Control};

impl Control {
    /// What waits for the caller, who may decide on it.
    pub(crate) async fn catalogue_needs(&self, caller: &Caller) -> Result<Vec<Need>, Problem> {
        let mut needs = Vec::new();
        let scans = self.store.source_scans().await?;
        let held: HashMap<&str, _> =
            scans.iter().filter(|row| row.state == ScanState::Held.key()).map(|row| (row.source_id.as_str(), row)).collect();
        if !held.is_empty() {
            for source in self.store.sources().await? {
                let Some(row) = held.get(source.id.as_str()).filter(|_| caller.can(Action::EditCatalogue, &source.domain)) else {
                    continue;
                };
                let need = Need::new(NeedKind::ScanHeld, source.name, row.reason.clone());
                needs.push(Need { at: row.finished_at, ..need });
            }
        }
        for (domain, path) in self.store.assets_with_renames().await? {
            if caller.can(Action::EditCatalogue, &domain) {
                needs.push(Need::new(NeedKind::ColumnsRenamed, path, ""));
            }
        }
        Ok(needs)
    }
}
