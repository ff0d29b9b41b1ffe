//! The stewards' board.

use axum::extract::State;
use control::Control;
use control::model::view::StewardshipView;
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::extract::{Asker, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// What is asked of the board.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// One domain; all of mine without it.
    domain: Option<String>,
}

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), StewardshipView, _, _>(
            Method::GET,
            "/admin/v1/stewardship",
            "How many assets are owned, described, tagged and certified, by domain, by steward and day by day",
            board,
        )
        .with_query::<Asked>()
}

async fn board(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<Asked>) -> Answer<StewardshipView> {
    answer(control.stewardship(&caller, asked.domain.as_deref()).await)
}
