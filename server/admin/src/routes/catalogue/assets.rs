//! Assets: finding them, saying what they are, certifying and deprecating them. In an address, the slashes of a path are written `%2F`.

use axum::extract::State;
use control::Control;
use control::catalogue::{AssetStatusInput, AssetValuesInput, ColumnRenameInput};
use control::model::catalogue::{AssetPath, AssetStatus};
use control::model::view::{AssetColumn, AssetEvent, AssetPage, AssetSummary};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::listed::{AssetsAsked, Listed, PartsAsked, path};
use crate::extract::{Asker, Body, Path, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// The edit of an asset that was seen.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    edit: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Deprecated {
    /// The edit of the asset that was seen.
    edit: i64,
    /// What to use in its place.
    #[serde(default)]
    successor: Option<AssetPath>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// Whether the column that vanished is the one that appeared.
    accept: bool,
}

pub(super) fn add(table: Table) -> Table {
    const ASSET: &str = "/admin/v1/assets/{asset}";
    table
        .add::<(), Listed<AssetSummary>, _, _>(Method::GET, "/admin/v1/assets", "List the assets of my domains", list)
        .with_query::<AssetsAsked>()
        .add::<(), AssetPage, _, _>(Method::GET, ASSET, "One asset, by its path", one)
        .add::<AssetValuesInput, i64, _, _>(
            Method::PUT,
            ASSET,
            "Set the description, owner, steward, tier or links of an asset; gives its new edit",
            set,
        )
        .add::<(), Listed<AssetColumn>, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/columns",
            "List the columns of a table, a dataset or an API",
            columns,
        )
        .with_query::<PartsAsked>()
        .add::<(), Listed<AssetEvent>, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/history",
            "List the history of an asset, newest first",
            history,
        )
        .with_query::<PartsAsked>()
        .add::<Edit, i64, _, _>(Method::POST, "/admin/v1/assets/{asset}/certify", "Certify an asset; gives its new edit", certify)
        .add::<Deprecated, i64, _, _>(
            Method::POST,
            "/admin/v1/assets/{asset}/deprecate",
            "Deprecate an asset, with its successor; gives its new edit",
            deprecate,
        )
        .add::<Edit, i64, _, _>(Method::POST, "/admin/v1/assets/{asset}/draft", "Make an asset a draft again; gives its new edit", draft)
        .add::<Decided, (), _, _>(
            Method::POST,
            "/admin/v1/column-renames/{rename}",
            "Say whether a column that vanished is the one that appeared",
            decide_rename,
        )
}

async fn list(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<AssetsAsked>) -> Answer<Listed<AssetSummary>> {
    answer(control.list_assets(&caller, &asked.query()).await.map(Listed::from))
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<AssetPage> {
    answer(control.asset(&caller, &path(&asset)?).await)
}

async fn set(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Body(input): Body<AssetValuesInput>,
) -> Answer<i64> {
    answer(control.set_asset_values(&caller, &path(&asset)?, &input).await)
}

async fn columns(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Query(asked): Query<PartsAsked>,
) -> Answer<Listed<AssetColumn>> {
    answer(control.list_asset_columns(&caller, &path(&asset)?, &asked.query()).await.map(Listed::from))
}

async fn history(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Query(asked): Query<PartsAsked>,
) -> Answer<Listed<AssetEvent>> {
    answer(control.list_asset_history(&caller, &path(&asset)?, &asked.query()).await.map(Listed::from))
}

async fn certify(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>, Body(input): Body<Edit>) -> Answer<i64> {
    let input = AssetStatusInput { edit: input.edit, status: AssetStatus::Certified, successor: None };
    answer(control.set_asset_status(&caller, &path(&asset)?, &input).await)
}

async fn deprecate(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Body(input): Body<Deprecated>,
) -> Answer<i64> {
    let input = AssetStatusInput { edit: input.edit, status: AssetStatus::Deprecated, successor: input.successor };
    answer(control.set_asset_status(&caller, &path(&asset)?, &input).await)
}

async fn draft(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>, Body(input): Body<Edit>) -> Answer<i64> {
    let input = AssetStatusInput { edit: input.edit, status: AssetStatus::Draft, successor: None };
    answer(control.set_asset_status(&caller, &path(&asset)?, &input).await)
}

async fn decide_rename(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(id): Path<String>,
    Body(input): Body<Decided>,
) -> Answer<()> {
    answer(control.decide_column_rename(&caller, &ColumnRenameInput { id, accept: input.accept }).await)
}
