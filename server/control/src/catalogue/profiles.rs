//! Profiles of tables, datasets and columns: read with their trends, and asked for.

use model::audit::AuditAction;
use model::catalogue::{AssetPath, ColumnProfile, Masks, ProfileFigures, TableProfile, mask_profile, profile_trend};
use model::clock::Millis;
use model::list::{Extent, ListPage, ListQuery};
use model::table::TableRef;
use model::view::{ColumnProfileView, NewestProfile, ProfileRequestState, ProfileRequestView, ProfileView};
use model::{Action, ErrorCode, Problem};
use store::{AssetRow, ProfileRequestRow};

use crate::listing::Listing;
use crate::{Caller, Control};

/// How the columns of a profile are searched, filtered and sorted. They come in the order of the table.
const COLUMNS: Listing<ColumnProfile> = Listing {
    texts: |column| vec![column.name.as_str()],
    orders: &[
        ("name", |a, b| a.name.cmp(&b.name)),
        ("nulls", |a, b| a.nulls.cmp(&b.nulls)),
        ("distinct", |a, b| a.distinct.cmp(&b.distinct)),
    ],
    filters: &[("type", |column, key| column.data_type.key() == key), ("masked", |column, masked| column.masked == (masked == "yes"))],
};

/// An asset that rows are read of, and the one of its columns that is asked for.
struct Profiled {
    asset: AssetRow,
    path: AssetPath,
    column: Option<String>,
}

impl Control {
    /// The profile of a table, a dataset or a column.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see, or it has no rows of its own.
    pub async fn profile(&self, caller: &Caller, path: &AssetPath) -> Result<ProfileView, Problem> {
        let of = self.profiled(caller, path).await?;
        let newest = self.store.profile(&of.asset.id).await?;
        let newest = newest.map(|row| Ok::<_, Problem>(newest_view(row.at, &row.decoded()?))).transpose()?;
        let history = self.profile_history(&of.asset.id).await?;
        let request = self.store.profile_request(&of.asset.id).await?;
        Ok(ProfileView {
            path: of.path,
            newest,
            points: profile_trend(&history).points,
            request: request.map(|row| request_view(row, self.host.now())),
            may_read_values: caller.can(Action::ReadSample, &of.asset.domain),
            may_ask: caller.can(Action::EditCatalogue, &of.asset.domain),
        })
    }

    /// One page of the columns of a profile, masked by tag. Without the right to read sample rows, values of no column are shown.
    ///
    /// # Errors
    /// As [`Control::profile`].
    pub async fn list_profile_columns(
        &self,
        caller: &Caller,
        path: &AssetPath,
        query: &ListQuery,
    ) -> Result<ListPage<ColumnProfileView>, Problem> {
        let of = self.profiled(caller, path).await?;
        let Some(row) = self.store.profile(&of.asset.id).await? else {
            return Ok(ListPage { rows: Vec::new(), extent: Extent::new(query, 0, 0) });
        };
        let mut profile = row.decoded()?;
        if let Some(name) = &of.column {
            profile.columns.retain(|column| column.name == *name);
        }
        let may_read = caller.can(Action::ReadSample, &of.asset.domain);
        let masks = if may_read { self.masks_of_columns(&of.path, &profile.columns).await? } else { Masks::all() };
        profile.columns.iter_mut().filter(|column| masks.has(&column.name)).for_each(mask_profile);
        let ListPage { rows, extent } = COLUMNS.page(profile.columns, query);
        // Trends of the columns that are shown alone: a table may have thousands, and dozens of profiles.
        let mut history = self.profile_history(&of.asset.id).await?;
        for (_, figures) in &mut history {
            figures.columns.retain(|column| rows.iter().any(|shown| shown.name == column.name));
        }
        let (trends, sampled) = (profile_trend(&history).columns, profile.sample.rows);
        let view = |profile: ColumnProfile| {
            let trend = trends.iter().find(|trend| trend.name == profile.name)?.clone();
            Some(ColumnProfileView { path: of.path.column(&profile.name), profile, rows: sampled, trend })
        };
        Ok(ListPage { rows: rows.into_iter().filter_map(view).collect(), extent })
    }

    /// Asks for a new profile. A worker makes it within moments, where the load limits of the source allow it.
    ///
    /// # Errors
    /// Where the caller may not change the catalogue, or the asset has no rows of its own.
    pub async fn ask_profile(&self, caller: &Caller, path: &AssetPath) -> Result<(), Problem> {
        let asked = self.visible_asset(caller, path).await?;
        let domain = &asked.domain;
        caller.authorise(Action::EditCatalogue, domain)?;
        let of = self.profiled(caller, path).await?;
        let source = match &of.path {
            AssetPath::Table { source, .. } => source.as_str(),
            _ => "",
        };
        let mut tx = self.write(caller).await?;
        tx.ask_profile(&of.asset.id, source, caller.email()).await?;
        self.note(&mut tx, AuditAction::ProfileAsked, (domain, &of.path.to_string()), None, None).await?;
        self.commit(tx).await
    }

    async fn profiled(&self, caller: &Caller, path: &AssetPath) -> Result<Profiled, Problem> {
        let asked = self.visible_asset(caller, path).await?;
        // It may have had another name when its address was written down.
        let (path, column) = match asked.decoded_path()? {
            AssetPath::Column { parent, column } => (*parent, Some(column)),
            path => (path, None),
        };
        if !matches!(path, AssetPath::Table { .. } | AssetPath::Dataset { .. }) {
            return Err(Problem::new(ErrorCode::Invalid, "Only tables, datasets and their columns have a profile."));
        }
        let asset = if column.is_some() { self.visible_asset(caller, &path).await? } else { asked };
        Ok(Profiled { asset, path, column })
    }

    /// The masked ones among profiled columns of a table or a dataset.
    async fn masks_of_columns(&self, path: &AssetPath, columns: &[ColumnProfile]) -> Result<Masks, Problem> {
        match path {
            AssetPath::Dataset { domain, name } => match self.dataset_spec(domain, name).await? {
                Some(spec) => self.masks_of_dataset_named((domain, name), &spec).await,
                None => Ok(Masks::all()),
            },
            AssetPath::Table { source, table } => {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                self.masks_of_table(source, &table_ref(table), &names).await
            }
            _ => Ok(Masks::all()),
        }
    }

    async fn profile_history(&self, asset_id: &str) -> Result<Vec<(Millis, ProfileFigures)>, Problem> {
        let rows = self.store.profile_history(asset_id).await?;
        rows.into_iter().map(|row| Ok((row.at, row.decoded_figures()?))).collect()
    }
}

/// A table by the text of its path. One with a dot in its name is taken for one of a schema: what is masked is found by either name.
pub(super) fn table_ref(path: &str) -> TableRef {
    match path.split_once('.') {
        Some((schema, name)) => TableRef { schema: schema.to_owned(), name: name.to_owned() },
        None => TableRef::new(path),
    }
}

fn newest_view(at: Millis, profile: &TableProfile) -> NewestProfile {
    NewestProfile {
        at,
        sample: profile.sample,
        rows: profile.sample.words(),
        version: profile.version,
        columns: profile.columns.len() as u64,
        took_ms: profile.took_ms,
    }
}

fn request_view(row: ProfileRequestRow, now: Millis) -> ProfileRequestView {
    let is_running = row.worker.is_some() && row.lease_until.is_some_and(|until| until >= now);
    let state = match (row.finished_at, row.reason.is_empty()) {
        (Some(_), true) => ProfileRequestState::Done,
        (Some(_), false) => ProfileRequestState::Failed,
        (None, _) if is_running => ProfileRequestState::Running,
        (None, _) => ProfileRequestState::Waiting,
    };
    let asked_by = (!row.asked_by.is_empty()).then_some(row.asked_by);
    ProfileRequestView { asked_by, asked_at: row.asked_at, state, reason: row.reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_by_how_far_it_is() {
        let row = |finished_at: Option<Millis>, worker: Option<&str>, reason: &str| ProfileRequestRow {
            asset_id: "a".into(),
            source: "s".into(),
            asked_by: String::new(),
            asked_at: 0,
            due_at: 0,
            attempt: 1,
            worker: worker.map(str::to_owned),
            lease_until: Some(10),
            finished_at,
            reason: reason.into(),
        };
        let state = |row, now| request_view(row, now).state;
        assert_eq!(state(row(None, None, ""), 5), ProfileRequestState::Waiting);
        assert_eq!(state(row(None, Some("w"), ""), 10), ProfileRequestState::Running);
        assert_eq!(state(row(None, Some("w"), ""), 11), ProfileRequestState::Waiting, "its worker died");
        assert_eq!(state(row(Some(5), None, ""), 5), ProfileRequestState::Done);
        assert_eq!(state(row(Some(5), None, "away"), 5), ProfileRequestState::Failed);
        assert_eq!(request_view(row(None, None, ""), 5).asked_by, None);
    }

    #[test]
    fn a_table_is_named_with_its_schema_where_it_has_one() {
        assert_eq!(table_ref("public.flights").path(), "public.flights");
        assert_eq!(table_ref("flights").schema, "");
    }
}
