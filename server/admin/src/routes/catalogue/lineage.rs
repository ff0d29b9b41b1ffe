//! Lineage: what is near an asset, what is affected if it goes, the SQL behind it, and all of it as events of OpenLineage. In an address, the
//! slashes of a path are written `%2F`, and the `#` before a column `%23`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use control::Control;
use control::catalogue::impact_as_csv;
use control::model::catalogue::{AssetPath, BadPath};
use control::model::view::{ImpactView, LineageQuery, LineageSql, LineageView};
use control::model::{FieldError, Problem};
use http::{HeaderMap, Method};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::listed::path;
use crate::extract::{Asker, Failure, Path, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer, csv, is_csv};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LineageAsked {
    /// Steps against the data: 0 to 5, and 1 without it.
    up: Option<u32>,
    /// Steps along the data, as `up`.
    down: Option<u32>,
    /// Assets of which everything is shown that they are made of: a path a line.
    up_of: Option<String>,
    /// Assets of which everything is shown that is made of them: a path a line.
    down_of: Option<String>,
    /// Assets whose columns are shown: a path a line.
    columns_of: Option<String>,
    /// The other end of the path that is marked.
    to: Option<String>,
    /// Words to find among all that lies before and behind the asset.
    find: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ImpactAsked {
    /// `json` or `csv`; as the header accept says without it.
    format: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EventsAsked {
    /// All domains that you may see without it.
    domain: Option<String>,
}

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), LineageView, _, _>(Method::GET, "/admin/v1/lineage/{asset}", "What is near an asset or a column in the lineage", lineage)
        .with_query::<LineageAsked>()
        .add::<(), ImpactView, _, _>(
            Method::GET,
            "/admin/v1/lineage/{asset}/impact",
            "List what is affected if an asset or a column goes (`?format=csv`: as a table)",
            impact,
        )
        .with_query::<ImpactAsked>()
        .add::<(), Vec<LineageSql>, _, _>(Method::GET, "/admin/v1/lineage/{asset}/sql", "The SQL behind an API or a dataset", sql)
        .add::<(), Vec<Json>, _, _>(
            Method::GET,
            "/admin/v1/openlineage",
            "Export the lineage of my domains as OpenLineage events",
            openlineage,
        )
        .with_query::<EventsAsked>()
}

async fn lineage(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(asset): Path<String>,
    Query(asked): Query<LineageAsked>,
) -> Answer<LineageView> {
    answer(control.lineage(&caller, &query(&asset, asked)?).await)
}

async fn impact(
    State(control): State<Control>,
    Asker(caller): Asker,
    headers: HeaderMap,
    Path(asset): Path<String>,
    Query(asked): Query<ImpactAsked>,
) -> Result<Response, Failure> {
    let is_csv = is_csv(asked.format.as_deref(), &headers)?;
    let view = control.impact(&caller, &path(&asset)?).await?;
    Ok(if is_csv { csv(impact_as_csv(&view)) } else { axum::Json(view).into_response() })
}

async fn sql(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<Vec<LineageSql>> {
    answer(control.lineage_sql(&caller, &path(&asset)?).await)
}

async fn openlineage(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<EventsAsked>) -> Answer<Vec<Json>> {
    answer(control.openlineage(&caller, asked.domain.as_deref()).await)
}

/// What is asked for; what is wrong with it is said beside its name.
fn query(asset: &str, asked: LineageAsked) -> Result<LineageQuery, Problem> {
    let plain = LineageQuery::of(path(asset)?);
    let mut errors = Vec::new();
    let mut paths = |field: &str, lines: Option<String>| -> Vec<AssetPath> {
        let lines = lines.unwrap_or_default();
        let read = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::parse::<AssetPath>);
        read.filter_map(|path| path.map_err(|error: BadPath| errors.push(FieldError::new(field, error.to_string()))).ok()).collect()
    };
    let query = LineageQuery {
        up: asked.up.unwrap_or(plain.up),
        down: asked.down.unwrap_or(plain.down),
        up_of: paths("up_of", asked.up_of),
        down_of: paths("down_of", asked.down_of),
        columns_of: paths("columns_of", asked.columns_of),
        to: paths("to", asked.to).into_iter().next(),
        find: asked.find.unwrap_or_default(),
        asset: plain.asset,
    };
    if errors.is_empty() { Ok(query) } else { Err(Problem::fields(errors)) }
}
