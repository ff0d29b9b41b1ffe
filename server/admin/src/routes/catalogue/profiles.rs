//! Profiles, quality and sample rows of assets. In an address, the slashes of a path are written `%2F`.

use axum::extract::State;
use control::Control;
use control::model::view::{AssetSample, ColumnProfileView, ProfileView, QualityView};
use http::Method;

use super::listed::{Listed, PartsAsked, path};
use crate::extract::{Asker, Path, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

pub(super) fn add(table: Table) -> Table {
    const PROFILE: &str = "/admin/v1/assets/{asset}/profile";
    table
        .add::<(), ProfileView, _, _>(Method::GET, PROFILE, "Show the profile of a table, a dataset or a column", profile)
        .add::<(), (), _, _>(Method::POST, PROFILE, "Ask for a new profile, within the load limits of the source", ask)
        .add::<(), Listed<ColumnProfileView>, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/profile/columns",
            "List the columns of a profile, with their trends",
            columns,
        )
        .with_query::<PartsAsked>()
        .add::<(), QualityView, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/quality",
            "Show the checks, the freshness and the trust score of an asset",
            quality,
        )
        .add::<(), AssetSample, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/sample",
            "Show sample rows of a table or a dataset, masked by tag",
            sample,
        )
}

async fn profile(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<ProfileView> {
    answer(control.profile(&caller, &path(&asset)?).await)
}

async fn ask(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<()> {
    answer(control.ask_profile(&caller, &path(&asset)?).await)
}

async fn columns(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Query(asked): Query<PartsAsked>,
) -> Answer<Listed<ColumnProfileView>> {
    answer(control.list_profile_columns(&caller, &path(&asset)?, &asked.query()).await.map(Listed::from))
}

async fn quality(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<QualityView> {
    answer(control.quality(&caller, &path(&asset)?).await)
}

async fn sample(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<AssetSample> {
    answer(control.sample_asset(&caller, &path(&asset)?).await)
}
