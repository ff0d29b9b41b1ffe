//! Rows that could not be taken into a dataset version: looked at, and tried again.

use model::audit::AuditAction;
use model::dataset::{DataVersionState, DatasetSpec};
use model::incremental::Backfill;
use model::number::grouped;
use model::rejected::RejectedRowView;
use model::{Action, ErrorCode, Problem};
use store::{DataVersionRow, DatasetRow};

use crate::{Caller, Control};

/// Rows of one page.
const PAGE: i64 = 500;

impl Control {
    /// Those of a version behind a place, the first ones from the beginning; at most 500. The rows are of the source, so they are
    /// for those who make datasets of it.
    ///
    /// # Errors
    /// Where there is no such version that the caller may see.
    pub async fn rejected_rows(
        &self,
        caller: &Caller,
        domain: &str,
        name: &str,
        number: i64,
        behind: &str,
    ) -> Result<Vec<RejectedRowView>, Problem> {
        let (_, version) = self.own_version(caller, domain, name, number).await?;
        let rows = self.store.rejected_rows(&version.id, behind, PAGE).await?;
        let view = |row: store::RejectedRow| RejectedRowView {
            version: number,
            place: row.place,
            reason: row.reason,
            text: String::from_utf8_lossy(&row.bytes.unwrap_or_default()).into_owned(),
            at: row.at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Tries all of them again, as rows are read now: after a schema or a type of the source was mended. Whoever follows the
    /// version does so within moments; what cannot be taken still stays, with why. Gives how many they are.
    ///
    /// # Errors
    /// Where nobody follows the version: then a build reads everything again.
    pub async fn try_rejected_rows_again(&self, caller: &Caller, domain: &str, name: &str, number: i64) -> Result<u64, Problem> {
        let (dataset, version) = self.own_version(caller, domain, name, number).await?;
        let synced = self.store.incremental_sync(&version.id).await?.is_some();
        let spec: DatasetSpec = dataset.definition()?;
        let by_cursor = self.cursor_of(&spec, &version).await?.is_some();
        if !by_cursor && (!synced || version.state != DataVersionState::Live.key() || !self.feeds(&spec.source).await?) {
            let sentence = "Only a live version with incremental sync can replay rejected rows. Correct the rows at the source, and build the dataset again.";
            return Err(Problem::new(ErrorCode::Conflict, sentence));
        }
        let mut tx = self.write(caller).await?;
        let count = tx.try_rejected_rows_again(&version.id).await?;
        if by_cursor {
            // Rows of a table have no place by which they are found again: all of it is read, and what is as it was changes nothing.
            let all = Backfill::default().wish(&self.host.id());
            tx.set_backfill(&version.id, &all).await?;
        }
        let after = format!("version {number}: {} rejected rows", grouped(count));
        self.note(&mut tx, AuditAction::DatasetTriedAgain, (domain, &format!("{domain}/{name}")), None, Some(after)).await?;
        self.commit(tx).await?;
        Ok(count)
    }

    pub(super) async fn own_version(
        &self,
        caller: &Caller,
        domain: &str,
        name: &str,
        number: i64,
    ) -> Result<(DatasetRow, DataVersionRow), Problem> {
        let dataset = self.visible_dataset(caller, domain, name).await?;
        caller.authorise(Action::EditDataset, domain)?;
        let versions = self.store.data_versions_of(&dataset.id).await?;
        let version = versions.into_iter().find(|version| version.number == number);
        Ok((dataset, version.ok_or_else(|| Problem::not_found(format!("dataset version {number}")))?))
    }
}
