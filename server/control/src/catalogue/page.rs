//! The page of one asset: all that is said of it, its columns and its history.

use model::catalogue::{AssetField, AssetPath, AssetStatus};
use model::list::{Extent, ListPage, ListQuery, PAGE_ROWS};
use model::view::{AssetColumn, AssetEvent, AssetPage, AssetRef, ColumnRename};
use model::{Action, Problem};
use store::{AssetEventRow, AssetRow};

use super::assets::{Beside, reference};
use super::markdown::{to_html, to_text};
use crate::listing::Listing;
use crate::{Caller, Control};

/// Letters of the description of a column in a list.
const ABOUT: usize = 500;

const COLUMNS: Listing<AssetColumn> = Listing {
    texts: |column| vec![column.name.as_str(), column.data_type.as_str(), column.about.as_str()],
    orders: &[("name", |a, b| a.name.cmp(&b.name)), ("type", |a, b| a.data_type.cmp(&b.data_type))],
    filters: &[
        ("tag", |column, tag| column.tags.iter().any(|on| on.name == tag)),
        ("status", |column, status| column.status.key() == status),
        ("described", |column, wanted| column.about.is_empty() == (wanted == "no")),
    ],
};

impl Control {
    /// An asset with all that is said of it.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn asset(&self, caller: &Caller, path: &AssetPath) -> Result<AssetPage, Problem> {
        let row = self.visible_asset(caller, path).await?;
        let beside = self.beside(std::slice::from_ref(&row)).await?;
        let (summary, said) = (beside.summary(&row)?, beside.said(&row.id));
        let (columns, column_count) = if summary.kind.has_columns() {
            let page = self.columns_page(&row, &ListQuery::default()).await?;
            (page.rows, page.extent.all)
        } else {
            (Vec::new(), 0)
        };
        let successor = match (summary.status, said.text(AssetField::Successor)) {
            (AssetStatus::Deprecated, id) if !id.is_empty() => self.asset_ref(caller, id).await?,
            _ => None,
        };
        let parent = match &row.parent_id {
            Some(parent) => self.asset_ref(caller, parent).await?,
            None => None,
        };
        let description = said.text(AssetField::Description).to_owned();
        Ok(AssetPage {
            edit: row.edit,
            created_at: row.created_at,
            seen_at: row.seen_at,
            values: said.values(),
            description_html: to_html(&description),
            description,
            links: said.links(&row.id)?,
            successor,
            parent,
            columns,
            column_count,
            history: self.events(&row, 0).await?,
            renames: self.renames_of(&row).await?,
            may_edit: caller.can(Action::EditCatalogue, &row.domain),
            may_certify: caller.can(Action::Certify, &row.domain),
            summary,
        })
    }

    /// One page of the columns of a table, a dataset or an API, in their order. Those that are missing stand behind the others.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see.
    pub async fn list_asset_columns(&self, caller: &Caller, path: &AssetPath, query: &ListQuery) -> Result<ListPage<AssetColumn>, Problem> {
        let row = self.visible_asset(caller, path).await?;
        self.columns_page(&row, query).await
    }

    /// One page of the history of an asset, the newest first.
    ///
    /// # Errors
    /// Where there is no such asset that the caller may see.
    pub async fn list_asset_history(&self, caller: &Caller, path: &AssetPath, query: &ListQuery) -> Result<ListPage<AssetEvent>, Problem> {
        let row = self.visible_asset(caller, path).await?;
        let all = u64::try_from(self.store.asset_history_count(&row.id).await?).unwrap_or_default();
        let extent = Extent::new(query, all, all);
        Ok(ListPage { rows: self.events(&row, extent.before()).await?, extent })
    }

    async fn columns_page(&self, row: &AssetRow, query: &ListQuery) -> Result<ListPage<AssetColumn>, Problem> {
        let mut rows = self.store.assets_of(&row.id).await?;
        rows.retain(|column| column.data_type.is_some());
        rows.sort_by_key(|column| column.gone_at.is_some());
        let beside = self.beside(&rows).await?;
        let columns = rows.iter().map(|row| column(row, &beside)).collect::<Result<Vec<AssetColumn>, Problem>>()?;
        Ok(COLUMNS.page(columns, query))
    }

    async fn events(&self, row: &AssetRow, before: u64) -> Result<Vec<AssetEvent>, Problem> {
        let rows = self.store.asset_history(&row.id, before, PAGE_ROWS).await?;
        rows.into_iter().map(event).collect()
    }

    /// An asset that another one names; nothing where the caller may not see it.
    async fn asset_ref(&self, caller: &Caller, id: &str) -> Result<Option<AssetRef>, Problem> {
        let row = self.store.asset_by_id(id).await?.filter(|row| caller.can(Action::See, &row.domain));
        row.as_ref().map(reference).transpose()
    }

    async fn renames_of(&self, row: &AssetRow) -> Result<Vec<ColumnRename>, Problem> {
        let mut renames = Vec::new();
        for rename in self.store.column_renames_of(&row.id).await? {
            let before = self.store.asset_by_id(&rename.before_id).await?;
            let after = self.store.asset_by_id(&rename.after_id).await?;
            let (Some(before), Some(after)) = (before, after) else { continue };
            renames.push(ColumnRename {
                id: rename.id,
                before: reference(&before)?,
                before_type: before.data_type.unwrap_or_default(),
                after: reference(&after)?,
                after_type: after.data_type.unwrap_or_default(),
                at: rename.at,
            });
        }
        Ok(renames)
    }
}

fn column(row: &AssetRow, beside: &Beside) -> Result<AssetColumn, Problem> {
    let said = beside.said(&row.id);
    Ok(AssetColumn {
        id: row.id.clone(),
        path: row.decoded_path()?,
        name: row.name.clone(),
        data_type: row.data_type.clone().unwrap_or_default(),
        position: row.position.unwrap_or_default(),
        about: to_text(said.text(AssetField::Description), ABOUT),
        about_origin: said.holding(AssetField::Description).map(|value| value.origin),
        status: said.status(&row.id)?,
        tags: beside.tags(&row.id),
        gone_at: row.gone_at,
    })
}

fn event(row: AssetEventRow) -> Result<AssetEvent, Problem> {
    let origin = row.decoded_origin()?;
    Ok(AssetEvent { at: row.at, by: row.by_whom, field: row.field, origin, before: row.before, after: row.after })
}
